#include "core/analysis/activity.h"
#include "core/analysis/analysis.h"
#include "core/analysis/compare.h"
#include "core/analysis/compatibility.h"
#include "core/analysis/landscape.h"
#include "core/analysis/ntk.h"
#include "core/analysis/predict.h"
#include "core/analysis/report.h"
#include "core/analysis/scaling.h"
#include "core/analysis/sharpness.h"
#include "core/analysis/spectrum.h"
#include "core/analysis/trace.h"
#include "core/base/error.h"

/* One line for each analysis, in the order in which they are listed. */
static GType (*const get_types[]) (void) = {
  kappa_predict_get_type,
  kappa_landscape_get_type,
  kappa_spectrum_get_type,
  kappa_sharpness_get_type,
  kappa_activity_get_type,
  kappa_report_get_type,
  kappa_compatibility_get_type,
  kappa_trace_get_type,
  kappa_ntk_get_type,
  kappa_compare_get_type,
  kappa_scaling_get_type,
};

/**
 * kappa_analysis_list_types:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): the classes of all analyses
 */
const GType *
kappa_analysis_list_types (guint *n)
{
  static GType types[G_N_ELEMENTS (get_types)];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < G_N_ELEMENTS (get_types); i++)
        types[i] = get_types[i]();
      g_once_init_leave (&ready, 1);
    }
  *n = G_N_ELEMENTS (types);
  return types;
}

/**
 * kappa_analysis_new_by_name:
 * @name: e.g. "landscape"
 *
 * Returns: (transfer full): an analysis with all its defaults; %NULL with %KAPPA_ERROR_USAGE if
 * there is none of that name
 */
KappaAnalysis *
kappa_analysis_new_by_name (const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  guint n;
  const GType *types = kappa_analysis_list_types (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (types[i]);

      if (g_str_equal (klass->name, name))
        return g_object_new (types[i], NULL);
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", klass->name);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "there is no analysis called “%s”; known are %s", name, known->str);
  return NULL;
}
