#pragma once

#include <gtk/gtk.h>

#include "ui/kappa-plot-view.h"

#define KAPPA_TYPE_FIGURE_GRID (kappa_figure_grid_get_type ())
G_DECLARE_FINAL_TYPE (KappaFigureGrid, kappa_figure_grid, KAPPA, FIGURE_GRID, GtkWidget)

GtkWidget     *kappa_figure_grid_new       (void);
KappaPlotView *kappa_figure_grid_get_view  (KappaFigureGrid *self, guint index);
void           kappa_figure_grid_set_n     (KappaFigureGrid *self, guint n);
void           kappa_figure_grid_set_alone (KappaFigureGrid *self, gboolean alone);
