#include "core/analysis/predict-members-private.h"

#include <string.h>

#include "core/analysis/memory.h"
#include "core/base/error.h"
#include "core/models/preset.h"

/* Views between two looks at what was found; what is in flight is lost when the process is killed.
 */
#define VIEWS_AT_ONCE 512

/* What the decoded images of all networks together may occupy, and what part of all memory. */
#define BUDGET         ((guint64)1 << 30)
#define PART_OF_MEMORY 4

void
kappa_predict_members_free (KappaPredictMembers *self)
{
  if (self == NULL)
    return;
  for (guint m = 0; m < self->n; m++)
    {
      g_clear_object (&self->members[m].model);
      g_clear_object (&self->members[m].batches);
      g_clear_pointer (&self->members[m].objective, kappa_objective_free);
    }
  for (guint p = 0; p < self->n_predictions; p++)
    g_free (self->scores[p]);
  g_free (self->members);
  g_free (self->predictions);
  g_free (self->scores);
  g_free (self);
}

/* Which of the two has the background that the other lacks, if that is the difference. */
static const char *
hint_background (guint first, guint other)
{
  if (first + 1 == other || other + 1 == first)
    return "; if the larger number counts a background class, leave it away with background=drop "
           "among that model's settings";
  return "";
}

static gboolean
check_classes (KappaModel *first, KappaModel *other, GError **error)
{
  guint n = kappa_model_get_n_classes (first), n_other = kappa_model_get_n_classes (other);

  if (n != n_other)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "%s has %u classes and %s has %u; only predictions of the same classes can be "
                   "averaged%s",
                   kappa_model_get_path (first), n, kappa_model_get_path (other), n_other,
                   hint_background (n, n_other));
      return FALSE;
    }
  for (guint c = 0; c < n; c++)
    {
      const char *name = kappa_model_get_class_name (first, c),
                 *other_name = kappa_model_get_class_name (other, c);

      if (name == NULL || other_name == NULL || strcmp (name, other_name) == 0)
        continue;
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "class %u is “%s” in %s and “%s” in %s; only predictions of the same classes in "
                   "the same order can be averaged",
                   c, name, kappa_model_get_path (first), other_name, kappa_model_get_path (other));
      return FALSE;
    }
  return TRUE;
}

static const KappaPreprocess *
get_preprocess (const KappaPredictMember *member)
{
  return &kappa_model_get_preset (member->model)->preprocess;
}

/* The first member that prepares images in the same way; the member itself if none before does. */
static guint
find_same (KappaPredictMembers *self, guint m)
{
  guint same = 0;

  while (same < m
         && !kappa_preprocess_equal (get_preprocess (&self->members[same]),
                                     get_preprocess (&self->members[m])))
    same++;
  return same;
}

/* An image that one preset can prepare and another cannot would be counted for some members only.
 */
static gboolean
check_same_images (const KappaPredictMember *first, const KappaPredictMember *other, GError **error)
{
  gint64 n = kappa_batch_source_get_n (first->batches),
         n_other = kappa_batch_source_get_n (other->batches);
  gint64 i = 0;
  const KappaPredictMember *lacking;
  const KappaProblem *problem;

  while (i < MIN (n, n_other)
         && kappa_batch_source_get_item (first->batches, i)
                == kappa_batch_source_get_item (other->batches, i))
    i++;
  if (i == n && i == n_other)
    return TRUE;
  lacking = kappa_batch_source_get_left_out (first->batches)->len
                    > kappa_batch_source_get_left_out (other->batches)->len
                ? first
                : other;
  problem = g_ptr_array_index (kappa_batch_source_get_left_out (lacking->batches),
                               kappa_batch_source_get_left_out (lacking->batches)->len - 1);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s cannot be shown images that the other models can, such as %s: %s; choose images "
               "that suit all of them, or another mode among its settings",
               kappa_model_get_path (lacking->model), problem->item, problem->message);
  return FALSE;
}

static KappaBatchSource *
make_batches (KappaPredictMembers *self,
              KappaInputs *given,
              guint m,
              guint n_sources,
              KappaContext *context,
              GError **error)
{
  const KappaPredictOptions *options = &self->options;
  KappaBatchOptions batch = { .need_labels = options->labelled, .crops = options->crops };

  if (n_sources == 1 && options->crops == KAPPA_CROPS_ONE && options->n_sample == 0)
    return kappa_inputs_make_batches (given, "data", "model", options->labelled, context, error);
  batch.budget = (gsize)MAX (
      MIN (BUDGET, kappa_memory_get_budget (context) / PART_OF_MEMORY) / n_sources, 1);
  return kappa_inputs_make_views (given, "data", "model", m, options->n_sample, &batch, context,
                                  error);
}

static gboolean
open_members (KappaPredictMembers *self, KappaInputs *given, KappaContext *context, GError **error)
{
  guint n_sources = 0;

  for (guint m = 0; m < self->n; m++)
    {
      self->members[m].model = g_object_ref (kappa_inputs_get_model (given, "model", m));
      if (!check_classes (self->members[0].model, self->members[m].model, error))
        return FALSE;
      self->members[m].shares = find_same (self, m) < m;
      n_sources += !self->members[m].shares;
    }
  for (guint m = 0; m < self->n; m++)
    {
      KappaPredictMember *member = &self->members[m];

      member->batches = member->shares ? g_object_ref (self->members[find_same (self, m)].batches)
                                       : make_batches (self, given, m, n_sources, context, error);
      if (member->batches == NULL || !check_same_images (&self->members[0], member, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_objectives (KappaPredictMembers *self, GError **error)
{
  for (guint m = 0; m < self->n; m++)
    {
      KappaPredictMember *member = &self->members[m];

      member->objective = kappa_objective_new (member->model, member->batches,
                                               self->options.precision, self->options.l2, error);
      if (member->objective == NULL)
        return FALSE;
    }
  return TRUE;
}

static int
find_plain (KappaPredictMembers *self)
{
  int plain = kappa_batch_source_get_plain_view (self->members[0].batches);

  for (guint m = 1; m < self->n; m++)
    if (kappa_batch_source_get_plain_view (self->members[m].batches) != plain)
      return -1;
  return plain;
}

/* The average of everything first; then what its parts say alone. */
static void
list_predictions (KappaPredictMembers *self)
{
  gboolean plain = self->n_views > 1 && self->plain >= 0;
  guint n_alone = self->n > 1 ? self->n : 0;
  KappaPrediction *p;

  self->n_predictions = (1 + n_alone) * (plain ? 2 : 1);
  self->predictions = p = g_new (KappaPrediction, self->n_predictions);
  self->scores = g_new (double *, self->n_predictions);
  for (int with_plain = 0; with_plain <= plain; with_plain++)
    for (int m = -1; m < (int)n_alone; m++)
      *p++ = (KappaPrediction) { m, with_plain == 1 };
  for (guint i = 0; i < self->n_predictions; i++)
    self->scores[i] = g_new (double, kappa_predict_members_get_block (self) * self->n_classes);
}

static gboolean
complete (KappaPredictMembers *self, GError **error)
{
  self->n_views = kappa_batch_source_get_n_views (self->members[0].batches);
  self->n_classes = kappa_model_get_n_classes (self->members[0].model);
  self->plain = find_plain (self);
  list_predictions (self);
  return make_objectives (self, error);
}

/**
 * kappa_predict_members_new:
 * @given: the inputs "model", at least one, and "data"; open
 *
 * Decodes the images for all networks, once for those that want them prepared in the same way.
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_MODEL if the networks have different classes,
 * or the error of images or networks
 */
KappaPredictMembers *
kappa_predict_members_new (KappaInputs *given,
                           const KappaPredictOptions *options,
                           KappaContext *context,
                           GError **error)
{
  g_autoptr (KappaPredictMembers) self = g_new0 (KappaPredictMembers, 1);

  self->options = *options;
  self->n = kappa_inputs_get_n (given, "model");
  self->members = g_new0 (KappaPredictMember, self->n);
  return open_members (self, given, context, error) && complete (self, error)
             ? g_steal_pointer (&self)
             : NULL;
}

/**
 * kappa_predict_members_new_float32:
 *
 * Returns: (transfer full): the same networks over the same images in float32; %NULL with the error
 */
KappaPredictMembers *
kappa_predict_members_new_float32 (KappaPredictMembers *of, GError **error)
{
  g_autoptr (KappaPredictMembers) self = g_new0 (KappaPredictMembers, 1);

  self->options = of->options;
  self->options.precision = KAPPA_PRECISION_FLOAT32;
  self->n = of->n;
  self->members = g_new0 (KappaPredictMember, self->n);
  for (guint m = 0; m < self->n; m++)
    self->members[m] = (KappaPredictMember) { .model = g_object_ref (of->members[m].model),
                                              .batches = g_object_ref (of->members[m].batches),
                                              .shares = TRUE };
  return complete (self, error) ? g_steal_pointer (&self) : NULL;
}

guint
kappa_predict_members_get_n (KappaPredictMembers *self)
{
  return self->n;
}

guint
kappa_predict_members_get_n_views (KappaPredictMembers *self)
{
  return self->n_views;
}

guint
kappa_predict_members_get_n_classes (KappaPredictMembers *self)
{
  return self->n_classes;
}

/**
 * kappa_predict_members_get_n_images:
 *
 * Returns: how many images are predicted, however many views of each are looked at
 */
gint64
kappa_predict_members_get_n_images (KappaPredictMembers *self)
{
  return kappa_batch_source_get_n (self->members[0].batches) / self->n_views;
}

KappaModel *
kappa_predict_members_get_model (KappaPredictMembers *self, guint member)
{
  return self->members[member].model;
}

/**
 * kappa_predict_members_get_batches:
 *
 * Returns: (transfer none): the images of the first network
 */
KappaBatchSource *
kappa_predict_members_get_batches (KappaPredictMembers *self)
{
  return self->members[0].batches;
}

KappaAverage
kappa_predict_members_get_average (KappaPredictMembers *self)
{
  return self->options.average;
}

/**
 * kappa_predict_members_is_average:
 *
 * Returns: whether there is more than one network or view
 */
gboolean
kappa_predict_members_is_average (KappaPredictMembers *self)
{
  return self->n * self->n_views > 1;
}

/**
 * kappa_predict_members_describe:
 *
 * Returns: (transfer full): what decides the numbers, to follow "…over"
 */
char *
kappa_predict_members_describe (KappaPredictMembers *self)
{
  g_autofree char *first = kappa_objective_describe (self->members[0].objective);
  GString *text = g_string_new (first);

  if (self->n == 1)
    return g_string_free (text, FALSE);
  g_string_append_printf (text, "; averaged over %u networks", self->n);
  for (guint m = 0; m < self->n; m++)
    {
      g_autofree char *name = g_path_get_basename (kappa_model_get_path (self->members[m].model));

      g_string_append_printf (text, "%s%s", m == 0 ? ": " : ", ", name);
      if (find_same (self, m) != 0)
        g_string_append (text, " (images prepared as its own preset says)");
    }
  return g_string_free (text, FALSE);
}

/**
 * kappa_predict_members_get_block:
 *
 * Returns: how many images kappa_predict_members_compute() takes at once at most
 */
gint64
kappa_predict_members_get_block (KappaPredictMembers *self)
{
  return MAX (VIEWS_AT_ONCE / self->n_views, 1);
}

/**
 * kappa_predict_members_get_memory:
 * @n_images: how many images; not necessarily those there are
 *
 * Returns: the predicted peak in bytes: networks, images and the scores of a block
 */
guint64
kappa_predict_members_get_memory (KappaPredictMembers *self, gint64 n_images, guint n_workers)
{
  gint64 n = n_images * self->n_views;
  guint64 bytes = 0;

  for (guint m = 0; m < self->n; m++)
    {
      bytes += kappa_objective_get_memory (self->members[m].objective, n, n_workers);
      if (self->members[m].shares)
        bytes -= kappa_batch_source_get_memory (self->members[m].batches, n, n_workers);
    }
  return bytes
         + self->n_predictions * (guint64)kappa_predict_members_get_block (self) * self->n_classes
               * sizeof (double);
}

/**
 * kappa_predict_members_calibrate:
 * @seconds_per_image: (out): of all views and networks, without decoding
 *
 * Times a few micro-batches of each network.
 */
gboolean
kappa_predict_members_calibrate (KappaPredictMembers *self,
                                 KappaContext *context,
                                 double *seconds_per_image,
                                 GError **error)
{
  *seconds_per_image = 0.0;
  for (guint m = 0; m < self->n; m++)
    {
      double seconds;

      if (!kappa_objective_calibrate (self->members[m].objective, context, &seconds, error))
        return FALSE;
      *seconds_per_image += seconds * self->n_views;
    }
  return TRUE;
}
