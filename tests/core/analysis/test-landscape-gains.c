/* What a landscape can be asked for beside its values: the local model, interpolation, statistics
 * found anew. */

#include <math.h>
#include <string.h>

#include "core/analysis/held-out.h"
#include "core/analysis/landscape-refine.h"
#include "core/analysis/recalibration.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

#define N_IMAGES 12
#define IMAGES   "0:12"

static KappaAnalysis *
new_landscape (const char *x, const char *y)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("landscape", NULL);

  fixture_set (analysis, "x", x);
  fixture_set (analysis, "y", y);
  return analysis;
}

static double
value_of (KappaResult *result, const char *array, gsize index)
{
  double value = NAN;

  g_assert_true (kappa_result_get_value (result, array, index, &value));
  return value;
}

/* Slopes and curvatures are the differences of the losses around the checkpoint. */
static void
test_coefficients (void)
{
  const double h = 1e-6;
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:4");
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1e-6:1e-6:3", "-1e-6:1e-6:3");
  g_autoptr (KappaResult) result = NULL;
  double loss[9], expected[5];

  fixture_set (analysis, "precision", "float64");
  fixture_set (analysis, "quadratic", "true");
  result = fixture_run (analysis, inputs, NULL, 2);
  for (gsize i = 0; i < 9; i++)
    loss[i] = value_of (result, "loss", i);
  expected[0] = (loss[7] - loss[1]) / (2.0 * h);
  expected[1] = (loss[5] - loss[3]) / (2.0 * h);
  expected[2] = (loss[7] - 2.0 * loss[4] + loss[1]) / (h * h);
  expected[3] = (loss[8] - loss[6] - loss[2] + loss[0]) / (4.0 * h * h);
  expected[4] = (loss[5] - 2.0 * loss[4] + loss[3]) / (h * h);
  for (gsize i = 0; i < 5; i++)
    g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic_coefficients", i), expected[i],
                                    2e-3 * fabs (expected[i]) + 1e-6);
  g_assert_cmpfloat (value_of (result, "quadratic", 4), ==, loss[4]);
  for (gsize i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic", i), loss[i],
                                    1e-3 * fabs (loss[i] - loss[4]) + 1e-15);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "quadratic_radius"), h * sqrt (2.0),
                                  1e-12);
}

/* The model ends where a point is off by more than a tenth of the largest change so far. */
static void
test_reach (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:1:21", "none");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaScalar) scalar = NULL;
  double error = 0.0, change = 0.0, reach = 0.0;

  fixture_set (analysis, "quadratic", "true");
  result = fixture_run (analysis, inputs, NULL, 2);
  for (gsize i = 0; i < 21; i++)
    {
      double loss = value_of (result, "loss", i);

      error = fmax (error, fabs (loss - value_of (result, "quadratic", i)));
      change = fmax (change, fabs (loss - value_of (result, "loss", 0)));
      if (error > 0.1 * change)
        break;
      reach = 0.05 * (double)i;
    }
  scalar = kappa_result_dup_scalar (result, "quadratic_radius");
  g_assert_cmpfloat_with_epsilon (scalar->value, reach, 1e-12);
  g_assert_cmpfloat (reach, <, 1.0);
  g_assert_cmpint (scalar->certainty.kind, ==, KAPPA_RESIDUAL);
  g_assert_cmpfloat_with_epsilon (scalar->certainty.residual, 0.05, 1e-12);
  g_assert_cmpfloat (value_of (result, "quadratic_coefficients", 1), ==, 0.0);
}

/* Gradient and products are worth three evaluations in the count of work, and kept. */
static void
test_quadratic_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "-1:1:3");
  g_autoptr (KappaResult) whole = NULL;
  g_autoptr (KappaResult) rest = kappa_result_new ();
  g_autoptr (KappaArray) coefficients = NULL;
  g_autoptr (KappaArray) again = NULL;

  fixture_set (analysis, "quadratic", "true");
  whole = fixture_run (analysis, inputs, NULL, 1);
  g_assert_cmpfloat (fixture_last_total (), ==, 12.0 * N_IMAGES);
  coefficients = kappa_result_dup_array (whole, "quadratic_coefficients");
  again = kappa_array_copy (coefficients);
  memset (again->present + 2, 0, 3);
  kappa_result_take_array (rest, g_steal_pointer (&again));
  fixture_run (analysis, inputs, rest, 3);
  g_assert_cmpfloat (fixture_last_total (), ==, 11.0 * N_IMAGES);
  for (gsize i = 0; i < 5; i++)
    g_assert_cmpfloat (value_of (rest, "quadratic_coefficients", i), ==, coefficients->values[i]);
  for (gsize i = 0; i < 9; i++)
    g_assert_cmpfloat (value_of (rest, "quadratic", i), ==, value_of (whole, "quadratic", i));
  fixture_run (analysis, inputs, rest, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

/* Against tables of Clopper and Pearson's bound, and of sample sizes for tolerance limits. */
static void
test_held_out (void)
{
  double spent = 0.0;

  g_assert_cmpuint (kappa_held_out_count (0.05, 0.05), ==, 59);
  g_assert_cmpuint (kappa_held_out_count (0.1, 0.05), ==, 29);
  g_assert_cmpfloat_with_epsilon (kappa_held_out_bound_share (10, 1, 0.05), 0.3942, 1e-4);
  g_assert_cmpfloat_with_epsilon (kappa_held_out_bound_share (20, 0, 0.025), 0.1684, 1e-4);
  g_assert_cmpfloat_with_epsilon (kappa_held_out_bound_share (50, 5, 0.025), 0.2181, 1e-4);
  g_assert_cmpfloat (kappa_held_out_bound_share (3, 3, 0.05), ==, 1.0);
  /* The largest of 59, the second of 93, the third of 124. */
  g_assert_cmpuint (kappa_held_out_rank (58, 0.95, 0.05), ==, 0);
  g_assert_cmpuint (kappa_held_out_rank (59, 0.95, 0.05), ==, 59);
  g_assert_cmpuint (kappa_held_out_rank (92, 0.95, 0.05), ==, 92);
  g_assert_cmpuint (kappa_held_out_rank (93, 0.95, 0.05), ==, 92);
  g_assert_cmpuint (kappa_held_out_rank (124, 0.95, 0.05), ==, 122);
  for (guint round = 0; round < 40; round++)
    spent += kappa_held_out_alpha (round);
  g_assert_cmpfloat (spent, <=, 0.05);
  g_assert_cmpfloat (spent, >, 0.049);
}

#define SIDE 41
#define SIZE (SIDE * SIDE)

static KappaAnalysis *
new_refined (const char *tolerance)
{
  KappaAnalysis *analysis = new_landscape ("-0.5:0.5:41", "-0.3:0.5:41");

  fixture_set (analysis, "refine", tolerance);
  return analysis;
}

/* What is computed is what is computed without interpolation; what is not is off as far as it says.
 */
static void
test_refined (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:4");
  g_autoptr (KappaAnalysis) analysis = new_refined ("0.05");
  g_autoptr (KappaAnalysis) plain = new_refined ("0");
  g_autoptr (KappaResult) refined = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) exact = fixture_run (plain, inputs, NULL, 2);
  g_autoptr (KappaArray) checks = kappa_result_dup_array (refined, "held_out_loss");
  g_autoptr (KappaScalar) typical = kappa_result_dup_scalar (refined, "interpolation_error_95");
  g_autoptr (KappaScalar) beyond = kappa_result_dup_scalar (refined, "interpolation_beyond");
  gsize interpolated = 0, bad = 0, worse = 0;
  double worst = 0.0;

  for (gsize i = 0; i < SIZE; i++)
    {
      double loss = value_of (exact, "loss", i);
      double error = kappa_landscape_refinement_compare (value_of (refined, "loss", i), loss);

      if (!kappa_landscape_is_interpolated (refined, i))
        g_assert_cmpfloat (error, ==, 0.0);
      interpolated += kappa_landscape_is_interpolated (refined, i);
      bad += error > 0.05;
      worse += error > typical->certainty.high;
    }
  g_assert_cmpuint (interpolated, >, 60);
  g_assert_cmpuint (interpolated, <, SIZE - 81);
  g_assert_cmpfloat (fixture_scalar (refined, "interpolated_points"), ==, (double)interpolated);
  g_assert_cmpuint (checks->dims[0], >=, 72);
  g_assert_cmpuint (checks->dims[0], <, interpolated);
  for (gsize i = 0; i < checks->dims[0]; i++)
    {
      gsize point = (gsize)checks->coordinates[0][i];

      g_assert_true (kappa_landscape_is_interpolated (refined, point));
      g_assert_cmpfloat (checks->values[i], ==, value_of (exact, "loss", point));
      worst = fmax (worst, kappa_landscape_refinement_compare (value_of (refined, "loss", point),
                                                               checks->values[i]));
    }
  g_assert_cmpfloat (fixture_scalar (refined, "interpolation_error"), ==, worst);
  g_assert_cmpfloat (typical->value, <=, typical->certainty.high);
  g_assert_cmpfloat (typical->certainty.high, <=, 0.05);
  g_assert_cmpfloat (beyond->certainty.high, <=, 0.05);
  /* What is promised, of all points. */
  g_assert_cmpuint (bad * 20, <=, interpolated);
  g_assert_cmpuint (worse * 20, <=, interpolated);
}

/* Where nothing is smooth enough, all is computed, and there is nothing to promise. */
static void
test_refined_exact (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:4");
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.5:0.5:25", "none");
  g_autoptr (KappaAnalysis) plain = new_landscape ("-0.5:0.5:25", "none");
  g_autoptr (KappaResult) refined = NULL, exact = fixture_run (plain, inputs, NULL, 2);
  g_autoptr (KappaArray) checks = NULL;

  fixture_set (analysis, "refine", "0.05");
  refined = fixture_run (analysis, inputs, NULL, 2);
  checks = kappa_result_dup_array (refined, "held_out_loss");
  g_assert_null (checks);
  g_assert_cmpfloat (fixture_scalar (refined, "interpolated_points"), ==, 0.0);
  for (gsize i = 0; i < 25; i++)
    g_assert_cmpfloat (value_of (refined, "loss", i), ==, value_of (exact, "loss", i));
}

/* A run broken off anywhere ends with the same bits, whatever the number of threads. */
static void
test_refined_resume (void)
{
  static const char *const names[] = { "loss",           "accuracy",           "interpolated",
                                       ".computed_loss", ".computed_accuracy", "held_out_loss" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:4");
  g_autoptr (KappaAnalysis) analysis = new_refined ("0.05");
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 1);

  g_assert_cmpfloat (fixture_scalar (whole, "interpolation_rounds"), >=, 2.0);
  for (gsize cut = 0; cut < 2; cut++)
    {
      g_autoptr (KappaResult) rest = kappa_result_new ();

      for (gsize k = 0; k < 5; k++)
        {
          g_autoptr (KappaArray) array = kappa_result_dup_array (whole, names[k]);

          for (gsize i = 0; i < SIZE; i++)
            if ((i * 7919) % 11 >= 3 + 6 * cut)
              {
                array->present[i] = 0;
                array->values[i] = NAN;
              }
          kappa_result_take_array (rest, g_steal_pointer (&array));
        }
      fixture_run (analysis, inputs, rest, 3);
      for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
        {
          g_autoptr (KappaArray) a = kappa_result_dup_array (whole, names[k]);
          g_autoptr (KappaArray) b = kappa_result_dup_array (rest, names[k]);
          gsize size = kappa_array_get_size (a) * sizeof (double);

          g_assert_cmpmem (a->values, size, b->values, kappa_array_get_size (b) * sizeof (double));
        }
    }
  fixture_run (analysis, inputs, whole, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

typedef struct
{
  KappaInputs *inputs;
  KappaModel *model;
  KappaBatchSource *batches;
  KappaRecalibration *recalibration;
  KappaWorkers *workers;
} Bench;

static void
bench_make (Bench *self, guint threads)
{
  KappaContext context = { 0 };
  g_autoptr (GError) error = NULL;

  self->inputs = fixture_open_inputs (IMAGES);
  self->model = kappa_inputs_get_model (self->inputs, "model", 0);
  self->workers = kappa_workers_new (threads);
  context.workers = self->workers;
  self->batches = kappa_inputs_make_batches (self->inputs, "data", "model", TRUE, &context, &error);
  g_assert_no_error (error);
  self->recalibration = kappa_recalibration_new (self->model, self->batches, &error);
  g_assert_no_error (error);
}

static double *
bench_run (Bench *self)
{
  KappaContext context = { .workers = self->workers };
  double *buffers = g_new (double, kappa_model_get_buffers_size (self->model));
  g_autoptr (GError) error = NULL;

  kappa_recalibration_run (self->recalibration, kappa_model_get_parameters_wide (self->model, NULL),
                           &context, buffers, &error);
  g_assert_no_error (error);
  return buffers;
}

static void
bench_clear (Bench *self)
{
  kappa_recalibration_free (self->recalibration);
  g_object_unref (self->batches);
  g_clear_pointer (&self->workers, kappa_workers_unref);
  g_object_unref (self->inputs);
}

/* One output of the first convolution, 3 × 3 with a border of zeros. */
static double
convolve (const double *image, const double *filter, int y, int x)
{
  double sum = 0.0;

  for (int c = 0; c < 3; c++)
    for (int dy = -1; dy <= 1; dy++)
      for (int dx = -1; dx <= 1; dx++)
        if (y + dy >= 0 && y + dy < 32 && x + dx >= 0 && x + dx < 32)
          sum += filter[(c * 3 + dy + 1) * 3 + dx + 1] * image[(c * 32 + y + dy) * 32 + x + dx];
  return sum;
}

/* Mean and variance behind the first convolution, by their definition. */
static void
test_first_layer (void)
{
  Bench bench;
  g_autofree double *images = g_new (double, N_IMAGES * 3 * 32 * 32);
  g_autofree double *buffers = NULL;
  const double *filter;

  bench_make (&bench, 2);
  buffers = bench_run (&bench);
  filter = kappa_model_get_parameters_wide (bench.model, NULL)
           + kappa_model_find_parameter (bench.model, "conv1.weight")->offset;
  g_assert_true (
      kappa_batch_source_fetch (bench.batches, 0, N_IMAGES, KAPPA_PIXEL_DOUBLE, images, NULL));
  g_assert_cmpstr (kappa_model_get_buffer (bench.model, 0)->name, ==, "bn1.running_mean");
  g_assert_cmpstr (kappa_model_get_buffer (bench.model, 1)->name, ==, "bn1.running_var");
  for (guint f = 0; f < 16; f += 5)
    {
      double mean = 0.0, variance = 0.0;

      for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < N_IMAGES * 1024; k++)
          {
            double value
                = convolve (images + (k / 1024) * 3072, filter + f * 27, k / 32 % 32, k % 32);

            if (pass == 0)
              mean += value / (N_IMAGES * 1024.0);
            else
              variance += (value - mean) * (value - mean) / (N_IMAGES * 1024.0);
          }
      g_assert_cmpfloat_with_epsilon (buffers[f], mean, 1e-12);
      g_assert_cmpfloat_with_epsilon (buffers[16 + f], variance, 1e-12 * variance);
    }
  bench_clear (&bench);
}

static void
test_statistics_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autofree double *single = NULL;
  Bench bench;

  bench_make (&bench, 1);
  single = bench_run (&bench);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree double *many = NULL;
      gsize size = kappa_model_get_buffers_size (bench.model) * sizeof (double);

      g_clear_pointer (&bench.workers, kappa_workers_unref);
      bench.workers = kappa_workers_new (threads[i]);
      many = bench_run (&bench);
      g_assert_cmpmem (single, size, many, size);
    }
  bench_clear (&bench);
}

/* With statistics of its own, the scale of the weights before a batch norm means nothing: along the
 * weights themselves, which a direction file holds, the loss is flat but for the last layer. Here
 * the direction is random, so what is compared is the origin: a loss of its own, not the
 * checkpoint's. */
static void
test_recalibrated_run (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.5:0.5:3", "none");
  g_autoptr (KappaResult) frozen = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) found = NULL;
  g_autoptr (KappaResult) again = NULL;

  fixture_set (analysis, "batchnorm", "recalibrated");
  found = fixture_run (analysis, inputs, NULL, 2);
  /* The checkpoint with its own statistics, and three points. */
  g_assert_cmpfloat (fixture_last_total (), ==, 4.0 * N_IMAGES);
  again = fixture_run (analysis, inputs, NULL, 3);
  g_assert_cmpfloat (value_of (found, "checkpoint_loss", 0), ==, value_of (frozen, "loss", 1));
  g_assert_cmpfloat (value_of (found, "loss", 1), !=, value_of (frozen, "loss", 1));
  g_assert_cmpfloat (value_of (found, "loss", 1), <, 2.0);
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpfloat (value_of (found, "loss", i), ==, value_of (again, "loss", i));
}

typedef struct
{
  const char *settings[6]; /* names and texts in turn */
  const char *mentions;
} Combination;

static const Combination combinations[] = {
  { { "quadratic", "true", "seeds", "2" }, "quadratic" },
  { { "quadratic", "true", "batchnorm", "moved" }, "quadratic" },
  { { "quadratic", "true", "batchnorm", "recalibrated" }, "quadratic" },
  { { "quadratic", "true", "precision", "bfloat16" }, "quadratic" },
  { { "refine", "0.1", "seeds", "2" }, "refine" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (combinations); i++)
    {
      const Combination *row = &combinations[i];
      g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
      g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
      g_autoptr (GError) error = NULL;

      fixture_add_model (inputs);
      fixture_add_images (inputs, IMAGES);
      for (guint s = 0; s < 6 && row->settings[s] != NULL; s += 2)
        fixture_set (analysis, row->settings[s], row->settings[s + 1]);
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_true (g_str_has_prefix (error->message, row->mentions));
    }
}

static KappaEstimate
estimate (const char *name, const char *text)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:32");
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:5", "none");
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;
  KappaEstimate found = { 0 };

  fixture_set (analysis, name, text);
  kappa_analysis_estimate (analysis, inputs, &context, &found, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (found.units, ==, 5.0);
  return found;
}

/* What comes on top of the evaluations is announced, too. */
static void
test_estimate (void)
{
  static const char *const gains[][2] = { { "quadratic", "true" },
                                          { "along", "gradient" },
                                          { "along", "eigenvectors" },
                                          { "curvature-map", "4" },
                                          { "batchnorm", "recalibrated" } };
  const KappaEstimate plain = estimate ("refine", "0");

  for (guint i = 0; i < G_N_ELEMENTS (gains); i++)
    {
      const KappaEstimate found = estimate (gains[i][0], gains[i][1]);

      g_test_message ("%s: %g s, %g MB", gains[i][0], found.seconds, (double)found.bytes * 1e-6);
      g_assert_cmpfloat ((double)found.bytes, >, 1.5 * (double)plain.bytes);
      /* 160 products beside 5 evaluations show on the busiest machine. */
      if (g_str_equal (gains[i][0], "curvature-map"))
        g_assert_cmpfloat (found.seconds, >, 3.0 * plain.seconds);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/landscape-gains/coefficients", test_coefficients);
  g_test_add_func ("/landscape-gains/reach", test_reach);
  g_test_add_func ("/landscape-gains/quadratic-resume", test_quadratic_resume);
  g_test_add_func ("/landscape-gains/estimate", test_estimate);
  g_test_add_func ("/landscape-gains/held-out", test_held_out);
  g_test_add_func ("/landscape-gains/refined-exact", test_refined_exact);
  g_test_add_func ("/landscape-gains/refined", test_refined);
  g_test_add_func ("/landscape-gains/refined-resume", test_refined_resume);
  g_test_add_func ("/landscape-gains/first-layer", test_first_layer);
  g_test_add_func ("/landscape-gains/statistics-threads", test_statistics_threads);
  g_test_add_func ("/landscape-gains/recalibrated-run", test_recalibrated_run);
  g_test_add_func ("/landscape-gains/refused", test_refused);
  return g_test_run ();
}
