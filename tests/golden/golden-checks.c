#include <math.h>
#include <string.h>

#include "tests/golden/golden.h"

/* One function for each quantity. */

static void
check_parameters (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_compare ("parameters", (double)file->net.n_weights, golden_number (file, value), 0.0);
}

static double
largest_logit (const GoldenRun *run)
{
  double largest = 0.0;

  for (gsize i = 0; i < run->n_samples * run->n_classes; i++)
    largest = MAX (largest, fabs (run->logits[i]));
  return largest;
}

static void
check_logits (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const double allowed = largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);
  const gsize per_sample = n / run->n_samples;

  g_assert_cmpuint (per_sample, <=, run->n_classes);
  for (gsize i = 0; i < n; i++)
    golden_compare ("logit", run->logits[i / per_sample * run->n_classes + i % per_sample],
                    expected[i], allowed);
}

static double
mean_of (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum / (double)n;
}

static void
check_logits_mean (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    golden_compare ("mean", mean_of (run->logits + i * run->n_classes, run->n_classes), expected[i],
                    largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

/* The deviation with n, not n - 1, below the sum. */
static void
check_logits_std (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    {
      const double *logits = run->logits + i * run->n_classes;
      const double mean = mean_of (logits, run->n_classes);
      double sum = 0.0;

      for (gsize c = 0; c < run->n_classes; c++)
        sum += (logits[c] - mean) * (logits[c] - mean);
      golden_first_order ("deviation", real, sqrt (sum / (double)run->n_classes), expected[i]);
    }
}

static void
check_argmax (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    golden_compare ("class", (double)golden_run_best (run, i), expected[i], 0.0);
}

void
golden_check_loss (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_first_order ("loss", real, golden_file_run (file, real)->loss,
                      golden_number (file, value));
}

static void
check_logit (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_compare ("logit", run->loss, golden_number (file, value),
                  largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

void
golden_check_grad_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_first_order ("gradient", real, golden_norm (run->gradient, file->net.n_weights),
                      golden_number (file, value));
}

static void
check_grad_norms (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  for (guint32 v = kappa_json_get_first (file->json, value); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v))
    {
      g_autofree char *name = kappa_json_get_key (file->json, v);
      gboolean found = FALSE;

      for (guint i = 0; i < file->net.parameters->len; i++)
        {
          const GoldenParameter *parameter
              = &g_array_index (file->net.parameters, GoldenParameter, i);

          if (strcmp (parameter->name, name) != 0)
            continue;
          found = TRUE;
          golden_first_order (name, real,
                              golden_norm (run->gradient + parameter->offset, parameter->size),
                              golden_number (file, v));
        }
      if (!found)
        g_test_fail_printf ("the network has no parameter %s", name);
    }
}

static void
check_input_grad_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_first_order ("input gradient", real, golden_norm (run->input_gradient, run->n_inputs),
                      golden_number (file, value));
}

/* A map's norm, and values of it at equal distances. */
static void
check_gradient (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const double norm = golden_number (file, kappa_json_lookup (file->json, value, "norm"));
  gsize n;
  g_autofree double *expected
      = golden_numbers (file, kappa_json_lookup (file->json, value, "values"), &n);

  golden_first_order ("norm", real, golden_norm (run->input_gradient, run->n_inputs), norm);
  for (gsize i = 0; i < n; i++)
    golden_compare ("value", run->input_gradient[i * (run->n_inputs / n)], expected[i],
                    norm * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

static void
check_v_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_first_order ("direction", real, golden_norm (file->vector, file->net.n_weights),
                      golden_number (file, value));
}

static void
check_curvature (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  double curvature = 0.0;

  for (gsize i = 0; i < file->net.n_weights; i++)
    curvature += file->vector[i] * run->product[i];
  golden_second_order ("vHv", real, curvature, golden_number (file, value));
}

static void
check_product_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_second_order ("Hv", real, golden_norm (run->product, file->net.n_weights),
                       golden_number (file, value));
}

/* The members are quantities themselves, of the network with this gelu. */
static void
check_with_gelu (GoldenFile *file, KappaDtype real, guint32 value, gboolean by_tanh)
{
  KappaChoices *choices = &file->net.preset->choices;
  const gboolean before = choices->gelu_tanh;

  golden_file_set_run (file, real, NULL);
  choices->gelu_tanh = by_tanh;
  for (guint32 v = kappa_json_get_first (file->json, value); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v))
    {
      g_autofree char *key = kappa_json_get_key (file->json, v);
      const GoldenCheck *check = golden_find_check (file, key);

      g_assert_nonnull (check);
      check->check (file, real, v);
    }
  choices->gelu_tanh = before;
  golden_file_set_run (file, real, NULL);
}

static void
check_gelu_erf (GoldenFile *file, KappaDtype real, guint32 value)
{
  check_with_gelu (file, real, value, FALSE);
}

static void
check_gelu_tanh (GoldenFile *file, KappaDtype real, guint32 value)
{
  check_with_gelu (file, real, value, TRUE);
}

#define MAP "saliency maps other than the gradient are not computed here"

const GoldenCheck golden_formula_checks[] = {
  { "parameters", check_parameters },
  { "logits_first8", check_logits },
  { "logits_mean", check_logits_mean },
  { "logits_std", check_logits_std },
  { "argmax", check_argmax },
  { "loss", golden_check_loss },
  { .key = "grad_norm", .check = golden_check_grad_norm, .jumps = TRUE, .order = GOLDEN_GRADIENT },
  { .key = "grad_norms", .check = check_grad_norms, .jumps = TRUE, .order = GOLDEN_GRADIENT },
  { .key = "input_grad_norm",
    .check = check_input_grad_norm,
    .jumps = TRUE,
    .order = GOLDEN_GRADIENT },
  { "v_norm", check_v_norm },
  { .key = "vHv", .check = check_curvature, .jumps = TRUE, .order = GOLDEN_SECOND_ORDER },
  { .key = "Hv_norm", .check = check_product_norm, .jumps = TRUE, .order = GOLDEN_SECOND_ORDER },
  { "logit", check_logit },
  { .key = "gelu_erf", .check = check_gelu_erf, .nested = TRUE },
  { .key = "gelu_tanh", .check = check_gelu_tanh, .nested = TRUE },
  { .key = "gradient", .check = check_gradient, .jumps = TRUE, .order = GOLDEN_GRADIENT },
  { "integrated_gradients", NULL, MAP },
  { "gradcam_layer3", NULL, MAP },
  { "gradcam_layer4", NULL, MAP },
  { "hirescam_layer4", NULL, MAP },
  { "guided_backprop", NULL, MAP },
  { "occlusion_16_8", NULL, MAP },
};
const guint golden_n_formula_checks = G_N_ELEMENTS (golden_formula_checks);
