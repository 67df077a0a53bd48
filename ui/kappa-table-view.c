#include "ui/kappa-table-view.h"

#include <math.h>

#include "ui/kappa-words.h"

#define ROWS_TO_MEASURE 64
#define MOST_CHARACTERS 24

/**
 * KappaTableView:
 *
 * A table of a result. Every column sorts; only the rows in sight are widgets.
 */
struct _KappaTableView
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkColumnView *view;
  KappaTable *table;
};

G_DEFINE_FINAL_TYPE (KappaTableView, kappa_table_view, GTK_TYPE_WIDGET)

#define KAPPA_TYPE_TABLE_ROW (kappa_table_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaTableRow, kappa_table_row, KAPPA, TABLE_ROW, GObject)

/* A row is its number: what is in it stays in the table. */
struct _KappaTableRow
{
  GObject parent_instance;

  gsize index;
};

G_DEFINE_FINAL_TYPE (KappaTableRow, kappa_table_row, G_TYPE_OBJECT)

static void
kappa_table_row_class_init (KappaTableRowClass *klass)
{
}

static void
kappa_table_row_init (KappaTableRow *self)
{
}

typedef struct
{
  KappaTableView *view;
  guint column;
} Cell;

static void
kappa_table_view_dispose (GObject *object)
{
  KappaTableView *self = KAPPA_TABLE_VIEW (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->table, kappa_table_free);
  G_OBJECT_CLASS (kappa_table_view_parent_class)->dispose (object);
}

static void
kappa_table_view_class_init (KappaTableViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_table_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
kappa_table_view_init (KappaTableView *self)
{
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
kappa_table_view_new (void)
{
  return g_object_new (KAPPA_TYPE_TABLE_VIEW, NULL);
}

static gboolean
is_text (const KappaTable *table, guint column)
{
  return table->columns[column].type == KAPPA_COLUMN_TEXT;
}

/* Texts may be cut off, but not all of them at their first letters. */
static int
count_characters (const KappaTable *table, guint column)
{
  glong longest = 0;

  for (gsize row = 0; row < MIN (table->n_rows, ROWS_TO_MEASURE); row++)
    longest = MAX (longest, g_utf8_strlen (table->texts[column][row], -1));
  return (int)MIN (longest, MOST_CHARACTERS);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, Cell *cell)
{
  GtkWidget *label = gtk_label_new (NULL);
  gboolean text = cell->view->table != NULL && is_text (cell->view->table, cell->column);

  gtk_label_set_xalign (GTK_LABEL (label), text ? 0.0f : 1.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (text)
    gtk_label_set_width_chars (GTK_LABEL (label),
                               count_characters (cell->view->table, cell->column));
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, Cell *cell)
{
  const KappaTable *table = cell->view->table;
  gsize row = KAPPA_TABLE_ROW (gtk_list_item_get_item (item))->index;
  g_autofree char *text = NULL;

  if (table == NULL || row >= table->n_rows)
    return;
  text = is_text (table, cell->column)
             ? g_strdup (table->texts[cell->column][row])
             : kappa_words_value (table->numbers[cell->column][row], NULL);
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text != NULL ? text : "");
}

/* What is not a number comes last. */
static int
compare_numbers (double a, double b)
{
  if (isnan (a) || isnan (b))
    return isnan (a) - isnan (b);
  return a < b ? -1 : a > b;
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const Cell *cell = data;
  const KappaTable *table = cell->view->table;
  gsize row_a = KAPPA_TABLE_ROW ((gpointer)a)->index, row_b = KAPPA_TABLE_ROW ((gpointer)b)->index;

  if (table == NULL || row_a >= table->n_rows || row_b >= table->n_rows)
    return 0;
  if (is_text (table, cell->column))
    return g_utf8_collate (table->texts[cell->column][row_a], table->texts[cell->column][row_b]);
  return compare_numbers (table->numbers[cell->column][row_a], table->numbers[cell->column][row_b]);
}

static Cell *
cell_new (KappaTableView *self, guint column)
{
  Cell *cell = g_new (Cell, 1);

  *cell = (Cell) { self, column };
  return cell;
}

static void
cell_free (gpointer cell, GClosure *closure)
{
  g_free (cell);
}

static void
add_column (KappaTableView *self, guint index)
{
  const KappaColumn *column = &self->table->columns[index];
  g_autofree char *words = kappa_words_title (column->name);
  g_autofree char *title = column->unit != NULL && *column->unit != '\0'
                               ? g_strdup_printf ("%s (%s)", words, column->unit)
                               : g_strdup (words);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made;
  g_autoptr (GtkSorter) sorter
      = GTK_SORTER (gtk_custom_sorter_new (compare_rows, cell_new (self, index), g_free));

  g_signal_connect_data (factory, "setup", G_CALLBACK (setup_cb), cell_new (self, index), cell_free,
                         0);
  g_signal_connect_data (factory, "bind", G_CALLBACK (bind_cb), cell_new (self, index), cell_free,
                         0);
  made = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_expand (made, is_text (self->table, index));
  gtk_column_view_append_column (self->view, made);
  g_object_unref (made);
}

static void
remove_columns (KappaTableView *self)
{
  GListModel *columns = gtk_column_view_get_columns (self->view);

  gtk_column_view_set_model (self->view, NULL);
  while (g_list_model_get_n_items (columns) > 0)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, 0);

      gtk_column_view_remove_column (self->view, column);
    }
}

static void
fill (KappaTableView *self)
{
  g_autoptr (GListStore) rows = g_list_store_new (KAPPA_TYPE_TABLE_ROW);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkSelectionModel) selection = NULL;
  GtkSortListModel *sorted;

  for (gsize i = 0; i < self->table->n_rows; i++)
    {
      KappaTableRow *row = g_object_new (KAPPA_TYPE_TABLE_ROW, NULL);

      row->index = i;
      g_ptr_array_add (items, row);
    }
  g_list_store_splice (rows, 0, 0, items->pdata, items->len);
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_steal_pointer (&rows)),
                                    g_object_ref (gtk_column_view_get_sorter (self->view)));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (sorted)));
  gtk_column_view_set_model (self->view, selection);
}

/**
 * kappa_table_view_set_table:
 * @table: (nullable): copied
 */
void
kappa_table_view_set_table (KappaTableView *self, const KappaTable *table)
{
  remove_columns (self);
  g_clear_pointer (&self->table, kappa_table_free);
  if (table == NULL)
    return;
  self->table = kappa_table_copy (table);
  for (guint i = 0; i < table->n_columns; i++)
    add_column (self, i);
  fill (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  table->name, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  table->definition, -1);
}
