/* A spectrum whose process is killed in the middle of the Lanczos iteration: the next one goes on
 * from what was written down, and ends with the bytes of one that was left alone. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/models/sample.h"
#include "core/store/run.h"

/* Rows of the matrix in the journal at which the process is killed, one time after the other; after
 * a restart they are counted from the rows that it kept. */
static const guint kill_at[] = { 4, 10 };

static char *folder, *model, *data;

static char **
make_arguments (const char *workspace)
{
  g_autofree char *source = g_strconcat ("cifar10:", data, NULL),
                  *option = g_strconcat ("--workspace=", workspace, NULL);
  const char *const words[] = { g_getenv ("KAPPA_CLI"),
                                "spectrum",
                                model,
                                "--data",
                                source,
                                "--images=0:12",
                                "--top=2",
                                "--bottom=1",
                                "--block=2",
                                "--basis=24",
                                "--tolerance=1e-7",
                                "--products=70",
                                "--probes=0",
                                "--folds=0",
                                "--threads=1",
                                "--json",
                                option,
                                NULL };

  return g_strdupv ((char **)words);
}

/* Returns: (transfer full): what it wrote, ended well */
static char *
run_to_the_end (const char *workspace, char **notes)
{
  g_auto (GStrv) arguments = make_arguments (workspace);
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;

  g_spawn_sync (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, notes, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return out;
}

static GPid
start (const char *workspace)
{
  g_auto (GStrv) arguments = make_arguments (workspace);
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, arguments, NULL,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                     | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* Rows of the first run's journal that are on the disk. */
static guint
count_rows (KappaWorkspace *workspace)
{
  g_autoptr (KappaResult) result = kappa_workspace_load_result (workspace, 1, NULL);
  g_auto (GStrv) names = result != NULL ? kappa_result_list_stored_arrays (result) : NULL;
  guint n = 0;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    n += g_str_has_suffix (names[i], "/row") && kappa_result_is_present (result, names[i], 0);
  return n;
}

/* However slow the machine is: as soon as so much is written down, and while it computes. */
static void
kill_at_row (const char *path, guint row)
{
  GPid pid = start (path);
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (KappaRunInfo) info = NULL;
  int status;

  for (guint seen = 0; seen < row; g_usleep (5000))
    {
      g_assert_cmpint (waitpid (pid, &status, WNOHANG), ==, 0);
      if (workspace == NULL && g_file_test (path, G_FILE_TEST_EXISTS))
        workspace = kappa_workspace_open (path, NULL);
      seen = workspace != NULL ? count_rows (workspace) : 0;
    }
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  info = kappa_workspace_dup_run (workspace, 1, NULL);
  g_assert_nonnull (info);
  g_assert_cmpint (info->state, !=, KAPPA_RUN_DONE);
}

static void
test_lanczos (void)
{
  g_autofree char *left_alone = g_build_filename (folder, "whole.db", NULL),
                  *killed = g_build_filename (folder, "killed.db", NULL);
  g_autofree char *whole = run_to_the_end (left_alone, NULL), *notes = NULL, *rest = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kill_at); i++)
    kill_at_row (killed, kill_at[i]);
  rest = run_to_the_end (killed, &notes);
  g_assert_nonnull (strstr (notes, "Going on with run 1"));
  g_assert_nonnull (strstr (whole, "\"eigenvalues\""));
  g_assert_cmpstr (rest, ==, whole);
}

static void
remove_all (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_all (path);
      else
        g_remove (path);
    }
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_autofree char *samples = kappa_sample_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("KAPPA_CLI") == NULL || samples == NULL)
    {
      g_printerr ("KAPPA_CLI does not name the program, or the sample is missing\n");
      return 1;
    }
  model = g_build_filename (samples, KAPPA_SAMPLE_MODEL, NULL);
  data = g_build_filename (samples, KAPPA_SAMPLE_IMAGES, NULL);
  folder = g_dir_make_tmp ("kappa-kill-XXXXXX", NULL);
  g_test_add_func ("/kill/lanczos", test_lanczos);
  status = g_test_run ();
  remove_all (folder);
  g_free (folder);
  g_free (model);
  g_free (data);
  return status;
}
