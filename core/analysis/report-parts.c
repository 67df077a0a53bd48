/* What a report keeps of the runs it is made of, so that it can be drawn by itself. */

#include "core/analysis/report-run.h"

static const struct
{
  const char *analysis, *name;
} kept[] = {
  { "spectrum", "eigenvalues" },         { "spectrum", "residuals" },
  { "spectrum", "eigenvalues_by_fold" }, { "spectrum", "density" },
  { "spectrum", "density_low" },         { "spectrum", "density_high" },
  { "trace", "trace_by_block" },         { "activity", "layers" },
};

static void
keep (KappaReportRun *run, guint model, const char *name, KappaResult *found)
{
  KappaArray *array = kappa_result_dup_array (found, name);
  KappaTable *table = kappa_result_dup_table (found, name);
  char *new_name = g_strdup_printf ("%s_of_%u", name, model + 1);

  if (array != NULL)
    {
      g_free (array->name);
      array->name = g_strdup (new_name);
      kappa_result_take_array (run->result, array);
    }
  if (table != NULL)
    {
      g_free (table->name);
      table->name = g_strdup (new_name);
      kappa_result_take_table (run->result, table);
    }
  g_free (new_name);
}

/**
 * kappa_report_keep_parts:
 * @analysis: whose result @found is
 *
 * Takes over what figures show: NAME of the first checkpoint as "NAME_of_1", of the second as
 * "NAME_of_2".
 */
void
kappa_report_keep_parts (KappaReportRun *run, const char *analysis, guint model, KappaResult *found)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_str_equal (kept[i].analysis, analysis))
      keep (run, model, kept[i].name, found);
}
