#pragma once

#include "core/analysis/curvature.h"
#include "core/analysis/landscape-plan.h"
#include "core/analysis/landscape-refine.h"
#include "core/analysis/objective.h"
#include "core/analysis/recalibration.h"

/**
 * KappaLandscapeRun:
 * @batches: the images
 * @reference: (nullable): the objective in float32, to measure the error of bfloat16
 * @refinement: (nullable): what decides which points are computed, if not all are
 * @recalibration: (nullable): what finds running statistics anew at each point
 * @order: numbers of the grid's points, coarse to fine
 * @parameters: the point under way
 * @buffers: (nullable): its running statistics; %NULL while they stay
 * @done, @n_left: evaluations
 *
 * A landscape under way: what the files of the run share.
 */
typedef struct
{
  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaResult *result;
  KappaContext *context;
  KappaBatchSource *batches;
  KappaObjective *objective;
  KappaObjective *reference;
  KappaLandscapePlan *plan;
  KappaLandscapeRefinement *refinement;
  KappaRecalibration *recalibration;
  guint32 *order;
  double *parameters;
  double *buffers;
  gsize done, n_left;
} KappaLandscapeRun;

/**
 * KappaLandscapeCost:
 * @gradients, @products: how many are computed over all images
 * @bytes: what they take at their peak, beside the directions
 *
 * What curvature adds to a landscape.
 */
typedef struct
{
  double gradients, products;
  guint64 bytes;
} KappaLandscapeCost;

/* landscape-point.c */
void     kappa_landscape_plan_locate    (const KappaLandscapePlan *plan, gsize point, double *alpha, double *beta);
gboolean kappa_landscape_move_to        (KappaLandscapeRun *run, guint seed, double alpha, double beta, GError **error);
gboolean kappa_landscape_evaluate       (KappaLandscapeRun *run, KappaObjective *objective, const double *parameters,
                                         const double *buffers, double *loss, double *accuracy, GError **error);
gboolean kappa_landscape_evaluate_there (KappaLandscapeRun *run, KappaObjective *objective, double *loss,
                                         double *accuracy, GError **error);

/* landscape-evaluate.c */
gboolean kappa_landscape_evaluate_all   (KappaLandscapeRun *run, GError **error);
gboolean kappa_landscape_evaluate_point (KappaLandscapeRun *run, guint seed, gsize point, double *loss,
                                         double *accuracy, GError **error);

/* landscape-adaptive.c */
gboolean kappa_landscape_evaluate_refined (KappaLandscapeRun *run, GError **error);

/* landscape-verify.c */
gsize    kappa_landscape_count_checked       (const KappaLandscapeRun *run);
gboolean kappa_landscape_check_precision     (KappaLandscapeRun *run, GError **error);

/* landscape-quadratic.c: the local quadratic model */
double   kappa_landscape_quadratic_work (KappaLandscapeRun *run);
guint64  kappa_landscape_quadratic_memory (KappaLandscapeRun *run, GError **error);
void     kappa_landscape_quadratic_add_cost (KappaLandscapeRun *run, KappaLandscapeCost *cost);
gboolean kappa_landscape_add_quadratic  (KappaLandscapeRun *run, GError **error);
void     kappa_landscape_add_reach      (KappaLandscapeRun *run, const char *description);
