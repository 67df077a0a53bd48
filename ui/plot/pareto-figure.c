#include <math.h>
#include <stddef.h>

#include "ui/plot/pareto-private.h"

#define REACH 0.9 /* of the pointer, in letter sizes */

G_DEFINE_FINAL_TYPE (KappaParetoFigure, kappa_pareto_figure, KAPPA_TYPE_FIGURE)

G_DEFINE_ENUM_TYPE (KappaParetoCost,
                    kappa_pareto_cost,
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_PARAMETERS, "parameters"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_MACS, "macs"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_ACTIVATIONS, "activations"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_MEMORY, "memory"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_LATENCY, "latency"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_LATENCY_V100, "latency-v100"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_LATENCY_TPU, "latency-tpu"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_RESOLUTION, "resolution"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_DEPTH, "depth"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PARETO_COST_WIDTH, "width"))

static gboolean
is_log (KappaFigure *figure)
{
  return kappa_pareto_get_cost_scale (KAPPA_PARETO_FIGURE (figure)) == KAPPA_SCALE_LOG;
}

static void
set_log (KappaFigure *figure, gboolean log)
{
  g_object_set (figure, "cost-scale", log ? KAPPA_SCALE_CHOICE_LOG : KAPPA_SCALE_CHOICE_LINEAR,
                NULL);
}

#define FIELD(name) offsetof (KappaParetoFigure, name)

static const KappaFigureOption options[] = {
  { "cost", KAPPA_OPTION_ENUM, FIELD (cost), kappa_pareto_cost_get_type, .reads = TRUE },
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .reads = TRUE },
  { "cost-scale", KAPPA_OPTION_ENUM, FIELD (cost_scale), kappa_scale_choice_get_type },
  { "scale", KAPPA_OPTION_ENUM, FIELD (scale), kappa_scale_choice_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, .get_alias = is_log, .set_alias = set_log },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits) },
  { "x-range", KAPPA_OPTION_LIMITS, FIELD (x_range) },
  { "published", KAPPA_OPTION_BOOLEAN, FIELD (show_published), .fallback = TRUE, .reads = TRUE },
  { "front", KAPPA_OPTION_BOOLEAN, FIELD (show_front), .fallback = TRUE },
  { "lines", KAPPA_OPTION_BOOLEAN, FIELD (show_lines), .fallback = TRUE },
  { "labels", KAPPA_OPTION_BOOLEAN, FIELD (show_labels), .fallback = TRUE },
};

static void
kappa_pareto_figure_finalize (GObject *object)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (object);

  g_ptr_array_unref (self->series);
  g_array_unref (self->points);
  g_array_unref (self->lines);
  g_free (self->quantity);
  g_free (self->x_name);
  g_free (self->x_unit);
  g_free (self->y_name);
  g_free (self->y_unit);
  G_OBJECT_CLASS (kappa_pareto_figure_parent_class)->finalize (object);
}

static gboolean
kappa_pareto_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  return kappa_pareto_read (KAPPA_PARETO_FIGURE (figure), result, error);
}

static void
append_number (GString *text,
               const char *name,
               double value,
               double low,
               double high,
               const char *unit)
{
  g_autofree char *number = kappa_format_value (value, 4);

  g_string_append_printf (text, "\n%s %s%s%s", kappa_axis_symbol (name), number,
                          *unit != '\0' ? " " : "", unit);
  if (low < high)
    {
      g_autofree char *from = kappa_format_value (low, 3), *to = kappa_format_value (high, 3);

      g_string_append_printf (text, " (%s … %s)", from, to);
    }
}

static char *
describe_point (KappaParetoFigure *self, const KappaParetoPoint *point)
{
  static const char *const kinds[]
      = { "this checkpoint", "made from shapes, no weights", "published" };
  GString *text = g_string_new (point->name);

  if (isfinite (point->resolution))
    g_string_append_printf (text, " @%g", point->resolution);
  g_string_append_printf (text, "\n%s", kinds[point->kind]);
  if (point->kind != KAPPA_PARETO_SHAPES && point->training[0] != '\0')
    g_string_append_printf (text, ": %s", point->training);
  append_number (text, self->x_name, point->x, point->x_low, point->x_high, self->x_unit);
  append_number (text, self->y_name, point->y, point->y_low, point->y_high, self->y_unit);
  if (point->on_front)
    g_string_append (text, "\non the front");
  if (point->source[0] != '\0')
    g_string_append_printf (text, "\n%s", point->source);
  return g_string_free (text, FALSE);
}

static const KappaParetoPoint *
find_near (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame, double x, double y)
{
  const KappaParetoPoint *nearest = NULL;
  double closest = REACH * pen->em, at_x, at_y;

  for (guint i = 0; i < self->points->len; i++)
    if (kappa_pareto_is_visible (self, frame, kappa_pareto_get (self, i), &at_x, &at_y)
        && hypot (at_x - x, at_y - y) < closest)
      {
        nearest = kappa_pareto_get (self, i);
        closest = hypot (at_x - x, at_y - y);
      }
  return nearest;
}

static gboolean
kappa_pareto_figure_probe (KappaFigure *figure,
                           KappaPen *pen,
                           const KappaRect *body,
                           double x,
                           double y,
                           KappaProbe *probe)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (figure);
  const KappaParetoPoint *point;
  KappaFrame frame;

  kappa_pareto_lay_out (self, pen, body, &frame);
  point = kappa_frame_contains (&frame, x, y) ? find_near (self, pen, &frame, x, y) : NULL;
  if (point == NULL)
    return FALSE;
  probe->x = point->x;
  probe->y = probe->value = point->y;
  probe->text = describe_point (self, point);
  return TRUE;
}

static gboolean
kappa_pareto_figure_locate (KappaFigure *figure,
                            KappaPen *pen,
                            const KappaRect *body,
                            double x,
                            double y,
                            double *at_x,
                            double *at_y)
{
  KappaFrame frame;

  kappa_pareto_lay_out (KAPPA_PARETO_FIGURE (figure), pen, body, &frame);
  *at_x = kappa_frame_get_x (&frame, x);
  *at_y = kappa_frame_get_y (&frame, y);
  return kappa_frame_contains (&frame, *at_x, *at_y);
}

static void
kappa_pareto_figure_draw_cursor (KappaFigure *figure,
                                 KappaPen *pen,
                                 const KappaRect *body,
                                 double x,
                                 double y)
{
  KappaFrame frame;
  double at_x, at_y;

  kappa_pareto_lay_out (KAPPA_PARETO_FIGURE (figure), pen, body, &frame);
  at_x = kappa_frame_get_x (&frame, x);
  at_y = kappa_frame_get_y (&frame, y);
  if (!kappa_frame_contains (&frame, at_x, at_y))
    return;
  kappa_pen_set_color (pen, &pen->theme->accent);
  cairo_set_line_width (pen->cr, 2.0 * pen->line);
  cairo_arc (pen->cr, at_x, at_y, 0.75 * pen->em, 0.0, 2.0 * G_PI);
  cairo_stroke (pen->cr);
}

static void
kappa_pareto_figure_zoom (KappaFigure *figure,
                          KappaPen *pen,
                          const KappaRect *body,
                          double factor,
                          double x,
                          double y)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (figure);
  KappaFrame frame;
  double across, up;

  kappa_pareto_lay_out (self, pen, body, &frame);
  across = (x - frame.plot.x) / frame.plot.width;
  up = 1.0 - (y - frame.plot.y) / frame.plot.height;
  kappa_frame_zoom_axis (&frame.x, factor, CLAMP (across, 0.0, 1.0), &self->x_range.low,
                         &self->x_range.high);
  kappa_frame_zoom_axis (&frame.y, factor, CLAMP (up, 0.0, 1.0), &self->limits.low,
                         &self->limits.high);
}

static void
kappa_pareto_figure_pan (KappaFigure *figure,
                         KappaPen *pen,
                         const KappaRect *body,
                         double dx,
                         double dy)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (figure);
  KappaFrame frame;
  double across, up;

  kappa_pareto_lay_out (self, pen, body, &frame);
  across = -dx / frame.plot.width;
  up = dy / frame.plot.height;
  self->x_range = (KappaLimits) { kappa_axis_value (&frame.x, across),
                                  kappa_axis_value (&frame.x, 1.0 + across) };
  self->limits
      = (KappaLimits) { kappa_axis_value (&frame.y, up), kappa_axis_value (&frame.y, 1.0 + up) };
}

static char *
kappa_pareto_figure_describe (KappaFigure *figure)
{
  KappaParetoFigure *self = KAPPA_PARETO_FIGURE (figure);
  GString *text = g_string_new (NULL);
  guint n_front = 0;

  g_string_append_printf (text, "%u networks by %s and %s.", self->points->len,
                          kappa_axis_symbol (self->x_name), kappa_axis_symbol (self->y_name));
  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaParetoPoint *point = kappa_pareto_get (self, i);

      if (!point->on_front)
        continue;
      g_string_append_printf (
          text, "%s %s%s at %.4g with %.4g", n_front++ > 0 ? "," : " On the front:", point->name,
          point->kind == KAPPA_PARETO_PUBLISHED ? " (published)" : "", point->x, point->y);
    }
  if (n_front > 0)
    g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static double
kappa_pareto_figure_get_aspect (KappaFigure *figure)
{
  return 1.45;
}

static void
kappa_pareto_figure_class_init (KappaParetoFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_pareto_figure_finalize;
  figure_class->update = kappa_pareto_figure_update;
  figure_class->draw = kappa_pareto_draw;
  figure_class->draw_cursor = kappa_pareto_figure_draw_cursor;
  figure_class->probe = kappa_pareto_figure_probe;
  figure_class->locate = kappa_pareto_figure_locate;
  figure_class->zoom = kappa_pareto_figure_zoom;
  figure_class->pan = kappa_pareto_figure_pan;
  figure_class->list_quantities = kappa_pareto_list_quantities;
  figure_class->describe = kappa_pareto_figure_describe;
  figure_class->get_aspect = kappa_pareto_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_pareto_figure_init (KappaParetoFigure *self)
{
  kappa_pareto_init_data (self);
  self->x_name = g_strdup ("macs");
  self->y_name = g_strdup ("top1");
  self->x_unit = g_strdup ("");
  self->y_unit = g_strdup ("");
}

/**
 * kappa_pareto_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_pareto_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_PARETO_FIGURE, NULL);
}
