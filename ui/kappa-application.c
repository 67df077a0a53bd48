#include "ui/kappa-application.h"

#include "ui/kappa-preferences.h"
#include "ui/kappa-settings.h"
#include "ui/kappa-window.h"

/**
 * KappaApplication:
 *
 * The program on the desktop: one window, whatever is opened from wherever.
 */
struct _KappaApplication
{
  AdwApplication parent_instance;

  KappaWindow *window;
  GSettings *settings;
  gboolean wants_sample;
};

G_DEFINE_FINAL_TYPE (KappaApplication, kappa_application, ADW_TYPE_APPLICATION)

static void
apply_color_scheme (KappaApplication *self)
{
  static const AdwColorScheme schemes[]
      = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };

  adw_style_manager_set_color_scheme (
      adw_style_manager_get_default (),
      schemes[g_settings_get_enum (self->settings, "color-scheme")]);
}

/* At the first start there is no session, and the sample shows what the program is for. */
static void
fill_window (KappaApplication *self)
{
  gboolean restored = g_settings_get_boolean (self->settings, "restore-session")
                      && kappa_window_restore (self->window);

  if (!restored || self->wants_sample)
    kappa_window_open_sample (self->window);
}

static KappaWindow *
ensure_window (KappaApplication *self)
{
  if (self->window != NULL)
    return self->window;
  self->window = kappa_window_new (ADW_APPLICATION (self), self->settings);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *)&self->window);
  return self->window;
}

static void
kappa_application_activate (GApplication *application)
{
  KappaApplication *self = KAPPA_APPLICATION (application);
  gboolean is_new = self->window == NULL;

  ensure_window (self);
  gtk_window_present (GTK_WINDOW (self->window));
  if (is_new)
    fill_window (self);
  else if (self->wants_sample)
    kappa_window_open_sample (self->window);
}

static void
kappa_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  KappaApplication *self = KAPPA_APPLICATION (application);
  gboolean is_new = self->window == NULL;

  ensure_window (self);
  if (is_new && g_settings_get_boolean (self->settings, "restore-session"))
    kappa_window_restore (self->window);
  gtk_window_present (GTK_WINDOW (self->window));
  kappa_window_open (self->window, files, (guint)n);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  KappaApplication *self = data;

  adw_show_about_window (
      GTK_WINDOW (self->window), "application-name", "Kappa", "application-icon",
      KAPPA_APPLICATION_ID, "version", KAPPA_VERSION, "license-type", GTK_LICENSE_APACHE_2_0,
      "comments", "Opens trained vision models from their files and shows their geometry.", NULL);
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  KappaApplication *self = data;

  gtk_window_present (
      GTK_WINDOW (kappa_preferences_new (GTK_WINDOW (self->window), self->settings)));
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  KappaApplication *self = data;

  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
}

static void
add_actions (KappaApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "about", .activate = about_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "quit", .activate = quit_cb },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.quit",
                                         (const char *[]) { "<Control>q", NULL });
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.preferences",
                                         (const char *[]) { "<Control>comma", NULL });
}

static void
kappa_application_startup (GApplication *application)
{
  KappaApplication *self = KAPPA_APPLICATION (application);

  G_APPLICATION_CLASS (kappa_application_parent_class)->startup (application);
  self->settings = kappa_settings_new ();
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (apply_color_scheme),
                           self, G_CONNECT_SWAPPED);
  apply_color_scheme (self);
  add_actions (self);
}

static int
kappa_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("Kappa %s\n", KAPPA_VERSION);
      return 0;
    }
  return -1;
}

/* "--sample" reaches the program that runs already, too. */
static int
kappa_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  KappaApplication *self = KAPPA_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (line);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) arguments = g_application_command_line_get_arguments (line, NULL);

  self->wants_sample = g_variant_dict_contains (options, "sample");
  for (guint i = 1; arguments[i] != NULL; i++)
    g_ptr_array_add (files, g_application_command_line_create_file_for_arg (line, arguments[i]));
  if (files->len > 0)
    g_application_open (application, (GFile **)files->pdata, (int)files->len, "");
  else
    g_application_activate (application);
  return 0;
}

static void
kappa_application_dispose (GObject *object)
{
  KappaApplication *self = KAPPA_APPLICATION (object);

  g_clear_weak_pointer ((gpointer *)&self->window);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (kappa_application_parent_class)->dispose (object);
}

static void
kappa_application_class_init (KappaApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_application_dispose;
  application_class->activate = kappa_application_activate;
  application_class->open = kappa_application_open;
  application_class->startup = kappa_application_startup;
  application_class->handle_local_options = kappa_application_handle_local_options;
  application_class->command_line = kappa_application_command_line;
}

static void
kappa_application_init (KappaApplication *self)
{
  static const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, "Show the version", NULL },
    { "sample", 0, 0, G_OPTION_ARG_NONE, NULL, "Open the bundled network and walk its landscape",
      NULL },
    { 0 },
  };

  g_set_application_name ("Kappa");
  g_application_add_main_option_entries (G_APPLICATION (self), entries);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), "[MODEL or images…]");
}

/* Without a graphics card GTK would compile shaders for the processor, which takes longer than all
 * else at the start; cairo is as fast with figures that are kept as textures. */
static void
choose_renderer (void)
{
  if (!g_file_test ("/dev/dri", G_FILE_TEST_EXISTS)
      && !g_file_test ("/dev/nvidia0", G_FILE_TEST_EXISTS))
    g_setenv ("GSK_RENDERER", "cairo", FALSE);
}

/**
 * kappa_application_new:
 *
 * To be called before there is another thread, or a window.
 */
KappaApplication *
kappa_application_new (void)
{
  choose_renderer ();
  return g_object_new (KAPPA_TYPE_APPLICATION, "application-id", KAPPA_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE,
                       "resource-base-path", "/org/kappa/Kappa", NULL);
}
