#pragma once

#include "core/analysis/displacement.h"

#define KAPPA_LANDSCAPE_MAX_SEEDS 64

typedef enum
{
  KAPPA_LANDSCAPE_RANDOM, /* along random directions, or along directions of a file */
  KAPPA_LANDSCAPE_LINE,   /* through two checkpoints */
  KAPPA_LANDSCAPE_PLANE,  /* through three */
  KAPPA_LANDSCAPE_TRAJECTORY, /* the plane that a list of checkpoints lies in best */
} KappaLandscapeKind;

/**
 * KappaLandscapePlan:
 * @kind: what the grid is laid through
 * @n_seeds: how many directions the x axis has: more than 1 for a curve with a band
 * @x: (array length=n_seeds): what one step on the first axis adds to the weights
 * @y: (nullable): what one step on the second axis adds
 * @x_range, @y_range: the coordinates; @y_range is "none" for a curve
 * @n_checkpoints: how many models lie on it
 * @alphas, @betas: where each of them lies
 * @distances: (nullable): how far each of them is from the plane, for a trajectory
 * @principal: what the directions explain; no checkpoints if they are not principal ones
 * @path: (nullable): a trajectory of a file, of which no checkpoint is at hand
 * @axes: what the directions are, for people
 * @labels: (nullable): what stands on each axis, e.g. "λ₁"
 * @curvatures: ⟨d,Hd⟩/‖d‖² along each direction; NaN where it is not known
 * @residuals: of the curvatures
 *
 * Where a landscape's points are.
 */
typedef struct
{
  KappaLandscapeKind kind;
  guint n_seeds;
  KappaDisplacement *x[KAPPA_LANDSCAPE_MAX_SEEDS];
  KappaDisplacement *y;
  KappaRange x_range, y_range;
  guint n_checkpoints;
  double *alphas, *betas, *distances;
  KappaPrincipal principal;
  KappaProjection *path;
  char *axes;
  char *labels[2];
  double curvatures[2], residuals[2];
} KappaLandscapePlan;

KappaLandscapeKind  kappa_landscape_get_kind   (KappaInputs *inputs);
gboolean            kappa_landscape_get_ranges (KappaAnalysis *analysis, KappaLandscapeKind kind, KappaRange *x, KappaRange *y);
KappaLandscapePlan *kappa_landscape_plan_new   (KappaAnalysis *analysis, KappaInputs *inputs, KappaContext *context,
                                                GError **error);
void                kappa_landscape_plan_free  (KappaLandscapePlan *self);
gboolean            kappa_landscape_plan_save  (const KappaLandscapePlan *self, KappaModel *model, const char *path,
                                                GError **error);
KappaModel         *kappa_landscape_get_checkpoint (KappaInputs *inputs, guint index);
char               *kappa_landscape_name_checkpoint (KappaInputs *inputs, guint index);
gsize               kappa_landscape_plan_get_size (const KappaLandscapePlan *self);
guint64             kappa_landscape_plan_get_memory (KappaAnalysis *analysis, KappaInputs *inputs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLandscapePlan, kappa_landscape_plan_free)
