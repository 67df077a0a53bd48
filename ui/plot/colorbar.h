#pragma once

#include "ui/plot/axis.h"
#include "ui/plot/colormap.h"
#include "ui/plot/field.h"
#include "ui/plot/pen.h"

/**
 * KappaColorbar:
 * @axis: values, with their limits
 * @levels: between them the colour is one, if @n_levels > 0
 * @below, @above: whether there are values beyond the limits; they take the colour of the end, which gets an arrow
 * @title: borrowed
 *
 * How values become colours, and the bar that says so.
 */
typedef struct
{
  KappaAxis axis;
  KappaColormapKind map;
  const double *levels;
  guint n_levels;
  gboolean below, above;
  const char *title;
} KappaColorbar;

/**
 * KappaLegendEntry:
 * @text: borrowed
 */
typedef struct
{
  KappaCell cell;
  const char *text;
} KappaLegendEntry;

KappaColor kappa_colorbar_get_color (const KappaColorbar *bar, double place);
double     kappa_colorbar_measure   (KappaColorbar *bar, KappaPen *pen, double height);
void       kappa_colorbar_draw      (const KappaColorbar *bar, KappaPen *pen, const KappaRect *area);

void       kappa_cell_paint         (KappaPen *pen, KappaCell cell);
double     kappa_legend_draw        (KappaPen *pen, const KappaLegendEntry *entries, guint n, double x, double y,
                                     double width, gboolean draw);
