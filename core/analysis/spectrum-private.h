#pragma once

#include "core/analysis/density.h"
#include "core/analysis/folds.h"
#include "core/analysis/spectrum-lockstep.h"
#include "core/analysis/spectrum.h"

/**
 * KappaSpectrumRun:
 * @judge: what the values that were found are tried with; @curvature itself, or the same in float64
 * @kind: which matrix
 * @name: of the matrix, for people
 * @description: what decides the numbers, to follow "over"
 * @whole: (element-type KappaPart): the network as one part
 * @parts: (nullable) (element-type KappaPart): the parts that are looked at besides
 * @n_folds: 0 or at least 2
 * @folds: the images, cut into @n_folds, or 1 part
 * @n_before: products that were there already
 * @tasks: those of the eigenvalues, the whole network's first
 *
 * A run under way.
 */
typedef struct
{
  KappaInputs *inputs;
  KappaResult *result;
  KappaContext *context;
  KappaModel *model;
  KappaCurvature *curvature;
  KappaCurvature *judge;
  KappaCurvatureKind kind;
  const char *name;
  char *description;
  GPtrArray *whole;
  GPtrArray *parts;
  gsize n;
  gint64 n_images;
  guint top, bottom, block, basis, max_products;
  guint n_probes, n_steps, n_folds;
  KappaFolds *folds;
  double tolerance;
  gboolean wide, formula, deflate;
  KappaPer per;
  KappaDensityKernel kernel;
  guint64 seed;
  KappaLockstepTask *tasks;
  guint n_tasks;
} KappaSpectrumRun;

/* spectrum-run.c */
gboolean kappa_spectrum_run                (KappaAnalysis *analysis, KappaInputs *given, KappaResult *result,
                                            KappaContext *context, GError **error);
gboolean kappa_spectrum_estimate           (KappaAnalysis *analysis, KappaInputs *given, KappaContext *context,
                                            KappaEstimate *estimate, GError **error);
KappaLockstep kappa_spectrum_run_lockstep  (KappaSpectrumRun *run, void (*stepped) (gpointer data), gpointer data);
KappaLanczosOptions kappa_spectrum_run_options (const KappaSpectrumRun *run, gsize n, guint top, guint bottom);
double **kappa_spectrum_run_starts         (KappaSpectrumRun *run, const KappaPart *part, const char *stream,
                                            guint first, guint n_vectors);
void     kappa_spectrum_free_starts        (double **vectors, guint n_vectors);

/* spectrum-vectors.c */
gboolean kappa_spectrum_verify             (KappaSpectrumRun *run, KappaLanczos *lanczos, GError **error);
gboolean kappa_spectrum_is_verified        (KappaSpectrumRun *run);

/* spectrum-density.c */
gboolean kappa_spectrum_add_density        (KappaSpectrumRun *run, GError **error);

/* spectrum-folds.c */
gboolean kappa_spectrum_add_folds          (KappaSpectrumRun *run, GError **error);

/* spectrum-summary.c */
void     kappa_spectrum_declare            (KappaSpectrumRun *run);
void     kappa_spectrum_publish            (gpointer data);
void     kappa_spectrum_summarise          (KappaSpectrumRun *run);
