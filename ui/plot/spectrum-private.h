#pragma once

#include "ui/plot/frame.h"
#include "ui/plot/scale-choice.h"
#include "ui/plot/spectrum-figure.h"

#define KAPPA_SPECTRUM_STEM "eigenvalues" /* arrays whose names begin so are eigenvalues */

/**
 * KappaEigenvalue:
 * @index: its place in the array
 * @rank: from 1, the largest first
 * @residual: NaN where none is known
 * @low, @high: its smallest and largest value over folds of the images; NaN without folds
 */
typedef struct
{
  guint index, rank;
  double value, residual;
  double low, high;
} KappaEigenvalue;

struct _KappaSpectrumFigure
{
  KappaFigure parent_instance;

  KappaSpectrumView view;
  char *quantity;
  KappaScaleChoice lambda_scale, scale;
  KappaLimits limits, x_range;

  char *preferred; /* the array that is shown where there is no other choice; NULL for the first */
  char *shown;     /* the name of the array */
  GArray *eigenvalues; /* of KappaEigenvalue that are computed, the largest first */
  gsize n_wanted, n_not_finite;
  gsize n_nodes; /* of the density */
  double *nodes, *density, *density_low, *density_high;
  int selected; /* index of an eigenvalue, or −1 */
};

/* spectrum-layout.c */
gboolean   kappa_spectrum_is_by_rank    (KappaSpectrumFigure *self);
KappaScale kappa_spectrum_get_scale     (KappaSpectrumFigure *self);
KappaScale kappa_spectrum_get_lambda_scale (KappaSpectrumFigure *self);
double     kappa_spectrum_lay_out       (KappaSpectrumFigure *self, KappaPen *pen, const KappaRect *body,
                                         KappaFrame *frame);
double     kappa_spectrum_stem_x        (KappaSpectrumFigure *self, const KappaFrame *frame, const KappaEigenvalue *e);
double     kappa_spectrum_stem_y        (KappaSpectrumFigure *self, const KappaFrame *frame, const KappaEigenvalue *e);
const KappaEigenvalue *kappa_spectrum_get (KappaSpectrumFigure *self, guint i);

/* spectrum-draw.c */
double     kappa_spectrum_draw_notes    (KappaSpectrumFigure *self, KappaPen *pen, const KappaRect *body, double y,
                                         gboolean draw);
void       kappa_spectrum_draw          (KappaFigure *figure, KappaPen *pen, const KappaRect *body);
