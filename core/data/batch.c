#include <string.h>

#include "core/base/error.h"
#include "core/data/batch-private.h"

/**
 * KappaBatchSource:
 *
 * The images an analysis uses, as the network sees them. All are decoded once when the source is
 * made, by all workers, so that broken ones are known and the others are numbered without gaps;
 * their pixels stay in memory as far as the budget goes and are decoded again beyond it. Where
 * several views of each item are wanted, every view counts as an image: those of the first item
 * come first, in the order of kappa_crops_apply(). Immutable afterwards: every function may be
 * called from any thread.
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
  kappa_batch_slots_free (self->slots);
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
static void
make_digest (const void *header,
             gsize header_size,
             const guint8 *pixels,
             gsize size,
             guint8 *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = KAPPA_BATCH_DIGEST_SIZE;

  g_checksum_update (checksum, header, (gssize)header_size);
  g_checksum_update (checksum, pixels, (gssize)size);
  g_checksum_get_digest (checksum, digest, &length);
}

static gboolean
make_views (KappaBatchSource *self,
            KappaImage *image,
            guint8 *views,
            guint8 *digest,
            GCancellable *cancellable,
            GError **error)
{
  const guint32 size[] = { GUINT32_TO_LE (image->width), GUINT32_TO_LE (image->height) };

  if (self->n_views == 1)
    {
      if (!kappa_preprocess_apply (&self->preprocess, image, views, error))
        return FALSE;
      make_digest (NULL, 0, views, self->size, digest);
      return TRUE;
    }
  make_digest (size, sizeof size, image->pixels, (gsize)image->width * image->height * 3, digest);
  if (views == NULL)
    return kappa_crops_can_apply (self->crops, &self->preprocess, image, error);
  return kappa_crops_apply (self->crops, &self->preprocess, image, views, cancellable, error);
}

/* Decodes and preprocesses an item of the dataset. @views: kappa_batch_source_unit() bytes; NULL
 * where several views of it are only wanted later. @digest: (out): SHA-256 of the preprocessed
 * pixels, or of the image itself where there are several views, which would take longer to digest
 * than to make. */
gboolean
kappa_batch_source_load (KappaBatchSource *self,
                         guint item,
                         guint8 *views,
                         guint8 *digest,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (KappaImage) image = kappa_dataset_load_image (self->dataset, item, cancellable, error);

  if (image == NULL)
    return FALSE;
  if (make_views (self, image, views, digest, cancellable, error))
    return TRUE;
  if (error != NULL && !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *name = kappa_dataset_dup_item_name (self->dataset, item);

      g_prefix_error (error, "%s: ", name);
    }
  return FALSE;
}

/* Bytes of all views of an item. */
gsize
kappa_batch_source_unit (KappaBatchSource *self)
{
  return self->n_views * self->size;
}

static gint64
count_images (KappaBatchSource *self)
{
  return (gint64)self->n * self->n_views;
}

/**
 * kappa_batch_source_get_n:
 *
 * Returns: the number of usable images, at least 1; every view of an item is one
 */
gint64
kappa_batch_source_get_n (KappaBatchSource *self)
{
  return count_images (self);
}

/**
 * kappa_batch_source_get_n_views:
 *
 * Returns: how many images are made of each item; image i is view i % n of item number i / n
 */
guint
kappa_batch_source_get_n_views (KappaBatchSource *self)
{
  return self->n_views;
}

/**
 * kappa_batch_source_get_plain_view:
 *
 * Returns: which of an item's views is what the preset does, -1 if none is
 */
int
kappa_batch_source_get_plain_view (KappaBatchSource *self)
{
  return kappa_crops_get_plain (self->crops, &self->preprocess);
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
  g_return_val_if_fail (i >= 0 && i < count_images (self), 0);

  return self->items[i / self->n_views];
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
 * Returns: (transfer none): a SHA-256 over the preprocessing, the views and over pixels and label
 * of every image in order: equal hashes mean that the network is given equal numbers, wherever the
 * files lie
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
  g_return_val_if_fail (first >= 0 && count >= 0 && first + count <= count_images (self), FALSE);

  for (gint64 i = first; i < first + count; i++, chw += self->size)
    if (i < (gint64)self->n_cached * self->n_views)
      {
        memcpy (chw, self->pixels + (gsize)i * self->size, self->size);
      }
    else
      {
        const guint8 *views = kappa_batch_source_hold (self, (guint)(i / self->n_views), error);

        if (views == NULL)
          return FALSE;
        memcpy (chw, views + (gsize)(i % self->n_views) * self->size, self->size);
        kappa_batch_source_release (self, views);
      }
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
  gint64 n_kept = CLAMP ((gint64)self->n_cached * self->n_views - first, 0, count), run;
  gsize step = self->size * (type == KAPPA_PIXEL_FLOAT ? sizeof (float) : sizeof (double));

  g_return_val_if_fail (first >= 0 && count >= 0 && first + count <= count_images (self), FALSE);

  kappa_preprocess_normalize (&self->preprocess, self->pixels + (gsize)first * self->size,
                              (gsize)n_kept, type, values);
  for (gint64 i = n_kept; i < count; i += run)
    {
      gint64 view = (first + i) % self->n_views;
      const guint8 *views
          = kappa_batch_source_hold (self, (guint)((first + i) / self->n_views), error);

      if (views == NULL)
        return FALSE;
      run = MIN (self->n_views - view, count - i);
      kappa_preprocess_normalize (&self->preprocess, views + (gsize)view * self->size, (gsize)run,
                                  type, (guint8 *)values + (gsize)i * step);
      kappa_batch_source_release (self, views);
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
  g_return_if_fail (first >= 0 && count >= 0 && first + count <= count_images (self));

  for (gint64 i = 0; i < count; i++)
    labels[i] = self->labels[(first + i) / self->n_views];
}
