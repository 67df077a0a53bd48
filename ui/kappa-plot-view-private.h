#pragma once

#include "ui/kappa-plot-view.h"

/* What the two halves of the plot view share: drawing and state here, pointer and keys in kappa-plot-input.c. */
struct _KappaPlotView
{
  GtkWidget parent_instance;

  KappaFigure *figure;
  char *label;
  char *readout;

  GdkTexture *texture; /* the figure at device pixels; NULL when it must be drawn again */
  int texture_width, texture_height, texture_scale;
  guint describe_source;

  gboolean cursor_shown, cursor_by_keyboard;
  double cursor_x, cursor_y; /* data coordinates */

  gboolean box_shown; /* the box that will be zoomed to */
  double box_x, box_y, box_width, box_height;
  double dragged_x, dragged_y, pointer_x, pointer_y;
  double pinched;

  GtkWidget *menu;

  GPtrArray *undo, *redo; /* views as texts, the next to go to last */
};

void     kappa_plot_view_init_input         (KappaPlotView *self);
void     kappa_plot_view_class_init_input   (GtkWidgetClass *klass);
gboolean kappa_plot_view_probe              (KappaPlotView *self, double x, double y, gboolean by_keyboard);
void     kappa_plot_view_drop_cursor        (KappaPlotView *self);
void     kappa_plot_view_remember           (KappaPlotView *self);
gboolean kappa_plot_view_has_option         (KappaPlotView *self, const char *name);
gboolean kappa_plot_view_is_surface         (KappaPlotView *self);
void     kappa_plot_view_pick               (KappaPlotView *self, double x, double y);
