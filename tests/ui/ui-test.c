#include "tests/ui/ui-test.h"

#include <adwaita.h>
#include <glib/gstdio.h>

static gboolean has_display;
static char *home;

static void
remove_tree (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        remove_tree (path);
    }
  g_rmdir (folder);
}

/* One home for the whole process: GTK remembers recent files in it, later than the test that opened
 * them ends. The test framework's own isolation would also hide the system's schemas, icons and
 * file types. */
static void
move_home (void)
{
  static const char *const variables[]
      = { "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME" };
  g_autoptr (GError) error = NULL;

  home = g_dir_make_tmp ("kappa-ui-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *path = g_build_filename (home, variables[i], NULL);

      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
      g_setenv (variables[i], path, TRUE);
    }
}

/* Settings, session and workspace of whoever runs the tests stay as they are. Returns whether there
 * is a display. */
gboolean
ui_test_init (int *argc, char ***argv)
{
  move_home ();
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("GTK_A11Y", "test", TRUE);
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  g_test_init (argc, argv, NULL);
  has_display = gtk_init_check ();
  if (has_display)
    adw_init ();
  return has_display;
}

/* Forgets session and workspace. */
void
ui_test_forget (void)
{
  g_autofree char *data = g_build_filename (g_get_user_data_dir (), "kappa", NULL);
  g_autofree char *state = g_build_filename (g_get_user_state_dir (), "kappa", NULL);

  remove_tree (data);
  remove_tree (state);
}

int
ui_test_run (void)
{
  int status = 0;

  if (has_display)
    status = g_test_run ();
  else
    g_print ("1..0 # SKIP there is no display\n");
  remove_tree (home);
  g_free (home);
  return status;
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @func says so. */
gboolean
ui_test_wait (UiTestFunc func, gpointer data, double seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64)(seconds * G_TIME_SPAN_SECOND);
  guint source = g_timeout_add (20, wake_cb, NULL);
  gboolean done;

  while (!(done = func (data)) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  return done;
}

void
ui_test_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
