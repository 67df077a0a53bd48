#include "core/data/cifar-part.h"

#include <string.h>

#include "core/formats/pickle.h"

/* More images than this are no CIFAR batch. */
#define MAX_IMAGES 10000000

static gboolean
check_label (const KappaCifarPart *self, gint64 label, guint i, guint n_classes, GError **error)
{
  if (label >= 0 && label < n_classes)
    return TRUE;
  return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT,
                            "image %u has label %" G_GINT64_FORMAT
                            ", expected 0 to %u; this is not CIFAR-%u",
                            i, label, n_classes - 1, n_classes);
}

/* CIFAR-100 has the coarse label first, then the fine one. */
static gboolean
read_binary (KappaCifarPart *self, guint n_classes, GCancellable *cancellable, GError **error)
{
  guint64 size = kappa_source_get_size (self->source);

  self->header = n_classes == 100 ? 2 : 1;
  self->record = self->header + 3 * KAPPA_CIFAR_PIXELS;
  if (size == 0 || size % self->record != 0 || size / self->record > MAX_IMAGES)
    return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT,
                              "has %" G_GUINT64_FORMAT
                              " bytes, expected a multiple of %" G_GSIZE_FORMAT
                              " as in a CIFAR-%u binary batch; it is truncated or something else",
                              size, self->record, n_classes);
  self->n = (guint)(size / self->record);
  self->labels = g_new (gint32, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      guint8 label;

      if (!kappa_source_read (self->source, i * self->record + self->header - 1, &label, 1, error)
          || !check_label (self, label, i, n_classes, error))
        return FALSE;
      self->labels[i] = label;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
take_pickled_pixels (KappaCifarPart *self, const KappaPickleValue *data, GError **error)
{
  g_auto (KappaPickleArray) array = { 0 };

  if (data != NULL && !kappa_pickle_value_get_array (data, &array, error))
    {
      g_prefix_error (error, "%s: \"data\" in the pickle: ", self->name);
      return FALSE;
    }
  if (array.element != KAPPA_ELEMENT_U8 || array.rank != 2
      || array.dims[1] != 3 * KAPPA_CIFAR_PIXELS || array.dims[0] == 0
      || array.dims[0] > MAX_IMAGES)
    return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT,
                              "is a pickle without \"data\", an array of bytes of shape (images, "
                              "%d); this is not a CIFAR batch",
                              3 * KAPPA_CIFAR_PIXELS);
  self->n = (guint)array.dims[0];
  kappa_source_unref (self->source);
  self->source = kappa_source_new_for_bytes (array.data, self->name);
  self->record = 3 * KAPPA_CIFAR_PIXELS;
  return TRUE;
}

static gboolean
take_pickled_labels (KappaCifarPart *self,
                     const KappaPickleValue *list,
                     const char *key,
                     guint n_classes,
                     GError **error)
{
  gsize n = 0;
  g_autofree gint64 *labels = list != NULL ? kappa_pickle_value_get_ints (list, &n) : NULL;

  if (labels == NULL || n != self->n)
    return kappa_source_fail (
        self->source, error, KAPPA_ERROR_FORMAT,
        "is a pickle whose \"%s\" are not a list of %u whole numbers; this is not CIFAR-%u", key,
        self->n, n_classes);
  self->labels = g_new (gint32, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      if (!check_label (self, labels[i], i, n_classes, error))
        return FALSE;
      self->labels[i] = (gint32)labels[i];
    }
  return TRUE;
}

static gboolean
read_pickle (KappaCifarPart *self, guint n_classes, GCancellable *cancellable, GError **error)
{
  const char *key = n_classes == 100 ? "fine_labels" : "labels";
  g_autoptr (GError) cause = NULL;
  g_autoptr (KappaPickle) pickle = kappa_pickle_load_file (self->path, cancellable, &cause);
  const KappaPickleValue *root;

  if (pickle == NULL)
    {
      if (g_error_matches (cause, KAPPA_ERROR, KAPPA_ERROR_FORMAT))
        g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                     "%s; expected a CIFAR batch: is this file a trained network?", cause->message);
      else
        g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  root = kappa_pickle_get_root (pickle);
  if (kappa_pickle_value_get_kind (root) != KAPPA_PICKLE_DICT)
    return kappa_source_fail (
        self->source, error, KAPPA_ERROR_FORMAT,
        "is a pickle of something else than a dictionary; this is not a CIFAR batch");
  return take_pickled_pixels (self, kappa_pickle_value_lookup (root, "data"), error)
         && take_pickled_labels (self, kappa_pickle_value_lookup (root, key), key, n_classes,
                                 error);
}

/* Both forms are named alike: "test" or "test_batch", "train" or "data_batch_1". */
KappaSplit
kappa_cifar_guess_split (const char *path)
{
  g_autofree char *name = g_path_get_basename (path), *lower = g_ascii_strdown (name, -1);

  if (strstr (lower, "test") != NULL)
    return KAPPA_SPLIT_HELD_OUT;
  return strstr (lower, "train") != NULL || strstr (lower, "data_batch") != NULL
             ? KAPPA_SPLIT_TRAINING
             : KAPPA_SPLIT_UNKNOWN;
}

/**
 * kappa_cifar_part_open:
 * @path: a binary batch or a pickled Python batch
 * @n_classes: 10, or 100 for the fine labels of CIFAR-100
 *
 * Returns: (transfer full): the batch; %NULL with %KAPPA_ERROR_FORMAT, or an error of reading the
 * file or the pickle
 */
KappaCifarPart *
kappa_cifar_part_open (const char *path, guint n_classes, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaCifarPart) self = g_new0 (KappaCifarPart, 1);
  guint8 head[2] = { 0 };
  gboolean done;

  self->source = kappa_source_open (path, error);
  if (self->source == NULL)
    return NULL;
  self->path = g_strdup (path);
  self->name = g_strdup (kappa_source_get_name (self->source));
  self->split = kappa_cifar_guess_split (path);
  if (kappa_source_get_size (self->source) >= sizeof head
      && !kappa_source_read (self->source, 0, head, sizeof head, error))
    return NULL;
  /* A pickle begins with its protocol; as a label 0x80 is out of range. */
  if (head[0] == 0x80)
    done = read_pickle (self, n_classes, cancellable, error);
  else
    done = read_binary (self, n_classes, cancellable, error);
  return done ? g_steal_pointer (&self) : NULL;
}

KappaImage *
kappa_cifar_part_read_image (const KappaCifarPart *self, guint i, GError **error)
{
  guint8 planes[3 * KAPPA_CIFAR_PIXELS];
  KappaImage *image;

  if (!kappa_source_read (self->source, i * self->record + self->header, planes, sizeof planes,
                          error))
    return NULL;
  image = kappa_image_new (KAPPA_CIFAR_SIDE, KAPPA_CIFAR_SIDE);
  for (guint p = 0; p < KAPPA_CIFAR_PIXELS; p++)
    for (guint c = 0; c < 3; c++)
      image->pixels[3 * p + c] = planes[c * KAPPA_CIFAR_PIXELS + p];
  return image;
}

void
kappa_cifar_part_free (KappaCifarPart *self)
{
  g_clear_pointer (&self->source, kappa_source_unref);
  g_free (self->labels);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}
