/* The runs a report is made of: kept in the workspace, found there again, gone on with. */

#include <glib/gstdio.h>

#include "core/analysis/engine.h"
#include "core/analysis/job.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

#define IMAGES "0:12"

typedef struct
{
  char *directory;
  KappaWorkspace *workspace;
  KappaWorkers *workers;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  fixture->directory = g_dir_make_tmp ("kappa-parts-XXXXXX", NULL);
  path = g_build_filename (fixture->directory, "workspace.db", NULL);
  fixture->workspace = kappa_workspace_open (path, &error);
  g_assert_no_error (error);
  fixture->workers = kappa_workers_new (2);
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

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->workspace);
  kappa_workers_unref (fixture->workers);
  remove_all (fixture->directory);
  g_free (fixture->directory);
}

/* Without what takes long. */
static KappaAnalysis *
new_report (const char *without)
{
  KappaAnalysis *report = kappa_analysis_new_by_name ("report", NULL);

  fixture_set (report, "without", without);
  fixture_set (report, "folds", "2");
  fixture_set (report, "draws", "2");
  return report;
}

static KappaResult *
run_job (Fixture *fixture,
         KappaAnalysis *analysis,
         KappaInputs *inputs,
         gboolean fresh,
         KappaJobOrigin expected)
{
  g_autoptr (KappaJob) job = kappa_job_new (analysis, inputs, fixture->workspace);
  KappaContext context = { .workers = fixture->workers };
  g_autoptr (GError) error = NULL;

  kappa_job_set_fresh (job, fresh);
  kappa_job_prepare (job, &context, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kappa_job_get_origin (job), ==, expected);
  kappa_job_run (job, &context, &error);
  g_assert_no_error (error);
  g_assert_null (kappa_job_dup_store_error (job));
  return g_object_ref (kappa_job_get_result (job));
}

/* Runs of an analysis in the workspace that ended well, or otherwise. */
static guint
count_runs (Fixture *fixture, const char *analysis, gboolean done)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = kappa_workspace_list_runs (fixture->workspace, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < runs->len; i++)
    {
      const KappaRunInfo *info = runs->pdata[i];

      n += g_str_equal (info->analysis, analysis) && (info->state == KAPPA_RUN_DONE) == done;
    }
  return n;
}

static void
assert_runs (Fixture *fixture, guint reports, guint predictions, guint activities)
{
  g_assert_cmpuint (count_runs (fixture, "report", TRUE), ==, reports);
  g_assert_cmpuint (count_runs (fixture, "predict", TRUE), ==, predictions);
  g_assert_cmpuint (count_runs (fixture, "activity", TRUE), ==, activities);
}

#define QUICK "trace,spectrum,ntk,sharpness"

/* A part is found again exactly where nothing that decides its numbers is other. */
static void
test_reuse (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name, *value, *images;
    guint predictions, activities; /* runs after it */
  } steps[] = {
    { "rho", "0.05", IMAGES, 1, 1 }, /* the first */
    { "rho", "0.5", IMAGES, 1, 1 },  /* no part has it */
    { "seed", "7", IMAGES, 1, 1 },   /* it draws none of these images */
    { "folds", "3", IMAGES, 1, 2 },
    { "fold-images", "consecutive", IMAGES, 1, 3 },
    { "precision", "float64", IMAGES, 2, 4 },
    { "rho", "0.05", "1:13", 3, 5 },
  };
  g_autofree double *losses = g_new0 (double, G_N_ELEMENTS (steps));

  for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      g_autoptr (KappaInputs) inputs = fixture_open_inputs (steps[s].images);
      g_autoptr (KappaAnalysis) report = new_report (QUICK);
      g_autoptr (KappaResult) result = NULL;

      fixture_set (report, steps[s].name, steps[s].value);
      result = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_NEW);
      losses[s] = fixture_scalar (result, "loss");
      g_test_message ("%s %s", steps[s].name, steps[s].value);
      assert_runs (fixture, s + 1, steps[s].predictions, steps[s].activities);
    }
  g_assert_cmpfloat (losses[4], ==, losses[0]);
  g_assert_cmpfloat (losses[5], !=, losses[0]);
  g_assert_cmpfloat (losses[6], !=, losses[0]);
}

/* Computed anew, a report computes what it is made of anew. */
static void
test_fresh (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) report = new_report (QUICK);
  g_autoptr (KappaResult) first = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_NEW),
                          stored = NULL, again = NULL;

  assert_runs (fixture, 1, 1, 1);
  stored = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_STORED);
  assert_runs (fixture, 1, 1, 1);
  again = run_job (fixture, report, inputs, TRUE, KAPPA_JOB_NEW);
  assert_runs (fixture, 2, 2, 2);
  g_assert_cmpfloat (fixture_scalar (again, "loss"), ==, fixture_scalar (first, "loss"));
}

static void
assert_same_table (KappaResult *a, const char *name, KappaResult *b, const char *other)
{
  g_autoptr (KappaTable) one = kappa_result_dup_table (a, name),
                         two = kappa_result_dup_table (b, other);

  g_assert_nonnull (one);
  g_assert_nonnull (two);
  g_assert_cmpuint (one->n_rows, ==, two->n_rows);
  g_assert_cmpstr (one->definition, ==, two->definition);
  for (gsize r = 0; r < one->n_rows; r++)
    g_assert_cmpstr (one->texts[0][r], ==, two->texts[0][r]);
}

/* Figures of a report have what the parts found, by checkpoint; taken from the store as well. */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new (), alone = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) report = new_report ("spectrum,ntk,sharpness"),
                            trace = kappa_analysis_new_by_name ("trace", NULL),
                            activity = kappa_analysis_new_by_name ("activity", NULL);
  g_autoptr (KappaResult) traced = NULL, counted = NULL, result = NULL;
  g_autoptr (KappaTable) second = NULL;

  fixture_set (trace, "folds", "2");
  fixture_set (activity, "folds", "2");
  traced = run_job (fixture, trace, alone, FALSE, KAPPA_JOB_NEW);
  counted = run_job (fixture, activity, alone, FALSE, KAPPA_JOB_NEW);
  fixture_add_model (inputs);
  fixture_add_model (inputs);
  fixture_add_images (inputs, IMAGES);
  kappa_inputs_set_option (inputs, "model", 1, "set", "mean=0.4,0.5,0.5", NULL);
  result = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_NEW);
  g_assert_cmpuint (count_runs (fixture, "trace", TRUE), ==, 2);
  g_assert_cmpuint (count_runs (fixture, "activity", TRUE), ==, 2);
  assert_same_table (result, "trace_by_block_of_1", traced, "trace_by_block");
  assert_same_table (result, "layers_of_1", counted, "layers");
  second = kappa_result_dup_table (result, "layers_of_2");
  g_assert_nonnull (second);
  g_assert_cmpfloat (fixture_scalar (result, "trace_1"), ==, fixture_scalar (traced, "trace"));
  g_assert_cmpfloat (fixture_scalar (result, "trace_1"), !=, fixture_scalar (result, "trace_2"));
}

static void
cancel_at_loss_cb (const KappaScalar *scalar, gpointer cancellable)
{
  if (g_str_equal (scalar->name, "loss"))
    g_cancellable_cancel (cancellable);
}

/* What was finished when it was cancelled is in the workspace, also for a report that has to begin
 * again. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) report = new_report (QUICK);
  g_autoptr (KappaResult) result = kappa_result_new (), whole = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaContext context = { .workers = fixture->workers,
                           .cancellable = cancellable,
                           .workspace = fixture->workspace };
  KappaResultListener listener = { .scalar = cancel_at_loss_cb };
  g_autoptr (GError) error = NULL;

  kappa_result_set_listener (result, &listener, cancellable);
  g_assert_false (kappa_analysis_run (report, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  kappa_result_set_listener (result, NULL, NULL);
  assert_runs (fixture, 0, 1, 0);
  whole = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_NEW);
  assert_runs (fixture, 1, 1, 1);
  g_assert_cmpuint (count_runs (fixture, "activity", FALSE), ==, 0);
  g_assert_cmpfloat (fixture_scalar (whole, "loss"), ==, fixture_scalar (result, "loss"));
}

static void
cancel_at_step_cb (const KappaArray *array, gsize first, gsize n, gpointer cancellable)
{
  if (g_str_equal (array->name, "ascent_loss") && first == 4)
    g_cancellable_cancel (cancellable);
}

/* A run of the workspace that was cut short in the middle of the ascent. */
static void
leave_unfinished (Fixture *fixture, KappaAnalysis *analysis, KappaInputs *inputs)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaContext context = { .workers = fixture->workers, .cancellable = cancellable };
  KappaResultListener listener = { .values = cancel_at_step_cb };
  g_autofree char *recipe = kappa_recipe_to_json (analysis, inputs),
                  *key = kappa_recipe_key (analysis, inputs);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRun) run = NULL;
  gint64 id;

  kappa_result_set_listener (result, &listener, cancellable);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (kappa_result_is_present (result, "ascent_loss", 4));
  g_assert_false (kappa_result_is_present (result, "ascent_loss", 6));
  id = kappa_workspace_create_run (fixture->workspace, "sharpness", "unfinished", recipe, key,
                                   kappa_engine_get_isa (), 2, &error);
  g_assert_no_error (error);
  run = kappa_run_claim (fixture->workspace, id, &error);
  g_assert_no_error (error);
  g_assert_true (kappa_run_attach (run, result, &error));
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_CANCELLED, NULL, &error));
}

/* A report goes on with a part that was begun, and ends with the same bits. */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "sharpness", "sam_sharpness", "average_flatness" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) report = new_report ("trace,spectrum,ntk"),
                            sharpness = kappa_analysis_new_by_name ("sharpness", NULL);
  g_autoptr (KappaResult) whole = NULL, result = NULL;

  fixture_set (sharpness, "folds", "2");
  fixture_set (sharpness, "draws", "2");
  whole = fixture_run (sharpness, inputs, NULL, 2);
  leave_unfinished (fixture, sharpness, inputs);
  g_assert_cmpuint (count_runs (fixture, "sharpness", FALSE), ==, 1);
  result = run_job (fixture, report, inputs, FALSE, KAPPA_JOB_NEW);
  g_assert_cmpuint (count_runs (fixture, "sharpness", FALSE), ==, 0);
  g_assert_cmpuint (count_runs (fixture, "sharpness", TRUE), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpfloat (fixture_scalar (result, names[i]), ==, fixture_scalar (whole, names[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)
  ADD ("/report-parts/reuse", test_reuse);
  ADD ("/report-parts/fresh", test_fresh);
  ADD ("/report-parts/kept", test_kept);
  ADD ("/report-parts/cancel", test_cancel);
  ADD ("/report-parts/resume", test_resume);
  return g_test_run ();
}
