#include "ui/kappa-network-view.h"

#include <math.h>

#include "ui/kappa-texture.h"
#include "ui/kappa-widget-theme.h"
#include "ui/plot/export.h"

/**
 * KappaNetworkView:
 *
 * A network to walk through. Dragging moves it, the wheel zooms at the pointer, a click selects, a
 * double click or the sign in a corner opens and closes. Arrows follow the connections, Enter opens
 * and closes, plus, minus and 0 zoom and fit, arrows with Ctrl move.
 */
struct _KappaNetworkView
{
  GtkWidget parent_instance;

  KappaNetworkFigure *figure;
  GdkTexture *texture; /* of the figure, at device pixels */
  int texture_width, texture_height, texture_scale;
  char *readout;
  double pointer_x, pointer_y;
  double dragged_x, dragged_y;
  double pinched;
};

G_DEFINE_FINAL_TYPE (KappaNetworkView, kappa_network_view, GTK_TYPE_WIDGET)

enum
{
  PROP_READOUT = 1,
  N_PROPS
};

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

#define ZOOM_STEP 1.25
#define PAN_STEP  60.0

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static int
width_of (KappaNetworkView *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self));
}

static int
height_of (KappaNetworkView *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self));
}

static void
draw_again (KappaNetworkView *self)
{
  g_clear_object (&self->texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
describe (KappaNetworkView *self)
{
  g_autofree char *text
      = self->figure != NULL ? kappa_figure_describe (KAPPA_FIGURE (self->figure)) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
ensure_texture (KappaNetworkView *self, int width, int height)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  KappaTheme theme;

  if (self->texture != NULL && self->texture_width == width && self->texture_height == height
      && self->texture_scale == scale)
    return;
  kappa_widget_init_theme (GTK_WIDGET (self), &theme);
  g_clear_object (&self->texture);
  self->texture = kappa_texture_take_surface (
      kappa_figure_render (KAPPA_FIGURE (self->figure), width, height, scale, &theme));
  self->texture_width = width;
  self->texture_height = height;
  self->texture_scale = scale;
}

static void
kappa_network_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);
  int width = width_of (self), height = height_of (self);

  if (self->figure == NULL || width <= 0 || height <= 0)
    return;
  ensure_texture (self, width, height);
  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture,
                                 &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float)width, (float)height));
}

static void
kappa_network_view_measure (GtkWidget *widget,
                            GtkOrientation orientation,
                            int for_size,
                            int *minimum,
                            int *natural,
                            int *minimum_baseline,
                            int *natural_baseline)
{
  *minimum = 160;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 360 : 480;
}

static void
kappa_network_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (kappa_network_view_parent_class)->css_changed (widget, change);
  draw_again (KAPPA_NETWORK_VIEW (widget));
}

static void
set_readout (KappaNetworkView *self, const char *text)
{
  if (g_strcmp0 (self->readout, text) == 0)
    return;
  g_free (self->readout);
  self->readout = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READOUT]);
}

/* What is under the pointer, else what is selected. */
static void
read_out (KappaNetworkView *self)
{
  KappaProbe probe = { 0 };
  g_autofree char *selected = NULL;
  guint block;

  if (self->figure == NULL)
    {
      set_readout (self, NULL);
      return;
    }
  block = kappa_network_figure_get_selected (self->figure);
  if (block != KAPPA_BLOCK_NONE)
    selected = kappa_network_figure_tell (self->figure, block);
  if (self->pointer_x >= 0.0)
    kappa_figure_probe (KAPPA_FIGURE (self->figure), self->pointer_x, self->pointer_y,
                        width_of (self), height_of (self), &probe);
  set_readout (self, probe.text != NULL ? probe.text : selected);
  kappa_probe_clear (&probe);
}

static void
chosen (KappaNetworkView *self)
{
  self->pointer_x = -1.0;
  kappa_network_figure_show_selected (self->figure, width_of (self), height_of (self));
  read_out (self);
  describe (self);
  g_signal_emit (self, signals[SELECTED], 0, kappa_network_figure_get_selected (self->figure));
}

static void
toggle (KappaNetworkView *self, guint block)
{
  kappa_network_figure_set_expanded (self->figure, block,
                                     !kappa_network_figure_get_expanded (self->figure, block));
  describe (self);
}

static gboolean
is_group (KappaNetworkView *self, guint block)
{
  return kappa_blocks_get (kappa_network_figure_get_blocks (self->figure), block)->children != NULL;
}

static void
activate (KappaNetworkView *self, guint block)
{
  if (is_group (self, block))
    toggle (self, block);
  else
    g_signal_emit (self, signals[ACTIVATED], 0, block);
}

static void
motion_cb (KappaNetworkView *self, double x, double y)
{
  gboolean on_button = FALSE;

  self->pointer_x = x;
  self->pointer_y = y;
  if (self->figure == NULL)
    return;
  kappa_network_figure_find_at (self->figure, x, y, width_of (self), height_of (self), &on_button);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), on_button ? "pointer" : NULL);
  read_out (self);
}

static void
leave_cb (KappaNetworkView *self)
{
  self->pointer_x = -1.0;
  read_out (self);
}

static void
zoom_at (KappaNetworkView *self, double factor, double x, double y)
{
  if (self->figure != NULL)
    kappa_figure_zoom (KAPPA_FIGURE (self->figure), factor, x, y, width_of (self),
                       height_of (self));
}

static void
pan_by (KappaNetworkView *self, double dx, double dy)
{
  if (self->figure != NULL)
    kappa_figure_pan (KAPPA_FIGURE (self->figure), dx, dy, width_of (self), height_of (self));
}

/* A wheel zooms; a touchpad moves, and zooms with Ctrl or a pinch. */
static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, KappaNetworkView *self)
{
  const gboolean notches = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;
  const GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if (self->figure == NULL)
    return GDK_EVENT_PROPAGATE;
  if ((state & GDK_SHIFT_MASK) != 0)
    pan_by (self, -(dx + dy) * (notches ? PAN_STEP : 1.0), 0.0);
  else if (notches || (state & GDK_CONTROL_MASK) != 0)
    zoom_at (self, pow (ZOOM_STEP, notches ? -dy : -dy / 40.0), self->pointer_x, self->pointer_y);
  else
    pan_by (self, -dx, -dy);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (KappaNetworkView *self)
{
  self->pinched = 1.0;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, KappaNetworkView *self)
{
  double x, y;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  zoom_at (self, scale / self->pinched, x, y);
  self->pinched = scale;
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, KappaNetworkView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->dragged_x = self->dragged_y = 0.0;
}

/* A trembling click is no drag. */
static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, KappaNetworkView *self)
{
  if (self->dragged_x == 0.0 && self->dragged_y == 0.0 && hypot (dx, dy) < 4.0)
    return;
  pan_by (self, dx - self->dragged_x, dy - self->dragged_y);
  self->dragged_x = dx;
  self->dragged_y = dy;
}

static void
click_cb (GtkGestureClick *click, int n, double x, double y, KappaNetworkView *self)
{
  gboolean on_button;
  guint block;

  if (self->figure == NULL || self->dragged_x != 0.0 || self->dragged_y != 0.0)
    return;
  block = kappa_network_figure_find_at (self->figure, x, y, width_of (self), height_of (self),
                                        &on_button);
  if (block == KAPPA_BLOCK_NONE)
    return;
  if (on_button)
    {
      if (n == 1)
        toggle (self, block);
      return;
    }
  if (n == 2)
    {
      activate (self, block);
      return;
    }
  kappa_network_figure_set_selected (self->figure, block);
  chosen (self);
}

static gboolean
arrow_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);
  static const int directions[][2] = { { 0, 1 }, { 0, -1 }, { 1, 0 }, { -1, 0 } };
  int direction;
  gboolean moves;

  g_variant_get (arguments, "(ib)", &direction, &moves);
  if (self->figure == NULL)
    return FALSE;
  if (moves)
    pan_by (self, directions[direction][0] * PAN_STEP, directions[direction][1] * PAN_STEP);
  else
    {
      kappa_network_figure_step (self->figure, (KappaDirection)direction);
      chosen (self);
    }
  return TRUE;
}

static gboolean
zoom_key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);

  zoom_at (self, g_variant_get_boolean (arguments) ? ZOOM_STEP : 1.0 / ZOOM_STEP,
           width_of (self) / 2.0, height_of (self) / 2.0);
  return TRUE;
}

static gboolean
enter_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);
  guint block
      = self->figure != NULL ? kappa_network_figure_get_selected (self->figure) : KAPPA_BLOCK_NONE;

  if (block == KAPPA_BLOCK_NONE)
    return FALSE;
  activate (self, block);
  kappa_network_figure_show_selected (self->figure, width_of (self), height_of (self));
  return TRUE;
}

/* Closes what the selected block is in, and selects that. */
static gboolean
close_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);
  guint block
      = self->figure != NULL ? kappa_network_figure_get_selected (self->figure) : KAPPA_BLOCK_NONE;
  guint parent;

  if (block == KAPPA_BLOCK_NONE)
    return FALSE;
  parent = kappa_blocks_get (kappa_network_figure_get_blocks (self->figure), block)->parent;
  if (parent == 0 || parent == KAPPA_BLOCK_NONE)
    return FALSE;
  kappa_network_figure_set_selected (self->figure, parent);
  kappa_network_figure_set_expanded (self->figure, parent, FALSE);
  chosen (self);
  return TRUE;
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (widget);

  if (self->figure == NULL)
    return;
  if (g_str_equal (action, "network.fit"))
    kappa_network_figure_fit (self->figure);
  else
    kappa_network_figure_expand_all (self->figure, g_str_equal (action, "network.open-all"));
}

static void
bind_keys (GtkWidgetClass *klass)
{
  static const guint arrows[][2] = { { GDK_KEY_Up, GDK_KEY_KP_Up },
                                     { GDK_KEY_Down, GDK_KEY_KP_Down },
                                     { GDK_KEY_Left, GDK_KEY_KP_Left },
                                     { GDK_KEY_Right, GDK_KEY_KP_Right } };
  static const guint nearer[] = { GDK_KEY_plus, GDK_KEY_equal, GDK_KEY_KP_Add };
  static const guint farther[] = { GDK_KEY_minus, GDK_KEY_KP_Subtract };
  static const guint enters[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_space };
  static const guint fits[] = { GDK_KEY_0, GDK_KEY_KP_0, GDK_KEY_Home };

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    for (guint k = 0; k < 2; k++)
      {
        gtk_widget_class_add_binding (klass, arrows[i][k], 0, arrow_cb, "(ib)", (int)i, FALSE);
        gtk_widget_class_add_binding (klass, arrows[i][k], GDK_CONTROL_MASK, arrow_cb, "(ib)",
                                      (int)i, TRUE);
      }
  for (guint i = 0; i < G_N_ELEMENTS (nearer); i++)
    gtk_widget_class_add_binding (klass, nearer[i], 0, zoom_key_cb, "b", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (farther); i++)
    gtk_widget_class_add_binding (klass, farther[i], 0, zoom_key_cb, "b", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (enters); i++)
    gtk_widget_class_add_binding (klass, enters[i], 0, enter_cb, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fits); i++)
    gtk_widget_class_add_binding_action (klass, fits[i], 0, "network.fit", NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_BackSpace, 0, close_cb, NULL);
}

static void
kappa_network_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_READOUT)
    g_value_set_string (value, KAPPA_NETWORK_VIEW (object)->readout);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_network_view_dispose (GObject *object)
{
  KappaNetworkView *self = KAPPA_NETWORK_VIEW (object);

  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_clear_object (&self->figure);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->readout, g_free);
  G_OBJECT_CLASS (kappa_network_view_parent_class)->dispose (object);
}

static void
kappa_network_view_class_init (KappaNetworkViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = kappa_network_view_get_property;
  object_class->dispose = kappa_network_view_dispose;
  widget_class->snapshot = kappa_network_view_snapshot;
  widget_class->measure = kappa_network_view_measure;
  widget_class->css_changed = kappa_network_view_css_changed;
  props[PROP_READOUT]
      = g_param_spec_string ("readout", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * KappaNetworkView::selected:
   * @block: what the user selected
   */
  signals[SELECTED] = g_signal_new ("selected", KAPPA_TYPE_NETWORK_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  /**
   * KappaNetworkView::activated:
   * @block: a leaf the user wants to see more of
   */
  signals[ACTIVATED] = g_signal_new ("activated", KAPPA_TYPE_NETWORK_VIEW, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_install_action (widget_class, "network.fit", NULL, action_cb);
  gtk_widget_class_install_action (widget_class, "network.open-all", NULL, action_cb);
  gtk_widget_class_install_action (widget_class, "network.close-all", NULL, action_cb);
  bind_keys (widget_class);
}

static void
add_gestures (KappaNetworkView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new (),
             *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "released", G_CALLBACK (click_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
}

static void
kappa_network_view_init (KappaNetworkView *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  self->pointer_x = -1.0;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Blocks of the network", -1);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (draw_again), NULL);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  add_gestures (self);
}

GtkWidget *
kappa_network_view_new (void)
{
  return g_object_new (KAPPA_TYPE_NETWORK_VIEW, NULL);
}

/**
 * kappa_network_view_set_blocks:
 * @blocks: (nullable)
 */
void
kappa_network_view_set_blocks (KappaNetworkView *self, KappaBlocks *blocks)
{
  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_clear_object (&self->figure);
  if (blocks != NULL)
    {
      self->figure = KAPPA_NETWORK_FIGURE (kappa_network_figure_new (blocks));
      g_signal_connect_object (self->figure, "changed", G_CALLBACK (draw_again), self,
                               G_CONNECT_SWAPPED);
    }
  draw_again (self);
  read_out (self);
  describe (self);
}

/**
 * kappa_network_view_get_figure:
 *
 * Returns: (transfer none) (nullable): what is drawn, for its options and for export
 */
KappaNetworkFigure *
kappa_network_view_get_figure (KappaNetworkView *self)
{
  return self->figure;
}

/**
 * kappa_network_view_select:
 *
 * Selects a block, or the closed group it is in, and shows it. Nobody is told.
 */
void
kappa_network_view_select (KappaNetworkView *self, guint block)
{
  if (self->figure == NULL || block == KAPPA_BLOCK_NONE)
    return;
  kappa_network_figure_set_selected (self->figure,
                                     kappa_network_figure_get_visible (self->figure, block));
  kappa_network_figure_show_selected (self->figure, width_of (self), height_of (self));
  read_out (self);
}

/**
 * kappa_network_view_reveal:
 *
 * Opens what a block is in, selects it, and tells so.
 */
void
kappa_network_view_reveal (KappaNetworkView *self, guint block)
{
  if (self->figure == NULL || block == KAPPA_BLOCK_NONE)
    return;
  kappa_network_figure_reveal (self->figure, block);
  kappa_network_figure_set_selected (self->figure, block);
  chosen (self);
}

/**
 * kappa_network_view_get_readout:
 *
 * Returns: (transfer none) (nullable): what is known of the block under the pointer, or else of the
 *   selected one
 */
const char *
kappa_network_view_get_readout (KappaNetworkView *self)
{
  return self->readout;
}
