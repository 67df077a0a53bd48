#include "ui/plot/figure-factory.h"

#include <string.h>

#include "core/base/error.h"
#include "ui/plot/bars-figure.h"
#include "ui/plot/confusion-figure.h"
#include "ui/plot/curve-figure.h"
#include "ui/plot/histogram-figure.h"
#include "ui/plot/landscape-figure.h"
#include "ui/plot/pareto-figure.h"
#include "ui/plot/pairs-figure.h"
#include "ui/plot/report-figure.h"
#include "ui/plot/spectrum-figure.h"
#include "ui/plot/units-figure.h"

/* One way to show what an analysis finds. @table and @quantity are where the figure looks, unless
 * the class itself knows. */
typedef struct
{
  const char *analysis;
  const char *kind;
  KappaFigure *(*create) (void);
  const char *table, *quantity;
} Entry;

/* Of each analysis the best first. */
static const Entry entries[] = {
  { "landscape", "plane", kappa_landscape_figure_new },
  { "landscape", "line", kappa_curve_figure_new },
  { "predict", "confusion", kappa_confusion_figure_new },
  { "predict", "classes", kappa_bars_figure_new, "classes", "top1" },
  { "predict", "confidence", kappa_histogram_figure_new, NULL, "probability" },
  { "predict", "losses", kappa_histogram_figure_new, NULL, "image_loss" },
  { "spectrum", "spectrum", kappa_spectrum_figure_new },
  { "spectrum", "blocks", kappa_bars_figure_new, "lambda_by_block", "lambda_max" },
  { "spectrum", "layers", kappa_bars_figure_new, "lambda_by_layer", "lambda_max" },
  { "spectrum", "tensors", kappa_bars_figure_new, "lambda_by_tensor", "lambda_max" },
  { "trace", "layers", kappa_bars_figure_new, "trace_by_layer", "trace" },
  { "trace", "blocks", kappa_bars_figure_new, "trace_by_block", "trace" },
  { "trace", "tensors", kappa_bars_figure_new, "trace_by_tensor", "trace" },
  { "sharpness", "ascent", kappa_curve_figure_new, NULL, "ascent_loss" },
  { "sharpness", "draws", kappa_histogram_figure_new, NULL, "perturbed_loss" },
  { "activity", "layers", kappa_bars_figure_new, "layers", "active" },
  { "activity", "units", kappa_units_figure_new },
  { "report", "report", kappa_report_figure_new },
  { "compatibility", "pairs", kappa_pairs_figure_new },
  { "compare", "tensors", kappa_bars_figure_new, "tensors", "largest_relative" },
  { "ntk", "condition", kappa_curve_figure_new, NULL, "ntk_condition_by_n" },
  { "ntk", "spectrum", kappa_spectrum_figure_new, NULL, "ntk_eigenvalues" },
  { "scaling", "pareto", kappa_pareto_figure_new },
  { "scaling", "resolution", kappa_curve_figure_new, NULL, "macs_by_resolution" },
  { "scaling", "depth", kappa_curve_figure_new, NULL, "macs_by_depth" },
  { "scaling", "width", kappa_curve_figure_new, NULL, "macs_by_width" },
};

static KappaFigure *
create (const Entry *entry)
{
  KappaFigure *figure = entry->create ();

  if (KAPPA_IS_BARS_FIGURE (figure))
    kappa_bars_figure_set_source (KAPPA_BARS_FIGURE (figure), entry->table, entry->quantity);
  else if (KAPPA_IS_HISTOGRAM_FIGURE (figure))
    kappa_histogram_figure_set_preferred (KAPPA_HISTOGRAM_FIGURE (figure), entry->quantity);
  else if (KAPPA_IS_CURVE_FIGURE (figure))
    kappa_curve_figure_set_preferred (KAPPA_CURVE_FIGURE (figure), entry->quantity);
  else if (KAPPA_IS_SPECTRUM_FIGURE (figure) && entry->quantity != NULL)
    kappa_spectrum_figure_set_preferred (KAPPA_SPECTRUM_FIGURE (figure), entry->quantity);
  return figure;
}

/**
 * kappa_figure_list_classes:
 *
 * Returns: (transfer full) (element-type KappaFigure): one figure without data of each class that
 * is in use: what can be chosen about figures at all
 */
GPtrArray *
kappa_figure_list_classes (void)
{
  GPtrArray *figures = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      gboolean known = FALSE;

      for (guint k = 0; k < i; k++)
        known |= entries[k].create == entries[i].create;
      if (!known)
        g_ptr_array_add (figures, entries[i].create ());
    }
  return figures;
}

/**
 * kappa_figure_list_kinds:
 * @analysis: the name of an analysis
 *
 * Returns: (transfer full): the kinds of figures for its results, the best first; empty for an
 * unknown analysis
 */
char **
kappa_figure_list_kinds (const char *analysis)
{
  g_autoptr (GStrvBuilder) kinds = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (strcmp (entries[i].analysis, analysis) == 0)
      g_strv_builder_add (kinds, entries[i].kind);
  return g_strv_builder_end (kinds);
}

static void
refuse (const char *analysis, const char *kind, GError **error)
{
  g_auto (GStrv) kinds = kappa_figure_list_kinds (analysis);
  g_autofree char *known = g_strjoinv (", ", kinds);

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "no figure “%s” of the analysis “%s”; there is %s", kind != NULL ? kind : "",
               analysis, known[0] != '\0' ? known : "none");
}

/**
 * kappa_figure_new_of_kind:
 * @analysis: the name of the analysis that made @result
 * @kind: (nullable): one of kappa_figure_list_kinds(), or %NULL for the best that the result has
 * data for
 *
 * Returns: (transfer full) (nullable): a figure that shows the result, or %NULL with
 * %KAPPA_ERROR_USAGE for an unknown kind and %KAPPA_ERROR_DATA where the result has nothing to show
 */
KappaFigure *
kappa_figure_new_of_kind (const char *analysis,
                          const char *kind,
                          KappaResult *result,
                          GError **error)
{
  g_autoptr (GError) first_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (KappaFigure) figure = NULL;

      if (strcmp (entries[i].analysis, analysis) != 0
          || (kind != NULL && strcmp (entries[i].kind, kind) != 0))
        continue;
      figure = create (&entries[i]);
      if (kappa_figure_update (figure, result, first_error == NULL ? &first_error : NULL))
        return g_steal_pointer (&figure);
    }
  if (first_error != NULL)
    g_propagate_error (error, g_steal_pointer (&first_error));
  else
    refuse (analysis, kind, error);
  return NULL;
}

/**
 * kappa_figure_new_for_result:
 *
 * Returns: (transfer full) (nullable): the best figure for a result: see kappa_figure_new_of_kind()
 */
KappaFigure *
kappa_figure_new_for_result (const char *analysis, KappaResult *result, GError **error)
{
  return kappa_figure_new_of_kind (analysis, NULL, result, error);
}
