#pragma once

#include "core/models/blocks.h"
#include "ui/plot/figure.h"

#define KAPPA_TYPE_NETWORK_FIGURE (kappa_network_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaNetworkFigure, kappa_network_figure, KAPPA, NETWORK_FIGURE, KappaFigure)

/**
 * KappaDirection:
 *
 * Up and down follow what flows, left and right go to what is beside.
 */
typedef enum
{
  KAPPA_DIRECTION_UP,
  KAPPA_DIRECTION_DOWN,
  KAPPA_DIRECTION_LEFT,
  KAPPA_DIRECTION_RIGHT,
} KappaDirection;

KappaFigure *kappa_network_figure_new          (KappaBlocks *blocks);
KappaBlocks *kappa_network_figure_get_blocks   (KappaNetworkFigure *self);
void         kappa_network_figure_set_times    (KappaNetworkFigure *self, const double *seconds);
gboolean     kappa_network_figure_get_expanded (KappaNetworkFigure *self, guint block);
void         kappa_network_figure_set_expanded (KappaNetworkFigure *self, guint block, gboolean expanded);
void         kappa_network_figure_expand_all   (KappaNetworkFigure *self, gboolean expanded);
void         kappa_network_figure_reveal       (KappaNetworkFigure *self, guint block);
guint        kappa_network_figure_get_selected (KappaNetworkFigure *self);
void         kappa_network_figure_set_selected (KappaNetworkFigure *self, guint block);
guint        kappa_network_figure_get_visible  (KappaNetworkFigure *self, guint block);
guint        kappa_network_figure_step         (KappaNetworkFigure *self, KappaDirection direction);
guint        kappa_network_figure_search       (KappaNetworkFigure *self, const char *needle, guint *n_found);
guint        kappa_network_figure_find_at      (KappaNetworkFigure *self, double x, double y, double width, double height,
                                                gboolean *on_button);
void         kappa_network_figure_show_selected (KappaNetworkFigure *self, double width, double height);
char        *kappa_network_figure_tell         (KappaNetworkFigure *self, guint block);
void         kappa_network_figure_fit          (KappaNetworkFigure *self);
double       kappa_network_figure_get_zoom     (KappaNetworkFigure *self);
gboolean     kappa_network_figure_export       (KappaNetworkFigure *self, const char *path, GError **error);
