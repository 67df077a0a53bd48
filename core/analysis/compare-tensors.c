#include "core/analysis/compare-tensors.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

#define N_WORST 10

static double
difference (double a, double b)
{
  double distance = fabs (a - b);

  /* Equal infinities are apart by no number, and what is not a number on both sides is the same. */
  if (a == b || (isnan (a) && isnan (b)))
    return 0.0;
  return isnan (distance) ? INFINITY : distance;
}

/**
 * kappa_difference_add:
 * @a: (array length=n): numbers of the first
 * @b: (array length=n): of the second
 */
void
kappa_difference_add (KappaDifference *self, const double *a, const double *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      double distance = difference (a[i], b[i]), size = MAX (fabs (a[i]), fabs (b[i]));

      if (distance == 0.0)
        continue;
      self->absolute = MAX (self->absolute, distance);
      self->relative = MAX (self->relative, isfinite (size) ? distance / size : INFINITY);
      self->n_different++;
    }
  self->n += n;
}

/* Parameters and buffers, one after the other. */
static guint
count (KappaModel *model)
{
  return kappa_model_get_n_parameters (model) + kappa_model_get_n_buffers (model);
}

static const KappaParameter *
get (KappaModel *model, guint i)
{
  guint n = kappa_model_get_n_parameters (model);

  return i < n ? kappa_model_get_parameter (model, i) : kappa_model_get_buffer (model, i - n);
}

static gboolean
fail (KappaModel *first, KappaModel *second, const char *what, GError **error)
{
  g_set_error (
      error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
      "%s (%s) and %s (%s) are not the same network: %s; a geometry report of both compares "
      "networks that differ",
      kappa_model_get_path (first), kappa_model_get_architecture (first),
      kappa_model_get_path (second), kappa_model_get_architecture (second), what);
  return FALSE;
}

/**
 * kappa_compare_check_same:
 *
 * Returns: %FALSE with %KAPPA_ERROR_MODEL, which names the first tensor that only one has, or that
 * has two shapes
 */
gboolean
kappa_compare_check_same (KappaModel *first, KappaModel *second, GError **error)
{
  guint n = MIN (count (first), count (second));

  for (guint i = 0; i < n; i++)
    {
      const KappaParameter *a = get (first, i), *b = get (second, i);
      g_autofree char *shape = kappa_shape_to_string (&a->shape);
      g_autofree char *other = kappa_shape_to_string (&b->shape);
      g_autofree char *what = NULL;

      if (strcmp (a->name, b->name) == 0 && kappa_shape_equal (&a->shape, &b->shape))
        continue;
      what = g_strdup_printf ("where one has %s (%s) the other has %s (%s)", a->name, shape,
                              b->name, other);
      return fail (first, second, what, error);
    }
  if (count (first) != count (second))
    {
      g_autofree char *what
          = g_strdup_printf ("one has %u tensors, the other %u", count (first), count (second));

      return fail (first, second, what, error);
    }
  return TRUE;
}

static KappaTable *
make_table (const char *name, const char *definition)
{
  static const KappaColumn columns[] = {
    { "tensor", "", KAPPA_COLUMN_TEXT },
    { "shape", "", KAPPA_COLUMN_TEXT },
    { "largest_absolute", "", KAPPA_COLUMN_NUMBER },
    { "largest_relative", "", KAPPA_COLUMN_NUMBER },
    { "different", "", KAPPA_COLUMN_INTEGER },
    { "first_file", "", KAPPA_COLUMN_TEXT },
    { "second_file", "", KAPPA_COLUMN_TEXT },
  };

  return kappa_table_new (name, definition, G_N_ELEMENTS (columns), columns);
}

static void
add_row (KappaTable *table,
         const KappaParameter *a,
         const KappaParameter *b,
         const KappaDifference *d)
{
  g_autofree char *shape = kappa_shape_to_string (&a->shape);
  const double numbers[] = { 0.0, 0.0, d->absolute, d->relative, (double)d->n_different, 0.0, 0.0 };
  const char *const texts[] = { a->name, shape, NULL, NULL, NULL, a->file_name, b->file_name };

  kappa_table_add_cells (table, numbers, texts);
}

static gint
by_difference (gconstpointer a, gconstpointer b, gpointer data)
{
  const KappaDifference *differences = data;
  guint i = *(const guint *)a, j = *(const guint *)b;
  double first = differences[i].absolute, second = differences[j].absolute;

  return first != second ? (first < second ? 1 : -1) : (i < j ? -1 : i > j);
}

/* The few a reader wants to see first. */
static KappaTable *
make_worst (KappaModel *first, KappaModel *second, const KappaDifference *differences)
{
  g_autofree guint *order = g_new (guint, count (first));
  KappaTable *table
      = make_table ("most_different",
                    "the tensors with the largest absolute differences, at most ten; none if no "
                    "number differs");

  for (guint i = 0; i < count (first); i++)
    order[i] = i;
  g_qsort_with_data (order, (gint)count (first), sizeof *order, by_difference,
                     (gpointer)differences);
  for (guint i = 0; i < MIN (count (first), N_WORST); i++)
    if (differences[order[i]].n_different > 0)
      add_row (table, get (first, order[i]), get (second, order[i]), &differences[order[i]]);
  return table;
}

/**
 * kappa_compare_tensors:
 * @first: a network
 * @second: the same network, as kappa_compare_check_same() says
 * @result: gets the tables “most_different” and “tensors”
 * @all: (out): of all tensors together
 *
 * Returns: %FALSE with the error of a reader
 */
gboolean
kappa_compare_tensors (KappaModel *first,
                       KappaModel *second,
                       KappaResult *result,
                       KappaDifference *all,
                       GError **error)
{
  const double *weights[2][2] = { { NULL } };
  KappaModel *const models[] = { first, second };
  g_autofree KappaDifference *differences = g_new0 (KappaDifference, count (first));
  KappaTable *table;

  for (guint m = 0; m < 2; m++)
    if ((weights[m][0] = kappa_model_get_parameters_wide (models[m], error)) == NULL
        || (weights[m][1] = kappa_model_get_buffers_wide (models[m], error)) == NULL)
      return FALSE;
  *all = (KappaDifference) { 0 };
  table = make_table (
      "tensors", "for each parameter and buffer of the network, in its flat order and the "
                 "builder's axes, whatever the files' are: the largest |a − b| and the largest "
                 "|a − b| / max (|a|, |b|) over its numbers, how many numbers are different, "
                 "and what the two files call it; float64");
  for (guint i = 0; i < count (first); i++)
    {
      const KappaParameter *a = get (first, i);
      guint kind = i < kappa_model_get_n_parameters (first) ? 0 : 1;
      KappaDifference *one = &differences[i];

      kappa_difference_add (one, weights[0][kind] + a->offset, weights[1][kind] + a->offset,
                            a->size);
      add_row (table, a, get (second, i), one);
      all->absolute = MAX (all->absolute, one->absolute);
      all->relative = MAX (all->relative, one->relative);
      all->n_different += one->n_different;
      all->n += one->n;
    }
  kappa_result_take_table (result, make_worst (first, second, differences));
  kappa_result_take_table (result, table);
  return TRUE;
}
