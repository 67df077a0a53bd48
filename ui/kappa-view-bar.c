#include "ui/kappa-view-bar.h"

#include "ui/kappa-view-options.h"
#include "ui/kappa-words.h"
#include "ui/plot/landscape-figure.h"

/**
 * KappaViewBar:
 *
 * How a figure is looked at, made from its view options: the kind of view as buttons, the quantity,
 * the logarithmic scale and the limits at hand, and all others in a popover.
 */
struct _KappaViewBar
{
  AdwBin parent_instance;

  KappaFigure *figure;
  GtkWidget *box, *lock, *limits, *quantity, *log;
  char **quantities;
};

G_DEFINE_FINAL_TYPE (KappaViewBar, kappa_view_bar, ADW_TYPE_BIN)

static void
kappa_view_bar_dispose (GObject *object)
{
  KappaViewBar *self = KAPPA_VIEW_BAR (object);

  kappa_view_bar_set_figure (self, NULL);
  G_OBJECT_CLASS (kappa_view_bar_parent_class)->dispose (object);
}

static void
kappa_view_bar_class_init (KappaViewBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_view_bar_dispose;
}

static void
kappa_view_bar_init (KappaViewBar *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  adw_bin_set_child (ADW_BIN (self), self->box);
}

GtkWidget *
kappa_view_bar_new (void)
{
  return g_object_new (KAPPA_TYPE_VIEW_BAR, NULL);
}

static GParamSpec *
find_option (KappaViewBar *self, const char *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (self->figure), name);
}

/* One button of several stands for one value of an enumeration. */
static gboolean
value_to_active (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_boolean (to, g_value_get_enum (from) == GPOINTER_TO_INT (data));
  return TRUE;
}

static gboolean
active_to_value (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  if (!g_value_get_boolean (from))
    return FALSE;
  g_value_set_enum (to, GPOINTER_TO_INT (data));
  return TRUE;
}

static void
add_kinds (KappaViewBar *self)
{
  GParamSpec *spec = find_option (self, "view");
  GtkWidget *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *first = NULL;
  GEnumClass *klass;

  gtk_widget_add_css_class (linked, "linked");
  gtk_box_append (GTK_BOX (self->box), linked);
  if (spec == NULL || !G_IS_PARAM_SPEC_ENUM (spec))
    return;
  klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  for (guint i = 0; i < klass->n_values; i++)
    {
      g_autofree char *title = kappa_words_title (klass->values[i].value_nick);
      GtkWidget *button = gtk_toggle_button_new_with_label (title);

      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      first = first != NULL ? first : button;
      gtk_box_append (GTK_BOX (linked), button);
      g_object_bind_property_full (self->figure, "view", button, "active",
                                   G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, value_to_active,
                                   active_to_value, GINT_TO_POINTER (klass->values[i].value), NULL);
    }
}

static void
quantity_cb (KappaViewBar *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->quantity));

  if (self->quantities != NULL && selected < g_strv_length (self->quantities))
    g_object_set (self->figure, "quantity", self->quantities[selected], NULL);
}

/* What can be shown is known once there are results. */
static void
list_quantities (KappaViewBar *self)
{
  g_auto (GStrv) names = kappa_figure_list_quantities (self->figure);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autofree char *chosen = kappa_figure_dup_text (self->figure, "quantity");
  guint selected = 0;

  if (self->quantities != NULL
      && g_strv_equal ((const char *const *)names, (const char *const *)self->quantities))
    return;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *title = kappa_words_title (names[i]);

      gtk_string_list_append (titles, title);
      if (g_strcmp0 (names[i], chosen) == 0)
        selected = i;
    }
  g_clear_pointer (&self->quantities, g_strfreev);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->quantity), G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->quantity), selected);
  gtk_widget_set_visible (self->quantity, g_strv_length (names) > 1);
  self->quantities = g_steal_pointer (&names);
}

static void
add_quantity (KappaViewBar *self)
{
  if (find_option (self, "quantity") == NULL)
    return;
  self->quantity = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_tooltip_text (self->quantity, "Quantity");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->quantity), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Quantity", -1);
  gtk_box_append (GTK_BOX (self->box), self->quantity);
  list_quantities (self);
  g_signal_connect_swapped (self->quantity, "notify::selected", G_CALLBACK (quantity_cb), self);
}

static void
log_cb (KappaViewBar *self)
{
  g_object_set (self->figure, "log", gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->log)),
                NULL);
}

/* An automatic scale is logarithmic or not as the values come: the button shows which, and chooses
 * nothing by it. */
static void
show_log (KappaViewBar *self)
{
  gboolean log;

  if (self->log == NULL)
    return;
  g_object_get (self->figure, "log", &log, NULL);
  g_signal_handlers_block_by_func (self->log, log_cb, self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->log), log);
  g_signal_handlers_unblock_by_func (self->log, log_cb, self);
}

static void
add_log (KappaViewBar *self)
{
  if (find_option (self, "log") == NULL)
    return;
  self->log = gtk_toggle_button_new_with_label ("Log");
  gtk_widget_set_tooltip_text (self->log, "Logarithmic scale (L)");
  gtk_box_append (GTK_BOX (self->box), self->log);
  g_signal_connect_swapped (self->log, "toggled", G_CALLBACK (log_cb), self);
  show_log (self);
}

static void
limits_cb (KappaViewBar *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->limits));

  if (kappa_figure_set_text (self->figure, "limits", *text != '\0' ? text : "auto", NULL))
    gtk_widget_remove_css_class (self->limits, "error");
  else
    gtk_widget_add_css_class (self->limits, "error");
}

static void
lock_cb (KappaViewBar *self)
{
  KappaLimits shown = KAPPA_LIMITS_AUTO;

  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->lock)))
    shown = kappa_landscape_figure_get_shown_limits (KAPPA_LANDSCAPE_FIGURE (self->figure));
  g_object_set (self->figure, "limits", &shown, NULL);
}

static void
show_lock (KappaViewBar *self, const KappaLimits *limits)
{
  gboolean locked = !kappa_limits_is_auto (limits);

  g_signal_handlers_block_by_func (self->lock, lock_cb, self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->lock), locked);
  g_signal_handlers_unblock_by_func (self->lock, lock_cb, self);
  gtk_button_set_icon_name (GTK_BUTTON (self->lock),
                            locked ? "changes-prevent-symbolic" : "changes-allow-symbolic");
  gtk_widget_set_tooltip_text (self->lock, locked ? "Limits are locked: unlock to follow the data"
                                                  : "Lock the limits");
}

/* The entry shows what the colours span, chosen or not; not while someone types in it. */
static void
show_limits (KappaViewBar *self)
{
  g_autofree KappaLimits *limits = NULL;
  g_autofree char *text = NULL;
  KappaLimits shown;

  if (self->limits == NULL)
    return;
  g_object_get (self->figure, "limits", &limits, NULL);
  show_lock (self, limits);
  shown = kappa_landscape_figure_get_shown_limits (KAPPA_LANDSCAPE_FIGURE (self->figure));
  if (kappa_limits_is_auto (&shown)
      || gtk_widget_get_state_flags (self->limits) & GTK_STATE_FLAG_FOCUS_WITHIN)
    return;
  text = g_strdup_printf ("%.3g:%.3g", shown.low, shown.high);
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->limits)), text))
    gtk_editable_set_text (GTK_EDITABLE (self->limits), text);
  gtk_widget_remove_css_class (self->limits, "error");
}

static void
add_limits (KappaViewBar *self)
{
  GtkWidget *linked;

  if (!KAPPA_IS_LANDSCAPE_FIGURE (self->figure))
    return;
  linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (linked, "linked");
  self->limits = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->limits), 9);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->limits), 12);
  gtk_widget_set_tooltip_text (self->limits, "Colour limits, low:high; press Enter");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->limits), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Colour limits", -1);
  g_signal_connect_swapped (self->limits, "activate", G_CALLBACK (limits_cb), self);
  gtk_box_append (GTK_BOX (linked), self->limits);
  self->lock = gtk_toggle_button_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->lock), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Lock the colour limits", -1);
  g_signal_connect_swapped (self->lock, "toggled", G_CALLBACK (lock_cb), self);
  gtk_box_append (GTK_BOX (linked), self->lock);
  gtk_box_append (GTK_BOX (self->box), linked);
  show_limits (self);
}

/* Made when it is first opened: most figures are looked at as they come. */
static void
fill_popover_cb (GtkMenuButton *button, gpointer data)
{
  static const char *const at_hand[] = { "view", "quantity", "log", "limits", NULL };
  KappaViewBar *self = data;
  GtkWidget *popover = gtk_popover_new (), *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 520);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller),
                                 kappa_view_options_new (self->figure, at_hand));
  gtk_widget_set_size_request (scroller, 320, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  gtk_menu_button_set_popover (button, popover);
}

static void
add_more (KappaViewBar *self)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_set_tooltip_text (button, "More view options");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "More view options", -1);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_popover_cb, self, NULL);
  gtk_box_append (GTK_BOX (self->box), button);
}

static void
changed_cb (KappaViewBar *self)
{
  if (self->quantity != NULL)
    list_quantities (self);
  show_log (self);
  show_limits (self);
}

static void
clear (KappaViewBar *self)
{
  GtkWidget *child;

  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  g_clear_pointer (&self->quantities, g_strfreev);
  self->lock = self->limits = self->quantity = self->log = NULL;
  g_clear_object (&self->figure);
}

/**
 * kappa_view_bar_set_figure:
 * @figure: (nullable)
 */
void
kappa_view_bar_set_figure (KappaViewBar *self, KappaFigure *figure)
{
  if (self->figure == figure)
    return;
  clear (self);
  if (figure == NULL)
    return;
  self->figure = g_object_ref (figure);
  add_kinds (self);
  add_quantity (self);
  add_log (self);
  add_limits (self);
  add_more (self);
  g_signal_connect_object (figure, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}
