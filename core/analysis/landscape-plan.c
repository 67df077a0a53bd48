#include "core/analysis/landscape-span.h"

#include <math.h>

/**
 * kappa_landscape_get_kind:
 *
 * Returns: what as many models as there are make
 */
KappaLandscapeKind
kappa_landscape_get_kind (KappaInputs *inputs)
{
  if (kappa_inputs_get_n (inputs, "trajectory") > 0)
    return KAPPA_LANDSCAPE_TRAJECTORY;
  return (KappaLandscapeKind)(kappa_inputs_get_n (inputs, "model") - 1);
}

static guint
count_checkpoints (KappaInputs *inputs)
{
  return kappa_inputs_get_n (inputs, "model") + kappa_inputs_get_n (inputs, "trajectory");
}

/**
 * kappa_landscape_get_checkpoint:
 * @index: 0 for the one at the origin
 *
 * Returns: (transfer none): one of the checkpoints: models first, then those of the trajectory
 */
KappaModel *
kappa_landscape_get_checkpoint (KappaInputs *inputs, guint index)
{
  guint n = kappa_inputs_get_n (inputs, "model");

  return index < n ? kappa_inputs_get_model (inputs, "model", index)
                   : kappa_inputs_get_model (inputs, "trajectory", index - n);
}

/**
 * kappa_landscape_name_checkpoint:
 *
 * Returns: (transfer full): the name of its file
 */
char *
kappa_landscape_name_checkpoint (KappaInputs *inputs, guint index)
{
  guint n = kappa_inputs_get_n (inputs, "model");

  return g_path_get_basename (index < n
                                  ? kappa_inputs_get_source (inputs, "model", index)
                                  : kappa_inputs_get_source (inputs, "trajectory", index - n));
}

void
kappa_landscape_plan_free (KappaLandscapePlan *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < self->n_seeds; k++)
    kappa_displacement_free (self->x[k]);
  kappa_displacement_free (self->y);
  kappa_projection_free (self->path);
  g_free (self->alphas);
  g_free (self->betas);
  g_free (self->distances);
  g_free (self->axes);
  for (guint axis = 0; axis < 2; axis++)
    g_free (self->labels[axis]);
  g_free (self);
}

static gboolean
moves_buffers (KappaAnalysis *analysis, KappaLandscapeKind kind)
{
  switch ((KappaBatchnorm)kappa_analysis_get_enum (analysis, "batchnorm"))
    {
    case KAPPA_BATCHNORM_MOVED:
      return TRUE;
    case KAPPA_BATCHNORM_FROZEN:
    case KAPPA_BATCHNORM_RECALIBRATED:
      return FALSE;
    case KAPPA_BATCHNORM_AUTO:
    default:
      /* Only with them does a step from one checkpoint to another end at the other. */
      return kind != KAPPA_LANDSCAPE_RANDOM;
    }
}

/**
 * kappa_landscape_enclose:
 *
 * Returns: what spans all between @low and @high, and a quarter more on both sides
 */
KappaRange
kappa_landscape_enclose (double low, double high, guint n)
{
  double margin = 0.25 * (high - low);

  return (KappaRange) { KAPPA_RANGE_VALUES, low - margin, high + margin, n };
}

/**
 * kappa_landscape_get_ranges:
 * @x, @y: (out): the coordinates. An automatic range of a plane depends on where the third
 * checkpoint lies; then only its count is right
 *
 * Returns: whether both ranges are known already
 */
gboolean
kappa_landscape_get_ranges (KappaAnalysis *analysis,
                            KappaLandscapeKind kind,
                            KappaRange *x,
                            KappaRange *y)
{
  gboolean known = TRUE;

  *x = kappa_analysis_get_range (analysis, "x");
  *y = kappa_analysis_get_range (analysis, "y");
  if (x->kind == KAPPA_RANGE_AUTO)
    {
      known = kind != KAPPA_LANDSCAPE_PLANE && kind != KAPPA_LANDSCAPE_TRAJECTORY;
      if (kind == KAPPA_LANDSCAPE_RANDOM)
        *x = (KappaRange) { KAPPA_RANGE_VALUES, -1.0, 1.0, 51 };
      else if (kind == KAPPA_LANDSCAPE_LINE)
        *x = (KappaRange) { KAPPA_RANGE_VALUES, -0.5, 1.5, 41 };
      else
        *x = kappa_landscape_enclose (0.0, 1.0, 25);
    }
  if (y->kind == KAPPA_RANGE_AUTO)
    {
      gboolean plane = kind == KAPPA_LANDSCAPE_PLANE || kind == KAPPA_LANDSCAPE_TRAJECTORY;

      known = known && !plane;
      *y = plane ? kappa_landscape_enclose (0.0, 1.0, 25)
                 : (KappaRange) { .kind = KAPPA_RANGE_NONE };
    }
  return known;
}

/**
 * kappa_landscape_plan_new:
 * @inputs: open
 *
 * Returns: (transfer full): directions, unless curvature chooses them, and coordinates; %NULL with
 * %KAPPA_ERROR_MODEL if the checkpoints span no line or plane, or the errors of a direction file
 */
KappaLandscapePlan *
kappa_landscape_plan_new (KappaAnalysis *analysis,
                          KappaInputs *inputs,
                          KappaContext *context,
                          GError **error)
{
  g_autoptr (KappaLandscapePlan) self = g_new0 (KappaLandscapePlan, 1);
  gboolean buffers, done;

  self->kind = kappa_landscape_get_kind (inputs);
  self->n_checkpoints = count_checkpoints (inputs);
  self->alphas = g_new0 (double, self->n_checkpoints);
  self->betas = g_new0 (double, self->n_checkpoints);
  for (guint axis = 0; axis < 2; axis++)
    self->curvatures[axis] = self->residuals[axis] = NAN;
  buffers = moves_buffers (analysis, self->kind);
  kappa_landscape_get_ranges (analysis, self->kind, &self->x_range, &self->y_range);
  done = kappa_landscape_span (self, analysis, inputs, buffers, context, error);
  return done ? g_steal_pointer (&self) : NULL;
}

/**
 * kappa_landscape_plan_save:
 *
 * Writes the directions to a file that can be given as --directions, here and to the reference
 * tool.
 */
gboolean
kappa_landscape_plan_save (const KappaLandscapePlan *self,
                           KappaModel *model,
                           const char *path,
                           GError **error)
{
  g_autoptr (KappaDirection) x = kappa_displacement_to_file (self->x[0], model);
  g_autoptr (KappaDirection) y
      = self->y != NULL ? kappa_displacement_to_file (self->y, model) : NULL;

  return kappa_directions_write (x, y, self->principal.n > 0 ? &self->principal : NULL, path,
                                 error);
}

/**
 * kappa_landscape_plan_get_size:
 *
 * Returns: how many points the grid has
 */
gsize
kappa_landscape_plan_get_size (const KappaLandscapePlan *self)
{
  return (gsize)self->x_range.n * MAX (1, self->y_range.n);
}

/**
 * kappa_landscape_plan_get_memory:
 *
 * Returns: bytes that directions will take, and the weights in float64 they are added to
 */
guint64
kappa_landscape_plan_get_memory (KappaAnalysis *analysis, KappaInputs *inputs)
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  KappaLandscapeKind kind = kappa_landscape_get_kind (inputs);
  guint64 numbers = kappa_model_get_parameters_size (model);
  KappaRange x, y;
  guint64 n = 1;

  kappa_landscape_get_ranges (analysis, kind, &x, &y);
  if (kind == KAPPA_LANDSCAPE_RANDOM)
    n = (guint64)kappa_analysis_get_integer (analysis, "seeds");
  if (moves_buffers (analysis, kind))
    numbers += kappa_model_get_buffers_size (model);
  return numbers * sizeof (double) * (n + (y.n > 0) + count_checkpoints (inputs));
}
