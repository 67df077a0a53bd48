#include <math.h>
#include <stddef.h>

#include "ui/plot/report-private.h"

#define PART_HEIGHT 19.0 /* lengths in letter sizes */
#define HEADING     1.8
#define GAP         1.4
#define WIDTH       66.0

G_DEFINE_FINAL_TYPE (KappaReportFigure, kappa_report_figure, KAPPA_TYPE_FIGURE)

static const KappaFigureOption options[] = {
  { "parts", KAPPA_OPTION_BOOLEAN, offsetof (KappaReportFigure, show_parts), .fallback = TRUE },
};

static void
cell_clear (KappaReportCell *cell)
{
  g_free (cell->certainty);
}

static void
line_clear (gpointer data)
{
  KappaReportLine *line = data;

  g_free (line->title);
  g_free (line->unit);
  g_free (line->images);
  g_free (line->definition);
  for (guint model = 0; model < KAPPA_REPORT_MODELS; model++)
    cell_clear (&line->cells[model]);
  cell_clear (&line->difference);
}

static void
part_clear (gpointer data)
{
  KappaReportPart *part = data;

  g_object_unref (part->figure);
  g_free (part->title);
}

const KappaReportLine *
kappa_report_get_line (KappaReportFigure *self, guint i)
{
  return &g_array_index (self->lines, KappaReportLine, i);
}

static const KappaReportPart *
get_part (KappaReportFigure *self, guint i)
{
  return &g_array_index (self->parts, KappaReportPart, i);
}

/**
 * kappa_report_letter:
 *
 * Returns: (transfer full): "A · " before what is of the first of two checkpoints; "" of a single
 * one
 */
char *
kappa_report_letter (KappaReportFigure *self, guint model)
{
  return self->n_models > 1 ? g_strdup_printf ("%c · ", 'A' + (int)model) : g_strdup ("");
}

static void
kappa_report_figure_finalize (GObject *object)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (object);

  for (guint i = 0; i < KAPPA_REPORT_MODELS; i++)
    g_free (self->names[i]);
  g_array_unref (self->lines);
  g_array_unref (self->parts);
  G_OBJECT_CLASS (kappa_report_figure_parent_class)->finalize (object);
}

static gboolean
kappa_report_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (figure);

  if (!kappa_report_read_lines (self, result, error))
    return FALSE;
  kappa_report_read_parts (self, result);
  return TRUE;
}

static guint
count_part_rows (KappaReportFigure *self)
{
  return self->show_parts ? (self->parts->len + 1) / 2 : 0;
}

/* The table takes what it needs, the figures the rest; where that is little, rows stand closer. */
static double
choose_row (KappaReportFigure *self, KappaPen *pen, const KappaRect *body)
{
  double room = body->height - count_part_rows (self) * 0.6 * PART_HEIGHT * pen->em;

  return CLAMP (room / (self->lines->len + 1), 1.25 * pen->em, kappa_report_row_height (pen));
}

/* A last one alone has the whole width. */
static gboolean
place_part (KappaReportFigure *self, KappaPen *pen, const KappaRect *body, guint i, KappaRect *area)
{
  double top = body->y + (self->lines->len + 1) * choose_row (self, pen, body) + GAP * pen->em;
  guint rows = count_part_rows (self), n = self->parts->len;
  double height = (body->y + body->height - top) / MAX (rows, 1);
  gboolean alone = i + 1 == n && n % 2 == 1;
  double width = alone ? body->width : 0.5 * (body->width - GAP * pen->em);

  *area = (KappaRect) { body->x + (i % 2) * (width + GAP * pen->em),
                        top + (i / 2) * height + HEADING * pen->em, width,
                        height - (HEADING + 0.6) * pen->em };
  return rows > 0 && area->height > 6.0 * pen->em && area->width > 8.0 * pen->em;
}

static void
kappa_report_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (figure);

  kappa_report_draw_table (self, pen, body, choose_row (self, pen, body));
  for (guint i = 0; i < self->parts->len; i++)
    {
      const KappaReportPart *part = get_part (self, i);
      KappaRect area;

      if (!place_part (self, pen, body, i, &area))
        continue;
      kappa_pen_text (pen, part->title, KAPPA_TEXT_BODY, &pen->theme->faint, area.x,
                      area.y - 0.9 * pen->em, 0.0, 1.0);
      KAPPA_FIGURE_GET_CLASS (part->figure)->draw (part->figure, pen, &area);
    }
}

static gboolean
kappa_report_figure_probe (KappaFigure *figure,
                           KappaPen *pen,
                           const KappaRect *body,
                           double x,
                           double y,
                           KappaProbe *probe)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (figure);
  double row = (y - body->y) / choose_row (self, pen, body) - 1.0;

  if (row >= 0.0 && row < self->lines->len)
    {
      const KappaReportLine *line = kappa_report_get_line (self, (guint)row);

      probe->x = x;
      probe->y = floor (row);
      probe->value = line->cells[0].known ? line->cells[0].value : (double)NAN;
      probe->text = kappa_report_describe_line (self, line);
      return TRUE;
    }
  for (guint i = 0; i < self->parts->len; i++)
    {
      KappaFigure *part = get_part (self, i)->figure;
      KappaRect area;

      if (place_part (self, pen, body, i, &area) && x >= area.x && x < area.x + area.width
          && y >= area.y && y < area.y + area.height)
        return KAPPA_FIGURE_GET_CLASS (part)->probe (part, pen, &area, x, y, probe);
    }
  return FALSE;
}

static char *
kappa_report_figure_describe (KappaFigure *figure)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (figure);
  GString *text = g_string_new (self->n_models > 1 ? "Geometry of two checkpoints."
                                                   : "Geometry of a checkpoint.");

  for (guint i = 0; i < self->lines->len; i++)
    {
      g_autofree char *line = kappa_report_describe_line (self, kappa_report_get_line (self, i));

      g_strdelimit (line, "\n", ';');
      g_string_append_printf (text, " %s.", line);
    }
  for (guint i = 0; i < self->parts->len; i++)
    {
      g_autofree char *part = kappa_figure_describe (get_part (self, i)->figure);

      g_string_append_printf (text, " %s", part);
    }
  return g_string_free (text, FALSE);
}

static double
kappa_report_figure_get_aspect (KappaFigure *figure)
{
  KappaReportFigure *self = KAPPA_REPORT_FIGURE (figure);

  return WIDTH
         / (1.65 * (self->lines->len + 1) + count_part_rows (self) * (PART_HEIGHT + HEADING) + 4.0);
}

static void
kappa_report_figure_class_init (KappaReportFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_report_figure_finalize;
  figure_class->update = kappa_report_figure_update;
  figure_class->draw = kappa_report_figure_draw;
  figure_class->probe = kappa_report_figure_probe;
  figure_class->describe = kappa_report_figure_describe;
  figure_class->get_aspect = kappa_report_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_report_figure_init (KappaReportFigure *self)
{
  self->lines = g_array_new (FALSE, FALSE, sizeof (KappaReportLine));
  g_array_set_clear_func (self->lines, line_clear);
  self->parts = g_array_new (FALSE, FALSE, sizeof (KappaReportPart));
  g_array_set_clear_func (self->parts, part_clear);
  self->n_models = 1;
}

/**
 * kappa_report_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_report_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_REPORT_FIGURE, NULL);
}
