#pragma once

#include "ui/plot/figure.h"

/**
 * KappaCurveFigure:
 *
 * Quantities along a line, one panel above the other, with the spread over seeds. View properties:
 *
 * - "quantity": only this array; all of them if it is ""
 * - "scale" of the first panel: auto, linear, log, symlog; "log" is the same as a switch
 * - "x-scale": of the line: auto, linear, log
 * - "limits" of the first panel, "low:high"
 * - "x-range": the part of the line shown
 * - "band": range (smallest to largest seed), deviation (mean ± sample standard deviation), none
 * - "seed-lines": a thin line for every seed
 */
#define KAPPA_TYPE_CURVE_FIGURE (kappa_curve_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaCurveFigure, kappa_curve_figure, KAPPA, CURVE_FIGURE, KappaFigure)

typedef enum
{
  KAPPA_CURVE_BAND_RANGE,
  KAPPA_CURVE_BAND_DEVIATION,
  KAPPA_CURVE_BAND_NONE,
} KappaCurveBand;

#define KAPPA_TYPE_CURVE_BAND (kappa_curve_band_get_type ())
GType kappa_curve_band_get_type (void);

KappaFigure *kappa_curve_figure_new           (void);
void         kappa_curve_figure_set_preferred (KappaCurveFigure *self, const char *name);
