#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/base/formula.h"
#include "core/graph/autodiff.h"
#include "core/graph/program.h"
#include "core/models/preset.h"
#include "core/ops/ops.h"
#include "tests/core/models/keras-inception.h"
#include "tests/core/models/model-checks.h"

/*
 * Inception-ResNet-v2 in a Keras file, against the network computed by loops of its own: which
 * layer is which among the 203 that are only counted, batch norm without scale, residual scales.
 */

#define HEIGHT  91
#define WIDTH   107
#define CLASSES 7

typedef struct
{
  KappaModel *model;
  const KerasMap *image;
} Run;

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Run *run = data;
  const KappaShape shape = KAPPA_SHAPE (batch, 3, HEIGHT, WIDTH);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS,
                     kappa_model_build (run->model, graph, images));
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const KerasMap *image = ((const Run *)data)->image;

  for (gsize c = 0; c < 3; c++)
    for (gsize p = 0; p < HEIGHT * WIDTH; p++)
      ((double *)values)[c * HEIGHT * WIDTH + p] = image->values[p * 3 + c];
  return TRUE;
}

static void
check_logits (KappaModel *model, const KerasMap *image, const double *expected)
{
  const KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64 };
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers };
  g_autoptr (GError) error = NULL;
  Run run = { model, image };
  KappaFeed feed = { .n_samples = 1, .wide = TRUE, .fetch = fetch, .data = &run };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &run, NULL, &error);
  const double *logits;
  double largest = 0.0;
  gsize n;

  g_assert_no_error (error);
  feed.parameters = kappa_model_get_parameters_wide (model, &error);
  g_assert_no_error (error);
  feed.buffers = kappa_model_get_buffers_wide (model, &error);
  g_assert_no_error (error);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  logits = kappa_program_get_output (program, "logits", &n);
  g_assert_cmpuint (n, ==, CLASSES);
  for (gsize c = 0; c < CLASSES; c++)
    largest = MAX (largest, fabs (expected[c]));
  g_assert_cmpfloat (largest, >, 0.1);
  for (gsize c = 0; c < CLASSES; c++)
    g_assert_cmpfloat_with_epsilon (logits[c], expected[c], 1e-9 * largest);
}

/* Nothing is asked for but what the file has, in no mode, and every parameter has a gradient. */
static void
check_derivatives (KappaModel *model)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  g_autoptr (GArray) statistics = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  const guint n = kappa_model_get_n_parameters (model);
  g_autofree KappaNode *inputs = g_new (KappaNode, n), *gradients = g_new (KappaNode, n);
  g_autoptr (GError) error = NULL;
  const KappaShape shape = KAPPA_SHAPE (2, 3, HEIGHT, WIDTH);
  KappaNode logits = kappa_model_build_training (
      model, graph, kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape), 2,
      statistics);

  kappa_graph_check (graph, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (statistics->len, ==, kappa_model_get_n_buffers (model));
  for (guint i = 0; i < n; i++)
    inputs[i] = kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, i);
  kappa_graph_vjp (graph, logits, kappa_fill_like (graph, 1.0, logits), inputs, n, gradients);
  kappa_graph_check (graph, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (gradients[i], !=, KAPPA_NONE);
}

/* @data: the number of the first counted layer: 1 in the weights that are published, none in the
 * first network of a newer session, any in a later one. */
static void
test_logits (gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL),
                  *path = g_build_filename (folder, "weights.h5", NULL);
  g_autofree float *pixels = g_new (float, HEIGHT *WIDTH * 3);
  g_autofree double *expected = NULL;
  g_auto (KerasMap) image = { HEIGHT, WIDTH, 3, g_new (double, HEIGHT *WIDTH * 3) };
  g_autoptr (KappaModel) model = NULL;
  const KappaPreset *preset;

  kappa_formula_fill ("keras:", "input", -1.0, 1.0, HEIGHT * WIDTH * 3, pixels);
  for (gsize i = 0; i < HEIGHT * WIDTH * 3; i++)
    image.values[i] = pixels[i];
  expected = keras_inception_save (path, GPOINTER_TO_UINT (data), CLASSES, &image);
  model = model_open_or_fail (path, NULL, NULL);
  model_remove_folder (folder);
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, "Inception-ResNet-v2");
  g_assert_cmpstr (kappa_model_get_key_scheme (model), ==, "Keras");
  g_assert_cmpuint (kappa_model_get_n_classes (model), ==, CLASSES);
  /* What keras.applications prints as trainable for 1,000 classes, less the 993 that are not here:
   * 55,813,192 − 993 · 1,537. */
  g_assert_cmpuint (kappa_model_get_parameters_size (model), ==, 54286951);
  g_assert_null (kappa_model_find_parameter (model, "conv2d_1a.bn.weight"));
  preset = kappa_model_get_preset (model);
  g_assert_cmpstr (preset->name, ==, "keras-inception-resnet");
  g_assert_cmpfloat (preset->choices.norm_epsilon, ==, 1e-3);
  g_assert_cmpuint (preset->preprocess.width, ==, 299);
  check_logits (model, &image, expected);
  check_derivatives (model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/keras-inception/published", GUINT_TO_POINTER (1), test_logits);
  g_test_add_data_func ("/keras-inception/first-of-a-session", GUINT_TO_POINTER (0), test_logits);
  g_test_add_data_func ("/keras-inception/later-of-a-session", GUINT_TO_POINTER (204), test_logits);
  return g_test_run ();
}
