#pragma once

#include "ui/plot/figure.h"

/**
 * KappaUnitsOrder:
 * @KAPPA_UNITS_ORDER_GIVEN: as the network numbers its units
 * @KAPPA_UNITS_ORDER_FALLING: the most active first
 */
typedef enum
{
  KAPPA_UNITS_ORDER_GIVEN,
  KAPPA_UNITS_ORDER_FALLING,
} KappaUnitsOrder;

#define KAPPA_TYPE_UNITS_ORDER (kappa_units_order_get_type ())
GType kappa_units_order_get_type (void);

/**
 * KappaUnitsFigure:
 *
 * How active each unit of each layer is: a row for a layer, a colour for a unit. Units that are never active or always
 * have colours of their own. View properties:
 *
 * - "quantity": the array, active_by_unit if it is ""
 * - "sort": given, falling: the units of each layer
 * - "stretch": whether every layer fills the whole width, however many units it has
 * - "colormap"
 */
#define KAPPA_TYPE_UNITS_FIGURE (kappa_units_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaUnitsFigure, kappa_units_figure, KAPPA, UNITS_FIGURE, KappaFigure)

KappaFigure *kappa_units_figure_new      (void);
const char  *kappa_units_figure_get_name (KappaUnitsFigure *self, guint layer);
