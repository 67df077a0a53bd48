#include <string.h>

#include "core/base/error.h"
#include "core/data/batch-private.h"

#define DEFAULT_BUDGET ((gsize)1 << 30)

static void
leave_out (KappaBatchSource *self, guint item, const char *message)
{
  g_autofree char *name = kappa_dataset_dup_item_name (self->dataset, item);

  g_ptr_array_add (self->left_out, kappa_problem_new (name, message));
}

static gboolean
check_classes (KappaDataset *dataset, const KappaBatchOptions *options, GError **error)
{
  guint n_classes = kappa_dataset_get_n_classes (dataset);

  if (options->n_classes == 0 || !kappa_dataset_get_by_position (dataset)
      || n_classes == options->n_classes)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: has %u classes, \"%s\" to \"%s\", numbered in the order of their names, but "
               "the model has %u outputs; "
               "which output means which class cannot be told",
               kappa_dataset_get_title (dataset), n_classes,
               kappa_dataset_get_class_name (dataset, 0),
               kappa_dataset_get_class_name (dataset, n_classes - 1), options->n_classes);
  return FALSE;
}

static gboolean
check_label (KappaDataset *dataset, guint item, int label, guint n_classes, GError **error)
{
  g_autofree char *name = NULL;

  if (n_classes == 0 || label < (int)n_classes)
    return TRUE;
  name = kappa_dataset_dup_item_name (dataset, item);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: has label %d (\"%s\"), but the model has %u outputs, 0 to %u; the data belong "
               "to another model",
               name, label, kappa_dataset_get_class_name (dataset, (guint)label), n_classes,
               n_classes - 1);
  return FALSE;
}

/* Notes the images that are to be decoded, and leaves out those without a label where one is
 * needed. */
static gboolean
take_items (KappaBatchSource *self,
            KappaSelection *selection,
            const KappaBatchOptions *options,
            GError **error)
{
  const guint32 *indices = kappa_selection_get_indices (selection);
  guint n = kappa_selection_get_n (selection);

  self->items = g_new (guint32, n);
  self->labels = g_new (gint32, n);
  for (guint i = 0; i < n; i++)
    {
      int label = kappa_dataset_get_label (self->dataset, indices[i]);

      if (!check_label (self->dataset, indices[i], label, options->n_classes, error))
        return FALSE;
      if (label < 0 && options->need_labels)
        {
          leave_out (self, indices[i], "has no label");
          continue;
        }
      self->items[self->n] = indices[i];
      self->labels[self->n++] = label;
    }
  if (self->n > 0)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: none of the %u images has a label; give them in a table of images and labels, "
               "or in a folder for each class",
               kappa_dataset_get_title (self->dataset), n);
  return FALSE;
}

typedef struct
{
  KappaBatchSource *source;
  KappaProgress *progress;
  GCancellable *cancellable;
  guint8 **scratch;  /* for each worker: an image that is not kept; NULL for several views */
  GError **failures; /* for each image */
} Decoding;

static gboolean
decode_task (gsize task, guint worker, gpointer data, GError **error)
{
  Decoding *decoding = data;
  KappaBatchSource *self = decoding->source;
  guint8 *views = task < self->n_cached ? self->pixels + task * kappa_batch_source_unit (self)
                                        : decoding->scratch[worker];
  guint8 *digest = self->digests + task * KAPPA_BATCH_DIGEST_SIZE;
  GError **failure = &decoding->failures[task];

  if (!kappa_progress_check (decoding->progress, decoding->cancellable, error))
    return FALSE;
  if (!kappa_batch_source_load (self, self->items[task], views, digest, decoding->cancellable,
                                failure)
      && g_error_matches (*failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (failure));
      return FALSE;
    }
  kappa_progress_advance (decoding->progress, 1.0);
  return TRUE;
}

/* Closes the gaps that broken images leave. */
static void
compact (KappaBatchSource *self, GError *const *failures)
{
  const gsize unit = kappa_batch_source_unit (self);
  guint n = 0, n_cached = 0;

  for (guint i = 0; i < self->n; i++)
    {
      if (failures[i] != NULL)
        {
          leave_out (self, self->items[i], failures[i]->message);
          continue;
        }
      if (i < self->n_cached && n < i)
        memcpy (self->pixels + n * unit, self->pixels + i * unit, unit);
      n_cached += i < self->n_cached;
      memmove (self->digests + (gsize)n * KAPPA_BATCH_DIGEST_SIZE,
               self->digests + (gsize)i * KAPPA_BATCH_DIGEST_SIZE, KAPPA_BATCH_DIGEST_SIZE);
      self->items[n] = self->items[i];
      self->labels[n++] = self->labels[i];
    }
  self->n = n;
  self->n_cached = n_cached;
}

/* How many of @n items can stay in memory. Where several views of each are wanted and not all can,
 * those in use are kept beside them, one for each worker and one more, within the same budget. */
guint
kappa_batch_source_count_cached (KappaBatchSource *self, gsize n, guint n_workers)
{
  gsize most = self->budget / kappa_batch_source_unit (self);

  if (n <= most || self->n_views == 1)
    return (guint)MIN (n, most);
  return (guint)(most - MIN (most, n_workers + 1));
}

static gboolean
allocate (KappaBatchSource *self, guint n_workers, GError **error)
{
  gsize size;

  self->n_cached = kappa_batch_source_count_cached (self, self->n, n_workers);
  self->slots = kappa_batch_slots_new (n_workers + 1);
  self->digests = g_malloc ((gsize)self->n * KAPPA_BATCH_DIGEST_SIZE);
  size = self->n_cached * kappa_batch_source_unit (self);
  self->pixels = g_try_malloc (MAX (size, 1));
  if (self->pixels != NULL)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
               "%s: no memory for the %" G_GSIZE_FORMAT " bytes of pixels of %u images",
               kappa_dataset_get_title (self->dataset), size, self->n_cached);
  return FALSE;
}

static gboolean
run_workers (KappaBatchSource *self, KappaWorkers *workers, Decoding *decoding, GError **error)
{
  guint n_workers = kappa_workers_get_n (workers);
  gboolean done;

  decoding->scratch = g_new (guint8 *, n_workers);
  for (guint w = 0; w < n_workers; w++)
    decoding->scratch[w]
        = self->n_cached < self->n && self->n_views == 1 ? g_malloc (self->size) : NULL;
  kappa_progress_start (decoding->progress, self->n, "Reading images");
  done = kappa_workers_run (workers, self->n, decode_task, decoding, decoding->cancellable, error);
  for (guint w = 0; w < n_workers; w++)
    g_free (decoding->scratch[w]);
  g_free (decoding->scratch);
  return done;
}

static gboolean
decode_all (KappaBatchSource *self,
            KappaWorkers *workers,
            KappaProgress *progress,
            GCancellable *cancellable,
            GError **error)
{
  guint n_tried = self->n;
  g_autofree GError **failures = g_new0 (GError *, n_tried);
  Decoding decoding = { self, progress, cancellable, NULL, failures };
  gboolean done = run_workers (self, workers, &decoding, error);

  if (done)
    compact (self, failures);
  if (done && self->n == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: none of the %u images can be used; the first: %s",
                   kappa_dataset_get_title (self->dataset), n_tried, failures[0]->message);
      done = FALSE;
    }
  for (guint i = 0; i < n_tried; i++)
    g_clear_error (&failures[i]);
  return done;
}

/* Everything that decides the numbers the network is given: preprocessing, views, pixels, labels,
 * in order. */
static char *
make_hash (KappaBatchSource *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *preprocess = kappa_preprocess_to_text (&self->preprocess);

  g_checksum_update (checksum, (const guchar *)preprocess, -1);
  if (self->crops != KAPPA_CROPS_ONE)
    {
      g_autofree char *views = kappa_crops_describe (self->crops, &self->preprocess);

      g_checksum_update (checksum, (const guchar *)views, -1);
    }
  for (guint i = 0; i < self->n; i++)
    {
      guint32 label = GUINT32_TO_LE ((guint32)self->labels[i]);

      g_checksum_update (checksum, self->digests + (gsize)i * KAPPA_BATCH_DIGEST_SIZE,
                         KAPPA_BATCH_DIGEST_SIZE);
      g_checksum_update (checksum, (const guchar *)&label, sizeof label);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static char *
make_description (KappaBatchSource *self, KappaSelection *selection)
{
  GString *description = g_string_new (kappa_selection_get_description (selection));

  if (self->crops != KAPPA_CROPS_ONE)
    {
      g_autofree char *views = kappa_crops_describe (self->crops, &self->preprocess);

      g_string_append_printf (description, "; %s", views);
    }
  if (self->left_out->len > 0)
    g_string_append_printf (description, "; %u of them left out as broken or unlabelled",
                            self->left_out->len);
  return g_string_free (description, FALSE);
}

/**
 * kappa_batch_source_new:
 * @options: (nullable): %NULL for no labels needed and the default budget
 * @workers: decode in parallel
 * @progress: (nullable): started anew, one unit for each image
 *
 * Decodes and preprocesses the selected images. Images that fail are left out and listed.
 *
 * Returns: (transfer full): the source; %NULL with %KAPPA_ERROR_DATA if a label is beyond the
 * model's outputs or no image can be used, %KAPPA_ERROR_USAGE for impossible preprocessing,
 * %KAPPA_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
KappaBatchSource *
kappa_batch_source_new (KappaDataset *dataset,
                        KappaSelection *selection,
                        const KappaPreprocess *preprocess,
                        const KappaBatchOptions *options,
                        KappaWorkers *workers,
                        KappaProgress *progress,
                        GCancellable *cancellable,
                        GError **error)
{
  static const KappaBatchOptions none = { 0 };
  g_autoptr (KappaBatchSource) self = g_object_new (KAPPA_TYPE_BATCH_SOURCE, NULL);

  if (options == NULL)
    options = &none;
  if (!kappa_preprocess_check (preprocess, error)
      || !kappa_crops_check (options->crops, preprocess, error)
      || !check_classes (dataset, options, error))
    return NULL;
  self->dataset = g_object_ref (dataset);
  self->preprocess = *preprocess;
  self->crops = options->crops;
  self->n_views = kappa_crops_get_n (options->crops);
  self->size = kappa_preprocess_get_size (preprocess);
  self->budget = options->budget > 0 ? options->budget : DEFAULT_BUDGET;
  if (!take_items (self, selection, options, error)
      || !allocate (self, kappa_workers_get_n (workers), error)
      || !decode_all (self, workers, progress, cancellable, error))
    return NULL;
  self->hash = make_hash (self);
  self->description = make_description (self, selection);
  return g_steal_pointer (&self);
}

static gsize
memory_of_list (gsize n_items)
{
  return n_items * (sizeof (guint32) + sizeof (gint32) + KAPPA_BATCH_DIGEST_SIZE);
}

/**
 * kappa_batch_source_predict_memory:
 *
 * Returns: bytes that a source for one view of @n_images would keep, before it is made
 */
gsize
kappa_batch_source_predict_memory (guint n_images,
                                   const KappaPreprocess *preprocess,
                                   const KappaBatchOptions *options)
{
  gsize budget = options != NULL && options->budget > 0 ? options->budget : DEFAULT_BUDGET;
  gsize size = kappa_preprocess_get_size (preprocess);

  return memory_of_list (n_images) + MIN (n_images, budget / size) * size;
}

/**
 * kappa_batch_source_get_memory:
 * @n_images: how many images; not necessarily those it has. Every view counts
 * @n_workers: how many threads use it
 *
 * Returns: bytes that a source like this one keeps for so many images
 */
gsize
kappa_batch_source_get_memory (KappaBatchSource *self, gint64 n_images, guint n_workers)
{
  gsize n = (gsize)(n_images + self->n_views - 1) / self->n_views;
  gsize n_kept = kappa_batch_source_count_cached (self, n, n_workers);

  if (n_kept < n)
    n_kept += n_workers + 1;
  return memory_of_list (n) + MIN (n_kept, n) * kappa_batch_source_unit (self);
}
