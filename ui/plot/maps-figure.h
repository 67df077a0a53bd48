#pragma once

#include "core/analysis/feature-maps.h"
#include "ui/plot/figure.h"

/**
 * KappaMapsScale:
 * @KAPPA_MAPS_SCALE_EACH: every map from its own smallest to its largest number
 * @KAPPA_MAPS_SCALE_COMMON: all maps from the smallest to the largest number among them
 */
typedef enum
{
  KAPPA_MAPS_SCALE_EACH,
  KAPPA_MAPS_SCALE_COMMON,
} KappaMapsScale;

#define KAPPA_TYPE_MAPS_SCALE (kappa_maps_scale_get_type ())
GType kappa_maps_scale_get_type (void);

/**
 * KappaMapsWords:
 * @one: what one map is: "channel", "head", "class"
 * @last: (nullable): what the last one is, if it is something else: "mean of heads"
 *
 * Static texts.
 */
typedef struct
{
  const char *one;
  const char *last;
} KappaMapsWords;

#define KAPPA_TYPE_MAPS_FIGURE (kappa_maps_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaMapsFigure, kappa_maps_figure, KAPPA, MAPS_FIGURE, KappaFigure)

KappaFigure     *kappa_maps_figure_new      (void);
void             kappa_maps_figure_take     (KappaMapsFigure *self, KappaMaps *maps, const KappaMapsWords *words);
const KappaMaps *kappa_maps_figure_get_maps (KappaMapsFigure *self);
void             kappa_maps_figure_set_image (KappaMapsFigure *self, KappaImage *image, int cell);
gboolean         kappa_maps_figure_find_cell (KappaMapsFigure *self, double x, double y, guint *map, guint *row,
                                              guint *column);
