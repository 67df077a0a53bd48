#pragma once

#include "ui/plot/figure.h"

/* Values of a made-up landscape; NaN and infinities are computed values, "absent" is one that was not computed. */
typedef double (*PlaneFunc) (double alpha, double beta);

#define ABSENT (-12345.0)

KappaResult *support_make_plane (gsize nx, gsize ny, PlaneFunc func);
KappaFigure *support_make_figure (gsize nx, gsize ny, PlaneFunc func, const char *view);

guint8      *support_draw     (KappaFigure *figure, int width, int height, KappaThemeKind theme);
guint32      support_pixel    (const guint8 *pixels, int width, double x, double y);
gsize        support_count    (const guint8 *pixels, int width, int height, guint32 color, int tolerance);
gboolean     support_is_close (guint32 a, guint32 b, int tolerance);
