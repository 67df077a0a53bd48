#include "core/models/class-names.h"

#include <string.h>

/* In the order of the labels of CIFAR-10. */
static const char *const cifar10_names[]
    = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" };

/* Metadata such as "classes": "cat,dog" count if they name as many classes as the network has. */
static GPtrArray *
from_metadata (KappaTensorFile *file, guint n)
{
  const char *text = kappa_tensor_file_lookup_metadata (file, "classes");
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ",", -1) : NULL;
  GPtrArray *list;

  if (names == NULL || g_strv_length (names) != n)
    return NULL;
  list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, g_strdup (g_strstrip (names[i])));
  return list;
}

/**
 * kappa_class_names_find:
 * @folder: (nullable): the Hugging Face folder the file lies in
 *
 * Returns: (transfer full) (nullable) (element-type utf8): a name for each class, from the file's
 * metadata, the folder, or the data set the family is made for; %NULL where nothing tells
 */
GPtrArray *
kappa_class_names_find (const KappaRecognition *recognition,
                        KappaTensorFile *file,
                        const KappaHubFolder *folder)
{
  const guint n = recognition->config->classes;
  GPtrArray *names = from_metadata (file, n);

  if (names == NULL && folder != NULL)
    names = kappa_hub_folder_list_classes (folder, n);
  if (names == NULL && recognition->architecture == &kappa_architecture_cifar_resnet
      && n == G_N_ELEMENTS (cifar10_names))
    {
      names = g_ptr_array_new_with_free_func (g_free);
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (names, g_strdup (cifar10_names[i]));
    }
  return names;
}
