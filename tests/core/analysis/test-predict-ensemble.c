#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/analysis/objective.h"
#include "core/analysis/paired.h"
#include "core/analysis/statistics.h"
#include "core/base/error.h"
#include "core/formats/safetensors.h"
#include "tests/core/analysis/fixture.h"

#define N_IMAGES 60

typedef struct
{
  char *folder;
  char *neighbour;
} Files;

static void
set_up (Files *files, gconstpointer data)
{
  g_autoptr (KappaModel) model = fixture_open_model ();

  files->folder = g_dir_make_tmp ("kappa-ensemble-XXXXXX", NULL);
  files->neighbour = g_build_filename (files->folder, "neighbour.safetensors", NULL);
  fixture_save_neighbour (model, files->neighbour, "ensemble", 0.08);
}

static void
tear_down (Files *files, gconstpointer data)
{
  g_remove (files->neighbour);
  g_rmdir (files->folder);
  g_free (files->neighbour);
  g_free (files->folder);
}

/* @paths: of models, NULL for the bundled one */
static KappaInputs *
open_models (const char *const *paths, guint n, const char *images)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    if (paths[i] != NULL)
      kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, paths[i]);
    else
      fixture_add_model (inputs);
  fixture_add_images (inputs, images);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static KappaResult *
predict (KappaInputs *inputs, const char *average, guint threads)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);

  fixture_set (analysis, "average", average);
  return fixture_run (analysis, inputs, NULL, threads);
}

static void
check_same (KappaResult *a, KappaResult *b, const char *name, double tolerance)
{
  g_autoptr (KappaArray) first = kappa_result_dup_array (a, name);
  g_autoptr (KappaArray) second = kappa_result_dup_array (b, name);

  g_assert_cmpuint (kappa_array_get_size (first), ==, kappa_array_get_size (second));
  for (gsize i = 0; i < kappa_array_get_size (first); i++)
    g_assert_cmpfloat (fabs (first->values[i] - second->values[i]), <=, tolerance);
}

/* The average of a network with itself is the network. */
static void
test_itself (Files *files, gconstpointer data)
{
  static const char *const averages[] = { "probabilities", "logits" };
  g_autoptr (KappaInputs) one = open_models ((const char *[]) { NULL }, 1, "0:60");
  g_autoptr (KappaInputs) three = open_models ((const char *[]) { NULL, NULL, NULL }, 3, "0:60");
  g_autoptr (KappaResult) alone = predict (one, "probabilities", 2);

  for (gsize a = 0; a < G_N_ELEMENTS (averages); a++)
    {
      g_autoptr (KappaResult) together = predict (three, averages[a], 2);
      g_autoptr (KappaScalar) gain = kappa_result_dup_scalar (together, "ensemble_gain_top1");

      g_assert_cmpfloat (fixture_last_total (), ==, 3.0 * N_IMAGES);
      check_same (alone, together, "predicted", 0.0);
      check_same (alone, together, "rank", 0.0);
      check_same (alone, together, "image_loss", 1e-12);
      check_same (alone, together, "margin", 1e-12);
      g_assert_cmpfloat (gain->value, ==, 0.0);
      g_assert_cmpfloat_with_epsilon (gain->certainty.low, -gain->certainty.high, 1e-15);
      g_assert_cmpfloat_with_epsilon (fixture_scalar (together, "ensemble_gain_loss"), 0.0, 1e-12);
    }
  g_assert_null (kappa_result_dup_table (alone, "alternatives"));
}

static double *
compute_logits (KappaInputs *inputs, guint model)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaObjective) objective = kappa_objective_new (
      kappa_inputs_get_model (inputs, "model", model), batches, KAPPA_PRECISION_FLOAT32, 0.0, NULL);
  const double *logits = kappa_objective_compute_logits (objective, 0, N_IMAGES, &context, NULL);

  g_assert_nonnull (logits);
  return g_memdup2 (logits, N_IMAGES * 10 * sizeof *logits);
}

static double
softmax (const double *logits, guint c)
{
  double sum = 0.0;

  for (guint k = 0; k < 10; k++)
    sum += exp (logits[k] - logits[c]);
  return 1.0 / sum;
}

/* A slower way to both averages, image by image. */
static void
test_two (Files *files, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs
      = open_models ((const char *[]) { NULL, files->neighbour }, 2, "0:60");
  g_autoptr (KappaResult) mean = predict (inputs, "probabilities", 2);
  g_autoptr (KappaResult) mean_logits = predict (inputs, "logits", 2);
  g_autoptr (KappaArray) probability = kappa_result_dup_array (mean, "probability");
  g_autoptr (KappaArray) predicted = kappa_result_dup_array (mean, "predicted");
  g_autoptr (KappaArray) loss = kappa_result_dup_array (mean, "image_loss");
  g_autoptr (KappaArray) other_loss = kappa_result_dup_array (mean_logits, "image_loss");
  g_autofree double *a = compute_logits (inputs, 0), *b = compute_logits (inputs, 1);
  KappaDataset *dataset = kappa_inputs_get_dataset (inputs, "data", 0);

  for (guint i = 0; i < N_IMAGES; i++)
    {
      const double *first = a + i * 10, *second = b + i * 10;
      guint label = (guint)kappa_dataset_get_label (dataset, i), best = 0;
      double p[10], z[10];

      for (guint c = 0; c < 10; c++)
        {
          p[c] = 0.5 * (softmax (first, c) + softmax (second, c));
          z[c] = 0.5 * (first[c] + second[c]);
          best = p[c] > p[best] ? c : best;
        }
      g_assert_cmpfloat (predicted->values[i], ==, best);
      g_assert_cmpfloat_with_epsilon (probability->values[i], p[best], 1e-12);
      g_assert_cmpfloat_with_epsilon (loss->values[i], -log (p[label]), 1e-10);
      g_assert_cmpfloat_with_epsilon (other_loss->values[i], -log (softmax (z, label)), 1e-10);
    }
  g_assert_cmpfloat (fixture_scalar (mean, "loss"), !=, fixture_scalar (mean_logits, "loss"));
}

/* Each member in the table and the arrays is what it is alone. */
static void
test_members (Files *files, gconstpointer data)
{
  const char *const paths[] = { NULL, files->neighbour };
  g_autoptr (KappaInputs) inputs = open_models (paths, 2, "0:60");
  g_autoptr (KappaResult) together = predict (inputs, "probabilities", 2);
  g_autoptr (KappaTable) table = kappa_result_dup_table (together, "alternatives");
  g_autoptr (KappaArray) losses = kappa_result_dup_array (together, "alternative_loss");
  double best = 0.0;

  g_assert_cmpuint (table->n_rows, ==, 3);
  g_assert_cmpstr (table->texts[0][0], ==, "2 networks");
  g_assert_cmpstr (table->texts[0][2], ==, "2: neighbour.safetensors");
  g_assert_cmpfloat (table->numbers[5][0], ==, fixture_scalar (together, "top1"));
  for (guint m = 0; m < 2; m++)
    {
      g_autoptr (KappaInputs) own = open_models (paths + m, 1, "0:60");
      g_autoptr (KappaResult) alone = predict (own, "probabilities", 2);
      g_autoptr (KappaArray) loss = kappa_result_dup_array (alone, "image_loss");
      double low, high;

      for (gsize i = 0; i < N_IMAGES; i++)
        g_assert_cmpfloat (losses->values[2 * i + m], ==, loss->values[i]);
      g_assert_cmpfloat (table->numbers[4][m + 1], ==, fixture_scalar (alone, "correct"));
      g_assert_cmpfloat (table->numbers[8][m + 1], ==, fixture_scalar (alone, "top5"));
      g_assert_cmpfloat_with_epsilon (table->numbers[11][m + 1], fixture_scalar (alone, "loss"),
                                      1e-14);
      kappa_wilson_interval (fixture_scalar (alone, "correct"), N_IMAGES, KAPPA_NORMAL_95, &low,
                             &high);
      g_assert_cmpfloat (table->numbers[6][m + 1], ==, low);
      g_assert_cmpfloat (table->numbers[7][m + 1], ==, high);
      best = MAX (best, fixture_scalar (alone, "top1"));
    }
  g_assert_cmpfloat_with_epsilon (fixture_scalar (together, "ensemble_gain_top1"),
                                  fixture_scalar (together, "top1") - best, 1e-15);
}

/* How far alternatives disagree with the average, from what is kept of each image. */
static void
test_disagreement (Files *files, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs
      = open_models ((const char *[]) { NULL, files->neighbour }, 2, "0:60");
  g_autoptr (KappaResult) result = predict (inputs, "probabilities", 2);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "alternatives");
  g_autoptr (KappaArray) predicted = kappa_result_dup_array (result, "predicted");
  g_autoptr (KappaArray) others = kappa_result_dup_array (result, "alternative_predicted");
  g_autoptr (KappaArray) shared = kappa_result_dup_array (result, "alternative_shared");

  g_assert_cmpfloat (table->numbers[2][0], ==, 0.0);
  for (guint m = 0; m < 2; m++)
    {
      double other1 = 0.0, other5 = 0.0;

      for (gsize i = 0; i < N_IMAGES; i++)
        {
          other1 += others->values[2 * i + m] != predicted->values[i];
          other5 += 5.0 - shared->values[2 * i + m];
          g_assert_cmpfloat (shared->values[2 * i + m], <=, 5.0);
        }
      g_assert_cmpfloat_with_epsilon (table->numbers[2][m + 1], other1 / N_IMAGES, 1e-14);
      g_assert_cmpfloat_with_epsilon (table->numbers[3][m + 1], other5 / (5.0 * N_IMAGES), 1e-14);
      g_assert_cmpfloat (other5, >, 0.0);
    }
}

static void
test_threads (Files *files, gconstpointer data)
{
  static const guint threads[] = { 2, 3, 7 };
  static const char *const names[] = { "image_loss", "alternative_loss", "alternative_shared" };
  g_autoptr (KappaInputs) inputs
      = open_models ((const char *[]) { NULL, files->neighbour }, 2, "0:60");
  g_autoptr (KappaResult) one = predict (inputs, "probabilities", 1);

  for (gsize t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_autoptr (KappaResult) many = predict (inputs, "probabilities", threads[t]);

      for (gsize a = 0; a < G_N_ELEMENTS (names); a++)
        check_same (one, many, names[a], 0.0);
    }
}

/* The bundled network with so many outputs. */
static void
save_with_classes (const char *path, gsize n_classes)
{
  g_autoptr (KappaModel) model = fixture_open_model ();
  guint n = kappa_model_get_n_parameters (model), n_buffers = kappa_model_get_n_buffers (model);
  g_autofree KappaExportTensor *tensors = g_new0 (KappaExportTensor, n + n_buffers);
  g_autofree float *last = g_new0 (float, n_classes * 64);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n + n_buffers; i++)
    {
      const KappaParameter *p
          = i < n ? kappa_model_get_parameter (model, i) : kappa_model_get_buffer (model, i - n);
      gboolean is_last = g_str_has_prefix (p->name, "linear.");

      tensors[i] = (KappaExportTensor) { .name = p->name, .rank = p->shape.rank };
      tensors[i].element = KAPPA_ELEMENT_F32;
      for (guint d = 0; d < p->shape.rank; d++)
        tensors[i].dims[d] = is_last && d == 0 ? n_classes : (gsize)p->shape.dims[d];
      tensors[i].data = (i < n ? kappa_model_get_parameters (model, NULL)
                               : kappa_model_get_buffers (model, NULL))
                        + p->offset;
      if (is_last)
        tensors[i].data = last;
    }
  kappa_safetensors_save (path, tensors, n + n_buffers, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_fails (KappaInputs *inputs,
              KappaAnalysis *analysis,
              guint64 memory,
              int code,
              const char *mentions)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .memory_budget = memory };
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (GError) error = NULL;

  if (kappa_analysis_check (analysis, inputs, &error))
    g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, code);
  g_assert_nonnull (strstr (error->message, mentions));
}

static void
test_refused (Files *files, gconstpointer data)
{
  g_autofree char *eleven = g_build_filename (files->folder, "eleven.safetensors", NULL);
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaInputs) same = open_models ((const char *[]) { NULL, NULL }, 2, "0:60");
  g_autoptr (KappaInputs) inputs = NULL;

  save_with_classes (eleven, 11);
  inputs = open_models ((const char *[]) { NULL, eleven }, 2, "0:60");
  assert_fails (inputs, analysis, 0, KAPPA_ERROR_MODEL, "has 10 classes");
  assert_fails (inputs, analysis, 0, KAPPA_ERROR_MODEL, "eleven.safetensors has 11");
  assert_fails (inputs, analysis, 0, KAPPA_ERROR_MODEL, "background=drop");
  assert_fails (same, analysis, 1 << 20, KAPPA_ERROR_MEMORY, "1.0");
  fixture_set (analysis, "l2", "0.1");
  assert_fails (same, analysis, 0, KAPPA_ERROR_USAGE, "l2");
  g_remove (eleven);
}

/* Background left away, eleven classes are ten. */
static void
test_background (Files *files, gconstpointer data)
{
  g_autofree char *eleven = g_build_filename (files->folder, "eleven.safetensors", NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (GError) error = NULL;

  save_with_classes (eleven, 11);
  fixture_add_model (inputs);
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, eleven);
  g_assert_true (kappa_inputs_set_option (inputs, "model", 1, "set", "background=drop", NULL));
  fixture_add_images (inputs, "0:60");
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  result = predict (inputs, "probabilities", 2);
  /* All logits of the other are 0: it changes no order, and no prediction. */
  g_assert_cmpfloat (fixture_scalar (result, "ensemble_gain_top1"), ==, 0.0);
  g_remove (eleven);
}

/* Each member prepares images as its own preset says. */
static void
test_own_preparation (Files *files, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new (), own = kappa_inputs_new ();
  g_autoptr (KappaResult) result = NULL, alone = NULL;
  g_autoptr (KappaArray) losses = NULL, loss = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_model (inputs);
  g_assert_true (kappa_inputs_set_option (inputs, "model", 1, "set", "mean=0.5", NULL));
  fixture_add_images (inputs, "0:60");
  fixture_add_model (own);
  g_assert_true (kappa_inputs_set_option (own, "model", 0, "set", "mean=0.5", NULL));
  fixture_add_images (own, "0:60");
  g_assert_true (kappa_inputs_open (inputs, NULL, &error) && kappa_inputs_open (own, NULL, &error));
  result = predict (inputs, "probabilities", 2);
  alone = predict (own, "probabilities", 2);
  losses = kappa_result_dup_array (result, "alternative_loss");
  loss = kappa_result_dup_array (alone, "image_loss");
  for (gsize i = 0; i < N_IMAGES; i++)
    g_assert_cmpfloat (losses->values[2 * i + 1], ==, loss->values[i]);
  g_assert_cmpfloat (losses->values[0], !=, losses->values[1]);
}

/* Published: airway hyper-responsiveness (Bentur et al., 2009) in M. W. Fagerland et al., BMC
 * Medical Research Methodology 13 (2013); table 6.2 of D. G. Altman et al., "Statistics with
 * confidence" (2000). */
static void
test_paired (void)
{
  const KappaPaired bentur = { 1, 1, 7, 12 }, altman = { 14, 5, 0, 22 }, equal = { 30, 0, 0, 10 };
  double low, high;

  g_assert_cmpfloat_with_epsilon (kappa_paired_interval (&bentur, KAPPA_NORMAL_95, &low, &high),
                                  -6.0 / 21.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (low, -0.507, 5e-4);
  g_assert_cmpfloat_with_epsilon (high, -0.026, 5e-4);
  kappa_paired_interval (&altman, KAPPA_NORMAL_95, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.011, 5e-4);
  g_assert_cmpfloat_with_epsilon (high, 0.226, 5e-4);
  kappa_paired_interval (&equal, KAPPA_NORMAL_95, &low, &high);
  g_assert_cmpfloat (low, <, 0.0);
  g_assert_cmpfloat_with_epsilon (low, -high, 1e-15);
  /* 2 · (1 + 8) / 2⁸ and 2 / 2⁵. */
  g_assert_cmpfloat_with_epsilon (kappa_paired_mcnemar (&bentur), 18.0 / 256.0, 1e-13);
  g_assert_cmpfloat_with_epsilon (kappa_paired_mcnemar (&altman), 2.0 / 32.0, 1e-13);
  g_assert_cmpfloat (kappa_paired_mcnemar (&equal), ==, 1.0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Files *files, gconstpointer data);
  } tests[] = {
    { "itself", test_itself },         { "two", test_two },
    { "members", test_members },       { "disagreement", test_disagreement },
    { "threads", test_threads },       { "refused", test_refused },
    { "background", test_background }, { "own-preparation", test_own_preparation },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/predict/ensemble/", tests[i].name, NULL);

      g_test_add (path, Files, NULL, set_up, tests[i].run, tear_down);
    }
  g_test_add_func ("/predict/paired", test_paired);
  return g_test_run ();
}
