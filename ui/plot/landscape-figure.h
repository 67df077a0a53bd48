#pragma once

#include "ui/plot/colormap.h"
#include "ui/plot/figure.h"

typedef enum
{
  KAPPA_LANDSCAPE_SURFACE,
  KAPPA_LANDSCAPE_CONTOUR,
  KAPPA_LANDSCAPE_HEAT,
} KappaLandscapeView;

#define KAPPA_TYPE_LANDSCAPE_VIEW (kappa_landscape_view_get_type ())
GType kappa_landscape_view_get_type (void);

/**
 * KappaLandscapeFigure:
 *
 * A quantity over a plane of parameters. View properties:
 *
 * - "view": surface, contour, heat
 * - "quantity": which array is shown; the first of the result if it is ""
 * - "scale": auto, linear, log, symlog; auto is log where the values span more than a factor 50. "log" is the
 *   same as a switch: true for log, false for linear
 * - "limits": of value and colour, "low:high"; locked when not auto
 * - "x-range", "y-range": the part of the plane shown
 * - "azimuth", "elevation", in degrees, "zoom": of the surface
 * - "mesh": lines on the surface; "floor": contour lines beneath it
 * - "points": marks where values were computed while the grid fills in, or where others are interpolated
 * - "overlay": lines of the local quadratic model over maps of the loss
 * - "equal": the same length for the same step on both axes
 * - "colormap": viridis, cividis, magma, diverging
 */
#define KAPPA_TYPE_LANDSCAPE_FIGURE (kappa_landscape_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaLandscapeFigure, kappa_landscape_figure, KAPPA, LANDSCAPE_FIGURE, KappaFigure)

KappaFigure *kappa_landscape_figure_new              (void);
char       **kappa_landscape_figure_list_quantities  (KappaLandscapeFigure *self);
KappaLimits  kappa_landscape_figure_get_shown_limits (KappaLandscapeFigure *self);
