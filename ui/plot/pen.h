#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include "ui/plot/theme.h"

typedef struct
{
  double x, y, width, height;
} KappaRect;

typedef enum
{
  KAPPA_TEXT_BODY,
  KAPPA_TEXT_SMALL,
  KAPPA_TEXT_TITLE,
} KappaTextStyle;

/**
 * KappaPen:
 * @em: size of body letters, in user-space units
 * @line: width of axis lines, in user-space units
 * @vector: whether the target keeps shapes (SVG, PDF) and dense parts must be rasterised at print resolution
 * @scale_x, @scale_y: device pixels in a unit; at print resolution for a vector target
 *
 * All that drawing needs, for the length of one drawing. Made with kappa_pen_init(), freed with kappa_pen_clear().
 */
typedef struct
{
  cairo_t *cr;
  const KappaTheme *theme;
  double em;
  double line;
  gboolean vector;
  double scale_x, scale_y;

  /*< private >*/
  PangoLayout *layout;
  PangoFontDescription *fonts[3];
  struct _KappaTextRecord *record;
} KappaPen;

void   kappa_pen_init           (KappaPen *pen, cairo_t *cr, const KappaTheme *theme);
void   kappa_pen_clear          (KappaPen *pen);
void   kappa_pen_set_color      (KappaPen *pen, const KappaColor *color);
double kappa_pen_get_size       (KappaPen *pen, KappaTextStyle style);
char  *kappa_pen_fit            (KappaPen *pen, const char *text, KappaTextStyle style, double width);
double kappa_pen_measure        (KappaPen *pen, const char *text, KappaTextStyle style);
void   kappa_pen_text           (KappaPen *pen, const char *text, KappaTextStyle style, const KappaColor *color,
                                 double x, double y, double anchor_x, double anchor_y);
void   kappa_pen_text_turned    (KappaPen *pen, const char *text, KappaTextStyle style, const KappaColor *color,
                                 double x, double y, double anchor_x, double anchor_y, double angle);
double kappa_pen_paragraph      (KappaPen *pen, const char *text, KappaTextStyle style, const KappaColor *color,
                                 double x, double y, double width, gboolean draw);
double kappa_pen_snap_x         (KappaPen *pen, double x);
double kappa_pen_snap_y         (KappaPen *pen, double y);
void   kappa_pen_hatch          (KappaPen *pen, const KappaColor *ground, const KappaColor *lines);
cairo_surface_t *kappa_pen_begin_raster (KappaPen *pen, KappaRect *area);
void   kappa_pen_end_raster     (KappaPen *pen, const KappaRect *area, cairo_surface_t *raster);
