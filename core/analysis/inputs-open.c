/* Inputs from texts to what they are. */

#include "core/analysis/inputs-private.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/models/preset.h"

static gboolean
open_model (KappaInput *input, GCancellable *cancellable, GError **error)
{
  const KappaModelOptions options = { .preset = g_hash_table_lookup (input->options, "preset"),
                                      .settings = g_hash_table_lookup (input->options, "set") };

  if (input->model == NULL)
    input->model = kappa_model_open (input->source, &options, cancellable, error);
  if (input->model == NULL)
    return FALSE;
  input->hash = g_strdup (kappa_model_get_sha256 (input->model, cancellable, error));
  return input->hash != NULL;
}

static guint64
option_number (KappaInput *input, const char *option, guint64 fallback)
{
  const char *text = g_hash_table_lookup (input->options, option);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : fallback;
}

/* The names of the first model's classes, by which folders and labels are known; %NULL where it has
 * none but such as only its number of outputs speaks for. */
static const char **
list_class_names (KappaInputs *self)
{
  const char **names;
  guint n;

  for (guint i = 0; i < self->items->len; i++)
    {
      const KappaInput *input = g_ptr_array_index (self->items, i);
      gboolean assumed;

      if (input->model == NULL || kappa_model_get_class_evidence (input->model, &assumed) == NULL
          || assumed)
        continue;
      n = kappa_model_get_n_classes (input->model);
      names = g_new0 (const char *, n + 1);
      for (guint c = 0; c < n; c++)
        names[c] = kappa_model_get_class_name (input->model, c);
      return names;
    }
  return NULL;
}

static gboolean
open_dataset (KappaInputs *self, KappaInput *input, GCancellable *cancellable, GError **error)
{
  const char *split = g_hash_table_lookup (input->options, "split");
  g_autofree const char **names = list_class_names (self);
  KappaDatasetOptions options
      = { .labels = g_hash_table_lookup (input->options, "labels"),
          .image_column = g_hash_table_lookup (input->options, "image-column"),
          .label_column = g_hash_table_lookup (input->options, "label-column"),
          .class_ids = names };

  if (split != NULL)
    kappa_split_choice_from_name (split, &options.split);
  input->dataset = kappa_dataset_open (input->source, &options, cancellable, error);
  if (input->dataset == NULL)
    return FALSE;
  input->selection = kappa_selection_new (
      input->dataset, g_hash_table_lookup (input->options, "images"),
      (guint)option_number (input, "sample", 0), option_number (input, "sample-seed", 0), error);
  if (input->selection == NULL)
    return FALSE;
  input->hash = kappa_dataset_dup_hash (input->dataset, cancellable, error);
  return input->hash != NULL;
}

static gboolean
open_input (KappaInputs *self, KappaInput *input, GCancellable *cancellable, GError **error)
{
  switch (input->kind)
    {
    case KAPPA_INPUT_MODEL:
      return open_model (input, cancellable, error);
    case KAPPA_INPUT_DATASET:
      return open_dataset (self, input, cancellable, error);
    default:
      input->hash = kappa_hash_file (input->source, cancellable, error);
      return input->hash != NULL;
    }
}

static gboolean
check_hash (const KappaInput *input, GError **error)
{
  if (input->expected_hash == NULL || g_str_equal (input->expected_hash, input->hash))
    return TRUE;
  g_set_error (error, KAPPA_ERROR,
               input->kind == KAPPA_INPUT_MODEL ? KAPPA_ERROR_MODEL : KAPPA_ERROR_DATA,
               "%s: the content has SHA-256 %.12s…, but the recipe was written for %.12s…. Put the "
               "original back, or remove "
               "“sha256” from the recipe to use what is there now",
               input->source, input->hash, input->expected_hash);
  return FALSE;
}

/**
 * kappa_inputs_open:
 *
 * Opens what is not open yet: reads models, lists datasets and selects their images, and hashes
 * everything. May take seconds. To be called once before an estimate or a run.
 *
 * Returns: %FALSE with the error of the first input that cannot be opened
 */
gboolean
kappa_inputs_open (KappaInputs *self, GCancellable *cancellable, GError **error)
{
  /* Models first: datasets are asked for their classes. */
  for (guint i = 0; i < 2 * self->items->len; i++)
    {
      KappaInput *input = g_ptr_array_index (self->items, i % self->items->len);

      if ((input->kind == KAPPA_INPUT_MODEL) != (i < self->items->len))
        continue;
      if (input->hash == NULL && !open_input (self, input, cancellable, error))
        return FALSE;
      if (!check_hash (input, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_inputs_get_hash:
 *
 * Returns: (transfer none) (nullable): the SHA-256 of the content; %NULL while it is not open
 */
const char *
kappa_inputs_get_hash (KappaInputs *self, const char *name, guint index)
{
  return kappa_inputs_find (self, name, index)->hash;
}

KappaModel *
kappa_inputs_get_model (KappaInputs *self, const char *name, guint index)
{
  return kappa_inputs_find (self, name, index)->model;
}

KappaDataset *
kappa_inputs_get_dataset (KappaInputs *self, const char *name, guint index)
{
  return kappa_inputs_find (self, name, index)->dataset;
}

KappaSelection *
kappa_inputs_get_selection (KappaInputs *self, const char *name, guint index)
{
  return kappa_inputs_find (self, name, index)->selection;
}

static KappaBatchSource *
decode (KappaInput *images,
        KappaInput *network,
        KappaSelection *selection,
        KappaBatchOptions options,
        KappaContext *context,
        GError **error)
{
  options.n_classes = kappa_model_get_n_classes (network->model);
  if (options.n_classes == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "%s: it ends in an embedding, without classes, and so has neither loss nor "
                   "accuracy; give the file that still has its last layer",
                   kappa_model_get_path (network->model));
      return NULL;
    }
  return kappa_batch_source_new (images->dataset, selection,
                                 &kappa_model_get_preset (network->model)->preprocess, &options,
                                 context->workers, context->progress, context->cancellable, error);
}

/**
 * kappa_inputs_make_batches:
 * @data: name of a dataset; its first is taken
 * @model: name of the model whose preprocessing and classes count; its first is taken
 * @need_labels: whether images without a label are left out
 *
 * Returns: (transfer full): the selected images as the model wants them; they are decoded once and
 * kept. %NULL with the error
 */
KappaBatchSource *
kappa_inputs_make_batches (KappaInputs *self,
                           const char *data,
                           const char *model,
                           gboolean need_labels,
                           KappaContext *context,
                           GError **error)
{
  KappaInput *images = kappa_inputs_find (self, data, 0),
             *network = kappa_inputs_find (self, model, 0);
  const KappaBatchOptions options = { .need_labels = need_labels };

  if (images->batches == NULL || images->batches_need_labels != need_labels)
    {
      g_clear_object (&images->batches);
      images->batches = decode (images, network, images->selection, options, context, error);
      images->batches_need_labels = need_labels;
    }
  return images->batches != NULL ? g_object_ref (images->batches) : NULL;
}

static KappaSelection *
select_few (KappaInput *images, guint n, GError **error)
{
  guint n_items = kappa_dataset_get_n_items (images->dataset);

  return kappa_selection_new (images->dataset, NULL, MIN (n, n_items), 0, error);
}

/**
 * kappa_inputs_sample_batches:
 * @n: how many images
 *
 * Returns: (transfer full): a few images of the dataset, prepared in the same way, to time
 * something; %NULL with the error
 */
KappaBatchSource *
kappa_inputs_sample_batches (KappaInputs *self,
                             const char *data,
                             const char *model,
                             gboolean need_labels,
                             guint n,
                             KappaContext *context,
                             GError **error)
{
  const KappaBatchOptions options = { .need_labels = need_labels };

  return kappa_inputs_make_views (self, data, model, 0, n, &options, context, error);
}

/**
 * kappa_inputs_make_views:
 * @index: which of the models called @model
 * @n: a few images of the dataset, to time something; 0 for those that are selected
 * @options: which views, and what they may occupy; the number of classes is the model's
 *
 * Returns: (transfer full): the images as that model wants them; nothing is kept here. %NULL with
 * the error
 */
KappaBatchSource *
kappa_inputs_make_views (KappaInputs *self,
                         const char *data,
                         const char *model,
                         guint index,
                         guint n,
                         const KappaBatchOptions *options,
                         KappaContext *context,
                         GError **error)
{
  KappaInput *images = kappa_inputs_find (self, data, 0),
             *network = kappa_inputs_find (self, model, index);
  g_autoptr (KappaSelection) few = n > 0 ? select_few (images, n, error) : NULL;

  if (n > 0 && few == NULL)
    return NULL;
  return decode (images, network, n > 0 ? few : images->selection, *options, context, error);
}
