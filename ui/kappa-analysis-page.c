#include "ui/kappa-analysis-page.h"

#include "core/analysis/recipe.h"
#include "ui/kappa-estimator.h"
#include "ui/kappa-facts.h"
#include "ui/kappa-parameter-pane.h"
#include "ui/kappa-reading.h"
#include "ui/kappa-readout.h"
#include "ui/kappa-reproduce-row.h"
#include "ui/kappa-run-view.h"
#include "ui/kappa-saved-view.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/report-figure.h"

typedef struct
{
  GType analysis_type;
  KappaAnalysis *analysis; /* what the next run will compute */
  KappaEstimator *estimator;

  KappaRunView *view;
  KappaFigureGrid *grid;
  GtkWidget *side, *tools;
  KappaParameterPane *pane;
  GtkWidget *estimate;
  KappaFacts *facts;
  KappaReadout *readout;
  KappaReproduceRow *reproduce;

  KappaRunItem *item; /* what is shown */
  KappaRunner *runner;
  KappaResult *result;
  KappaFigure *figure;
  KappaSavedView *saved_view;
  GCancellable *loading;
  gboolean adopting; /* the parameters are being set to those of the run that is shown */
} KappaAnalysisPagePrivate;

G_DEFINE_TYPE_WITH_PRIVATE (KappaAnalysisPage, kappa_analysis_page, KAPPA_TYPE_PAGE)

enum
{
  PROP_ANALYSIS_TYPE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static KappaAnalysisPagePrivate *
get_private (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_instance_private (self);
}

static KappaDesk *
get_desk (KappaAnalysisPage *self)
{
  return kappa_page_get_desk (KAPPA_PAGE (self));
}

static KappaAnalysisClass *
get_analysis_class (KappaAnalysisPage *self)
{
  return KAPPA_ANALYSIS_GET_CLASS (get_private (self)->analysis);
}

static KappaAnalysis *
dup_analysis (KappaAnalysis *analysis)
{
  KappaAnalysis *copy = g_object_new (G_OBJECT_TYPE (analysis), NULL);
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = kappa_analysis_dup_text (analysis, properties[i]->name);

      kappa_analysis_set_text (copy, properties[i]->name, text, NULL);
    }
  return copy;
}

/* The pane shows what the picture is of. */
static void
adopt_parameters (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  guint n;
  const KappaProperty **properties;

  if (!kappa_run_item_dup_recipe (priv->item, &analysis, &inputs, NULL))
    return;
  priv->adopting = TRUE;
  properties = kappa_analysis_list_properties (analysis, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = kappa_analysis_dup_text (analysis, properties[i]->name);

      kappa_analysis_set_text (priv->analysis, properties[i]->name, text, NULL);
    }
  priv->adopting = FALSE;
}

static void
ask_estimate (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) copy = NULL;

  if (priv->adopting || priv->pane == NULL)
    return;
  gtk_label_set_label (GTK_LABEL (priv->estimate), "");
  inputs = kappa_parameter_pane_get_fault (priv->pane) == NULL
               ? kappa_parameter_pane_make_inputs (priv->pane, NULL)
               : NULL;
  if (inputs == NULL)
    {
      kappa_estimator_cancel (priv->estimator);
      return;
    }
  copy = dup_analysis (priv->analysis);
  kappa_estimator_ask (priv->estimator, copy, inputs);
}

static void
estimated_cb (KappaAnalysisPage *self, const char *text)
{
  gtk_label_set_label (GTK_LABEL (get_private (self)->estimate), text);
}

static void
show_empty (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaAnalysisClass *klass = get_analysis_class (self);
  KappaDesk *desk = get_desk (self);

  if (kappa_desk_get_model (desk) == NULL)
    kappa_run_view_show_status (priv->view, "document-open-symbolic", "Open a Model",
                                "Drop a checkpoint here, or press Ctrl+O.", NULL);
  else if (kappa_desk_get_dataset (desk) == NULL)
    kappa_run_view_show_status (
        priv->view, "image-x-generic-symbolic", "Add Images",
        "Drop a folder of images, a CIFAR-10 or MNIST file, or an .npz here, or press Ctrl+O.",
        NULL);
  else
    kappa_run_view_show_status (priv->view, "media-playback-start-symbolic", klass->title,
                                klass->summary, "Run");
}

static void
show_failure (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  const char *error = kappa_run_item_get_error (priv->item);

  kappa_run_view_show_status (priv->view, "dialog-warning-symbolic", "The Run Failed",
                              error != NULL ? error : "No reason was kept.", "Try Again");
}

static void
show_notice (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaRunState state = kappa_run_item_get_state (priv->item);
  const char *error = kappa_run_item_get_error (priv->item);

  if (state == KAPPA_RUN_CANCELLED)
    kappa_run_view_set_notice (priv->view, "Cancelled. What was computed is kept.", "Go On");
  else if (state == KAPPA_RUN_INTERRUPTED)
    kappa_run_view_set_notice (priv->view, "Interrupted. What was computed is kept.", "Go On");
  else if (state == KAPPA_RUN_FAILED)
    kappa_run_view_set_notice (priv->view, error != NULL ? error : "The run failed.", "Try Again");
  else
    kappa_run_view_set_notice (priv->view, NULL, NULL);
}

static void
show_details (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  g_autofree char *provenance = kappa_analysis_page_dup_provenance (self);

  /* A report is a table of its scalars already. */
  if (!KAPPA_IS_REPORT_FIGURE (priv->figure))
    kappa_facts_set_scalars (priv->facts, priv->result);
  kappa_run_view_set_provenance (priv->view, provenance);
}

static void
show_result (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->update (self, priv->result);
  if (priv->figure != NULL)
    kappa_run_view_show_body (priv->view);
  else
    kappa_run_view_show_waiting (priv->view, "Computing");
  show_details (self);
}

/* What a run that has ended without anything to show leaves on the page. */
static void
show_end (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaRunState state = kappa_run_item_get_state (priv->item);

  if (priv->figure != NULL)
    show_notice (self);
  else if (state == KAPPA_RUN_FAILED)
    show_failure (self);
  else if (kappa_run_item_can_resume (priv->item))
    kappa_run_view_show_status (priv->view, "media-playback-pause-symbolic",
                                "Stopped Before Its First Result", "Nothing was computed yet.",
                                "Run");
}

static void
results_changed_cb (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  g_autoptr (KappaResult) result = kappa_runner_dup_result (priv->runner);

  g_set_object (&priv->result, result);
  if (result != NULL)
    show_result (self);
}

static void
leave_runner (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  if (priv->runner != NULL)
    g_signal_handlers_disconnect_by_data (priv->runner, self);
  g_clear_object (&priv->runner);
}

static void
finished_cb (KappaAnalysisPage *self)
{
  g_autoptr (GError) error = kappa_runner_dup_store_error (get_private (self)->runner);

  if (error != NULL)
    kappa_desk_tell (get_desk (self), error->message);
  if (kappa_runner_was_stored (get_private (self)->runner))
    kappa_desk_note (get_desk (self), "Computed before: read from the workspace");
  results_changed_cb (self);
  show_end (self);
}

static void
follow_runner (KappaAnalysisPage *self, KappaRunner *runner)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  leave_runner (self);
  priv->runner = g_object_ref (runner);
  g_signal_connect_object (runner, "results-changed", G_CALLBACK (results_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (runner, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  kappa_run_view_set_runner (priv->view, runner);
  kappa_run_view_set_notice (priv->view, NULL, NULL);
  if (priv->figure == NULL)
    kappa_run_view_show_waiting (priv->view, "Reading model and images");
  results_changed_cb (self);
  if (!kappa_runner_is_active (runner))
    show_end (self);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  KappaResult *result = kappa_workspace_load_result (
      g_object_get_data (G_OBJECT (task), "workspace"), *(gint64 *)data, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaAnalysisPage) self = data;
  KappaAnalysisPagePrivate *priv = get_private (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaResult) loaded = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_task_get_cancellable (G_TASK (result)) != priv->loading)
    return;
  if (loaded == NULL)
    {
      kappa_run_view_show_status (priv->view, "dialog-warning-symbolic", "The Run Cannot Be Read",
                                  error->message, NULL);
      return;
    }
  g_set_object (&priv->result, loaded);
  show_result (self);
  show_end (self);
}

static void
load_from_store (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaWorkspace *workspace = kappa_desk_get_workspace (get_desk (self));
  gint64 *id = g_new (gint64, 1);
  g_autoptr (GTask) task = NULL;

  *id = kappa_run_item_get_id (priv->item);
  priv->loading = g_cancellable_new ();
  task = g_task_new (NULL, priv->loading, loaded_cb, g_object_ref (self));
  g_task_set_task_data (task, id, g_free);
  g_object_set_data_full (G_OBJECT (task), "workspace", g_object_ref (workspace), g_object_unref);
  kappa_run_view_show_waiting (priv->view, "Reading the run");
  g_task_run_in_thread (task, load_in_thread);
}

static void
item_changed_cb (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaRunner *runner = kappa_run_item_get_runner (priv->item);

  if (runner != NULL && runner != priv->runner)
    follow_runner (self, runner);
}

static void
forget_run (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  if (priv->item != NULL)
    g_signal_handlers_disconnect_by_data (priv->item, self);
  leave_runner (self);
  g_cancellable_cancel (priv->loading);
  g_clear_object (&priv->loading);
  g_clear_object (&priv->saved_view);
  g_clear_object (&priv->item);
  g_clear_object (&priv->result);
  g_clear_object (&priv->figure);
}

static void
clear_widgets (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  kappa_run_view_set_runner (priv->view, NULL);
  kappa_run_view_set_notice (priv->view, NULL, NULL);
  kappa_run_view_set_provenance (priv->view, NULL);
  kappa_run_view_set_figure (priv->view, NULL);
  kappa_facts_clear (priv->facts);
  kappa_readout_prepare (priv->readout, NULL);
  kappa_reproduce_row_set_page (priv->reproduce, NULL);
}

static void
kappa_analysis_page_show_run (KappaPage *page, KappaRunItem *item)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPagePrivate *priv = get_private (self);

  if (priv->item == item && item != NULL)
    return;
  forget_run (self);
  clear_widgets (self);
  KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->reset (self);
  if (item == NULL)
    {
      show_empty (self);
      return;
    }
  priv->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_label_set_label (GTK_LABEL (priv->estimate), "");
  adopt_parameters (self);
  kappa_reproduce_row_set_page (priv->reproduce, self);
  if (kappa_run_item_get_runner (item) != NULL)
    follow_runner (self, kappa_run_item_get_runner (item));
  else
    load_from_store (self);
}

static KappaRunItem *
kappa_analysis_page_get_run (KappaPage *page)
{
  return get_private (KAPPA_ANALYSIS_PAGE (page))->item;
}

static gboolean
is_about (KappaAnalysisPage *self, KappaRunItem *item)
{
  KappaDocument *model = kappa_desk_get_model (get_desk (self)),
                *data = kappa_desk_get_dataset (get_desk (self));

  return model != NULL && data != NULL
         && kappa_document_is_at (model, kappa_run_item_get_model (item))
         && kappa_document_is_at (data, kappa_run_item_get_data (item));
}

/* The newest run of this analysis about what is looked at. */
static KappaRunItem *
find_run (KappaAnalysisPage *self)
{
  GListModel *runs = G_LIST_MODEL (kappa_desk_get_runs (get_desk (self)));

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (KappaRunItem) item = g_list_model_get_item (runs, i);

      if (g_str_equal (kappa_run_item_get_analysis (item), get_analysis_class (self)->name)
          && is_about (self, item))
        return item;
    }
  return NULL;
}

static void
subject_changed_cb (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  if (priv->item == NULL || !is_about (self, priv->item))
    kappa_page_show_run (KAPPA_PAGE (self), find_run (self));
  if (priv->item == NULL)
    {
      show_empty (self);
      ask_estimate (self);
    }
}

static void
kappa_analysis_page_run (KappaPage *page)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPagePrivate *priv = get_private (self);
  const char *fault = kappa_parameter_pane_get_fault (priv->pane);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) copy = NULL;

  kappa_estimator_cancel (priv->estimator);
  if (fault != NULL)
    {
      kappa_desk_tell (get_desk (self), fault);
      return;
    }
  inputs = kappa_parameter_pane_make_inputs (priv->pane, &error);
  if (inputs == NULL)
    {
      kappa_desk_tell (get_desk (self), error->message);
      return;
    }
  copy = dup_analysis (priv->analysis);
  kappa_desk_run (get_desk (self), copy, inputs);
}

static GtkWidget *
kappa_analysis_page_make_body (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  kappa_figure_grid_set_n (priv->grid, 1);
  return GTK_WIDGET (priv->grid);
}

static void
kappa_analysis_page_reset (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  KappaPlotView *view;

  for (guint i = 0; (view = kappa_figure_grid_get_view (priv->grid, i)) != NULL; i++)
    kappa_plot_view_set_figure (view, NULL);
}

/* A figure can be made once there is something to show in it. */
static void
kappa_analysis_page_update (KappaAnalysisPage *self, KappaResult *result)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  if (priv->figure != NULL)
    {
      kappa_figure_update (priv->figure, result, NULL);
      return;
    }
  priv->figure = kappa_figure_new_for_result (get_analysis_class (self)->name, result, NULL);
  if (priv->figure == NULL)
    return;
  kappa_plot_view_set_figure (kappa_figure_grid_get_view (priv->grid, 0), priv->figure);
  kappa_run_view_set_figure (priv->view, priv->figure);
  kappa_readout_prepare (priv->readout, priv->figure);
  priv->saved_view = kappa_saved_view_new (get_desk (self), priv->item, priv->figure);
  kappa_reproduce_row_set_page (priv->reproduce, self);
}

static KappaPlotView *
kappa_analysis_page_get_plot (KappaPage *page)
{
  KappaAnalysisPagePrivate *priv = get_private (KAPPA_ANALYSIS_PAGE (page));
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (page));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (priv->figure == NULL)
    return NULL;
  if (focus != NULL && KAPPA_IS_PLOT_VIEW (focus)
      && gtk_widget_is_ancestor (focus, GTK_WIDGET (page)))
    return KAPPA_PLOT_VIEW (focus);
  return kappa_figure_grid_get_view (priv->grid, 0);
}

static GtkWidget *
kappa_analysis_page_get_side (KappaPage *page)
{
  return get_private (KAPPA_ANALYSIS_PAGE (page))->side;
}

static GtkWidget *
kappa_analysis_page_get_tools (KappaPage *page)
{
  return get_private (KAPPA_ANALYSIS_PAGE (page))->tools;
}

static void
alone_cb (GtkToggleButton *button, KappaFigureGrid *grid)
{
  kappa_figure_grid_set_alone (grid, gtk_toggle_button_get_active (button));
}

static GtkWidget *
make_alone_button (KappaAnalysisPage *self)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), "view-fullscreen-symbolic");
  gtk_widget_set_tooltip_text (button, "Only the large figure");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Only the large figure", -1);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "toggled", G_CALLBACK (alone_cb), get_private (self)->grid, 0);
  return button;
}

static void
make_tools (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);
  GtkWidget *reading = kappa_reading_button_new (&get_analysis_class (self)->reading);

  priv->tools = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  gtk_box_append (GTK_BOX (priv->tools), reading);
  if (kappa_figure_grid_get_view (priv->grid, 1) != NULL)
    gtk_box_append (GTK_BOX (priv->tools), make_alone_button (self));
}

static void
make_side (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = get_private (self);

  priv->side = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 18));
  priv->pane = KAPPA_PARAMETER_PANE (kappa_parameter_pane_new (priv->analysis, get_desk (self)));
  priv->estimate = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (priv->estimate), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (priv->estimate), TRUE);
  gtk_widget_add_css_class (priv->estimate, "caption");
  gtk_widget_add_css_class (priv->estimate, "dim-label");
  priv->readout = KAPPA_READOUT (kappa_readout_new (priv->grid));
  priv->facts = KAPPA_FACTS (kappa_facts_new ("Results"));
  priv->reproduce = KAPPA_REPRODUCE_ROW (kappa_reproduce_row_new ());
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->facts));
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->readout));
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->pane));
  gtk_box_append (GTK_BOX (priv->side), priv->estimate);
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->reproduce));
}

static void
connect_desk (KappaAnalysisPage *self)
{
  KappaDesk *desk = get_desk (self);

  g_signal_connect_object (desk, "notify::model", G_CALLBACK (subject_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "notify::dataset", G_CALLBACK (subject_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (!kappa_run_list_is_loaded (kappa_desk_get_runs (desk)))
    g_signal_connect_object (kappa_desk_get_runs (desk), "loaded", G_CALLBACK (subject_changed_cb),
                             self, G_CONNECT_SWAPPED);
}

static void
kappa_analysis_page_build (KappaPage *page)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPageClass *klass = KAPPA_ANALYSIS_PAGE_GET_CLASS (self);
  KappaAnalysisPagePrivate *priv = get_private (self);

  priv->analysis = g_object_new (priv->analysis_type, NULL);
  if (klass->choose != NULL)
    klass->choose (self, priv->analysis);
  priv->estimator = kappa_estimator_new (kappa_desk_get_queue (get_desk (self)));
  priv->view = KAPPA_RUN_VIEW (kappa_run_view_new ());
  priv->grid = KAPPA_FIGURE_GRID (g_object_ref_sink (kappa_figure_grid_new ()));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (priv->view));
  kappa_run_view_set_body (priv->view, klass->make_body (self));
  make_tools (self);
  make_side (self);
  g_signal_connect_object (priv->analysis, "notify", G_CALLBACK (ask_estimate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->pane, "inputs-changed", G_CALLBACK (ask_estimate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->estimator, "answered", G_CALLBACK (estimated_cb), self,
                           G_CONNECT_SWAPPED);
  connect_desk (self);
  kappa_page_show_run (page, find_run (self));
}

static void
kappa_analysis_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ANALYSIS_TYPE)
    g_value_set_gtype (value, get_private (KAPPA_ANALYSIS_PAGE (object))->analysis_type);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_analysis_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ANALYSIS_TYPE)
    get_private (KAPPA_ANALYSIS_PAGE (object))->analysis_type = g_value_get_gtype (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_analysis_page_dispose (GObject *object)
{
  KappaAnalysisPagePrivate *priv = get_private (KAPPA_ANALYSIS_PAGE (object));

  forget_run (KAPPA_ANALYSIS_PAGE (object));
  g_clear_object (&priv->estimator);
  g_clear_object (&priv->analysis);
  g_clear_object (&priv->grid);
  g_clear_object (&priv->side);
  g_clear_object (&priv->tools);
  G_OBJECT_CLASS (kappa_analysis_page_parent_class)->dispose (object);
}

static void
kappa_analysis_page_class_init (KappaAnalysisPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  KappaPageClass *page_class = KAPPA_PAGE_CLASS (klass);

  object_class->get_property = kappa_analysis_page_get_property;
  object_class->set_property = kappa_analysis_page_set_property;
  object_class->dispose = kappa_analysis_page_dispose;
  page_class->build = kappa_analysis_page_build;
  page_class->get_side = kappa_analysis_page_get_side;
  page_class->get_tools = kappa_analysis_page_get_tools;
  page_class->get_plot = kappa_analysis_page_get_plot;
  page_class->get_run = kappa_analysis_page_get_run;
  page_class->show_run = kappa_analysis_page_show_run;
  page_class->run = kappa_analysis_page_run;
  klass->make_body = kappa_analysis_page_make_body;
  klass->reset = kappa_analysis_page_reset;
  klass->update = kappa_analysis_page_update;
  props[PROP_ANALYSIS_TYPE]
      = g_param_spec_gtype ("analysis-type", NULL, NULL, KAPPA_TYPE_ANALYSIS,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
kappa_analysis_page_init (KappaAnalysisPage *self)
{
}

/**
 * kappa_analysis_page_get_analysis:
 *
 * Returns: (transfer none): whose parameters the pane changes
 */
KappaAnalysis *
kappa_analysis_page_get_analysis (KappaAnalysisPage *self)
{
  return get_private (self)->analysis;
}

KappaFigureGrid *
kappa_analysis_page_get_grid (KappaAnalysisPage *self)
{
  return get_private (self)->grid;
}

/**
 * kappa_analysis_page_get_figure:
 *
 * Returns: (transfer none) (nullable): %NULL while there is nothing to show
 */
KappaFigure *
kappa_analysis_page_get_figure (KappaAnalysisPage *self)
{
  return get_private (self)->figure;
}

/**
 * kappa_analysis_page_get_result:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
KappaResult *
kappa_analysis_page_get_result (KappaAnalysisPage *self)
{
  return get_private (self)->result;
}
