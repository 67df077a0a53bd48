#include "ui/plot/colormap.h"

#include <math.h>

#define DEGREE 9

/* Least-squares polynomials of degree 9 through viridis and magma, whose tables Nathaniel Smith and
 * Stéfan van der Walt put in the public domain (CC0); the largest departure is 2.4 of 255. */
static const double viridis[3][DEGREE + 1] = {
  { 0.2686, -0.0647, 12.0545, -166.6623, 923.8009, -2745.9910, 4691.6923, -4589.2251, 2388.7284,
    -513.6087 },
  { 0.0038, 1.5362, -2.0577, 9.7241, -40.7685, 98.2968, -132.1399, 99.2438, -39.8545, 6.9221 },
  { 0.3296, 1.4934, -0.6642, -15.4960, 21.2324, 134.3419, -523.5716, 776.5267, -544.6570,
    150.6116 },
};
static const double magma[3][DEGREE + 1] = {
  { 0.0002, 0.5191, -2.7447, 99.6574, -615.3490, 1831.8144, -3020.6819, 2808.1610, -1378.5996,
    278.2097 },
  { 0.0018, -0.3050, 28.6553, -341.9560, 1852.9689, -5417.7486, 9124.0016, -8849.5095, 4594.2583,
    -989.3768 },
  { 0.0148, 1.0112, 17.0867, -54.0989, -219.9364, 1572.9906, -3791.1144, 4593.3406, -2805.0183,
    686.4771 },
};

GType
kappa_colormap_kind_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_COLORMAP_VIRIDIS, "KAPPA_COLORMAP_VIRIDIS", "viridis" },
        { KAPPA_COLORMAP_CIVIDIS, "KAPPA_COLORMAP_CIVIDIS", "cividis" },
        { KAPPA_COLORMAP_MAGMA, "KAPPA_COLORMAP_MAGMA", "magma" },
        { KAPPA_COLORMAP_DIVERGING, "KAPPA_COLORMAP_DIVERGING", "diverging" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaColormapKind", values));
    }
  return type;
}

static double
polynomial (const double *coefficients, double t)
{
  double sum = 0.0;

  for (int i = DEGREE; i >= 0; i--)
    sum = sum * t + coefficients[i];
  return CLAMP (sum, 0.0, 1.0);
}

static double
gamma_encode (double linear)
{
  linear = CLAMP (linear, 0.0, 1.0);
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow (linear, 1.0 / 2.4) - 0.055;
}

static double
gamma_decode (double encoded)
{
  return encoded <= 0.04045 ? encoded / 12.92 : pow ((encoded + 0.055) / 1.055, 2.4);
}

/* Björn Ottosson, "A perceptual color space for image processing", 2020: OKLab to linear sRGB. */
static KappaColor
from_oklab (double lightness, double a, double b)
{
  double l = pow (lightness + 0.3963377774 * a + 0.2158037573 * b, 3.0);
  double m = pow (lightness - 0.1055613458 * a - 0.0638541728 * b, 3.0);
  double s = pow (lightness - 0.0894841775 * a - 1.2914855480 * b, 3.0);

  return (KappaColor) { gamma_encode (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                        gamma_encode (-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                        gamma_encode (-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
                        1.0 };
}

/**
 * kappa_color_get_lightness:
 *
 * Returns: the lightness of OKLab, 0 for black, 1 for white, in steps that look equal
 */
double
kappa_color_get_lightness (const KappaColor *color)
{
  double r = gamma_decode (color->red), g = gamma_decode (color->green),
         b = gamma_decode (color->blue);

  return 0.2104542553 * cbrt (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
         + 0.7936177850 * cbrt (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
         - 0.0040720468 * cbrt (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
}

/* A straight line through OKLab from navy to yellow: along it only lightness and the blue–yellow
 * part change, which every kind of red–green vision sees alike. */
static KappaColor
cividis (double t)
{
  return from_oklab (0.25 + 0.68 * t, -0.012 * (1.0 - t) - 0.020 * t, -0.085 + 0.245 * t);
}

/* Two straight lines through OKLab with the same lightness at the same distance from white: blue
 * below the middle, orange-red above, which red–green deficient eyes tell apart. */
static KappaColor
diverging (double t)
{
  double s = fabs (2.0 * t - 1.0);

  return t < 0.5 ? from_oklab (0.97 - 0.53 * s, -0.030 * s, -0.135 * s)
                 : from_oklab (0.97 - 0.53 * s, 0.125 * s, 0.085 * s);
}

/**
 * kappa_colormap_get:
 * @t: place on the map; outside 0 … 1 the colour of the end
 *
 * Returns: the opaque colour at @t; lightness is linear in @t within the limits of the map
 */
KappaColor
kappa_colormap_get (KappaColormapKind kind, double t)
{
  const double (*p)[DEGREE + 1] = kind == KAPPA_COLORMAP_MAGMA ? magma : viridis;

  t = t > 0.0 ? MIN (t, 1.0) : 0.0;
  if (kind == KAPPA_COLORMAP_CIVIDIS)
    return cividis (t);
  if (kind == KAPPA_COLORMAP_DIVERGING)
    return diverging (t);
  return (KappaColor) { polynomial (p[0], t), polynomial (p[1], t), polynomial (p[2], t), 1.0 };
}

/**
 * kappa_color_to_pixel:
 *
 * Returns: @color as cairo's ARGB32, alpha premultiplied
 */
guint32
kappa_color_to_pixel (const KappaColor *color)
{
  double a = color->alpha;

  return (guint32)lround (a * 255.0) << 24 | (guint32)lround (color->red * a * 255.0) << 16
         | (guint32)lround (color->green * a * 255.0) << 8
         | (guint32)lround (color->blue * a * 255.0);
}

/**
 * kappa_colormap_fill_table:
 * @table: (out): @n pixels, entry i at t = i / (n - 1)
 * @n: at least 2
 */
void
kappa_colormap_fill_table (KappaColormapKind kind, guint32 *table, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      KappaColor color = kappa_colormap_get (kind, (double)i / (n - 1));

      table[i] = kappa_color_to_pixel (&color);
    }
}
