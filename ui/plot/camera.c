#include "ui/plot/camera.h"

#include <math.h>

#define DISTANCE            7.0
#define REFERENCE_ELEVATION 40.0
#define LOWEST_BOX          0.55
#define HIGHEST_BOX         1.2

static void
turn (KappaCamera *camera, double azimuth, double elevation)
{
  double a = azimuth * G_PI / 180.0, e = elevation * G_PI / 180.0;

  camera->toward[0] = cos (e) * cos (a);
  camera->toward[1] = cos (e) * sin (a);
  camera->toward[2] = sin (e);
  camera->right[0] = -sin (a);
  camera->right[1] = cos (a);
  camera->right[2] = 0.0;
  camera->up[0] = -sin (e) * cos (a);
  camera->up[1] = -sin (e) * sin (a);
  camera->up[2] = cos (e);
}

static double
dot (const double *a, const double *b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/**
 * kappa_camera_project:
 * @u, @v, @t: a place in the box, 0 … 1 inside
 * @x, @y: (out): where it is drawn
 * @depth: (out): grows towards the eye and is linear on the screen along every plane
 */
void
kappa_camera_project (const KappaCamera *camera,
                      double u,
                      double v,
                      double t,
                      double *x,
                      double *y,
                      double *depth)
{
  double p[3] = { (2.0 * u - 1.0) * camera->size[0], (2.0 * v - 1.0) * camera->size[1],
                  (2.0 * t - 1.0) * camera->size[2] };

  *depth = 1.0 / (camera->distance - dot (p, camera->toward));
  *x = camera->x + camera->scale * camera->distance * *depth * dot (p, camera->right);
  *y = camera->y - camera->scale * camera->distance * *depth * dot (p, camera->up);
}

/* The largest extent of the box on the screen over all azimuths, so that it does not breathe while
 * it turns. */
static void
measure (const KappaCamera *proto,
         double elevation,
         double *half_width,
         double *top,
         double *bottom)
{
  KappaCamera camera = *proto;

  camera.x = camera.y = 0.0;
  camera.scale = 1.0;
  *half_width = *top = *bottom = 0.0;
  for (int step = 0; step < 24; step++)
    {
      turn (&camera, step * 15.0, elevation);
      for (guint corner = 0; corner < 8; corner++)
        {
          double x, y, depth;

          kappa_camera_project (&camera, corner & 1, corner >> 1 & 1, corner >> 2, &x, &y, &depth);
          *half_width = MAX (*half_width, fabs (x));
          *top = MAX (*top, -y);
          *bottom = MAX (*bottom, y);
        }
    }
}

static double
fitting_scale (const KappaCamera *camera,
               const KappaRect *area,
               double elevation,
               double *top,
               double *bottom)
{
  double half_width;

  measure (camera, elevation, &half_width, top, bottom);
  return MIN (0.5 * area->width / half_width, area->height / (*top + *bottom));
}

/**
 * kappa_camera_fit:
 * @area: what the box must stay inside of, at zoom 1, however it is turned
 * @ratio: the length of the box along y, over that along x
 * @azimuth, @elevation: where the eye is, in degrees; azimuth 0 is on the x axis
 *
 * Points the camera. The height of the box is chosen so that it fills the area as well as it can.
 */
void
kappa_camera_fit (KappaCamera *camera,
                  const KappaRect *area,
                  double ratio,
                  double azimuth,
                  double elevation,
                  double zoom)
{
  double low = LOWEST_BOX, high = HIGHEST_BOX, top, bottom;
  double longest = MAX (ratio, 1.0);

  *camera = (KappaCamera) { .distance = DISTANCE,
                            .size = { 1.0 / longest, ratio / longest, LOWEST_BOX } };
  for (int i = 0; i < 12; i++)
    {
      double half_width;

      camera->size[2] = 0.5 * (low + high);
      measure (camera, REFERENCE_ELEVATION, &half_width, &top, &bottom);
      if ((top + bottom) * area->width > 2.0 * half_width * area->height)
        high = camera->size[2];
      else
        low = camera->size[2];
    }
  camera->scale = zoom * fitting_scale (camera, area, elevation, &top, &bottom);
  camera->x = area->x + 0.5 * area->width;
  camera->y = area->y + 0.5 * area->height + 0.5 * (top - bottom) * camera->scale;
  turn (camera, azimuth, elevation);
}

/**
 * kappa_camera_get_back:
 * @axis: 0, 1 or 2
 *
 * Returns: which of the two walls across an axis is behind: 0 for the one at the low end, 1 for the
 * high
 */
int
kappa_camera_get_back (const KappaCamera *camera, guint axis)
{
  return camera->toward[axis] < 0.0 ? 1 : 0;
}
