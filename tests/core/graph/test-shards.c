/* A declared batch computed in shards: statistics over all of it, whichever way it is cut. */

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/graph/autodiff.h"
#include "core/ops/ops.h"
#include "lab.h"
#include "network.h"

enum
{
  DECLARED = 10,
};

/* BatchNorm in training mode: 4 + 4 + 2 samples against 10 at once; loss, gradient, Hessian-vector products. */
static void
test_batch_norm (void)
{
  static const gint64 shards[] = { 4, 1, 3, 7 };
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP | NETWORK_BATCH_NORM, 9, 8, DECLARED };
  g_autoptr (NetworkRun) whole = network_run_new (&network, KAPPA_F64, KAPPA_F64, DECLARED, DECLARED, 2);

  network_run (whole, 1);
  for (guint i = 0; i < G_N_ELEMENTS (shards); i++)
    {
      g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F64, KAPPA_F64, shards[i], DECLARED, 2);
      gsize n = kappa_program_get_n_parameters (run->program);
      g_autofree double *gradient = NULL, *expected = NULL;

      network_run (run, 2);
      g_assert_cmpfloat_with_epsilon (network_loss (run), network_loss (whole), 1e-12 * network_loss (whole));
      g_assert_cmpfloat (network_distance (kappa_program_get_output (run->program, "rows", NULL),
                                           kappa_program_get_output (whole->program, "rows", NULL), DECLARED),
                         <, 1e-12);
      gradient = network_collect (run, 'g', 0);
      expected = network_collect (whole, 'g', 0);
      g_assert_cmpfloat (network_distance (gradient, expected, n), <, 1e-12);
      for (guint v = 0; v < 2; v++)
        {
          g_autofree double *product = network_collect (run, 'h', v), *same = network_collect (whole, 'h', v);

          g_assert_cmpfloat (network_distance (product, same, n), <, 1e-12);
        }
    }
}

/* The statistics take part: another batch gives other rows for the same samples. */
static void
test_batch_matters (void)
{
  Network large = { NETWORK_ROWS | NETWORK_BATCH_NORM, 9, 8, DECLARED },
          small = { NETWORK_ROWS | NETWORK_BATCH_NORM, 9, 8, 4 };
  g_autoptr (NetworkRun) a = network_run_new (&large, KAPPA_F64, KAPPA_F64, 4, DECLARED, 0);
  g_autoptr (NetworkRun) b = network_run_new (&small, KAPPA_F64, KAPPA_F64, 4, 4, 0);

  network_run (a, 2);
  network_run (b, 2);
  g_assert_cmpfloat (network_distance (kappa_program_get_output (a->program, "rows", NULL),
                                       kappa_program_get_output (b->program, "rows", NULL), 4),
                     >, 1e-3);
}

/* Numbers minus their mean over the batch, weighted: sum over samples of w (a x - mean (a x)). Its derivative along a
 * is zero however the batch is cut, although what each shard contributes to it is a constant.
 */
static gboolean
build_centred (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, KAPPA_F64, &KAPPA_SHAPE (batch, 1));
  KappaNode a = kappa_graph_input (g, KAPPA_ROLE_PARAMETER, NULL, KAPPA_F64, &KAPPA_SHAPE (1, 1));
  KappaNode scaled = kappa_mul (g, x, kappa_broadcast (g, a, &KAPPA_SHAPE (batch, 1)));
  KappaNode mean = kappa_scale (g, kappa_shard_sum (g, kappa_reduce_sum (g, scaled, 1)), 1.0 / DECLARED);
  KappaNode centred = kappa_sub (g, scaled, kappa_broadcast (g, kappa_shard_copy (g, mean), &KAPPA_SHAPE (batch, 1)));
  KappaNode total = kappa_reduce_sum (g, centred, 1), squares, gradients[2];

  squares = kappa_reduce_sum (g, kappa_mul (g, centred, centred), 1);
  kappa_graph_vjp (g, total, KAPPA_NONE, &a, 1, &gradients[0]);
  kappa_graph_vjp (g, squares, KAPPA_NONE, &a, 1, &gradients[1]);
  kappa_outputs_add (outputs, "rows", KAPPA_OUTPUT_ROWS, centred);
  kappa_outputs_add (outputs, "total", KAPPA_OUTPUT_SUM, total);
  kappa_outputs_add (outputs, "squares", KAPPA_OUTPUT_SUM, squares);
  kappa_outputs_add (outputs, "of total", KAPPA_OUTPUT_SUM, gradients[0]);
  kappa_outputs_add (outputs, "of squares", KAPPA_OUTPUT_SUM, gradients[1]);
  return kappa_graph_check (g, error);
}

static double
number (guint i)
{
  return sin (1.0 + 3.0 * (double) i);
}

static gboolean
fetch_numbers (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  for (gint64 i = 0; i < n; i++)
    ((double *) values)[i] = number ((guint) (first + i));
  return TRUE;
}

static double
output (KappaProgram *program, const char *name)
{
  return kappa_program_get_output (program, name, NULL)[0];
}

static void
test_constant_parts (void)
{
  const double a = 1.75;
  double mean = 0.0, squares = 0.0;

  for (guint i = 0; i < DECLARED; i++)
    mean += a * number (i) / DECLARED;
  for (guint i = 0; i < DECLARED; i++)
    squares += (a * number (i) - mean) * (a * number (i) - mean);
  for (gint64 shard = 1; shard <= DECLARED; shard++)
    {
      KappaProgramOptions options = { KAPPA_F64, KAPPA_F64, shard };
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaProgram) program = kappa_program_new (&options, build_centred, NULL, NULL, &error);
      KappaFeed feed = { .n_samples = DECLARED, .wide = TRUE, .parameters = &a, .fetch = fetch_numbers };
      KappaEnvironment environment = { .workers = lab_workers (3) };

      g_assert_no_error (error);
      kappa_program_run (program, &feed, &environment, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < DECLARED; i++)
        g_assert_cmpfloat_with_epsilon (kappa_program_get_output (program, "rows", NULL)[i], a * number (i) - mean,
                                        1e-14);
      g_assert_cmpfloat_with_epsilon (output (program, "total"), 0.0, 1e-14);
      g_assert_cmpfloat_with_epsilon (output (program, "of total"), 0.0, 1e-14);
      g_assert_cmpfloat_with_epsilon (output (program, "squares"), squares, 1e-14 * squares);
      g_assert_cmpfloat_with_epsilon (output (program, "of squares"), 2.0 * squares / a, 1e-13 * squares);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shards/batch-norm", test_batch_norm);
  g_test_add_func ("/shards/batch-matters", test_batch_matters);
  g_test_add_func ("/shards/constant-parts", test_constant_parts);
  return g_test_run ();
}
