#include <math.h>
#include <string.h>

#include "ui/plot/pareto-private.h"

/* What markers and lines mean, above the plot; what must be said about it, below. */

#define GAP    0.45 /* lengths in letter sizes */
#define ROW    1.45
#define SAMPLE 1.8

typedef struct
{
  KappaParetoFigure *figure;
  KappaPen *pen;
  const KappaRect *body;
  double x, y;
  gboolean draw;
} Legend;

/* What changes along a line decides how it is dashed; the published rule has the longest dashes. */
void
kappa_pareto_set_dash (KappaPen *pen, const char *rule)
{
  static const struct
  {
    const char *rule;
    double on, off;
  } dashes[] = { { "depth", 0.0, 0.0 },
                 { "width", 4.0, 2.0 },
                 { "resolution", 1.2, 1.8 },
                 { "front", 0.0, 0.0 },
                 { "published front", 5.0, 2.5 } };
  double pattern[] = { 8.0 * pen->line, 2.5 * pen->line, 2.0 * pen->line, 2.5 * pen->line };
  int n = 4;

  for (guint i = 0; i < G_N_ELEMENTS (dashes); i++)
    if (strcmp (dashes[i].rule, rule) == 0)
      {
        pattern[0] = dashes[i].on * pen->line;
        pattern[1] = dashes[i].off * pen->line;
        n = dashes[i].on > 0.0 ? 2 : 0;
      }
  cairo_set_dash (pen->cr, pattern, n, 0.0);
}

/* Room for a sample and its text, in the next row where this one is full. */
static void
begin_entry (Legend *legend, const char *text, double sample)
{
  KappaPen *pen = legend->pen;
  double width = (sample + GAP + 1.2) * pen->em + kappa_pen_measure (pen, text, KAPPA_TEXT_BODY);

  if (legend->x > legend->body->x && legend->x + width > legend->body->x + legend->body->width)
    {
      legend->x = legend->body->x;
      legend->y += ROW * pen->em;
    }
}

static void
end_entry (Legend *legend, const char *text, double sample)
{
  KappaPen *pen = legend->pen;
  double at = legend->x + (sample + GAP) * pen->em;

  if (legend->draw)
    kappa_pen_text (pen, text, KAPPA_TEXT_BODY, &pen->theme->ink, at,
                    legend->y + 0.5 * ROW * pen->em, 0.0, 0.5);
  legend->x = at + kappa_pen_measure (pen, text, KAPPA_TEXT_BODY) + 1.2 * pen->em;
}

static void
add_marker (Legend *legend, const char *text, guint series, KappaParetoKind kind)
{
  begin_entry (legend, text, 0.8);
  if (legend->draw)
    kappa_pareto_draw_marker (legend->pen, series, kind, legend->x + 0.4 * legend->pen->em,
                              legend->y + 0.5 * ROW * legend->pen->em);
  end_entry (legend, text, 0.8);
}

static void
add_stroke (Legend *legend,
            const char *text,
            const char *rule,
            const KappaColor *color,
            double width)
{
  KappaPen *pen = legend->pen;

  begin_entry (legend, text, SAMPLE);
  if (legend->draw)
    {
      cairo_save (pen->cr);
      kappa_pen_set_color (pen, color);
      kappa_pareto_set_dash (pen, rule);
      cairo_set_line_width (pen->cr, width * pen->line);
      cairo_move_to (pen->cr, legend->x, legend->y + 0.5 * ROW * pen->em);
      cairo_line_to (pen->cr, legend->x + SAMPLE * pen->em, legend->y + 0.5 * ROW * pen->em);
      cairo_stroke (pen->cr);
      cairo_restore (pen->cr);
    }
  end_entry (legend, text, SAMPLE);
}

static guint
count_kind (KappaParetoFigure *self, KappaParetoKind kind, gboolean on_front)
{
  guint n = 0;

  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaParetoPoint *point = kappa_pareto_get (self, i);

      n += point->kind == kind && (point->on_front || !on_front);
    }
  return n;
}

/* The fullest marker a series has. */
static KappaParetoKind
find_kind (KappaParetoFigure *self, guint series)
{
  KappaParetoKind kind = KAPPA_PARETO_PUBLISHED;

  for (guint i = 0; i < self->points->len; i++)
    if (kappa_pareto_get (self, i)->series == series)
      kind = MIN (kind, kappa_pareto_get (self, i)->kind);
  return kind;
}

static gboolean
is_first_of_rule (KappaParetoFigure *self, guint line)
{
  for (guint i = 0; i < line; i++)
    if (strcmp (kappa_pareto_get_line (self, i)->rule, kappa_pareto_get_line (self, line)->rule)
        == 0)
      return FALSE;
  return TRUE;
}

static void
add_lines (Legend *legend)
{
  KappaParetoFigure *self = legend->figure;
  const KappaTheme *theme = legend->pen->theme;

  if (self->show_front && count_kind (self, KAPPA_PARETO_CHECKPOINT, TRUE) > 1)
    add_stroke (legend, "front, measured here", "front", &theme->ink, 1.6);
  if (self->show_front && count_kind (self, KAPPA_PARETO_PUBLISHED, TRUE) > 1)
    add_stroke (legend, "front, published", "published front", &theme->ink, 1.6);
  for (guint i = 0; self->show_lines && i < self->lines->len; i++)
    if (is_first_of_rule (self, i))
      {
        const KappaParetoLine *line = kappa_pareto_get_line (self, i);
        const gboolean sweep = strcmp (line->rule, "depth") == 0
                               || strcmp (line->rule, "width") == 0
                               || strcmp (line->rule, "resolution") == 0;
        g_autofree char *text
            = sweep ? g_strdup_printf ("%s alone changes", line->rule) : g_strdup (line->rule);

        add_stroke (legend, text, line->rule, &theme->faint, 1.0);
      }
}

/**
 * kappa_pareto_draw_legend:
 *
 * Returns: the height taken above the plot
 */
double
kappa_pareto_draw_legend (KappaParetoFigure *self,
                          KappaPen *pen,
                          const KappaRect *body,
                          gboolean draw)
{
  Legend legend = { self, pen, body, body->x, body->y, draw };
  static const char *const kinds[] = { "this checkpoint", "made from its shapes", "published" };

  if (self->points->len == 0)
    return 0.0;
  for (guint i = 0; i < self->series->len; i++)
    add_marker (&legend, self->series->pdata[i], i, find_kind (self, i));
  legend.x = body->x;
  legend.y += ROW * pen->em;
  for (guint kind = 0; kind < KAPPA_PARETO_N_KINDS; kind++)
    if (count_kind (self, kind, FALSE) > 0)
      add_marker (&legend, kinds[kind], G_MAXUINT, kind);
  add_lines (&legend);
  return legend.y + ROW * pen->em - body->y;
}

static void add_sentence (GString *text, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_sentence (GString *text, const char *format, ...)
{
  va_list arguments;

  if (text->len > 0)
    g_string_append_c (text, ' ');
  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

static gboolean
has_intervals (KappaParetoFigure *self)
{
  for (guint i = 0; i < self->points->len; i++)
    if (isfinite (kappa_pareto_get (self, i)->x_low)
        || isfinite (kappa_pareto_get (self, i)->y_low))
      return TRUE;
  return FALSE;
}

/* Each source once, by its short name: the pointer tells all of it. */
static void
add_sources (KappaParetoFigure *self, GString *text)
{
  g_autoptr (GHashTable) met = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->points->len; i++)
    {
      const KappaParetoPoint *point = kappa_pareto_get (self, i);
      char *name = g_strstrip (g_strndup (point->source, strcspn (point->source, ",(")));

      if (point->kind != KAPPA_PARETO_PUBLISHED || g_hash_table_contains (met, name))
        {
          g_free (name);
          continue;
        }
      g_hash_table_add (met, name);
      g_string_append_printf (text, "%s%s", g_hash_table_size (met) > 1 ? ", " : " Published by ",
                              name);
    }
  if (g_hash_table_size (met) > 0)
    g_string_append_c (text, '.');
}

/**
 * kappa_pareto_draw_notes:
 * @y: the top of the notes
 *
 * Returns: the height taken
 */
double
kappa_pareto_draw_notes (KappaParetoFigure *self,
                         KappaPen *pen,
                         const KappaRect *body,
                         double y,
                         gboolean draw)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->points->len == 0)
    add_sentence (text, "No network has both %s and %s.", kappa_axis_symbol (self->y_name),
                  kappa_axis_symbol (self->x_name));
  if (count_kind (self, KAPPA_PARETO_PUBLISHED, FALSE) > 0)
    add_sentence (text, self->has_front
                            ? "Hollow: the quality is published and was not measured here."
                            : "Hollow: published networks.");
  if (has_intervals (self))
    add_sentence (text, "Bars: 95 %% intervals.");
  for (guint i = 0; self->show_lines && i < self->lines->len; i++)
    if (strstr (kappa_pareto_get_line (self, i)->rule, "rule") != NULL)
      add_sentence (text, "%s.", kappa_pareto_get_line (self, i)->statement);
  add_sources (self, text);
  return kappa_pen_paragraph (pen, text->str, KAPPA_TEXT_SMALL, &pen->theme->faint, body->x, y,
                              body->width, draw);
}
