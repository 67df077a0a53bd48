#pragma once

#include "ui/plot/figure.h"

/**
 * KappaHistogramStatistics:
 * @zeros: how many values are exactly zero, either sign
 * @not_finite: how many are NaN or infinite; they are in no bin and in no mean
 * @deviation: population standard deviation
 */
typedef struct
{
  gsize n, zeros, not_finite;
  double mean, deviation, minimum, maximum;
} KappaHistogramStatistics;

/**
 * KappaHistogramFigure:
 *
 * How values are distributed. View properties:
 *
 * - "quantity": of a result, the array shown; the first one that can be if it is ""
 * - "log": counts on a logarithmic axis
 * - "bins": how many; 0 for a number that suits the values
 * - "x-range": the part of the values shown; bins are made within it
 */
#define KAPPA_TYPE_HISTOGRAM_FIGURE (kappa_histogram_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaHistogramFigure, kappa_histogram_figure, KAPPA, HISTOGRAM_FIGURE, KappaFigure)

KappaFigure *kappa_histogram_figure_new            (void);
void         kappa_histogram_figure_set_preferred  (KappaHistogramFigure *self, const char *name);
void         kappa_histogram_figure_set_floats     (KappaHistogramFigure *self, const char *name, const float *values,
                                                    gsize n);
void         kappa_histogram_figure_set_doubles    (KappaHistogramFigure *self, const char *name, const double *values,
                                                    gsize n);
const KappaHistogramStatistics *kappa_histogram_figure_get_statistics (KappaHistogramFigure *self);
