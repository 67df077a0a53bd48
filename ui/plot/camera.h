#pragma once

#include "ui/plot/pen.h"

/**
 * KappaCamera:
 * @x, @y: where the middle of the box is drawn, in user-space units
 * @scale: user-space units in one unit of the box, in the plane through its middle
 * @size: half the length of the box along each axis
 * @right, @up, @toward: the screen's axes seen from the box
 * @distance: of the eye from the middle of the box
 *
 * Looks at a box that holds the unit cube: 0 … 1 along each axis. Perspective is mild.
 */
typedef struct
{
  double x, y;
  double scale;
  double size[3];
  double right[3], up[3], toward[3];
  double distance;
} KappaCamera;

void   kappa_camera_fit        (KappaCamera *camera, const KappaRect *area, double ratio, double azimuth,
                                double elevation, double zoom);
void   kappa_camera_project    (const KappaCamera *camera, double u, double v, double t, double *x, double *y,
                                double *depth);
int    kappa_camera_get_back   (const KappaCamera *camera, guint axis);
