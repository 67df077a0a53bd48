#include <math.h>
#include <string.h>

#include "ui/plot/axis.h"
#include "ui/plot/report-private.h"

#define GAP 1.1 /* lengths in letter sizes */

typedef struct
{
  char *(*get) (KappaReportFigure *self, const KappaReportLine *line, guint model);
  guint model;
  const char *head; /* NULL for the name of the checkpoint */
  double anchor;
  KappaTextStyle style;
  gboolean faint;
  guint least; /* checkpoints from which on there is such a column */
  guint rank;  /* those with a high one go first where the page is narrow */
  double width;
} Column;

static char *
get_title (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  return line->unit[0] != '\0' ? g_strdup_printf ("%s (%s)", line->title, line->unit)
                               : g_strdup (line->title);
}

/* A count is written whole: that it is exact would not be believed of its first digits. */
static char *
format_number (double value, int digits)
{
  g_autofree char *count = NULL;

  if (value != round (value) || fabs (value) < 1e6 || fabs (value) >= 1e12)
    return kappa_format_value (value, digits);
  count = kappa_format_count ((gsize)fabs (value));
  return g_strdup_printf ("%s%s", value < 0.0 ? "−" : "", count);
}

static char *
get_value (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  const KappaReportCell *cell = &line->cells[model];

  if (!cell->known)
    return g_strdup ("…");
  return isnan (cell->value) ? g_strdup ("–") : format_number (cell->value, 4);
}

static char *
get_sample (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  const KappaReportCell *cell = &line->cells[model];
  g_autofree char *low = NULL, *high = NULL;

  if (!cell->known || !isfinite (cell->sample_low) || !isfinite (cell->sample_high))
    return g_strdup ("");
  low = kappa_format_value (cell->sample_low, 3);
  high = kappa_format_value (cell->sample_high, 3);
  return g_strdup_printf ("%s … %s", low, high);
}

static char *
get_difference (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  const KappaReportCell *cell = &line->difference;
  g_autofree char *number = NULL;

  if (!cell->known || isnan (cell->value))
    return g_strdup ("");
  number = format_number (cell->value, 3);
  return g_strdup_printf ("%s%s", cell->value > 0.0 ? "+" : "", number);
}

/* Two residuals are summed up by the larger. */
static char *
get_certainty (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  static const char residual[] = "residual ";
  const char *first = line->cells[0].known ? line->cells[0].certainty : "";
  const char *second = line->cells[1].known ? line->cells[1].certainty : first;

  if (g_str_equal (first, second))
    return g_strdup (first);
  if (g_str_has_prefix (first, residual) && g_str_has_prefix (second, residual))
    return g_strdup (g_ascii_strtod (first + strlen (residual), NULL)
                             > g_ascii_strtod (second + strlen (residual), NULL)
                         ? first
                         : second);
  return g_strdup_printf ("%s; %s", first, second);
}

static char *
get_images (KappaReportFigure *self, const KappaReportLine *line, guint model)
{
  return g_strdup (line->images);
}

static const Column all_columns[] = {
  { get_title, 0, "", 0.0, KAPPA_TEXT_BODY, FALSE, 1, 0 },
  { get_value, 0, NULL, 1.0, KAPPA_TEXT_BODY, FALSE, 1, 0 },
  { get_sample, 0, "other images", 1.0, KAPPA_TEXT_SMALL, TRUE, 1, 2 },
  { get_value, 1, NULL, 1.0, KAPPA_TEXT_BODY, FALSE, 2, 0 },
  { get_sample, 1, "other images", 1.0, KAPPA_TEXT_SMALL, TRUE, 2, 2 },
  { get_difference, 0, "B − A", 1.0, KAPPA_TEXT_BODY, FALSE, 2, 0 },
  { get_certainty, 0, "how sure", 1.0, KAPPA_TEXT_SMALL, TRUE, 1, 1 },
  { get_images, 0, "from", 1.0, KAPPA_TEXT_SMALL, TRUE, 1, 3 },
};

#define N_COLUMNS G_N_ELEMENTS (all_columns)

static char *
get_head (KappaReportFigure *self, const Column *column)
{
  g_autofree char *letter = NULL;

  if (column->head != NULL)
    return g_strdup (column->head);
  letter = kappa_report_letter (self, column->model);
  return g_strconcat (letter, self->names[column->model], NULL);
}

static double
measure_column (KappaReportFigure *self, KappaPen *pen, const Column *column, double most)
{
  g_autofree char *head = get_head (self, column);
  double width = kappa_pen_measure (pen, head, KAPPA_TEXT_BODY), content = 0.0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      g_autofree char *text = column->get (self, kappa_report_get_line (self, i), column->model);

      content = MAX (content, kappa_pen_measure (pen, text, column->style));
    }
  if (content == 0.0 && column->rank > 0)
    return 0.0;
  return MAX (content, MIN (width, most));
}

/* Leaves columns away until the others fit, the least needed first. What is left over is spread. */
static guint
choose_columns (KappaReportFigure *self, KappaPen *pen, double room, Column *columns)
{
  for (guint rank = 3;; rank--)
    {
      double taken = 0.0;
      guint n = 0;

      for (guint i = 0; i < N_COLUMNS; i++)
        {
          Column column = all_columns[i];

          if (column.least > self->n_models || column.rank > rank)
            continue;
          column.width = measure_column (self, pen, &column, 11.0 * pen->em);
          if (column.width == 0.0)
            continue;
          taken += column.width + (n > 0 ? GAP * pen->em : 0.0);
          columns[n++] = column;
        }
      if (taken <= room || rank == 0)
        {
          /* Numbers are never cut off: where all else is gone, titles are shortened. */
          if (taken > room)
            columns[0].width = MAX (columns[0].width - (taken - room), 4.0 * pen->em);
          for (guint i = 1; i < n && taken < room; i++)
            columns[i].width += MIN ((room - taken) / (n - 1), 3.0 * pen->em);
          return n;
        }
    }
}

static void
draw_rule (KappaPen *pen, const KappaRect *area, double y, const KappaColor *color)
{
  y = kappa_pen_snap_y (pen, y);
  cairo_move_to (pen->cr, area->x, y);
  cairo_line_to (pen->cr, area->x + area->width, y);
  kappa_pen_set_color (pen, color);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static const KappaColor *
get_head_color (KappaReportFigure *self, KappaPen *pen, const Column *column)
{
  return column->head == NULL && self->n_models > 1 ? &pen->theme->series[column->model]
                                                    : &pen->theme->faint;
}

/* A difference that its interval does not tell from nothing is faint. */
static gboolean
is_faint (const Column *column, const KappaReportLine *line)
{
  if (column->get == get_difference)
    return line->difference.low < 0.0 && line->difference.high > 0.0;
  return column->faint;
}

static void
draw_column (KappaReportFigure *self,
             KappaPen *pen,
             const Column *column,
             double x,
             double top,
             double row)
{
  double at = x + column->anchor * column->width;
  g_autofree char *head = get_head (self, column);
  g_autofree char *fitted = kappa_pen_fit (pen, head, KAPPA_TEXT_BODY, column->width);

  kappa_pen_text (pen, fitted, KAPPA_TEXT_BODY, get_head_color (self, pen, column), at,
                  top + 0.5 * row, column->anchor, 0.5);
  for (guint i = 0; i < self->lines->len; i++)
    {
      const KappaReportLine *line = kappa_report_get_line (self, i);
      g_autofree char *full = column->get (self, line, column->model);
      g_autofree char *text = column->get == get_title
                                  ? kappa_pen_fit (pen, full, column->style, column->width)
                                  : g_strdup (full);

      kappa_pen_text (pen, text, column->style,
                      is_faint (column, line) ? &pen->theme->faint : &pen->theme->ink, at,
                      top + (i + 1.5) * row, column->anchor, 0.5);
    }
}

/**
 * kappa_report_draw_table:
 * @row: the height of a row; there is one for the heads
 */
void
kappa_report_draw_table (KappaReportFigure *self, KappaPen *pen, const KappaRect *area, double row)
{
  Column columns[N_COLUMNS];
  guint n = choose_columns (self, pen, area->width, columns);
  double x = area->x;

  for (guint i = 0; i < n; i++)
    {
      draw_column (self, pen, &columns[i], x, area->y, row);
      x += columns[i].width + GAP * pen->em;
    }
  for (guint i = 1; i <= self->lines->len; i++)
    draw_rule (pen, area, area->y + i * row, i == 1 ? &pen->theme->ink : &pen->theme->grid);
}

/**
 * kappa_report_row_height:
 *
 * Returns: what is comfortable
 */
double
kappa_report_row_height (KappaPen *pen)
{
  return 1.65 * pen->em;
}

/**
 * kappa_report_describe_line:
 *
 * Returns: (transfer full): all that is known of a row
 */
char *
kappa_report_describe_line (KappaReportFigure *self, const KappaReportLine *line)
{
  GString *text = g_string_new (line->title);

  for (guint model = 0; model < self->n_models; model++)
    {
      g_autofree char *letter = kappa_report_letter (self, model);
      g_autofree char *value = get_value (self, line, model);
      g_autofree char *sample = get_sample (self, line, model);

      g_string_append_printf (text, "\n%s%s", letter, value);
      if (line->cells[model].known)
        g_string_append_printf (text, ", %s", line->cells[model].certainty);
      if (*sample != '\0')
        g_string_append_printf (text, "\nother images %s", sample);
    }
  if (line->difference.known)
    {
      g_autofree char *difference = get_difference (self, line, 0);

      g_string_append_printf (text, "\nB − A %s", difference);
    }
  return g_string_free (text, FALSE);
}
