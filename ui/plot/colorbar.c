#include "ui/plot/colorbar.h"

#include <math.h>

#define BAR   1.15 /* lengths in letter sizes */
#define ARROW 0.9
#define GAP   0.35
#define CAP   0.72

/**
 * kappa_colorbar_get_color:
 * @place: 0 at the lower limit, 1 at the upper
 *
 * Returns: the colour of a value; between levels all values have that of the middle
 */
KappaColor
kappa_colorbar_get_color (const KappaColorbar *bar, double place)
{
  double low = 0.0, high = 1.0;

  if (bar->n_levels == 0)
    return kappa_colormap_get (bar->map, place);
  for (guint i = 0; i < bar->n_levels; i++)
    {
      double level = kappa_axis_place (&bar->axis, bar->levels[i]);

      if (level <= place)
        low = MAX (low, level);
      else
        high = MIN (high, level);
    }
  /* The outermost bands get the ends of the map, so that all of it is used. */
  if (low <= 0.0)
    return kappa_colormap_get (bar->map, 0.0);
  if (high >= 1.0)
    return kappa_colormap_get (bar->map, 1.0);
  return kappa_colormap_get (bar->map, 0.5 * (low + high));
}

static KappaRect
get_bar (const KappaColorbar *bar, KappaPen *pen, const KappaRect *area)
{
  double top = bar->title[0] != '\0' ? (CAP + 1.05) * pen->em : 0.5 * pen->em;
  double bottom = 0.5 * pen->em;

  top += bar->above ? ARROW * pen->em : 0.0;
  bottom += bar->below ? ARROW * pen->em : 0.0;
  return (KappaRect) { area->x, area->y + top, BAR * pen->em,
                       MAX (area->height - top - bottom, pen->em) };
}

/**
 * kappa_colorbar_measure:
 * @height: how high the bar may be, title included
 *
 * Makes the ticks.
 *
 * Returns: the width the bar takes with its numbers and title
 */
double
kappa_colorbar_measure (KappaColorbar *bar, KappaPen *pen, double height)
{
  g_autofree char *low = kappa_format_short (bar->axis.low, 3);
  g_autofree char *high = kappa_format_short (bar->axis.high, 3);
  double widest = MAX (kappa_pen_measure (pen, low, KAPPA_TEXT_BODY),
                       kappa_pen_measure (pen, high, KAPPA_TEXT_BODY));

  kappa_axis_make_ticks (&bar->axis,
                         (guint)CLAMP ((height - 4.0 * pen->em) / (2.4 * pen->em), 2.0, 10.0));
  for (guint i = 0; i < bar->axis.n_ticks; i++)
    widest = MAX (widest, kappa_pen_measure (pen, bar->axis.ticks[i].label, KAPPA_TEXT_BODY));
  return MAX ((BAR + 2.0 * GAP) * pen->em + widest,
              kappa_pen_measure (pen, bar->title, KAPPA_TEXT_BODY));
}

static void
draw_arrow (KappaPen *pen, const KappaRect *place, double base, double tip, const KappaColor *color)
{
  cairo_move_to (pen->cr, place->x, base);
  cairo_line_to (pen->cr, place->x + 0.5 * place->width, tip);
  cairo_line_to (pen->cr, place->x + place->width, base);
  cairo_close_path (pen->cr);
  kappa_pen_set_color (pen, color);
  cairo_fill_preserve (pen->cr);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_stroke (pen->cr);
}

/* A smooth map is drawn as a gradient with enough stops that nobody sees them; it stays one shape
 * in files. */
static void
fill_smooth (const KappaColorbar *bar, KappaPen *pen, const KappaRect *place)
{
  cairo_pattern_t *gradient
      = cairo_pattern_create_linear (0.0, place->y + place->height, 0.0, place->y);

  for (int i = 0; i <= 64; i++)
    {
      KappaColor color = kappa_colormap_get (bar->map, i / 64.0);

      cairo_pattern_add_color_stop_rgb (gradient, i / 64.0, color.red, color.green, color.blue);
    }
  cairo_rectangle (pen->cr, place->x, place->y, place->width, place->height);
  cairo_set_source (pen->cr, gradient);
  cairo_fill (pen->cr);
  cairo_pattern_destroy (gradient);
}

/* From the top down, each band over all that is below it, so that no seams show. */
static void
fill_bands (const KappaColorbar *bar, KappaPen *pen, const KappaRect *place)
{
  for (guint i = 0; i <= bar->n_levels; i++)
    {
      double from = i == 0 ? 0.0 : kappa_axis_place (&bar->axis, bar->levels[i - 1]);
      KappaColor color = kappa_colorbar_get_color (bar, from);

      kappa_pen_set_color (pen, &color);
      cairo_rectangle (pen->cr, place->x, place->y, place->width, (1.0 - from) * place->height);
      cairo_fill (pen->cr);
    }
}

/* The limits always have their numbers; ticks too close to them lose theirs. */
static void
draw_numbers (const KappaColorbar *bar, KappaPen *pen, const KappaRect *place)
{
  double x = place->x + place->width, reach = GAP * pen->em;
  double bottom = place->y + place->height;
  const double ends[2] = { bar->axis.low, bar->axis.high };

  for (guint i = 0; i < bar->axis.n_ticks; i++)
    {
      const KappaTick *tick = &bar->axis.ticks[i];
      double y = bottom - kappa_axis_place (&bar->axis, tick->value) * place->height;
      gboolean major = tick->label[0] != '\0';

      kappa_pen_set_color (pen, &pen->theme->ink);
      cairo_move_to (pen->cr, x, kappa_pen_snap_y (pen, y));
      cairo_line_to (pen->cr, x + (major ? reach : 0.5 * reach), kappa_pen_snap_y (pen, y));
      cairo_stroke (pen->cr);
      if (major && bottom - y > 1.2 * pen->em && y - place->y > 1.2 * pen->em)
        kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink, x + 1.7 * reach, y,
                        0.0, 0.5);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = kappa_format_short (ends[i], 3);

      kappa_pen_text (pen, text, KAPPA_TEXT_BODY, &pen->theme->ink, x + 1.7 * reach,
                      i == 0 ? bottom : place->y, 0.0, 0.5);
    }
}

/**
 * kappa_colorbar_draw:
 * @area: as wide as kappa_colorbar_measure() said
 */
void
kappa_colorbar_draw (const KappaColorbar *bar, KappaPen *pen, const KappaRect *area)
{
  KappaRect place = get_bar (bar, pen, area);
  double bottom = place.y + place.height;
  KappaColor low = kappa_colorbar_get_color (bar, 0.0), high = kappa_colorbar_get_color (bar, 1.0);

  kappa_pen_text (pen, bar->title, KAPPA_TEXT_BODY, &pen->theme->ink, area->x, area->y, 0.0, 0.0);
  cairo_set_line_width (pen->cr, pen->line);
  if (bar->n_levels > 0)
    fill_bands (bar, pen, &place);
  else
    fill_smooth (bar, pen, &place);
  if (bar->above)
    draw_arrow (pen, &place, place.y, place.y - ARROW * pen->em, &high);
  if (bar->below)
    draw_arrow (pen, &place, bottom, bottom + ARROW * pen->em, &low);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_rectangle (pen->cr, place.x, place.y, place.width, place.height);
  cairo_stroke (pen->cr);
  draw_numbers (bar, pen, &place);
}

/**
 * kappa_cell_paint:
 *
 * Fills the current path the way a cell without a value is shown.
 */
void
kappa_cell_paint (KappaPen *pen, KappaCell cell)
{
  const KappaTheme *theme = pen->theme;

  switch (cell)
    {
    case KAPPA_CELL_NAN:
      kappa_pen_hatch (pen, &theme->nan, &theme->ink);
      break;
    case KAPPA_CELL_POSITIVE_INFINITY:
      kappa_pen_set_color (pen, &theme->positive_infinity);
      cairo_fill (pen->cr);
      break;
    case KAPPA_CELL_NEGATIVE_INFINITY:
      kappa_pen_set_color (pen, &theme->negative_infinity);
      cairo_fill (pen->cr);
      break;
    case KAPPA_CELL_NOT_ON_SCALE:
      kappa_pen_set_color (pen, &theme->hatch);
      cairo_fill (pen->cr);
      break;
    case KAPPA_CELL_MISSING:
    case KAPPA_CELL_VALUE:
    default:
      kappa_pen_hatch (pen, &theme->hole, &theme->hatch);
      break;
    }
}

/**
 * kappa_legend_draw:
 * @draw: %FALSE to measure only
 *
 * Names what is not a colour of the bar: a row of swatches with words, broken into lines.
 *
 * Returns: the height taken
 */
double
kappa_legend_draw (KappaPen *pen,
                   const KappaLegendEntry *entries,
                   guint n,
                   double x,
                   double y,
                   double width,
                   gboolean draw)
{
  double at = x, side = 0.95 * pen->em, row = 1.45 * pen->em, top = y;

  for (guint i = 0; i < n; i++)
    {
      double taken = 1.3 * side + kappa_pen_measure (pen, entries[i].text, KAPPA_TEXT_SMALL);

      if (at > x && at + taken > x + width)
        {
          at = x;
          y += row;
        }
      if (draw)
        {
          cairo_rectangle (pen->cr, at, y, side, side);
          kappa_cell_paint (pen, entries[i].cell);
          cairo_rectangle (pen->cr, at, y, side, side);
          kappa_pen_set_color (pen, &pen->theme->ink);
          cairo_set_line_width (pen->cr, pen->line);
          cairo_stroke (pen->cr);
          kappa_pen_text (pen, entries[i].text, KAPPA_TEXT_SMALL, &pen->theme->ink, at + 1.3 * side,
                          y + 0.5 * side, 0.0, 0.5);
        }
      at += taken + 1.4 * pen->em;
    }
  return n > 0 ? y + row - top : 0.0;
}
