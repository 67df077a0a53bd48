/* What a report shows, out of its result. */

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/bars-figure.h"
#include "ui/plot/report-private.h"
#include "ui/plot/spectrum-figure.h"
#include "ui/plot/table-columns.h"

static double
get_number (const KappaTable *table, const char *column, gsize row)
{
  int at = kappa_table_find_number (table, column);

  return at >= 0 ? table->numbers[at][row] : (double)NAN;
}

static const char *
get_text (const KappaTable *table, const char *column, gsize row)
{
  int at = kappa_table_find_text (table, column);

  return at >= 0 ? table->texts[at][row] : "";
}

static KappaReportLine *
find_line (KappaReportFigure *self, const char *title)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      KappaReportLine *line = &g_array_index (self->lines, KappaReportLine, i);

      if (strcmp (line->title, title) == 0)
        return line;
    }
  return NULL;
}

static KappaReportLine *
need_line (KappaReportFigure *self, const KappaTable *table, gsize row)
{
  const char *title = get_text (table, "quantity", row);
  KappaReportLine *line = find_line (self, title), fresh = { 0 };

  if (line != NULL)
    return line;
  fresh.title = g_strdup (title);
  fresh.unit = g_strdup (get_text (table, "unit", row));
  fresh.images = g_strdup (get_text (table, "images", row));
  fresh.definition = g_strdup (get_text (table, "definition", row));
  g_array_append_val (self->lines, fresh);
  return &g_array_index (self->lines, KappaReportLine, self->lines->len - 1);
}

static void
take_cell (KappaReportCell *cell, const KappaTable *table, gsize row)
{
  *cell = (KappaReportCell) { .known = TRUE,
                              .value = get_number (table, "value", row),
                              .low = get_number (table, "low", row),
                              .high = get_number (table, "high", row),
                              .sample_low = get_number (table, "sample_low", row),
                              .sample_high = get_number (table, "sample_high", row),
                              .certainty = g_strdup (get_text (table, "certainty", row)) };
}

/* Two files may have the same name: the second row of a quantity is of the second checkpoint. */
static guint
find_model (KappaReportFigure *self, const KappaReportLine *line, const char *checkpoint)
{
  if (self->names[0] == NULL)
    self->names[0] = g_strdup (checkpoint);
  if (strcmp (self->names[0], checkpoint) == 0 && !line->cells[0].known)
    return 0;
  if (self->names[1] == NULL)
    self->names[1] = g_strdup (checkpoint);
  self->n_models = 2;
  return 1;
}

static void
read_differences (KappaReportFigure *self, KappaResult *result)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "differences");

  for (gsize row = 0; table != NULL && row < table->n_rows; row++)
    {
      KappaReportLine *line = find_line (self, get_text (table, "quantity", row));

      if (line != NULL && !line->difference.known)
        take_cell (&line->difference, table, row);
    }
}

/**
 * kappa_report_read_lines:
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if @result is no report
 */
gboolean
kappa_report_read_lines (KappaReportFigure *self, KappaResult *result, GError **error)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "report");

  if (table == NULL)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                           "this result has no table called “report”");
      return FALSE;
    }
  g_array_set_size (self->lines, 0);
  self->n_models = 1;
  for (guint i = 0; i < KAPPA_REPORT_MODELS; i++)
    g_clear_pointer (&self->names[i], g_free);
  for (gsize row = 0; row < table->n_rows; row++)
    {
      KappaReportLine *line = need_line (self, table, row);

      take_cell (&line->cells[find_model (self, line, get_text (table, "checkpoint", row))], table,
                 row);
    }
  read_differences (self, result);
  return TRUE;
}

/* "layers_of_2" is the table "layers" of the second checkpoint. */
static char *
strip (const char *name, const char *ending)
{
  return g_str_has_suffix (name, ending) ? g_strndup (name, strlen (name) - strlen (ending)) : NULL;
}

/* What the report kept of one checkpoint, under the names it has in the analyses of its own. */
static KappaResult *
extract (KappaResult *result, guint model)
{
  g_autofree char *ending = g_strdup_printf ("_of_%u", model + 1);
  g_auto (GStrv) arrays = kappa_result_list_arrays (result);
  g_auto (GStrv) tables = kappa_result_list_tables (result);
  KappaResult *own = kappa_result_new ();

  for (guint i = 0; arrays[i] != NULL; i++)
    {
      char *name = strip (arrays[i], ending);
      KappaArray *array = name != NULL ? kappa_result_dup_array (result, arrays[i]) : NULL;

      if (array == NULL)
        continue;
      g_free (array->name);
      array->name = name;
      kappa_result_take_array (own, array);
    }
  for (guint i = 0; tables[i] != NULL; i++)
    {
      char *name = strip (tables[i], ending);
      KappaTable *table = name != NULL ? kappa_result_dup_table (result, tables[i]) : NULL;

      if (table == NULL)
        continue;
      g_free (table->name);
      table->name = name;
      kappa_result_take_table (own, table);
    }
  return own;
}

static void
add_part (KappaReportFigure *self, KappaFigure *figure, const char *title)
{
  KappaReportPart part = { figure, g_strdup (title) };

  g_array_append_val (self->parts, part);
}

static void
add_spectra (KappaReportFigure *self, KappaResult *const *own)
{
  KappaSpectrumFigure *spectra[KAPPA_REPORT_MODELS];
  guint n = 0;

  for (guint model = 0; model < self->n_models; model++)
    {
      KappaFigure *figure = kappa_spectrum_figure_new ();
      g_autofree char *letter = kappa_report_letter (self, model);
      g_autofree char *title = g_strdup_printf ("%sSpectrum of the Hessian", letter);

      if (!kappa_figure_update (figure, own[model], NULL))
        {
          g_object_unref (figure);
          continue;
        }
      spectra[n++] = KAPPA_SPECTRUM_FIGURE (figure);
      add_part (self, figure, title);
    }
  if (n > 1)
    kappa_spectrum_figure_share_scales (spectra, n);
}

static void
add_bars (KappaReportFigure *self,
          KappaResult *const *own,
          const char *table,
          const char *quantity,
          const char *title)
{
  KappaFigure *figure = kappa_bars_figure_new ();
  const char *letters[] = { "A", "B" };

  kappa_bars_figure_set_source (KAPPA_BARS_FIGURE (figure), table, quantity);
  if (kappa_bars_figure_compare (KAPPA_BARS_FIGURE (figure), own,
                                 self->n_models > 1 ? letters : NULL, self->n_models, NULL)
      || kappa_bars_figure_compare (KAPPA_BARS_FIGURE (figure), own,
                                    self->n_models > 1 ? letters : NULL, 1, NULL))
    add_part (self, figure, title);
  else
    g_object_unref (figure);
}

/**
 * kappa_report_read_parts:
 *
 * Makes the figures that there is something for.
 */
void
kappa_report_read_parts (KappaReportFigure *self, KappaResult *result)
{
  KappaResult *own[KAPPA_REPORT_MODELS];

  g_array_set_size (self->parts, 0);
  for (guint model = 0; model < KAPPA_REPORT_MODELS; model++)
    own[model] = extract (result, model);
  add_spectra (self, own);
  add_bars (self, own, "trace_by_block", "trace", "Trace of the Hessian by block");
  add_bars (self, own, "layers", "active", "Share of active neurons by layer");
  for (guint model = 0; model < KAPPA_REPORT_MODELS; model++)
    g_object_unref (own[model]);
}
