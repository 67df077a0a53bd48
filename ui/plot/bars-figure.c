#include "ui/plot/bars-figure.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "ui/plot/axis.h"
#include "ui/plot/table-columns.h"

#define TICK      0.35 /* lengths in letter sizes */
#define GAP       0.35
#define CAP       0.72
#define BAR_SHARE 0.72

typedef struct
{
  char *name, *detail;
  double value;
} Bar;

struct _KappaBarsFigure
{
  KappaFigure parent_instance;

  char *quantity;
  KappaBarsOrder order;
  gboolean log;
  KappaLimits limits;

  char *what, *unit;
  GArray *bars; /* of Bar, as given */
};

G_DEFINE_FINAL_TYPE (KappaBarsFigure, kappa_bars_figure, KAPPA_TYPE_FIGURE)

/* @numbers: whether there is room for the value behind every bar; @every: one name in so many is
 * written */
typedef struct
{
  KappaRect plot;
  KappaAxis axis;
  guint *order;
  double row;
  guint every;
  gboolean numbers;
} Layout;

GType
kappa_bars_order_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_BARS_ORDER_GIVEN, "KAPPA_BARS_ORDER_GIVEN", "given" },
        { KAPPA_BARS_ORDER_RISING, "KAPPA_BARS_ORDER_RISING", "rising" },
        { KAPPA_BARS_ORDER_FALLING, "KAPPA_BARS_ORDER_FALLING", "falling" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaBarsOrder", values));
    }
  return type;
}

#define FIELD(name) offsetof (KappaBarsFigure, name)

static const KappaFigureOption options[] = {
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity) },
  { "order", KAPPA_OPTION_ENUM, FIELD (order), kappa_bars_order_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, FIELD (log) },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits) },
};

static void
bar_clear (gpointer data)
{
  Bar *bar = data;

  g_free (bar->name);
  g_free (bar->detail);
}

static const Bar *
get_bar (KappaBarsFigure *self, guint i)
{
  return &g_array_index (self->bars, Bar, i);
}

static void
kappa_bars_figure_finalize (GObject *object)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (object);

  g_free (self->quantity);
  g_free (self->what);
  g_free (self->unit);
  g_array_unref (self->bars);
  G_OBJECT_CLASS (kappa_bars_figure_parent_class)->finalize (object);
}

static void
add_bar (KappaBarsFigure *self, const char *name, double value, const char *detail)
{
  Bar bar = { g_strdup (name), g_strdup (detail), value };

  g_array_append_val (self->bars, bar);
}

static void
set_what (KappaBarsFigure *self, const char *what, const char *unit)
{
  g_free (self->what);
  g_free (self->unit);
  self->what = g_strdup (what);
  self->unit = g_strdup (unit != NULL ? unit : "");
  g_array_set_size (self->bars, 0);
}

static gboolean
kappa_bars_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  const char *quantity = self->quantity[0] != '\0' ? self->quantity : "top1";
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "classes");
  int name = kappa_table_find_text (table, "name"),
      value = kappa_table_find_number (table, quantity);
  int images = kappa_table_find_number (table, "images"),
      correct = kappa_table_find_number (table, "correct");

  if (name < 0 || value < 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no table of classes with a column “%s”", quantity);
      return FALSE;
    }
  set_what (self, quantity, table->columns[value].unit);
  for (gsize row = 0; row < table->n_rows; row++)
    {
      g_autofree char *detail = NULL;

      if (images >= 0 && correct >= 0)
        detail = g_strdup_printf ("%.0f of %.0f right", table->numbers[correct][row],
                                  table->numbers[images][row]);
      add_bar (self, table->texts[name][row], table->numbers[value][row], detail);
    }
  return TRUE;
}

static int
compare_bars (const void *a, const void *b, void *data)
{
  KappaBarsFigure *self = data;
  guint i = *(const guint *)a, j = *(const guint *)b;
  double x = get_bar (self, i)->value, y = get_bar (self, j)->value;

  if (self->order == KAPPA_BARS_ORDER_GIVEN || x == y || isnan (x) || isnan (y))
    return isnan (x) != isnan (y) && self->order != KAPPA_BARS_ORDER_GIVEN ? isnan (x) - isnan (y)
                                                                           : (i > j) - (i < j);
  return (x < y) == (self->order == KAPPA_BARS_ORDER_RISING) ? -1 : 1;
}

static guint *
sort_bars (KappaBarsFigure *self)
{
  guint *order = g_new (guint, MAX (self->bars->len, 1));

  for (guint i = 0; i < self->bars->len; i++)
    order[i] = i;
  qsort_r (order, self->bars->len, sizeof *order, compare_bars, self);
  return order;
}

/* Bars begin at zero, or, on a logarithmic axis, a little below the smallest. Shares end at one. */
static void
choose_limits (KappaBarsFigure *self, KappaAxis *axis)
{
  KappaScale scale = self->log ? KAPPA_SCALE_LOG : KAPPA_SCALE_LINEAR;
  double low = self->log ? (double)INFINITY : 0.0, high = self->log ? -(double)INFINITY : 0.0;

  for (guint i = 0; i < self->bars->len; i++)
    {
      double value = get_bar (self, i)->value;

      if (!isfinite (value) || (self->log && value <= 0.0))
        continue;
      low = MIN (low, value);
      high = MAX (high, value);
    }
  if (self->log)
    kappa_axis_init (axis, scale, low / 2.0, high);
  else
    kappa_axis_init (axis, scale, low, high > 0.3 && high <= 1.0 && low >= 0.0 ? 1.0 : high);
  if (!kappa_limits_is_auto (&self->limits) && (!self->log || self->limits.high > 0.0))
    kappa_axis_init (axis, scale, self->limits.low, self->limits.high);
}

static char *
format_bar (const Bar *bar)
{
  return kappa_format_value (bar->value, 3);
}

static void
lay_out (KappaBarsFigure *self, KappaPen *pen, const KappaRect *body, Layout *layout)
{
  double names = 0.0, numbers = 0.0, bottom = (TICK + 0.3 + CAP + 0.45 + CAP + 0.3) * pen->em;
  double height = MAX (body->height - bottom - 0.5 * pen->em, pen->em);

  *layout = (Layout) { .order = sort_bars (self), .row = height / MAX (self->bars->len, 1) };
  layout->row = MIN (layout->row, 5.0 * pen->em);
  layout->every = (guint)MAX (ceil (1.15 * pen->em / layout->row), 1.0);
  layout->numbers = layout->every == 1;
  for (guint i = 0; i < self->bars->len; i++)
    {
      g_autofree char *text = format_bar (get_bar (self, i));

      numbers = MAX (numbers, kappa_pen_measure (pen, text, KAPPA_TEXT_SMALL));
      names = MAX (names, kappa_pen_measure (pen, get_bar (self, i)->name, KAPPA_TEXT_BODY));
    }
  names = MIN (names, 0.4 * body->width);
  numbers = layout->numbers ? numbers + 2.0 * GAP * pen->em : pen->em;
  choose_limits (self, &layout->axis);
  layout->plot = (KappaRect) { body->x + names + GAP * pen->em, body->y + 0.5 * pen->em,
                               MAX (body->width - names - numbers - GAP * pen->em, pen->em),
                               layout->row * self->bars->len };
  kappa_axis_make_ticks (&layout->axis,
                         (guint)CLAMP (layout->plot.width / (4.5 * pen->em), 2.0, 10.0));
}

static double
get_x (const Layout *layout, double value)
{
  return layout->plot.x
         + CLAMP (kappa_axis_place (&layout->axis, value), 0.0, 1.0) * layout->plot.width;
}

static void
draw_axis (KappaBarsFigure *self, KappaPen *pen, const Layout *layout)
{
  double bottom = layout->plot.y + layout->plot.height, away = bottom + (TICK + 0.3) * pen->em;
  g_autofree char *title = g_strdup_printf (self->unit[0] != '\0' ? "%s (%s)%s" : "%s%s%s",
                                            self->what, self->unit, self->log ? ", log" : "");

  cairo_set_line_width (pen->cr, pen->line);
  for (guint i = 0; i < layout->axis.n_ticks; i++)
    {
      const KappaTick *tick = &layout->axis.ticks[i];
      double x = kappa_pen_snap_x (pen, get_x (layout, tick->value));

      kappa_pen_set_color (pen, &pen->theme->grid);
      cairo_move_to (pen->cr, x, layout->plot.y);
      cairo_line_to (pen->cr, x, bottom);
      cairo_stroke (pen->cr);
      kappa_pen_set_color (pen, &pen->theme->ink);
      cairo_move_to (pen->cr, x, bottom);
      cairo_line_to (pen->cr, x, bottom + TICK * pen->em);
      cairo_stroke (pen->cr);
      kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink, x, away, 0.5, 0.0);
    }
  kappa_pen_text (pen, title, KAPPA_TEXT_BODY, &pen->theme->ink,
                  layout->plot.x + 0.5 * layout->plot.width, away + (CAP + 0.45) * pen->em, 0.5,
                  0.0);
}

/* A name too long for its place is cut at its beginning: layers differ at their ends. */
static char *
fit_name (KappaPen *pen, const char *name, double width)
{
  const char *rest = name;

  if (kappa_pen_measure (pen, name, KAPPA_TEXT_BODY) <= width)
    return g_strdup (name);
  while (*rest != '\0')
    {
      g_autofree char *shorter = g_strconcat ("…", rest, NULL);

      if (kappa_pen_measure (pen, shorter, KAPPA_TEXT_BODY) <= width)
        return g_steal_pointer (&shorter);
      rest = g_utf8_next_char (rest);
    }
  return g_strdup ("");
}

static void
draw_bar (KappaBarsFigure *self,
          KappaPen *pen,
          const KappaRect *body,
          const Layout *layout,
          guint row)
{
  const Bar *bar = get_bar (self, layout->order[row]);
  double y = layout->plot.y + (row + 0.5) * layout->row, thick = BAR_SHARE * layout->row;
  double zero = get_x (layout, self->log ? layout->axis.low : 0.0), end = zero;
  gboolean on_axis = kappa_axis_can_show (&layout->axis, bar->value);

  if (on_axis)
    end = get_x (layout, bar->value);
  cairo_rectangle (pen->cr, MIN (zero, end), y - 0.5 * thick, fabs (end - zero), thick);
  kappa_pen_set_color (pen, &pen->theme->series[0]);
  cairo_fill (pen->cr);
  if (row % layout->every == 0)
    {
      g_autofree char *name = fit_name (pen, bar->name, layout->plot.x - body->x - GAP * pen->em);

      kappa_pen_text (pen, name, KAPPA_TEXT_BODY, &pen->theme->ink, layout->plot.x - GAP * pen->em,
                      y, 1.0, 0.5);
    }
  if (layout->numbers)
    {
      g_autofree char *text = format_bar (bar);

      kappa_pen_text (pen, text, KAPPA_TEXT_SMALL, on_axis ? &pen->theme->ink : &pen->theme->faint,
                      MAX (zero, end) + GAP * pen->em, y, 0.0, 0.5);
    }
}

static void
kappa_bars_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  Layout layout;
  double x;

  lay_out (self, pen, body, &layout);
  if (self->bars->len > 0)
    draw_axis (self, pen, &layout);
  for (guint row = 0; row < self->bars->len; row++)
    draw_bar (self, pen, body, &layout, row);
  x = kappa_pen_snap_x (pen, get_x (&layout, self->log ? layout.axis.low : 0.0));
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_move_to (pen->cr, x, layout.plot.y);
  cairo_line_to (pen->cr, x, layout.plot.y + layout.plot.height);
  cairo_stroke (pen->cr);
  g_free (layout.order);
}

static gboolean
kappa_bars_figure_probe (KappaFigure *figure,
                         KappaPen *pen,
                         const KappaRect *body,
                         double x,
                         double y,
                         KappaProbe *probe)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  gboolean found;
  Layout layout;

  lay_out (self, pen, body, &layout);
  found = self->bars->len > 0 && y >= layout.plot.y && y < layout.plot.y + layout.plot.height
          && x >= body->x && x <= body->x + body->width;
  if (found)
    {
      guint row = MIN ((guint)((y - layout.plot.y) / layout.row), self->bars->len - 1);
      const Bar *bar = get_bar (self, layout.order[row]);
      g_autofree char *text = format_bar (bar);

      probe->x = kappa_axis_value (&layout.axis, (x - layout.plot.x) / layout.plot.width);
      probe->y = layout.order[row];
      probe->value = bar->value;
      probe->text = g_strdup_printf (
          "%s\n%s %s%s%s%s%s", bar->name, self->what, text, self->unit[0] != '\0' ? " " : "",
          self->unit, bar->detail != NULL ? "\n" : "", bar->detail != NULL ? bar->detail : "");
    }
  g_free (layout.order);
  return found;
}

static char *
kappa_bars_figure_describe (KappaFigure *figure)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Bars of %s for %u items:",
                          self->what != NULL ? self->what : "nothing yet", self->bars->len);
  for (guint i = 0; i < MIN (self->bars->len, 40); i++)
    g_string_append_printf (text, "%s %s %.4g", i > 0 ? "," : "", get_bar (self, i)->name,
                            get_bar (self, i)->value);
  g_string_append (text, self->bars->len > 40 ? " and so on." : ".");
  return g_string_free (text, FALSE);
}

static double
kappa_bars_figure_get_aspect (KappaFigure *figure)
{
  return CLAMP (20.0 / MAX (KAPPA_BARS_FIGURE (figure)->bars->len, 1), 0.7, 1.6);
}

static void
kappa_bars_figure_class_init (KappaBarsFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_bars_figure_finalize;
  figure_class->update = kappa_bars_figure_update;
  figure_class->draw = kappa_bars_figure_draw;
  figure_class->probe = kappa_bars_figure_probe;
  figure_class->describe = kappa_bars_figure_describe;
  figure_class->get_aspect = kappa_bars_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_bars_figure_init (KappaBarsFigure *self)
{
  self->bars = g_array_new (FALSE, FALSE, sizeof (Bar));
  g_array_set_clear_func (self->bars, bar_clear);
  self->what = g_strdup ("");
  self->unit = g_strdup ("");
}

/**
 * kappa_bars_figure_new:
 *
 * Returns: (transfer full): a figure without bars
 */
KappaFigure *
kappa_bars_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_BARS_FIGURE, NULL);
}

/**
 * kappa_bars_figure_set_bars:
 * @what: what the values are, e.g. "parameters"
 * @unit: "" for a pure number
 * @bars: copied
 */
void
kappa_bars_figure_set_bars (KappaBarsFigure *self,
                            const char *what,
                            const char *unit,
                            const KappaBar *bars,
                            gsize n)
{
  set_what (self, what, unit);
  for (gsize i = 0; i < n; i++)
    add_bar (self, bars[i].name, bars[i].value, bars[i].detail);
  kappa_figure_changed (KAPPA_FIGURE (self));
}
