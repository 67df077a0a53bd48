#include "ui/plot/field.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"

/* More points than a figure has pixels are averaged block by block. */
#define MAX_POINTS 400
/* Quartiles of fewer values say nothing about outliers. */
#define FEW_VALUES 20

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static int
compare_by_coordinate (const void *a, const void *b, void *data)
{
  const double *coordinates = data;
  gsize i = *(const gsize *)a, j = *(const gsize *)b;

  if (coordinates[i] != coordinates[j])
    return coordinates[i] < coordinates[j] ? -1 : 1;
  return (i > j) - (i < j);
}

/* The order in which the coordinates of one axis increase. */
static gsize *
sort_axis (const KappaArray *array, guint axis, GError **error)
{
  const double *coordinates = array->coordinates[axis];
  gsize n = array->dims[axis];
  gsize *order = g_new (gsize, n);

  for (gsize i = 0; i < n; i++)
    {
      order[i] = i;
      if (coordinates == NULL || isfinite (coordinates[i]))
        continue;
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "array “%s”: coordinate %zu of axis %u is %g, expected a finite number",
                   array->name, i, axis, coordinates[i]);
      g_free (order);
      return NULL;
    }
  if (coordinates != NULL)
    qsort_r (order, n, sizeof *order, compare_by_coordinate, (void *)coordinates);
  return order;
}

static double *
take_coordinates (const KappaArray *array, guint axis, const gsize *order)
{
  double *coordinates = g_new (double, array->dims[axis]);

  for (gsize i = 0; i < array->dims[axis]; i++)
    coordinates[i]
        = array->coordinates[axis] != NULL ? array->coordinates[axis][order[i]] : (double)order[i];
  return coordinates;
}

static void
count_value (KappaField *field, gsize i)
{
  double value = field->values[i];

  if (!field->present[i])
    return;
  field->n_present++;
  field->n_nan += isnan (value);
  field->n_positive_infinity += isinf (value) && value > 0.0;
  field->n_negative_infinity += isinf (value) && value < 0.0;
  if (!isfinite (value))
    return;
  if (field->n_finite == 0 || value < field->values[field->lowest])
    field->lowest = i;
  if (field->n_finite == 0 || value > field->values[field->highest])
    field->highest = i;
  field->n_finite++;
  field->n_positive += value > 0.0;
}

/* The mean over the finite points of a block, with the block's mean coordinates. A block without a
 * finite value takes its first computed one. */
static void
average_block (KappaField *to, const KappaField *from, gsize i, gsize j, guint block)
{
  gsize to_index = i * to->ny + j, n = 0;
  double sum = 0.0;

  for (gsize a = i * block; a < MIN ((i + 1) * block, from->nx); a++)
    for (gsize b = j * block; b < MIN ((j + 1) * block, from->ny); b++)
      {
        gsize index = a * from->ny + b;

        if (!from->present[index])
          continue;
        if (isfinite (from->values[index]))
          sum += from->values[index], n++;
        else if (!to->present[to_index])
          to->values[to_index] = from->values[index];
        to->present[to_index] = 1;
      }
  if (n > 0)
    to->values[to_index] = sum / (double)n;
}

static double *
average_coordinates (const double *coordinates, gsize n, gsize n_blocks, guint block)
{
  double *means = g_new0 (double, n_blocks);

  for (gsize i = 0; i < n_blocks; i++)
    {
      gsize last = MIN ((i + 1) * block, n);

      for (gsize a = i * block; a < last; a++)
        means[i] += coordinates[a] / (double)(last - i * block);
    }
  return means;
}

static void
reduce (KappaField *field, guint block)
{
  KappaField from = *field;

  field->nx = (from.nx + block - 1) / block;
  field->ny = (from.ny + block - 1) / block;
  field->reduction = block;
  field->x = average_coordinates (from.x, from.nx, field->nx, block);
  field->y = average_coordinates (from.y, from.ny, field->ny, block);
  field->values = g_new (double, field->nx * field->ny);
  field->present = g_new0 (guint8, field->nx * field->ny);
  for (gsize i = 0; i < field->nx; i++)
    for (gsize j = 0; j < field->ny; j++)
      {
        field->values[i * field->ny + j] = (double)NAN;
        average_block (field, &from, i, j, block);
      }
  g_free (from.x);
  g_free (from.y);
  g_free (from.values);
  g_free (from.present);
}

/**
 * kappa_field_new:
 * @array: of rank 2; copied. The first axis is x, the second y
 *
 * Puts a grid in order: coordinates increase, and are 0, 1, 2, … where the array has none. Grids of
 * more than 400 points along an axis are averaged block by block.
 *
 * Returns: (transfer full) (nullable): the field, or %NULL with %KAPPA_ERROR_DATA
 */
KappaField *
kappa_field_new (const KappaArray *array, GError **error)
{
  g_autofree gsize *order_x = NULL;
  g_autofree gsize *order_y = NULL;
  KappaField *field;
  gsize longest;

  if (array->rank != 2 || array->dims[0] == 0 || array->dims[1] == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "array “%s” is not a grid: expected two axes with at least one point each",
                   array->name);
      return NULL;
    }
  order_x = sort_axis (array, 0, error);
  order_y = order_x != NULL ? sort_axis (array, 1, error) : NULL;
  if (order_y == NULL)
    return NULL;

  field = g_new0 (KappaField, 1);
  field->name = g_strdup (array->name);
  field->unit = g_strdup (array->unit != NULL ? array->unit : "");
  field->x_name = g_strdup (array->axes[0] != NULL ? array->axes[0] : "x");
  field->y_name = g_strdup (array->axes[1] != NULL ? array->axes[1] : "y");
  field->nx = array->dims[0];
  field->ny = array->dims[1];
  field->reduction = 1;
  field->x = take_coordinates (array, 0, order_x);
  field->y = take_coordinates (array, 1, order_y);
  field->values = g_new (double, field->nx * field->ny);
  field->present = g_new (guint8, field->nx * field->ny);
  for (gsize i = 0; i < field->nx; i++)
    for (gsize j = 0; j < field->ny; j++)
      {
        gsize from = order_x[i] * field->ny + order_y[j];

        field->present[i * field->ny + j] = array->present[from];
        field->values[i * field->ny + j] = array->present[from] ? array->values[from] : (double)NAN;
      }
  longest = MAX (field->nx, field->ny);
  if (longest > MAX_POINTS)
    reduce (field, (guint)((longest + MAX_POINTS - 1) / MAX_POINTS));
  for (gsize i = 0; i < field->nx * field->ny; i++)
    count_value (field, i);
  return field;
}

void
kappa_field_free (KappaField *field)
{
  if (field == NULL)
    return;
  g_free (field->name);
  g_free (field->unit);
  g_free (field->x_name);
  g_free (field->y_name);
  g_free (field->x);
  g_free (field->y);
  g_free (field->values);
  g_free (field->present);
  g_free (field);
}

static double *
sort_values (const KappaField *field, const KappaAxis *axis, gsize *n)
{
  double *sorted = g_new (double, MAX (field->n_finite, 1));

  *n = 0;
  for (gsize i = 0; i < field->nx * field->ny; i++)
    if (field->present[i] && kappa_axis_can_show (axis, field->values[i]))
      sorted[(*n)++] = kappa_axis_transform (axis, field->values[i]);
  qsort (sorted, *n, sizeof *sorted, compare_doubles);
  return sorted;
}

/**
 * kappa_field_suggest_limits:
 *
 * Finds limits for value and colour: smallest and largest value, but at most three interquartile
 * ranges beyond the quartiles, measured on the scale shown (John Tukey's outer fences), so that a
 * few huge values at the rim do not flatten everything else.
 *
 * Returns: the limits, in data units; automatic if no value can be shown
 */
KappaLimits
kappa_field_suggest_limits (const KappaField *field, KappaScale scale)
{
  KappaAxis axis;
  g_autofree double *sorted = NULL;
  double low, high, reach;
  gsize n;

  if (field->n_finite == 0)
    return KAPPA_LIMITS_AUTO;
  kappa_axis_init (&axis, scale, field->values[field->lowest], field->values[field->highest]);
  sorted = sort_values (field, &axis, &n);
  if (n == 0)
    return KAPPA_LIMITS_AUTO;
  low = sorted[0];
  high = sorted[n - 1];
  reach = 3.0 * (sorted[(n - 1) * 3 / 4] - sorted[(n - 1) / 4]);
  if (n >= FEW_VALUES && reach > 0.0)
    {
      low = MAX (low, sorted[(n - 1) / 4] - reach);
      high = MIN (high, sorted[(n - 1) * 3 / 4] + reach);
    }
  if (scale == KAPPA_SCALE_LOG)
    return (KappaLimits) { pow (10.0, low), pow (10.0, high) };
  if (scale == KAPPA_SCALE_SYMLOG)
    return (KappaLimits) { copysign (axis.threshold * expm1 (fabs (low)), low),
                           copysign (axis.threshold * expm1 (fabs (high)), high) };
  return (KappaLimits) { low, high };
}

static gsize
find_nearest (const double *coordinates, gsize n, double value)
{
  gsize low = 0, high = n - 1;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (coordinates[middle] + coordinates[middle + 1] < 2.0 * value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * kappa_field_find:
 *
 * Returns: the index of the point whose cell holds (@x, @y)
 */
gsize
kappa_field_find (const KappaField *field, double x, double y)
{
  return find_nearest (field->x, field->nx, x) * field->ny + find_nearest (field->y, field->ny, y);
}

/**
 * kappa_field_edge:
 * @i: 0 … @n
 *
 * Returns: the coordinate between cell @i − 1 and cell @i: half-way between their points; the
 * outermost cells reach as far out as in. A single point has a cell of width 1
 */
double
kappa_field_edge (const double *coordinates, gsize n, gsize i)
{
  if (n == 1)
    return coordinates[0] + (i == 0 ? -0.5 : 0.5);
  if (i == 0)
    return 1.5 * coordinates[0] - 0.5 * coordinates[1];
  if (i == n)
    return 1.5 * coordinates[n - 1] - 0.5 * coordinates[n - 2];
  return 0.5 * (coordinates[i - 1] + coordinates[i]);
}
