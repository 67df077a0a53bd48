#pragma once

#include "ui/plot/frame.h"
#include "ui/plot/pareto-figure.h"
#include "ui/plot/scale-choice.h"

/**
 * KappaParetoKind:
 * @KAPPA_PARETO_CHECKPOINT: a file that was given
 * @KAPPA_PARETO_SHAPES: a network without weights
 * @KAPPA_PARETO_PUBLISHED: its quality was not measured here
 */
typedef enum
{
  KAPPA_PARETO_CHECKPOINT,
  KAPPA_PARETO_SHAPES,
  KAPPA_PARETO_PUBLISHED,
  KAPPA_PARETO_N_KINDS,
} KappaParetoKind;

/**
 * KappaParetoPoint:
 * @series: index of its series
 * @x, @y: with the ends of their intervals, NaN where there are none
 * @on_front: whether none of its kind of quality dominates it
 * @label: short, for the plot
 */
typedef struct
{
  char *name, *label, *training, *source;
  KappaParetoKind kind;
  guint series;
  double resolution;
  double x, x_low, x_high, y, y_low, y_high;
  gboolean on_front;
} KappaParetoPoint;

/**
 * KappaParetoLine:
 * @rule: what changes along it: "depth", "width", "resolution", or the name of a published rule
 * @statement: what stays the same, or what the rule says
 * @series: index of its series, −1 if it is of none that is drawn
 */
typedef struct
{
  char *rule, *statement;
  int series;
  guint n;
  double *x, *y;
} KappaParetoLine;

struct _KappaParetoFigure
{
  KappaFigure parent_instance;

  KappaParetoCost cost;
  char *quantity;
  KappaScaleChoice cost_scale, scale;
  KappaLimits limits, x_range;
  gboolean show_published, show_front, show_lines, show_labels;

  char *x_name, *x_unit, *y_name, *y_unit;
  gboolean lower_is_better, has_front;
  GPtrArray *series; /* of char * */
  GArray *points;    /* of KappaParetoPoint */
  GArray *lines;     /* of KappaParetoLine */
  guint n_without;   /* points that lack one of the two numbers */
};

const KappaParetoPoint *kappa_pareto_get      (KappaParetoFigure *self, guint i);
const KappaParetoLine  *kappa_pareto_get_line (KappaParetoFigure *self, guint i);

/* pareto-data.c */
void       kappa_pareto_init_data       (KappaParetoFigure *self);
gboolean   kappa_pareto_read            (KappaParetoFigure *self, KappaResult *result, GError **error);
char     **kappa_pareto_list_quantities (KappaFigure *figure, KappaResult *result);

/* pareto-layout.c */
double     kappa_pareto_lay_out         (KappaParetoFigure *self, KappaPen *pen, const KappaRect *body, KappaFrame *frame);
KappaScale kappa_pareto_get_cost_scale  (KappaParetoFigure *self);
gboolean   kappa_pareto_is_visible      (KappaParetoFigure *self, const KappaFrame *frame, const KappaParetoPoint *point,
                                         double *x, double *y);
GPtrArray *kappa_pareto_list_front      (KappaParetoFigure *self, gboolean published);

/* pareto-legend.c */
double     kappa_pareto_draw_legend     (KappaParetoFigure *self, KappaPen *pen, const KappaRect *body, gboolean draw);
double     kappa_pareto_draw_notes      (KappaParetoFigure *self, KappaPen *pen, const KappaRect *body, double y,
                                         gboolean draw);
void       kappa_pareto_set_dash        (KappaPen *pen, const char *rule);

/* pareto-draw.c */
void       kappa_pareto_draw            (KappaFigure *figure, KappaPen *pen, const KappaRect *body);
void       kappa_pareto_draw_marker     (KappaPen *pen, guint series, KappaParetoKind kind, double x, double y);

/* pareto-labels.c */
void       kappa_pareto_draw_labels     (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame);
