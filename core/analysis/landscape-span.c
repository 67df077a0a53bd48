/* The directions of a landscape: drawn, read from a file, or laid through checkpoints. */

#include "core/analysis/landscape-span.h"

#include <math.h>

#include "core/analysis/landscape-trajectory.h"
#include "core/base/error.h"

/* What becomes of running statistics, for people. */
static const char *
name_statistics (KappaAnalysis *analysis, gboolean buffers)
{
  if (kappa_analysis_get_enum (analysis, "batchnorm") == KAPPA_BATCHNORM_RECALIBRATED)
    return "recomputed at each point, over the same images, in float64";
  return buffers ? "moved" : "fixed";
}

static gboolean
draw_directions (KappaLandscapePlan *self,
                 KappaAnalysis *analysis,
                 KappaModel *model,
                 gboolean buffers,
                 GError **error)
{
  KappaDirectionRules rules
      = { kappa_analysis_get_enum (analysis, "norm"), kappa_analysis_get_enum (analysis, "ignore"),
          kappa_analysis_get_enum (analysis, "profile"), buffers };
  guint64 seed = (guint64)kappa_analysis_get_integer (analysis, "seed");
  guint n_seeds = (guint)kappa_analysis_get_integer (analysis, "seeds");
  g_autofree char *norm = kappa_analysis_dup_text (analysis, "norm");

  for (; self->n_seeds < n_seeds; self->n_seeds++)
    {
      self->x[self->n_seeds]
          = kappa_displacement_new_random (model, "x", seed + self->n_seeds, &rules, error);
      if (self->x[self->n_seeds] == NULL)
        return FALSE;
    }
  if (self->y_range.kind == KAPPA_RANGE_VALUES)
    {
      self->y = kappa_displacement_new_random (model, "y", seed, &rules, error);
      if (self->y == NULL)
        return FALSE;
    }
  self->axes = g_strdup_printf (
      "random Gaussian %s, %s normalisation, tensors of rank 0 and 1 %s, running statistics %s, "
      "%s%u%s",
      self->y != NULL ? "directions" : "direction", rules.norm == KAPPA_NORM_NONE ? "no" : norm,
      rules.ignore == KAPPA_IGNORE_BIASBN     ? "fixed"
      : rules.profile == KAPPA_PROFILE_LI2018 ? "moved along themselves"
                                              : "moved",
      name_statistics (analysis, rules.buffers), n_seeds > 1 ? "seeds from " : "seed ", (guint)seed,
      n_seeds > 1 ? " on" : "");
  return TRUE;
}

static gboolean
read_directions (KappaLandscapePlan *self,
                 KappaAnalysis *analysis,
                 KappaModel *model,
                 const char *path,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (KappaDirection) x = NULL;
  g_autoptr (KappaDirection) y = NULL;
  g_autofree char *name = g_path_get_basename (path);

  if (!kappa_directions_read (path, &x, &y, cancellable, error))
    return FALSE;
  if (self->y_range.kind == KAPPA_RANGE_VALUES && y == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "%s: holds an x direction alone, so there can be no y axis", path);
      return FALSE;
    }
  self->x[0] = kappa_displacement_new_from_file (model, x, path, error);
  if (self->x[0] == NULL)
    return FALSE;
  self->n_seeds = 1;
  if (self->y_range.kind == KAPPA_RANGE_VALUES)
    {
      self->y = kappa_displacement_new_from_file (model, y, path, error);
      if (self->y == NULL)
        return FALSE;
    }
  self->axes = g_strdup_printf ("%s of the file %s, running statistics %s",
                                self->y != NULL ? "directions" : "direction", name,
                                name_statistics (analysis, self->x[0]->buffers != NULL));
  return TRUE;
}

static gboolean
identical (KappaInputs *inputs, guint other, GError **error)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
               "%s: has the same weights as %s, so no line goes through both",
               kappa_inputs_get_source (inputs, "model", other),
               kappa_inputs_get_source (inputs, "model", 0));
  return FALSE;
}

static gboolean
join_two (KappaLandscapePlan *self,
          KappaAnalysis *analysis,
          KappaInputs *inputs,
          gboolean buffers,
          GError **error)
{
  self->x[0] = kappa_displacement_new_between (kappa_inputs_get_model (inputs, "model", 0),
                                               kappa_inputs_get_model (inputs, "model", 1), buffers,
                                               error);
  if (self->x[0] == NULL)
    return FALSE;
  self->n_seeds = 1;
  self->alphas[1] = 1.0;
  if (kappa_displacement_dot (self->x[0], self->x[0]) == 0.0)
    return identical (inputs, 1, error);
  self->axes = g_strdup_printf (
      "the line from the first checkpoint (0) to the second (1), running statistics %s",
      name_statistics (analysis, buffers));
  return TRUE;
}

/* Makes y orthogonal to x and as long, so that angles and distances in the picture are those in the
 * space of weights. */
static gboolean
orthonormalise (KappaLandscapePlan *self, KappaInputs *inputs, GError **error)
{
  double xx = kappa_displacement_dot (self->x[0], self->x[0]),
         yy = kappa_displacement_dot (self->y, self->y), rest;

  self->alphas[2] = kappa_displacement_dot (self->x[0], self->y) / xx;
  kappa_displacement_add (self->y, -self->alphas[2], self->x[0]);
  rest = kappa_displacement_dot (self->y, self->y);
  if (!(rest > 1e-12 * yy))
    {
      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
          "%s: lies on the line through the other two checkpoints, so the three span no plane",
          kappa_inputs_get_source (inputs, "model", 2));
      return FALSE;
    }
  self->betas[2] = sqrt (rest / xx);
  kappa_displacement_scale (self->y, 1.0 / self->betas[2]);
  return TRUE;
}

/* Automatic ranges hold all checkpoints. */
static void
enclose_all (KappaLandscapePlan *self, KappaAnalysis *analysis)
{
  double low[2] = { 0.0, 0.0 }, high[2] = { 0.0, 0.0 };

  for (guint i = 0; i < self->n_checkpoints; i++)
    {
      low[0] = MIN (low[0], self->alphas[i]);
      high[0] = MAX (high[0], self->alphas[i]);
      low[1] = MIN (low[1], self->betas[i]);
      high[1] = MAX (high[1], self->betas[i]);
    }
  if (kappa_analysis_get_range (analysis, "x").kind == KAPPA_RANGE_AUTO)
    self->x_range = kappa_landscape_enclose (low[0], high[0], self->x_range.n);
  if (kappa_analysis_get_range (analysis, "y").kind == KAPPA_RANGE_AUTO)
    self->y_range = kappa_landscape_enclose (low[1], high[1], self->y_range.n);
}

static gboolean
join_three (KappaLandscapePlan *self,
            KappaAnalysis *analysis,
            KappaInputs *inputs,
            gboolean buffers,
            GError **error)
{
  gboolean raw = kappa_analysis_get_enum (analysis, "basis") == KAPPA_BASIS_RAW;

  if (!join_two (self, analysis, inputs, buffers, error))
    return FALSE;
  self->y = kappa_displacement_new_between (kappa_inputs_get_model (inputs, "model", 0),
                                            kappa_inputs_get_model (inputs, "model", 2), buffers,
                                            error);
  if (self->y == NULL)
    return FALSE;
  if (kappa_displacement_dot (self->y, self->y) == 0.0)
    return identical (inputs, 2, error);
  self->betas[2] = 1.0;
  if (!raw && !orthonormalise (self, inputs, error))
    return FALSE;
  enclose_all (self, analysis);
  g_free (self->axes);
  self->axes
      = g_strdup_printf ("the plane through three checkpoints, %s, running statistics %s",
                         raw ? "axes from the first to the second and from the first to the third"
                             : "orthogonal axes, both in units of the distance of the first two",
                         name_statistics (analysis, buffers));
  return TRUE;
}

/* The plane of the file's directions, if there is one, else the trajectory's own. */
static gboolean
follow (KappaLandscapePlan *self,
        KappaAnalysis *analysis,
        KappaInputs *inputs,
        gboolean buffers,
        KappaContext *context,
        GError **error)
{
  gboolean given = kappa_inputs_get_n (inputs, "directions") > 0;

  if (!(given ? read_directions (self, analysis, kappa_inputs_get_model (inputs, "model", 0),
                                 kappa_inputs_get_source (inputs, "directions", 0),
                                 context->cancellable, error)
              : kappa_landscape_span_trajectory (self, inputs, buffers, context, error))
      || !kappa_landscape_project_trajectory (self, inputs, error))
    return FALSE;
  enclose_all (self, analysis);
  if (given)
    return TRUE;
  for (guint axis = 0; axis < 2; axis++)
    self->labels[axis] = g_strdup_printf (
        "PC %u, %.3g %%", axis + 1, 100.0 * self->principal.values[axis] / self->principal.total);
  self->axes = g_strdup_printf (
      "the first two principal directions of %u checkpoints, of length 1 over the trained "
      "parameters, from the last of them, which explain %.4g %% and %.4g %% of the variance, "
      "running statistics %s",
      self->n_checkpoints, 100.0 * self->principal.values[0] / self->principal.total,
      100.0 * self->principal.values[1] / self->principal.total,
      name_statistics (analysis, buffers));
  return TRUE;
}

static gboolean
read_trajectory (KappaLandscapePlan *self,
                 KappaInputs *inputs,
                 KappaContext *context,
                 GError **error)
{
  return kappa_inputs_get_n (inputs, "projection") == 0
         || kappa_landscape_read_trajectory (
             self, kappa_inputs_get_source (inputs, "projection", 0), context->cancellable, error);
}

/**
 * kappa_landscape_span:
 * @self: with its kind, ranges and room for its checkpoints
 * @buffers: whether running statistics move along
 *
 * Finds the directions, unless curvature chooses them, and where the checkpoints lie.
 *
 * Returns: %FALSE with %KAPPA_ERROR_MODEL if the checkpoints span no line or plane, or the errors
 * of a direction file
 */
gboolean
kappa_landscape_span (KappaLandscapePlan *self,
                      KappaAnalysis *analysis,
                      KappaInputs *inputs,
                      gboolean buffers,
                      KappaContext *context,
                      GError **error)
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);

  if (self->kind == KAPPA_LANDSCAPE_LINE)
    return join_two (self, analysis, inputs, buffers, error);
  if (self->kind == KAPPA_LANDSCAPE_PLANE)
    return join_three (self, analysis, inputs, buffers, error);
  if (self->kind == KAPPA_LANDSCAPE_TRAJECTORY)
    return follow (self, analysis, inputs, buffers, context, error);
  if (kappa_inputs_get_n (inputs, "directions") > 0)
    return read_directions (self, analysis, model,
                            kappa_inputs_get_source (inputs, "directions", 0), context->cancellable,
                            error)
           && read_trajectory (self, inputs, context, error);
  /* Others are found by kappa_landscape_find_axes(). */
  return kappa_analysis_get_enum (analysis, "along") != KAPPA_ALONG_RANDOM
         || draw_directions (self, analysis, model, buffers, error);
}
