#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/bars-private.h"
#include "ui/plot/table-columns.h"

G_DEFINE_FINAL_TYPE (KappaBarsFigure, kappa_bars_figure, KAPPA_TYPE_FIGURE)

G_DEFINE_ENUM_TYPE (KappaBarsOrder,
                    kappa_bars_order,
                    G_DEFINE_ENUM_VALUE (KAPPA_BARS_ORDER_GIVEN, "given"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BARS_ORDER_RISING, "rising"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BARS_ORDER_FALLING, "falling"))

#define FIELD(name) offsetof (KappaBarsFigure, name)

static const KappaFigureOption options[] = {
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .reads = TRUE },
  { "order", KAPPA_OPTION_ENUM, FIELD (order), kappa_bars_order_get_type },
  { "log", KAPPA_OPTION_BOOLEAN, FIELD (log) },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits) },
};

static void
item_clear (gpointer data)
{
  KappaBarItem *item = data;

  g_free (item->name);
  g_free (item->detail);
}

const KappaBarItem *
kappa_bars_get_item (KappaBarsFigure *self, guint i)
{
  return &g_array_index (self->items, KappaBarItem, i);
}

static void
kappa_bars_figure_finalize (GObject *object)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (object);

  for (guint s = 0; s < KAPPA_BARS_MAX_SERIES; s++)
    g_free (self->series[s]);
  g_free (self->quantity);
  g_free (self->table);
  g_free (self->preferred);
  g_free (self->what);
  g_free (self->unit);
  g_array_unref (self->items);
  G_OBJECT_CLASS (kappa_bars_figure_parent_class)->finalize (object);
}

static KappaBarItem *
insert_item (KappaBarsFigure *self, guint at, const char *name, const char *detail)
{
  KappaBarItem item = { g_strdup (name), g_strdup (detail) };

  for (guint s = 0; s < KAPPA_BARS_MAX_SERIES; s++)
    item.values[s] = item.lows[s] = item.highs[s] = (double)NAN;
  g_array_insert_val (self->items, at, item);
  return &g_array_index (self->items, KappaBarItem, at);
}

static void
begin (KappaBarsFigure *self,
       const char *what,
       const char *unit,
       const char *const *series,
       guint n)
{
  g_free (self->what);
  g_free (self->unit);
  self->what = g_strdup (what);
  self->unit = g_strdup (unit != NULL ? unit : "");
  for (guint s = 0; s < KAPPA_BARS_MAX_SERIES; s++)
    {
      g_free (self->series[s]);
      self->series[s] = series != NULL && s < n ? g_strdup (series[s]) : NULL;
    }
  self->n_series = n;
  g_array_set_size (self->items, 0);
}

/* The names of the rows: the column "name", or the first of texts. */
static int
find_names (const KappaTable *table)
{
  int name = kappa_table_find_text (table, "name");

  for (guint i = 0; name < 0 && table != NULL && i < table->n_columns; i++)
    if (table->texts[i] != NULL)
      name = (int)i;
  return name;
}

static const char *
choose_quantity (KappaBarsFigure *self)
{
  return self->quantity[0] != '\0' ? self->quantity : self->preferred;
}

static int
find_companion (const KappaTable *table, const char *quantity, const char *ending)
{
  g_autofree char *name = g_strconcat (quantity, ending, NULL);

  return kappa_table_find_number (table, name);
}

/* What a value is known to be within: its interval, or its residual to both sides. */
static void
take_bounds (KappaBarsFigure *self,
             const KappaTable *table,
             gsize row,
             guint series,
             KappaBarItem *item)
{
  const char *quantity = choose_quantity (self);
  int low = find_companion (table, quantity, "_low"),
      high = find_companion (table, quantity, "_high");
  int residual = find_companion (table, quantity, "_residual");

  if (low < 0 && high < 0 && strcmp (quantity, self->preferred) == 0)
    {
      low = kappa_table_find_number (table, "low");
      high = kappa_table_find_number (table, "high");
    }
  if (low >= 0 && high >= 0)
    {
      item->lows[series] = table->numbers[low][row];
      item->highs[series] = table->numbers[high][row];
    }
  else if (residual >= 0)
    {
      item->lows[series] = item->values[series] - table->numbers[residual][row];
      item->highs[series] = item->values[series] + table->numbers[residual][row];
    }
}

/* Returns the number of items if there is none of that name. */
static guint
find_item (KappaBarsFigure *self, const char *name)
{
  guint i = 0;

  while (i < self->items->len && strcmp (kappa_bars_get_item (self, i)->name, name) != 0)
    i++;
  return i;
}

static char *
dup_detail (const KappaTable *table, gsize row)
{
  int images = kappa_table_find_number (table, "images"),
      correct = kappa_table_find_number (table, "correct");

  if (images < 0 || correct < 0)
    return NULL;
  return g_strdup_printf ("%.0f of %.0f right", table->numbers[correct][row],
                          table->numbers[images][row]);
}

/* Rows of the first table come one after the other; those of further ones join the rows of their
 * names, or come after the row that was before them in their own table. */
static void
take_table (KappaBarsFigure *self, const KappaTable *table, guint series)
{
  const char *quantity = choose_quantity (self);
  int name = find_names (table), value = kappa_table_find_number (table, quantity);
  guint next = 0;

  for (gsize row = 0; row < table->n_rows; row++)
    {
      g_autofree char *detail = dup_detail (table, row);
      const char *text = table->texts[name][row];
      guint at = series > 0 ? find_item (self, text) : next;
      KappaBarItem *item;

      if (at == self->items->len || series == 0)
        item = insert_item (self, at = next, text, detail);
      else
        item = &g_array_index (self->items, KappaBarItem, at);
      next = at + 1;
      item->values[series] = table->numbers[value][row];
      take_bounds (self, table, row, series, item);
    }
}

static KappaTable *
find_table (KappaBarsFigure *self, KappaResult *result, GError **error)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, self->table);

  if (find_names (table) >= 0 && kappa_table_find_number (table, choose_quantity (self)) >= 0)
    return g_steal_pointer (&table);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "this result has no table of %s with a column “%s”", self->table,
               choose_quantity (self));
  return NULL;
}

/**
 * kappa_bars_figure_compare:
 * @results: of which each gives a series
 * @names: what the results are of, for the legend
 * @n: at most %KAPPA_BARS_MAX_SERIES
 *
 * Shows the same quantity of several results: rows with the same name stand together.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if one of them does not have it
 */
gboolean
kappa_bars_figure_compare (KappaBarsFigure *self,
                           KappaResult *const *results,
                           const char *const *names,
                           guint n,
                           GError **error)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_table_free);
  const KappaTable *first;

  g_return_val_if_fail (n > 0 && n <= KAPPA_BARS_MAX_SERIES, FALSE);
  for (guint i = 0; i < n; i++)
    {
      KappaTable *table = find_table (self, results[i], error);

      if (table == NULL)
        return FALSE;
      g_ptr_array_add (tables, table);
    }
  first = tables->pdata[0];
  begin (self, choose_quantity (self),
         first->columns[kappa_table_find_number (first, choose_quantity (self))].unit, names, n);
  for (guint i = 0; i < n; i++)
    take_table (self, tables->pdata[i], i);
  kappa_figure_changed (KAPPA_FIGURE (self));
  return TRUE;
}

static gboolean
kappa_bars_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  return kappa_bars_figure_compare (KAPPA_BARS_FIGURE (figure), &result, NULL, 1, error);
}

static gboolean
is_bound (const char *name)
{
  return g_str_has_suffix (name, "low") || g_str_has_suffix (name, "high")
         || g_str_has_suffix (name, "_residual");
}

/* Columns of numbers that are not the bounds of another. */
static char **
kappa_bars_figure_list_quantities (KappaFigure *figure, KappaResult *result)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, self->table);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (kappa_table_find_number (table, self->preferred) >= 0)
    g_strv_builder_add (names, self->preferred);
  for (guint i = 0; table != NULL && i < table->n_columns; i++)
    {
      const char *name = table->columns[i].name;

      if (table->numbers[i] != NULL && strcmp (name, self->preferred) != 0 && !is_bound (name))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

static char *
kappa_bars_figure_describe (KappaFigure *figure)
{
  KappaBarsFigure *self = KAPPA_BARS_FIGURE (figure);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Bars of %s for %u items:",
                          self->what[0] != '\0' ? self->what : "nothing yet", self->items->len);
  for (guint i = 0; i < MIN (self->items->len, 40); i++)
    {
      const KappaBarItem *item = kappa_bars_get_item (self, i);

      g_string_append_printf (text, "%s %s", i > 0 ? "," : "", item->name);
      for (guint s = 0; s < self->n_series; s++)
        g_string_append_printf (text, "%s %.4g", s > 0 ? " and" : "", item->values[s]);
    }
  g_string_append (text, self->items->len > 40 ? " and so on." : ".");
  return g_string_free (text, FALSE);
}

static double
kappa_bars_figure_get_aspect (KappaFigure *figure)
{
  return CLAMP (20.0 / MAX (KAPPA_BARS_FIGURE (figure)->items->len, 1), 0.7, 1.6);
}

static void
kappa_bars_figure_class_init (KappaBarsFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_bars_figure_finalize;
  figure_class->update = kappa_bars_figure_update;
  figure_class->draw = kappa_bars_draw;
  figure_class->probe = kappa_bars_probe;
  figure_class->list_quantities = kappa_bars_figure_list_quantities;
  figure_class->describe = kappa_bars_figure_describe;
  figure_class->get_aspect = kappa_bars_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_bars_figure_init (KappaBarsFigure *self)
{
  self->items = g_array_new (FALSE, FALSE, sizeof (KappaBarItem));
  g_array_set_clear_func (self->items, item_clear);
  begin (self, "", "", NULL, 1);
  kappa_bars_figure_set_source (self, "classes", "top1");
}

/**
 * kappa_bars_figure_new:
 *
 * Returns: (transfer full): a figure without bars
 */
KappaFigure *
kappa_bars_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_BARS_FIGURE, NULL);
}

/**
 * kappa_bars_figure_set_source:
 * @table: the table of a result whose rows are shown
 * @quantity: the column that is shown while the option "quantity" is ""
 *
 * Columns with the endings "_low" and "_high", for @quantity also those called just so, are the
 * interval that a value is in; one with the ending "_residual" is how far it may be off.
 */
void
kappa_bars_figure_set_source (KappaBarsFigure *self, const char *table, const char *quantity)
{
  g_free (self->table);
  g_free (self->preferred);
  self->table = g_strdup (table);
  self->preferred = g_strdup (quantity);
}

/**
 * kappa_bars_figure_set_bars:
 * @what: what the values are, e.g. "parameters"
 * @unit: "" for a pure number
 * @bars: copied
 */
void
kappa_bars_figure_set_bars (KappaBarsFigure *self,
                            const char *what,
                            const char *unit,
                            const KappaBar *bars,
                            gsize n)
{
  begin (self, what, unit, NULL, 1);
  for (gsize i = 0; i < n; i++)
    insert_item (self, (guint)i, bars[i].name, bars[i].detail)->values[0] = bars[i].value;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_bars_figure_get_name:
 * @index: the y coordinate of a probe
 *
 * Returns: (transfer none) (nullable): what the bars there are of
 */
const char *
kappa_bars_figure_get_name (KappaBarsFigure *self, guint index)
{
  return index < self->items->len ? kappa_bars_get_item (self, index)->name : NULL;
}
