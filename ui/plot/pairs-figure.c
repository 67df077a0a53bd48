#include "ui/plot/pairs-figure.h"

#include <math.h>
#include <stddef.h>

#include "core/base/error.h"
#include "ui/plot/frame.h"
#include "ui/plot/table-columns.h"

#define LINE  1.7 /* lengths in letter sizes */
#define GAP   1.4
#define BELOW 0.5
#define WIDTH 52.0

enum
{
  TITLE,
  TOOL,
  CORRECT,
  BAR,
  OFF,
  N_COLUMNS
};

/* @correct, @deviation: NaN while they are not known */
typedef struct
{
  char *title, *rule;
  double tool, correct, deviation;
} Pair;

struct _KappaPairsFigure
{
  KappaFigure parent_instance;

  gboolean show_rules;
  GArray *pairs; /* of Pair */
  char *by;      /* the tool */
};

G_DEFINE_FINAL_TYPE (KappaPairsFigure, kappa_pairs_figure, KAPPA_TYPE_FIGURE)

typedef struct
{
  double x[N_COLUMNS], width[N_COLUMNS];
} Columns;

static const KappaFigureOption options[] = {
  { "rules", KAPPA_OPTION_BOOLEAN, offsetof (KappaPairsFigure, show_rules), .fallback = TRUE },
};

static void
pair_clear (gpointer data)
{
  Pair *pair = data;

  g_free (pair->title);
  g_free (pair->rule);
}

static const Pair *
get_pair (KappaPairsFigure *self, guint i)
{
  return &g_array_index (self->pairs, Pair, i);
}

static void
kappa_pairs_figure_finalize (GObject *object)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (object);

  g_array_unref (self->pairs);
  g_free (self->by);
  G_OBJECT_CLASS (kappa_pairs_figure_parent_class)->finalize (object);
}

static const char *
get_text (const KappaTable *table, const char *column, gsize row)
{
  int at = kappa_table_find_text (table, column);

  return at >= 0 ? table->texts[at][row] : "";
}

static gboolean
kappa_pairs_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (figure);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "comparison");
  int tool = kappa_table_find_number (table, "tool");
  int correct = kappa_table_find_number (table, "correct");
  int deviation = kappa_table_find_number (table, "relative_deviation");

  if (tool < 0 || correct < 0 || deviation < 0 || table->n_rows == 0)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "this result has no table called “comparison” with the numbers of "
                           "another tool");
      return FALSE;
    }
  g_array_set_size (self->pairs, 0);
  g_free (self->by);
  self->by = g_strdup (get_text (table, "by", 0));
  for (gsize row = 0; row < table->n_rows; row++)
    {
      const char *name = get_text (table, "quantity", row);
      Pair pair = { g_strdup (kappa_axis_symbol (name)), g_strdup (get_text (table, "rule", row)),
                    table->numbers[tool][row], table->numbers[correct][row],
                    table->numbers[deviation][row] };

      g_array_append_val (self->pairs, pair);
    }
  return TRUE;
}

static char *
format_number (double value)
{
  return isnan (value) ? g_strdup ("…") : kappa_format_value (value, 5);
}

static char *
format_deviation (double deviation)
{
  g_autofree char *number = kappa_format_value (100.0 * deviation, 2);

  return isnan (deviation) ? g_strdup ("")
                           : g_strdup_printf ("%s%s %%", deviation > 0.0 ? "+" : "", number);
}

static char *
dup_cell (KappaPairsFigure *self, const Pair *pair, guint column)
{
  switch (column)
    {
    case TITLE:
      return g_strdup (pair->title);
    case TOOL:
      return format_number (pair->tool);
    case CORRECT:
      return format_number (pair->correct);
    case OFF:
      return format_deviation (pair->deviation);
    default:
      return g_strdup ("");
    }
}

static const char *
get_head (KappaPairsFigure *self, guint column)
{
  static const char *const heads[] = { "", NULL, "correct", "", "off by" };

  return column == TOOL ? (self->by[0] != '\0' ? self->by : "the tool") : heads[column];
}

/* The bars take what numbers leave. */
static void
lay_out (KappaPairsFigure *self, KappaPen *pen, const KappaRect *body, Columns *columns)
{
  double taken = (N_COLUMNS - 1) * GAP * pen->em, x = body->x;

  for (guint c = 0; c < N_COLUMNS; c++)
    {
      columns->width[c] = kappa_pen_measure (pen, get_head (self, c), KAPPA_TEXT_BODY);
      for (guint i = 0; i < self->pairs->len; i++)
        {
          g_autofree char *text = dup_cell (self, get_pair (self, i), c);

          columns->width[c]
              = MAX (columns->width[c], kappa_pen_measure (pen, text, KAPPA_TEXT_BODY));
        }
      taken += columns->width[c];
    }
  columns->width[BAR] = MAX (body->width - taken, 0.0);
  for (guint c = 0; c < N_COLUMNS; c++)
    {
      columns->x[c] = x;
      x += columns->width[c] + GAP * pen->em;
    }
}

/* Where there is little room, the numbers go first. */
static gboolean
shows_rules (KappaPairsFigure *self, KappaPen *pen, const KappaRect *body)
{
  double height = LINE * pen->em;

  for (guint i = 0; i < self->pairs->len; i++)
    height += (LINE + BELOW) * pen->em
              + kappa_pen_paragraph (pen, get_pair (self, i)->rule, KAPPA_TEXT_SMALL,
                                     &pen->theme->faint, body->x, 0.0, body->width, FALSE);
  return self->show_rules && height <= body->height;
}

static double
get_height (KappaPairsFigure *self, KappaPen *pen, const KappaRect *body, guint i)
{
  const Pair *pair = get_pair (self, i);
  double height = LINE * pen->em;

  if (shows_rules (self, pen, body) && pair->rule[0] != '\0')
    height += kappa_pen_paragraph (pen, pair->rule, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x,
                                   0.0, body->width, FALSE)
              + BELOW * pen->em;
  return height;
}

static double
find_largest (KappaPairsFigure *self)
{
  double largest = 0.0;

  for (guint i = 0; i < self->pairs->len; i++)
    if (isfinite (get_pair (self, i)->deviation))
      largest = MAX (largest, fabs (get_pair (self, i)->deviation));
  return largest;
}

/* Too large to the right of the line, too small to the left. */
static void
draw_bar (KappaPairsFigure *self, KappaPen *pen, const Columns *columns, const Pair *pair, double y)
{
  double largest = find_largest (self), half = 0.5 * columns->width[BAR];
  double zero = kappa_pen_snap_x (pen, columns->x[BAR] + half), thick = 0.8 * pen->em, end;

  if (half < 2.0 * pen->em)
    return;
  if (isfinite (pair->deviation) && largest > 0.0)
    {
      end = zero + pair->deviation / largest * half;
      cairo_rectangle (pen->cr, MIN (zero, end), y - 0.5 * thick, fabs (end - zero), thick);
      kappa_pen_set_color (pen, &pen->theme->series[1]);
      cairo_fill (pen->cr);
    }
  cairo_move_to (pen->cr, zero, y - 0.5 * LINE * pen->em);
  cairo_line_to (pen->cr, zero, y + 0.5 * LINE * pen->em);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_text (KappaPen *pen,
           const Columns *columns,
           guint column,
           const char *text,
           const KappaColor *color,
           double y)
{
  double anchor = column == TITLE ? 0.0 : 1.0;

  kappa_pen_text (pen, text, KAPPA_TEXT_BODY, color,
                  columns->x[column] + anchor * columns->width[column], y, anchor, 0.5);
}

static void
draw_rule (KappaPen *pen, const KappaRect *body, double y, const KappaColor *color)
{
  y = kappa_pen_snap_y (pen, y);
  cairo_move_to (pen->cr, body->x, y);
  cairo_line_to (pen->cr, body->x + body->width, y);
  kappa_pen_set_color (pen, color);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_head (KappaPairsFigure *self, KappaPen *pen, const KappaRect *body, const Columns *columns)
{
  for (guint c = 0; c < N_COLUMNS; c++)
    draw_text (pen, columns, c, get_head (self, c),
               c == TOOL ? &pen->theme->series[1] : &pen->theme->faint,
               body->y + 0.5 * LINE * pen->em);
  draw_rule (pen, body, body->y + LINE * pen->em, &pen->theme->ink);
}

static void
kappa_pairs_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (figure);
  double y = body->y + LINE * pen->em;
  Columns columns;

  lay_out (self, pen, body, &columns);
  draw_head (self, pen, body, &columns);
  for (guint i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = get_pair (self, i);
      double height = get_height (self, pen, body, i), middle = y + 0.5 * LINE * pen->em;

      for (guint c = 0; c < N_COLUMNS; c++)
        {
          g_autofree char *text = dup_cell (self, pair, c);

          draw_text (pen, &columns, c, text, &pen->theme->ink, middle);
        }
      draw_bar (self, pen, &columns, pair, middle);
      if (shows_rules (self, pen, body))
        kappa_pen_paragraph (pen, pair->rule, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x,
                             y + LINE * pen->em, body->width, TRUE);
      y += height;
      draw_rule (pen, body, y, &pen->theme->grid);
    }
}

static char *
describe_pair (KappaPairsFigure *self, const Pair *pair, const char *between)
{
  g_autofree char *tool = format_number (pair->tool);
  g_autofree char *correct = format_number (pair->correct);
  g_autofree char *off = format_deviation (pair->deviation);

  return g_strdup_printf ("%s%s%s %s%scorrect %s%s%s", pair->title, between, get_head (self, TOOL),
                          tool, between, correct, off[0] != '\0' ? ", off by " : "", off);
}

static gboolean
kappa_pairs_figure_probe (KappaFigure *figure,
                          KappaPen *pen,
                          const KappaRect *body,
                          double x,
                          double y,
                          KappaProbe *probe)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (figure);
  double top = body->y + LINE * pen->em;

  for (guint i = 0; i < self->pairs->len; i++)
    {
      double height = get_height (self, pen, body, i);

      if (y >= top && y < top + height)
        {
          probe->x = x;
          probe->y = i;
          probe->value = get_pair (self, i)->tool;
          probe->text = describe_pair (self, get_pair (self, i), "\n");
          return TRUE;
        }
      top += height;
    }
  return FALSE;
}

static char *
kappa_pairs_figure_describe (KappaFigure *figure)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (figure);
  GString *text = g_string_new ("Numbers of another tool beside the correct ones.");

  for (guint i = 0; i < self->pairs->len; i++)
    {
      g_autofree char *line = describe_pair (self, get_pair (self, i), ", ");

      g_string_append_printf (text, " %s.", line);
    }
  return g_string_free (text, FALSE);
}

static double
kappa_pairs_figure_get_aspect (KappaFigure *figure)
{
  KappaPairsFigure *self = KAPPA_PAIRS_FIGURE (figure);
  double row = self->show_rules ? LINE + 4.2 : LINE;

  return WIDTH / (LINE + row * MAX (self->pairs->len, 1) + 2.0);
}

static void
kappa_pairs_figure_class_init (KappaPairsFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_pairs_figure_finalize;
  figure_class->update = kappa_pairs_figure_update;
  figure_class->draw = kappa_pairs_figure_draw;
  figure_class->probe = kappa_pairs_figure_probe;
  figure_class->describe = kappa_pairs_figure_describe;
  figure_class->get_aspect = kappa_pairs_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_pairs_figure_init (KappaPairsFigure *self)
{
  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_array_set_clear_func (self->pairs, pair_clear);
  self->by = g_strdup ("");
}

/**
 * kappa_pairs_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_pairs_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_PAIRS_FIGURE, NULL);
}
