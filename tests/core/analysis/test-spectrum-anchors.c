/* Eigenvalues of published networks on published images, computed elsewhere in float64. */

#include <math.h>

#include "core/analysis/spectrum.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

/* Returns: (transfer full) (nullable): %NULL with the test skipped where a file is missing */
static KappaResult *
run (const char *model, const char *scheme, const char *data, const char *images, ...)
{
  g_autofree char *model_path = kappa_test_need_shared (model);
  g_autofree char *data_path = model_path != NULL ? kappa_test_need_shared (data) : NULL;
  g_autofree char *source = g_strconcat (scheme, data_path, NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("spectrum", NULL);
  g_autoptr (GError) error = NULL;
  va_list properties;

  if (data_path == NULL)
    return NULL;
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, model_path);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", images, NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  fixture_set (analysis, "probes", "0");
  fixture_set (analysis, "folds", "0");
  va_start (properties, images);
  for (const char *name; (name = va_arg (properties, const char *)) != NULL;)
    fixture_set (analysis, name, va_arg (properties, const char *));
  va_end (properties);
  return fixture_run (analysis, inputs, NULL, 2);
}

static void
compare (KappaResult *result, const double *expected, gsize n, double allowed)
{
  for (gsize i = 0; i < n; i++)
    {
      double found = NAN;

      g_assert_true (kappa_result_get_value (result, "eigenvalues", i, &found));
      g_test_message ("%.12g, expected %.12g, off by %.2g", found, expected[i],
                      fabs (found / expected[i] - 1.0));
      g_assert_cmpfloat_with_epsilon (found, expected[i], fabs (expected[i]) * allowed);
    }
}

#define RESNET "data/cifar-resnet/resnet20-12fca82f.th", "cifar10:", "data/cifar10/test_batch.bin"
#define LENET  "data/mnist/lenet_example.pth", "mnist:", "data/mnist"

static void
test_resnet (void)
{
  static const double expected[] = { 26.27204247, 11.90629251 };
  g_autoptr (KappaResult) result = run (RESNET, "0:8", "top", "2", "bottom", "0", "tolerance",
                                        "1e-6", "precision", "float64", NULL);

  if (result != NULL)
    compare (result, expected, G_N_ELEMENTS (expected), 1e-9);
}

/* The first 128 test images, in the default precision; the residual bounds how far a value is off.
 */
static void
compare_resnet_128 (const char *operator, const double * expected, guint n)
{
  g_autofree char *top = g_strdup_printf ("%u", MIN (n, 6)),
                  *bottom = g_strdup_printf ("%u", n - MIN (n, 6));
  g_autoptr (KappaResult) result
      = run (RESNET, "0:128", "top", top, "bottom", bottom, "operator", operator, NULL);

  if (result == NULL)
    return;
  /* Stopped on residuals: the smallest, deep in the bulk, is known less well elsewhere, too. */
  compare (result, expected, MIN (n, 6), 1e-6);
  for (gsize i = 0; i < n; i++)
    {
      double value = NAN, residual = NAN;

      g_assert_true (kappa_result_get_value (result, "eigenvalues", i, &value));
      g_assert_true (kappa_result_get_value (result, "residuals", i, &residual));
      g_assert_cmpfloat (residual, <=, 1e-2 * fabs (value));
      g_assert_cmpfloat (fabs (value - expected[i]), <=, residual + 1e-4);
    }
}

static void
test_resnet_128 (void)
{
  static const double expected[]
      = { 135.4014966, 98.23700859, 81.60130955, 64.29242112, 50.32755345, 42.70932695, -7.0562 };
  const gboolean slow = g_getenv ("KAPPA_SLOW") != NULL;

  if (!slow)
    g_test_message ("the smallest eigenvalue takes half as long again; KAPPA_SLOW=1 finds it");
  compare_resnet_128 ("hessian", expected, G_N_ELEMENTS (expected) - !slow);
}

static void
test_resnet_128_gauss_newton (void)
{
  static const double expected[]
      = { 135.1321536, 98.41882245, 81.15948864, 63.33681836, 50.00540989, 42.55966603 };

  compare_resnet_128 ("gauss-newton", expected, G_N_ELEMENTS (expected));
}

static void
test_lenet_gauss_newton (void)
{
  static const double expected[] = { 9.72227848, 4.50165396, 4.03236785 };
  g_autoptr (KappaResult) result
      = run (LENET, "0:2048", "top", "3", "bottom", "0", "operator", "gauss-newton", NULL);

  if (result != NULL)
    compare (result, expected, G_N_ELEMENTS (expected), 2e-6);
}

static void
test_lenet (void)
{
  static const double expected[] = { 9.61028572,   4.53436501,  4.30287248,   3.46013069,
                                     2.89868397,   2.3397876,   2.13532924,   1.85528833,
                                     1.64121204,   1.31207447,  -0.270267287, -0.207579171,
                                     -0.175685273, -0.148235466 };
  g_autoptr (KappaResult) result = NULL;

  if (g_getenv ("KAPPA_SLOW") == NULL)
    {
      g_test_skip ("2,048 images in float64 take minutes; KAPPA_SLOW=1 runs them");
      return;
    }
  result = run (LENET, "0:2048", "top", "10", "bottom", "4", "tolerance", "1e-7", "precision",
                "float64", NULL);
  if (result != NULL)
    compare (result, expected, G_N_ELEMENTS (expected), 1e-8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spectrum/anchors/resnet-20", test_resnet);
  g_test_add_func ("/spectrum/anchors/resnet-20-128", test_resnet_128);
  g_test_add_func ("/spectrum/anchors/resnet-20-128-gauss-newton", test_resnet_128_gauss_newton);
  g_test_add_func ("/spectrum/anchors/lenet-gauss-newton", test_lenet_gauss_newton);
  g_test_add_func ("/spectrum/anchors/lenet", test_lenet);
  return g_test_run ();
}
