#include <math.h>

#include "ui/kappa-plot-view-private.h"

/* Pointer, wheel and keys of a plot. Everything a pointer can do, a key can do. */

#define TURN_STEP   24.0 /* widget pixels of a drag that one arrow key stands for */
#define CURSOR_STEP 6.0  /* widget pixels to look further for the next value */
#define ZOOM_STEP   1.25

static int
width_of (KappaPlotView *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self));
}

static int
height_of (KappaPlotView *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self));
}

static void
zoom_at (KappaPlotView *self, double factor, double x, double y)
{
  if (self->figure == NULL)
    return;
  kappa_plot_view_remember (self);
  kappa_figure_zoom (self->figure, factor, x, y, width_of (self), height_of (self));
}

static void
pan_by (KappaPlotView *self, double dx, double dy)
{
  if (self->figure != NULL)
    kappa_figure_pan (self->figure, dx, dy, width_of (self), height_of (self));
}

static void
motion_cb (KappaPlotView *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (!kappa_plot_view_probe (self, x, y, FALSE))
    kappa_plot_view_drop_cursor (self);
}

static void
leave_cb (KappaPlotView *self)
{
  if (!self->cursor_by_keyboard)
    kappa_plot_view_drop_cursor (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, KappaPlotView *self)
{
  /* A wheel tells notches, a touchpad pixels. */
  gboolean notches = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;

  if (self->figure == NULL || KAPPA_FIGURE_GET_CLASS (self->figure)->zoom == NULL)
    return GDK_EVENT_PROPAGATE;
  zoom_at (self, pow (ZOOM_STEP, notches ? -dy : -dy / 40.0), self->pointer_x, self->pointer_y);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (KappaPlotView *self)
{
  self->pinched = 1.0;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, KappaPlotView *self)
{
  double x, y;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  zoom_at (self, scale / self->pinched, x, y);
  self->pinched = scale;
}

static gboolean
wants_box (GtkGestureDrag *drag, KappaPlotView *self)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag));

  return (state & GDK_SHIFT_MASK) != 0 && kappa_plot_view_has_option (self, "x-range")
         && !kappa_plot_view_is_surface (self);
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, KappaPlotView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->dragged_x = self->dragged_y = 0.0;
  self->box_shown = wants_box (drag, self);
  self->box_x = x;
  self->box_y = y;
  self->box_width = self->box_height = 0.0;
  kappa_plot_view_remember (self);
}

static void
stretch_box (KappaPlotView *self, GtkGestureDrag *drag, double dx, double dy)
{
  double x, y;

  gtk_gesture_drag_get_start_point (drag, &x, &y);
  self->box_x = MIN (x, x + dx);
  self->box_y = MIN (y, y + dy);
  self->box_width = fabs (dx);
  self->box_height = fabs (dy);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, KappaPlotView *self)
{
  if (self->box_shown)
    {
      stretch_box (self, drag, dx, dy);
      return;
    }
  pan_by (self, dx - self->dragged_x, dy - self->dragged_y);
  self->dragged_x = dx;
  self->dragged_y = dy;
}

static void
set_range (KappaPlotView *self, const char *name, double a, double b)
{
  KappaLimits limits = { MIN (a, b), MAX (a, b) };

  if (kappa_plot_view_has_option (self, name) && limits.low < limits.high)
    g_object_set (self->figure, name, &limits, NULL);
}

static void
zoom_to_box (KappaPlotView *self)
{
  int width = width_of (self), height = height_of (self);
  KappaProbe a, b;

  if (kappa_figure_probe (self->figure, self->box_x, self->box_y, width, height, &a)
      & kappa_figure_probe (self->figure, self->box_x + self->box_width,
                            self->box_y + self->box_height, width, height, &b))
    {
      set_range (self, "x-range", a.x, b.x);
      set_range (self, "y-range", a.y, b.y);
    }
  kappa_probe_clear (&a);
  kappa_probe_clear (&b);
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, KappaPlotView *self)
{
  const double least = 8.0; /* a box smaller than a fingertip was a click */

  if (self->box_shown && self->figure != NULL && self->box_width > least
      && self->box_height > least)
    zoom_to_box (self);
  self->box_shown = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
click_cb (GtkGestureClick *click, int n, double x, double y, KappaPlotView *self)
{
  if (n == 2)
    kappa_plot_view_fit (self);
  else if (hypot (self->dragged_x, self->dragged_y) < 3.0)
    kappa_plot_view_pick (self, x, y);
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) view = g_menu_new (), away = g_menu_new ();

  g_menu_append (view, "_Fit", "plot.fit");
  g_menu_append (view, "View _Before", "plot.undo");
  g_menu_append (view, "View _After", "plot.redo");
  g_menu_append (away, "Copy _Picture", "win.copy-picture");
  g_menu_append (away, "Copy _Table", "win.copy-data");
  g_menu_append (away, "Copy as _Command Line", "win.copy-command");
  g_menu_append (away, "_Export…", "win.export");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (away));
  return G_MENU_MODEL (menu);
}

static void
show_menu (KappaPlotView *self, double x, double y)
{
  g_autoptr (GMenuModel) model = NULL;

  if (self->menu == NULL)
    {
      model = make_menu ();
      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int)x, (int)y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_cb (GtkGestureClick *click, int n, double x, double y, KappaPlotView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  show_menu (self, x, y);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  show_menu (KAPPA_PLOT_VIEW (widget), gtk_widget_get_width (widget) / 2.0,
             gtk_widget_get_height (widget) / 2.0);
  return TRUE;
}

static void
start_point (KappaPlotView *self, double *x, double *y)
{
  int width = width_of (self), height = height_of (self);

  if (self->cursor_shown
      && kappa_figure_locate (self->figure, self->cursor_x, self->cursor_y, width, height, x, y))
    return;
  *x = width / 2.0;
  *y = height / 2.0;
}

/* Goes on until the cursor stands on another value, since it may snap to the data. */
static void
move_cursor (KappaPlotView *self, int dx, int dy, int steps)
{
  double x, y, old_x = self->cursor_x, old_y = self->cursor_y;
  gboolean shown = self->cursor_shown;

  if (self->figure == NULL)
    return;
  start_point (self, &x, &y);
  for (int i = 0; i < steps; i++)
    for (int tries = 0; tries < 40; tries++)
      {
        x += shown ? dx * CURSOR_STEP : 0.0;
        y += shown ? dy * CURSOR_STEP : 0.0;
        if (!kappa_plot_view_probe (self, x, y, TRUE))
          return;
        if (!shown || self->cursor_x != old_x || self->cursor_y != old_y)
          break;
      }
}

/* Arrows turn a surface and move the cursor on everything else; Ctrl swaps the two, Shift goes ten
 * times as far. */
static gboolean
arrow_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);
  int dx, dy, modifiers;
  gboolean turns;

  g_variant_get (arguments, "(iii)", &dx, &dy, &modifiers);
  turns = kappa_plot_view_is_surface (self) != ((modifiers & GDK_CONTROL_MASK) != 0);
  if (turns)
    {
      double step = (modifiers & GDK_SHIFT_MASK) != 0 ? 10.0 * TURN_STEP : TURN_STEP;

      kappa_plot_view_remember (self);
      pan_by (self, dx * step, dy * step);
    }
  else
    move_cursor (self, dx, dy, (modifiers & GDK_SHIFT_MASK) != 0 ? 10 : 1);
  return TRUE;
}

static gboolean
zoom_key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);
  double x, y;

  if (self->figure == NULL)
    return FALSE;
  start_point (self, &x, &y);
  zoom_at (self, g_variant_get_boolean (arguments) ? ZOOM_STEP : 1.0 / ZOOM_STEP, x, y);
  return TRUE;
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);

  if (g_str_equal (action, "plot.fit"))
    kappa_plot_view_fit (self);
  else
    kappa_plot_view_step_history (self, g_str_equal (action, "plot.undo") ? -1 : 1);
}

static gboolean
escape_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);

  if (!self->cursor_shown)
    return FALSE;
  kappa_plot_view_drop_cursor (self);
  return TRUE;
}

/* "NAME=VALUE" of a view option; a figure without it lets the key go on. */
static gboolean
option_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  KappaPlotView *self = KAPPA_PLOT_VIEW (widget);
  g_auto (GStrv) parts = g_strsplit (g_variant_get_string (arguments, NULL), "=", 2);
  gboolean on;

  if (!kappa_plot_view_has_option (self, parts[0]))
    return FALSE;
  kappa_plot_view_remember (self);
  if (g_strv_length (parts) == 2)
    return kappa_figure_set_text (self->figure, parts[0], parts[1], NULL);
  g_object_get (self->figure, parts[0], &on, NULL);
  g_object_set (self->figure, parts[0], !on, NULL);
  return TRUE;
}

static void
bind_arrows (GtkWidgetClass *klass)
{
  static const struct
  {
    guint key, keypad;
    int dx, dy;
  } arrows[] = { { GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0 },
                 { GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0 },
                 { GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1 },
                 { GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1 } };
  static const GdkModifierType modifiers[]
      = { 0, GDK_SHIFT_MASK, GDK_CONTROL_MASK, GDK_SHIFT_MASK | GDK_CONTROL_MASK };

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    for (guint m = 0; m < G_N_ELEMENTS (modifiers); m++)
      {
        gtk_widget_class_add_binding (klass, arrows[i].key, modifiers[m], arrow_cb, "(iii)",
                                      arrows[i].dx, arrows[i].dy, (int)modifiers[m]);
        gtk_widget_class_add_binding (klass, arrows[i].keypad, modifiers[m], arrow_cb, "(iii)",
                                      arrows[i].dx, arrows[i].dy, (int)modifiers[m]);
      }
}

void
kappa_plot_view_class_init_input (GtkWidgetClass *klass)
{
  static const guint nearer[] = { GDK_KEY_plus, GDK_KEY_equal, GDK_KEY_KP_Add };
  static const guint farther[] = { GDK_KEY_minus, GDK_KEY_KP_Subtract };

  bind_arrows (klass);
  for (guint i = 0; i < G_N_ELEMENTS (nearer); i++)
    gtk_widget_class_add_binding (klass, nearer[i], 0, zoom_key_cb, "b", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (farther); i++)
    gtk_widget_class_add_binding (klass, farther[i], 0, zoom_key_cb, "b", FALSE);
  gtk_widget_class_install_action (klass, "plot.fit", NULL, action_cb);
  gtk_widget_class_install_action (klass, "plot.undo", NULL, action_cb);
  gtk_widget_class_install_action (klass, "plot.redo", NULL, action_cb);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_0, 0, "plot.fit", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_KP_0, 0, "plot.fit", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Home, 0, "plot.fit", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_z, GDK_CONTROL_MASK, "plot.undo", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "plot.redo", NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_Escape, 0, escape_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_s, 0, option_cb, "s", "view=surface");
  gtk_widget_class_add_binding (klass, GDK_KEY_c, 0, option_cb, "s", "view=contour");
  gtk_widget_class_add_binding (klass, GDK_KEY_h, 0, option_cb, "s", "view=heat");
  gtk_widget_class_add_binding (klass, GDK_KEY_l, 0, option_cb, "s", "log");
  gtk_widget_class_add_binding (klass, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
add_drag_and_clicks (KappaPlotView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *menu = gtk_gesture_click_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "released", G_CALLBACK (click_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect (menu, "pressed", G_CALLBACK (menu_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (menu));
}

void
kappa_plot_view_init_input (KappaPlotView *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  add_drag_and_clicks (self);
}
