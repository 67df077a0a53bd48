#include <string.h>

#include "core/base/error.h"
#include "core/data/batch-private.h"

/**
 * KappaBatchSource:
 *
 * The images an analysis uses, as the network sees them. All are decoded once when the source is
 * made, by all workers, so that broken ones are known and the others are numbered without gaps;
 * their pixels stay in memory as far as the budget goes and are decoded again beyond it. Immutable
 * afterwards: every function may be called from any thread.
 */
G_DEFINE_FINAL_TYPE (KappaBatchSource, kappa_batch_source, G_TYPE_OBJECT)

static void
kappa_batch_source_finalize (GObject *object)
{
  KappaBatchSource *self = KAPPA_BATCH_SOURCE (object);

  g_clear_object (&self->dataset);
  g_ptr_array_unref (self->left_out);
  g_free (self->items);
  g_free (self->labels);
  g_free (self->digests);
  g_free (self->pixels);
  g_free (self->description);
  g_free (self->hash);
  G_OBJECT_CLASS (kappa_batch_source_parent_class)->finalize (object);
}

static void
kappa_batch_source_class_init (KappaBatchSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_batch_source_finalize;
}

static void
kappa_batch_source_init (KappaBatchSource *self)
{
  self->left_out = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_problem_free);
}

/* @digest: KAPPA_BATCH_DIGEST_SIZE bytes */
void
kappa_batch_source_digest (const guint8 *pixels, gsize size, guint8 *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = KAPPA_BATCH_DIGEST_SIZE;

  g_checksum_update (checksum, pixels, (gssize)size);
  g_checksum_get_digest (checksum, digest, &length);
}

/* Decodes and preprocesses an item of the dataset. */
gboolean
kappa_batch_source_load_pixels (KappaBatchSource *self,
                                guint item,
                                guint8 *chw,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (KappaImage) image = kappa_dataset_load_image (self->dataset, item, cancellable, error);

  if (image == NULL)
    return FALSE;
  if (kappa_preprocess_apply (&self->preprocess, image, chw, error))
    return TRUE;
  if (error != NULL)
    {
      g_autofree char *name = kappa_dataset_dup_item_name (self->dataset, item);

      g_prefix_error (error, "%s: ", name);
    }
  return FALSE;
}

/**
 * kappa_batch_source_get_n:
 *
 * Returns: the number of usable images, at least 1
 */
gint64
kappa_batch_source_get_n (KappaBatchSource *self)
{
  return self->n;
}

KappaDataset *
kappa_batch_source_get_dataset (KappaBatchSource *self)
{
  return self->dataset;
}

const KappaPreprocess *
kappa_batch_source_get_preprocess (KappaBatchSource *self)
{
  return &self->preprocess;
}

/**
 * kappa_batch_source_get_item:
 *
 * Returns: which item of the dataset image @i is
 */
guint32
kappa_batch_source_get_item (KappaBatchSource *self, gint64 i)
{
  g_return_val_if_fail (i >= 0 && i < self->n, 0);

  return self->items[i];
}

/**
 * kappa_batch_source_get_description:
 *
 * Returns: (transfer none): one line that says which images these are, and how many were left out
 */
const char *
kappa_batch_source_get_description (KappaBatchSource *self)
{
  return self->description;
}

/**
 * kappa_batch_source_get_hash:
 *
 * Returns: (transfer none): a SHA-256 over the preprocessing and over pixels and label of every
 * image in order: equal hashes mean that the network is given equal numbers, wherever the files lie
 */
const char *
kappa_batch_source_get_hash (KappaBatchSource *self)
{
  return self->hash;
}

/**
 * kappa_batch_source_get_left_out:
 *
 * Returns: (transfer none) (element-type KappaProblem): the selected images that cannot be used,
 * and why
 */
GPtrArray *
kappa_batch_source_get_left_out (KappaBatchSource *self)
{
  return self->left_out;
}

/* Decodes an image that did not fit into the budget; its pixels must be what they were. */
static gboolean
load_again (KappaBatchSource *self, guint i, guint8 *chw, GError **error)
{
  guint8 digest[KAPPA_BATCH_DIGEST_SIZE];
  g_autofree char *name = NULL;

  if (!kappa_batch_source_load_pixels (self, self->items[i], chw, NULL, error))
    return FALSE;
  kappa_batch_source_digest (chw, self->size, digest);
  if (memcmp (digest, self->digests + (gsize)i * KAPPA_BATCH_DIGEST_SIZE, KAPPA_BATCH_DIGEST_SIZE)
      == 0)
    return TRUE;
  name = kappa_dataset_dup_item_name (self->dataset, self->items[i]);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: was changed while it was in use; start again", name);
  return FALSE;
}

/**
 * kappa_batch_source_fetch_pixels:
 * @chw: (out): @count preprocessed images, kappa_preprocess_get_size() bytes each
 *
 * Returns: %FALSE with the image's error if one that was not kept cannot be read again
 */
gboolean
kappa_batch_source_fetch_pixels (KappaBatchSource *self,
                                 gint64 first,
                                 gint64 count,
                                 guint8 *chw,
                                 GError **error)
{
  g_return_val_if_fail (first >= 0 && count >= 0 && first + count <= self->n, FALSE);

  for (gint64 i = first; i < first + count; i++, chw += self->size)
    if (i < self->n_cached)
      memcpy (chw, self->pixels + (gsize)i * self->size, self->size);
    else if (!load_again (self, (guint)i, chw, error))
      return FALSE;
  return TRUE;
}

/**
 * kappa_batch_source_fetch:
 * @type: float or double
 * @values: (out): @count images, channels × height × width numbers each
 *
 * Gives the numbers that go into the network.
 *
 * Returns: %FALSE with the image's error if one that was not kept cannot be read again
 */
gboolean
kappa_batch_source_fetch (KappaBatchSource *self,
                          gint64 first,
                          gint64 count,
                          KappaPixelType type,
                          void *values,
                          GError **error)
{
  g_autofree guint8 *chw = NULL;
  gint64 n_kept = CLAMP ((gint64)self->n_cached - first, 0, count);
  gsize step = self->size * (type == KAPPA_PIXEL_FLOAT ? sizeof (float) : sizeof (double));

  g_return_val_if_fail (first >= 0 && count >= 0 && first + count <= self->n, FALSE);

  kappa_preprocess_normalize (&self->preprocess, self->pixels + (gsize)first * self->size,
                              (gsize)n_kept, type, values);
  for (gint64 i = n_kept; i < count; i++)
    {
      if (chw == NULL)
        chw = g_malloc (self->size);
      if (!load_again (self, (guint)(first + i), chw, error))
        return FALSE;
      kappa_preprocess_normalize (&self->preprocess, chw, 1, type,
                                  (guint8 *)values + (gsize)i * step);
    }
  return TRUE;
}

/**
 * kappa_batch_source_fetch_labels:
 * @labels: (out): the class of each image, -1 if unknown
 */
void
kappa_batch_source_fetch_labels (KappaBatchSource *self, gint64 first, gint64 count, gint32 *labels)
{
  g_return_if_fail (first >= 0 && count >= 0 && first + count <= self->n);

  memcpy (labels, self->labels + first, (gsize)count * sizeof *labels);
}
