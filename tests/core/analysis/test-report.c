#include <math.h>
#include <string.h>

#include "core/analysis/job.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

/* The bundled network over few images, without what takes long. */
static KappaAnalysis *
new_report (const char *without)
{
  g_autoptr (GError) error = NULL;
  KappaAnalysis *report = kappa_analysis_new_by_name ("report", &error);

  g_assert_no_error (error);
  fixture_set (report, "without", without);
  fixture_set (report, "folds", "2");
  fixture_set (report, "draws", "2");
  return report;
}

static void
add_train_images (KappaInputs *inputs, const char *images)
{
  g_autofree char *source = g_strdup (kappa_inputs_get_source (inputs, "data", 0));
  g_autoptr (GError) error = NULL;

  kappa_inputs_add (inputs, "train-data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "train-data", 0, "images", images, NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
}

static double
run_alone (const char *name, const char *images, const char *scalar)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (images);
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name (name, NULL);
  g_autoptr (KappaResult) result = NULL;

  if (kappa_analysis_find_property (analysis, "folds") != NULL)
    fixture_set (analysis, "folds", "2");
  if (g_str_equal (name, "sharpness"))
    fixture_set (analysis, "draws", "2");
  result = fixture_run (analysis, inputs, NULL, 2);
  return fixture_scalar (result, scalar);
}

static const char *
text_at (KappaTable *table, const char *quantity, const char *column)
{
  for (gsize r = 0; r < table->n_rows; r++)
    for (guint c = 0; c < table->n_columns; c++)
      if (g_str_equal (table->texts[0][r], quantity)
          && g_str_equal (table->columns[c].name, column))
        return table->texts[c][r];
  g_assert_not_reached ();
}

/* The numbers are those of the analyses run alone, from the images the row says. */
static void
test_rows (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:20");
  g_autoptr (KappaAnalysis) report = new_report ("trace,spectrum,ntk");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) table = NULL;
  g_autoptr (KappaScalar) sample = NULL;

  add_train_images (inputs, "20:50");
  result = fixture_run (report, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (result, "loss"), ==, run_alone ("predict", "0:20", "loss"));
  g_assert_cmpfloat (fixture_scalar (result, "train_loss"), ==,
                     run_alone ("predict", "20:50", "loss"));
  g_assert_cmpfloat (fixture_scalar (result, "sharpness"), ==,
                     run_alone ("sharpness", "20:50", "sharpness"));
  g_assert_cmpfloat (fixture_scalar (result, "active_fraction"), ==,
                     run_alone ("activity", "20:50", "active_fraction"));
  sample = kappa_result_dup_scalar (result, "sam_sharpness_over_folds");
  g_assert_cmpint (sample->certainty.kind, ==, KAPPA_INTERVAL);
  table = kappa_result_dup_table (result, "report");
  g_assert_cmpuint (table->n_rows, ==, 13);
  g_assert_cmpstr (text_at (table, "Loss", "certainty"), ==, "exact");
  g_assert_nonnull (strstr (text_at (table, "Sharpness, worst found", "certainty"), "residual"));
  g_assert_nonnull (strstr (text_at (table, "Average loss under noise", "certainty"), "interval"));
  g_assert_nonnull (strstr (text_at (table, "Loss", "definition"), "float32"));
}

/* Without training images no row claims to be of them. */
static void
test_images (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:20");
  g_autoptr (KappaAnalysis) report = new_report ("trace,spectrum,ntk,sharpness");
  g_autoptr (KappaResult) result = fixture_run (report, inputs, NULL, 2);
  g_autoptr (KappaScalar) absent = kappa_result_dup_scalar (result, "train_loss");
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "report");

  g_assert_null (absent);
  g_assert_cmpstr (text_at (table, "Active neurons", "images"), ==, "held-out");
}

static void
test_two (void)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) report = new_report ("trace,spectrum,ntk");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) differences = NULL;
  g_autoptr (KappaScalar) first = NULL, second = NULL, difference = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_model (inputs);
  fixture_add_images (inputs, "0:20");
  kappa_inputs_set_option (inputs, "model", 1, "set", "mean=0.4,0.5,0.5", NULL);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  result = fixture_run (report, inputs, NULL, 2);
  first = kappa_result_dup_scalar (result, "average_flatness_1");
  second = kappa_result_dup_scalar (result, "average_flatness_2");
  difference = kappa_result_dup_scalar (result, "average_flatness_difference");
  g_assert_cmpfloat (first->value, !=, second->value);
  g_assert_cmpfloat (difference->value, ==, second->value - first->value);
  g_assert_cmpfloat_with_epsilon (pow (difference->certainty.high - difference->certainty.low, 2.0),
                                  pow (first->certainty.high - first->certainty.low, 2.0)
                                      + pow (second->certainty.high - second->certainty.low, 2.0),
                                  1e-9);
  g_assert_cmpfloat (fixture_scalar (result, "parameters_difference"), ==, 0.0);
  differences = kappa_result_dup_table (result, "differences");
  g_assert_cmpuint (differences->n_rows, ==, 11);
}

static KappaJob *
new_job (KappaWorkspace *workspace, const char *name, const char *images)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (images);
  g_autoptr (KappaAnalysis) analysis = NULL;

  if (g_str_equal (name, "report"))
    analysis = new_report ("trace,spectrum,ntk");
  else
    analysis = kappa_analysis_new_by_name (name, NULL);
  if (g_str_equal (name, "activity"))
    fixture_set (analysis, "folds", "2");
  return kappa_job_new (analysis, inputs, workspace);
}

/* Runs a job to its end; returns how it began. */
static KappaJobOrigin
run_job (KappaJob *job, GCancellable *cancellable)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  kappa_job_prepare (job, &context, &error);
  g_assert_no_error (error);
  kappa_job_run (job, &context, &error);
  g_assert_no_error (error);
  return kappa_job_get_origin (job);
}

/* Its parts are runs in the workspace: what one of them was alone is found, and the other way
 * round. */
static void
test_workspace (void)
{
  g_autofree char *directory = g_dir_make_tmp ("kappa-report-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "workspace.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaWorkspace) workspace = kappa_workspace_open (path, &error);
  g_autoptr (KappaJob) alone = NULL, report = NULL, again = NULL, part = NULL;

  g_assert_no_error (error);
  alone = new_job (workspace, "activity", "0:20");
  g_assert_cmpint (run_job (alone, NULL), ==, KAPPA_JOB_NEW);
  report = new_job (workspace, "report", "0:20");
  g_assert_cmpint (run_job (report, NULL), ==, KAPPA_JOB_NEW);
  g_assert_null (kappa_job_dup_store_error (report));
  again = new_job (workspace, "report", "0:20");
  g_assert_cmpint (run_job (again, NULL), ==, KAPPA_JOB_STORED);
  part = new_job (workspace, "predict", "0:20");
  g_assert_cmpint (run_job (part, NULL), ==, KAPPA_JOB_STORED);
  g_assert_cmpfloat (fixture_scalar (kappa_job_get_result (part), "loss"), ==,
                     fixture_scalar (kappa_job_get_result (again), "loss"));
}

static void
stop_cb (const KappaScalar *scalar, gpointer data)
{
  if (g_str_equal (scalar->name, "dead_units"))
    g_cancellable_cancel (data);
}

static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:20");
  g_autoptr (KappaAnalysis) report = new_report ("trace,spectrum,ntk");
  g_autoptr (KappaResult) whole = fixture_run (report, inputs, NULL, 2);
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  KappaResultListener listener = { .scalar = stop_cb };
  g_auto (GStrv) scalars = kappa_result_list_scalars (whole);
  g_autoptr (GError) error = NULL;
  double total = fixture_last_total ();

  kappa_result_set_listener (result, &listener, cancellable);
  g_assert_false (kappa_analysis_run (report, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  kappa_result_set_listener (result, NULL, NULL);
  fixture_run (report, inputs, result, 3);
  g_assert_cmpfloat (fixture_last_total (), >, 0.0);
  g_assert_cmpfloat (fixture_last_total (), <, total);
  for (guint i = 0; scalars[i] != NULL; i++)
    g_assert_cmpfloat (fixture_scalar (whole, scalars[i]), ==, fixture_scalar (result, scalars[i]));
  fixture_run (report, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static void
test_refused (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:5");
  g_autoptr (KappaAnalysis) report = new_report ("trace,hessian");
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_analysis_check (report, inputs, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "hessian"));
}

/* All of it, over very few images. */
static void
test_whole (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:6");
  g_autoptr (KappaAnalysis) report = new_report ("");
  g_autoptr (KappaResult) result = NULL;

  /* So small that the loss is as good as quadratic. */
  fixture_set (report, "rho", "0.0001");
  result = fixture_run (report, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (result, "lambda_max"), >, 0.0);
  g_assert_cmpfloat (fixture_scalar (result, "lambda_from_sharpness"), <=,
                     1.3 * fixture_scalar (result, "lambda_max"));
  g_assert_cmpfloat (fixture_scalar (result, "trace"), >, 0.0);
  g_assert_cmpfloat (fixture_scalar (result, "ntk_condition"), >, 1.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/rows", test_rows);
  g_test_add_func ("/report/images", test_images);
  g_test_add_func ("/report/two", test_two);
  g_test_add_func ("/report/workspace", test_workspace);
  g_test_add_func ("/report/resume", test_resume);
  g_test_add_func ("/report/refused", test_refused);
  g_test_add_func ("/report/whole", test_whole);
  return g_test_run ();
}
