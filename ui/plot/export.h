#pragma once

#include "ui/plot/figure.h"

/**
 * KappaExportOptions:
 * @width_mm: width in millimetres
 * @height_mm: height in millimetres; 0 for what suits the figure
 * @dpi: resolution of PNG, and of dense parts inside SVG and PDF where it is at least 300
 * @font_size_pt: size of tick labels; 0 for the theme's own
 * @theme: the theme
 */
typedef struct
{
  double width_mm;
  double height_mm;
  double dpi;
  double font_size_pt;
  KappaThemeKind theme;
} KappaExportOptions;

#define KAPPA_EXPORT_OPTIONS_INIT \
  { .width_mm = 120.0, .height_mm = 0.0, .dpi = 300.0, .font_size_pt = 0.0, .theme = KAPPA_THEME_PRINT }

gboolean         kappa_figure_can_export (const char *path);
gboolean         kappa_figure_export     (KappaFigure *figure, const char *path, const KappaExportOptions *options,
                                          GError **error);
cairo_surface_t *kappa_figure_render     (KappaFigure *figure, double width, double height, int scale,
                                          const KappaTheme *theme);
