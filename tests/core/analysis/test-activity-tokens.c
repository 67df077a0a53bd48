/* Activity in a network over tokens, whose activation function is smooth. */

#include <math.h>

#include "core/graph/program.h"
#include "core/models/activation.h"
#include "tests/core/analysis/fixture.h"
#include "tests/core/analysis/small-vit.h"

#define N_IMAGES 12
#define N_LAYERS 2
#define TOKENS   5
#define UNITS    48

static const SmallVit by_erf = { 64, 1, UNITS, 8, "erf" };
static const SmallVit by_tanh = { 64, 1, UNITS, 8, "tanh" };

/* What goes into the gelus and what comes out, image by image, computed without the analysis. */
typedef struct
{
  KappaModel *model;
  KappaBatchSource *batches;
  KappaProgram *program;
  const double *before[N_LAYERS], *after[N_LAYERS];
} Direct;

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Direct *self = data;
  const KappaShape shape = KAPPA_SHAPE (batch, 3, 16, 16);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F64, &shape);

  kappa_model_build (self->model, graph, images);
  for (guint k = 0; k < N_LAYERS; k++)
    {
      g_autofree char *name = g_strdup_printf ("blocks.%u.mlp.gelu", k),
                      *before = g_strdup_printf ("before/%u", k),
                      *after = g_strdup_printf ("after/%u", k);
      const KappaActivation *activation = kappa_model_find_activation (self->model, name);

      kappa_outputs_add (outputs, before, KAPPA_OUTPUT_ROWS,
                         kappa_activation_find_input (activation, graph));
      kappa_outputs_add (outputs, after, KAPPA_OUTPUT_ROWS, kappa_graph_find (graph, name));
    }
  return kappa_graph_check (graph, error);
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  return kappa_batch_source_fetch (((Direct *)data)->batches, first, n, KAPPA_PIXEL_DOUBLE, values,
                                   error);
}

static void
compute (Direct *self, KappaInputs *inputs)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  KappaEnvironment environment = { .workers = workers };
  const KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64 };
  KappaFeed feed = { .n_samples = N_IMAGES, .wide = TRUE, .fetch = fetch, .data = self };

  self->model = kappa_inputs_get_model (inputs, "model", 0);
  self->batches = kappa_inputs_make_batches (inputs, "data", "model", FALSE, &context, NULL);
  self->program = kappa_program_new (&options, build, self, NULL, NULL);
  g_assert_nonnull (self->program);
  feed.parameters = kappa_model_get_parameters_wide (self->model, NULL);
  g_assert_true (kappa_program_run (self->program, &feed, &environment, NULL));
  for (guint k = 0; k < N_LAYERS; k++)
    {
      g_autofree char *before = g_strdup_printf ("before/%u", k),
                      *after = g_strdup_printf ("after/%u", k);
      gsize size;

      self->before[k] = kappa_program_get_output (self->program, before, &size);
      g_assert_cmpuint (size, ==, N_IMAGES * TOKENS * UNITS);
      self->after[k] = kappa_program_get_output (self->program, after, &size);
      g_assert_cmpuint (size, ==, N_IMAGES * TOKENS * UNITS);
    }
}

static void
direct_clear (Direct *self)
{
  kappa_program_free (self->program);
  g_object_unref (self->batches);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Direct, direct_clear)

/* x·Φ(x) or its approximation, and the derivative of that. */
static double
gelu (const SmallVit *vit, double x, double *slope)
{
  const double scale = sqrt (2.0 / G_PI), cubic = 0.044715;
  const double t = tanh (scale * (x + cubic * x * x * x));

  if (vit == &by_erf)
    {
      const double share = 0.5 * erfc (-x / G_SQRT2);

      *slope = share + x * exp (-0.5 * x * x) / sqrt (2.0 * G_PI);
      return x * share;
    }
  *slope = 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * scale * (1.0 + 3.0 * cubic * x * x);
  return 0.5 * x * (1.0 + t);
}

static double
cell (KappaTable *table, const char *column, gsize row)
{
  for (guint c = 0; c < table->n_columns; c++)
    if (g_str_equal (table->columns[c].name, column))
      return table->numbers[c][row];
  g_assert_not_reached ();
}

typedef struct
{
  double layer, unit[UNITS], token[TOKENS];
} Shares;

static gboolean
is_active (const SmallVit *vit, const char *rule, double threshold, double before, double after)
{
  double slope;

  g_assert_cmpfloat_with_epsilon (gelu (vit, before, &slope), after, 1e-12);
  if (g_str_equal (rule, "positive"))
    return after > 0.0;
  return (g_str_equal (rule, "slope") ? slope : fabs (after)) > threshold;
}

static void
count (const Direct *direct,
       const SmallVit *vit,
       const char *rule,
       double threshold,
       guint layer,
       Shares *shares)
{
  gsize i = 0;

  *shares = (Shares) { 0 };
  for (guint n = 0; n < N_IMAGES; n++)
    for (guint t = 0; t < TOKENS; t++)
      for (guint u = 0; u < UNITS; u++, i++)
        if (is_active (vit, rule, threshold, direct->before[layer][i], direct->after[layer][i]))
          {
            shares->layer += 1.0 / (N_IMAGES * TOKENS * UNITS);
            shares->unit[u] += 1.0 / (N_IMAGES * TOKENS);
            shares->token[t] += 1.0 / (N_IMAGES * UNITS);
          }
}

static KappaResult *
run (KappaInputs *inputs, const char *rule)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("activity", NULL);

  fixture_set (analysis, "active", rule);
  fixture_set (analysis, "precision", "float64");
  return fixture_run (analysis, inputs, NULL, 2);
}

/* By every rule, the shares of layers, units and tokens are those counted here. Returns: the share
 * of the whole network. */
static double
compare (const Direct *direct, const SmallVit *vit, KappaInputs *inputs, const char *rule)
{
  g_autoptr (KappaResult) result = run (inputs, rule);
  g_autoptr (KappaTable) layers = kappa_result_dup_table (result, "layers");
  g_autoptr (KappaArray) units = kappa_result_dup_array (result, "active_by_unit");
  g_autoptr (KappaArray) tokens = kappa_result_dup_array (result, "active_by_token");
  const double threshold
      = g_str_equal (rule, "magnitude") ? fixture_scalar (result, "threshold") : 0.1;

  g_assert_cmpuint (layers->n_rows, ==, N_LAYERS);
  g_assert_cmpuint (units->dims[1], ==, UNITS);
  g_assert_cmpuint (tokens->dims[1], ==, TOKENS);
  for (guint k = 0; k < N_LAYERS; k++)
    {
      Shares shares;

      count (direct, vit, rule, threshold, k, &shares);
      g_assert_cmpfloat (cell (layers, "units", k), ==, UNITS);
      g_assert_cmpfloat (cell (layers, "positions", k), ==, TOKENS);
      g_assert_cmpfloat_with_epsilon (cell (layers, "active", k), shares.layer, 1e-12);
      for (guint u = 0; u < UNITS; u++)
        g_assert_cmpfloat_with_epsilon (units->values[k * UNITS + u], shares.unit[u], 1e-12);
      for (guint t = 0; t < TOKENS; t++)
        g_assert_cmpfloat_with_epsilon (tokens->values[k * TOKENS + t], shares.token[t], 1e-12);
    }
  return fixture_scalar (result, "active_fraction");
}

static void
test_definition (gconstpointer data)
{
  const SmallVit *vit = data;
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (vit, "0:12");
  g_auto (Direct) direct = { 0 };
  double positive, slope;

  compute (&direct, inputs);
  positive = compare (&direct, vit, inputs, "positive");
  slope = compare (&direct, vit, inputs, "slope");
  /* Its derivative is above a tenth also somewhat below 0. */
  g_assert_cmpfloat (slope, >, positive + 0.05);
  g_assert_cmpfloat_with_epsilon (compare (&direct, vit, inputs, "magnitude"), 0.1, 1e-3);
}

/* A smooth function has no kink to be near to. */
static void
test_smooth (void)
{
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&by_erf, "0:12");
  g_autoptr (KappaResult) result = run (inputs, "positive");
  g_autoptr (KappaTable) layers = kappa_result_dup_table (result, "layers");
  g_autoptr (KappaScalar) nearest = kappa_result_dup_scalar (result, "nearest_kink");

  g_assert_null (nearest);
  for (guint k = 0; k < N_LAYERS; k++)
    {
      g_assert_true (isnan (cell (layers, "nearest_kink", k)));
      g_assert_true (isnan (cell (layers, "nearest_kink_relative", k)));
      g_assert_cmpfloat (cell (layers, "activation_norm", k), >, 0.0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/activity-tokens/definition/erf", &by_erf, test_definition);
  g_test_add_data_func ("/activity-tokens/definition/tanh", &by_tanh, test_definition);
  g_test_add_func ("/activity-tokens/smooth", test_smooth);
  return g_test_run ();
}
