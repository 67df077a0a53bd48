#include "ui/kappa-sidebar.h"

#include "ui/kappa-document-row.h"
#include "ui/kappa-run-row.h"

/**
 * KappaSidebar:
 *
 * Models, images and runs; in each list, what is looked at is selected.
 */
struct _KappaSidebar
{
  GtkWidget parent_instance;

  KappaDesk *desk;
  GtkListBox *models, *data;
  GtkWidget *models_part, *data_part, *runs_part;
  GtkListView *runs;
  GtkSingleSelection *selection;
  gboolean following; /* the selection is being set to what the desk says */
};

G_DEFINE_FINAL_TYPE (KappaSidebar, kappa_sidebar, GTK_TYPE_WIDGET)

static void
model_selected_cb (GtkListBox *list, GtkListBoxRow *row, KappaSidebar *self)
{
  if (row != NULL && !self->following)
    kappa_desk_set_model (self->desk, kappa_document_row_get_document (KAPPA_DOCUMENT_ROW (row)));
}

static void
data_selected_cb (GtkListBox *list, GtkListBoxRow *row, KappaSidebar *self)
{
  if (row != NULL && !self->following)
    kappa_desk_set_dataset (self->desk, kappa_document_row_get_document (KAPPA_DOCUMENT_ROW (row)));
}

/* Choosing a model that is looked at already still means: show it. */
static void
model_activated_cb (GtkListBox *list, GtkListBoxRow *row, KappaSidebar *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-page", "s", "model");
}

static void
run_activated_cb (GtkListView *list, guint position, KappaSidebar *self)
{
  g_autoptr (KappaRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  kappa_desk_set_run (self->desk, item);
}

static void
kappa_sidebar_dispose (GObject *object)
{
  KappaSidebar *self = KAPPA_SIDEBAR (object);

  g_clear_object (&self->desk);
  g_clear_object (&self->selection);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_SIDEBAR);
  G_OBJECT_CLASS (kappa_sidebar_parent_class)->dispose (object);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, kappa_run_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  kappa_run_row_set_item (KAPPA_RUN_ROW (gtk_list_item_get_child (item)),
                          gtk_list_item_get_item (item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  kappa_run_row_set_item (KAPPA_RUN_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
kappa_sidebar_class_init (KappaSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_sidebar_dispose;
  g_type_ensure (KAPPA_TYPE_RUN_ROW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-sidebar.ui");
  gtk_widget_class_bind_template_child_full (widget_class, "root", FALSE, 0);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, models);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, data);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, runs);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, models_part);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, data_part);
  gtk_widget_class_bind_template_child (widget_class, KappaSidebar, runs_part);
  gtk_widget_class_bind_template_callback (widget_class, model_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, model_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, data_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
}

static void
kappa_sidebar_init (KappaSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return kappa_document_row_new (item);
}

static void
select_document (GtkListBox *list, GListModel *documents, KappaDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (KappaDocument) other = g_list_model_get_item (documents, i);

      if (other == document)
        {
          gtk_list_box_select_row (list, gtk_list_box_get_row_at_index (list, (int)i));
          return;
        }
    }
  gtk_list_box_unselect_all (list);
}

static void
select_run (KappaSidebar *self)
{
  GListModel *runs = G_LIST_MODEL (kappa_desk_get_runs (self->desk));
  KappaRunItem *run = kappa_desk_get_run (self->desk);
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < g_list_model_get_n_items (runs) && run != NULL; i++)
    {
      g_autoptr (KappaRunItem) item = g_list_model_get_item (runs, i);

      if (item == run)
        position = i;
    }
  gtk_single_selection_set_selected (self->selection, position);
}

static void
show_parts (KappaSidebar *self)
{
  gtk_widget_set_visible (self->models_part,
                          g_list_model_get_n_items (kappa_desk_get_models (self->desk)) > 0);
  gtk_widget_set_visible (self->data_part,
                          g_list_model_get_n_items (kappa_desk_get_data (self->desk)) > 0);
  gtk_widget_set_visible (self->runs_part,
                          g_list_model_get_n_items (G_LIST_MODEL (kappa_desk_get_runs (self->desk)))
                              > 0);
}

static void
follow_desk (KappaSidebar *self)
{
  self->following = TRUE;
  show_parts (self);
  select_document (self->models, kappa_desk_get_models (self->desk),
                   kappa_desk_get_model (self->desk));
  select_document (self->data, kappa_desk_get_data (self->desk),
                   kappa_desk_get_dataset (self->desk));
  select_run (self);
  self->following = FALSE;
}

/* Runs are only looked at when they are activated, so that moving through the list loads nothing.
 */
static void
fill_runs (KappaSidebar *self)
{
  GListModel *runs = G_LIST_MODEL (kappa_desk_get_runs (self->desk));

  self->selection = gtk_single_selection_new (g_object_ref (runs));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_list_view_set_model (self->runs, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (follow_desk), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

/**
 * kappa_sidebar_set_desk:
 * @desk: what is listed; to be called once
 */
void
kappa_sidebar_set_desk (KappaSidebar *self, KappaDesk *desk)
{
  static const char *const signals[] = { "notify::model", "notify::dataset", "notify::run" };

  g_return_if_fail (self->desk == NULL);

  self->desk = g_object_ref (desk);
  gtk_list_box_bind_model (self->models, kappa_desk_get_models (desk), make_row, NULL, NULL);
  gtk_list_box_bind_model (self->data, kappa_desk_get_data (desk), make_row, NULL, NULL);
  fill_runs (self);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (desk, signals[i], G_CALLBACK (follow_desk), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (kappa_desk_get_models (desk), "items-changed", G_CALLBACK (follow_desk),
                           self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (kappa_desk_get_data (desk), "items-changed", G_CALLBACK (follow_desk),
                           self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  follow_desk (self);
}
