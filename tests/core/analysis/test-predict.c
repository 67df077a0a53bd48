#include <math.h>

#include "core/analysis/objective.h"
#include "tests/core/analysis/fixture.h"

#define N_IMAGES 400

/* A second, slower way to the scalars: through the arrays and tables. */
static void
test_consistent (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("all");
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) classes = kappa_result_dup_table (result, "classes");
  g_autoptr (KappaTable) worst = kappa_result_dup_table (result, "worst");
  g_autoptr (KappaArray) confusion = kappa_result_dup_array (result, "confusion");
  double correct = 0.0, images = 0.0, loss = 0.0;

  for (gsize r = 0; r < classes->n_rows; r++)
    {
      images += classes->numbers[2][r];
      correct += classes->numbers[3][r];
      loss += classes->numbers[5][r] * classes->numbers[2][r];
    }
  g_assert_cmpfloat (images, ==, N_IMAGES);
  g_assert_cmpfloat (correct, ==, fixture_scalar (result, "correct"));
  g_assert_cmpfloat (fixture_scalar (result, "top1"), ==, correct / N_IMAGES);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "loss"), loss / N_IMAGES, 1e-12);
  for (gsize c = 0; c < 10; c++)
    correct -= confusion->values[c * 10 + c];
  g_assert_cmpfloat (correct, ==, 0.0);
  g_assert_cmpuint (worst->n_rows, ==, 20);
  for (gsize r = 1; r < worst->n_rows; r++)
    g_assert_cmpfloat (worst->numbers[6][r], <=, worst->numbers[6][r - 1]);
  /* The published network on these images; a wrong preprocessing would cost some of them. */
  g_assert_cmpfloat (fixture_scalar (result, "top1"), >, 0.89);
}

static void
test_threads (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:70");
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) one = fixture_run (analysis, inputs, NULL, 1);
  g_autoptr (KappaResult) three = fixture_run (analysis, inputs, NULL, 3);
  g_autoptr (KappaArray) a = kappa_result_dup_array (one, "image_loss");
  g_autoptr (KappaArray) b = kappa_result_dup_array (three, "image_loss");

  g_assert_cmpmem (a->values, 70 * sizeof (double), b->values, 70 * sizeof (double));
}

/* float64 is the reference: float32 and bfloat16 come near it, each in its own way. */
static void
test_precision (void)
{
  static const struct
  {
    const char *precision;
    double tolerance;
  } cases[] = { { "float32", 1e-5 }, { "bfloat16", 0.05 } };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:40");
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) reference = NULL;

  fixture_set (analysis, "precision", "float64");
  reference = fixture_run (analysis, inputs, NULL, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaResult) result = NULL;
      g_autoptr (KappaScalar) loss = NULL;

      fixture_set (analysis, "precision", cases[i].precision);
      result = fixture_run (analysis, inputs, NULL, 2);
      g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "loss"),
                                      fixture_scalar (reference, "loss"), cases[i].tolerance);
      g_assert_cmpfloat (fixture_scalar (result, "loss"), !=, fixture_scalar (reference, "loss"));
    }
}

static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:30");
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);

  g_assert_cmpfloat (fixture_last_total (), ==, 30.0);
  fixture_run (analysis, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static void
test_cross_entropy (void)
{
  const double plain[] = { 1.0, 2.0, 3.0 }, large[] = { 1e5, 0.0, -1e5 };
  const double infinite[] = { INFINITY, 0.0, 1.0 }, nan[] = { 0.0, NAN, 1.0 };

  g_assert_cmpfloat_with_epsilon (kappa_cross_entropy_of_logits (plain, 3, 2),
                                  log (1.0 + exp (-1.0) + exp (-2.0)), 1e-15);
  g_assert_cmpfloat (kappa_cross_entropy_of_logits (large, 3, 0), ==, 0.0);
  g_assert_cmpfloat (kappa_cross_entropy_of_logits (large, 3, 2), ==, 2e5);
  g_assert_true (isnan (kappa_cross_entropy_of_logits (infinite, 3, 1)));
  g_assert_true (isnan (kappa_cross_entropy_of_logits (nan, 3, 0)));
}

/* Of equals the first class comes first; a NaN is before everything, so it never makes an image
 * right. */
static void
test_rank (void)
{
  const double plain[] = { 1.0, 3.0, 2.0 }, equal[] = { 2.0, 2.0, 2.0 }, nan[] = { NAN, 5.0, 1.0 };

  g_assert_cmpuint (kappa_rank_of_label (plain, 3, 1), ==, 1);
  g_assert_cmpuint (kappa_rank_of_label (plain, 3, 0), ==, 3);
  g_assert_cmpuint (kappa_rank_of_label (equal, 3, 0), ==, 1);
  g_assert_cmpuint (kappa_rank_of_label (equal, 3, 2), ==, 3);
  g_assert_cmpuint (kappa_rank_of_label (nan, 3, 1), ==, 2);
  g_assert_cmpuint (kappa_rank_of_label (nan, 3, 0), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/predict/consistent", test_consistent);
  g_test_add_func ("/predict/threads", test_threads);
  g_test_add_func ("/predict/precision", test_precision);
  g_test_add_func ("/predict/resume", test_resume);
  g_test_add_func ("/predict/cross-entropy", test_cross_entropy);
  g_test_add_func ("/predict/rank", test_rank);
  return g_test_run ();
}
