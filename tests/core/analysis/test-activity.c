#include <math.h>
#include <string.h>

#include "core/analysis/activity-count.h"
#include "core/base/error.h"
#include "core/graph/program.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/shared.h"

/* More than one look at the images, and a last one that is not full. */
#define IMAGES "0:300"

static KappaAnalysis *
new_analysis (void)
{
  g_autoptr (GError) error = NULL;
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("activity", &error);

  g_assert_no_error (error);
  return analysis;
}

static double
cell (KappaTable *table, const char *column, gsize row)
{
  for (guint c = 0; c < table->n_columns; c++)
    if (g_str_equal (table->columns[c].name, column))
      return table->numbers[c][row];
  g_assert_not_reached ();
}

/* Units, tokens and images are three ways to the same share. */
static void
test_consistent (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) layers = kappa_result_dup_table (result, "layers");
  g_autoptr (KappaArray) units = kappa_result_dup_array (result, "active_by_unit");
  g_autoptr (KappaArray) tokens = kappa_result_dup_array (result, "active_by_token");
  double all = 0.0, neurons = 0.0, dead = 0.0;

  g_assert_cmpuint (layers->n_rows, ==, units->dims[0]);
  for (gsize k = 0; k < layers->n_rows; k++)
    {
      double n_units = cell (layers, "units", k), n_tokens = cell (layers, "positions", k);
      double by_unit = 0.0, by_token = 0.0, none = 0.0, every = 0.0;

      for (gsize u = 0; u < n_units; u++)
        {
          double share = units->values[k * units->dims[1] + u];

          by_unit += share / n_units;
          none += share == 0.0;
          every += share == 1.0;
        }
      for (gsize t = 0; t < n_tokens; t++)
        by_token += tokens->values[k * tokens->dims[1] + t] / n_tokens;
      g_assert_cmpfloat_with_epsilon (by_unit, cell (layers, "active", k), 1e-12);
      g_assert_cmpfloat_with_epsilon (by_token, cell (layers, "active", k), 1e-12);
      g_assert_cmpfloat (none, ==, cell (layers, "dead_units", k));
      g_assert_cmpfloat (every, ==, cell (layers, "saturated_units", k));
      g_assert_cmpfloat (cell (layers, "active_low", k), <, cell (layers, "active", k));
      g_assert_cmpfloat (cell (layers, "nearest_kink", k), >=, 0.0);
      all += by_unit * n_units * n_tokens;
      neurons += n_units * n_tokens;
      dead += none;
    }
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "active_fraction"), all / neurons, 1e-12);
  g_assert_cmpfloat (fixture_scalar (result, "dead_units"), ==, dead);
}

/* The activations of one layer, collected and counted here. */
typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches;
  const KappaActivation *activation;
} Collector;

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Collector *collector = data;
  KappaShape shape = KAPPA_SHAPE (batch, 3, 32, 32);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);

  kappa_model_build (collector->model, graph, images);
  kappa_outputs_add (outputs, "a", KAPPA_OUTPUT_ROWS,
                     kappa_graph_find (graph, collector->activation->name));
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  return kappa_batch_source_fetch (((Collector *)data)->batches, first, n, KAPPA_PIXEL_FLOAT,
                                   values, error);
}

static void
test_definition (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:6");
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) layers = kappa_result_dup_table (result, "layers");
  g_autoptr (KappaArray) units = kappa_result_dup_array (result, "active_by_unit");
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", FALSE, &context, NULL);
  Collector collector
      = { model, batches, kappa_model_find_activation (model, layers->texts[0][3]) };
  const KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32 };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &collector, NULL, NULL);
  KappaFeed feed = { .n_samples = 6,
                     .parameters = kappa_model_get_parameters (model, NULL),
                     .buffers = kappa_model_get_buffers (model, NULL),
                     .fetch = fetch,
                     .data = &collector };
  KappaEnvironment environment = { .workers = workers };
  gsize size, channels = (gsize)collector.activation->shape.dims[0], area;
  const double *values;
  double active = 0.0, norm = 0.0;
  g_autofree double *by_unit = g_new0 (double, channels);

  g_assert_true (kappa_program_run (program, &feed, &environment, NULL));
  values = kappa_program_get_output (program, "a", &size);
  area = size / (6 * channels);
  for (gsize n = 0; n < 6; n++)
    {
      double squares = 0.0;

      for (gsize i = 0; i < channels * area; i++)
        {
          double a = values[n * channels * area + i];

          active += a > 0.0;
          by_unit[i / area] += a > 0.0;
          squares += a * a;
        }
      norm += sqrt (squares) / 6.0;
    }
  g_assert_cmpfloat_with_epsilon (cell (layers, "active", 3), active / (double)size, 1e-12);
  g_assert_cmpfloat_with_epsilon (cell (layers, "activation_norm", 3), norm, 1e-5 * norm);
  for (gsize u = 0; u < channels; u++)
    g_assert_cmpfloat_with_epsilon (units->values[3 * units->dims[1] + u],
                                    by_unit[u] / (6.0 * (double)area), 1e-12);
}

/* A relu lets pass what is above 0, so its derivative counts the same; and by definition one in ten
 * neurons is above the 0.9 quantile. */
static void
test_rules (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:40");
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) positive = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) slope = NULL, magnitude = NULL;

  fixture_set (analysis, "active", "slope");
  slope = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_scalar (slope, "active_fraction"), ==,
                     fixture_scalar (positive, "active_fraction"));
  fixture_set (analysis, "active", "magnitude");
  magnitude = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (magnitude, "active_fraction"), 0.1, 1e-4);
  g_assert_cmpfloat (fixture_scalar (magnitude, "threshold"), >, 0.0);
}

static void
assert_same_bits (KappaResult *a, KappaResult *b)
{
  g_auto (GStrv) arrays = kappa_result_list_arrays (a);
  g_auto (GStrv) scalars = kappa_result_list_scalars (a);
  g_autoptr (KappaTable) layers = kappa_result_dup_table (a, "layers");
  g_autoptr (KappaTable) others = kappa_result_dup_table (b, "layers");

  for (guint i = 0; arrays[i] != NULL; i++)
    {
      g_autoptr (KappaArray) x = kappa_result_dup_array (a, arrays[i]);
      g_autoptr (KappaArray) y = kappa_result_dup_array (b, arrays[i]);

      g_assert_cmpmem (x->values, kappa_array_get_size (x) * sizeof (double), y->values,
                       kappa_array_get_size (y) * sizeof (double));
    }
  for (guint i = 0; scalars[i] != NULL; i++)
    g_assert_cmpfloat (fixture_scalar (a, scalars[i]), ==, fixture_scalar (b, scalars[i]));
  for (guint c = 1; c < layers->n_columns; c++)
    g_assert_cmpmem (layers->numbers[c], layers->n_rows * sizeof (double), others->numbers[c],
                     others->n_rows * sizeof (double));
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:50");
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) one = fixture_run (analysis, inputs, NULL, 1);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) more = fixture_run (analysis, inputs, NULL, threads[i]);

      assert_same_bits (one, more);
    }
}

static void
stop_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  if (g_str_equal (array->name, ".active_cells"))
    g_cancellable_cancel (data);
}

static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  KappaResultListener listener = { .values = stop_cb };
  g_autoptr (GError) error = NULL;

  kappa_result_set_listener (result, &listener, cancellable);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  kappa_result_set_listener (result, NULL, NULL);
  fixture_run (analysis, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 300.0 - 256.0);
  assert_same_bits (whole, result);
  fixture_run (analysis, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static void
assert_refused (const char *name, const char *value)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:5");
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, name, value);
  g_assert_false (kappa_analysis_check (analysis, inputs, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_refused (void)
{
  assert_refused ("precision", "bfloat16");
  assert_refused ("quantile", "0.5");
  assert_refused ("slope", "0.5");
  assert_refused ("folds", "1");
}

typedef struct
{
  const char *model, *data, *images;
  double all; /* NAN where it is not known */
  guint n_layers;
  double layers[19];
  double tolerance;
} Golden;

/* The same networks and images in float64 by another program. */
static const Golden resnet = {
  "data/cifar-resnet/resnet20-12fca82f.th",
  "data/cifar10/test_batch.bin",
  "0:846",
  0.541346,
  19,
  { .6247, .4971, .6797, .4795, .7526, .3810, .8410, .4495, .6663, .2489, .6675, .2022, .6524,
    .3600, .4529, .2190, .3926, .1864, .4951 },
  6e-5,
};

static const Golden lenet = {
  "data/mnist/lenet_example.pth",
  "data/mnist",
  "0:2048",
  NAN,
  4,
  { 0.15487453, 0.06883270, 0.16000977, 0.13028390 },
  2e-6,
};

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  g_autofree char *model = kappa_test_need_shared (golden->model);
  g_autofree char *images = model != NULL ? kappa_test_need_shared (golden->data) : NULL;
  g_autofree char *source = g_strconcat (golden == &lenet ? "mnist:" : "cifar10:", images, NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ();
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) layers = NULL;
  g_autoptr (GError) error = NULL;

  if (images == NULL)
    return;
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, model);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", golden->images, NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  result = fixture_run (analysis, inputs, NULL, 2);
  layers = kappa_result_dup_table (result, "layers");
  if (!isnan (golden->all))
    g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "active_fraction"), golden->all, 1e-6);
  g_assert_cmpuint (layers->n_rows, ==, golden->n_layers);
  for (gsize k = 0; k < layers->n_rows; k++)
    g_assert_cmpfloat_with_epsilon (cell (layers, "active", k), golden->layers[k],
                                    golden->tolerance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activity/consistent", test_consistent);
  g_test_add_func ("/activity/definition", test_definition);
  g_test_add_func ("/activity/rules", test_rules);
  g_test_add_func ("/activity/threads", test_threads);
  g_test_add_func ("/activity/resume", test_resume);
  g_test_add_func ("/activity/refused", test_refused);
  g_test_add_data_func ("/activity/golden/resnet20", &resnet, test_golden);
  g_test_add_data_func ("/activity/golden/lenet", &lenet, test_golden);
  return g_test_run ();
}
