#include <math.h>

#include "ui/plot/landscape-private.h"

/* What the pointer does: the implementation of the figure's class, see figure.h. */

gboolean
kappa_landscape_figure_locate (KappaFigure *figure,
                        KappaPen *pen,
                        const KappaRect *body,
                        double x,
                        double y,
                        double *at_x,
                        double *at_y)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  KappaLandscapeLayout layout;
  KappaFrame frame;

  if (!kappa_landscape_prepare (self))
    return FALSE;
  kappa_landscape_lay_out (self, pen, body, &layout, FALSE);
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    return kappa_landscape_locate_surface (self, pen, &layout.picture, x, y, at_x, at_y);
  kappa_landscape_lay_out_plane (self, pen, &layout.picture, &frame);
  *at_x = kappa_frame_get_x (&frame, x);
  *at_y = kappa_frame_get_y (&frame, y);
  return kappa_frame_contains (&frame, *at_x, *at_y);
}

gboolean
kappa_landscape_probe (KappaFigure *figure,
                       KappaPen *pen,
                       const KappaRect *body,
                       double x,
                       double y,
                       KappaProbe *probe)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  KappaLandscapeLayout layout;
  KappaFrame frame;
  gsize point;

  if (!kappa_landscape_prepare (self))
    return FALSE;
  kappa_landscape_lay_out (self, pen, body, &layout, FALSE);
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    {
      if (!kappa_landscape_pick_surface (self, pen, &layout.picture, x, y, &probe->x, &probe->y))
        return FALSE;
    }
  else
    {
      kappa_landscape_lay_out_plane (self, pen, &layout.picture, &frame);
      if (!kappa_frame_contains (&frame, x, y))
        return FALSE;
      probe->x = kappa_frame_x_value (&frame, x);
      probe->y = kappa_frame_y_value (&frame, y);
    }
  point = kappa_field_find (self->field, probe->x, probe->y);
  if (self->fill->nearest[point] != KAPPA_NO_POINT)
    probe->value = self->field->values[self->fill->nearest[point]];
  probe->text = kappa_landscape_describe_point (self, point);
  return TRUE;
}

/* White with a dark rim shows on every colour, and needs no opaque paper. */
void
kappa_landscape_draw_cursor (KappaFigure *figure,
                             KappaPen *pen,
                             const KappaRect *body,
                             double x,
                             double y)
{
  double at_x, at_y, reach = 0.5 * pen->em;

  if (!kappa_landscape_figure_locate (figure, pen, body, x, y, &at_x, &at_y))
    return;
  for (int pass = 0; pass < 2; pass++)
    {
      cairo_arc (pen->cr, at_x, at_y, reach, 0.0, 2.0 * G_PI);
      cairo_set_line_width (pen->cr, (pass == 0 ? 0.34 : 0.16) * pen->em);
      if (pass == 0)
        cairo_set_source_rgba (pen->cr, 0.0, 0.0, 0.0, 0.85);
      else
        cairo_set_source_rgb (pen->cr, 1.0, 1.0, 1.0);
      cairo_stroke (pen->cr);
    }
}

static void
zoom_plane (KappaLandscapeFigure *self, const KappaFrame *frame, double factor, double x, double y)
{
  double place_x = (x - frame->plot.x) / frame->plot.width,
         place_y = 1.0 - (y - frame->plot.y) / frame->plot.height;

  kappa_frame_zoom_axis (&frame->x, factor, CLAMP (place_x, 0.0, 1.0), &self->x_range.low,
                         &self->x_range.high);
  kappa_frame_zoom_axis (&frame->y, factor, CLAMP (place_y, 0.0, 1.0), &self->y_range.low,
                         &self->y_range.high);
  kappa_landscape_forget_mesh (self);
}

void
kappa_landscape_zoom (KappaFigure *figure,
                      KappaPen *pen,
                      const KappaRect *body,
                      double factor,
                      double x,
                      double y)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  KappaLandscapeLayout layout;
  KappaFrame frame;

  if (!kappa_landscape_prepare (self))
    return;
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    {
      self->zoom = CLAMP (self->zoom * factor, 0.2, 20.0);
      return;
    }
  kappa_landscape_lay_out (self, pen, body, &layout, FALSE);
  kappa_landscape_lay_out_plane (self, pen, &layout.picture, &frame);
  zoom_plane (self, &frame, factor, x, y);
}

void
kappa_landscape_pan (KappaFigure *figure,
                     KappaPen *pen,
                     const KappaRect *body,
                     double dx,
                     double dy)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  KappaLandscapeLayout layout;
  KappaFrame frame;
  double shift_x, shift_y;

  if (!kappa_landscape_prepare (self))
    return;
  kappa_landscape_lay_out (self, pen, body, &layout, FALSE);
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    {
      /* Half a turn across the picture, as if a globe of its size was pushed. */
      self->azimuth = remainder (self->azimuth - dx * 180.0 / layout.picture.width, 360.0);
      self->elevation = CLAMP (self->elevation + dy * 180.0 / layout.picture.height, 0.0, 90.0);
      return;
    }
  kappa_landscape_lay_out_plane (self, pen, &layout.picture, &frame);
  shift_x = kappa_frame_x_value (&frame, frame.plot.x - dx) - frame.x.low;
  shift_y = kappa_frame_y_value (&frame, frame.plot.y + frame.plot.height - dy) - frame.y.low;
  self->x_range = (KappaLimits) { frame.x.low + shift_x, frame.x.high + shift_x };
  self->y_range = (KappaLimits) { frame.y.low + shift_y, frame.y.high + shift_y };
  kappa_landscape_forget_mesh (self);
}

static void
describe_extreme (KappaLandscapeFigure *self, GString *text, const char *what, gsize point)
{
  const KappaField *field = self->field;
  g_autofree char *value = kappa_format_value (field->values[point], 4);
  g_autofree char *x = kappa_format_value (field->x[point / field->ny], 3);
  g_autofree char *y = kappa_format_value (field->y[point % field->ny], 3);

  g_string_append_printf (text, " %s is %s, at %s %s and %s %s.", what, value, field->x_name, x,
                          field->y_name, y);
}

char *
kappa_landscape_describe (KappaFigure *figure)
{
  static const char *const views[] = { "Surface", "Contour map", "Heat map" };
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  GString *text;
  gsize not_finite;

  if (!kappa_landscape_prepare (self))
    return g_strdup ("A landscape without data yet.");
  text = g_string_new (NULL);
  g_string_append_printf (
      text, "%s of %s over %s and %s, %zu by %zu points%s.", views[kappa_landscape_get_view (self)],
      self->field->name, self->field->x_name, self->field->y_name, self->field->nx, self->field->ny,
      self->bar.axis.scale == KAPPA_SCALE_LOG ? ", on a logarithmic scale" : "");
  if (self->field->n_present < self->field->nx * self->field->ny)
    g_string_append_printf (text, " %zu of them are computed.", self->field->n_present);
  if (self->field->n_finite > 0)
    {
      describe_extreme (self, text, "The lowest value", self->field->lowest);
      describe_extreme (self, text, "The highest", self->field->highest);
    }
  not_finite = self->field->n_present - self->field->n_finite;
  if (not_finite > 0)
    g_string_append_printf (text, " %zu values are not finite.", not_finite);
  return g_string_free (text, FALSE);
}
