#include <glib/gstdio.h>
#include <string.h>

#include "core/base/random.h"
#include "core/formats/convert.h"
#include "core/graph/program.h"
#include "core/models/onnx-export.h"
#include "tests/core/models/model-checks.h"
#include "tests/support/shared.h"

/* The trained ResNet-50 of Keras in other formats: the same parameters and logits, bit by bit. */

#define SIDE 224
#define N    (3 * SIDE * SIDE)

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32,
                                        &KAPPA_SHAPE (batch, 3, SIDE, SIDE));

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, kappa_model_build (data, graph, images));
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const KappaStream stream = kappa_stream_init (0, "keras");

  for (gsize i = 0; i < N; i++)
    ((float *)values)[i] = (float)(60.0 * kappa_stream_normal (&stream, i));
  return TRUE;
}

/* Returns: (transfer full): of one image of noise as large as pixels are */
static double *
compute_logits (KappaModel *model)
{
  const KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32 };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, model, NULL, NULL);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers };
  const KappaFeed feed = { .n_samples = 1,
                           .parameters = kappa_model_get_parameters (model, NULL),
                           .buffers = kappa_model_get_buffers (model, NULL),
                           .fetch = fetch };
  const double *logits;
  gsize n;

  g_assert_true (kappa_program_run (program, &feed, &environment, NULL));
  logits = kappa_program_get_output (program, "logits", &n);
  g_assert_cmpuint (n, ==, 1000);
  return g_memdup2 (logits, n * sizeof *logits);
}

static void
compare (KappaModel *model, const double *logits, const char *path)
{
  g_autoptr (KappaModel) copy = model_open_or_fail (path, NULL, NULL);
  const gsize size = kappa_model_get_parameters_size (model) * sizeof (float);
  g_autofree double *copied = compute_logits (copy);

  g_assert_cmpuint (kappa_model_get_n_parameters (copy), ==, kappa_model_get_n_parameters (model));
  g_assert_cmpuint (kappa_model_get_parameters_size (copy) * sizeof (float), ==, size);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    g_assert_cmpstr (kappa_model_get_parameter (copy, i)->name, ==,
                     kappa_model_get_parameter (model, i)->name);
  g_assert_true (memcmp (kappa_model_get_parameters (model, NULL),
                         kappa_model_get_parameters (copy, NULL), size)
                 == 0);
  g_assert_cmpmem (logits, 1000 * sizeof *logits, copied, 1000 * sizeof *copied);
}

static void
test_formats (void)
{
  static const char *const names[] = { "a.safetensors", "b.npz", "c.onnx" };
  g_autofree char *keras = kappa_test_need_shared ("data/imagenet/keras_resnet50.h5"),
                  *folder = keras != NULL ? g_dir_make_tmp ("kappa-keras-XXXXXX", NULL) : NULL;
  g_autoptr (KappaModel) model = NULL;
  g_autofree double *logits = NULL;

  if (keras == NULL)
    return;
  model = model_open_or_fail (keras, NULL, NULL);
  logits = compute_logits (model);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autoptr (GError) error = NULL;
      KappaConversion conversion;

      if (kappa_convert_needs_network (path))
        kappa_onnx_export (model, path, FALSE, &conversion, NULL, &error);
      else
        kappa_convert_file (keras, path, FALSE, &conversion, NULL, &error);
      g_assert_no_error (error);
      compare (model, logits, path);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/formats", test_formats);
  return g_test_run ();
}
