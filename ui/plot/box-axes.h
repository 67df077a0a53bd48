#pragma once

#include "ui/plot/axis.h"
#include "ui/plot/camera.h"

/**
 * KappaBoxAxes:
 * @axes: along u, v and t of the box, with their ticks
 * @titles: borrowed
 * @area: where numbers and titles must stay, after kappa_box_axes_measure()
 *
 * The axes of a three-dimensional box: walls behind, numbers on the edges in front.
 */
typedef struct
{
  KappaAxis axes[3];
  const char *titles[3];
  KappaRect area;
} KappaBoxAxes;

void kappa_box_axes_measure    (KappaBoxAxes *box, KappaPen *pen, const KappaRect *area, KappaRect *inside);
void kappa_box_axes_draw_walls (const KappaBoxAxes *box, KappaPen *pen, const KappaCamera *camera);
void kappa_box_axes_draw_edges (const KappaBoxAxes *box, KappaPen *pen, const KappaCamera *camera);
