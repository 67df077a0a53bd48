#pragma once

#include "ui/plot/figure.h"

/**
 * KappaSpectrumView:
 * @KAPPA_SPECTRUM_AUTO: over the density where there is one, else by rank
 * @KAPPA_SPECTRUM_DENSITY: eigenvalues as stems along their axis, over the spectral density
 * @KAPPA_SPECTRUM_LOG_DENSITY: the same by size: over the density for each decade of |λ|, negative and positive ones
 * apart, so that the bulk near zero can be seen into
 * @KAPPA_SPECTRUM_RANK: eigenvalues by rank, the largest first
 */
typedef enum
{
  KAPPA_SPECTRUM_AUTO,
  KAPPA_SPECTRUM_DENSITY,
  KAPPA_SPECTRUM_LOG_DENSITY,
  KAPPA_SPECTRUM_RANK,
} KappaSpectrumView;

#define KAPPA_TYPE_SPECTRUM_VIEW (kappa_spectrum_view_get_type ())
GType kappa_spectrum_view_get_type (void);

/**
 * KappaSpectrumFigure:
 *
 * Eigenvalues with their residuals, and the density of all others. View properties:
 *
 * - "view": auto, density, log-density, rank
 * - "quantity": the array of eigenvalues; the first of the result if it is ""
 * - "lambda-scale": of eigenvalues: auto, linear, log, symlog
 * - "scale": of the density; auto is log
 * - "log": the same two as a switch: of what is on the vertical axis
 * - "limits": of the vertical axis
 * - "x-range": of the horizontal axis
 */
#define KAPPA_TYPE_SPECTRUM_FIGURE (kappa_spectrum_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaSpectrumFigure, kappa_spectrum_figure, KAPPA, SPECTRUM_FIGURE, KappaFigure)

KappaFigure *kappa_spectrum_figure_new    (void);
void         kappa_spectrum_figure_set_preferred (KappaSpectrumFigure *self, const char *name);
int          kappa_spectrum_figure_find   (KappaSpectrumFigure *self, double x);
void         kappa_spectrum_figure_select (KappaSpectrumFigure *self, int index);
int          kappa_spectrum_figure_get_selected (KappaSpectrumFigure *self);
const char  *kappa_spectrum_figure_get_shown (KappaSpectrumFigure *self);
void         kappa_spectrum_figure_share_scales (KappaSpectrumFigure *const *figures, guint n);
