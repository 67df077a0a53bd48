/* The analysis as a whole, on the bundled network. */

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "core/analysis/curvature.h"
#include "core/analysis/displacement.h"
#include "core/analysis/parts.h"
#include "core/analysis/spectrum.h"
#include "core/base/formula.h"
#include "tests/core/analysis/fixture.h"

#define IMAGES   "0:6"
#define N_IMAGES 6

static KappaAnalysis *
new_spectrum (const char *first, ...)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("spectrum", NULL);
  va_list rest;

  va_start (rest, first);
  for (const char *name = first; name != NULL; name = va_arg (rest, const char *))
    fixture_set (analysis, name, va_arg (rest, const char *));
  va_end (rest);
  return analysis;
}

static void
assert_same_array (KappaResult *a, KappaResult *b, const char *name)
{
  g_autoptr (KappaArray) left = kappa_result_dup_array (a, name);
  g_autoptr (KappaArray) right = kappa_result_dup_array (b, name);

  g_assert_nonnull (left);
  g_assert_nonnull (right);
  g_assert_cmpmem (left->values, kappa_array_get_size (left) * sizeof (double), right->values,
                   kappa_array_get_size (right) * sizeof (double));
  g_assert_cmpuint (kappa_result_count_present (a, name), ==, kappa_array_get_size (left));
  g_assert_cmpuint (kappa_result_count_present (b, name), ==, kappa_array_get_size (left));
}

static void
assert_same (KappaResult *a, KappaResult *b)
{
  static const char *const arrays[]
      = { "eigenvalues",        "residuals",         "eigenvalues_by_fold", "ritz_nodes",
          "ritz_weights",       "density",           "density_low",         "log_density",
          "lambda_max_by_fold", "lambda_min_by_fold" };

  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    assert_same_array (a, b, arrays[i]);
}

static KappaAnalysis *
small_spectrum (void)
{
  return new_spectrum ("top", "2", "bottom", "1", "tolerance", "1e-2", "probes", "2", "steps", "3",
                       "folds", "2", "block", "2", NULL);
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = small_spectrum ();
  g_autoptr (KappaResult) single = fixture_run (analysis, inputs, NULL, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) many = fixture_run (analysis, inputs, NULL, threads[i]);

      assert_same (single, many);
    }
}

static void
copy_array (const KappaArray *array, gpointer data)
{
  kappa_result_take_array (data, kappa_array_copy (array));
}

/* Stands for a store and for a process that is killed: after so many changes nothing more arrives,
 * and the run is cancelled. */
typedef struct
{
  KappaResult *store;
  guint left;
  GCancellable *cancellable;
} Crash;

static gboolean
is_alive (Crash *crash)
{
  if (crash->left > 0)
    crash->left--;
  if (crash->left == 0)
    g_cancellable_cancel (crash->cancellable);
  return crash->left > 0;
}

static void
array_cb (const KappaArray *array, gpointer data)
{
  Crash *crash = data;

  if (is_alive (crash))
    copy_array (array, crash->store);
}

static void
values_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  Crash *crash = data;

  if (is_alive (crash))
    kappa_result_set_values (crash->store, array->name, first, n, array->values + first);
}

static KappaResult *
copy_stored (KappaResult *store)
{
  KappaResult *copy = kappa_result_new ();
  g_auto (GStrv) names = kappa_result_list_stored_arrays (store);

  for (guint i = 0; names[i] != NULL; i++)
    kappa_result_take_array (copy, kappa_result_dup_array (store, names[i]));
  return copy;
}

/* Runs on from what is stored until so many changes were made. Returns: images × vectors
 * multiplied, and whether it came to its end */
static double
run_until (KappaAnalysis *analysis,
           KappaInputs *inputs,
           KappaResult *store,
           guint changes,
           gboolean *ended)
{
  static const KappaResultListener listener = { .array = array_cb, .values = values_cb };
  g_autoptr (KappaResult) result = copy_stored (store);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaContext context = { .workers = workers, .progress = progress, .cancellable = cancellable };
  Crash crash = { store, changes, cancellable };
  g_autoptr (GError) error = NULL;

  kappa_result_set_listener (result, &listener, &crash);
  *ended = kappa_analysis_run (analysis, inputs, result, &context, &error);
  kappa_result_set_listener (result, NULL, NULL);
  if (!*ended)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return kappa_progress_get_state (progress).done;
}

/* Killed again and again, at any change of what is stored, it ends with the same bits. Each time it
 * loses at most what was in flight. */
static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = small_spectrum ();
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 2);
  const double total = fixture_last_total ();
  g_autoptr (KappaResult) store = kappa_result_new ();
  gboolean ended = FALSE;
  double multiplied = 0.0;
  guint kills = 0;

  for (guint changes = 41; !ended; changes = 37 + (changes * 7) % 53, kills++)
    {
      multiplied += run_until (analysis, inputs, store, changes, &ended);
      g_assert_cmpuint (kills, <, 1000);
    }
  g_test_message ("%u kills; %g images × vectors, %g without any", kills - 1, multiplied, total);
  g_assert_cmpuint (kills, >, 3);
  assert_same (whole, store);
  /* What was in flight: two vectors of the block, or of both probes, with all images. */
  g_assert_cmpfloat (multiplied, <=, total + (kills - 1) * 3.0 * N_IMAGES);
  g_assert_cmpfloat (run_until (analysis, inputs, store, G_MAXUINT, &ended), ==, 0.0);
}

/* Values come with true residuals, and files with vectors that have them. */
static void
test_vectors (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "kappa-test-spectrum.h5", NULL);
  g_autoptr (KappaAnalysis) analysis
      = new_spectrum ("top", "2", "bottom", "1", "tolerance", "1e-3", "probes", "0", "folds", "0",
                      "save-eigenvectors", path, NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  const gsize n = kappa_model_get_parameters_size (model);
  g_autofree double *vector = g_new (double, n);
  g_autoptr (KappaDirection) x = NULL, y = NULL;
  g_autoptr (KappaDisplacement) first = NULL;
  g_autoptr (KappaScalar) largest = kappa_result_dup_scalar (result, "lambda_max");
  g_autoptr (GError) error = NULL;
  double value;

  kappa_result_get_value (result, "eigenvalues", 0, &value);
  g_assert_cmpfloat (largest->value, ==, value);
  g_assert_cmpint (largest->certainty.kind, ==, KAPPA_RESIDUAL);
  g_assert_cmpfloat (largest->certainty.residual, <=, 2e-3 * value);
  g_assert_true (kappa_spectrum_get_vector (result, 0, n, vector));
  kappa_directions_read (path, &x, &y, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (y);
  first = kappa_displacement_new_from_file (model, x, path, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (first->parameters, n * sizeof (double), vector, n * sizeof (double));
  g_remove (path);
}

/* The blocks of a matrix on its diagonal have eigenvalues between those of the matrix. */
static void
test_parts (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:3");
  g_autoptr (KappaAnalysis) analysis
      = new_spectrum ("top", "1", "bottom", "1", "tolerance", "1e-2", "probes", "0", "folds", "0",
                      "per", "block", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "lambda_by_block");
  const double largest = fixture_scalar (result, "lambda_max"),
               smallest = fixture_scalar (result, "lambda_min");
  double parameters = 0.0;

  g_assert_cmpuint (table->n_rows, >=, 3);
  g_assert_cmpstr (table->texts[0][0], ==, "stem");
  g_assert_cmpstr (table->texts[0][table->n_rows - 1], ==, "head");
  for (gsize i = 0; i < table->n_rows; i++)
    {
      parameters += table->numbers[1][i];
      g_assert_cmpfloat (table->numbers[2][i], <=, largest * 1.01);
      g_assert_cmpfloat (table->numbers[4][i], >=, smallest - 0.01 * largest);
      g_assert_cmpfloat (table->numbers[2][i], >, table->numbers[4][i]);
    }
  g_assert_cmpfloat (
      parameters, ==,
      (double)kappa_model_get_parameters_size (kappa_inputs_get_model (inputs, "model", 0)));
}

/* The mean of the eigenvector's curvature over folds is the eigenvalue. */
static void
test_folds (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_spectrum ("top", "1", "bottom", "0", "tolerance", "1e-3",
                                                     "probes", "0", "folds", "3", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaArray) along = kappa_result_dup_array (result, "eigenvalues_by_fold"),
                         alone = kappa_result_dup_array (result, "lambda_max_by_fold");
  g_autoptr (KappaScalar) spread = kappa_result_dup_scalar (result, "lambda_max_over_folds");
  double mean = 0.0;

  for (guint f = 0; f < 3; f++)
    {
      mean += along->values[f] / 3.0;
      g_assert_cmpfloat (alone->values[f], >=, along->values[f] * (1.0 - 1e-3));
    }
  g_assert_cmpfloat_with_epsilon (mean, fixture_scalar (result, "lambda_max"), 1e-9 * mean);
  g_assert_cmpint (spread->certainty.kind, ==, KAPPA_INTERVAL);
  g_assert_cmpfloat (spread->certainty.low, <, spread->value);
}

/* One step from the stated vector: the node is its Rayleigh quotient. */
static void
test_formula (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:3");
  g_autoptr (KappaAnalysis) analysis
      = new_spectrum ("top", "0", "bottom", "0", "probes", "1", "steps", "2", "start", "formula",
                      "precision", "float64", "folds", "0", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaCurvature) curvature
      = kappa_curvature_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  const gsize n = kappa_model_get_parameters_size (model);
  g_autofree float *values = g_new (float, n);
  g_autofree double *vector = g_new (double, n), *product = g_new (double, n);
  double square = 0.0, curved = 0.0, mean = 0.0, weights = 0.0;

  kappa_formula_fill ("", "lanczos", -1.0, 1.0, n, values);
  for (gsize i = 0; i < n; i++)
    vector[i] = values[i];
  g_assert_true (kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 1,
                                           (const double *const[]) { vector },
                                           (double *const[]) { product }, &context, NULL));
  for (gsize i = 0; i < n; i++)
    {
      square += vector[i] * vector[i];
      curved += vector[i] * product[i];
    }
  for (gsize i = 0; i < 2; i++)
    {
      double node = NAN, weight = NAN;

      kappa_result_get_value (result, "ritz_nodes", i, &node);
      kappa_result_get_value (result, "ritz_weights", i, &weight);
      mean += node * weight;
      weights += weight;
    }
  g_assert_cmpfloat_with_epsilon (weights, 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean, curved / square, 1e-9 * fabs (mean));
}

static void
test_refusals (void)
{
  static const char *const combinations[][4] = {
    { "top", "0", "bottom", "0" },
    { "precision", "bfloat16", "top", "1" },
    { "probes", "0", "steps", "9" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (combinations); i++)
    {
      const char *const *c = combinations[i];
      g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
      g_autoptr (KappaAnalysis) analysis = new_spectrum (c[0], c[1], c[2], c[3], NULL);
      g_autoptr (GError) error = NULL;

      if (i == 0)
        fixture_set (analysis, "probes", "0");
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spectrum/threads", test_threads);
  g_test_add_func ("/spectrum/resume", test_resume);
  g_test_add_func ("/spectrum/vectors", test_vectors);
  g_test_add_func ("/spectrum/parts", test_parts);
  g_test_add_func ("/spectrum/folds", test_folds);
  g_test_add_func ("/spectrum/formula", test_formula);
  g_test_add_func ("/spectrum/refusals", test_refusals);
  return g_test_run ();
}
