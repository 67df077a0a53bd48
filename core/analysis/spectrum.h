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

/**
 * KappaSpectrumVerify:
 * @KAPPA_SPECTRUM_VERIFY_FLOAT64: the last products are computed in float64, whatever those before were
 * @KAPPA_SPECTRUM_VERIFY_SAME: in the precision of the run
 *
 * How values and residuals are computed in the end. Rounding moves an input of a ReLU across its kink now and then,
 * which changes the matrix in float32 by more than its residuals tell; vectors that are off by δ give values that are
 * off by δ², if only they are multiplied by the right matrix.
 */
typedef enum
{
  KAPPA_SPECTRUM_VERIFY_FLOAT64,
  KAPPA_SPECTRUM_VERIFY_SAME,
} KappaSpectrumVerify;

#define KAPPA_TYPE_SPECTRUM_VERIFY (kappa_spectrum_verify_get_type ())
GType kappa_spectrum_verify_get_type (void);

#define KAPPA_TYPE_SPECTRUM (kappa_spectrum_get_type ())
G_DECLARE_FINAL_TYPE (KappaSpectrum, kappa_spectrum, KAPPA, SPECTRUM, KappaAnalysis)

gboolean kappa_spectrum_get_vector      (KappaResult *result, guint index, gsize n, double *vector);
gboolean kappa_spectrum_save_directions (KappaResult *result, KappaModel *model, guint x, int y, const char *path,
                                         GError **error);
