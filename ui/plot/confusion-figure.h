#pragma once

#include "ui/plot/colormap.h"
#include "ui/plot/figure.h"

typedef enum
{
  KAPPA_CONFUSION_SHARES,
  KAPPA_CONFUSION_COUNTS,
} KappaConfusionColors;

#define KAPPA_TYPE_CONFUSION_COLORS (kappa_confusion_colors_get_type ())
GType kappa_confusion_colors_get_type (void);

/**
 * KappaConfusionFigure:
 *
 * How often images of one class are taken for another: rows are true classes, columns predicted ones. Numbers in the
 * cells are counts. View properties:
 *
 * - "colors": shares (of the images of the true class) or counts
 * - "log": colours on a logarithmic scale, which shows rare confusions
 * - "colormap"
 */
#define KAPPA_TYPE_CONFUSION_FIGURE (kappa_confusion_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaConfusionFigure, kappa_confusion_figure, KAPPA, CONFUSION_FIGURE, KappaFigure)

KappaFigure *kappa_confusion_figure_new (void);
