#include "ui/plot/maps-figure.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ui/plot/colormap.h"

#define N_COLOURS 256
#define MOST_ZOOM 60.0
/* Maps smaller than this, in letters, bear no number. */
#define LEAST_NUMBERED 3.6

/**
 * KappaMapsFigure:
 *
 * Many small pictures side by side: the channels of a layer, or how much each token of an image is
 * looked at, over the image itself. Cells are shown as they are, never smoothed.
 *
 * In data coordinates the maps stand side by side in one row: x counts columns through all maps, y
 * rows.
 */
struct _KappaMapsFigure
{
  KappaFigure parent_instance;

  KappaMapsScale scale;
  KappaColormapKind colormap;
  double zoom;

  KappaMaps *maps;
  KappaMapsWords words;
  KappaMapStatistics *each, all;
  KappaImage *image;
  int cell;            /* that looks, for a frame; -1 for none */
  double pan_x, pan_y; /* of the middle, in parts of the whole, around 0 */

  /* Made when they are first drawn. */
  cairo_surface_t *atlas, *picture;
  guint atlas_columns;
};

G_DEFINE_FINAL_TYPE (KappaMapsFigure, kappa_maps_figure, KAPPA_TYPE_FIGURE)

#define FIELD(name) offsetof (KappaMapsFigure, name)

enum
{
  STALE_NOTHING,
  STALE_COLOURS,
  STALE_ZOOM,
};

static const KappaFigureOption options[] = {
  { "scale", KAPPA_OPTION_ENUM, FIELD (scale), kappa_maps_scale_get_type, .stale = STALE_COLOURS },
  { "colormap", KAPPA_OPTION_ENUM, FIELD (colormap), kappa_colormap_kind_get_type,
    .stale = STALE_COLOURS },
  { "zoom", KAPPA_OPTION_DOUBLE, FIELD (zoom), .minimum = 1.0, .maximum = MOST_ZOOM,
    .fallback = 1.0, .stale = STALE_ZOOM },
};

/* Where the maps are drawn. */
typedef struct
{
  guint columns, rows;
  double width, height; /* of one map */
  double step_x, step_y;
  double x, y; /* of the first */
} Grid;

GType
kappa_maps_scale_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_MAPS_SCALE_EACH, "KAPPA_MAPS_SCALE_EACH", "each" },
        { KAPPA_MAPS_SCALE_COMMON, "KAPPA_MAPS_SCALE_COMMON", "common" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaMapsScale", values));
    }
  return type;
}

static void
drop_colours (KappaMapsFigure *self)
{
  g_clear_pointer (&self->atlas, cairo_surface_destroy);
}

static void
kappa_maps_figure_view_changed (KappaFigure *figure, guint stale)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);

  if (stale == STALE_COLOURS)
    drop_colours (self);
  else if (stale == STALE_ZOOM && self->zoom <= 1.0)
    self->pan_x = self->pan_y = 0.0;
}

static void
kappa_maps_figure_finalize (GObject *object)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (object);

  drop_colours (self);
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  g_clear_pointer (&self->maps, kappa_maps_free);
  g_clear_pointer (&self->image, kappa_image_unref);
  g_free (self->each);
  G_OBJECT_CLASS (kappa_maps_figure_parent_class)->finalize (object);
}

/* Zero is in the middle of colours that diverge. Maps of one number have no scale of their own. */
static void
get_limits (KappaMapsFigure *self, guint map, double *low, double *high)
{
  const KappaMapStatistics *s
      = self->scale == KAPPA_MAPS_SCALE_COMMON || self->maps->width * self->maps->height == 1
            ? &self->all
            : &self->each[map];

  *low = s->minimum;
  *high = s->maximum;
  if (self->colormap == KAPPA_COLORMAP_DIVERGING)
    {
      *high = MAX (fabs (*low), fabs (*high));
      *low = -*high;
    }
}

static guint32
color_of (const guint32 *table, guint32 broken, double low, double high, double value)
{
  double t = high > low ? (value - low) / (high - low) : 0.0;

  if (!isfinite (value))
    return broken;
  return table[(guint)(CLAMP (t, 0.0, 1.0) * (N_COLOURS - 1) + 0.5)];
}

/* Over an image, what is looked at is coloured and the rest left as it is. */
static guint32
with_alpha (guint32 pixel, double t)
{
  const double alpha = 0.08 + 0.77 * t;
  guint32 out = (guint32)(alpha * 255.0 + 0.5) << 24;

  for (guint shift = 0; shift < 24; shift += 8)
    out |= (guint32)((pixel >> shift & 255) * alpha + 0.5) << shift;
  return out;
}

static void
paint_map (KappaMapsFigure *self,
           guint map,
           const guint32 *table,
           guint32 broken,
           guint8 *pixels,
           gsize stride)
{
  const KappaMaps *maps = self->maps;
  const double *values = maps->values + (gsize)map * maps->height * maps->width;
  double low, high;

  get_limits (self, map, &low, &high);
  for (guint y = 0; y < maps->height; y++)
    for (guint x = 0; x < maps->width; x++)
      {
        const double value = values[y * maps->width + x];
        guint32 *pixel = (guint32 *)(gpointer)(pixels + y * stride) + x;

        *pixel = color_of (table, broken, low, high, value);
        if (self->image != NULL)
          *pixel = with_alpha (*pixel,
                               high > low ? CLAMP ((value - low) / (high - low), 0.0, 1.0) : 0.0);
      }
}

/* All maps at their own size in one picture. */
static void
ensure_atlas (KappaMapsFigure *self, const KappaTheme *theme)
{
  const KappaMaps *maps = self->maps;
  const guint columns = (guint)ceil (sqrt ((double)maps->n * maps->height / maps->width));
  guint32 table[N_COLOURS];
  guint8 *pixels;
  gsize stride;

  if (self->atlas != NULL)
    return;
  self->atlas_columns = MAX (columns, 1);
  self->atlas = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, (int)(self->atlas_columns * maps->width),
      (int)((maps->n + self->atlas_columns - 1) / self->atlas_columns * maps->height));
  if (cairo_surface_status (self->atlas) != CAIRO_STATUS_SUCCESS)
    return;
  kappa_colormap_fill_table (self->colormap, table, N_COLOURS);
  pixels = cairo_image_surface_get_data (self->atlas);
  stride = (gsize)cairo_image_surface_get_stride (self->atlas);
  for (guint map = 0; map < maps->n; map++)
    paint_map (self, map, table, kappa_color_to_pixel (&theme->nan),
               pixels + map / self->atlas_columns * maps->height * stride
                   + (gsize)(map % self->atlas_columns) * maps->width * sizeof (guint32),
               stride);
  cairo_surface_mark_dirty (self->atlas);
}

static void
ensure_picture (KappaMapsFigure *self)
{
  guint8 *pixels;
  gsize stride;

  if (self->picture != NULL || self->image == NULL)
    return;
  self->picture = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)self->image->width,
                                              (int)self->image->height);
  pixels = cairo_image_surface_get_data (self->picture);
  stride = (gsize)cairo_image_surface_get_stride (self->picture);
  for (guint y = 0; pixels != NULL && y < self->image->height; y++)
    for (guint x = 0; x < self->image->width; x++)
      {
        const guint8 *rgb = self->image->pixels + 3 * ((gsize)y * self->image->width + x);

        ((guint32 *)(gpointer)(pixels + y * stride))[x]
            = (guint32)rgb[0] << 16 | (guint32)rgb[1] << 8 | rgb[2];
      }
  cairo_surface_mark_dirty (self->picture);
}

static double
map_aspect (const KappaMapsFigure *self)
{
  if (self->image != NULL)
    return (double)self->image->width / self->image->height;
  return (double)self->maps->width / self->maps->height;
}

/* As large as all of them fit, then enlarged by the zoom. */
static Grid
lay_out (KappaMapsFigure *self, KappaPen *pen, const KappaRect *body)
{
  const guint n = self->maps->n;
  const double aspect = map_aspect (self);
  Grid grid = { 0 };

  for (guint columns = 1; columns <= n; columns++)
    {
      const guint rows = (n + columns - 1) / columns;
      const double width = MIN (body->width / columns, body->height / rows * aspect);

      if (width > grid.step_x)
        {
          grid.columns = columns;
          grid.rows = rows;
          grid.step_x = width;
        }
    }
  grid.step_x *= self->zoom;
  grid.step_y = grid.step_x / aspect;
  grid.width = grid.step_x - MIN (0.3 * pen->em, 0.08 * grid.step_x);
  grid.height = grid.width / aspect;
  grid.x = body->x + body->width / 2.0 - (0.5 + self->pan_x) * grid.columns * grid.step_x;
  grid.y = body->y + body->height / 2.0 - (0.5 + self->pan_y) * grid.rows * grid.step_y;
  return grid;
}

static KappaRect
place_map (const Grid *grid, guint map)
{
  return (KappaRect) { grid->x + map % grid->columns * grid->step_x,
                       grid->y + map / grid->columns * grid->step_y, grid->width, grid->height };
}

/* @source: from @x, @y on, @width × @height of its pixels */
static void
paint_part (cairo_t *cr,
            cairo_surface_t *source,
            double x,
            double y,
            double width,
            double height,
            const KappaRect *to)
{
  const gboolean larger = to->width >= width;

  cairo_save (cr);
  cairo_rectangle (cr, to->x, to->y, to->width, to->height);
  cairo_clip (cr);
  cairo_translate (cr, to->x, to->y);
  cairo_scale (cr, to->width / width, to->height / height);
  cairo_set_source_surface (cr, source, -x, -y);
  cairo_pattern_set_filter (cairo_get_source (cr),
                            larger ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_paint (cr);
  cairo_restore (cr);
}

static char *
name_map (const KappaMapsFigure *self, guint map)
{
  if (self->words.last != NULL && map + 1 == self->maps->n)
    return g_strdup (self->words.last);
  return g_strdup_printf ("%s %u", self->words.one, map);
}

static void
draw_name (KappaMapsFigure *self, KappaPen *pen, guint map, const KappaRect *at)
{
  static const KappaColor white = { 1.0, 1.0, 1.0, 1.0 }, shade = { 0.0, 0.0, 0.0, 0.55 };
  g_autofree char *name = self->image != NULL || at->width > 8.0 * pen->em
                              ? name_map (self, map)
                              : g_strdup_printf ("%u", map);
  const double width = kappa_pen_measure (pen, name, KAPPA_TEXT_SMALL) + 0.5 * pen->em;

  if (at->width < LEAST_NUMBERED * pen->em || at->height < LEAST_NUMBERED * pen->em
      || width > at->width)
    return;
  kappa_pen_set_color (pen, &shade);
  cairo_rectangle (pen->cr, at->x, at->y, width, 1.25 * pen->em);
  cairo_fill (pen->cr);
  kappa_pen_text (pen, name, KAPPA_TEXT_SMALL, &white, at->x + 0.25 * pen->em,
                  at->y + 0.62 * pen->em, 0.0, 0.5);
}

static void
frame_cell (const KappaMapsFigure *self, KappaPen *pen, const KappaRect *at, guint cell)
{
  static const KappaColor white = { 1.0, 1.0, 1.0, 1.0 }, black = { 0.0, 0.0, 0.0, 1.0 };
  const double width = at->width / self->maps->width, height = at->height / self->maps->height;
  const double x = at->x + cell % self->maps->width * width,
               y = at->y + cell / self->maps->width * height;

  for (guint pass = 0; pass < 2; pass++)
    {
      kappa_pen_set_color (pen, pass == 0 ? &black : &white);
      cairo_set_line_width (pen->cr, (pass == 0 ? 3.0 : 1.4) * pen->line);
      cairo_rectangle (pen->cr, x, y, width, height);
      cairo_stroke (pen->cr);
    }
}

static void
draw_map (KappaMapsFigure *self, KappaPen *pen, guint map, const KappaRect *at)
{
  const KappaMaps *maps = self->maps;

  if (self->picture != NULL)
    paint_part (pen->cr, self->picture, 0.0, 0.0, self->image->width, self->image->height, at);
  paint_part (pen->cr, self->atlas, map % self->atlas_columns * maps->width,
              map / self->atlas_columns * maps->height, maps->width, maps->height, at);
  if (self->cell >= 0)
    frame_cell (self, pen, at, (guint)self->cell);
  draw_name (self, pen, map, at);
}

static void
kappa_maps_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  Grid grid;

  if (self->maps == NULL)
    return;
  ensure_atlas (self, pen->theme);
  ensure_picture (self);
  grid = lay_out (self, pen, body);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, body->x, body->y, body->width, body->height);
  cairo_clip (pen->cr);
  for (guint map = 0; map < self->maps->n; map++)
    {
      const KappaRect at = place_map (&grid, map);

      if (at.x + at.width >= body->x && at.y + at.height >= body->y && at.x <= body->x + body->width
          && at.y <= body->y + body->height)
        draw_map (self, pen, map, &at);
    }
  cairo_restore (pen->cr);
}

static void
kappa_maps_figure_draw_cursor (KappaFigure *figure,
                               KappaPen *pen,
                               const KappaRect *body,
                               double x,
                               double y)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  guint map, row, column;
  KappaRect at;
  Grid grid;

  if (!kappa_maps_figure_find_cell (self, x, y, &map, &row, &column))
    return;
  grid = lay_out (self, pen, body);
  at = place_map (&grid, map);
  cairo_rectangle (pen->cr, body->x, body->y, body->width, body->height);
  cairo_clip (pen->cr);
  kappa_pen_set_color (pen, &pen->theme->accent);
  cairo_set_line_width (pen->cr, 2.0 * pen->line);
  cairo_rectangle (pen->cr, at.x, at.y, at.width, at.height);
  cairo_stroke (pen->cr);
  if (at.width > 3.0 * self->maps->width)
    frame_cell (self, pen, &at, row * self->maps->width + column);
}

static char *
tell_cell (KappaMapsFigure *self, guint map, guint row, guint column)
{
  const KappaMaps *maps = self->maps;
  const KappaMapStatistics *s = &self->each[map];
  const double value = maps->values[((gsize)map * maps->height + row) * maps->width + column];
  g_autofree char *name = name_map (self, map);
  GString *text = g_string_new (name);

  if (maps->height == 1 && maps->width == 1)
    g_string_append_printf (text, ": %.6g", value);
  else
    g_string_append_printf (
        text, ", row %u, column %u: %.5g\nfrom %.4g to %.4g, mean %.4g, zeros %.3g %%", row, column,
        value, s->minimum, s->maximum, s->mean, 100.0 * s->zeros);
  if (s->not_finite > 0)
    g_string_append_printf (text, ", not finite %" G_GSIZE_FORMAT, s->not_finite);
  return g_string_free (text, FALSE);
}

static gboolean
kappa_maps_figure_probe (KappaFigure *figure,
                         KappaPen *pen,
                         const KappaRect *body,
                         double x,
                         double y,
                         KappaProbe *probe)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  double column, row, inside_x, inside_y;
  guint map;
  Grid grid;

  if (self->maps == NULL || x < body->x || y < body->y || x > body->x + body->width
      || y > body->y + body->height)
    return FALSE;
  grid = lay_out (self, pen, body);
  column = floor ((x - grid.x) / grid.step_x);
  row = floor ((y - grid.y) / grid.step_y);
  inside_x = (x - grid.x - column * grid.step_x) / grid.width * self->maps->width;
  inside_y = (y - grid.y - row * grid.step_y) / grid.height * self->maps->height;
  if (column < 0.0 || row < 0.0 || column >= grid.columns || inside_x >= self->maps->width
      || inside_y >= self->maps->height || row * grid.columns + column >= self->maps->n)
    return FALSE;
  map = (guint)(row * grid.columns + column);
  *probe = (KappaProbe) { TRUE, (double)map * self->maps->width + floor (inside_x) + 0.5,
                          floor (inside_y) + 0.5, NAN,
                          tell_cell (self, map, (guint)inside_y, (guint)inside_x) };
  return TRUE;
}

static gboolean
kappa_maps_figure_locate (KappaFigure *figure,
                          KappaPen *pen,
                          const KappaRect *body,
                          double x,
                          double y,
                          double *at_x,
                          double *at_y)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  guint map, row, column;
  KappaRect at;
  Grid grid;

  if (!kappa_maps_figure_find_cell (self, x, y, &map, &row, &column))
    return FALSE;
  grid = lay_out (self, pen, body);
  at = place_map (&grid, map);
  *at_x = at.x + (column + 0.5) * at.width / self->maps->width;
  *at_y = at.y + (row + 0.5) * at.height / self->maps->height;
  return TRUE;
}

static void
keep_in_view (KappaMapsFigure *self)
{
  const double most = MAX (0.0, 0.5 - 0.5 / self->zoom);

  self->pan_x = CLAMP (self->pan_x, -most, most);
  self->pan_y = CLAMP (self->pan_y, -most, most);
}

static void
kappa_maps_figure_zoom (KappaFigure *figure,
                        KappaPen *pen,
                        const KappaRect *body,
                        double factor,
                        double x,
                        double y)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  const double zoom = CLAMP (self->zoom * factor, 1.0, MOST_ZOOM);
  double part_x, part_y, whole_x, whole_y;
  Grid grid;

  if (self->maps == NULL || zoom == self->zoom)
    return;
  grid = lay_out (self, pen, body);
  whole_x = grid.columns * grid.step_x;
  whole_y = grid.rows * grid.step_y;
  part_x = (x - grid.x) / whole_x;
  part_y = (y - grid.y) / whole_y;
  self->pan_x = part_x - 0.5 - (x - body->x - body->width / 2.0) / (whole_x * zoom / self->zoom);
  self->pan_y = part_y - 0.5 - (y - body->y - body->height / 2.0) / (whole_y * zoom / self->zoom);
  self->zoom = zoom;
  keep_in_view (self);
  g_object_notify (G_OBJECT (self), "zoom");
}

static void
kappa_maps_figure_pan (KappaFigure *figure,
                       KappaPen *pen,
                       const KappaRect *body,
                       double dx,
                       double dy)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);
  Grid grid;

  if (self->maps == NULL)
    return;
  grid = lay_out (self, pen, body);
  self->pan_x -= dx / (grid.columns * grid.step_x);
  self->pan_y -= dy / (grid.rows * grid.step_y);
  keep_in_view (self);
}

static char *
kappa_maps_figure_describe (KappaFigure *figure)
{
  KappaMapsFigure *self = KAPPA_MAPS_FIGURE (figure);

  if (self->maps == NULL)
    return g_strdup ("No maps.");
  return g_strdup_printf (
      "%u maps of %u × %u numbers from %.4g to %.4g, mean %.4g; %.3g %% of them are 0.",
      self->maps->n, self->maps->height, self->maps->width, self->all.minimum, self->all.maximum,
      self->all.mean, 100.0 * self->all.zeros);
}

static double
kappa_maps_figure_get_aspect (KappaFigure *figure)
{
  return 1.0;
}

static gboolean
kappa_maps_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  return TRUE;
}

static void
kappa_maps_figure_class_init (KappaMapsFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_maps_figure_finalize;
  figure_class->view_changed = kappa_maps_figure_view_changed;
  figure_class->update = kappa_maps_figure_update;
  figure_class->draw = kappa_maps_figure_draw;
  figure_class->draw_cursor = kappa_maps_figure_draw_cursor;
  figure_class->probe = kappa_maps_figure_probe;
  figure_class->locate = kappa_maps_figure_locate;
  figure_class->zoom = kappa_maps_figure_zoom;
  figure_class->pan = kappa_maps_figure_pan;
  figure_class->describe = kappa_maps_figure_describe;
  figure_class->get_aspect = kappa_maps_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_maps_figure_init (KappaMapsFigure *self)
{
  self->cell = -1;
  self->words.one = "map";
}

/**
 * kappa_maps_figure_new:
 *
 * Returns: (transfer full): without maps
 */
KappaFigure *
kappa_maps_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_MAPS_FIGURE, NULL);
}

/**
 * kappa_maps_figure_take:
 * @maps: (transfer full) (nullable)
 *
 * Where they are seen stays as it was if there are as many.
 */
void
kappa_maps_figure_take (KappaMapsFigure *self, KappaMaps *maps, const KappaMapsWords *words)
{
  const gboolean alike = maps != NULL && self->maps != NULL && maps->n == self->maps->n;

  g_clear_pointer (&self->maps, kappa_maps_free);
  g_clear_pointer (&self->each, g_free);
  drop_colours (self);
  self->maps = maps;
  self->words = *words;
  if (!alike)
    g_object_set (self, "zoom", 1.0, NULL);
  if (maps != NULL)
    {
      self->each = g_new (KappaMapStatistics, maps->n);
      for (guint map = 0; map < maps->n; map++)
        self->each[map] = kappa_maps_measure (maps, map, 1);
      self->all = kappa_maps_measure (maps, 0, maps->n);
    }
  kappa_figure_changed (KAPPA_FIGURE (self));
}

const KappaMaps *
kappa_maps_figure_get_maps (KappaMapsFigure *self)
{
  return self->maps;
}

/**
 * kappa_maps_figure_set_image:
 * @image: (nullable): what the maps are shown over
 * @cell: the cell that gets a frame, row by row; -1 for none
 */
void
kappa_maps_figure_set_image (KappaMapsFigure *self, KappaImage *image, int cell)
{
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  drop_colours (self);
  if (image != NULL)
    kappa_image_ref (image);
  g_clear_pointer (&self->image, kappa_image_unref);
  self->image = image;
  self->cell = cell;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_maps_figure_find_cell:
 * @x, @y: data coordinates
 *
 * Returns: whether there is a cell
 */
gboolean
kappa_maps_figure_find_cell (KappaMapsFigure *self,
                             double x,
                             double y,
                             guint *map,
                             guint *row,
                             guint *column)
{
  if (self->maps == NULL || x < 0.0 || y < 0.0 || y >= self->maps->height
      || x >= (double)self->maps->n * self->maps->width)
    return FALSE;
  *map = (guint)(x / self->maps->width);
  *row = (guint)y;
  *column = (guint)x - *map * self->maps->width;
  return TRUE;
}
