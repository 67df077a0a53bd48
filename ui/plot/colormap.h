#pragma once

#include "ui/plot/theme.h"

/**
 * KappaColormapKind:
 * @KAPPA_COLORMAP_VIRIDIS: dark blue over green to yellow
 * @KAPPA_COLORMAP_CIVIDIS: navy to yellow, the same to people with any red–green deficiency
 * @KAPPA_COLORMAP_MAGMA: black over purple to cream
 * @KAPPA_COLORMAP_DIVERGING: blue over white to orange-red, for signed values around zero
 */
typedef enum
{
  KAPPA_COLORMAP_VIRIDIS,
  KAPPA_COLORMAP_CIVIDIS,
  KAPPA_COLORMAP_MAGMA,
  KAPPA_COLORMAP_DIVERGING,
} KappaColormapKind;

#define KAPPA_N_COLORMAPS 4

#define KAPPA_TYPE_COLORMAP_KIND (kappa_colormap_kind_get_type ())
GType kappa_colormap_kind_get_type (void);

KappaColor kappa_colormap_get        (KappaColormapKind kind, double t);
void       kappa_colormap_fill_table (KappaColormapKind kind, guint32 *table, guint n);
double     kappa_color_get_lightness (const KappaColor *color);
guint32    kappa_color_to_pixel      (const KappaColor *color);
