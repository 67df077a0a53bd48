#include "tests/golden/golden.h"

#include <math.h>

#include "core/base/random.h"

/*
 * Derivatives of a network with kinks are not continuous: where an activation is so near to 0 that
 * float32 puts it on the other side, a gradient jumps by more than any tolerance of rounding. What
 * float64 gives with weights changed as little as float32 rounds shows how far.
 */

#define N_DRAWS 3

/* The last digits of what float32 computes: some units in the last place of a weight. */
static const double change = 0x1p-20;

static GArray *recorded;

/**
 * golden_record:
 * @check: called with @file, @real and @value
 *
 * Returns: (transfer full) (element-type GoldenComparison): the comparisons it makes, none of which
 * fails the test
 */
GArray *
golden_record (GoldenFile *file, KappaDtype real, const GoldenCheck *check, guint32 value)
{
  GArray *comparisons = recorded = g_array_new (FALSE, FALSE, sizeof (GoldenComparison));

  check->check (file, real, value);
  recorded = NULL;
  return comparisons;
}

/* Returns: whether the comparison was taken down */
gboolean
golden_take_down (const GoldenComparison *comparison)
{
  if (recorded != NULL)
    g_array_append_val (recorded, *comparison);
  return recorded != NULL;
}

static double *
change_weights (const GoldenFile *file, guint draw)
{
  const KappaStream stream = kappa_stream_init (draw, "golden-rounding");
  double *weights = g_new (double, file->net.n_weights);

  for (gsize i = 0; i < file->net.n_weights; i++)
    weights[i]
        = file->net.weights[i] * (1.0 + change * (2.0 * kappa_stream_uniform (&stream, i) - 1.0));
  return weights;
}

/**
 * golden_find_spread:
 * @n: how many comparisons the check makes
 *
 * Returns: (transfer full) (array length=n): how far the quantity, in float64, gets from what is
 * expected when the weights change as little as float32 rounds
 */
double *
golden_find_spread (GoldenFile *file, const GoldenCheck *check, guint32 value, gsize n)
{
  GoldenRun *own = g_steal_pointer (&file->runs[1]);
  double *spread = g_new0 (double, n);

  for (guint draw = 0; draw < N_DRAWS; draw++)
    {
      g_autofree double *weights = change_weights (file, draw);
      g_autoptr (GArray) comparisons = NULL;
      g_autoptr (GError) error = NULL;

      file->runs[1] = golden_net_run (&file->net, KAPPA_F64, GOLDEN_SECOND_ORDER, weights,
                                      file->vector, &error);
      g_assert_no_error (error);
      comparisons = golden_record (file, KAPPA_F64, check, value);
      g_assert_cmpuint (comparisons->len, ==, n);
      for (gsize i = 0; i < n; i++)
        {
          const GoldenComparison *c = &g_array_index (comparisons, GoldenComparison, i);

          spread[i] = MAX (spread[i], fabs (c->found - c->expected));
        }
      g_clear_pointer (&file->runs[1], golden_run_free);
    }
  file->runs[1] = own;
  return spread;
}
