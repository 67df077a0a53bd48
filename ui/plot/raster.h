#pragma once

#include <glib.h>

#define KAPPA_PALETTE_SIZE 1024

/**
 * KappaRasterPoint:
 * @x, @y: in pixels
 * @visible: (out): whether nothing is in front of it
 */
typedef struct
{
  float x, y, depth;
  gboolean visible;
} KappaRasterPoint;

/**
 * KappaRasterScene:
 * @x, @y: vertices, in pixels
 * @depth: grows towards the eye; linear on the screen along a triangle
 * @t: place on the palette, 0 … 1
 * @light: cosine of the angle between the upper side's normal and the light
 * @triangles: three vertices each; counter-clockwise on the screen (y down) shows the upper side
 * @lines: bit k: the edge from vertex k to k + 1 is a mesh line
 * @line_width: of mesh lines, in pixels; 0 for none
 * @palette, @line_palette: opaque ARGB32 of the surface and of the lines on it
 * @samples: 1, or 2 for two by two samples in a pixel
 */
typedef struct
{
  gsize n_vertices, n_triangles;
  const float *x, *y, *depth, *t, *light;
  const guint32 *triangles;
  const guint8 *lines;
  float line_width;
  const guint32 *palette;
  const guint32 *line_palette;
  int samples;
  KappaRasterPoint *points;
  gsize n_points;
} KappaRasterScene;

/**
 * KappaRasterHit:
 * @a, @b, @c: weights of the triangle's vertices, in the plane of the triangle
 */
typedef struct
{
  gsize triangle;
  float a, b, c;
} KappaRasterHit;

void     kappa_raster_draw (const KappaRasterScene *scene, guint8 *pixels, int width, int height, gsize stride);
gboolean kappa_raster_pick (const KappaRasterScene *scene, float x, float y, KappaRasterHit *hit);
