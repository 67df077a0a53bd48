#pragma once

#include "core/analysis/result.h"

/**
 * KappaCurvePanel:
 * @x: increasing
 * @mean: NaN where not @present
 * @deviation: (nullable): sample standard deviation over seeds
 * @resolved: (nullable): 0 where a value is but a lower bound
 * @seeds: (nullable): the curve of every seed, n_seeds · n, NaN where not computed
 *
 * A quantity along a line, put in order for drawing.
 */
typedef struct
{
  char *name, *unit, *x_name;
  gsize n, n_seeds;
  gsize n_present, n_finite;
  double *x, *mean, *deviation, *seeds;
  guint8 *present, *resolved;
} KappaCurvePanel;

KappaCurvePanel *kappa_curve_panel_new  (KappaResult *result, const KappaArray *array);
void             kappa_curve_panel_free (KappaCurvePanel *panel);
void             kappa_curve_panel_get_range (const KappaCurvePanel *panel, gsize i, double *low, double *high);
gsize            kappa_curve_panel_find (const KappaCurvePanel *panel, double x);
