#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/core/store/store-test.h"

/*
 * Processes that die, processes that meet, disks that are full. The program starts itself again to
 * play the other process: "--fill PATH ID N MICROSECONDS" computes what is missing of a run and
 * says so point by point.
 */

static char *program;

static double
point (gsize i)
{
  return i % 13 == 5 ? (double)NAN : sin ((double)i) * exp2 ((double)(i % 60) - 30.0);
}

static void
declare (KappaResult *result, gsize n)
{
  kappa_result_take_array (result, kappa_array_new ("loss", "nat", "of a test", 1, &n));
}

static int
play_fill (char **argv)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (argv[2]);
  gint64 id = g_ascii_strtoll (argv[3], NULL, 10);
  gsize n = (gsize)g_ascii_strtoull (argv[4], NULL, 10);
  gulong pause = (gulong)g_ascii_strtoull (argv[5], NULL, 10);
  g_autoptr (KappaResult) result = load_result (workspace, id);
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_run_attach (run, result, &error));
  declare (result, n);
  for (gsize i = 0; i < n; i++)
    {
      double value = point (i);
      guint32 told = (guint32)i;

      if (kappa_result_is_present (result, "loss", i))
        continue;
      g_usleep (pause);
      kappa_result_set_values (result, "loss", i, 1, &value);
      if (write (STDOUT_FILENO, &told, sizeof told) != sizeof told)
        return 1;
    }
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_no_error (error);
  return 0;
}

/* Computes nothing, holds the run until it is told to stop. */
static int
play_hold (char **argv)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (argv[2]);
  g_autoptr (KappaRun) run = claim_run (workspace, g_ascii_strtoll (argv[3], NULL, 10));
  char byte = 'r';

  return write (STDOUT_FILENO, &byte, 1) == 1 && read (STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

/* Adds runs and fills them while others do the same. */
static int
play_crowd (char **argv)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (argv[2]);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (KappaResult) result = kappa_result_new ();
      g_autoptr (KappaRun) run = claim_run (workspace, create_run (workspace, "crowd"));
      g_autoptr (GError) error = NULL;

      g_assert_true (kappa_run_attach (run, result, &error));
      declare (result, 50);
      for (gsize k = 0; k < 50; k++)
        {
          double value = point (k);

          kappa_result_set_values (result, "loss", k, 1, &value);
        }
      g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
      g_assert_no_error (error);
    }
  return 0;
}

static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* A limit on the size of files stands for the full disk. */
static int
play_full_disk (char **argv)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (argv[2]);
  gint64 id = g_ascii_strtoll (argv[3], NULL, 10);
  g_autoptr (KappaResult) result = kappa_result_new (), found = NULL;
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;
  g_autofree double *values = g_new (double, 4096);
  const gsize n = 1 << 18;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_true (kappa_run_attach (run, result, &error));
  declare (result, n);
  g_assert_true (kappa_run_flush (run, &error));
  limit_files (512 * 1024);
  for (gsize first = 0; first < n; first += 4096)
    {
      for (gsize i = 0; i < 4096; i++)
        values[i] = point (first + i);
      g_assert_true (kappa_result_set_values (result, "loss", first, 4096, values));
    }
  g_assert_false (kappa_run_flush (run, &error));
  assert_refused (&error, "full. Free some space");
  g_assert_false (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  assert_refused (&error, "full. Free some space");
  for (gsize i = 0; i < n; i += 1111)
    g_assert_true (kappa_result_is_present (result, "loss", i));

  limit_files (RLIM_INFINITY);
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_no_error (error);
  found = load_result (workspace, id);
  for (gsize i = 0; i < n; i++)
    g_assert_true (kappa_result_is_present (found, "loss", i));
  return 0;
}

static int
play_read_only (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autofree char *elsewhere = g_strconcat (argv[2], "-new", NULL);
  gint64 id = g_ascii_strtoll (argv[3], NULL, 10);

  if (getuid () == 0)
    g_assert_true (setgid (65534) == 0 && setuid (65534) == 0);
  g_assert_null (kappa_workspace_open (elsewhere, &error));
  assert_refused (&error, "Choose another place");
  g_assert_false (g_file_test (elsewhere, G_FILE_TEST_EXISTS));

  workspace = open_workspace (argv[2]);
  g_assert_true (kappa_workspace_get_read_only (workspace));
  runs = kappa_workspace_list_runs (workspace, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, ==, 1);
  result = load_result (workspace, id);
  g_assert_true (kappa_result_is_present (result, "loss", 9));
  g_assert_cmpint (kappa_workspace_create_run (workspace, "a", "b", "{}", "k", "avx2", 1, &error),
                   ==, 0);
  assert_refused (&error, "read-only");
  g_assert_null (kappa_run_claim (workspace, id, &error));
  assert_refused (&error, "read-only");
  g_assert_false (kappa_workspace_rename_run (workspace, id, "x", &error));
  assert_refused (&error, "read-only");
  g_assert_false (kappa_workspace_purge (workspace, 0, &error));
  assert_refused (&error, "read-only");
  return 0;
}

static GSubprocess *
start (const char *part, const char *path, gint64 id, gsize n, guint pause)
{
  g_autofree char *id_text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autofree char *n_text = g_strdup_printf ("%" G_GSIZE_FORMAT, n);
  g_autofree char *pause_text = g_strdup_printf ("%u", pause);
  g_autoptr (GError) error = NULL;
  GSubprocess *process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE, &error,
                          program, part, path, id_text, n_text, pause_text, NULL);

  g_assert_no_error (error);
  return process;
}

/* A run that any process may take. */
static gint64
create_free_run (KappaWorkspace *workspace)
{
  gint64 id = create_run (workspace, "k");
  g_autoptr (GError) error = NULL;

  g_assert_true (
      kappa_workspace_set_run_state (workspace, id, KAPPA_RUN_INTERRUPTED, NULL, &error));
  g_assert_no_error (error);
  return id;
}

static void
assert_success (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

/* Reads what the other process says it has done, up to @most points. */
static guint
listen_to (GSubprocess *process, GHashTable *told, guint most)
{
  GInputStream *stream = g_subprocess_get_stdout_pipe (process);
  guint n = 0;
  guint32 index;
  gsize got;

  while (n < most && g_input_stream_read_all (stream, &index, sizeof index, &got, NULL, NULL)
         && got == sizeof index)
    {
      g_hash_table_add (told, GUINT_TO_POINTER (index));
      n++;
    }
  return n;
}

static void
kill_and_wait (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
}

static void
assert_complete (KappaWorkspace *workspace, gint64 id, gsize n)
{
  g_autoptr (KappaResult) result = load_result (workspace, id);
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, "loss");
  g_autofree double *expected = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    {
      expected[i] = point (i);
      g_assert_cmpint (array->present[i], ==, 1);
    }
  g_assert_cmpmem (array->values, n * sizeof (double), expected, n * sizeof (double));
}

/* @may_lose: how many points that were told of need not be stored */
static void
check_kill (guint n, guint kill_after, guint may_lose)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (GHashTable) first = g_hash_table_new (NULL, NULL),
                         second = g_hash_table_new (NULL, NULL);
  gint64 id = create_free_run (workspace);
  g_autoptr (GSubprocess) process = start ("--fill", place.path, id, n, 8000), resumed = NULL;
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaRunInfo) unfinished = NULL;
  guint present = 0, lost = 0;

  listen_to (process, first, kill_after);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_RUNNING);
  kill_and_wait (process);
  listen_to (process, first, G_MAXUINT);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_INTERRUPTED);
  unfinished = kappa_workspace_find_unfinished (workspace, "k", NULL);
  g_assert_cmpint (unfinished->id, ==, id);
  result = load_result (workspace, id);
  for (guint i = 0; i < n; i++)
    if (kappa_result_is_present (result, "loss", i))
      present++;
    else if (g_hash_table_contains (first, GUINT_TO_POINTER (i)))
      lost++;
  g_test_message ("told of %u, stored %u, lost %u", g_hash_table_size (first), present, lost);
  g_assert_cmpuint (lost, <=, may_lose);

  /* Nothing that was stored is computed again. */
  resumed = start ("--fill", place.path, id, n, 0);
  g_assert_cmpuint (listen_to (resumed, second, G_MAXUINT), ==, n - present);
  assert_success (resumed);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_DONE);
  assert_complete (workspace, id, n);
}

static void
test_kill (void)
{
  check_kill (80, 30, 0);
}

/* Killed wherever it happens to be, again and again, while points come as fast as they can. */
static void
test_kill_anywhere (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 id = create_free_run (workspace);
  const gsize n = 30000;
  guint rounds = 0;

  for (guint wait = 100; rounds < 40; rounds++, wait += 200)
    {
      g_autoptr (GSubprocess) process = start ("--fill", place.path, id, n, 0);
      g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
      g_autoptr (KappaResult) result = NULL;

      if (listen_to (process, told, wait) < wait)
        {
          assert_success (process);
          break;
        }
      kill_and_wait (process);
      result = load_result (workspace, id);
      g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_INTERRUPTED);
    }
  g_test_message ("finished after %u kills", rounds);
  if (state_of (workspace, id) != KAPPA_RUN_DONE)
    {
      g_autoptr (GSubprocess) process = start ("--fill", place.path, id, n, 0);
      g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);

      listen_to (process, told, G_MAXUINT);
      assert_success (process);
    }
  assert_complete (workspace, id, n);
}

static void
test_one_writer (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 id = create_free_run (workspace);
  g_autoptr (GSubprocess) process = start ("--hold", place.path, id, 0, 0);
  g_autoptr (KappaRun) run = NULL;
  g_autoptr (GError) error = NULL;
  char byte;
  gsize got;

  g_input_stream_read_all (g_subprocess_get_stdout_pipe (process), &byte, 1, &got, NULL, NULL);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_RUNNING);
  g_assert_null (kappa_run_claim (workspace, id, &error));
  assert_refused (&error, "is being computed by another process");
  g_assert_false (kappa_workspace_set_run_deleted (workspace, id, TRUE, &error));
  assert_refused (&error, "is being computed by another process");
  g_assert_false (kappa_workspace_set_run_state (workspace, id, KAPPA_RUN_CANCELLED, NULL, &error));
  assert_refused (&error, "is being computed by another process");
  g_assert_true (kappa_workspace_rename_run (workspace, id, "Another name", &error));

  kill_and_wait (process);
  run = claim_run (workspace, id);
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_no_error (error);
}

static void
test_crowd (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  GSubprocess *processes[3];

  /* They also race to make the file. */
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    processes[i] = start ("--crowd", place.path, 0, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      assert_success (processes[i]);
      g_object_unref (processes[i]);
    }
  workspace = open_workspace (place.path);
  runs = kappa_workspace_list_runs (workspace, NULL);
  g_assert_cmpuint (runs->len, ==, 60);
  for (guint i = 0; i < runs->len; i++)
    {
      g_assert_cmpint (((KappaRunInfo *)runs->pdata[i])->state, ==, KAPPA_RUN_DONE);
      assert_complete (workspace, ((KappaRunInfo *)runs->pdata[i])->id, 50);
    }
}

/* As on a file system that other machines share; KAPPA_JOURNAL says so. */
static int
play_shared (char **argv)
{
  g_auto (Place) place = place_new ();
  g_autofree char *log = g_strconcat (place.path, "-wal", NULL);
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);

  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  check_kill (160, 100, 250 / 8 + 1);
  test_one_writer ();
  test_crowd ();
  return 0;
}

static void
test_shared (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_setenv (launcher, "KAPPA_JOURNAL", "rollback", TRUE);
  process = g_subprocess_launcher_spawn (launcher, NULL, program, "--shared", "", NULL);
  assert_success (process);
}

/* A workspace that was made on a local disk and copied to a shared one, and back. */
static void
test_change_journal (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *log = g_strconcat (place.path, "-wal", NULL);
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, create_free_run (workspace));

  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  g_clear_object (&workspace);
  g_subprocess_launcher_setenv (launcher, "KAPPA_JOURNAL", "rollback", TRUE);
  process = g_subprocess_launcher_spawn (launcher, NULL, program, "--fill", place.path, id, "10",
                                         "0", NULL);
  listen_to (process, told, G_MAXUINT);
  assert_success (process);
  workspace = open_workspace (place.path);
  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
  assert_complete (workspace, g_ascii_strtoll (id, NULL, 10), 10);
}

static void
test_full_disk (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 id = create_free_run (workspace);
  g_autoptr (GSubprocess) process = start ("--full-disk", place.path, id, 0, 0);

  assert_success (process);
  assert_complete (workspace, id, 1 << 18);
}

static void
test_read_only (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 id = create_free_run (workspace);
  g_autoptr (GSubprocess) fill = start ("--fill", place.path, id, 10, 0), process = NULL;
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);

  listen_to (fill, told, G_MAXUINT);
  assert_success (fill);
  g_clear_object (&workspace);
  g_assert_cmpint (g_chmod (place.path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (place.directory, 0555), ==, 0);
  process = start ("--read-only", place.path, id, 0, 0);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_chmod (place.directory, 0755), ==, 0);
  assert_success (process);
}

static int
play (char **argv)
{
  const struct
  {
    const char *name;
    int (*func) (char **argv);
  } parts[] = { { "--fill", play_fill },           { "--hold", play_hold },
                { "--crowd", play_crowd },         { "--full-disk", play_full_disk },
                { "--read-only", play_read_only }, { "--shared", play_shared } };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strcmp (argv[1], parts[i].name) == 0)
      return parts[i].func (argv);
  return -1;
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc > 2 && g_str_has_prefix (argv[1], "--"))
    {
      int code = play (argv);

      if (code >= 0)
        return code;
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/crash/kill", test_kill);
  g_test_add_func ("/store/crash/kill-anywhere", test_kill_anywhere);
  g_test_add_func ("/store/crash/one-writer", test_one_writer);
  g_test_add_func ("/store/crash/crowd", test_crowd);
  g_test_add_func ("/store/crash/shared", test_shared);
  g_test_add_func ("/store/crash/change-journal", test_change_journal);
  g_test_add_func ("/store/crash/full-disk", test_full_disk);
  g_test_add_func ("/store/crash/read-only", test_read_only);
  return g_test_run ();
}
