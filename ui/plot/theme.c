#include "ui/plot/theme.h"

#define RGB(hex) RGBA (hex, 1.0)
#define RGBA(hex, a)                                                                               \
  {                                                                                                \
    ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex)&255) / 255.0, (a)              \
  }

/* The series are Okabe and Ito's palette (Color Universal Design, 2008), darkened on white and
 * lightened on dark grounds so that a thin line keeps a contrast of 3:1 against the paper. */
#define SERIES_ON_LIGHT                                                                            \
  {                                                                                                \
    RGB (0x0072b2), RGB (0xd55e00), RGB (0x007a59), RGB (0xb0568f), RGB (0x9a6b00), RGB (0x3a7ca5) \
  }
#define SERIES_ON_DARK                                                                             \
  {                                                                                                \
    RGB (0x56b4e9), RGB (0xf0a04b), RGB (0x3ecfa0), RGB (0xe39cc3), RGB (0xf0e442), RGB (0x9fb8ff) \
  }

static const KappaTheme themes[KAPPA_N_THEMES] = {
  [KAPPA_THEME_LIGHT] = {
    .kind = KAPPA_THEME_LIGHT,
    .paper = RGB (0xffffff), .ink = RGB (0x1f1f24), .faint = RGB (0x5e5c64), .grid = RGBA (0x000000, 0.13),
    .wall = RGB (0xf3f3f5), .accent = RGB (0x1a66cc),
    .hole = RGB (0xe4e4e8), .hatch = RGB (0xb4b4bc),
    .nan = RGB (0x8c8c94), .positive_infinity = RGB (0xd6336c), .negative_infinity = RGB (0x1098ad),
    .series = SERIES_ON_LIGHT,
    .font_size = 10.0, .line_width = 0.75, .unit = KAPPA_UNITS_PER_POINT_SCREEN,
  },
  [KAPPA_THEME_DARK] = {
    .kind = KAPPA_THEME_DARK,
    .paper = RGB (0x1e1e1e), .ink = RGB (0xf2f2f4), .faint = RGB (0xb0b0b6), .grid = RGBA (0xffffff, 0.16),
    .wall = RGB (0x29292c), .accent = RGB (0x78aeed),
    .hole = RGB (0x36363a), .hatch = RGB (0x5c5c64),
    .nan = RGB (0x85858d), .positive_infinity = RGB (0xf06595), .negative_infinity = RGB (0x3bc9db),
    .series = SERIES_ON_DARK,
    .font_size = 10.0, .line_width = 0.75, .unit = KAPPA_UNITS_PER_POINT_SCREEN,
  },
  [KAPPA_THEME_PRINT] = {
    .kind = KAPPA_THEME_PRINT,
    .paper = RGB (0xffffff), .ink = RGB (0x000000), .faint = RGB (0x404040), .grid = RGBA (0x000000, 0.16),
    .wall = RGB (0xf5f5f6), .accent = RGB (0x0050b0),
    .hole = RGB (0xe6e6e8), .hatch = RGB (0xaaaaae),
    .nan = RGB (0x88888c), .positive_infinity = RGB (0xd6336c), .negative_infinity = RGB (0x1098ad),
    .series = SERIES_ON_LIGHT,
    .font_size = 8.0, .line_width = 0.5, .unit = 1.0,
  },
  [KAPPA_THEME_HIGH_CONTRAST] = {
    .kind = KAPPA_THEME_HIGH_CONTRAST,
    .paper = RGB (0xffffff), .ink = RGB (0x000000), .faint = RGB (0x202020), .grid = RGBA (0x000000, 0.45),
    .wall = RGB (0xffffff), .accent = RGB (0x003d99),
    .hole = RGB (0xffffff), .hatch = RGB (0x404040),
    .nan = RGB (0x707070), .positive_infinity = RGB (0xb0003a), .negative_infinity = RGB (0x006070),
    .series = SERIES_ON_LIGHT,
    .font_size = 10.0, .line_width = 1.25, .unit = KAPPA_UNITS_PER_POINT_SCREEN,
  },
  [KAPPA_THEME_HIGH_CONTRAST_DARK] = {
    .kind = KAPPA_THEME_HIGH_CONTRAST_DARK,
    .paper = RGB (0x000000), .ink = RGB (0xffffff), .faint = RGB (0xe0e0e0), .grid = RGBA (0xffffff, 0.5),
    .wall = RGB (0x000000), .accent = RGB (0x99c8ff),
    .hole = RGB (0x000000), .hatch = RGB (0xc0c0c0),
    .nan = RGB (0x909090), .positive_infinity = RGB (0xff6b9a), .negative_infinity = RGB (0x4fe0f0),
    .series = SERIES_ON_DARK,
    .font_size = 10.0, .line_width = 1.25, .unit = KAPPA_UNITS_PER_POINT_SCREEN,
  },
};

GType
kappa_theme_kind_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_THEME_LIGHT, "KAPPA_THEME_LIGHT", "light" },
        { KAPPA_THEME_DARK, "KAPPA_THEME_DARK", "dark" },
        { KAPPA_THEME_PRINT, "KAPPA_THEME_PRINT", "print" },
        { KAPPA_THEME_HIGH_CONTRAST, "KAPPA_THEME_HIGH_CONTRAST", "high-contrast" },
        { KAPPA_THEME_HIGH_CONTRAST_DARK, "KAPPA_THEME_HIGH_CONTRAST_DARK", "high-contrast-dark" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaThemeKind", values));
    }
  return type;
}

/**
 * kappa_theme_init:
 *
 * Fills @theme with one of the built-in themes. The screen themes are measured in CSS pixels, the
 * print theme in points.
 */
void
kappa_theme_init (KappaTheme *theme, KappaThemeKind kind)
{
  g_return_if_fail (kind < KAPPA_N_THEMES);

  *theme = themes[kind];
  kappa_theme_set_font (theme, "Cantarell, Inter, Helvetica, Arial, DejaVu Sans, sans-serif",
                        theme->font_size);
}

/**
 * kappa_theme_set_font:
 * @family: a list of families as in CSS; the first that is installed is used
 * @size: of tick labels, in points
 */
void
kappa_theme_set_font (KappaTheme *theme, const char *family, double size)
{
  theme->font_family = g_intern_string (family);
  theme->font_size = size;
}
