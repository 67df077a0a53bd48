#include "ui/plot/curve-panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
compare_by_coordinate (const void *a, const void *b, void *data)
{
  const double *coordinates = data;
  gsize i = *(const gsize *)a, j = *(const gsize *)b;

  if (coordinates[i] != coordinates[j])
    return coordinates[i] < coordinates[j] ? -1 : 1;
  return (i > j) - (i < j);
}

/* The order in which the coordinates increase; those that are not finite come last and are not
 * counted. */
static gsize *
sort_axis (const KappaArray *array, gsize *n)
{
  const double *coordinates = array->coordinates[array->rank - 1];
  gsize *order = g_new (gsize, array->dims[0]);

  *n = 0;
  for (gsize i = 0; i < array->dims[0]; i++)
    if (coordinates == NULL || isfinite (coordinates[i]))
      order[(*n)++] = i;
  if (coordinates != NULL)
    qsort_r (order, *n, sizeof *order, compare_by_coordinate, (void *)coordinates);
  return order;
}

static double *
take_row (const KappaArray *array, gsize offset, const gsize *order, gsize n)
{
  double *row = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    row[i] = array->present[offset + order[i]] ? array->values[offset + order[i]] : (double)NAN;
  return row;
}

static void
take_deviation (KappaCurvePanel *panel,
                KappaResult *result,
                const KappaArray *array,
                const gsize *order)
{
  g_autofree char *name = g_strconcat (array->name, "_deviation", NULL);
  g_autoptr (KappaArray) deviation = kappa_result_dup_array (result, name);

  if (deviation != NULL && deviation->rank == 1 && deviation->dims[0] == array->dims[0])
    panel->deviation = take_row (deviation, 0, order, panel->n);
}

static void
take_seeds (KappaCurvePanel *panel,
            KappaResult *result,
            const KappaArray *array,
            const gsize *order)
{
  g_autofree char *name = g_strconcat (array->name, "_by_seed", NULL);
  g_autoptr (KappaArray) seeds = kappa_result_dup_array (result, name);

  if (seeds == NULL || seeds->rank != 2 || seeds->dims[1] != array->dims[0] || seeds->dims[0] < 2)
    return;
  panel->n_seeds = seeds->dims[0];
  panel->seeds = g_new (double, panel->n_seeds * panel->n);
  for (gsize s = 0; s < panel->n_seeds; s++)
    {
      g_autofree double *row = take_row (seeds, s * seeds->dims[1], order, panel->n);

      memcpy (panel->seeds + s * panel->n, row, panel->n * sizeof *row);
    }
}

/* Which values of "ntk_condition_by_n" are known is "ntk_resolved_by_n". */
static void
take_resolved (KappaCurvePanel *panel,
               KappaResult *result,
               const KappaArray *array,
               const gsize *order)
{
  g_auto (GStrv) parts = g_strsplit (array->name, "condition", 2);
  g_autofree char *name = g_strjoinv ("resolved", parts);
  g_autoptr (KappaArray) resolved = NULL;

  if (g_str_equal (name, array->name))
    return;
  resolved = kappa_result_dup_array (result, name);
  if (resolved == NULL || resolved->rank != 1 || resolved->dims[0] != array->dims[0])
    return;
  panel->resolved = g_new (guint8, panel->n);
  for (gsize i = 0; i < panel->n; i++)
    panel->resolved[i] = !resolved->present[order[i]] || resolved->values[order[i]] != 0.0;
}

/**
 * kappa_curve_panel_new:
 * @array: of rank 1
 *
 * Takes a quantity with its deviation and its curves by seed, if @result has them under the names
 * NAME_deviation and NAME_by_seed, and, of a condition number, which values are resolved.
 *
 * Returns: (transfer full) (nullable): %NULL if no point has a finite coordinate
 */
KappaCurvePanel *
kappa_curve_panel_new (KappaResult *result, const KappaArray *array)
{
  KappaCurvePanel *panel = g_new0 (KappaCurvePanel, 1);
  g_autofree gsize *order = sort_axis (array, &panel->n);

  if (panel->n == 0)
    {
      g_free (panel);
      return NULL;
    }
  panel->name = g_strdup (array->name);
  panel->unit = g_strdup (array->unit != NULL ? array->unit : "");
  panel->x_name = g_strdup (array->axes[0] != NULL ? array->axes[0] : "");
  panel->x = g_new (double, panel->n);
  panel->present = g_new (guint8, panel->n);
  panel->mean = take_row (array, 0, order, panel->n);
  for (gsize i = 0; i < panel->n; i++)
    {
      panel->x[i]
          = array->coordinates[0] != NULL ? array->coordinates[0][order[i]] : (double)order[i];
      panel->present[i] = array->present[order[i]];
      panel->n_present += panel->present[i];
      panel->n_finite += isfinite (panel->mean[i]) != 0;
    }
  take_deviation (panel, result, array, order);
  take_seeds (panel, result, array, order);
  take_resolved (panel, result, array, order);
  return panel;
}

void
kappa_curve_panel_free (KappaCurvePanel *panel)
{
  if (panel == NULL)
    return;
  g_free (panel->name);
  g_free (panel->unit);
  g_free (panel->x_name);
  g_free (panel->x);
  g_free (panel->mean);
  g_free (panel->deviation);
  g_free (panel->seeds);
  g_free (panel->present);
  g_free (panel->resolved);
  g_free (panel);
}

/**
 * kappa_curve_panel_get_range:
 * @low, @high: (out): the smallest and largest finite value of any seed at point @i; NaN if there
 * is none
 */
void
kappa_curve_panel_get_range (const KappaCurvePanel *panel, gsize i, double *low, double *high)
{
  *low = *high = (double)NAN;
  for (gsize s = 0; s < panel->n_seeds; s++)
    {
      double value = panel->seeds[s * panel->n + i];

      if (!isfinite (value))
        continue;
      *low = isnan (*low) ? value : MIN (*low, value);
      *high = isnan (*high) ? value : MAX (*high, value);
    }
}

/**
 * kappa_curve_panel_find:
 *
 * Returns: the computed point nearest to @x, or the number of points if none is computed
 */
gsize
kappa_curve_panel_find (const KappaCurvePanel *panel, double x)
{
  gsize nearest = panel->n;

  for (gsize i = 0; i < panel->n; i++)
    if (panel->present[i]
        && (nearest == panel->n || fabs (panel->x[i] - x) < fabs (panel->x[nearest] - x)))
      nearest = i;
  return nearest;
}
