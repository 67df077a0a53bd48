#pragma once

#include "ui/plot/axis.h"
#include "ui/plot/pen.h"

/**
 * KappaFrame:
 * @x_title, @y_title: borrowed; "" for none
 * @keep_ratio: a unit of x is as long as a unit of y
 * @hide_x: no labels and title along x: a panel below shows them
 * @plot: where the data are, after kappa_frame_lay_out()
 *
 * Two axes around a plot.
 */
typedef struct
{
  KappaAxis x, y;
  const char *x_title, *y_title;
  gboolean keep_ratio;
  gboolean hide_x;
  double left_margin; /* at least; so that stacked panels line up */
  KappaRect plot;
} KappaFrame;

void   kappa_frame_lay_out    (KappaFrame *frame, KappaPen *pen, const KappaRect *area);
double kappa_frame_measure_left (KappaFrame *frame, KappaPen *pen, const KappaRect *area);
double kappa_frame_get_x      (const KappaFrame *frame, double value);
double kappa_frame_get_y      (const KappaFrame *frame, double value);
gboolean kappa_frame_contains (const KappaFrame *frame, double x, double y);
double kappa_frame_x_value    (const KappaFrame *frame, double x);
double kappa_frame_y_value    (const KappaFrame *frame, double y);
void   kappa_frame_draw_grid  (const KappaFrame *frame, KappaPen *pen);
void   kappa_frame_draw       (const KappaFrame *frame, KappaPen *pen);
void   kappa_frame_zoom_axis  (const KappaAxis *axis, double factor, double place, double *low, double *high);

const char *kappa_axis_symbol (const char *name);
