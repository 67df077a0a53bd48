#include "ui/plot/curve-figure.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/curve-private.h"
#include "ui/plot/table-columns.h"

G_DEFINE_FINAL_TYPE (KappaCurveFigure, kappa_curve_figure, KAPPA_TYPE_FIGURE)

GType
kappa_curve_band_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_CURVE_BAND_RANGE, "KAPPA_CURVE_BAND_RANGE", "range" },
        { KAPPA_CURVE_BAND_DEVIATION, "KAPPA_CURVE_BAND_DEVIATION", "deviation" },
        { KAPPA_CURVE_BAND_NONE, "KAPPA_CURVE_BAND_NONE", "none" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaCurveBand", values));
    }
  return type;
}

static gboolean
is_log (KappaFigure *figure)
{
  return kappa_curve_get_scale (KAPPA_CURVE_FIGURE (figure), 0) == KAPPA_SCALE_LOG;
}

static void
set_log (KappaFigure *figure, gboolean log)
{
  g_object_set (figure, "scale", log ? KAPPA_SCALE_CHOICE_LOG : KAPPA_SCALE_CHOICE_LINEAR, NULL);
}

#define FIELD(name) offsetof (KappaCurveFigure, name)

static const KappaFigureOption options[] = {
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity) },
  { "scale", KAPPA_OPTION_ENUM, FIELD (scale), kappa_scale_choice_get_type },
  { "x-scale", KAPPA_OPTION_ENUM, FIELD (x_scale), kappa_scale_choice_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, .get_alias = is_log, .set_alias = set_log },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits) },
  { "x-range", KAPPA_OPTION_LIMITS, FIELD (x_range) },
  { "band", KAPPA_OPTION_ENUM, FIELD (band), kappa_curve_band_get_type },
  { "seed-lines", KAPPA_OPTION_BOOLEAN, FIELD (show_seeds), .fallback = TRUE },
};

static void
kappa_curve_figure_finalize (GObject *object)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (object);

  g_ptr_array_unref (self->panels);
  g_array_unref (self->marks);
  g_free (self->quantity);
  g_free (self->preferred);
  G_OBJECT_CLASS (kappa_curve_figure_parent_class)->finalize (object);
}

static void
mark_clear (gpointer data)
{
  g_free (((KappaCurveMark *)data)->name);
}

static void
take_marks (KappaCurveFigure *self, KappaResult *result)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "checkpoints");
  int name = kappa_table_find_text (table, "name"), x = kappa_table_find_number (table, "alpha");

  g_array_set_size (self->marks, 0);
  for (gsize row = 0; x >= 0 && name >= 0 && row < table->n_rows; row++)
    {
      KappaCurveMark mark = { table->numbers[x][row], g_strdup (table->texts[name][row]) };

      g_array_append_val (self->marks, mark);
    }
}

/* What says something about another curve is none itself. */
static gboolean
is_derived (const char *name)
{
  return g_str_has_suffix (name, "_deviation") || strstr (name, "_resolved") != NULL;
}

/* Adds the array if it is over the same axis as those before it. */
static void
add_panel (GPtrArray *panels, KappaResult *result, const char *name)
{
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, name);
  KappaCurvePanel *first = panels->len > 0 ? panels->pdata[0] : NULL;
  KappaCurvePanel *panel;

  if (array == NULL || array->rank != 1 || is_derived (name) || array->coordinates[0] == NULL)
    return;
  panel = kappa_curve_panel_new (result, array);
  if (panel == NULL)
    return;
  if (first == NULL || (strcmp (first->x_name, panel->x_name) == 0 && first->n == panel->n))
    g_ptr_array_add (panels, panel);
  else
    kappa_curve_panel_free (panel);
}

static gboolean
kappa_curve_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (figure);
  g_autoptr (GPtrArray) panels
      = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_curve_panel_free);
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  if (self->preferred != NULL)
    add_panel (panels, result, self->preferred);
  for (char **name = names; *name != NULL && (self->preferred == NULL || panels->len > 0); name++)
    if (g_strcmp0 (*name, self->preferred) != 0)
      add_panel (panels, result, *name);
  if (panels->len == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no values along a line: curves need an array with one axis, "
                   "such as loss over alpha");
      return FALSE;
    }
  g_ptr_array_unref (self->panels);
  self->panels = g_steal_pointer (&panels);
  take_marks (self, result);
  return TRUE;
}

static void
kappa_curve_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (figure);
  double notes = kappa_curve_draw_notes (self, pen, body, 0.0, FALSE);
  KappaCurveLayout layout;

  kappa_curve_lay_out (self, pen, body, &layout);
  for (guint i = 0; i < layout.n; i++)
    kappa_curve_draw_panel (self, pen, layout.panels[i], &layout.frames[i], i == 0);
  kappa_curve_draw_notes (self, pen, body, body->y + body->height - notes + 0.3 * pen->em, TRUE);
  kappa_curve_layout_clear (&layout);
}

static void
kappa_curve_figure_draw_cursor (KappaFigure *figure,
                                KappaPen *pen,
                                const KappaRect *body,
                                double x,
                                double y)
{
  KappaCurveLayout layout;

  kappa_curve_lay_out (KAPPA_CURVE_FIGURE (figure), pen, body, &layout);
  kappa_pen_set_color (pen, &pen->theme->accent);
  cairo_set_line_width (pen->cr, 1.5 * pen->line);
  for (guint i = 0; i < layout.n; i++)
    {
      const KappaRect *plot = &layout.frames[i].plot;
      double at = kappa_pen_snap_x (pen, kappa_frame_get_x (&layout.frames[i], x));

      if (at < plot->x || at > plot->x + plot->width)
        continue;
      cairo_move_to (pen->cr, at, plot->y);
      cairo_line_to (pen->cr, at, plot->y + plot->height);
      cairo_stroke (pen->cr);
    }
  kappa_curve_layout_clear (&layout);
}

static char *
describe_point (const KappaCurveLayout *layout, double x)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < layout->n; i++)
    {
      const KappaCurvePanel *panel = layout->panels[i];
      gsize point = kappa_curve_panel_find (panel, x);
      g_autofree char *number = NULL;
      g_autofree char *place = NULL;

      if (point == panel->n)
        continue;
      number = kappa_format_value (panel->mean[point], 4);
      place = kappa_axis_dup_number (&layout->frames[i].x, panel->x[point]);
      if (text->len == 0)
        g_string_append_printf (text, "%s %s", kappa_axis_symbol (panel->x_name), place);
      g_string_append_printf (text, "\n%s %s%s%s", kappa_axis_symbol (panel->name), number,
                              panel->unit[0] != '\0' ? " " : "", panel->unit);
      if (panel->resolved != NULL && !panel->resolved[point])
        g_string_append (text, " at least: unresolved");
      if (panel->deviation != NULL && isfinite (panel->deviation[point]))
        {
          g_autofree char *deviation = kappa_format_value (panel->deviation[point], 2);

          g_string_append_printf (text, " ± %s", deviation);
        }
    }
  if (text->len == 0)
    g_string_append (text, "not computed");
  return g_string_free (text, FALSE);
}

static gboolean
kappa_curve_figure_probe (KappaFigure *figure,
                          KappaPen *pen,
                          const KappaRect *body,
                          double x,
                          double y,
                          KappaProbe *probe)
{
  KappaCurveLayout layout;
  gboolean found = FALSE;

  kappa_curve_lay_out (KAPPA_CURVE_FIGURE (figure), pen, body, &layout);
  for (guint i = 0; i < layout.n && !found; i++)
    if (kappa_frame_contains (&layout.frames[i], x, y))
      {
        const KappaCurvePanel *panel = layout.panels[i];
        gsize point;

        found = TRUE;
        probe->x = kappa_frame_x_value (&layout.frames[i], x);
        probe->y = kappa_frame_y_value (&layout.frames[i], y);
        point = kappa_curve_panel_find (panel, probe->x);
        probe->value = point < panel->n ? panel->mean[point] : (double)NAN;
        probe->text = describe_point (&layout, probe->x);
      }
  kappa_curve_layout_clear (&layout);
  return found;
}

static gboolean
kappa_curve_figure_locate (KappaFigure *figure,
                           KappaPen *pen,
                           const KappaRect *body,
                           double x,
                           double y,
                           double *at_x,
                           double *at_y)
{
  KappaCurveLayout layout;
  gboolean found;

  kappa_curve_lay_out (KAPPA_CURVE_FIGURE (figure), pen, body, &layout);
  found = layout.n > 0;
  if (found)
    {
      *at_x = kappa_frame_get_x (&layout.frames[0], x);
      *at_y = kappa_frame_get_y (&layout.frames[0], y);
      found = kappa_frame_contains (&layout.frames[0], *at_x, *at_y);
    }
  kappa_curve_layout_clear (&layout);
  return found;
}

static void
kappa_curve_figure_zoom (KappaFigure *figure,
                         KappaPen *pen,
                         const KappaRect *body,
                         double factor,
                         double x,
                         double y)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (figure);
  KappaCurveLayout layout;

  kappa_curve_lay_out (self, pen, body, &layout);
  if (layout.n > 0)
    {
      double place = (x - layout.frames[0].plot.x) / layout.frames[0].plot.width;

      kappa_frame_zoom_axis (&layout.frames[0].x, factor, CLAMP (place, 0.0, 1.0),
                             &self->x_range.low, &self->x_range.high);
    }
  kappa_curve_layout_clear (&layout);
}

static void
kappa_curve_figure_pan (KappaFigure *figure,
                        KappaPen *pen,
                        const KappaRect *body,
                        double dx,
                        double dy)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (figure);
  KappaCurveLayout layout;

  kappa_curve_lay_out (self, pen, body, &layout);
  if (layout.n > 0)
    {
      const KappaFrame *frame = &layout.frames[0];
      double place = -dx / frame->plot.width;

      self->x_range = (KappaLimits) { kappa_axis_value (&frame->x, place),
                                      kappa_axis_value (&frame->x, 1.0 + place) };
    }
  kappa_curve_layout_clear (&layout);
}

static char *
kappa_curve_figure_describe (KappaFigure *figure)
{
  KappaCurveFigure *self = KAPPA_CURVE_FIGURE (figure);
  GString *text = g_string_new (NULL);
  const KappaCurvePanel *panel;

  for (guint i = 0; (panel = kappa_curve_get_panel (self, i)) != NULL; i++)
    {
      gsize lowest = panel->n, highest = panel->n;

      for (gsize k = 0; k < panel->n; k++)
        {
          if (!isfinite (panel->mean[k]))
            continue;
          lowest = lowest == panel->n || panel->mean[k] < panel->mean[lowest] ? k : lowest;
          highest = highest == panel->n || panel->mean[k] > panel->mean[highest] ? k : highest;
        }
      g_string_append_printf (text, "%sCurve of %s over %s, %zu points, %zu of them computed.",
                              i > 0 ? " " : "", panel->name, panel->x_name, panel->n,
                              panel->n_present);
      if (lowest < panel->n)
        g_string_append_printf (text, " It is lowest, %.4g, at %.3g and highest, %.4g, at %.3g.",
                                panel->mean[lowest], panel->x[lowest], panel->mean[highest],
                                panel->x[highest]);
    }
  return g_string_free (text, FALSE);
}

static double
kappa_curve_figure_get_aspect (KappaFigure *figure)
{
  return kappa_curve_get_panel (KAPPA_CURVE_FIGURE (figure), 1) != NULL ? 1.25 : 1.5;
}

static void
kappa_curve_figure_class_init (KappaCurveFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_curve_figure_finalize;
  figure_class->update = kappa_curve_figure_update;
  figure_class->draw = kappa_curve_figure_draw;
  figure_class->draw_cursor = kappa_curve_figure_draw_cursor;
  figure_class->probe = kappa_curve_figure_probe;
  figure_class->locate = kappa_curve_figure_locate;
  figure_class->zoom = kappa_curve_figure_zoom;
  figure_class->pan = kappa_curve_figure_pan;
  figure_class->describe = kappa_curve_figure_describe;
  figure_class->get_aspect = kappa_curve_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_curve_figure_init (KappaCurveFigure *self)
{
  self->panels = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_curve_panel_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (KappaCurveMark));
  g_array_set_clear_func (self->marks, mark_clear);
}

/**
 * kappa_curve_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_curve_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_CURVE_FIGURE, NULL);
}

/**
 * kappa_curve_figure_set_preferred:
 * @name: (nullable): the array that is drawn first, and others only if they are over the same axis
 */
void
kappa_curve_figure_set_preferred (KappaCurveFigure *self, const char *name)
{
  g_free (self->preferred);
  self->preferred = g_strdup (name);
}
