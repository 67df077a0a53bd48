#include "ui/kappa-figure-grid.h"

/**
 * KappaFigureGrid:
 *
 * A large figure and smaller ones about the same data, beside it or below it, whichever leaves them
 * more room. They share one cursor: where it is on one, it is on all.
 */
struct _KappaFigureGrid
{
  GtkWidget parent_instance;

  GPtrArray *views; /* of KappaPlotView */
  guint n;
  gboolean alone;
};

G_DEFINE_FINAL_TYPE (KappaFigureGrid, kappa_figure_grid, GTK_TYPE_WIDGET)

#define MAIN_SHARE 0.62
#define SPACING    6

static guint
count_shown (KappaFigureGrid *self)
{
  return self->alone ? MIN (self->n, 1) : self->n;
}

static double
aspect_of (KappaFigureGrid *self, guint index)
{
  KappaFigure *figure = kappa_plot_view_get_figure (self->views->pdata[index]);

  return figure != NULL ? kappa_figure_get_aspect (figure) : 4.0 / 3.0;
}

/* The area that a figure of its aspect would really use of a room. */
static double
used_area (double aspect, double width, double height)
{
  double used = MIN (width, height * aspect);

  return used * used / aspect;
}

static GdkRectangle
place (guint index, guint n, gboolean beside, int width, int height)
{
  int length = beside ? width : height, across = beside ? height : width;
  int large = n > 1 ? (int)((length - SPACING) * MAIN_SHARE) : length;
  int slots = (int)n - 1, slot = slots > 0 ? (across - SPACING * (slots - 1)) / slots : 0;
  int at = ((int)index - 1) * (slot + SPACING);

  if (index == 0)
    return beside ? (GdkRectangle) { 0, 0, large, height } : (GdkRectangle) { 0, 0, width, large };
  if (beside)
    return (GdkRectangle) { large + SPACING, at, width - large - SPACING, slot };
  return (GdkRectangle) { at, large + SPACING, slot, height - large - SPACING };
}

/* The large figure counts for what it is there for. */
static double
rate (KappaFigureGrid *self, guint n, gboolean beside, int width, int height)
{
  double sum = 0.0;

  for (guint i = 0; i < n; i++)
    {
      GdkRectangle room = place (i, n, beside, width, height);

      sum += (i == 0 ? 2.0 : 1.0) * used_area (aspect_of (self, i), room.width, room.height);
    }
  return sum;
}

static void
kappa_figure_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  KappaFigureGrid *self = KAPPA_FIGURE_GRID (widget);
  guint n = count_shown (self);
  gboolean beside = rate (self, n, TRUE, width, height) >= rate (self, n, FALSE, width, height);

  for (guint i = 0; i < n; i++)
    {
      GdkRectangle room = place (i, n, beside, width, height);

      gtk_widget_size_allocate (self->views->pdata[i], &room, -1);
    }
}

static void
kappa_figure_grid_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  KappaFigureGrid *self = KAPPA_FIGURE_GRID (widget);
  int most = 0, least;

  for (guint i = 0; i < self->views->len; i++)
    {
      gtk_widget_measure (self->views->pdata[i], orientation, -1, &least, NULL, NULL, NULL);
      most = MAX (most, least);
    }
  *minimum = count_shown (self) > 1 ? 2 * most + SPACING : most;
  *natural = MAX (*minimum, orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 480);
}

static void
cursor_moved_cb (KappaPlotView *view, gboolean shown, double x, double y, KappaFigureGrid *self)
{
  for (guint i = 0; i < self->views->len; i++)
    if (self->views->pdata[i] != view)
      kappa_plot_view_set_cursor (self->views->pdata[i], shown, x, y);
}

static void
show_views (KappaFigureGrid *self)
{
  for (guint i = 0; i < self->views->len; i++)
    gtk_widget_set_visible (self->views->pdata[i], i < count_shown (self));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
kappa_figure_grid_dispose (GObject *object)
{
  KappaFigureGrid *self = KAPPA_FIGURE_GRID (object);

  for (guint i = 0; i < self->views->len; i++)
    gtk_widget_unparent (self->views->pdata[i]);
  g_ptr_array_set_size (self->views, 0);
  G_OBJECT_CLASS (kappa_figure_grid_parent_class)->dispose (object);
}

static void
kappa_figure_grid_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_FIGURE_GRID (object)->views);
  G_OBJECT_CLASS (kappa_figure_grid_parent_class)->finalize (object);
}

static void
kappa_figure_grid_class_init (KappaFigureGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = kappa_figure_grid_dispose;
  object_class->finalize = kappa_figure_grid_finalize;
  widget_class->measure = kappa_figure_grid_measure;
  widget_class->size_allocate = kappa_figure_grid_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "figures");
}

static void
kappa_figure_grid_init (KappaFigureGrid *self)
{
  self->views = g_ptr_array_new ();
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
kappa_figure_grid_new (void)
{
  return g_object_new (KAPPA_TYPE_FIGURE_GRID, NULL);
}

/**
 * kappa_figure_grid_set_n:
 * @n: how many figures, the large one included
 */
void
kappa_figure_grid_set_n (KappaFigureGrid *self, guint n)
{
  while (self->views->len < n)
    {
      GtkWidget *view = kappa_plot_view_new ();

      gtk_widget_set_parent (view, GTK_WIDGET (self));
      g_signal_connect (view, "cursor-moved", G_CALLBACK (cursor_moved_cb), self);
      g_ptr_array_add (self->views, view);
    }
  self->n = n;
  show_views (self);
}

/**
 * kappa_figure_grid_set_alone:
 * @alone: whether the large figure has all the room
 */
void
kappa_figure_grid_set_alone (KappaFigureGrid *self, gboolean alone)
{
  self->alone = alone;
  show_views (self);
}

/**
 * kappa_figure_grid_get_view:
 *
 * Returns: (transfer none) (nullable): the view at that place, the large one at 0
 */
KappaPlotView *
kappa_figure_grid_get_view (KappaFigureGrid *self, guint index)
{
  return index < self->n ? self->views->pdata[index] : NULL;
}
