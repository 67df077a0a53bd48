#include "ui/kappa-predictions-page.h"

#include "ui/kappa-gallery.h"
#include "ui/kappa-table-view.h"

/**
 * KappaPredictionsPage:
 *
 * The confusion of classes, each class in a table, and the images the network fails on or is not
 * sure of; of an average, also what each of its parts says alone.
 */
struct _KappaPredictionsPage
{
  KappaAnalysisPage parent_instance;

  KappaTableView *classes;
  KappaGallery *worst, *least_certain;
  KappaTableView *alternatives;
  GtkStack *stack;
  GtkWidget *galleries;
  guint64 shown; /* generation of the result whose tables are shown, plus one */
};

G_DEFINE_FINAL_TYPE (KappaPredictionsPage, kappa_predictions_page, KAPPA_TYPE_ANALYSIS_PAGE)

static GtkWidget *
make_card (GtkWidget *child, const char *title)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_set_vexpand (child, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), child);
  gtk_widget_add_css_class (box, "padded");
  gtk_widget_add_css_class (box, "card-like");
  return box;
}

/* @table: (nullable): only averages have one; it is what they are computed for */
static void
show_alternatives (KappaPredictionsPage *self, const KappaTable *table)
{
  GtkWidget *view = GTK_WIDGET (self->alternatives);
  GtkStackPage *page = gtk_stack_get_page (self->stack, view);

  kappa_table_view_set_table (self->alternatives, table);
  gtk_widget_set_tooltip_text (view, table != NULL ? table->definition : NULL);
  gtk_stack_page_set_visible (page, table != NULL);
  if (table != NULL)
    gtk_stack_set_visible_child (self->stack, view);
  else if (gtk_stack_get_visible_child (self->stack) == view)
    gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->worst));
}

static GtkWidget *
make_galleries (KappaPredictionsPage *self)
{
  GtkWidget *stack = gtk_stack_new (), *switcher = gtk_stack_switcher_new ();

  self->stack = GTK_STACK (stack);
  self->alternatives = KAPPA_TABLE_VIEW (kappa_table_view_new ());
  self->worst = KAPPA_GALLERY (kappa_gallery_new ());
  self->least_certain = KAPPA_GALLERY (kappa_gallery_new ());
  gtk_stack_add_titled (GTK_STACK (stack), GTK_WIDGET (self->worst), "worst", "Largest loss");
  gtk_stack_add_titled (GTK_STACK (stack), GTK_WIDGET (self->least_certain), "least_certain",
                        "Least certain");
  gtk_stack_add_titled (GTK_STACK (stack), GTK_WIDGET (self->alternatives), "alternatives",
                        "Average and its parts");
  show_alternatives (self, NULL);
  gtk_widget_set_vexpand (stack, TRUE);
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (stack));
  gtk_widget_set_halign (switcher, GTK_ALIGN_START);
  self->galleries = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (self->galleries), switcher);
  gtk_box_append (GTK_BOX (self->galleries), stack);
  gtk_widget_add_css_class (self->galleries, "padded");
  return self->galleries;
}

static GtkWidget *
kappa_predictions_page_make_body (KappaAnalysisPage *page)
{
  KappaPredictionsPage *self = KAPPA_PREDICTIONS_PAGE (page);
  KappaFigureGrid *grid = kappa_analysis_page_get_grid (page);
  GtkWidget *across = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL),
            *down = gtk_paned_new (GTK_ORIENTATION_VERTICAL);

  kappa_figure_grid_set_n (grid, 1);
  self->classes = KAPPA_TABLE_VIEW (kappa_table_view_new ());
  gtk_paned_set_start_child (GTK_PANED (across), GTK_WIDGET (grid));
  gtk_paned_set_end_child (GTK_PANED (across),
                           make_card (GTK_WIDGET (self->classes), "By true class"));
  gtk_paned_set_resize_end_child (GTK_PANED (across), FALSE);
  gtk_widget_set_size_request (gtk_paned_get_end_child (GTK_PANED (across)), 360, -1);
  gtk_paned_set_start_child (GTK_PANED (down), across);
  gtk_paned_set_end_child (GTK_PANED (down), make_galleries (self));
  gtk_paned_set_resize_end_child (GTK_PANED (down), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (down), FALSE);
  gtk_widget_set_size_request (self->galleries, -1, 230);
  return down;
}

static void
kappa_predictions_page_reset (KappaAnalysisPage *page)
{
  KappaPredictionsPage *self = KAPPA_PREDICTIONS_PAGE (page);

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_predictions_page_parent_class)->reset (page);
  kappa_table_view_set_table (self->classes, NULL);
  show_alternatives (self, NULL);
  self->shown = 0;
}

static void
show_gallery (KappaGallery *gallery, KappaDataset *dataset, KappaResult *result, const char *name)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, name);

  kappa_gallery_show (gallery, dataset, table);
}

/* Tables come all at once, at the end. */
static void
kappa_predictions_page_update (KappaAnalysisPage *page, KappaResult *result)
{
  KappaPredictionsPage *self = KAPPA_PREDICTIONS_PAGE (page);
  KappaDocument *data = kappa_desk_get_dataset (kappa_page_get_desk (KAPPA_PAGE (page)));
  g_autoptr (KappaTable) classes = kappa_result_dup_table (result, "classes");
  g_autoptr (KappaTable) alternatives = kappa_result_dup_table (result, "alternatives");
  guint64 generation = kappa_result_get_generation (result) + 1;
  KappaDataset *dataset = data != NULL ? kappa_document_get_dataset (data) : NULL;

  KAPPA_ANALYSIS_PAGE_CLASS (kappa_predictions_page_parent_class)->update (page, result);
  if (self->shown == generation || dataset == NULL)
    return;
  self->shown = generation;
  if (classes != NULL)
    kappa_table_view_set_table (self->classes, classes);
  if (alternatives != NULL)
    show_alternatives (self, alternatives);
  show_gallery (self->worst, dataset, result, "worst");
  show_gallery (self->least_certain, dataset, result, "least_certain");
}

static void
kappa_predictions_page_class_init (KappaPredictionsPageClass *klass)
{
  KappaAnalysisPageClass *page_class = KAPPA_ANALYSIS_PAGE_CLASS (klass);

  page_class->make_body = kappa_predictions_page_make_body;
  page_class->reset = kappa_predictions_page_reset;
  page_class->update = kappa_predictions_page_update;
}

static void
kappa_predictions_page_init (KappaPredictionsPage *self)
{
}
