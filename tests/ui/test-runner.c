#include <glib/gstdio.h>

#include "core/analysis/landscape.h"
#include "core/models/sample.h"
#include "ui/kappa-desk.h"

/* Runs of the bundled sample by way of the desk: no display is needed. */

typedef struct
{
  KappaDesk *desk;
  char *folder, *workspace;
} Fixture;

static gboolean
wait_for (gboolean (*func) (gpointer), gpointer data, double seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64)(seconds * G_TIME_SPAN_SECOND);

  while (!func (data) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  return func (data);
}

static gboolean
is_loaded (gpointer desk)
{
  return kappa_run_list_is_loaded (kappa_desk_get_runs (desk));
}

static gboolean
is_idle (gpointer desk)
{
  return kappa_queue_get_running (kappa_desk_get_queue (desk)) == NULL;
}

static gboolean
is_named (gpointer desk)
{
  KappaRunItem *run = kappa_desk_get_run (desk);

  return kappa_run_item_get_id (run) != 0 && kappa_run_item_get_view (run) == NULL
         && kappa_run_item_get_state (run) == KAPPA_RUN_DONE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("kappa-runner-XXXXXX", NULL);
  fixture->workspace = g_build_filename (fixture->folder, "workspace.db", NULL);
  fixture->desk = kappa_desk_new ();
  kappa_queue_set_threads (kappa_desk_get_queue (fixture->desk), 2);
  kappa_desk_open_workspace (fixture->desk, fixture->workspace);
}

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

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_true (wait_for (is_idle, fixture->desk, 20.0));
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_object_unref (fixture->desk);
  remove_tree (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->workspace);
}

static KappaInputs *
make_inputs (const char *images)
{
  g_autofree char *folder = kappa_sample_dir ();
  g_autofree char *model = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autofree char *data = g_build_filename (folder, KAPPA_SAMPLE_IMAGES, NULL);
  KappaInputs *inputs = kappa_inputs_new ();

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, model);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, data);
  kappa_inputs_set_option (inputs, "data", 0, "images", images, NULL);
  return inputs;
}

static KappaRunItem *
start (KappaDesk *desk, const char *grid, const char *images)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_LANDSCAPE, NULL);
  g_autoptr (KappaInputs) inputs = make_inputs (images);

  kappa_analysis_set_text (analysis, "x", grid, NULL);
  kappa_analysis_set_text (analysis, "y", grid, NULL);
  return kappa_desk_run (desk, analysis, inputs);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

/* The run is asked for before the workspace is open, fills in, and is stored; the same again is not
 * computed. */
static void
test_store (Fixture *fixture, gconstpointer data)
{
  KappaRunItem *run = start (fixture->desk, "-1:1:5", "0:8");
  KappaRunner *runner = kappa_run_item_get_runner (run);
  g_autoptr (KappaResult) result = NULL;
  guint changes = 0;
  gint64 id;

  g_signal_connect_swapped (runner, "results-changed", G_CALLBACK (count_cb), &changes);
  g_assert_cmpint (kappa_run_item_get_state (run), ==, KAPPA_RUN_QUEUED);
  g_assert_true (wait_for (is_named, fixture->desk, 60.0));
  g_assert_cmpint (kappa_run_item_get_state (run), ==, KAPPA_RUN_DONE);
  g_assert_cmpuint (changes, >, 0);
  g_assert_cmpstr (kappa_run_item_get_title (run), ==, "Loss landscape 5 × 5");
  g_assert_false (kappa_runner_was_stored (runner));
  result = kappa_runner_dup_result (runner);
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, 25);
  id = kappa_run_item_get_id (run);

  run = start (fixture->desk, "-1:1:5", "0:8");
  g_assert_true (wait_for (is_idle, fixture->desk, 60.0));
  g_assert_true (kappa_runner_was_stored (kappa_run_item_get_runner (run)));
  g_assert_cmpint (kappa_run_item_get_id (run), ==, id);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (kappa_desk_get_runs (fixture->desk))),
                    ==, 1);
}

static gboolean
has_results (gpointer runner)
{
  g_autoptr (KappaResult) result = kappa_runner_dup_result (runner);

  return result != NULL && kappa_result_count_present (result, "loss") > 0;
}

/* Cancelling takes 200 ms at most, keeps what there is, and the same recipe goes on from there. */
static void
test_cancel_and_resume (Fixture *fixture, gconstpointer data)
{
  KappaRunItem *run = start (fixture->desk, "-1:1:9", "0:40");
  KappaRunner *runner = kappa_run_item_get_runner (run);
  g_autoptr (KappaResult) result = NULL;
  gint64 asked, id;
  gsize kept;

  g_assert_true (wait_for (has_results, runner, 60.0));
  asked = g_get_monotonic_time ();
  kappa_runner_cancel (runner);
  g_assert_true (wait_for (is_idle, fixture->desk, 20.0));
  g_test_minimized_result ((double)(g_get_monotonic_time () - asked) * 1e-6,
                           "cancelled after %.3f s",
                           (double)(g_get_monotonic_time () - asked) * 1e-6);
  g_assert_cmpint (kappa_run_item_get_state (run), ==, KAPPA_RUN_CANCELLED);
  g_assert_true (kappa_run_item_can_resume (run));
  id = kappa_run_item_get_id (run);
  result = kappa_runner_dup_result (runner);
  kept = kappa_result_count_present (result, "loss");
  g_assert_cmpuint (kept, <, 81);

  run = start (fixture->desk, "-1:1:9", "0:40");
  g_assert_true (wait_for (is_idle, fixture->desk, 120.0));
  g_assert_cmpint (kappa_run_item_get_state (run), ==, KAPPA_RUN_DONE);
  g_assert_cmpint (kappa_run_item_get_id (run), ==, id);
}

/* A paused run stands still, and can be cancelled. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  KappaRunItem *run = start (fixture->desk, "-1:1:21", "0:100");
  KappaRunner *runner = kappa_run_item_get_runner (run);
  g_autoptr (KappaResult) result = NULL;
  guint64 before;

  g_assert_true (wait_for (has_results, runner, 60.0));
  kappa_runner_set_paused (runner, TRUE);
  g_assert_cmpint (kappa_runner_get_state (runner), ==, KAPPA_RUN_PAUSED);
  g_usleep (G_USEC_PER_SEC);
  result = kappa_runner_dup_result (runner);
  before = kappa_result_get_generation (result);
  g_usleep (G_USEC_PER_SEC / 2);
  g_assert_cmpuint (kappa_result_get_generation (result), ==, before);
  kappa_runner_cancel (runner);
  g_assert_true (wait_for (is_idle, fixture->desk, 20.0));
}

/* The second waits for the first; what ends with the program can be resumed. */
static void
test_queue (Fixture *fixture, gconstpointer data)
{
  KappaRunItem *first = start (fixture->desk, "-1:1:21", "0:100");
  KappaRunItem *second = start (fixture->desk, "-1:1:3", "0:4");

  g_assert_true (wait_for (has_results, kappa_run_item_get_runner (first), 60.0));
  g_assert_cmpint (kappa_run_item_get_state (second), ==, KAPPA_RUN_QUEUED);
  kappa_queue_interrupt (kappa_desk_get_queue (fixture->desk));
  g_assert_true (wait_for (is_idle, fixture->desk, 20.0));
  g_assert_cmpint (kappa_run_item_get_state (first), ==, KAPPA_RUN_INTERRUPTED);
}

/* A file that is not there fails the run, with its name in the reason. */
static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaAnalysis) analysis = g_object_new (KAPPA_TYPE_LANDSCAPE, NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  KappaRunItem *run;

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, "/nowhere/missing.th");
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, "/nowhere/images");
  g_assert_true (wait_for (is_loaded, fixture->desk, 20.0));
  run = kappa_desk_run (fixture->desk, analysis, inputs);
  g_assert_true (wait_for (is_idle, fixture->desk, 20.0));
  g_assert_cmpint (kappa_run_item_get_state (run), ==, KAPPA_RUN_FAILED);
  g_assert_nonnull (strstr (kappa_run_item_get_error (run), "missing.th"));
}

int
main (int argc, char **argv)
{
  g_autofree char *sample = NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  sample = kappa_sample_dir ();
  g_assert_nonnull (sample);
  g_test_add ("/runner/store", Fixture, NULL, set_up, test_store, tear_down);
  g_test_add ("/runner/cancel-and-resume", Fixture, NULL, set_up, test_cancel_and_resume,
              tear_down);
  g_test_add ("/runner/pause", Fixture, NULL, set_up, test_pause, tear_down);
  g_test_add ("/runner/queue", Fixture, NULL, set_up, test_queue, tear_down);
  g_test_add ("/runner/failure", Fixture, NULL, set_up, test_failure, tear_down);
  return g_test_run ();
}
