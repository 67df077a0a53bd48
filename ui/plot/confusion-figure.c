#include "ui/plot/confusion-figure.h"

#include <math.h>
#include <stddef.h>

#include "core/base/error.h"
#include "ui/plot/colorbar.h"
#include "ui/plot/table-columns.h"

#define GAP 0.4 /* lengths in letter sizes */
#define CAP 0.72

struct _KappaConfusionFigure
{
  KappaFigure parent_instance;

  KappaConfusionColors colors;
  gboolean log;
  KappaColormapKind colormap;

  gsize n;
  double *counts; /* n · n, true class by predicted class */
  double *totals; /* images of each true class */
  char **names;
};

G_DEFINE_FINAL_TYPE (KappaConfusionFigure, kappa_confusion_figure, KAPPA_TYPE_FIGURE)

/* @turned: names of columns are written upwards; @every: one name in so many is written */
typedef struct
{
  KappaRect grid, bar_area;
  KappaColorbar bar;
  gboolean turned, numbers;
  guint every;
  double names;
} Layout;

GType
kappa_confusion_colors_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_CONFUSION_SHARES, "KAPPA_CONFUSION_SHARES", "shares" },
        { KAPPA_CONFUSION_COUNTS, "KAPPA_CONFUSION_COUNTS", "counts" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaConfusionColors", values));
    }
  return type;
}

#define FIELD(name) offsetof (KappaConfusionFigure, name)

static const KappaFigureOption options[] = {
  { "colors", KAPPA_OPTION_ENUM, FIELD (colors), kappa_confusion_colors_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, FIELD (log) },
  { "colormap", KAPPA_OPTION_ENUM, FIELD (colormap), kappa_colormap_kind_get_type },
};

static void
forget (KappaConfusionFigure *self)
{
  g_clear_pointer (&self->counts, g_free);
  g_clear_pointer (&self->totals, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  self->n = 0;
}

static void
kappa_confusion_figure_finalize (GObject *object)
{
  forget (KAPPA_CONFUSION_FIGURE (object));
  G_OBJECT_CLASS (kappa_confusion_figure_parent_class)->finalize (object);
}

static void
take_names (KappaConfusionFigure *self, KappaResult *result)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "classes");
  int name = kappa_table_find_text (table, "name"),
      number = kappa_table_find_number (table, "class");

  self->names = g_new0 (char *, self->n + 1);
  for (gsize i = 0; i < self->n; i++)
    self->names[i] = g_strdup_printf ("%zu", i);
  for (gsize row = 0; name >= 0 && number >= 0 && row < table->n_rows; row++)
    {
      double class = table->numbers[number][row];

      if (!(class >= 0.0 && class < (double)self->n))
        continue;
      g_free (self->names[(gsize) class]);
      self->names[(gsize) class] = g_strdup (table->texts[name][row]);
    }
}

static gboolean
kappa_confusion_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaConfusionFigure *self = KAPPA_CONFUSION_FIGURE (figure);
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, "confusion");

  if (array == NULL || array->rank != 2 || array->dims[0] != array->dims[1] || array->dims[0] == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no confusion matrix: it needs images with labels, and an array "
                   "“confusion” of true by predicted class");
      return FALSE;
    }
  forget (self);
  self->n = array->dims[0];
  self->counts = g_new (double, self->n * self->n);
  self->totals = g_new0 (double, self->n);
  for (gsize i = 0; i < self->n * self->n; i++)
    {
      self->counts[i] = array->present[i] && isfinite (array->values[i]) ? array->values[i] : 0.0;
      self->totals[i / self->n] += self->counts[i];
    }
  take_names (self, result);
  return TRUE;
}

static double
get_color_value (KappaConfusionFigure *self, gsize i, gsize j)
{
  double count = self->counts[i * self->n + j];

  if (self->colors == KAPPA_CONFUSION_COUNTS)
    return count;
  return self->totals[i] > 0.0 ? count / self->totals[i] : 0.0;
}

static void
prepare_bar (KappaConfusionFigure *self, KappaColorbar *bar)
{
  static const char *const titles[2][2]
      = { { "share", "share, log" }, { "images", "images, log" } };
  double high = 0.0, low = (double)INFINITY;

  for (gsize i = 0; i < self->n; i++)
    for (gsize j = 0; j < self->n; j++)
      {
        double value = get_color_value (self, i, j);

        high = MAX (high, value);
        low = value > 0.0 ? MIN (low, value) : low;
      }
  if (self->colors == KAPPA_CONFUSION_SHARES)
    high = 1.0;
  *bar = (KappaColorbar) { .map = self->colormap, .title = titles[self->colors][self->log] };
  kappa_axis_init (&bar->axis, self->log ? KAPPA_SCALE_LOG : KAPPA_SCALE_LINEAR,
                   self->log ? low : 0.0, high);
}

static double
widest_name (KappaConfusionFigure *self, KappaPen *pen)
{
  double widest = 0.0;

  for (gsize i = 0; i < self->n; i++)
    widest = MAX (widest, kappa_pen_measure (pen, self->names[i], KAPPA_TEXT_BODY));
  return widest;
}

static double
widest_number (KappaConfusionFigure *self, KappaPen *pen)
{
  double highest = 0.0;
  g_autofree char *text = NULL;

  for (gsize i = 0; i < self->n * self->n; i++)
    highest = MAX (highest, self->counts[i]);
  text = kappa_format_count ((gsize)highest);
  return kappa_pen_measure (pen, text, KAPPA_TEXT_SMALL);
}

static void
lay_out (KappaConfusionFigure *self, KappaPen *pen, const KappaRect *body, Layout *layout)
{
  double widest = MIN (widest_name (self, pen), 0.25 * body->width),
         title = (CAP + 2.0 * GAP) * pen->em, bar, cell, below;

  *layout = (Layout) { .names = widest };
  prepare_bar (self, &layout->bar);
  bar = kappa_colorbar_measure (&layout->bar, pen, body->height);
  layout->grid
      = (KappaRect) { body->x + title + widest + GAP * pen->em, body->y + 0.3 * pen->em, 0.0, 0.0 };
  layout->grid.width = MAX (body->x + body->width - bar - 0.9 * pen->em - layout->grid.x, pen->em);
  cell = layout->grid.width / (double)self->n;
  layout->turned = widest > cell - 0.6 * pen->em;
  below = (layout->turned ? widest : CAP * pen->em) + GAP * pen->em + title;
  layout->grid.height = MAX (body->height - below - 0.3 * pen->em, pen->em);
  cell = MIN (cell, layout->grid.height / (double)self->n);
  layout->every = (guint)MAX (ceil (1.2 * pen->em / cell), 1.0);
  layout->numbers
      = cell > 1.2 * pen->em
        && layout->grid.width / (double)self->n > widest_number (self, pen) + 0.4 * pen->em;
  layout->bar_area = (KappaRect) { body->x + body->width - bar, body->y, bar,
                                   layout->grid.y + layout->grid.height + 0.5 * pen->em - body->y };
}

static KappaRect
get_cell (KappaConfusionFigure *self, const Layout *layout, gsize i, gsize j)
{
  double width = layout->grid.width / (double)self->n,
         height = layout->grid.height / (double)self->n;

  return (KappaRect) { layout->grid.x + (double)j * width, layout->grid.y + (double)i * height,
                       width, height };
}

/* Empty cells stay paper. */
static void
draw_cell (KappaConfusionFigure *self, KappaPen *pen, const Layout *layout, gsize i, gsize j)
{
  KappaRect cell = get_cell (self, layout, i, j);
  double value = get_color_value (self, i, j);
  KappaColor color
      = kappa_colorbar_get_color (&layout->bar, kappa_axis_place (&layout->bar.axis, value));
  g_autofree char *text = NULL;
  gboolean dark;

  if (value <= 0.0)
    return;
  cairo_rectangle (pen->cr, cell.x, cell.y, cell.width, cell.height);
  kappa_pen_set_color (pen, &color);
  cairo_set_antialias (pen->cr, CAIRO_ANTIALIAS_NONE);
  cairo_fill (pen->cr);
  cairo_set_antialias (pen->cr, CAIRO_ANTIALIAS_DEFAULT);
  if (!layout->numbers)
    return;
  dark = kappa_color_get_lightness (&color) < 0.62;
  text = kappa_format_count ((gsize)self->counts[i * self->n + j]);
  kappa_pen_text (pen, text, KAPPA_TEXT_SMALL, &(KappaColor) { dark, dark, dark, 1.0 },
                  cell.x + 0.5 * cell.width, cell.y + 0.5 * cell.height, 0.5, 0.5);
}

/* Paper between the cells, while there is room for it. */
static void
draw_gaps (KappaConfusionFigure *self, KappaPen *pen, const Layout *layout)
{
  const KappaRect *grid = &layout->grid;

  for (gsize i = 1; i < self->n && layout->every == 1; i++)
    {
      KappaRect cell = get_cell (self, layout, i, i);

      cairo_move_to (pen->cr, cell.x, grid->y);
      cairo_line_to (pen->cr, cell.x, grid->y + grid->height);
      cairo_move_to (pen->cr, grid->x, cell.y);
      cairo_line_to (pen->cr, grid->x + grid->width, cell.y);
    }
  kappa_pen_set_color (pen, &pen->theme->paper);
  cairo_set_line_width (pen->cr, 1.5 * pen->line);
  cairo_stroke (pen->cr);
}

static void
draw_names (KappaConfusionFigure *self, KappaPen *pen, const Layout *layout)
{
  const KappaRect *grid = &layout->grid;
  double bottom = grid->y + grid->height + GAP * pen->em;

  for (gsize i = 0; i < self->n; i += layout->every)
    {
      KappaRect cell = get_cell (self, layout, i, i);

      kappa_pen_text (pen, self->names[i], KAPPA_TEXT_BODY, &pen->theme->ink,
                      grid->x - GAP * pen->em, cell.y + 0.5 * cell.height, 1.0, 0.5);
      if (layout->turned)
        kappa_pen_text_turned (pen, self->names[i], KAPPA_TEXT_BODY, &pen->theme->ink,
                               cell.x + 0.5 * cell.width, bottom, 1.0, 0.5, -G_PI / 2.0);
      else
        kappa_pen_text (pen, self->names[i], KAPPA_TEXT_BODY, &pen->theme->ink,
                        cell.x + 0.5 * cell.width, bottom, 0.5, 0.0);
    }
  kappa_pen_text (
      pen, "predicted class", KAPPA_TEXT_BODY, &pen->theme->ink, grid->x + 0.5 * grid->width,
      bottom + (layout->turned ? layout->names : CAP * pen->em) + GAP * pen->em, 0.5, 0.0);
  kappa_pen_text_turned (pen, "true class", KAPPA_TEXT_BODY, &pen->theme->ink,
                         grid->x - layout->names - 2.0 * GAP * pen->em,
                         grid->y + 0.5 * grid->height, 0.5, 1.0, -G_PI / 2.0);
}

static void
kappa_confusion_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaConfusionFigure *self = KAPPA_CONFUSION_FIGURE (figure);
  const KappaRect *grid;
  Layout layout;

  if (self->n == 0)
    return;
  lay_out (self, pen, body, &layout);
  grid = &layout.grid;
  for (gsize i = 0; i < self->n; i++)
    for (gsize j = 0; j < self->n; j++)
      draw_cell (self, pen, &layout, i, j);
  draw_gaps (self, pen, &layout);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_rectangle (pen->cr, kappa_pen_snap_x (pen, grid->x), kappa_pen_snap_y (pen, grid->y),
                   grid->width, grid->height);
  cairo_stroke (pen->cr);
  draw_names (self, pen, &layout);
  kappa_colorbar_draw (&layout.bar, pen, &layout.bar_area);
}

static gboolean
kappa_confusion_figure_probe (KappaFigure *figure,
                              KappaPen *pen,
                              const KappaRect *body,
                              double x,
                              double y,
                              KappaProbe *probe)
{
  KappaConfusionFigure *self = KAPPA_CONFUSION_FIGURE (figure);
  g_autofree char *count = NULL;
  double column, row;
  Layout layout;
  gsize i, j;

  if (self->n == 0)
    return FALSE;
  lay_out (self, pen, body, &layout);
  column = (x - layout.grid.x) / layout.grid.width * (double)self->n;
  row = (y - layout.grid.y) / layout.grid.height * (double)self->n;
  if (!(column >= 0.0 && column < (double)self->n && row >= 0.0 && row < (double)self->n))
    return FALSE;
  i = (gsize)row;
  j = (gsize)column;
  probe->x = (double)j;
  probe->y = (double)i;
  probe->value = self->counts[i * self->n + j];
  count = kappa_format_count ((gsize)probe->value);
  probe->text = g_strdup_printf (
      "true %s, predicted %s\n%s images, %.3g %% of the true class", self->names[i], self->names[j],
      count, self->totals[i] > 0.0 ? 100.0 * probe->value / self->totals[i] : 0.0);
  return TRUE;
}

static char *
kappa_confusion_figure_describe (KappaFigure *figure)
{
  KappaConfusionFigure *self = KAPPA_CONFUSION_FIGURE (figure);
  double images = 0.0, right = 0.0, worst = 0.0;
  gsize at = 0;

  for (gsize i = 0; i < self->n * self->n; i++)
    {
      gboolean diagonal = i / self->n == i % self->n;

      images += self->counts[i];
      right += diagonal ? self->counts[i] : 0.0;
      if (!diagonal && self->counts[i] > worst)
        {
          worst = self->counts[i];
          at = i;
        }
    }
  if (worst == 0.0)
    return g_strdup_printf ("Confusion matrix of %zu classes: %.0f of %.0f images are right.",
                            self->n, right, images);
  return g_strdup_printf ("Confusion matrix of %zu classes: %.0f of %.0f images are right. The "
                          "commonest mistake takes %s for %s, "
                          "%.0f times.",
                          self->n, right, images, self->names[at / self->n],
                          self->names[at % self->n], worst);
}

static double
kappa_confusion_figure_get_aspect (KappaFigure *figure)
{
  return 1.15;
}

static void
kappa_confusion_figure_class_init (KappaConfusionFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_confusion_figure_finalize;
  figure_class->update = kappa_confusion_figure_update;
  figure_class->draw = kappa_confusion_figure_draw;
  figure_class->probe = kappa_confusion_figure_probe;
  figure_class->describe = kappa_confusion_figure_describe;
  figure_class->get_aspect = kappa_confusion_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_confusion_figure_init (KappaConfusionFigure *self)
{
}

/**
 * kappa_confusion_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_confusion_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_CONFUSION_FIGURE, NULL);
}
