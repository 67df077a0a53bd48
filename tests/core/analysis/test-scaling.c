#include <math.h>
#include <string.h>

#include "core/analysis/order-statistics.h"
#include "core/base/error.h"
#include "core/models/variant.h"
#include "tests/core/analysis/fixture.h"
#include "tests/core/analysis/small-vit.h"

#define REPEATS 7

/* No test is of a time: of times only that they are told, and told consistently. */

static KappaAnalysis *
new_analysis (const char *depths, const char *widths, const char *resolutions)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("scaling", NULL);

  fixture_set (analysis, "depths", depths);
  fixture_set (analysis, "widths", widths);
  fixture_set (analysis, "resolutions", resolutions);
  fixture_set (analysis, "repeats", G_STRINGIFY (REPEATS));
  return analysis;
}

static KappaInputs *
open_model (void)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static guint
find_column (const KappaTable *table, const char *name)
{
  for (guint c = 0; c < table->n_columns; c++)
    if (strcmp (table->columns[c].name, name) == 0)
      return c;
  g_assert_not_reached ();
}

static double
get_number (const KappaTable *table, const char *column, gsize row)
{
  return table->numbers[find_column (table, column)][row];
}

static const char *
get_text (const KappaTable *table, const char *column, gsize row)
{
  return table->texts[find_column (table, column)][row];
}

/* Every row made here is counted as its network, whatever was asked for in what order. */
static void
test_points (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("32,20", "2,1", "16,32");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) table = NULL;
  gsize n_own = 0, n_published = 0;

  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  table = kappa_result_dup_table (result, "points");
  for (gsize r = 0; r < table->n_rows; r++)
    {
      const guint size = (guint)get_number (table, "resolution", r);
      g_autoptr (KappaVariant) variant = kappa_variant_new (
          kappa_family_find ("cifar-resnet"), (guint)get_number (table, "depth", r),
          get_number (table, "width", r), NULL, NULL);
      KappaVariantCounts counts;

      g_assert_true (kappa_variant_count (variant, size, size, &counts, NULL));
      g_assert_cmpstr (get_text (table, "name", r), ==, kappa_variant_get_name (variant));
      g_assert_cmpfloat (get_number (table, "parameters", r), ==, (double)counts.parameters);
      g_assert_cmpfloat (get_number (table, "macs", r), ==, (double)counts.macs);
      g_assert_cmpfloat (get_number (table, "activations", r), ==, (double)counts.activations);
      g_assert_true (isnan (get_number (table, "latency", r)));
      n_published += strcmp (get_text (table, "kind", r), "published") == 0;
      if (strcmp (get_text (table, "kind", r), "published") == 0)
        {
          g_assert_cmpstr (get_text (table, "source", r), !=, "");
          continue;
        }
      n_own++;
      g_assert_cmpfloat (get_number (table, "memory", r), >, 4.0 * (double)counts.parameters);
      g_assert_true (isnan (get_number (table, "top1", r)));
    }
  /* The checkpoint is not made a second time. */
  g_assert_cmpuint (n_own, ==, 8);
  g_assert_cmpuint (n_published, ==, 6);
}

/* Medians and intervals are those of the passes kept; published rows borrow what is the same
 * network. */
static void
test_latency (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "8,16");
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "points");
  g_autoptr (KappaArray) runs = kappa_result_dup_array (result, "latency_runs");
  g_autoptr (KappaScalar) latency = kappa_result_dup_scalar (result, "latency");
  double median, low, high;

  g_assert_cmpuint (runs->dims[0], ==, 3);
  g_assert_cmpuint (runs->dims[1], ==, REPEATS);
  for (gsize r = 0; r < 3; r++)
    {
      const double *passes = runs->values + r * REPEATS;

      for (guint i = 0; i < REPEATS; i++)
        g_assert_cmpfloat (passes[i], >, 0.0);
      kappa_median_interval (passes, REPEATS, 0.95, &median, &low, &high);
      g_assert_cmpfloat (get_number (table, "latency", r), ==, median);
      g_assert_cmpfloat (get_number (table, "latency_low", r), ==, low);
      g_assert_cmpfloat (get_number (table, "latency_high", r), ==, high);
    }
  g_assert_cmpstr (get_text (table, "kind", 3), ==, "published");
  g_assert_cmpfloat (get_number (table, "latency", 3), ==, get_number (table, "latency", 0));
  g_assert_true (isnan (get_number (table, "latency", 4)));
  g_assert_cmpfloat (latency->value, ==, get_number (table, "latency", 0));
  g_assert_cmpint (latency->certainty.kind, ==, KAPPA_INTERVAL);
  g_assert_cmpfloat_with_epsilon (latency->certainty.level, 1.0 - 2.0 / 128.0, 1e-12);
  g_assert_nonnull (strstr (latency->definition, "1 thread"));
}

/* Shares of a batch, several threads, a batch that is no micro-batch: always a time for each pass.
 */
static void
test_batches (void)
{
  static const char *const cases[][2] = { { "7", "1" }, { "6", "3" }, { "64", "2" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaInputs) inputs = open_model ();
      g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "own");
      g_autoptr (KappaResult) result = NULL;

      fixture_set (analysis, "batch", cases[i][0]);
      fixture_set (analysis, "latency-threads", cases[i][1]);
      result = fixture_run (analysis, inputs, NULL, 2);
      g_assert_cmpuint (kappa_result_count_present (result, "latency_runs"), ==, REPEATS);
      g_assert_cmpfloat (fixture_scalar (result, "latency"), >, 0.0);
    }
}

/* The same loss and share as the analysis of predictions tells; other resolutions are worse for a
 * network that was made for this one. */
static void
test_quality (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:60");
  g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "16");
  g_autoptr (KappaAnalysis) predict = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) expected = fixture_run (predict, inputs, NULL, 2);
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) table = NULL;

  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  table = kappa_result_dup_table (result, "points");
  g_assert_cmpfloat (fixture_scalar (result, "top1"), ==, fixture_scalar (expected, "top1"));
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "loss"),
                                  fixture_scalar (expected, "loss"), 1e-6);
  g_assert_cmpfloat (get_number (table, "top1", 0), ==, fixture_scalar (result, "top1"));
  g_assert_cmpfloat (get_number (table, "top1", 1), <, get_number (table, "top1", 0));
  g_assert_cmpfloat (get_number (table, "top1_low", 0), <, get_number (table, "top1", 0));
  g_assert_cmpfloat (get_number (table, "top1_high", 0), >, get_number (table, "top1", 0));
}

/* Of each cost and kind of quality: what is on the front is not dominated, what is not is. */
static void
test_front (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "own");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) points = NULL, front = NULL;
  gsize n = 0;

  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  points = kappa_result_dup_table (result, "points");
  front = kappa_result_dup_table (result, "front");
  for (gsize i = 0; i < front->n_rows; i++)
    {
      const double cost = get_number (front, "value", i), top1 = get_number (front, "top1", i);
      const char *name = get_text (front, "cost", i);

      n += strcmp (name, "macs") == 0;
      g_assert_cmpstr (get_text (front, "top1_is", i), ==, "published");
      for (gsize r = 0; r < points->n_rows; r++)
        g_assert_false (get_number (points, name, r) < cost
                        && get_number (points, "top1", r) >= top1);
    }
  /* Deeper CIFAR networks were published as better, all of them. */
  g_assert_cmpuint (n, ==, 6);
}

/* A line changes one thing; the curves are those of the first network's longest. */
static void
test_lines (void)
{
  static const char *const axes[] = { "depth", "width", "resolution" };
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("20,32,56", "0.5,1", "16,24,32,40");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) lines = NULL;
  gsize n[3] = { 0 };

  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  lines = kappa_result_dup_table (result, "lines");
  for (gsize i = 1; i < lines->n_rows; i++)
    for (guint a = 0; a < 3; a++)
      if (strcmp (get_text (lines, "rule", i), axes[a]) == 0
          && strcmp (get_text (lines, "rule", i - 1), axes[a]) == 0
          && strcmp (get_text (lines, "statement", i), get_text (lines, "statement", i - 1)) == 0)
        {
          n[a]++;
          for (guint b = 0; b < 3; b++)
            if (a == b)
              g_assert_cmpfloat (get_number (lines, axes[b], i), >,
                                 get_number (lines, axes[b], i - 1));
            else
              g_assert_cmpfloat (get_number (lines, axes[b], i), ==,
                                 get_number (lines, axes[b], i - 1));
        }
  g_assert_cmpuint (n[0], ==, 2 * 2 * 4);
  g_assert_cmpuint (n[1], ==, 1 * 3 * 4);
  g_assert_cmpuint (n[2], ==, 3 * 3 * 2);
  for (guint a = 0; a < 3; a++)
    {
      g_autofree char *name = g_strconcat ("macs_by_", axes[a], NULL);
      g_autoptr (KappaArray) curve = kappa_result_dup_array (result, name);

      g_assert_cmpuint (curve->dims[0], ==, a == 0 ? 3 : a == 1 ? 2 : 4);
      g_assert_cmpstr (curve->axes[0], ==, axes[a]);
    }
}

/* A family no model is of, at sizes its weights were published for. */
static void
test_other_family (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("50,101", "1", "own");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) table = NULL;

  fixture_set (analysis, "family", "resnet-rs");
  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  table = kappa_result_dup_table (result, "points");
  g_assert_cmpstr (get_text (table, "name", 1), ==, "ResNet-RS-50");
  g_assert_cmpfloat (get_number (table, "resolution", 1), ==, 160.0);
  g_assert_cmpfloat (get_number (table, "parameters", 2), ==, 63618696.0);
  g_assert_cmpfloat (get_number (table, "resolution", 2), ==, 192.0);
}

/* ViT is of no family here, and its positions are made to fit whole patches. */
static void
test_tokens (void)
{
  static const SmallVit vit = { 16, 2, 24, 16, "erf" };
  g_autoptr (KappaInputs) inputs = small_vit_open_inputs (&vit, "0:4");
  g_autoptr (KappaAnalysis) analysis = new_analysis ("auto", "1", "48,64");
  g_autoptr (KappaAnalysis) deeper = new_analysis ("12", "1", "own");
  g_autoptr (KappaAnalysis) small = new_analysis ("auto", "1", "8");
  g_autoptr (KappaResult) result = NULL, none = kappa_result_new ();
  g_autoptr (KappaTable) table = NULL;
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, "measure", "false");
  result = fixture_run (analysis, inputs, NULL, 2);
  table = kappa_result_dup_table (result, "points");
  g_assert_true (isnan (get_number (table, "depth", 0)));
  g_assert_cmpfloat (get_number (table, "macs", 2), >, get_number (table, "macs", 1));
  g_assert_cmpfloat (get_number (table, "parameters", 2), ==, get_number (table, "parameters", 0));
  g_assert_false (kappa_analysis_run (deeper, inputs, none, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "ViT"));
  g_clear_error (&error);
  g_assert_false (kappa_analysis_run (small, inputs, none, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "8 × 8 pixels"));
}

static void
stop_cb (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  if (g_str_equal (array->name, "latency_runs") && first == REPEATS)
    g_cancellable_cancel (data);
}

/* What was measured before a run was stopped is kept to the bit, and never measured again. */
static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:20");
  g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "8,16,24");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  KappaResultListener listener = { .values = stop_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaArray) before = NULL, after = NULL;

  kappa_result_set_listener (result, &listener, cancellable);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  kappa_result_set_listener (result, NULL, NULL);
  before = kappa_result_dup_array (result, "latency_runs");
  g_assert_cmpuint (kappa_result_count_present (result, "latency_runs"), ==, 2 * REPEATS);
  fixture_run (analysis, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), >, 0.0);
  after = kappa_result_dup_array (result, "latency_runs");
  g_assert_cmpmem (before->values, 2 * REPEATS * sizeof (double), after->values,
                   2 * REPEATS * sizeof (double));
  g_assert_cmpuint (kappa_result_count_present (result, "latency_runs"), ==, 4 * REPEATS);
  fixture_run (analysis, inputs, result, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

/* A network that does not fit is left out and the others are measured. */
static void
test_memory (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("20", "1,32", "own");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers, .memory_budget = 50 << 20 };
  g_autoptr (KappaTable) table = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_no_error (error);
  table = kappa_result_dup_table (result, "points");
  g_assert_cmpfloat (get_number (table, "memory", 1), >, 50 << 20);
  g_assert_true (isnan (get_number (table, "latency", 1)));
  g_assert_cmpfloat (get_number (table, "latency", 0), >, 0.0);
}

static void
expect_refusal (const char *name, const char *text, const char *word)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("own", "1", "own");
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, name, text);
  g_assert_false (kappa_analysis_check (analysis, inputs, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refusals (void)
{
  expect_refusal ("depths", "50,x", "depths: 50,x");
  expect_refusal ("widths", "auto", "widths: auto");
  expect_refusal ("widths", "0", "widths: 0");
  expect_refusal ("resolutions", "320:128:32", "resolutions: 320:128:32");
  expect_refusal ("latency-threads", "2", "batch");
  expect_refusal ("precision", "float64", "precision");
}

static void
test_estimate (void)
{
  g_autoptr (KappaInputs) inputs = open_model ();
  g_autoptr (KappaAnalysis) analysis = new_analysis ("auto", "1", "own");
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;
  KappaEstimate estimate;

  g_assert_true (kappa_analysis_estimate (analysis, inputs, &context, &estimate, &error));
  g_assert_no_error (error);
  /* 20, 32, 44, 56 and 110 layers, ten passes each. */
  g_assert_cmpfloat_with_epsilon (
      estimate.units, 10e-9 * (40551040.0 + 68862592 + 97174144 + 125485696 + 252887680), 1e-9);
  g_assert_cmpuint (estimate.bytes, >, 4 * 1727962);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scaling/points", test_points);
  g_test_add_func ("/scaling/latency", test_latency);
  g_test_add_func ("/scaling/batches", test_batches);
  g_test_add_func ("/scaling/quality", test_quality);
  g_test_add_func ("/scaling/front", test_front);
  g_test_add_func ("/scaling/lines", test_lines);
  g_test_add_func ("/scaling/other-family", test_other_family);
  g_test_add_func ("/scaling/tokens", test_tokens);
  g_test_add_func ("/scaling/resume", test_resume);
  g_test_add_func ("/scaling/memory", test_memory);
  g_test_add_func ("/scaling/refusals", test_refusals);
  g_test_add_func ("/scaling/estimate", test_estimate);
  return g_test_run ();
}
