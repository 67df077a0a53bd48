#include <math.h>

#include "ui/plot/landscape-private.h"

static const char *
get_title (KappaLandscapeFigure *self, guint axis)
{
  const char *name = axis == 0 ? self->field->x_name : self->field->y_name;

  return self->axis_labels[axis] != NULL ? self->axis_labels[axis] : kappa_axis_symbol (name);
}

/**
 * kappa_landscape_lay_out_plane:
 * @frame: (out): the axes in their place
 */
void
kappa_landscape_lay_out_plane (KappaLandscapeFigure *self,
                               KappaPen *pen,
                               const KappaRect *picture,
                               KappaFrame *frame)
{
  gboolean cells = kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_HEAT;
  KappaLimits x = kappa_landscape_get_extent (self, 0, cells),
              y = kappa_landscape_get_extent (self, 1, cells);

  *frame = (KappaFrame) { .x_title = get_title (self, 0),
                          .y_title = get_title (self, 1),
                          .keep_ratio = self->equal };
  kappa_axis_init (&frame->x, KAPPA_SCALE_LINEAR, x.low, x.high);
  kappa_axis_init (&frame->y, KAPPA_SCALE_LINEAR, y.low, y.high);
  kappa_frame_lay_out (frame, pen, picture);
}

/**
 * kappa_landscape_draw_mark:
 * @x, @y: where
 *
 * Draws the white cross of a checkpoint, with a dark rim so that it shows on every colour.
 */
void
kappa_landscape_draw_mark (KappaPen *pen, double x, double y, double opacity)
{
  double reach = 0.55 * pen->em;

  cairo_set_line_cap (pen->cr, CAIRO_LINE_CAP_BUTT);
  for (int pass = 0; pass < 2; pass++)
    {
      double longer = pass == 0 ? reach + 0.12 * pen->em : reach;

      cairo_move_to (pen->cr, x - longer, y);
      cairo_line_to (pen->cr, x + longer, y);
      cairo_move_to (pen->cr, x, y - longer);
      cairo_line_to (pen->cr, x, y + longer);
      cairo_set_line_width (pen->cr, (pass == 0 ? 0.40 : 0.18) * pen->em);
      cairo_set_source_rgba (pen->cr, pass, pass, pass, pass == 0 ? 0.75 * opacity : opacity);
      cairo_stroke (pen->cr);
    }
}

/**
 * kappa_landscape_draw_dot:
 *
 * Marks a point that was computed.
 */
void
kappa_landscape_draw_dot (KappaPen *pen, double x, double y)
{
  cairo_arc (pen->cr, x, y, 0.16 * pen->em, 0.0, 2.0 * G_PI);
  cairo_set_source_rgb (pen->cr, 1.0, 1.0, 1.0);
  cairo_fill_preserve (pen->cr);
  cairo_set_source_rgba (pen->cr, 0.0, 0.0, 0.0, 0.85);
  cairo_set_line_width (pen->cr, 0.07 * pen->em);
  cairo_stroke (pen->cr);
}

/* The name of a checkpoint, beside its cross, on a ground of paper. */
static void
draw_name (KappaPen *pen, const KappaFrame *frame, const char *name, double x, double y)
{
  double width = kappa_pen_measure (pen, name, KAPPA_TEXT_SMALL), gap = 0.8 * pen->em,
         pad = 0.25 * pen->em;
  gboolean left = x + gap + width + pad > frame->plot.x + frame->plot.width;
  double start = left ? x - gap - width : x + gap;
  KappaColor ground = pen->theme->paper;

  ground.alpha = 0.8;
  kappa_pen_set_color (pen, &ground);
  cairo_rectangle (pen->cr, start - pad, y - 0.55 * pen->em, width + 2.0 * pad, 1.1 * pen->em);
  cairo_fill (pen->cr);
  kappa_pen_text (pen, name, KAPPA_TEXT_SMALL, &pen->theme->ink, left ? x - gap : x + gap, y,
                  left ? 1.0 : 0.0, 0.5);
}

static void
draw_marks (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  for (guint i = 0; i < self->marks->len; i++)
    {
      const KappaLandscapeMark *mark = &g_array_index (self->marks, KappaLandscapeMark, i);
      double x = kappa_frame_get_x (frame, mark->x), y = kappa_frame_get_y (frame, mark->y);

      if (!kappa_frame_contains (frame, x, y))
        continue;
      kappa_landscape_draw_mark (pen, x, y, 1.0);
      if (self->marks->len > 1)
        draw_name (pen, frame, mark->name, x, y);
    }
}

/**
 * kappa_landscape_draw_plane:
 *
 * Draws contour map or heat map with axes and marks.
 */
void
kappa_landscape_draw_plane (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture)
{
  KappaFrame frame;

  kappa_landscape_lay_out_plane (self, pen, picture, &frame);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, frame.plot.x, frame.plot.y, frame.plot.width, frame.plot.height);
  cairo_clip (pen->cr);
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_HEAT)
    kappa_landscape_draw_heat (self, pen, &frame);
  else
    kappa_landscape_draw_contours (self, pen, &frame);
  kappa_landscape_draw_overlays (self, pen, &frame);
  draw_marks (self, pen, &frame);
  cairo_restore (pen->cr);
  kappa_frame_draw (&frame, pen);
}
