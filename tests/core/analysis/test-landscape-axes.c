/* Directions that the curvature of the loss chooses, and curvature over the plane. */

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

#define IMAGES "0:4"

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

static double
residual_of (KappaResult *result, const char *name)
{
  g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, name);

  g_assert_cmpint (scalar->certainty.kind, ==, KAPPA_RESIDUAL);
  return scalar->certainty.residual;
}

/* Along an eigenvector the model bends by the eigenvalue; along two, the plane has no twist. */
static void
test_eigenvectors (void)
{
  static const char *const pairs[] = { "top", "extremes" };
  static const char *const labels[][2] = { { "λ₁", "λ₂" }, { "λ_max", "λ_min" } };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  double largest[2];

  for (guint p = 0; p < 2; p++)
    {
      g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.1:0.1:3", "-0.1:0.1:3");
      g_autoptr (KappaResult) result = NULL;
      g_autoptr (KappaTable) directions = NULL;
      double lambda[2], tolerance;

      fixture_set (analysis, "along", "eigenvectors");
      fixture_set (analysis, "pair", pairs[p]);
      fixture_set (analysis, "quadratic", "true");
      result = fixture_run (analysis, inputs, NULL, 2);
      directions = kappa_result_dup_table (result, "directions");
      lambda[0] = fixture_scalar (result, "lambda_alpha");
      lambda[1] = fixture_scalar (result, "lambda_beta");
      largest[p] = lambda[0];
      tolerance = 2e-3 * lambda[0];
      g_assert_cmpfloat (lambda[0], >, 0.0);
      g_assert_cmpfloat (residual_of (result, "lambda_alpha"), <=, 1e-3 * lambda[0]);
      g_assert_cmpfloat (residual_of (result, "lambda_beta"), <=, 1e-3 * lambda[0]);
      g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic_coefficients", 2), lambda[0],
                                      tolerance);
      g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic_coefficients", 3), 0.0,
                                      tolerance);
      g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic_coefficients", 4), lambda[1],
                                      tolerance);
      for (guint axis = 0; axis < 2; axis++)
        {
          g_assert_cmpfloat_with_epsilon (directions->numbers[1][axis], 1.0, 1e-6);
          g_assert_cmpstr (directions->texts[4][axis], ==, labels[p][axis]);
          g_assert_cmpfloat (directions->numbers[5][axis], ==, lambda[axis]);
        }
      g_assert_cmpfloat_with_epsilon (directions->numbers[3][1], 0.0, 1e-5);
      if (p == 0)
        g_assert_cmpfloat (lambda[1], >, 0.0);
      else
        g_assert_cmpfloat (lambda[1], <, 0.0);
    }
  g_assert_cmpfloat_with_epsilon (largest[0], largest[1], 2e-3 * largest[0]);
}

/* The two largest eigenvalues over the first eight test images, by dense double precision
 * elsewhere. */
static void
test_golden (void)
{
  g_autofree char *images = kappa_test_need_shared ("data/cifar10/test_batch.bin");
  g_autofree char *source = images != NULL ? g_strconcat ("cifar10:", images, NULL) : NULL;
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:0:1", "0:0:1");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (source == NULL)
    return;
  fixture_add_model (inputs);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  kappa_inputs_set_option (inputs, "data", 0, "images", "0:8", NULL);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  fixture_set (analysis, "along", "eigenvectors");
  fixture_set (analysis, "precision", "float64");
  result = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "loss"), 0.001034812233, 1e-11);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "lambda_alpha"), 26.27204247, 1e-5);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "lambda_beta"), 11.90629251, 1e-3);
}

/* What is found is kept, and taken up by a run that goes on; threads do not matter. */
static void
test_axes_resume (void)
{
  static const char *const kept[] = { ".axes-x", ".axes-y", ".axes-x-values", ".axes-y-values" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.1:0.1:3", "-0.1:0.1:3");
  g_autoptr (KappaResult) whole = NULL;
  g_autoptr (KappaResult) threads = NULL;
  g_autoptr (KappaResult) rest = kappa_result_new ();

  fixture_set (analysis, "along", "eigenvectors");
  whole = fixture_run (analysis, inputs, NULL, 1);
  threads = fixture_run (analysis, inputs, NULL, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    kappa_result_take_array (rest, kappa_result_dup_array (whole, kept[i]));
  fixture_run (analysis, inputs, rest, 2);
  for (gsize i = 0; i < 9; i++)
    {
      g_assert_cmpfloat (value_of (rest, "loss", i), ==, value_of (whole, "loss", i));
      g_assert_cmpfloat (value_of (threads, "loss", i), ==, value_of (whole, "loss", i));
    }
  g_assert_cmpfloat (fixture_scalar (rest, "lambda_beta"), ==,
                     fixture_scalar (whole, "lambda_beta"));
}

/* The first axis is uphill, the second one level. */
static void
test_gradient (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1e-5:1e-5:3", "-1e-5:1e-5:3");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) directions = NULL;
  double slope;

  fixture_set (analysis, "along", "gradient");
  fixture_set (analysis, "precision", "float64");
  fixture_set (analysis, "quadratic", "true");
  result = fixture_run (analysis, inputs, NULL, 2);
  directions = kappa_result_dup_table (result, "directions");
  slope = value_of (result, "quadratic_coefficients", 0);
  g_assert_cmpfloat (slope, >, 0.0);
  g_assert_cmpfloat_with_epsilon (
      slope, (value_of (result, "loss", 7) - value_of (result, "loss", 1)) / 2e-5, 2e-2 * slope);
  g_assert_cmpfloat_with_epsilon (value_of (result, "quadratic_coefficients", 1), 0.0,
                                  1e-9 * slope);
  for (guint axis = 0; axis < 2; axis++)
    g_assert_cmpfloat_with_epsilon (directions->numbers[5][axis],
                                    value_of (result, "quadratic_coefficients", 2 + 2 * axis),
                                    1e-9 * fabs (directions->numbers[5][axis]));
}

/* At the checkpoint the map has the ends of the spectrum that eigenvectors are found with. */
static void
test_map_centre (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:0:1", "0:0:1");
  g_autoptr (KappaResult) result = NULL;
  double top, bottom, residual;

  fixture_set (analysis, "along", "eigenvectors");
  fixture_set (analysis, "pair", "extremes");
  fixture_set (analysis, "curvature-map", "5");
  result = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpuint (kappa_result_count_present (result, "curvature_ratio"), ==, 1);
  top = value_of (result, "curvature_maximum", 0);
  bottom = value_of (result, "curvature_minimum", 0);
  residual = value_of (result, "curvature_residual", 0);
  g_assert_cmpfloat (residual, <=, 0.02);
  g_assert_cmpfloat_with_epsilon (top, fixture_scalar (result, "lambda_alpha"), 0.01 * top);
  g_assert_cmpfloat_with_epsilon (bottom, fixture_scalar (result, "lambda_beta"),
                                  (0.01 + residual) * top);
  g_assert_cmpfloat (value_of (result, "curvature_ratio", 0), ==, fabs (bottom / top));
}

/* The map has a grid of its own; broken off and gone on with, it has the same bits. */
static void
test_map_resume (void)
{
  static const char *const names[]
      = { "curvature_ratio", "curvature_maximum", "curvature_minimum", "curvature_residual" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:2");
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.1:0.3:5", "none");
  g_autoptr (KappaResult) whole = NULL;
  g_autoptr (KappaResult) rest = kappa_result_new ();
  g_autoptr (KappaArray) ratio = NULL;

  fixture_set (analysis, "curvature-map", "3");
  whole = fixture_run (analysis, inputs, NULL, 1);
  ratio = kappa_result_dup_array (whole, "curvature_ratio");
  g_assert_cmpuint (ratio->rank, ==, 1);
  g_assert_cmpuint (ratio->dims[0], ==, 3);
  g_assert_cmpfloat_with_epsilon (ratio->coordinates[0][1], 0.1, 1e-12);
  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    {
      KappaArray *array = kappa_result_dup_array (whole, names[k]);

      array->present[1] = 0;
      kappa_result_take_array (rest, array);
    }
  fixture_run (analysis, inputs, rest, 3);
  g_assert_cmpfloat (fixture_last_total (), ==, 40.0 * 2.0);
  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    for (gsize i = 0; i < 3; i++)
      g_assert_cmpfloat (value_of (rest, names[k], i), ==, value_of (whole, names[k], i));
}

typedef struct
{
  guint n_models;
  gboolean directions;
  const char *settings[4];
  const char *mentions;
} Combination;

static const Combination combinations[] = {
  { 1, FALSE, { "pair", "extremes" }, "pair" },
  { 2, FALSE, { "along", "gradient" }, "along" },
  { 1, TRUE, { "along", "eigenvectors" }, "along" },
  { 1, FALSE, { "along", "eigenvectors", "batchnorm", "moved" }, "along" },
  { 1, FALSE, { "along", "eigenvectors", "norm", "layer" }, "norm" },
  { 1, FALSE, { "along", "eigenvectors", "seeds", "2" }, "seeds" },
  { 1, FALSE, { "curvature-map", "3", "seeds", "2" }, "curvature-map" },
  { 1, FALSE, { "curvature-map", "3", "batchnorm", "recalibrated" }, "curvature-map" },
  { 1, FALSE, { "curvature-map", "3", "precision", "bfloat16" }, "curvature-map" },
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

      for (guint m = 0; m < row->n_models; m++)
        fixture_add_model (inputs);
      fixture_add_images (inputs, IMAGES);
      if (row->directions)
        kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, "d.h5");
      for (guint s = 0; s < 4 && row->settings[s] != NULL; s += 2)
        fixture_set (analysis, row->settings[s], row->settings[s + 1]);
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_true (g_str_has_prefix (error->message, row->mentions));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/landscape-axes/eigenvectors", test_eigenvectors);
  g_test_add_func ("/landscape-axes/golden", test_golden);
  g_test_add_func ("/landscape-axes/resume", test_axes_resume);
  g_test_add_func ("/landscape-axes/gradient", test_gradient);
  g_test_add_func ("/landscape-axes/map-centre", test_map_centre);
  g_test_add_func ("/landscape-axes/map-resume", test_map_resume);
  g_test_add_func ("/landscape-axes/refused", test_refused);
  return g_test_run ();
}
