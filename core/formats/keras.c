#include "core/formats/formats-private.h"
#include "core/formats/hdf5-file.h"
#include "core/formats/strided.h"

#include <string.h>

/*
 * Weights as Keras 2 saves them in HDF5: a group for each layer, whose attribute weight_names lists
 * its tensors; the layers are listed in the attribute layer_names of the root, or of the group
 * model_weights where the file is a whole model. The description of the model is shown by nobody
 * and run by nobody: it may carry code.
 */

#define MODEL_GROUP "/model_weights"
/* Weights that belong to no layer, since Keras 2.6. */
#define TOP_GROUP "top_level_model_weights"

/* As for the members of an archive: see core/formats/npz.c. */
#define MAX_UNCHECKED ((guint64)256 << 20)
#define MAX_RATIO     200

#define KAPPA_TYPE_KERAS_FILE (kappa_keras_file_get_type ())
G_DECLARE_FINAL_TYPE (KappaKerasFile, kappa_keras_file, KAPPA, KERAS_FILE, KappaTensorFile)

struct _KappaKerasFile
{
  KappaTensorFile parent_instance;

  KappaHdf5File *hdf5;
  GPtrArray *paths; /* of each storage's data set */
};

G_DEFINE_FINAL_TYPE (KappaKerasFile, kappa_keras_file, KAPPA_TYPE_TENSOR_FILE)

/* Tensors lie dense from the beginning of their storages, so they are always read whole. */
static gboolean
kappa_keras_file_read_span (KappaTensorFile *file,
                            guint storage,
                            guint64 offset,
                            gpointer data,
                            gsize size,
                            GError **error)
{
  KappaKerasFile *self = KAPPA_KERAS_FILE (file);

  return kappa_hdf5_file_read_elements (self->hdf5, g_ptr_array_index (self->paths, storage), data,
                                        size, NULL, error);
}

static void
kappa_keras_file_finalize (GObject *object)
{
  KappaKerasFile *self = KAPPA_KERAS_FILE (object);

  g_clear_object (&self->hdf5);
  g_ptr_array_unref (self->paths);
  G_OBJECT_CLASS (kappa_keras_file_parent_class)->finalize (object);
}

static void
kappa_keras_file_class_init (KappaKerasFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_keras_file_finalize;
  KAPPA_TENSOR_FILE_CLASS (klass)->read_span = kappa_keras_file_read_span;
}

static void
kappa_keras_file_init (KappaKerasFile *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
}

static gboolean
fail (KappaKerasFile *self, GError **error, KappaError code, const char *object, const char *what)
{
  g_autofree char *quoted = kappa_source_quote (object, strlen (object));

  return kappa_source_fail (kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self)), error, code,
                            "Keras weights: “%s” %s", quoted, what);
}

static gboolean
get_element (const KappaHdf5Dataset *dataset, KappaElement *element)
{
  static const KappaElement floats[]
      = { [2] = KAPPA_ELEMENT_F16, [4] = KAPPA_ELEMENT_F32, [8] = KAPPA_ELEMENT_F64 };
  static const KappaElement integers[] = { [1] = KAPPA_ELEMENT_I8,
                                           [2] = KAPPA_ELEMENT_I16,
                                           [4] = KAPPA_ELEMENT_I32,
                                           [8] = KAPPA_ELEMENT_I64 };
  static const KappaElement naturals[] = { [1] = KAPPA_ELEMENT_U8,
                                           [2] = KAPPA_ELEMENT_U16,
                                           [4] = KAPPA_ELEMENT_U32,
                                           [8] = KAPPA_ELEMENT_U64 };
  const KappaElement *of_size = dataset->type == KAPPA_HDF5_FLOAT      ? floats
                                : dataset->type == KAPPA_HDF5_INTEGER  ? integers
                                : dataset->type == KAPPA_HDF5_UNSIGNED ? naturals
                                                                       : NULL;
  guint size = dataset->size;

  if (of_size == NULL || (size != 1 && size != 2 && size != 4 && size != 8)
      || (size == 1 && dataset->type == KAPPA_HDF5_FLOAT))
    return FALSE;
  *element = of_size[size];
  return TRUE;
}

static gboolean
add_weight (KappaKerasFile *self, const char *group, const char *name, GError **error)
{
  KappaTensorFile *file = KAPPA_TENSOR_FILE (self);
  g_autofree char *path = g_strconcat (group, "/", name, NULL);
  const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (self->hdf5, path);
  KappaTensorLayout layout = { 0 };

  if (dataset == NULL)
    return fail (self, error, KAPPA_ERROR_FORMAT, path,
                 "is listed in the weight_names of its layer and is not in the file");
  if (dataset->refusal != NULL)
    {
      g_autofree char *what = g_strdup_printf ("is not read: %s", dataset->refusal);

      return fail (self, error, KAPPA_ERROR_UNSUPPORTED, path, what);
    }
  if (!get_element (dataset, &layout.element))
    return fail (self, error, KAPPA_ERROR_UNSUPPORTED, path,
                 "has elements that are no numbers of 1, 2, 4 or 8 bytes");
  layout.rank = dataset->rank;
  memcpy (layout.dims, dataset->dims, sizeof dataset->dims);
  kappa_strides_row_major (layout.dims, layout.rank, layout.strides);
  layout.storage = kappa_tensor_file_add_storage (file, 0, (guint64)dataset->n * dataset->size);
  g_ptr_array_add (self->paths, g_steal_pointer (&path));
  return kappa_tensor_file_add (file, name, &layout, error);
}

/* The texts of an attribute; an empty list has no type of its own and is one of numbers. Returns:
 * (nullable) */
static const KappaHdf5Attribute *
find_names (KappaKerasFile *self, const char *group, const char *name, GError **error)
{
  const KappaHdf5Attribute *attribute = kappa_hdf5_file_find_attribute (self->hdf5, group, name);
  g_autofree char *what = NULL;

  if (attribute == NULL)
    what = g_strdup_printf ("has no attribute %s", name);
  else if (attribute->refusal != NULL)
    what = g_strdup_printf ("has an attribute %s that is not read: %s", name, attribute->refusal);
  else if (attribute->strings == NULL && attribute->n > 0)
    what = g_strdup_printf ("has an attribute %s that is a list of numbers, not of names", name);
  else
    return attribute;
  fail (self, error, KAPPA_ERROR_FORMAT, group, what);
  return NULL;
}

/* A name is a way down from the layer's group, and nowhere else. */
static gboolean
check_name (KappaKerasFile *self, const char *name, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return fail (self, error, KAPPA_ERROR_FORMAT, name,
                   "is no name of a layer or weight: it must be words separated by single slashes");
  return parts[0] != NULL
         || fail (self, error, KAPPA_ERROR_FORMAT, name, "is no name of a layer or weight");
}

static gboolean
add_layer (KappaKerasFile *self, const char *root, const char *layer, GError **error)
{
  g_autofree char *group = g_strconcat (root, "/", layer, NULL);
  const KappaHdf5Attribute *names;

  if (!check_name (self, layer, error))
    return FALSE;
  names = find_names (self, group, "weight_names", error);
  if (names == NULL)
    return FALSE;
  for (gsize i = 0; names->strings != NULL && i < names->n; i++)
    if (!check_name (self, names->strings[i], error)
        || !add_weight (self, group, names->strings[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
add_layers (KappaKerasFile *self, const char *root, const char *attribute, GError **error)
{
  const KappaHdf5Attribute *names = find_names (self, *root != '\0' ? root : "/", attribute, error);

  if (names == NULL)
    return FALSE;
  for (gsize i = 0; names->strings != NULL && i < names->n; i++)
    if (!add_layer (self, root, names->strings[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
has_attribute (KappaKerasFile *self, const char *root, const char *name)
{
  return kappa_hdf5_file_find_attribute (self->hdf5, *root != '\0' ? root : "/", name) != NULL;
}

static gboolean
has_group (KappaKerasFile *self, const char *path)
{
  for (guint i = 0; i < kappa_hdf5_file_get_n_groups (self->hdf5); i++)
    if (strcmp (kappa_hdf5_file_get_group (self->hdf5, i), path) == 0)
      return TRUE;
  return FALSE;
}

/* Lists that are larger than an attribute may be are cut into layer_names0, layer_names1 and so on.
 */
static gboolean
add_all_layers (KappaKerasFile *self, const char *root, GError **error)
{
  g_autofree char *top = g_strconcat (root, "/" TOP_GROUP, NULL);

  if (has_attribute (self, root, "layer_names"))
    {
      if (!add_layers (self, root, "layer_names", error))
        return FALSE;
    }
  else
    for (guint i = 0;; i++)
      {
        g_autofree char *part = g_strdup_printf ("layer_names%u", i);

        if (!has_attribute (self, root, part))
          break;
        if (!add_layers (self, root, part, error))
          return FALSE;
      }
  return !has_group (self, top) || add_layer (self, root, TOP_GROUP, error);
}

/* What no layer lists would be left out without a word. */
static gboolean
check_leftovers (KappaKerasFile *self, const char *root, GError **error)
{
  g_autoptr (GHashTable) listed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *below = g_strconcat (root, "/", NULL);

  for (guint i = 0; i < self->paths->len; i++)
    if (!g_hash_table_add (listed, self->paths->pdata[i]))
      return fail (self, error, KAPPA_ERROR_FORMAT, self->paths->pdata[i],
                   "is listed twice in weight_names");
  for (guint i = 0; i < kappa_hdf5_file_get_n_datasets (self->hdf5); i++)
    {
      const char *path = kappa_hdf5_file_get_dataset (self->hdf5, i)->path;

      if (g_str_has_prefix (path, below) && !g_hash_table_contains (listed, path))
        return fail (self, error, KAPPA_ERROR_FORMAT, path,
                     "lies among the weights, but no layer's weight_names lists it");
    }
  return TRUE;
}

/* Compressed chunks, or chunks that are not there at all, hold much in a small file. */
static gboolean
check_total (KappaKerasFile *self, GError **error)
{
  KappaTensorFile *file = KAPPA_TENSOR_FILE (self);
  guint64 total = 0, present = kappa_tensor_file_get_file_size (file);

  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);

      total += info->n * kappa_element_get_size (info->element);
    }
  if (total <= MAX_UNCHECKED || total / MAX_RATIO <= present)
    return TRUE;
  return kappa_source_fail (kappa_tensor_file_get_source (file), error, KAPPA_ERROR_FORMAT,
                            "Keras weights: its tensors would take %" G_GUINT64_FORMAT
                            " bytes, more than 200 times those of the file; no real weights do",
                            total);
}

/* Where the file is a whole model they are told of it, and some of the weights once more. */
static void
add_metadata (KappaKerasFile *self, const char *root)
{
  static const char *const keys[] = { "backend", "keras_version" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const KappaHdf5Attribute *attribute
          = kappa_hdf5_file_find_attribute (self->hdf5, "/", keys[i]);

      if (attribute == NULL && *root != '\0')
        attribute = kappa_hdf5_file_find_attribute (self->hdf5, root, keys[i]);
      if (attribute != NULL && attribute->strings != NULL && attribute->n == 1)
        kappa_tensor_file_add_metadata (KAPPA_TENSOR_FILE (self), keys[i], attribute->strings[0]);
    }
}

static gboolean
refuse_stranger (KappaKerasFile *self, GError **error)
{
  KappaSource *source = kappa_tensor_file_get_source (KAPPA_TENSOR_FILE (self));
  const char *what = "has no attribute layer_names, so it holds no Keras weights. If it is a loss "
                     "surface, import it as one";

  if (has_group (self, "/layers") || has_group (self, "/_layer_checkpoint_dependencies"))
    what = "has weights of Keras 3, which are numbered and not named; load it in Keras and save it "
           "with model.save_weights('name.h5')";
  return kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED, "this HDF5 file %s", what);
}

static gboolean
has_layers (KappaKerasFile *self, const char *root)
{
  return has_attribute (self, root, "layer_names") || has_attribute (self, root, "layer_names0");
}

/* kappa_keras_open() for a file whose objects are listed; takes @hdf5. */
KappaTensorFile *
kappa_keras_open_listed (KappaSource *source, KappaHdf5File *hdf5, GError **error)
{
  g_autoptr (KappaTensorFile) file
      = kappa_tensor_file_new (KAPPA_TYPE_KERAS_FILE, source, "Keras HDF5");
  KappaKerasFile *self = KAPPA_KERAS_FILE (file);
  const char *root = "";

  self->hdf5 = hdf5;
  if (has_group (self, MODEL_GROUP) && has_layers (self, MODEL_GROUP))
    root = MODEL_GROUP;
  if (!has_layers (self, root))
    {
      refuse_stranger (self, error);
      return NULL;
    }
  add_metadata (self, root);
  if (!add_all_layers (self, root, error) || !check_leftovers (self, root, error)
      || !check_total (self, error) || !kappa_tensor_file_finish (file, FALSE, error))
    return NULL;
  return g_steal_pointer (&file);
}

/**
 * kappa_keras_open:
 *
 * The file is read by another process, see core/formats/hdf5-child.h. Tensors bear the names that
 * weight_names gives them.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_keras_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  KappaHdf5File *hdf5 = kappa_hdf5_file_open (kappa_source_get_path (source), cancellable, error);

  return hdf5 != NULL ? kappa_keras_open_listed (source, hdf5, error) : NULL;
}
