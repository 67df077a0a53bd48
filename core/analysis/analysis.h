#pragma once

#include "core/analysis/context.h"
#include "core/analysis/inputs.h"
#include "core/analysis/property.h"
#include "core/analysis/result.h"

/**
 * KappaPrecision:
 *
 * The arithmetic of the engine; sums over images are float64 in all of them.
 */
typedef enum
{
  KAPPA_PRECISION_FLOAT32,
  KAPPA_PRECISION_FLOAT64,
  KAPPA_PRECISION_BFLOAT16,
} KappaPrecision;

#define KAPPA_TYPE_PRECISION (kappa_precision_get_type ())
GType kappa_precision_get_type (void);

/**
 * KappaEstimate:
 * @seconds: predicted wall-clock time on these workers
 * @bytes: predicted peak memory
 * @units: of work, as kappa_progress_start() will be told
 * @unit: what is counted, plural, e.g. "points"
 */
typedef struct
{
  double seconds;
  guint64 bytes;
  double units;
  const char *unit;
} KappaEstimate;

/**
 * KappaReading:
 * @axes: what the axes of the figure mean
 * @typical: the range of values one usually sees
 * @misleads: when the picture misleads
 * @source: where the method comes from
 *
 * "How to read this", shown beside the figure. Full sentences.
 */
typedef struct
{
  const char *axes;
  const char *typical;
  const char *misleads;
  const char *source;
} KappaReading;

#define KAPPA_TYPE_ANALYSIS (kappa_analysis_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaAnalysis, kappa_analysis, KAPPA, ANALYSIS, GObject)

/**
 * KappaAnalysisClass:
 * @name: "landscape": the command, the entry in recipe and store
 * @title: "Loss landscape"
 * @summary: one sentence, with its full stop
 * @seed_draws_images: whether the seed is for the sample of images, for want of anything else that is random
 * @verdict: (nullable): name of a scalar that is 0 where the answer is no: the command fails then, its results printed
 * @check: (nullable): what no single parameter can say: combinations of parameters and inputs
 * @estimate: time and memory of a run, nothing run but a short calibration
 * @run: fills @result. Arrays of a resumed run are there already, with some values present: those are kept,
 *   never computed again. Called in a worker thread
 *
 * An analysis. Its properties are its parameters; kappa_analysis_class_declare() makes them from a table.
 */
struct _KappaAnalysisClass
{
  GObjectClass parent_class;

  const char *name;
  const char *title;
  const char *summary;
  KappaReading reading;
  const KappaInputSpec *inputs;
  guint n_inputs;
  gboolean seed_draws_images;
  const char *verdict;

  gboolean (*check)    (KappaAnalysis *self, KappaInputs *inputs, GError **error);
  gboolean (*estimate) (KappaAnalysis *self, KappaInputs *inputs, KappaContext *context, KappaEstimate *estimate,
                        GError **error);
  gboolean (*run)      (KappaAnalysis *self, KappaInputs *inputs, KappaResult *result, KappaContext *context,
                        GError **error);

  /*< private >*/
  GPtrArray *properties; /* of const KappaProperty */
};

/* The properties every analysis of a network has. */
extern const KappaProperty kappa_property_precision;
extern const KappaProperty kappa_property_seed;
extern const KappaProperty kappa_property_l2;

void                   kappa_analysis_class_declare   (KappaAnalysisClass *klass, const KappaProperty *const *table,
                                                       guint n);

/* The registry (registry.c). */
const GType           *kappa_analysis_list_types      (guint *n);
KappaAnalysis         *kappa_analysis_new_by_name     (const char *name, GError **error);

const KappaProperty  **kappa_analysis_list_properties (KappaAnalysis *self, guint *n);
const KappaProperty   *kappa_analysis_find_property   (KappaAnalysis *self, const char *name);
gboolean               kappa_analysis_set_text        (KappaAnalysis *self, const char *name, const char *text,
                                                       GError **error);
gboolean               kappa_analysis_set_value       (KappaAnalysis *self, const char *name, const GValue *value,
                                                       GError **error);
char                  *kappa_analysis_dup_text        (KappaAnalysis *self, const char *name);
gboolean               kappa_analysis_is_default      (KappaAnalysis *self, const char *name);
gboolean               kappa_analysis_get_boolean     (KappaAnalysis *self, const char *name);
gint64                 kappa_analysis_get_integer     (KappaAnalysis *self, const char *name);
double                 kappa_analysis_get_double      (KappaAnalysis *self, const char *name);
int                    kappa_analysis_get_enum        (KappaAnalysis *self, const char *name);
const char            *kappa_analysis_get_string      (KappaAnalysis *self, const char *name);
KappaRange             kappa_analysis_get_range       (KappaAnalysis *self, const char *name);

gboolean               kappa_analysis_check           (KappaAnalysis *self, KappaInputs *inputs, GError **error);
gboolean               kappa_analysis_estimate        (KappaAnalysis *self, KappaInputs *inputs, KappaContext *context,
                                                       KappaEstimate *estimate, GError **error);
gboolean               kappa_analysis_run             (KappaAnalysis *self, KappaInputs *inputs, KappaResult *result,
                                                       KappaContext *context, GError **error);
