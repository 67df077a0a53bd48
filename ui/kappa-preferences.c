#include "ui/kappa-preferences.h"

#include "core/store/workspace.h"

/**
 * KappaPreferences:
 *
 * What counts for every run and every start. All of it applies at once.
 */
struct _KappaPreferences
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings;
  AdwComboRow *color_scheme;
  GtkSpinButton *threads;
  GtkSwitch *restore_session;
  AdwActionRow *workspace;
};

G_DEFINE_FINAL_TYPE (KappaPreferences, kappa_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
kappa_preferences_dispose (GObject *object)
{
  g_clear_object (&KAPPA_PREFERENCES (object)->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_PREFERENCES);
  G_OBJECT_CLASS (kappa_preferences_parent_class)->dispose (object);
}

static void
show_folder_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *path = kappa_workspace_dup_default_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (widget), uri, GDK_CURRENT_TIME);
}

static void
kappa_preferences_class_init (KappaPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, KappaPreferences, color_scheme);
  gtk_widget_class_bind_template_child (widget_class, KappaPreferences, threads);
  gtk_widget_class_bind_template_child (widget_class, KappaPreferences, restore_session);
  gtk_widget_class_bind_template_child (widget_class, KappaPreferences, workspace);
  gtk_widget_class_install_action (widget_class, "preferences.show-folder", NULL, show_folder_cb);
}

static void
kappa_preferences_init (KappaPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The setting is the choice's nick; the row counts from 0 in the same order. */
static gboolean
to_position (GValue *value, GVariant *variant, gpointer data)
{
  static const char *const nicks[] = { "system", "light", "dark" };

  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_str_equal (nicks[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
to_nick (const GValue *value, const GVariantType *type, gpointer data)
{
  static const char *const nicks[] = { "system", "light", "dark" };
  guint position = g_value_get_uint (value);

  return position < G_N_ELEMENTS (nicks) ? g_variant_new_string (nicks[position]) : NULL;
}

GtkWidget *
kappa_preferences_new (GtkWindow *parent, GSettings *settings)
{
  KappaPreferences *self = g_object_new (KAPPA_TYPE_PREFERENCES, "transient-for", parent, NULL);
  g_autofree char *path = kappa_workspace_dup_default_path ();

  self->settings = g_object_ref (settings);
  g_settings_bind_with_mapping (settings, "color-scheme", self->color_scheme, "selected",
                                G_SETTINGS_BIND_DEFAULT, to_position, to_nick, NULL, NULL);
  g_settings_bind (settings, "threads", self->threads, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "restore-session", self->restore_session, "active",
                   G_SETTINGS_BIND_DEFAULT);
  adw_action_row_set_subtitle (self->workspace, path);
  return GTK_WIDGET (self);
}
