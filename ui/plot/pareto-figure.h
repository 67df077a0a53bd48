#pragma once

#include "ui/plot/figure.h"

/**
 * KappaParetoFigure:
 *
 * Networks by what they cost and what they are worth: the rows of a table "points" with the texts name, kind, series,
 * training and source, where a kind called "published" is drawn hollow; error bars from columns that end in "_low" and
 * "_high"; lines from the table "lines". View properties:
 *
 * - "cost": the column to the right; by itself latency if it was measured for three points, else multiply-adds
 * - "quantity": the column upwards, top1 if it is ""
 * - "cost-scale": of the cost, logarithmic by itself; "log" is the same as a switch
 * - "scale": of the quantity
 * - "limits" of the quantity, "x-range" of the cost, "low:high"
 * - "published", "front", "lines", "labels": whether they are drawn
 */
#define KAPPA_TYPE_PARETO_FIGURE (kappa_pareto_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaParetoFigure, kappa_pareto_figure, KAPPA, PARETO_FIGURE, KappaFigure)

typedef enum
{
  KAPPA_PARETO_COST_AUTO,
  KAPPA_PARETO_COST_PARAMETERS,
  KAPPA_PARETO_COST_MACS,
  KAPPA_PARETO_COST_ACTIVATIONS,
  KAPPA_PARETO_COST_MEMORY,
  KAPPA_PARETO_COST_LATENCY,
  KAPPA_PARETO_COST_LATENCY_V100,
  KAPPA_PARETO_COST_LATENCY_TPU,
  KAPPA_PARETO_COST_RESOLUTION,
  KAPPA_PARETO_COST_DEPTH,
  KAPPA_PARETO_COST_WIDTH,
} KappaParetoCost;

#define KAPPA_TYPE_PARETO_COST (kappa_pareto_cost_get_type ())
GType kappa_pareto_cost_get_type (void);

KappaFigure *kappa_pareto_figure_new (void);
