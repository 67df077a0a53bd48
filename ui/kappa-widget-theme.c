#include "ui/kappa-widget-theme.h"

#include <adwaita.h>

static KappaThemeKind
choose_kind (AdwStyleManager *manager)
{
  gboolean dark = adw_style_manager_get_dark (manager);

  if (adw_style_manager_get_high_contrast (manager))
    return dark ? KAPPA_THEME_HIGH_CONTRAST_DARK : KAPPA_THEME_HIGH_CONTRAST;
  return dark ? KAPPA_THEME_DARK : KAPPA_THEME_LIGHT;
}

/**
 * kappa_widget_init_theme:
 * @theme: (out caller-allocates): what a figure inside @widget is drawn with
 *
 * Light, dark and high contrast follow the desktop. The letters are those of the widget, a little
 * smaller, as on a printed figure; the ground is left to the widget's style.
 */
void
kappa_widget_init_theme (GtkWidget *widget, KappaTheme *theme)
{
  PangoFontDescription *font
      = pango_context_get_font_description (gtk_widget_get_pango_context (widget));
  double size = (double)pango_font_description_get_size (font) / PANGO_SCALE;

  kappa_theme_init (theme, choose_kind (adw_style_manager_get_default ()));
  if (pango_font_description_get_size_is_absolute (font))
    size /= KAPPA_UNITS_PER_POINT_SCREEN;
  if (size > 0.0)
    kappa_theme_set_font (theme, pango_font_description_get_family (font), 0.9 * size);
  theme->paper.alpha = 0.0;
}
