/*
 * How convex the loss is over the plane: |λ_min / λ_max| of the Hessian at the points of a coarse
 * grid (H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, NeurIPS 2018, section 6). The Hessian is
 * that of all trained parameters, not that of the plane.
 */

#include "core/analysis/landscape-curvature.h"

#include <math.h>

#include "core/analysis/curvature.h"
#include "core/analysis/grid.h"
#include "core/analysis/lanczos.h"
#include "core/analysis/memory.h"
#include "core/base/error.h"
#include "core/base/random.h"

/* Each end of the spectrum is looked for until its residual is this share of the largest |λ|. */
#define TOLERANCE    0.01
#define MAX_PRODUCTS 40

typedef struct
{
  KappaLandscapeRun *run;
  KappaCurvature *curvature;
  KappaRange x, y;
  gsize n;        /* parameters */
  double *vector; /* room for one */
} Map;

/* The same interval as the landscape's, with its own count. */
static KappaRange
coarsen (const KappaRange *range, guint n)
{
  if (range->n == 0)
    return *range;
  return range->n == 1 ? *range : (KappaRange) { KAPPA_RANGE_VALUES, range->first, range->last, n };
}

static void
declare_one (Map *map, const char *name, const char *unit, const char *what)
{
  KappaLandscapeRun *run = map->run;
  gsize dims[] = { map->x.n, map->y.n };
  g_autofree char *description = kappa_curvature_describe (map->curvature);
  g_autofree char *definition
      = g_strdup_printf ("%s of the Hessian by all trained parameters, by Lanczos until the "
                         "residuals are %g of the largest or after %u products, along %s, over %s",
                         what, TOLERANCE, MAX_PRODUCTS, run->plan->axes, description);
  KappaArray *array = kappa_array_new (name, unit, definition, map->y.n > 0 ? 2 : 1, dims);
  g_autofree double *alphas = kappa_range_values (&map->x);
  g_autofree double *betas = map->y.n > 0 ? kappa_range_values (&map->y) : NULL;

  kappa_array_set_axis (array, 0, "alpha", alphas);
  if (map->y.n > 0)
    kappa_array_set_axis (array, 1, "beta", betas);
  kappa_result_take_array (run->result, array);
}

static void
declare (Map *map)
{
  declare_one (map, "curvature_ratio", "",
               "|λ_min / λ_max|, λ_min and λ_max the smallest and the "
               "largest eigenvalue,");
  declare_one (map, "curvature_maximum", "nat", "the largest eigenvalue");
  declare_one (map, "curvature_minimum", "nat", "the smallest eigenvalue");
  declare_one (map, "curvature_residual", "",
               "the larger one of ‖Hv − λv‖ at both ends over the largest |λ|,");
}

static gboolean
is_finite (const double *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

/* Both ends of the spectrum at the point under way; NaN where the network overflows. */
static gboolean
find_ends (Map *map, double values[2], double residuals[2], GError **error)
{
  KappaLandscapeRun *run = map->run;
  gboolean wide = kappa_analysis_get_enum (run->analysis, "precision") == KAPPA_PRECISION_FLOAT64;
  guint64 seed = (guint64)kappa_analysis_get_integer (run->analysis, "seed");
  const KappaLanczosOptions options = { .n = map->n,
                                        .top = 1,
                                        .bottom = 1,
                                        .block = 1,
                                        .capacity = (guint)MIN (MAX_PRODUCTS + 1, map->n),
                                        .max_products = MAX_PRODUCTS,
                                        .tolerance = TOLERANCE,
                                        .wide = wide,
                                        .seed = seed };
  g_autoptr (KappaLanczos) lanczos = kappa_lanczos_new (&options);
  KappaStream stream = kappa_stream_init (seed, "landscape/curvature");
  double *block[] = { map->vector };
  const double *vectors[] = { map->vector };

  values[0] = values[1] = residuals[0] = residuals[1] = NAN;
  kappa_stream_normals (&stream, 0, map->n, map->vector);
  if (!kappa_lanczos_start (lanczos, 1, block, run->context, error))
    return FALSE;
  while (!kappa_lanczos_is_done (lanczos))
    {
      kappa_lanczos_get_wanted (lanczos, 0, map->vector);
      if (!kappa_curvature_multiply (map->curvature, KAPPA_CURVATURE_HESSIAN, run->parameters, 1,
                                     vectors, block, run->context, error))
        return FALSE;
      if (!is_finite (map->vector, map->n))
        return TRUE;
      if (!kappa_lanczos_advance (lanczos, block, run->context, error))
        return FALSE;
    }
  for (guint end = 0; end < 2; end++)
    kappa_lanczos_get_value (lanczos, end, &values[end], &residuals[end]);
  return TRUE;
}

static gboolean
evaluate (Map *map, gsize point, GError **error)
{
  KappaLandscapeRun *run = map->run;
  guint ny = MAX (1, map->y.n);
  double alpha = kappa_range_get_value (&map->x, (guint)(point / ny));
  double beta = map->y.n > 0 ? kappa_range_get_value (&map->y, (guint)(point % ny)) : 0.0;
  double values[2], residuals[2], ratio, residual;

  if (!kappa_landscape_move_to (run, 0, alpha, beta, error)
      || !find_ends (map, values, residuals, error))
    return FALSE;
  ratio = fabs (values[1] / values[0]);
  residual = fmax (residuals[0], residuals[1]) / fmax (fabs (values[0]), fabs (values[1]));
  kappa_result_set_values (run->result, "curvature_maximum", point, 1, &values[0]);
  kappa_result_set_values (run->result, "curvature_minimum", point, 1, &values[1]);
  kappa_result_set_values (run->result, "curvature_residual", point, 1, &residual);
  kappa_result_set_values (run->result, "curvature_ratio", point, 1, &ratio);
  return TRUE;
}

static gboolean
evaluate_all (Map *map, GError **error)
{
  KappaLandscapeRun *run = map->run;
  guint ny = MAX (1, map->y.n);
  gsize size = (gsize)map->x.n * ny, done = 0;
  gsize left = size - kappa_result_count_present (run->result, "curvature_ratio");
  double work = MAX_PRODUCTS * (double)kappa_objective_get_n (run->objective);
  g_autofree guint32 *order
      = kappa_grid_order (map->x.n, ny, kappa_grid_nearest (&map->x, 0.0),
                          map->y.n > 0 ? kappa_grid_nearest (&map->y, 0.0) : 0);

  if (left > 0)
    kappa_progress_start (run->context->progress, (double)left * work, "Curvature of the plane");
  for (gsize k = 0; k < size; k++)
    {
      if (kappa_result_is_present (run->result, "curvature_ratio", order[k]))
        continue;
      if (!evaluate (map, order[k], error))
        return FALSE;
      /* Most points need fewer products than they may have. */
      kappa_progress_set_done (run->context->progress, (double)++done * work);
    }
  return TRUE;
}

static gboolean
predict_memory (KappaLandscapeRun *run, KappaCurvature *curvature, guint64 *bytes, GError **error)
{
  if (!kappa_curvature_get_cost (curvature, KAPPA_CURVATURE_HESSIAN, 1,
                                 kappa_workers_get_n (run->context->workers), bytes, NULL, error))
    return FALSE;
  *bytes += (MAX_PRODUCTS + 5) * (guint64)kappa_curvature_get_n_parameters (curvature)
            * sizeof (double);
  return TRUE;
}

/**
 * kappa_landscape_map_add_cost:
 * @run: with ranges
 * @curvature: the network's, over any images
 *
 * Adds the most that a whole map takes.
 */
gboolean
kappa_landscape_map_add_cost (KappaLandscapeRun *run,
                              KappaCurvature *curvature,
                              KappaLandscapeCost *cost,
                              GError **error)
{
  const guint count = (guint)kappa_analysis_get_integer (run->analysis, "curvature-map");
  const KappaRange x = coarsen (&run->plan->x_range, count),
                   y = coarsen (&run->plan->y_range, count);
  guint64 bytes;

  if (count == 0)
    return TRUE;
  if (!predict_memory (run, curvature, &bytes, error))
    return FALSE;
  cost->products += (double)MAX_PRODUCTS * x.n * MAX (1, y.n);
  cost->bytes = MAX (cost->bytes, bytes);
  return TRUE;
}

/**
 * kappa_landscape_add_curvature_map:
 *
 * Adds the arrays "curvature_ratio", "curvature_maximum", "curvature_minimum" and
 * "curvature_residual", if they are wanted, or computes what is missing in them.
 */
gboolean
kappa_landscape_add_curvature_map (KappaLandscapeRun *run, GError **error)
{
  guint count = (guint)kappa_analysis_get_integer (run->analysis, "curvature-map");
  g_autoptr (KappaCurvature) curvature = NULL;
  g_autofree double *vector = NULL;
  guint64 bytes;
  Map map;

  if (count == 0)
    return TRUE;
  if (run->buffers != NULL)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                           "curvature-map: running statistics move along these directions, and "
                           "derivatives are those with fixed ones; set batchnorm to frozen");
      return FALSE;
    }
  curvature = kappa_curvature_new (kappa_inputs_get_model (run->inputs, "model", 0), run->batches,
                                   kappa_analysis_get_enum (run->analysis, "precision"),
                                   kappa_analysis_get_double (run->analysis, "l2"), error);
  if (curvature == NULL)
    return FALSE;
  map = (Map) { .run = run,
                .curvature = curvature,
                .x = coarsen (&run->plan->x_range, count),
                .y = coarsen (&run->plan->y_range, count),
                .n = kappa_curvature_get_n_parameters (curvature) };
  if (!predict_memory (run, curvature, &bytes, error)
      || !kappa_memory_check (run->context, bytes, "curvature map", error))
    return FALSE;
  map.vector = vector = g_new (double, map.n);
  declare (&map);
  return evaluate_all (&map, error);
}
