#pragma once

#include <gtk/gtk.h>

#include "ui/plot/figure.h"

#define KAPPA_TYPE_PLOT_VIEW (kappa_plot_view_get_type ())
G_DECLARE_FINAL_TYPE (KappaPlotView, kappa_plot_view, KAPPA, PLOT_VIEW, GtkWidget)

GtkWidget   *kappa_plot_view_new          (void);
void         kappa_plot_view_set_figure   (KappaPlotView *self, KappaFigure *figure);
KappaFigure *kappa_plot_view_get_figure   (KappaPlotView *self);
void         kappa_plot_view_set_cursor   (KappaPlotView *self, gboolean shown, double x, double y);
const char  *kappa_plot_view_get_readout  (KappaPlotView *self);
void         kappa_plot_view_fit          (KappaPlotView *self);
gboolean     kappa_plot_view_step_history (KappaPlotView *self, int step);
