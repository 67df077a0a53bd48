/* One network in files of several formats: the same logits, landscape and trace, bit by bit. */

#include <glib/gstdio.h>
#include <string.h>

#include "core/formats/convert.h"
#include "core/graph/program.h"
#include "core/models/onnx-export.h"
#include "core/models/preset.h"
#include "tests/core/analysis/fixture.h"
#include "tests/core/analysis/small-vit.h"

#define IMAGES   "0:8"
#define N_IMAGES 8

/* What each file is made from: another of these, or the first network. */
static const struct
{
  const char *name;
  const char *from;
} files[] = {
  { "a.onnx", NULL },           { "b.safetensors", "a.onnx" }, { "c.npz", "a.onnx" },
  { "d.npz", "b.safetensors" }, { "e.onnx", "a.onnx" },        { "f.onnx", "d.npz" },
};

typedef struct
{
  KappaModel *model;
  gboolean exact; /* whether there is an exact trace */
  char *folder;
} Network;

static char *
path_of (const Network *network, const char *name)
{
  return g_build_filename (network->folder, name, NULL);
}

static KappaModel *
open_model (const Network *network, const char *path)
{
  /* Of all, NumPy archives alone cannot say how images are prepared. */
  g_autofree char *settings = g_str_has_suffix (path, ".npz")
                                  ? kappa_preset_to_text (kappa_model_get_preset (network->model))
                                  : NULL;
  const KappaModelOptions options = { NULL, settings };
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

static void
make_file (const Network *network, KappaModel *model, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  if (kappa_convert_needs_network (to))
    {
      kappa_onnx_export (model, to, FALSE, &conversion, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (conversion.difference, ==, 0.0);
      return;
    }
  kappa_convert_file (from, to, FALSE, &conversion, NULL, &error);
  g_assert_no_error (error);
}

/* Names, shapes, places and numbers of the parameters, and what they are to the network. */
static void
assert_same_parameters (KappaModel *a, KappaModel *b)
{
  const guint n = kappa_model_get_n_parameters (a);
  const gsize size = kappa_model_get_parameters_size (a),
              buffers = kappa_model_get_buffers_size (a);

  g_assert_cmpuint (kappa_model_get_n_parameters (b), ==, n);
  for (guint i = 0; i < n; i++)
    {
      const KappaParameter *first = kappa_model_get_parameter (a, i),
                           *second = kappa_model_get_parameter (b, i);

      g_assert_cmpstr (first->name, ==, second->name);
      g_assert_cmpint (first->kind, ==, second->kind);
      g_assert_true (kappa_shape_equal (&first->shape, &second->shape));
      g_assert_cmpuint (first->offset, ==, second->offset);
      g_assert_cmpuint (first->filter_size, ==, second->filter_size);
    }
  g_assert_cmpmem (kappa_model_get_parameters_wide (a, NULL), size * sizeof (double),
                   kappa_model_get_parameters_wide (b, NULL),
                   kappa_model_get_parameters_size (b) * sizeof (double));
  g_assert_cmpmem (kappa_model_get_buffers_wide (a, NULL), buffers * sizeof (double),
                   kappa_model_get_buffers_wide (b, NULL),
                   kappa_model_get_buffers_size (b) * sizeof (double));
}

static KappaInputs *
open_inputs (KappaModel *model)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  kappa_inputs_add_model (inputs, "model", model);
  fixture_add_images (inputs, IMAGES);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaShape shape = KAPPA_SHAPE (batch, kappa_model_get_channels (data), 0, 0);
  guint height, width;
  KappaNode images;

  kappa_model_get_input_size (data, &height, &width);
  shape.dims[2] = height;
  shape.dims[3] = width;
  images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", kappa_graph_get_real (graph),
                              &shape);
  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, kappa_model_build (data, graph, images));
  return kappa_graph_check (graph, error);
}

typedef struct
{
  KappaBatchSource *batches;
  KappaPixelType type;
} Pixels;

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Pixels *pixels = data;

  return kappa_batch_source_fetch (pixels->batches, first, n, pixels->type, values, error);
}

/* Returns: (transfer full): of all images */
static double *
compute_logits (KappaInputs *inputs, gboolean wide, gsize *n)
{
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  const KappaDtype dtype = wide ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = dtype, .compute = dtype };
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  Pixels pixels = { batches, wide ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, model, NULL, NULL);
  const KappaEnvironment environment = { .workers = workers };
  const double *logits;
  KappaFeed feed = { .n_samples = N_IMAGES, .wide = wide, .fetch = fetch, .data = &pixels };

  feed.parameters = wide ? (const void *)kappa_model_get_parameters_wide (model, NULL)
                         : kappa_model_get_parameters (model, NULL);
  feed.buffers = wide ? (const void *)kappa_model_get_buffers_wide (model, NULL)
                      : kappa_model_get_buffers (model, NULL);
  g_assert_true (kappa_program_run (program, &feed, &environment, NULL));
  logits = kappa_program_get_output (program, "logits", n);
  return g_memdup2 (logits, *n * sizeof *logits);
}

static void
assert_same_logits (KappaInputs *a, KappaInputs *b, gboolean wide)
{
  gsize n, m;
  g_autofree double *first = compute_logits (a, wide, &n), *second = compute_logits (b, wide, &m);

  g_assert_cmpuint (n, ==, 10 * N_IMAGES);
  g_assert_cmpmem (first, n * sizeof *first, second, m * sizeof *second);
}

static KappaResult *
run_landscape (KappaInputs *inputs)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);

  fixture_set (analysis, "x", "-0.5:0.5:3");
  fixture_set (analysis, "y", "0:0.5:2");
  return fixture_run (analysis, inputs, NULL, 2);
}

static void
assert_same_landscape (KappaResult *a, KappaInputs *inputs)
{
  g_autoptr (KappaResult) b = run_landscape (inputs);
  g_autoptr (KappaArray) first = kappa_result_dup_array (a, "loss"),
                         second = kappa_result_dup_array (b, "loss");

  g_assert_cmpuint (kappa_array_get_size (first), ==, 6);
  g_assert_cmpmem (first->values, 6 * sizeof (double), second->values,
                   kappa_array_get_size (second) * sizeof (double));
}

static KappaResult *
run_trace (const Network *network, KappaInputs *inputs)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("trace", NULL);

  if (!network->exact)
    fixture_set (analysis, "probes", "4");
  fixture_set (analysis, "folds", "0");
  return fixture_run (analysis, inputs, NULL, 2);
}

static void
assert_same_trace (const Network *network, KappaResult *a, KappaInputs *inputs)
{
  g_autoptr (KappaResult) b = run_trace (network, inputs);
  g_autoptr (KappaScalar) first = kappa_result_dup_scalar (a, "trace"),
                          second = kappa_result_dup_scalar (b, "trace");

  g_assert_true ((first->certainty.kind == KAPPA_EXACT) == network->exact);
  g_assert_cmpfloat (first->value, ==, second->value);
}

/* What the model page and activity ask for: the same functions, over the same numbers. */
static void
assert_same_functions (KappaModel *a, KappaModel *b)
{
  const KappaActivationFlags asked
      = KAPPA_ACTIVATION_RELU | KAPPA_ACTIVATION_GELU | KAPPA_ACTIVATION_ATTENTION;
  guint n, m, j = 0;
  const KappaActivation *first = kappa_model_get_activations (a, &n),
                        *second = kappa_model_get_activations (b, &m);

  for (guint i = 0; i < n; i++)
    {
      if ((first[i].flags & asked) == 0)
        continue;
      while (j < m && (second[j].flags & asked) == 0)
        j++;
      g_assert_cmpuint (j, <, m);
      g_assert_cmpuint (first[i].flags & asked, ==, second[j].flags & asked);
      g_assert_true (kappa_shape_equal (&first[i].shape, &second[j].shape));
      j++;
    }
  while (j < m && (second[j].flags & asked) == 0)
    j++;
  g_assert_cmpuint (j, ==, m);
}

static void
compare_all (Network *network)
{
  g_autoptr (KappaInputs) first = open_inputs (network->model);
  g_autoptr (KappaResult) landscape = run_landscape (first), trace = run_trace (network, first);

  network->folder = g_dir_make_tmp ("kappa-same-XXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = path_of (network, files[i].name),
                      *from = files[i].from != NULL ? path_of (network, files[i].from) : NULL;
      g_autoptr (KappaModel) source
          = from != NULL ? open_model (network, from) : g_object_ref (network->model);
      g_autoptr (KappaModel) model = NULL;
      g_autoptr (KappaInputs) inputs = NULL;

      make_file (network, source, from, path);
      model = open_model (network, path);
      inputs = open_inputs (model);
      assert_same_parameters (network->model, model);
      assert_same_functions (network->model, model);
      assert_same_logits (first, inputs, FALSE);
      assert_same_logits (first, inputs, TRUE);
      assert_same_landscape (landscape, inputs);
      assert_same_trace (network, trace, inputs);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = path_of (network, files[i].name);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (network->folder), ==, 0);
  g_free (network->folder);
}

/* The bundled network, which comes as a legacy stream of PyTorch. */
static void
test_residual (void)
{
  g_autoptr (KappaModel) model = fixture_open_model ();
  Network network = { .model = model, .exact = TRUE };

  compare_all (&network);
}

/* Parts of attention lie apart in Google's files, and together in all that is made from them. */
static void
test_tokens (gconstpointer data)
{
  /* Heads of 64 numbers, as files whose tensors do not show them have them. */
  const SmallVit vit = { 128, 2, 48, 8, data };
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&vit, IMAGES);
  Network network = { .model = kappa_inputs_get_model (inputs, "model", 0) };

  compare_all (&network);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/same-network/residual", test_residual);
  g_test_add_data_func ("/same-network/tokens-erf", "erf", test_tokens);
  g_test_add_data_func ("/same-network/tokens-tanh", "tanh", test_tokens);
  return g_test_run ();
}
