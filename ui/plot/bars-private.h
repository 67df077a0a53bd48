#pragma once

#include "ui/plot/axis.h"
#include "ui/plot/bars-figure.h"

/**
 * KappaBarItem:
 * @values: of each series, NaN where it has none
 * @lows, @highs: the interval each value is in; NaN where there is none
 *
 * What has a name, and the bars beside it.
 */
typedef struct
{
  char *name, *detail;
  double values[KAPPA_BARS_MAX_SERIES], lows[KAPPA_BARS_MAX_SERIES], highs[KAPPA_BARS_MAX_SERIES];
} KappaBarItem;

struct _KappaBarsFigure
{
  KappaFigure parent_instance;

  char *quantity;
  KappaBarsOrder order;
  gboolean log;
  KappaLimits limits;

  char *table, *preferred; /* where in a result the values are */
  char *what, *unit;
  char *series[KAPPA_BARS_MAX_SERIES]; /* their names; NULL for a single one */
  guint n_series;
  GArray *items; /* of KappaBarItem, as given */
};

const KappaBarItem *kappa_bars_get_item (KappaBarsFigure *self, guint i);

/* bars-draw.c */
void     kappa_bars_draw  (KappaFigure *figure, KappaPen *pen, const KappaRect *body);
gboolean kappa_bars_probe (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double x, double y,
                           KappaProbe *probe);
