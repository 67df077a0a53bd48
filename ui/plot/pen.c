#include "ui/plot/pen.h"

#include <math.h>

#include "ui/plot/text-record.h"

/* Height of capitals and digits over the size of the font: what text is anchored by, so that
 * figures have the same layout with every font. */
#define CAP_HEIGHT   0.72
#define LINE_SPACING 1.35
#define MAX_RASTER   16384.0

static PangoFontDescription *
make_font (const KappaTheme *theme, double size, PangoWeight weight)
{
  PangoFontDescription *font = pango_font_description_new ();

  pango_font_description_set_family (font, theme->font_family);
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_font_description_set_weight (font, weight);
  return font;
}

static PangoLayout *
make_layout (cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  PangoContext *context = pango_cairo_create_context (cr);
  PangoLayout *layout;

  /* Metrics that do not depend on the pixel grid: the screen, at any scale, and files get the same
   * layout. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  layout = pango_layout_new (context);
  g_object_unref (context);
  cairo_font_options_destroy (options);
  return layout;
}

/**
 * kappa_pen_init:
 * @cr: where to draw; kept until kappa_pen_clear()
 * @theme: kept by reference
 */
void
kappa_pen_init (KappaPen *pen, cairo_t *cr, const KappaTheme *theme)
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  cairo_matrix_t matrix;

  *pen = (KappaPen) { .cr = cairo_reference (cr), .theme = theme };
  pen->em = theme->font_size * theme->unit;
  pen->line = theme->line_width * theme->unit;
  pen->vector = cairo_surface_get_type (target) != CAIRO_SURFACE_TYPE_IMAGE;
  if (pen->vector)
    cairo_surface_get_fallback_resolution (target, &pen->scale_x, &pen->scale_y);
  else
    cairo_surface_get_device_scale (target, &pen->scale_x, &pen->scale_y);
  cairo_get_matrix (cr, &matrix);
  pen->scale_x *= hypot (matrix.xx, matrix.yx) / (pen->vector ? 72.0 : 1.0);
  pen->scale_y *= hypot (matrix.xy, matrix.yy) / (pen->vector ? 72.0 : 1.0);

  pen->layout = make_layout (cr);
  for (guint style = 0; style < G_N_ELEMENTS (pen->fonts); style++)
    pen->fonts[style]
        = make_font (theme, kappa_pen_get_size (pen, style),
                     style == KAPPA_TEXT_TITLE ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pen->record = kappa_text_record_find (target);
}

/**
 * kappa_pen_clear:
 *
 * Frees what kappa_pen_init() made.
 */
void
kappa_pen_clear (KappaPen *pen)
{
  g_clear_object (&pen->layout);
  for (guint style = 0; style < G_N_ELEMENTS (pen->fonts); style++)
    g_clear_pointer (&pen->fonts[style], pango_font_description_free);
  g_clear_pointer (&pen->cr, cairo_destroy);
}

void
kappa_pen_set_color (KappaPen *pen, const KappaColor *color)
{
  cairo_set_source_rgba (pen->cr, color->red, color->green, color->blue, color->alpha);
}

/**
 * kappa_pen_get_size:
 *
 * Returns: the size of letters of a style, in user-space units
 */
double
kappa_pen_get_size (KappaPen *pen, KappaTextStyle style)
{
  static const double factors[] = { 1.0, 0.88, 1.15 };

  return pen->em * factors[style];
}

static PangoLayout *
set_text (KappaPen *pen, const char *text, int length, KappaTextStyle style)
{
  pango_layout_set_width (pen->layout, -1);
  pango_layout_set_font_description (pen->layout, pen->fonts[style]);
  pango_layout_set_text (pen->layout, text, length);
  return pen->layout;
}

/**
 * kappa_pen_measure:
 *
 * Returns: the width of one line of text, in user-space units
 */
double
kappa_pen_measure (KappaPen *pen, const char *text, KappaTextStyle style)
{
  int width;

  pango_layout_get_size (set_text (pen, text, -1, style), &width, NULL);
  return (double)width / PANGO_SCALE;
}

/**
 * kappa_pen_fit:
 * @width: the room there is
 *
 * Returns: (transfer full): @text, cut at its beginning if it is too long: layers differ at their
 * ends
 */
char *
kappa_pen_fit (KappaPen *pen, const char *text, KappaTextStyle style, double width)
{
  const char *rest = text;

  if (kappa_pen_measure (pen, text, style) <= width)
    return g_strdup (text);
  while (*rest != '\0')
    {
      g_autofree char *shorter = g_strconcat ("…", rest, NULL);

      if (kappa_pen_measure (pen, shorter, style) <= width)
        return g_steal_pointer (&shorter);
      rest = g_utf8_next_char (rest);
    }
  return g_strdup ("");
}

/**
 * kappa_pen_text:
 * @text: one line
 * @x, @y: where the anchor stands
 * @anchor_x: 0 for the left end of the text, 1 for the right
 * @anchor_y: 0 for the top of capitals, 1 for the base line
 *
 * Draws text as text: files keep letters, not outlines.
 */
void
kappa_pen_text (KappaPen *pen,
                const char *text,
                KappaTextStyle style,
                const KappaColor *color,
                double x,
                double y,
                double anchor_x,
                double anchor_y)
{
  double size = kappa_pen_get_size (pen, style);
  double baseline = y + (1.0 - anchor_y) * CAP_HEIGHT * size;
  PangoLayout *layout;

  if (text[0] == '\0')
    return;
  if (pen->record != NULL)
    {
      kappa_text_record_add (pen->record, pen->cr, text, size, style == KAPPA_TEXT_TITLE, color, x,
                             baseline, anchor_x);
      return;
    }
  x -= anchor_x * kappa_pen_measure (pen, text, style);
  layout = set_text (pen, text, -1, style);
  kappa_pen_set_color (pen, color);
  cairo_move_to (pen->cr, x, baseline - (double)pango_layout_get_baseline (layout) / PANGO_SCALE);
  pango_cairo_show_layout (pen->cr, layout);
  cairo_new_path (pen->cr);
}

/**
 * kappa_pen_text_turned:
 * @angle: radians, clockwise, around the anchor
 *
 * Like kappa_pen_text().
 */
void
kappa_pen_text_turned (KappaPen *pen,
                       const char *text,
                       KappaTextStyle style,
                       const KappaColor *color,
                       double x,
                       double y,
                       double anchor_x,
                       double anchor_y,
                       double angle)
{
  cairo_save (pen->cr);
  cairo_translate (pen->cr, x, y);
  cairo_rotate (pen->cr, angle);
  pango_cairo_update_layout (pen->cr, pen->layout);
  kappa_pen_text (pen, text, style, color, 0.0, 0.0, anchor_x, anchor_y);
  cairo_restore (pen->cr);
  pango_cairo_update_layout (pen->cr, pen->layout);
}

/**
 * kappa_pen_paragraph:
 * @text: (nullable): any number of lines
 * @width: where lines are broken
 * @draw: %FALSE to measure only
 *
 * Returns: the height taken, 0 without text
 */
double
kappa_pen_paragraph (KappaPen *pen,
                     const char *text,
                     KappaTextStyle style,
                     const KappaColor *color,
                     double x,
                     double y,
                     double width,
                     gboolean draw)
{
  double size = kappa_pen_get_size (pen, style);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  PangoLayout *layout;

  if (text == NULL || text[0] == '\0' || width <= 0.0)
    return 0.0;
  layout = set_text (pen, text, -1, style);
  pango_layout_set_width (layout, (int)MIN (width * PANGO_SCALE, G_MAXINT / 2));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  for (int i = 0; i < pango_layout_get_line_count (layout); i++)
    {
      PangoLayoutLine *line = pango_layout_get_line_readonly (layout, i);

      g_ptr_array_add (lines, g_strchomp (g_strndup (text + line->start_index, line->length)));
    }
  for (guint i = 0; draw && i < lines->len; i++)
    kappa_pen_text (pen, lines->pdata[i], style, color, x, y + i * LINE_SPACING * size, 0.0, 0.0);
  return lines->len * LINE_SPACING * size;
}

/**
 * kappa_pen_snap_x:
 *
 * Returns: the place of a vertical line nearest to @x that fills whole pixels; @x itself in a
 * vector file
 */
double
kappa_pen_snap_x (KappaPen *pen, double x)
{
  double y = 0.0;
  double device_scale_x, device_scale_y;

  if (pen->vector)
    return x;
  cairo_surface_get_device_scale (cairo_get_group_target (pen->cr), &device_scale_x,
                                  &device_scale_y);
  cairo_user_to_device (pen->cr, &x, &y);
  x = (floor (x * device_scale_x) + 0.5) / device_scale_x;
  cairo_device_to_user (pen->cr, &x, &y);
  return x;
}

/**
 * kappa_pen_snap_y:
 *
 * Returns: likewise for a horizontal line
 */
double
kappa_pen_snap_y (KappaPen *pen, double y)
{
  double x = 0.0;
  double device_scale_x, device_scale_y;

  if (pen->vector)
    return y;
  cairo_surface_get_device_scale (cairo_get_group_target (pen->cr), &device_scale_x,
                                  &device_scale_y);
  cairo_user_to_device (pen->cr, &x, &y);
  y = (floor (y * device_scale_y) + 0.5) / device_scale_y;
  cairo_device_to_user (pen->cr, &x, &y);
  return y;
}

/**
 * kappa_pen_hatch:
 *
 * Fills the current path with hatched ground. The lines of neighbouring areas meet.
 */
void
kappa_pen_hatch (KappaPen *pen, const KappaColor *ground, const KappaColor *lines)
{
  double step = 0.55 * pen->em;
  double x0, y0, x1, y1;

  kappa_pen_set_color (pen, ground);
  cairo_fill_preserve (pen->cr);
  cairo_save (pen->cr);
  cairo_clip (pen->cr);
  cairo_clip_extents (pen->cr, &x0, &y0, &x1, &y1);
  for (double c = floor ((x0 + y0) / step) * step; c < x1 + y1 && x1 > x0; c += step)
    {
      cairo_move_to (pen->cr, c - y0, y0);
      cairo_line_to (pen->cr, c - y1, y1);
    }
  kappa_pen_set_color (pen, lines);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
  cairo_restore (pen->cr);
}

/**
 * kappa_pen_begin_raster:
 * @area: (inout): where dense drawing goes; grown to whole device pixels
 *
 * Returns: (transfer full) (nullable): a transparent ARGB32 image with the pixels of @area, at
 * print resolution for a vector target; %NULL if the area is empty. To be given to
 * kappa_pen_end_raster()
 */
cairo_surface_t *
kappa_pen_begin_raster (KappaPen *pen, KappaRect *area)
{
  double x0 = area->x, y0 = area->y, x1 = area->x + area->width, y1 = area->y + area->height;
  double sx = pen->scale_x, sy = pen->scale_y;
  int width, height;

  if (!(area->width > 0.0) || !(area->height > 0.0))
    return NULL;
  if (!pen->vector)
    {
      double device_x, device_y;

      cairo_surface_get_device_scale (cairo_get_group_target (pen->cr), &device_x, &device_y);
      cairo_user_to_device (pen->cr, &x0, &y0);
      cairo_user_to_device (pen->cr, &x1, &y1);
      x0 = floor (x0 * device_x + 1e-6) / device_x;
      y0 = floor (y0 * device_y + 1e-6) / device_y;
      x1 = ceil (x1 * device_x - 1e-6) / device_x;
      y1 = ceil (y1 * device_y - 1e-6) / device_y;
      cairo_device_to_user (pen->cr, &x0, &y0);
      cairo_device_to_user (pen->cr, &x1, &y1);
      *area = (KappaRect) { x0, y0, x1 - x0, y1 - y0 };
    }
  width = (int)MIN (ceil (area->width * sx - 1e-6), MAX_RASTER);
  height = (int)MIN (ceil (area->height * sy - 1e-6), MAX_RASTER);
  return cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (width, 1), MAX (height, 1));
}

/**
 * kappa_pen_end_raster:
 * @raster: (transfer full) (nullable): what kappa_pen_begin_raster() returned, painted
 */
void
kappa_pen_end_raster (KappaPen *pen, const KappaRect *area, cairo_surface_t *raster)
{
  if (raster == NULL)
    return;
  cairo_surface_mark_dirty (raster);
  cairo_save (pen->cr);
  cairo_translate (pen->cr, area->x, area->y);
  cairo_scale (pen->cr, area->width / cairo_image_surface_get_width (raster),
               area->height / cairo_image_surface_get_height (raster));
  cairo_set_source_surface (pen->cr, raster, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (pen->cr), CAIRO_FILTER_NEAREST);
  cairo_paint (pen->cr);
  cairo_restore (pen->cr);
  cairo_surface_destroy (raster);
}
