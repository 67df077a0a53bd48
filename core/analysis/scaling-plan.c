#include "core/analysis/scaling-plan.h"

#include <string.h>

#include "core/analysis/number-list.h"
#include "core/base/error.h"

/* Which networks at which resolutions: those given, and the members of their families. */

typedef struct
{
  GArray *depths, *widths, *sizes;
  const char *depth_word, *width_word, *size_word; /* what stands instead, or NULL */
} Lists;

static const char *const depth_words[] = { "auto", "own", NULL };
static const char *const width_words[] = { NULL };
static const char *const size_words[] = { "own", NULL };

static const KappaNumberListRule depth_rule = { "depths", depth_words, TRUE, 1.0, 10000.0 };
static const KappaNumberListRule width_rule = { "widths", width_words, FALSE, 1.0 / 64.0, 64.0 };
static const KappaNumberListRule size_rule = { "resolutions", size_words, TRUE, 1.0, 4096.0 };

static void
lists_clear (Lists *lists)
{
  g_clear_pointer (&lists->depths, g_array_unref);
  g_clear_pointer (&lists->widths, g_array_unref);
  g_clear_pointer (&lists->sizes, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lists, lists_clear)

static gboolean
read_lists (KappaAnalysis *analysis, Lists *lists, GError **error)
{
  return kappa_number_list_parse (&depth_rule, kappa_analysis_get_string (analysis, "depths"),
                                  &lists->depths, &lists->depth_word, error)
         && kappa_number_list_parse (&width_rule, kappa_analysis_get_string (analysis, "widths"),
                                     &lists->widths, &lists->width_word, error)
         && kappa_number_list_parse (&size_rule,
                                     kappa_analysis_get_string (analysis, "resolutions"),
                                     &lists->sizes, &lists->size_word, error);
}

/**
 * kappa_scaling_check_lists:
 *
 * Returns: %FALSE with KAPPA_ERROR_USAGE if depths, widths or resolutions are no such list
 */
gboolean
kappa_scaling_check_lists (KappaAnalysis *analysis, GError **error)
{
  g_auto (Lists) lists = { 0 };

  return read_lists (analysis, &lists, error);
}

static void
point_clear (gpointer data)
{
  g_clear_object (&((KappaScalingPoint *)data)->variant);
}

const KappaScalingPoint *
kappa_scaling_plan_get (const KappaScalingPlan *self, guint i)
{
  return &g_array_index (self->points, KappaScalingPoint, i);
}

/**
 * kappa_scaling_plan_find:
 * @size: pixels in a side
 *
 * Returns: (nullable): the first point of that network at that resolution
 */
const KappaScalingPoint *
kappa_scaling_plan_find (const KappaScalingPlan *self,
                         const KappaFamily *family,
                         guint depth,
                         double width,
                         guint size)
{
  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaScalingPoint *point = kappa_scaling_plan_get (self, i);

      if (kappa_variant_get_family (point->variant) == family
          && kappa_variant_get_depth (point->variant) == depth
          && kappa_variant_get_width (point->variant) == width && point->height == size
          && point->width == size)
        return point;
    }
  return NULL;
}

static gboolean
add_point (KappaScalingPlan *self,
           KappaVariant *variant,
           int model,
           guint height,
           guint width,
           GError **error)
{
  KappaScalingPoint point = { .model = model, .height = height, .width = width };

  if (self->points->len == KAPPA_SCALING_MAX_POINTS)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "depths, widths and resolutions make more than %d networks; take fewer of them",
                   KAPPA_SCALING_MAX_POINTS);
      return FALSE;
    }
  if (!kappa_variant_count (variant, height, width, &point.counts, error))
    return FALSE;
  point.variant = g_object_ref (variant);
  g_array_append_val (self->points, point);
  return TRUE;
}

/* At its own resolution first, then at the others. */
static gboolean
add_model (KappaScalingPlan *self,
           KappaVariant *variant,
           int model,
           const Lists *lists,
           GError **error)
{
  guint height, width;

  kappa_variant_get_size (variant, &height, &width);
  if (!add_point (self, variant, model, height, width, error))
    return FALSE;
  for (guint i = 0; i < lists->sizes->len; i++)
    {
      guint size = (guint)g_array_index (lists->sizes, double, i);

      if ((size != height || size != width) && !add_point (self, variant, model, size, size, error))
        return FALSE;
    }
  return TRUE;
}

/* One network of shapes at all resolutions at which no model is it. */
static gboolean
add_member (KappaScalingPlan *self,
            const KappaFamily *family,
            guint depth,
            double width,
            KappaVariant *like,
            const Lists *lists,
            GError **error)
{
  g_autoptr (KappaVariant) variant = kappa_variant_new (family, depth, width, like, error);
  guint own, size;

  if (variant == NULL)
    return FALSE;
  kappa_variant_get_size (variant, &own, &own);
  for (guint i = 0; i < MAX (lists->sizes->len, 1); i++)
    {
      size = lists->sizes->len > 0 ? (guint)g_array_index (lists->sizes, double, i) : own;
      if (kappa_scaling_plan_find (self, family, depth, width, size) == NULL
          && !add_point (self, variant, -1, size, size, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_family (KappaScalingPlan *self,
            const KappaFamily *family,
            KappaVariant *like,
            const Lists *lists,
            GError **error)
{
  const guint own = like != NULL ? kappa_variant_get_depth (like) : 0;
  const gboolean published
      = lists->depth_word != NULL && (strcmp (lists->depth_word, "auto") == 0 || own == 0);
  const guint n = published ? family->n_members : MAX (lists->depths->len, 1);

  for (guint d = 0; d < n; d++)
    {
      guint depth = published                   ? family->members[d].depth
                    : lists->depth_word != NULL ? own
                                                : (guint)g_array_index (lists->depths, double, d);

      for (guint w = 0; w < lists->widths->len; w++)
        if (!add_member (self, family, depth, g_array_index (lists->widths, double, w), like, lists,
                         error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
wants_family (const Lists *lists)
{
  return lists->depth_word == NULL || lists->widths->len > 1
         || g_array_index (lists->widths, double, 0) != 1.0;
}

static gboolean
refuse_family (const char *name, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "depths and widths: %s is of no family that can be made deeper or wider here: "
               "ResNet, ResNet-RS and ResNet for CIFAR, as published. Leave depths at “own” and "
               "widths at 1, or name a family",
               name);
  return FALSE;
}

/* The families of the models, each once, made like the first model of it. */
static gboolean
add_own_families (KappaScalingPlan *self, const Lists *lists, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_direct_hash, g_direct_equal);

  for (guint i = 0, end = self->points->len; i < end; i++)
    {
      KappaVariant *variant = kappa_scaling_plan_get (self, i)->variant;
      const KappaFamily *family = kappa_variant_get_family (variant);

      if (family == NULL && wants_family (lists))
        return refuse_family (kappa_variant_get_name (variant), error);
      if (family == NULL || !g_hash_table_add (done, (gpointer)family))
        continue;
      if (!add_family (self, family, variant, lists, error))
        return FALSE;
    }
  return TRUE;
}

/* What the classes tell of the data the first model was trained on. */
static const char *
find_data (const KappaScalingPlan *self)
{
  KappaModel *model = kappa_variant_get_model (kappa_scaling_plan_get (self, 0)->variant);
  const guint n = kappa_model_get_n_classes (model);
  guint height, width;

  kappa_model_get_input_size (model, &height, &width);
  return n == 1000 ? "ImageNet" : n == 10 && height == 32 ? "CIFAR-10" : NULL;
}

/**
 * kappa_scaling_plan_new:
 * @given: open inputs
 *
 * Returns: (transfer full): all points, counted; %NULL with KAPPA_ERROR_USAGE for depths and widths
 * that there are no networks of, KAPPA_ERROR_SHAPE if a network cannot see a resolution
 */
KappaScalingPlan *
kappa_scaling_plan_new (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  static const char *const ids[] = { NULL, "resnet", "resnet-rs", "cifar-resnet" };
  g_autoptr (KappaScalingPlan) self = g_new0 (KappaScalingPlan, 1);
  const guint n_models = kappa_inputs_get_n (given, "model");
  const char *id = ids[kappa_analysis_get_enum (analysis, "family")];
  g_auto (Lists) lists = { 0 };

  self->points = g_array_new (FALSE, FALSE, sizeof (KappaScalingPoint));
  g_array_set_clear_func (self->points, point_clear);
  self->batch = kappa_analysis_get_integer (analysis, "batch");
  self->threads = (guint)kappa_analysis_get_integer (analysis, "latency-threads");
  self->repeats = kappa_analysis_get_boolean (analysis, "measure")
                      ? (guint)kappa_analysis_get_integer (analysis, "repeats")
                      : 0;
  self->precision = kappa_analysis_get_enum (analysis, "precision");
  self->seed = (guint64)kappa_analysis_get_integer (analysis, "seed");
  if (!read_lists (analysis, &lists, error))
    return NULL;
  for (guint i = 0; i < n_models; i++)
    {
      g_autoptr (KappaVariant) variant
          = kappa_variant_new_for_model (kappa_inputs_get_model (given, "model", i));

      if (!add_model (self, variant, (int)i, &lists, error))
        return NULL;
    }
  self->data = find_data (self);
  if (id != NULL ? !add_family (self, kappa_family_find (id), NULL, &lists, error)
                 : !add_own_families (self, &lists, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
kappa_scaling_plan_free (KappaScalingPlan *self)
{
  g_clear_pointer (&self->points, g_array_unref);
  g_free (self);
}
