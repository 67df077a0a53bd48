#pragma once

#include "core/analysis/analysis.h"
#include "core/models/model.h"

/**
 * KappaSpectrumStart:
 * @KAPPA_SPECTRUM_START_RANDOM: Gaussian vectors of the seed
 * @KAPPA_SPECTRUM_START_FORMULA: the first is given by a formula, for comparison with other programs
 *
 * What the Krylov spaces begin with.
 */
typedef enum
{
  KAPPA_SPECTRUM_START_RANDOM,
  KAPPA_SPECTRUM_START_FORMULA,
} KappaSpectrumStart;

#define KAPPA_TYPE_SPECTRUM_START (kappa_spectrum_start_get_type ())
GType kappa_spectrum_start_get_type (void);

#define KAPPA_TYPE_SPECTRUM (kappa_spectrum_get_type ())
G_DECLARE_FINAL_TYPE (KappaSpectrum, kappa_spectrum, KAPPA, SPECTRUM, KappaAnalysis)

gboolean kappa_spectrum_get_vector      (KappaResult *result, guint index, gsize n, double *vector);
gboolean kappa_spectrum_save_directions (KappaResult *result, KappaModel *model, guint x, int y, const char *path,
                                         GError **error);
