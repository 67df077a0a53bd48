#pragma once

#include "ui/plot/figure.h"

/**
 * KappaPairsFigure:
 *
 * The numbers of another tool, each beside the one it stands for, how far it is off as a bar, and below it the rule that
 * makes it so. View properties:
 *
 * - "rules": whether the rules are told
 */
#define KAPPA_TYPE_PAIRS_FIGURE (kappa_pairs_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaPairsFigure, kappa_pairs_figure, KAPPA, PAIRS_FIGURE, KappaFigure)

KappaFigure *kappa_pairs_figure_new (void);
