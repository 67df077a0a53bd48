#pragma once

#include <glib-object.h>

/**
 * KappaColor:
 *
 * sRGB, each part 0 … 1, not premultiplied.
 */
typedef struct
{
  double red, green, blue, alpha;
} KappaColor;

/**
 * KappaThemeKind:
 * @KAPPA_THEME_LIGHT: for the screen, dark ink on white
 * @KAPPA_THEME_DARK: for the screen, light ink on dark grey
 * @KAPPA_THEME_PRINT: for paper: black ink, thin lines, small letters
 * @KAPPA_THEME_HIGH_CONTRAST: black on white, thicker lines, no greys that carry meaning
 * @KAPPA_THEME_HIGH_CONTRAST_DARK: the same, white on black
 */
typedef enum
{
  KAPPA_THEME_LIGHT,
  KAPPA_THEME_DARK,
  KAPPA_THEME_PRINT,
  KAPPA_THEME_HIGH_CONTRAST,
  KAPPA_THEME_HIGH_CONTRAST_DARK,
} KappaThemeKind;

#define KAPPA_N_THEMES            5
#define KAPPA_THEME_N_SERIES      6
#define KAPPA_UNITS_PER_POINT_SCREEN (96.0 / 72.0)

#define KAPPA_TYPE_THEME_KIND (kappa_theme_kind_get_type ())
GType kappa_theme_kind_get_type (void);

/**
 * KappaTheme:
 * @paper: what the figure is drawn on; transparent is allowed
 * @ink: letters and axes
 * @faint: notes and minor marks; still readable
 * @grid: grid lines
 * @wall: the walls of a three-dimensional box
 * @hole: ground of what was not computed; @hatch: the lines on it
 * @nan, @positive_infinity, @negative_infinity: computed values that are not finite
 * @series: colours that people of any colour vision tell apart
 * @font_family: interned; a list of families as in CSS
 * @font_size: of tick labels, in points
 * @line_width: of axes, in points; curves are drawn twice as wide
 * @unit: user-space units in a point: 1 in files, %KAPPA_UNITS_PER_POINT_SCREEN on the screen
 *
 * How a figure looks. A value, nothing to free.
 */
typedef struct
{
  KappaThemeKind kind;
  KappaColor paper, ink, faint, grid, wall, accent;
  KappaColor hole, hatch, nan, positive_infinity, negative_infinity;
  KappaColor series[KAPPA_THEME_N_SERIES];
  const char *font_family;
  double font_size;
  double line_width;
  double unit;
} KappaTheme;

void kappa_theme_init     (KappaTheme *theme, KappaThemeKind kind);
void kappa_theme_set_font (KappaTheme *theme, const char *family, double size);
