#include "ui/plot/units-figure.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/colorbar.h"
#include "ui/plot/table-columns.h"

#define GAP 0.4 /* lengths in letter sizes */
#define CAP 0.72

#define DEFAULT_QUANTITY "active_by_unit"

/* @units: the shares, sorted or not; @numbers: which unit each is of */
typedef struct
{
  char *name;
  gsize n;
  double *units;
  guint *numbers;
  gsize n_dead, n_saturated;
} Layer;

struct _KappaUnitsFigure
{
  KappaFigure parent_instance;

  char *quantity;
  KappaUnitsOrder sort;
  gboolean stretch;
  KappaColormapKind colormap;

  char *what; /* "unit", "token" */
  GArray *layers;
  gsize widest;
};

G_DEFINE_FINAL_TYPE (KappaUnitsFigure, kappa_units_figure, KAPPA_TYPE_FIGURE)

G_DEFINE_ENUM_TYPE (KappaUnitsOrder,
                    kappa_units_order,
                    G_DEFINE_ENUM_VALUE (KAPPA_UNITS_ORDER_GIVEN, "given"),
                    G_DEFINE_ENUM_VALUE (KAPPA_UNITS_ORDER_FALLING, "falling"))

/* @every: one name in so many is written; @legend: the top of the legend */
typedef struct
{
  KappaRect grid, bar_area;
  KappaColorbar bar;
  double row, legend;
  guint every;
} Layout;

#define FIELD(name) offsetof (KappaUnitsFigure, name)

static const KappaFigureOption options[] = {
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .reads = TRUE },
  { "sort", KAPPA_OPTION_ENUM, FIELD (sort), kappa_units_order_get_type,
    .fallback = KAPPA_UNITS_ORDER_FALLING, .reads = TRUE },
  { "stretch", KAPPA_OPTION_BOOLEAN, FIELD (stretch), .fallback = TRUE },
  { "colormap", KAPPA_OPTION_ENUM, FIELD (colormap), kappa_colormap_kind_get_type },
};

static void
layer_clear (gpointer data)
{
  Layer *layer = data;

  g_free (layer->name);
  g_free (layer->units);
  g_free (layer->numbers);
}

static const Layer *
get_layer (KappaUnitsFigure *self, gsize i)
{
  return &g_array_index (self->layers, Layer, i);
}

static void
kappa_units_figure_finalize (GObject *object)
{
  KappaUnitsFigure *self = KAPPA_UNITS_FIGURE (object);

  g_free (self->quantity);
  g_free (self->what);
  g_array_unref (self->layers);
  G_OBJECT_CLASS (kappa_units_figure_parent_class)->finalize (object);
}

static int
compare_falling (const void *a, const void *b, void *data)
{
  const double *values = data;
  guint i = *(const guint *)a, j = *(const guint *)b;

  return values[i] != values[j] ? (values[i] < values[j]) - (values[i] > values[j])
                                : (i > j) - (i < j);
}

/* Rows end where the layer has no more units. */
static Layer
take_layer (KappaUnitsFigure *self, const KappaArray *array, gsize row)
{
  const double *values = array->values + row * array->dims[1];
  const guint8 *present = array->present + row * array->dims[1];
  Layer layer = { .units = g_new (double, MAX (array->dims[1], 1)),
                  .numbers = g_new (guint, MAX (array->dims[1], 1)) };

  for (gsize i = 0; i < array->dims[1]; i++)
    if (present[i] && isfinite (values[i]))
      {
        layer.numbers[layer.n++] = (guint)i;
        layer.n_dead += values[i] == 0.0;
        layer.n_saturated += values[i] == 1.0;
      }
  if (self->sort == KAPPA_UNITS_ORDER_FALLING)
    qsort_r (layer.numbers, layer.n, sizeof *layer.numbers, compare_falling, (void *)values);
  for (gsize i = 0; i < layer.n; i++)
    layer.units[i] = values[layer.numbers[i]];
  return layer;
}

static char *
find_name (const KappaTable *table, gsize row)
{
  int name = kappa_table_find_text (table, "layer");

  return name >= 0 && row < table->n_rows ? g_strdup (table->texts[name][row])
                                          : g_strdup_printf ("layer %zu", row + 1);
}

static gboolean
kappa_units_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaUnitsFigure *self = KAPPA_UNITS_FIGURE (figure);
  const char *quantity = self->quantity[0] != '\0' ? self->quantity : DEFAULT_QUANTITY;
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, quantity);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "layers");

  if (array == NULL || array->rank != 2)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no map of layers called “%s”", quantity);
      return FALSE;
    }
  g_free (self->what);
  self->what = g_strdup (array->axes[1] != NULL ? array->axes[1] : "unit");
  g_array_set_size (self->layers, 0);
  self->widest = 1;
  for (gsize row = 0; row < array->dims[0]; row++)
    {
      Layer layer = take_layer (self, array, row);

      layer.name = find_name (table, row);
      self->widest = MAX (self->widest, layer.n);
      g_array_append_val (self->layers, layer);
    }
  return TRUE;
}

static char **
kappa_units_figure_list_quantities (KappaFigure *figure, KappaResult *result)
{
  static const char *const known[] = { DEFAULT_QUANTITY, "active_by_token" };
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, known[i]);

      if (array != NULL)
        g_strv_builder_add (names, known[i]);
    }
  return g_strv_builder_end (names);
}

static double
draw_legend (KappaUnitsFigure *self, KappaPen *pen, const KappaRect *body, double y, gboolean draw)
{
  gsize dead = 0, saturated = 0;
  g_autofree char *never = NULL, *always = NULL;
  KappaLegendEntry entries[2];
  guint n = 0;

  for (guint i = 0; i < self->layers->len; i++)
    {
      dead += get_layer (self, i)->n_dead;
      saturated += get_layer (self, i)->n_saturated;
    }
  never = g_strdup_printf ("never active: %zu", dead);
  always = g_strdup_printf ("always active: %zu", saturated);
  if (dead > 0)
    entries[n++] = (KappaLegendEntry) { KAPPA_CELL_NAN, never };
  if (saturated > 0)
    entries[n++] = (KappaLegendEntry) { KAPPA_CELL_POSITIVE_INFINITY, always };
  return n > 0 ? kappa_legend_draw (pen, entries, n, body->x, y, body->width, draw) : 0.0;
}

static void
lay_out (KappaUnitsFigure *self, KappaPen *pen, const KappaRect *body, Layout *layout)
{
  double names = 0.0, bar, legend = draw_legend (self, pen, body, 0.0, FALSE);
  double below = (CAP + 2.0 * GAP) * pen->em + legend;
  double right = body->x + body->width;

  *layout = (Layout) { .bar = { .map = self->colormap, .title = "share" } };
  kappa_axis_init (&layout->bar.axis, KAPPA_SCALE_LINEAR, 0.0, 1.0);
  for (guint i = 0; i < self->layers->len; i++)
    names = MAX (names, kappa_pen_measure (pen, get_layer (self, i)->name, KAPPA_TEXT_BODY));
  names = MIN (names, 0.3 * body->width);
  layout->grid = (KappaRect) { body->x + names + GAP * pen->em, body->y + 0.3 * pen->em, 0.0,
                               MAX (body->height - below - 0.3 * pen->em, pen->em) };
  bar = kappa_colorbar_measure (&layout->bar, pen, layout->grid.height);
  layout->grid.width = MAX (right - bar - 0.9 * pen->em - layout->grid.x, pen->em);
  layout->row = layout->grid.height / MAX (self->layers->len, 1);
  layout->every = (guint)MAX (ceil (1.15 * pen->em / layout->row), 1.0);
  layout->bar_area = (KappaRect) { right - bar, body->y, bar, layout->grid.height + 0.8 * pen->em };
  layout->legend = body->y + body->height - legend;
}

/* The share of the width that a layer takes. */
static double
get_extent (KappaUnitsFigure *self, const Layer *layer)
{
  return self->stretch ? 1.0 : (double)layer->n / (double)self->widest;
}

/* The colour of the units from @first on, before @end: of their mean, unless all are dead or all
 * are saturated. */
static guint32
get_pixel (KappaPen *pen, const guint32 *table, const Layer *layer, gsize first, gsize end)
{
  double sum = 0.0;
  gsize dead = 0, saturated = 0, n = end - first;

  for (gsize i = first; i < end; i++)
    {
      sum += layer->units[i];
      dead += layer->units[i] == 0.0;
      saturated += layer->units[i] == 1.0;
    }
  if (dead == n)
    return kappa_color_to_pixel (&pen->theme->nan);
  if (saturated == n)
    return kappa_color_to_pixel (&pen->theme->positive_infinity);
  return table[(guint)CLAMP (lround (sum / (double)n * 255.0), 0, 255)];
}

/* One line of pixels, nearest where units are wider than pixels and averaged where they are
 * narrower; nothing interpolates. */
static void
paint_row (KappaUnitsFigure *self,
           KappaPen *pen,
           const guint32 *table,
           const Layer *layer,
           guint32 *pixels,
           int width)
{
  int used = (int)lround (width * get_extent (self, layer));

  for (int x = 0; x < used && layer->n > 0; x++)
    {
      gsize first = (gsize)((double)x * (double)layer->n / used);
      gsize end = (gsize)((double)(x + 1) * (double)layer->n / used);

      first = MIN (first, layer->n - 1);
      pixels[x] = get_pixel (pen, table, layer, first, CLAMP (end, first + 1, layer->n));
    }
}

static void
draw_cells (KappaUnitsFigure *self, KappaPen *pen, const Layout *layout)
{
  KappaRect area = layout->grid;
  cairo_surface_t *raster = kappa_pen_begin_raster (pen, &area);
  guint32 table[256];
  int width, height;

  if (raster == NULL)
    return;
  kappa_colormap_fill_table (self->colormap, table, G_N_ELEMENTS (table));
  cairo_surface_flush (raster);
  width = cairo_image_surface_get_width (raster);
  height = cairo_image_surface_get_height (raster);
  for (int y = 0; y < height; y++)
    {
      guint32 *pixels = (gpointer)(cairo_image_surface_get_data (raster)
                                   + (gsize)y * cairo_image_surface_get_stride (raster));
      gsize row = (gsize)((y + 0.5) / height * self->layers->len);

      paint_row (self, pen, table, get_layer (self, MIN (row, self->layers->len - 1)), pixels,
                 width);
    }
  kappa_pen_end_raster (pen, &area, raster);
}

/* Paper between the layers, while there is room for it. */
static void
draw_gaps (KappaUnitsFigure *self, KappaPen *pen, const Layout *layout)
{
  for (guint i = 1; i < self->layers->len && layout->row > 6.0 * pen->line; i++)
    {
      double y = kappa_pen_snap_y (pen, layout->grid.y + i * layout->row);

      cairo_move_to (pen->cr, layout->grid.x, y);
      cairo_line_to (pen->cr, layout->grid.x + layout->grid.width, y);
    }
  kappa_pen_set_color (pen, &pen->theme->paper);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

static char *
make_title (KappaUnitsFigure *self)
{
  return g_strdup_printf ("%ss of each layer%s%s", self->what,
                          self->sort == KAPPA_UNITS_ORDER_FALLING ? ", the most active first" : "",
                          self->stretch ? "" : ", to scale");
}

static void
draw_names (KappaUnitsFigure *self, KappaPen *pen, const KappaRect *body, const Layout *layout)
{
  const KappaRect *grid = &layout->grid;
  g_autofree char *title = make_title (self);

  for (guint i = 0; i < self->layers->len; i += layout->every)
    {
      g_autofree char *name = kappa_pen_fit (pen, get_layer (self, i)->name, KAPPA_TEXT_BODY,
                                             grid->x - body->x - GAP * pen->em);

      kappa_pen_text (pen, name, KAPPA_TEXT_BODY, &pen->theme->ink, grid->x - GAP * pen->em,
                      grid->y + (i + 0.5) * layout->row, 1.0, 0.5);
    }
  kappa_pen_text (pen, title, KAPPA_TEXT_BODY, &pen->theme->ink, grid->x + 0.5 * grid->width,
                  grid->y + grid->height + GAP * pen->em, 0.5, 0.0);
}

static void
kappa_units_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaUnitsFigure *self = KAPPA_UNITS_FIGURE (figure);
  Layout layout;

  if (self->layers->len == 0)
    return;
  lay_out (self, pen, body, &layout);
  draw_cells (self, pen, &layout);
  draw_gaps (self, pen, &layout);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_rectangle (pen->cr, kappa_pen_snap_x (pen, layout.grid.x),
                   kappa_pen_snap_y (pen, layout.grid.y), layout.grid.width, layout.grid.height);
  cairo_stroke (pen->cr);
  draw_names (self, pen, body, &layout);
  kappa_colorbar_draw (&layout.bar, pen, &layout.bar_area);
  draw_legend (self, pen, body, layout.legend, TRUE);
}

static gboolean
kappa_units_figure_probe (KappaFigure *figure,
                          KappaPen *pen,
                          const KappaRect *body,
                          double x,
                          double y,
                          KappaProbe *probe)
{
  KappaUnitsFigure *self = KAPPA_UNITS_FIGURE (figure);
  g_autofree char *share = NULL;
  const Layer *layer;
  double row, column;
  Layout layout;
  gsize unit;

  if (self->layers->len == 0)
    return FALSE;
  lay_out (self, pen, body, &layout);
  row = (y - layout.grid.y) / layout.row;
  column = (x - layout.grid.x) / layout.grid.width;
  if (!(row >= 0.0 && row < self->layers->len && column >= 0.0))
    return FALSE;
  layer = get_layer (self, (gsize)row);
  column /= get_extent (self, layer);
  if (layer->n == 0 || !(column < 1.0))
    return FALSE;
  unit = (gsize)(column * (double)layer->n);
  probe->x = layer->numbers[unit];
  probe->y = floor (row);
  probe->value = layer->units[unit];
  share = kappa_format_value (100.0 * probe->value, 3);
  probe->text = g_strdup_printf ("%s\n%s %u of %zu\nactive %s %%%s", layer->name, self->what,
                                 layer->numbers[unit], layer->n, share,
                                 probe->value == 0.0   ? ", dead"
                                 : probe->value == 1.0 ? ", saturated"
                                                       : "");
  return TRUE;
}

static char *
kappa_units_figure_describe (KappaFigure *figure)
{
  KappaUnitsFigure *self = KAPPA_UNITS_FIGURE (figure);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Map of the activity of %u layers:", self->layers->len);
  for (guint i = 0; i < self->layers->len; i++)
    {
      const Layer *layer = get_layer (self, i);
      double sum = 0.0;

      for (gsize u = 0; u < layer->n; u++)
        sum += layer->units[u];
      g_string_append_printf (text, "%s %s %.3g, %zu of %zu %ss dead", i > 0 ? ";" : "",
                              layer->name, layer->n > 0 ? sum / (double)layer->n : (double)NAN,
                              layer->n_dead, layer->n, self->what);
    }
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static void
kappa_units_figure_class_init (KappaUnitsFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_units_figure_finalize;
  figure_class->update = kappa_units_figure_update;
  figure_class->draw = kappa_units_figure_draw;
  figure_class->probe = kappa_units_figure_probe;
  figure_class->list_quantities = kappa_units_figure_list_quantities;
  figure_class->describe = kappa_units_figure_describe;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_units_figure_init (KappaUnitsFigure *self)
{
  self->layers = g_array_new (FALSE, FALSE, sizeof (Layer));
  g_array_set_clear_func (self->layers, layer_clear);
  self->what = g_strdup ("unit");
}

/**
 * kappa_units_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_units_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_UNITS_FIGURE, NULL);
}

/**
 * kappa_units_figure_get_name:
 * @layer: the y coordinate of a probe
 *
 * Returns: (transfer none) (nullable): the layer's name
 */
const char *
kappa_units_figure_get_name (KappaUnitsFigure *self, guint layer)
{
  return layer < self->layers->len ? get_layer (self, layer)->name : NULL;
}
