#include "ui/kappa-tables-page.h"

#include "ui/kappa-table-view.h"
#include "ui/kappa-words.h"

/**
 * KappaTablesPage:
 *
 * The tables of a result, the first of them in sight, below the figure if there is one. A table
 * that grows while a run goes on is shown as far as it is.
 */
struct _KappaTablesPage
{
  KappaAnalysisPage parent_instance;

  GtkWidget *tables, *switcher, *definition;
  GtkStack *stack;
  guint64 shown; /* generation of the result whose tables are shown, plus one */
};

G_DEFINE_FINAL_TYPE (KappaTablesPage, kappa_tables_page, KAPPA_TYPE_ANALYSIS_PAGE)

#define TABLES_HEIGHT 220

static KappaTableView *
get_view (KappaTablesPage *self, const char *name)
{
  GtkWidget *view = gtk_stack_get_child_by_name (self->stack, name);

  return view != NULL ? KAPPA_TABLE_VIEW (view) : NULL;
}

static guint
count_tables (KappaTablesPage *self)
{
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (self->stack);

  return g_list_model_get_n_items (G_LIST_MODEL (pages));
}

/* What the table in sight is about stands below it. */
static void
show_definition (KappaTablesPage *self)
{
  const char *name = gtk_stack_get_visible_child_name (self->stack);
  KappaResult *result = kappa_analysis_page_get_result (KAPPA_ANALYSIS_PAGE (self));
  g_autoptr (KappaTable) table
      = name != NULL && result != NULL ? kappa_result_dup_table (result, name) : NULL;

  gtk_label_set_label (GTK_LABEL (self->definition), table != NULL ? table->definition : "");
}

static GtkWidget *
make_tables (KappaTablesPage *self)
{
  self->stack = GTK_STACK (gtk_stack_new ());
  self->switcher = gtk_stack_switcher_new ();
  self->definition = gtk_label_new (NULL);
  self->tables = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->switcher), self->stack);
  gtk_widget_set_halign (self->switcher, GTK_ALIGN_START);
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  gtk_label_set_wrap (GTK_LABEL (self->definition), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->definition), 0.0f);
  gtk_widget_add_css_class (self->definition, "caption");
  gtk_widget_add_css_class (self->definition, "dim-label");
  gtk_box_append (GTK_BOX (self->tables), self->switcher);
  gtk_box_append (GTK_BOX (self->tables), GTK_WIDGET (self->stack));
  gtk_box_append (GTK_BOX (self->tables), self->definition);
  gtk_widget_add_css_class (self->tables, "padded");
  gtk_widget_add_css_class (self->tables, "card-like");
  gtk_widget_set_size_request (self->tables, -1, TABLES_HEIGHT);
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (show_definition), self,
                           G_CONNECT_SWAPPED);
  return self->tables;
}

static GtkWidget *
kappa_tables_page_make_body (KappaAnalysisPage *page)
{
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (page);
  GtkWidget *down = gtk_paned_new (GTK_ORIENTATION_VERTICAL);

  kappa_figure_grid_set_n (grid, 1);
  gtk_widget_set_visible (GTK_WIDGET (grid), FALSE);
  gtk_paned_set_start_child (GTK_PANED (down), GTK_WIDGET (grid));
  gtk_paned_set_end_child (GTK_PANED (down), make_tables (KAPPA_TABLES_PAGE (page)));
  gtk_paned_set_resize_end_child (GTK_PANED (down), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (down), FALSE);
  return down;
}

static void
kappa_tables_page_reset (KappaAnalysisPage *page)
{
  KappaTablesPage *self = KAPPA_TABLES_PAGE (page);
  GtkWidget *view;

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_tables_page_parent_class)->reset (page);
  gtk_widget_set_visible (GTK_WIDGET (kappa_analysis_page_get_grid (page)), FALSE);
  while ((view = gtk_widget_get_first_child (GTK_WIDGET (self->stack))) != NULL)
    gtk_stack_remove (self->stack, view);
  self->shown = 0;
}

static void
show_table (KappaTablesPage *self, KappaResult *result, const char *name)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, name);
  g_autofree char *title = kappa_words_title (name);
  KappaTableView *view = get_view (self, name);

  if (view == NULL)
    {
      view = KAPPA_TABLE_VIEW (kappa_table_view_new ());
      gtk_stack_add_titled (self->stack, GTK_WIDGET (view), name, title);
    }
  kappa_table_view_set_table (view, table);
}

static void
kappa_tables_page_update (KappaAnalysisPage *page, KappaResult *result)
{
  KappaTablesPage *self = KAPPA_TABLES_PAGE (page);
  guint64 generation = kappa_result_get_generation (result) + 1;
  g_auto (GStrv) names = kappa_result_list_tables (result);

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_tables_page_parent_class)->update (page, result);
  gtk_widget_set_visible (GTK_WIDGET (kappa_analysis_page_get_grid (page)),
                          kappa_analysis_page_get_figure (page) != NULL);
  if (self->shown == generation)
    return;
  self->shown = generation;
  for (guint i = 0; names[i] != NULL; i++)
    if (names[i][0] != '.')
      show_table (self, result, names[i]);
  gtk_widget_set_visible (self->switcher, count_tables (self) > 1);
  gtk_widget_set_visible (self->tables, count_tables (self) > 0);
  show_definition (self);
}

static gboolean
kappa_tables_page_has_body (KappaAnalysisPage *page)
{
  return count_tables (KAPPA_TABLES_PAGE (page)) > 0
         || KAPPA_ANALYSIS_PAGE_CLASS (kappa_tables_page_parent_class)->has_body (page);
}

static void
kappa_tables_page_class_init (KappaTablesPageClass *klass)
{
  KappaAnalysisPageClass *page_class = KAPPA_ANALYSIS_PAGE_CLASS (klass);

  page_class->make_body = kappa_tables_page_make_body;
  page_class->reset = kappa_tables_page_reset;
  page_class->has_body = kappa_tables_page_has_body;
  page_class->update = kappa_tables_page_update;
}

static void
kappa_tables_page_init (KappaTablesPage *self)
{
}
