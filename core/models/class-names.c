#include "core/models/class-names.h"

#include <string.h>

/* In the order of the labels of CIFAR-10. */
static const char *const cifar10_names[]
    = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" };

/* The fine labels of CIFAR-100, which are in the order of the alphabet. */
static const char *const cifar100_names[]
    = { "apple",       "aquarium fish", "baby",      "bear",       "beaver",       "bed",
        "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
        "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
        "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
        "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
        "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
        "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn mower",
        "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple tree",
        "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak tree",     "orange",
        "orchid",      "otter",         "palm tree", "pear",       "pickup truck", "pine tree",
        "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
        "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
        "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
        "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet pepper",
        "table",       "tank",          "telephone", "television", "tiger",        "tractor",
        "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
        "willow tree", "wolf",          "woman",     "worm" };

static const char *const digit_names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

/* Metadata such as "classes": "cat,dog" count if they name as many classes as the network has.
 * Names with commas in them stand in lines. */
static GPtrArray *
from_metadata (KappaTensorFile *file, guint n)
{
  g_autofree char *text = g_strdup (kappa_tensor_file_lookup_metadata (file, "classes"));
  g_auto (GStrv) names = NULL;
  GPtrArray *list;

  if (text != NULL)
    names = g_strsplit (g_strchomp (text), strchr (text, '\n') != NULL ? "\n" : ",", -1);
  if (names == NULL || g_strv_length (names) != n)
    return NULL;
  list = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, g_strdup (g_strstrip (names[i])));
  return list;
}

static GPtrArray *
from_table (const char *before, const char *const *table, guint n)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  if (before != NULL)
    g_ptr_array_add (list, g_strdup (before));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, g_strdup (table[i]));
  return list;
}

static void
assume (KappaClassNames *self, GPtrArray *names, gboolean assumed, const char *evidence)
{
  *self = (KappaClassNames) { names, g_strdup (evidence), assumed };
}

/* ImageNet is used in two orders: that of its WordNet numbers, and the same behind a background
 * class. */
static void
assume_by_number (KappaClassNames *self, const KappaRecognition *recognition)
{
  const KappaConfig *config = recognition->config;
  const guint n = config->classes;
  const gboolean cifar = recognition->architecture == &kappa_architecture_cifar_resnet;

  if (n == KAPPA_N_IMAGENET_NAMES)
    assume (
        self, from_table (NULL, kappa_imagenet_names, n), TRUE,
        "1000 outputs are taken for ImageNet's classes in the order of their WordNet numbers, as "
        "torchvision, timm and Keras have them");
  else if (n == KAPPA_N_IMAGENET_NAMES + 1)
    assume (self, from_table ("background", kappa_imagenet_names, n - 1), TRUE,
            "1001 outputs are taken for TensorFlow's background class and, behind it, ImageNet's "
            "classes in the order of their WordNet numbers");
  else if (n == G_N_ELEMENTS (cifar100_names) && cifar)
    assume (self, from_table (NULL, cifar100_names, n), FALSE,
            "100 outputs of a network for CIFAR: the fine labels of CIFAR-100");
  else if (n == G_N_ELEMENTS (cifar10_names) && cifar)
    assume (self, from_table (NULL, cifar10_names, n), FALSE,
            "10 outputs of a network for CIFAR: the labels of CIFAR-10");
  else if (n == G_N_ELEMENTS (digit_names) && config->channels == 1)
    assume (self, from_table (NULL, digit_names, n), TRUE,
            "10 outputs from grey images are taken for the digits of MNIST");
}

/**
 * kappa_class_names_find:
 * @self: (out caller-allocates): free with kappa_class_names_clear()
 * @folder: (nullable): the Hugging Face folder the file lies in
 *
 * A name for each class, from the file's metadata, the folder, or the data set that networks with
 * so many outputs are trained on.
 */
void
kappa_class_names_find (KappaClassNames *self,
                        const KappaRecognition *recognition,
                        KappaTensorFile *file,
                        const KappaHubFolder *folder)
{
  const guint n = recognition->config->classes;
  GPtrArray *names = from_metadata (file, n);

  *self = (KappaClassNames) { 0 };
  if (names != NULL)
    assume (self, names, FALSE, "the file names its classes");
  else if (folder != NULL && (names = kappa_hub_folder_list_classes (folder, n)) != NULL)
    assume (self, names, FALSE, "config.json names its classes");
  else
    assume_by_number (self, recognition);
}

void
kappa_class_names_clear (KappaClassNames *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->evidence, g_free);
}
