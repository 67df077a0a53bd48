#include "ui/plot/figure-factory.h"

#include <string.h>

#include "core/base/error.h"
#include "ui/plot/bars-figure.h"
#include "ui/plot/confusion-figure.h"
#include "ui/plot/curve-figure.h"
#include "ui/plot/histogram-figure.h"
#include "ui/plot/landscape-figure.h"

static KappaFigure *
new_confidence (void)
{
  KappaFigure *figure = kappa_histogram_figure_new ();

  kappa_histogram_figure_set_preferred (KAPPA_HISTOGRAM_FIGURE (figure), "probability");
  return figure;
}

static KappaFigure *
new_losses (void)
{
  KappaFigure *figure = kappa_histogram_figure_new ();

  kappa_histogram_figure_set_preferred (KAPPA_HISTOGRAM_FIGURE (figure), "image_loss");
  return figure;
}

/* Which figures show what an analysis finds, the best first. */
static const struct
{
  const char *analysis;
  const char *kind;
  KappaFigure *(*create) (void);
} figures[] = {
  { "landscape", "plane", kappa_landscape_figure_new },
  { "landscape", "line", kappa_curve_figure_new },
  { "predict", "confusion", kappa_confusion_figure_new },
  { "predict", "classes", kappa_bars_figure_new },
  { "predict", "confidence", new_confidence },
  { "predict", "losses", new_losses },
};

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
  GPtrArray *kinds = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (strcmp (figures[i].analysis, analysis) == 0)
      g_ptr_array_add (kinds, g_strdup (figures[i].kind));
  g_ptr_array_add (kinds, NULL);
  return (char **)g_ptr_array_free (kinds, FALSE);
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

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      g_autoptr (KappaFigure) figure = NULL;

      if (strcmp (figures[i].analysis, analysis) != 0
          || (kind != NULL && strcmp (figures[i].kind, kind) != 0))
        continue;
      figure = figures[i].create ();
      if (kappa_figure_update (figure, result, first_error == NULL ? &first_error : NULL))
        return g_steal_pointer (&figure);
    }
  if (first_error != NULL)
    g_propagate_error (error, g_steal_pointer (&first_error));
  else
    {
      g_auto (GStrv) kinds = kappa_figure_list_kinds (analysis);
      g_autofree char *known = g_strjoinv (", ", kinds);

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "no figure “%s” of the analysis “%s”; there is %s", kind != NULL ? kind : "",
                   analysis, known[0] != '\0' ? known : "none");
    }
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
