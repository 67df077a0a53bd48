#include <math.h>
#include <string.h>

#include "core/analysis/pareto.h"
#include "core/base/error.h"
#include "ui/plot/pareto-private.h"
#include "ui/plot/table-columns.h"

/* What the figure takes from the tables "points" and "lines". */

/* With so many measured points the figure is about latency, unless it is told otherwise. */
#define ENOUGH_MEASURED 3

static void
point_clear (gpointer data)
{
  KappaParetoPoint *point = data;

  g_free (point->name);
  g_free (point->label);
  g_free (point->training);
  g_free (point->source);
}

static void
line_clear (gpointer data)
{
  KappaParetoLine *line = data;

  g_free (line->rule);
  g_free (line->statement);
  g_free (line->x);
  g_free (line->y);
}

void
kappa_pareto_init_data (KappaParetoFigure *self)
{
  self->series = g_ptr_array_new_with_free_func (g_free);
  self->points = g_array_new (FALSE, FALSE, sizeof (KappaParetoPoint));
  g_array_set_clear_func (self->points, point_clear);
  self->lines = g_array_new (FALSE, FALSE, sizeof (KappaParetoLine));
  g_array_set_clear_func (self->lines, line_clear);
}

const KappaParetoPoint *
kappa_pareto_get (KappaParetoFigure *self, guint i)
{
  return &g_array_index (self->points, KappaParetoPoint, i);
}

const KappaParetoLine *
kappa_pareto_get_line (KappaParetoFigure *self, guint i)
{
  return &g_array_index (self->lines, KappaParetoLine, i);
}

static double
get_number (const KappaTable *table, const char *column, const char *ending, gsize row)
{
  g_autofree char *name = g_strconcat (column, ending, NULL);
  const int c = kappa_table_find_number (table, name);

  return c >= 0 ? table->numbers[c][row] : (double)NAN;
}

static const char *
get_text (const KappaTable *table, const char *column, gsize row)
{
  const int c = kappa_table_find_text (table, column);

  return c >= 0 && table->texts[c][row] != NULL ? table->texts[c][row] : "";
}

static KappaParetoKind
get_kind (const KappaTable *table, gsize row)
{
  const char *kind = get_text (table, "kind", row);

  if (strcmp (kind, "published") == 0)
    return KAPPA_PARETO_PUBLISHED;
  return strcmp (kind, "shapes") == 0 ? KAPPA_PARETO_SHAPES : KAPPA_PARETO_CHECKPOINT;
}

/* How many rows have both numbers. */
static guint
count_both (const KappaTable *table, const char *x, const char *y)
{
  guint n = 0;

  for (gsize row = 0; row < table->n_rows; row++)
    n += isfinite (get_number (table, x, "", row)) && isfinite (get_number (table, y, "", row));
  return n;
}

/* Columns are called as the values of the enumeration, but for the dashes. */
static char *
choose_cost (KappaParetoFigure *self, const KappaTable *table)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (KAPPA_TYPE_PARETO_COST);

  if (self->cost != KAPPA_PARETO_COST_AUTO)
    return g_strdelimit (g_strdup (g_enum_get_value (klass, self->cost)->value_nick), "-", '_');
  return g_strdup (count_both (table, "latency", self->y_name) >= ENOUGH_MEASURED ? "latency"
                                                                                  : "macs");
}

static char *
dup_unit (const KappaTable *table, const char *name)
{
  const int c = kappa_table_find_number (table, name);

  return g_strdup (c >= 0 ? table->columns[c].unit : "");
}

static guint
find_series (KappaParetoFigure *self, const char *name)
{
  guint i;

  if (g_ptr_array_find_with_equal_func (self->series, name, g_str_equal, &i))
    return i;
  g_ptr_array_add (self->series, g_strdup (name));
  return self->series->len - 1;
}

/* What the legend says already is left away: of "ResNet-RS-50" the 50, of "ResNet-20 (CIFAR)"
 * the 20. */
static char *
shorten (const char *name, const char *series)
{
  const char *bracket = strstr (series, " (");
  gsize same = 0;
  char *rest, *at;

  while (name[same] != '\0' && name[same] == series[same])
    same++;
  rest
      = g_strdup (same > 0 && name[same] == '-' && name[same + 1] != '\0' ? name + same + 1 : name);
  at = bracket != NULL ? strstr (rest, bracket) : NULL;
  if (at != NULL)
    memmove (at, at + strlen (bracket), strlen (at + strlen (bracket)) + 1);
  return rest;
}

static gboolean
wants (KappaParetoFigure *self, KappaParetoKind kind)
{
  return kind != KAPPA_PARETO_PUBLISHED || self->show_published;
}

/* Where no quality is drawn, a published network is but another name of one that stands there
 * already. */
static gboolean
is_repeated (KappaParetoFigure *self, const KappaParetoPoint *point)
{
  for (guint i = 0;
       i < self->points->len && !self->has_front && point->kind == KAPPA_PARETO_PUBLISHED; i++)
    if (kappa_pareto_get (self, i)->x == point->x && kappa_pareto_get (self, i)->y == point->y)
      return TRUE;
  return FALSE;
}

static void
read_point (KappaParetoFigure *self, const KappaTable *table, gsize row)
{
  KappaParetoPoint point = { .kind = get_kind (table, row),
                             .resolution = get_number (table, "resolution", "", row),
                             .x = get_number (table, self->x_name, "", row),
                             .x_low = get_number (table, self->x_name, "_low", row),
                             .x_high = get_number (table, self->x_name, "_high", row),
                             .y = get_number (table, self->y_name, "", row),
                             .y_low = get_number (table, self->y_name, "_low", row),
                             .y_high = get_number (table, self->y_name, "_high", row) };

  if (!wants (self, point.kind) || is_repeated (self, &point))
    return;
  if (!isfinite (point.x) || !isfinite (point.y))
    {
      self->n_without++;
      return;
    }
  point.name = g_strdup (get_text (table, "name", row));
  point.training = g_strdup (get_text (table, "training", row));
  point.source = g_strdup (get_text (table, "source", row));
  point.series = find_series (self, get_text (table, "series", row));
  g_array_append_val (self->points, point);
}

static gboolean
varies_in_resolution (KappaParetoFigure *self)
{
  for (guint i = 1; i < self->points->len; i++)
    if (kappa_pareto_get (self, i)->resolution != kappa_pareto_get (self, 0)->resolution)
      return TRUE;
  return FALSE;
}

static void
make_labels (KappaParetoFigure *self)
{
  const gboolean with_size = varies_in_resolution (self);

  for (guint i = 0; i < self->points->len; i++)
    {
      KappaParetoPoint *point = &g_array_index (self->points, KappaParetoPoint, i);
      g_autofree char *name = shorten (point->name, self->series->pdata[point->series]);

      point->label = with_size && isfinite (point->resolution)
                         ? g_strdup_printf ("%s @%g", name, point->resolution)
                         : g_strdup (name);
    }
}

/* Published qualities are of other hands and images: a front of their own. */
static void
mark_front (KappaParetoFigure *self, gboolean published)
{
  const guint n = self->points->len;
  g_autofree double *cost = g_new (double, MAX (n, 1)), *quality = g_new (double, MAX (n, 1));
  g_autofree gsize *front = g_new (gsize, MAX (n, 1));
  gsize n_front;

  for (guint i = 0; i < n; i++)
    {
      const KappaParetoPoint *point = kappa_pareto_get (self, i);

      cost[i] = point->x;
      quality[i] = (point->kind == KAPPA_PARETO_PUBLISHED) != published ? (double)NAN
                   : self->lower_is_better                              ? -point->y
                                                                        : point->y;
    }
  n_front = kappa_pareto_front (cost, quality, n, front);
  for (gsize k = 0; k < n_front; k++)
    g_array_index (self->points, KappaParetoPoint, front[k]).on_front = TRUE;
}

/* Rows of one line follow one another. Returns: the row behind the last one */
static gsize
read_line (KappaParetoFigure *self, const KappaTable *table, gsize first)
{
  KappaParetoLine line = { .rule = g_strdup (get_text (table, "rule", first)),
                           .statement = g_strdup (get_text (table, "statement", first)),
                           .series = -1 };
  const char *series = get_text (table, "series", first);
  gsize row = first;
  guint index;

  line.x = g_new (double, table->n_rows - first);
  line.y = g_new (double, table->n_rows - first);
  for (; row < table->n_rows && strcmp (get_text (table, "rule", row), line.rule) == 0
         && strcmp (get_text (table, "statement", row), line.statement) == 0;
       row++)
    {
      line.x[line.n] = get_number (table, self->x_name, "", row);
      line.y[line.n] = get_number (table, self->y_name, "", row);
      line.n += isfinite (line.x[line.n]) && isfinite (line.y[line.n]);
    }
  if (g_ptr_array_find_with_equal_func (self->series, series, g_str_equal, &index))
    line.series = (int)index;
  if (line.n > 1)
    g_array_append_val (self->lines, line);
  else
    line_clear (&line);
  return row;
}

/**
 * kappa_pareto_read:
 *
 * Takes the points that have both numbers, marks the front, and takes the lines.
 *
 * Returns: %FALSE with KAPPA_ERROR_DATA if the result has no such table, or nothing of the quantity
 */
gboolean
kappa_pareto_read (KappaParetoFigure *self, KappaResult *result, GError **error)
{
  g_autoptr (KappaTable) points = kappa_result_dup_table (result, "points");
  g_autoptr (KappaTable) lines = kappa_result_dup_table (result, "lines");
  const char *quantity = self->quantity[0] != '\0' ? self->quantity : "top1";

  if (points == NULL || count_both (points, quantity, quantity) == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "no network of this result has a number called “%s”: without images and without "
                   "published numbers there are costs alone",
                   quantity);
      return FALSE;
    }
  g_free (self->y_name);
  g_free (self->y_unit);
  g_free (self->x_name);
  g_free (self->x_unit);
  self->y_name = g_strdup (quantity);
  self->y_unit = dup_unit (points, quantity);
  self->x_name = choose_cost (self, points);
  self->x_unit = dup_unit (points, self->x_name);
  self->lower_is_better = strcmp (quantity, "loss") == 0;
  self->has_front = self->lower_is_better || strcmp (quantity, "top1") == 0;
  self->n_without = 0;
  g_ptr_array_set_size (self->series, 0);
  g_array_set_size (self->points, 0);
  g_array_set_size (self->lines, 0);
  for (gsize row = 0; row < points->n_rows; row++)
    read_point (self, points, row);
  make_labels (self);
  for (guint published = 0; published < 2 && self->has_front; published++)
    mark_front (self, published == 1);
  for (gsize row = 0; lines != NULL && row < lines->n_rows;)
    row = read_line (self, lines, row);
  return TRUE;
}

/**
 * kappa_pareto_list_quantities:
 *
 * Returns: (transfer full): the columns that some point has a number in, qualities first
 */
char **
kappa_pareto_list_quantities (KappaFigure *figure, KappaResult *result)
{
  static const char *const known[]
      = { "top1", "loss", "latency", "macs", "memory", "activations", "parameters", "resolution" };
  g_autoptr (KappaTable) points = kappa_result_dup_table (result, "points");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; points != NULL && i < G_N_ELEMENTS (known); i++)
    if (count_both (points, known[i], known[i]) > 0)
      g_strv_builder_add (names, known[i]);
  return g_strv_builder_end (names);
}
