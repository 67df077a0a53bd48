#pragma once

#include "ui/plot/curve-figure.h"
#include "ui/plot/curve-panel.h"
#include "ui/plot/frame.h"
#include "ui/plot/scale-choice.h"

#define KAPPA_CURVE_MAX_PANELS 6

/* A place on the line that has a name. */
typedef struct
{
  double x;
  char *name;
} KappaCurveMark;

struct _KappaCurveFigure
{
  KappaFigure parent_instance;

  char *quantity;
  KappaScaleChoice scale, x_scale;
  KappaLimits limits, x_range;
  KappaCurveBand band;
  gboolean show_seeds;

  char *preferred;   /* the array whose axis is drawn; NULL for the first */
  GPtrArray *panels; /* of KappaCurvePanel */
  GArray *marks;     /* of KappaCurveMark */
};

/* The panels that are shown, each in its frame. */
typedef struct
{
  guint n;
  const KappaCurvePanel *panels[KAPPA_CURVE_MAX_PANELS];
  KappaFrame frames[KAPPA_CURVE_MAX_PANELS];
  char *titles[KAPPA_CURVE_MAX_PANELS];
} KappaCurveLayout;

/* curve-layout.c */
void       kappa_curve_lay_out       (KappaCurveFigure *self, KappaPen *pen, const KappaRect *body, KappaCurveLayout *layout);
void       kappa_curve_layout_clear  (KappaCurveLayout *layout);
KappaScale kappa_curve_get_scale     (KappaCurveFigure *self, guint panel);
KappaScale kappa_curve_get_x_scale   (KappaCurveFigure *self);
const KappaCurvePanel *kappa_curve_get_panel (KappaCurveFigure *self, guint i);

/* curve-draw.c */
double     kappa_curve_draw_notes    (KappaCurveFigure *self, KappaPen *pen, const KappaRect *body, double y, gboolean draw);
void       kappa_curve_draw_panel    (KappaCurveFigure *self, KappaPen *pen, const KappaCurvePanel *panel,
                                      const KappaFrame *frame, gboolean names);
