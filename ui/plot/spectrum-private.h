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

/**
 * KappaSpectrumCurve:
 * @n: 0 where there is no density
 * @x: places on the axis of eigenvalues
 * @low, @high: (nullable): the band of its error
 *
 * A density of eigenvalues.
 */
typedef struct
{
  gsize n;
  double *x, *values, *low, *high;
} KappaSpectrumCurve;

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
  gsize n_rough; /* of those computed, how many may still change */
  KappaSpectrumCurve density;
  KappaSpectrumCurve decades[2]; /* for each decade of |λ|: of the negative ones, of the positive ones */
  int selected; /* index of an eigenvalue, or −1 */
};

/* spectrum-data.c */
void       kappa_spectrum_clear_curves  (KappaSpectrumFigure *self);
gboolean   kappa_spectrum_read          (KappaSpectrumFigure *self, KappaResult *result, GError **error);
char     **kappa_spectrum_list_quantities (KappaFigure *figure, KappaResult *result);

/* spectrum-layout.c */
gboolean   kappa_spectrum_is_by_size    (KappaSpectrumFigure *self);
double     kappa_spectrum_place         (KappaSpectrumFigure *self, double lambda);
guint      kappa_spectrum_list_curves   (KappaSpectrumFigure *self, const KappaSpectrumCurve **curves);
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
