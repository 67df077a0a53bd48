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

/* In place: large networks have room for one set. */
static void
change_weights (GoldenFile *file, guint draw)
{
  const KappaStream stream = kappa_stream_init (draw, "golden-rounding");

  for (gsize i = 0; i < file->net.n_weights; i++)
    file->net.weights[i] *= 1.0 + change * (2.0 * kappa_stream_uniform (&stream, i) - 1.0);
}

/* How far one quantity gets in this draw; the largest of all draws is kept. */
static void
take_spread (GoldenFile *file, const GoldenCheck *check, guint32 value)
{
  g_autoptr (GArray) comparisons = golden_record (file, KAPPA_F64, check, value);
  GArray *spread = g_hash_table_lookup (file->spreads, check);

  if (spread == NULL)
    {
      spread = g_array_new (FALSE, TRUE, sizeof (double));
      g_array_set_size (spread, comparisons->len);
      g_hash_table_insert (file->spreads, (gpointer)check, spread);
    }
  g_assert_cmpuint (comparisons->len, ==, spread->len);
  for (guint i = 0; i < spread->len; i++)
    {
      const GoldenComparison *c = &g_array_index (comparisons, GoldenComparison, i);
      double *largest = &g_array_index (spread, double, i);

      *largest = MAX (*largest, fabs (c->found - c->expected));
    }
}

/* All quantities that jump at once: a draw costs as much as a run. */
static void
compute_spreads (GoldenFile *file)
{
  file->spreads = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
  for (guint draw = 0; draw < N_DRAWS; draw++)
    {
      golden_file_set_run (file, KAPPA_F64, NULL);
      change_weights (file, draw);
      for (guint32 v = kappa_json_get_first (file->json, 0); v != KAPPA_JSON_MISSING;
           v = kappa_json_get_next (file->json, v))
        {
          g_autofree char *key = kappa_json_get_key (file->json, v);
          const GoldenCheck *check = golden_find_check (file, key);

          if (check != NULL && check->jumps)
            take_spread (file, check, v);
        }
      golden_formula_unload (file);
      golden_formula_load (file);
    }
  golden_file_set_run (file, KAPPA_F64, NULL);
}

/**
 * golden_find_spread:
 * @check: one that jumps
 * @n: how many comparisons the check makes
 *
 * Returns: (transfer none) (array length=n): how far the quantity, in float64, gets from what is
 * expected when the weights change as little as float32 rounds
 */
const double *
golden_find_spread (GoldenFile *file, const GoldenCheck *check, gsize n)
{
  const GArray *spread;

  if (file->spreads == NULL)
    compute_spreads (file);
  spread = g_hash_table_lookup (file->spreads, check);
  g_assert_cmpuint (spread->len, ==, n);
  return (const double *)spread->data;
}
