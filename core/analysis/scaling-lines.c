#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/scaling-run.h"

/* Points that differ in one thing alone, in its order: the lines of the figure, and the curves of
 * the first network. And the published rule, which changes depth and resolution together. */

static const KappaScalingNumber axes[]
    = { KAPPA_SCALING_DEPTH, KAPPA_SCALING_WIDTH, KAPPA_SCALING_RESOLUTION };

static const KappaScalingNumber shown[]
    = { KAPPA_SCALING_DEPTH,        KAPPA_SCALING_WIDTH,   KAPPA_SCALING_RESOLUTION,
        KAPPA_SCALING_PARAMETERS,   KAPPA_SCALING_MACS,    KAPPA_SCALING_ACTIVATIONS,
        KAPPA_SCALING_MEMORY_BYTES, KAPPA_SCALING_LATENCY, KAPPA_SCALING_V100,
        KAPPA_SCALING_TPU,          KAPPA_SCALING_TOP1,    KAPPA_SCALING_MEAN_LOSS };

#define RULE_STATEMENT                                                                             \
  "ResNet-RS scaling rule (Bello et al. 2021): deeper where overfitting can occur, else wider; "   \
  "resolution grows slowly"

/* Whether two points made here differ in @axis at most. */
static gboolean
is_along (const KappaScalingRow *a, const KappaScalingRow *b, KappaScalingNumber axis)
{
  if (a->network == NULL || b->network == NULL)
    return FALSE;
  if (axis == KAPPA_SCALING_RESOLUTION && a->network == b->network)
    return TRUE;
  if (kappa_variant_get_family (a->network) == NULL
      || kappa_variant_get_family (a->network) != kappa_variant_get_family (b->network))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (axes); i++)
    if (axes[i] != axis && a->numbers[axes[i]] != b->numbers[axes[i]])
      return FALSE;
  return TRUE;
}

static int
compare (const void *a, const void *b, void *data)
{
  const KappaScalingNumber axis = GPOINTER_TO_UINT (data);
  const KappaScalingRow *x = *(KappaScalingRow *const *)a, *y = *(KappaScalingRow *const *)b;

  return (x->numbers[axis] > y->numbers[axis]) - (x->numbers[axis] < y->numbers[axis]);
}

/* The points along @axis through @row, each value once, the file's before that of shapes. */
static GPtrArray *
make_line (GPtrArray *rows, guint row, KappaScalingNumber axis)
{
  GPtrArray *line = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      KappaScalingRow *other = rows->pdata[i];
      gboolean known = FALSE;

      for (guint k = 0; k < line->len; k++)
        known |= ((KappaScalingRow *)line->pdata[k])->numbers[axis] == other->numbers[axis];
      if (!known && is_along (rows->pdata[row], other, axis))
        g_ptr_array_add (line, other);
    }
  /* An empty array has no memory, which sorting may not be given. */
  if (line->len > 1)
    qsort_r (line->pdata, line->len, sizeof *line->pdata, compare, GUINT_TO_POINTER (axis));
  return line;
}

static void
add_line (KappaTable *table,
          const char *rule,
          const char *statement,
          const char *series,
          GPtrArray *line)
{
  for (guint i = 0; i < line->len; i++)
    {
      const KappaScalingRow *row = line->pdata[i];
      const char *texts[4 + G_N_ELEMENTS (shown)] = { rule, series, row->name, statement };
      double numbers[4 + G_N_ELEMENTS (shown)] = { 0 };

      for (guint c = 0; c < G_N_ELEMENTS (shown); c++)
        numbers[4 + c] = row->numbers[shown[c]];
      kappa_table_add_cells (table, numbers, texts);
    }
}

static KappaTable *
make_table (void)
{
  static const char *const texts[] = { "rule", "series", "name", "statement" };
  KappaColumn columns[4 + G_N_ELEMENTS (shown)];

  for (guint c = 0; c < 4; c++)
    columns[c] = (KappaColumn) { (char *)texts[c], (char *)"", KAPPA_COLUMN_TEXT };
  for (guint c = 0; c < G_N_ELEMENTS (shown); c++)
    {
      const char *unit, *name = kappa_scaling_get_column (shown[c], &unit);

      columns[4 + c] = (KappaColumn) { (char *)name, (char *)unit, KAPPA_COLUMN_NUMBER };
    }
  return kappa_table_new (
      "lines",
      "points that differ in one thing alone, in its order, and the published "
      "scaling rule; rows of one line follow one another and share rule, series and "
      "statement; numbers are those of the table of points",
      G_N_ELEMENTS (columns), columns);
}

/* What is the same all along the line. */
static char *
state (const KappaScalingRow *row, KappaScalingNumber axis)
{
  GString *text = g_string_new (row->series);

  if (axis != KAPPA_SCALING_DEPTH && isfinite (row->numbers[KAPPA_SCALING_DEPTH]))
    g_string_append_printf (text, ", depth %g", row->numbers[KAPPA_SCALING_DEPTH]);
  if (axis != KAPPA_SCALING_WIDTH && isfinite (row->numbers[KAPPA_SCALING_WIDTH]))
    g_string_append_printf (text, ", width %g", row->numbers[KAPPA_SCALING_WIDTH]);
  if (axis != KAPPA_SCALING_RESOLUTION)
    g_string_append_printf (text, ", %g pixels", row->numbers[KAPPA_SCALING_RESOLUTION]);
  return g_string_free (text, FALSE);
}

/* Each line once: where its first point is met. */
static void
add_sweeps (KappaTable *table, GPtrArray *rows, KappaScalingNumber axis)
{
  const char *unit, *name = kappa_scaling_get_column (axis, &unit);

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GPtrArray) line = NULL;
      g_autofree char *statement = NULL;
      gboolean met = FALSE;

      for (guint k = 0; k < i && !met; k++)
        met = is_along (rows->pdata[k], rows->pdata[i], axis);
      if (met)
        continue;
      line = make_line (rows, i, axis);
      statement = state (rows->pdata[i], axis);
      if (line->len > 1)
        add_line (table, name, statement, ((KappaScalingRow *)rows->pdata[i])->series, line);
    }
}

static void
add_rule (KappaTable *table, GPtrArray *rows)
{
  g_autoptr (GPtrArray) line = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    if (((KappaScalingRow *)rows->pdata[i])->rule)
      g_ptr_array_add (line, rows->pdata[i]);
  add_line (table, "ResNet-RS scaling rule", RULE_STATEMENT, "ResNet-RS", line);
}

/* A cost along a line. What is the same everywhere, or nowhere known, makes no curve. */
static void
tell_curve (KappaScalingRun *run,
            GPtrArray *line,
            KappaScalingNumber axis,
            KappaScalingNumber cost,
            const char *statement)
{
  const char *unit, *axis_unit, *name = kappa_scaling_get_column (cost, &unit),
                                *along = kappa_scaling_get_column (axis, &axis_unit);
  g_autofree char *array_name = g_strdup_printf ("%s_by_%s", name, along);
  g_autofree char *definition = g_strdup_printf ("%s of the table of points: %s", name, statement);
  g_autofree double *x = g_new (double, line->len), *y = g_new (double, line->len);
  const gsize n = line->len;
  KappaArray *array;
  gboolean varies = FALSE, known = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      const KappaScalingRow *row = line->pdata[i];

      x[i] = row->numbers[axis];
      y[i] = row->numbers[cost];
      varies |= y[i] != y[0];
      known |= isfinite (y[i]);
    }
  if (!varies || !known)
    return;
  array = kappa_array_new (array_name, unit, definition, 1, &n);
  kappa_array_set_axis (array, 0, along, x);
  kappa_result_take_array (run->result, array);
  kappa_result_set_values (run->result, array_name, 0, n, y);
}

/* Of the longest line of the first network's family, the first of equally long ones. */
static void
tell_curves (KappaScalingRun *run, GPtrArray *rows, KappaScalingNumber axis)
{
  static const KappaScalingNumber costs[]
      = { KAPPA_SCALING_MACS, KAPPA_SCALING_ACTIVATIONS, KAPPA_SCALING_LATENCY };
  const KappaScalingRow *first = rows->pdata[0];
  g_autoptr (GPtrArray) longest = NULL;
  g_autofree char *statement = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      const KappaScalingRow *row = rows->pdata[i];
      g_autoptr (GPtrArray) line = NULL;

      if (row->network == NULL || strcmp (row->series, first->series) != 0)
        continue;
      line = make_line (rows, i, axis);
      if (longest != NULL && line->len <= longest->len)
        continue;
      g_clear_pointer (&longest, g_ptr_array_unref);
      longest = g_steal_pointer (&line);
    }
  if (longest == NULL || longest->len < 2)
    return;
  statement = state (longest->pdata[0], axis);
  for (guint c = 0; c < G_N_ELEMENTS (costs); c++)
    tell_curve (run, longest, axis, costs[c], statement);
}

/**
 * kappa_scaling_tell_lines:
 * @rows: (element-type KappaScalingRow): all points
 *
 * Makes the table "lines" and the arrays along depth, width and resolution.
 */
void
kappa_scaling_tell_lines (KappaScalingRun *run, GPtrArray *rows)
{
  KappaTable *table = make_table ();

  add_rule (table, rows);
  for (guint i = 0; i < G_N_ELEMENTS (axes); i++)
    {
      add_sweeps (table, rows, axes[i]);
      tell_curves (run, rows, axes[i]);
    }
  kappa_result_take_table (run->result, table);
}
