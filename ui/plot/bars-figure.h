#pragma once

#include "ui/plot/figure.h"

#define KAPPA_BARS_MAX_SERIES 4

/**
 * KappaBar:
 * @name: at the left of the bar
 * @detail: (nullable): what the read-out says beside the value, e.g. "186 of 200"
 */
typedef struct
{
  const char *name;
  double value;
  const char *detail;
} KappaBar;

typedef enum
{
  KAPPA_BARS_ORDER_GIVEN,
  KAPPA_BARS_ORDER_RISING,
  KAPPA_BARS_ORDER_FALLING,
} KappaBarsOrder;

#define KAPPA_TYPE_BARS_ORDER (kappa_bars_order_get_type ())
GType kappa_bars_order_get_type (void);

/**
 * KappaBarsFigure:
 *
 * One number for each of some named things, or one for each of several results: accuracy by class, parameters by
 * layer, the trace by tensor of two networks. View properties:
 *
 * - "quantity": of a result, the column of its table
 * - "order": given, rising, falling
 * - "log": values on a logarithmic axis
 * - "limits": of the values
 */
#define KAPPA_TYPE_BARS_FIGURE (kappa_bars_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaBarsFigure, kappa_bars_figure, KAPPA, BARS_FIGURE, KappaFigure)

KappaFigure *kappa_bars_figure_new        (void);
void         kappa_bars_figure_set_source (KappaBarsFigure *self, const char *table, const char *quantity);
void         kappa_bars_figure_set_bars   (KappaBarsFigure *self, const char *what, const char *unit, const KappaBar *bars,
                                           gsize n);
gboolean     kappa_bars_figure_compare    (KappaBarsFigure *self, KappaResult *const *results, const char *const *names,
                                           guint n, GError **error);
const char  *kappa_bars_figure_get_name   (KappaBarsFigure *self, guint index);
