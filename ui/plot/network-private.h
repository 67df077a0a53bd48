#pragma once

#include "ui/plot/network-figure.h"
#include "ui/plot/network-layout.h"

struct _KappaNetworkFigure
{
  KappaFigure parent_instance;

  KappaBlocks *blocks;
  gboolean *expanded;
  gboolean *found; /* of the search; NULL without one */
  double *seconds; /* of each block; NULL where not measured */
  guint selected;
  KappaNetworkLayout *layout;
  double em; /* the layout was made for */

  gboolean fitted; /* as large as fits */
  double zoom;
  double x, y; /* of the layout, in the middle of the figure */
};

/**
 * KappaNetworkSight:
 * @zoom: user-space units in a unit of the layout
 * @x, @y: user-space place of the layout's origin
 */
typedef struct
{
  double zoom;
  double x, y;
} KappaNetworkSight;

#define KAPPA_NETWORK_BUTTON 1.7 /* side of what opens and closes, in letters */

void             kappa_network_draw        (KappaNetworkFigure *self, KappaPen *pen, const KappaRect *body,
                                            const KappaNetworkSight *view);
double           kappa_network_draw_legend (KappaNetworkFigure *self, KappaPen *pen, const KappaRect *body, gboolean draw);
KappaNetworkSight kappa_network_get_sight    (KappaNetworkFigure *self, KappaPen *pen, const KappaRect *body);
