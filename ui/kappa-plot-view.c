#include "ui/kappa-plot-view-private.h"

#include <math.h>

#include "ui/kappa-texture.h"
#include "ui/kappa-widget-theme.h"
#include "ui/plot/export.h"

/**
 * KappaPlotView:
 *
 * Shows a #KappaFigure. The figure is drawn once, at device pixels, and kept as a texture; the
 * linked cursor is drawn over it, so that moving the pointer costs the same for any amount of data.
 *
 * Dragging moves or turns, Shift with dragging zooms to a box, the wheel zooms at the pointer, a
 * double click fits. Arrows move the cursor, or turn a surface; with Ctrl the other of the two.
 */
G_DEFINE_FINAL_TYPE (KappaPlotView, kappa_plot_view, GTK_TYPE_WIDGET)

enum
{
  PROP_FIGURE = 1,
  PROP_LABEL,
  PROP_READOUT,
  N_PROPS
};

enum
{
  CURSOR_MOVED,
  PICKED,
  N_SIGNALS
};

#define MAX_HISTORY 100

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
draw_again (KappaPlotView *self)
{
  g_clear_object (&self->texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
describe_cb (gpointer data)
{
  KappaPlotView *self = data;
  g_autofree char *text
      = self->figure != NULL ? kappa_figure_describe (self->figure) : g_strdup ("");

  self->describe_source = 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  return G_SOURCE_REMOVE;
}

/* Describing reads all the data, which a figure that fills in would otherwise have done ten times a
 * second. */
static void
describe_soon (KappaPlotView *self)
{
  if (self->describe_source == 0)
    self->describe_source = g_timeout_add (500, describe_cb, self);
}

static void
figure_changed_cb (KappaPlotView *self)
{
  draw_again (self);
  describe_soon (self);
}

static cairo_surface_t *
render (KappaPlotView *self, int width, int height, int scale)
{
  KappaTheme theme;

  kappa_widget_init_theme (GTK_WIDGET (self), &theme);
  return kappa_figure_render (self->figure, width, height, scale, &theme);
}

static void
ensure_texture (KappaPlotView *self, int width, int height)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  gboolean fits = self->texture_width == width && self->texture_height == height
                  && self->texture_scale == scale;

  if (self->texture != NULL && fits)
    return;
  g_clear_object (&self->texture);
  self->texture = kappa_texture_take_surface (render (self, width, height, scale));
  self->texture_width = width;
  self->texture_height = height;
  self->texture_scale = scale;
}

/* What the cursor covers, so that the renderer need not lift the whole widget to show it. */
static gboolean
measure_cursor (KappaPlotView *self,
                const KappaTheme *theme,
                int width,
                int height,
                graphene_rect_t *area)
{
  const cairo_rectangle_t all = { 0.0, 0.0, width, height };
  cairo_surface_t *recording = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &all);
  cairo_t *cr = cairo_create (recording);
  double x, y, w, h;

  kappa_figure_draw_cursor (self->figure, cr, width, height, theme);
  cairo_destroy (cr);
  cairo_recording_surface_ink_extents (recording, &x, &y, &w, &h);
  cairo_surface_destroy (recording);
  graphene_rect_init (area, (float)x - 1.0f, (float)y - 1.0f, (float)w + 2.0f, (float)h + 2.0f);
  return w > 0.0 && h > 0.0;
}

static void
snapshot_cursor (KappaPlotView *self, GtkSnapshot *snapshot, int width, int height)
{
  graphene_rect_t area;
  KappaTheme theme;
  cairo_t *cr;

  kappa_widget_init_theme (GTK_WIDGET (self), &theme);
  if (!measure_cursor (self, &theme, width, height, &area))
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &area);
  kappa_figure_draw_cursor (self->figure, cr, width, height, &theme);
  cairo_destroy (cr);
}

static void
snapshot_box (KappaPlotView *self, GtkSnapshot *snapshot)
{
  const float border[4] = { 1.0f, 1.0f, 1.0f, 1.0f };
  KappaTheme theme;
  GskRoundedRect box;
  GdkRGBA line, fill;

  kappa_widget_init_theme (GTK_WIDGET (self), &theme);
  line = (GdkRGBA) { (float)theme.accent.red, (float)theme.accent.green, (float)theme.accent.blue,
                     1.0f };
  fill = line;
  fill.alpha = 0.15f;
  gsk_rounded_rect_init_from_rect (&box,
                                   &GRAPHENE_RECT_INIT ((float)self->box_x, (float)self->box_y,
                                                        (float)self->box_width,
                                                        (float)self->box_height),
                                   0.0f);
  gtk_snapshot_append_color (snapshot, &fill, &box.bounds);
  gtk_snapshot_append_border (snapshot, &box, border, (GdkRGBA[4]) { line, line, line, line });
}

static void
kappa_plot_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (self->figure == NULL || width <= 0 || height <= 0)
    return;
  ensure_texture (self, width, height);
  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture,
                                 &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float)width, (float)height));
  if (self->cursor_shown)
    snapshot_cursor (self, snapshot, width, height);
  if (self->box_shown)
    snapshot_box (self, snapshot);
}

static void
kappa_plot_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);
  double aspect = self->figure != NULL ? kappa_figure_get_aspect (self->figure) : 4.0 / 3.0;
  const int least = 120, comfortable = 240;

  *minimum = least;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = (int)(comfortable * aspect);
  else
    *natural = comfortable;
  *natural = MAX (*natural, least);
}

static void
kappa_plot_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (kappa_plot_view_parent_class)->css_changed (widget, change);
  draw_again (KAPPA_PLOT_VIEW (widget));
}

/**
 * kappa_plot_view_set_cursor:
 * @shown: whether there is a cursor
 * @x, @y: where, in data coordinates
 *
 * Moves the linked cursor without telling anyone: this is how a linked view follows another.
 */
void
kappa_plot_view_set_cursor (KappaPlotView *self, gboolean shown, double x, double y)
{
  g_return_if_fail (KAPPA_IS_PLOT_VIEW (self));

  self->cursor_shown = shown;
  self->cursor_x = x;
  self->cursor_y = y;
  if (self->figure == NULL)
    return;
  if (shown)
    kappa_figure_set_cursor (self->figure, x, y);
  else
    kappa_figure_clear_cursor (self->figure);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_readout (KappaPlotView *self, const char *text)
{
  if (g_strcmp0 (self->readout, text) == 0)
    return;
  g_free (self->readout);
  self->readout = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READOUT]);
}

static void
place_cursor (KappaPlotView *self, gboolean shown, double x, double y, const char *readout)
{
  kappa_plot_view_set_cursor (self, shown, x, y);
  set_readout (self, readout);
  g_signal_emit (self, signals[CURSOR_MOVED], 0, shown, x, y);
}

/* Puts the cursor on the data at a place in the widget. Returns whether there are any. */
gboolean
kappa_plot_view_probe (KappaPlotView *self, double x, double y, gboolean by_keyboard)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)),
      height = gtk_widget_get_height (GTK_WIDGET (self));
  KappaProbe probe;
  gboolean found;

  if (self->figure == NULL)
    return FALSE;
  found = kappa_figure_probe (self->figure, x, y, width, height, &probe);
  if (found)
    {
      self->cursor_by_keyboard = by_keyboard;
      place_cursor (self, TRUE, probe.x, probe.y, probe.text);
    }
  kappa_probe_clear (&probe);
  return found;
}

void
kappa_plot_view_drop_cursor (KappaPlotView *self)
{
  if (self->cursor_shown)
    place_cursor (self, FALSE, 0.0, 0.0, NULL);
}

void
kappa_plot_view_pick (KappaPlotView *self, double x, double y)
{
  if (kappa_plot_view_probe (self, x, y, TRUE))
    g_signal_emit (self, signals[PICKED], 0, self->cursor_x, self->cursor_y);
}

gboolean
kappa_plot_view_has_option (KappaPlotView *self, const char *name)
{
  return self->figure != NULL
         && g_object_class_find_property (G_OBJECT_GET_CLASS (self->figure), name) != NULL;
}

static void
push_view (GPtrArray *views, const char *view)
{
  if (views->len > 0 && g_str_equal (g_ptr_array_index (views, views->len - 1), view))
    return;
  if (views->len >= MAX_HISTORY)
    g_ptr_array_remove_index (views, 0);
  g_ptr_array_add (views, g_strdup (view));
}

/* A figure of several kinds is a surface while its view is. */
gboolean
kappa_plot_view_is_surface (KappaPlotView *self)
{
  g_autofree char *view = NULL;

  if (!kappa_plot_view_has_option (self, "azimuth"))
    return FALSE;
  view = kappa_figure_dup_text (self->figure, "view");
  return view == NULL || g_str_equal (view, "surface");
}

static void
kappa_plot_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);

  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

/* Keeps the view as it is now, so that what follows can be undone. */
void
kappa_plot_view_remember (KappaPlotView *self)
{
  g_autofree char *view = self->figure != NULL ? kappa_figure_dup_view (self->figure) : NULL;

  if (view == NULL)
    return;
  push_view (self->undo, view);
  g_ptr_array_set_size (self->redo, 0);
}

/**
 * kappa_plot_view_step_history:
 * @step: -1 for the view before, 1 for the one after
 *
 * Returns: whether there was one
 */
gboolean
kappa_plot_view_step_history (KappaPlotView *self, int step)
{
  GPtrArray *from = step < 0 ? self->undo : self->redo, *to = step < 0 ? self->redo : self->undo;
  g_autofree char *view = self->figure != NULL ? kappa_figure_dup_view (self->figure) : NULL;

  /* A gesture that changed nothing has left the view as it is: that is no step. */
  while (view != NULL && from->len > 0)
    {
      g_autofree char *other = g_ptr_array_steal_index (from, from->len - 1);

      if (g_str_equal (other, view))
        continue;
      push_view (to, view);
      return kappa_figure_set_view (self->figure, other, NULL);
    }
  return FALSE;
}

static void
reset_option (KappaFigure *figure, const char *name)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (figure), name);
  g_auto (GValue) value = G_VALUE_INIT;

  if (spec == NULL)
    return;
  if (spec->value_type == KAPPA_TYPE_LIMITS)
    {
      kappa_figure_set_text (figure, name, "auto", NULL);
      return;
    }
  g_value_init (&value, spec->value_type);
  g_param_value_set_default (spec, &value);
  g_object_set_property (G_OBJECT (figure), name, &value);
}

/**
 * kappa_plot_view_fit:
 *
 * Shows all of the data from where the figure is seen at first; scale, colours and limits stay.
 */
void
kappa_plot_view_fit (KappaPlotView *self)
{
  static const char *const names[] = { "x-range", "y-range", "zoom", "azimuth", "elevation" };

  if (self->figure == NULL)
    return;
  kappa_plot_view_remember (self);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    reset_option (self->figure, names[i]);
}

/**
 * kappa_plot_view_set_figure:
 * @figure: (nullable): shared with whoever updates it
 */
void
kappa_plot_view_set_figure (KappaPlotView *self, KappaFigure *figure)
{
  g_return_if_fail (KAPPA_IS_PLOT_VIEW (self));

  if (self->figure == figure)
    return;
  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_set_object (&self->figure, figure);
  if (figure != NULL)
    g_signal_connect_object (figure, "changed", G_CALLBACK (figure_changed_cb), self,
                             G_CONNECT_SWAPPED);
  self->cursor_shown = FALSE;
  set_readout (self, NULL);
  g_ptr_array_set_size (self->undo, 0);
  g_ptr_array_set_size (self->redo, 0);
  figure_changed_cb (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FIGURE]);
}

KappaFigure *
kappa_plot_view_get_figure (KappaPlotView *self)
{
  return self->figure;
}

/**
 * kappa_plot_view_get_readout:
 *
 * Returns: (transfer none) (nullable): what the cursor is on, lines separated by newlines
 */
const char *
kappa_plot_view_get_readout (KappaPlotView *self)
{
  return self->readout;
}

static void
set_label (KappaPlotView *self, const char *label)
{
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label != NULL ? label : "", -1);
}

static void
kappa_plot_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (object);

  if (id == PROP_FIGURE)
    g_value_set_object (value, self->figure);
  else if (id == PROP_LABEL)
    g_value_set_string (value, self->label);
  else if (id == PROP_READOUT)
    g_value_set_string (value, self->readout);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_plot_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (object);

  if (id == PROP_FIGURE)
    kappa_plot_view_set_figure (self, g_value_get_object (value));
  else if (id == PROP_LABEL)
    set_label (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_plot_view_dispose (GObject *object)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (object);

  g_clear_handle_id (&self->describe_source, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_clear_object (&self->figure);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (kappa_plot_view_parent_class)->dispose (object);
}

static void
kappa_plot_view_finalize (GObject *object)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (object);

  g_free (self->label);
  g_free (self->readout);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  G_OBJECT_CLASS (kappa_plot_view_parent_class)->finalize (object);
}

static void
init_signals (void)
{
  /**
   * KappaPlotView::cursor-moved:
   * @shown: whether there is a cursor
   * @x, @y: where, in data coordinates
   */
  signals[CURSOR_MOVED]
      = g_signal_new ("cursor-moved", KAPPA_TYPE_PLOT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, G_TYPE_BOOLEAN, G_TYPE_DOUBLE, G_TYPE_DOUBLE);

  /**
   * KappaPlotView::picked:
   * @x, @y: what was clicked, in data coordinates
   */
  signals[PICKED] = g_signal_new ("picked", KAPPA_TYPE_PLOT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
kappa_plot_view_class_init (KappaPlotViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = kappa_plot_view_get_property;
  object_class->set_property = kappa_plot_view_set_property;
  object_class->dispose = kappa_plot_view_dispose;
  object_class->finalize = kappa_plot_view_finalize;
  widget_class->snapshot = kappa_plot_view_snapshot;
  widget_class->measure = kappa_plot_view_measure;
  widget_class->size_allocate = kappa_plot_view_size_allocate;
  widget_class->css_changed = kappa_plot_view_css_changed;

  props[PROP_FIGURE] = g_param_spec_object ("figure", NULL, NULL, KAPPA_TYPE_FIGURE, flags);
  props[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  props[PROP_READOUT]
      = g_param_spec_string ("readout", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  init_signals ();

  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  kappa_plot_view_class_init_input (widget_class);
}

static void
kappa_plot_view_init (KappaPlotView *self)
{
  self->undo = g_ptr_array_new_with_free_func (g_free);
  self->redo = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (draw_again), NULL);
  kappa_plot_view_init_input (self);
}

GtkWidget *
kappa_plot_view_new (void)
{
  return g_object_new (KAPPA_TYPE_PLOT_VIEW, NULL);
}
