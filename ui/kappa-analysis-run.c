#include "core/analysis/recipe.h"
#include "ui/kappa-analysis-private.h"
#include "ui/plot/figure-factory.h"
#include "ui/plot/pairs-figure.h"
#include "ui/plot/report-figure.h"

/* Which run a page shows: found, read from the workspace or followed while it goes on. */

static KappaDesk *
get_desk (KappaAnalysisPage *self)
{
  return kappa_page_get_desk (KAPPA_PAGE (self));
}

static gboolean
has_body (KappaAnalysisPage *self)
{
  return KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->has_body (self);
}

/* The pane shows what the picture is of. */
static void
adopt_parameters (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
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
  kappa_parameter_pane_choose_inputs (priv->pane, inputs);
  priv->adopting = FALSE;
}

static void
show_empty (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  KappaAnalysisClass *klass
      = KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_private (self)->analysis);
  KappaDesk *desk = get_desk (self);

  if (kappa_desk_get_model (desk) == NULL)
    kappa_run_view_show_status (priv->view, "document-open-symbolic", "Open a Model",
                                "Drop a checkpoint here, or press Ctrl+O.", NULL);
  else if (!kappa_analysis_page_has_models (self))
    kappa_run_view_show_status (priv->view, "document-open-symbolic", "Open a Second Model",
                                "This needs two: drop another checkpoint here, or press Ctrl+O.",
                                NULL);
  else if (kappa_desk_get_dataset (desk) == NULL && kappa_analysis_page_needs_data (self))
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  const char *error = kappa_run_item_get_error (priv->item);

  kappa_run_view_show_status (priv->view, "dialog-warning-symbolic", "The Run Failed",
                              error != NULL ? error : "No reason was kept.", "Try Again");
}

static void
show_notice (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  g_autofree char *provenance = kappa_analysis_page_dup_provenance (self);

  /* A report, and numbers side by side, are a table of the scalars already. */
  if (!KAPPA_IS_REPORT_FIGURE (priv->figure) && !KAPPA_IS_PAIRS_FIGURE (priv->figure))
    kappa_facts_set_scalars (priv->facts, priv->result);
  kappa_run_view_set_provenance (priv->view, provenance);
}

static void
show_result (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->update (self, priv->result);
  if (has_body (self))
    kappa_run_view_show_body (priv->view);
  else
    kappa_run_view_show_waiting (priv->view, "Computing");
  show_details (self);
}

/* What a run that has ended without anything to show leaves on the page. */
static void
show_end (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  KappaRunState state = kappa_run_item_get_state (priv->item);

  if (has_body (self))
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  g_autoptr (KappaResult) result = kappa_runner_dup_result (priv->runner);

  g_set_object (&priv->result, result);
  if (result != NULL)
    show_result (self);
}

static void
leave_runner (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  if (priv->runner != NULL)
    g_signal_handlers_disconnect_by_data (priv->runner, self);
  g_clear_object (&priv->runner);
}

/* While a run goes on a figure is made of what there is first. What comes at the end may have a
 * better one, which is what the run shows whenever it is read again. */
static void
drop_interim_figure (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  g_autoptr (KappaResult) result = kappa_runner_dup_result (priv->runner);
  g_autoptr (KappaFigure) best = NULL;

  if (result == NULL || priv->figure == NULL)
    return;
  best
      = kappa_figure_new_for_result (KAPPA_ANALYSIS_GET_CLASS (priv->analysis)->name, result, NULL);
  if (best == NULL || G_OBJECT_TYPE (best) == G_OBJECT_TYPE (priv->figure))
    return;
  g_clear_object (&priv->saved_view);
  g_clear_object (&priv->figure);
  KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->reset (self);
}

static void
finished_cb (KappaAnalysisPage *self)
{
  g_autoptr (GError) error
      = kappa_runner_dup_store_error (kappa_analysis_page_get_private (self)->runner);

  if (error != NULL)
    kappa_desk_tell (get_desk (self), error->message);
  if (kappa_runner_was_stored (kappa_analysis_page_get_private (self)->runner))
    kappa_desk_note (get_desk (self), "Computed before: read from the workspace");
  drop_interim_figure (self);
  results_changed_cb (self);
  show_end (self);
}

static void
follow_runner (KappaAnalysisPage *self, KappaRunner *runner)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  leave_runner (self);
  priv->runner = g_object_ref (runner);
  g_signal_connect_object (runner, "results-changed", G_CALLBACK (results_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (runner, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  kappa_run_view_set_runner (priv->view, runner);
  kappa_run_view_set_notice (priv->view, NULL, NULL);
  if (!has_body (self))
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  KappaRunner *runner = kappa_run_item_get_runner (priv->item);

  if (runner != NULL && runner != priv->runner)
    follow_runner (self, runner);
}

void
kappa_analysis_page_forget_run (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  kappa_run_view_set_runner (priv->view, NULL);
  kappa_run_view_set_notice (priv->view, NULL, NULL);
  kappa_run_view_set_provenance (priv->view, NULL);
  kappa_run_view_set_figure (priv->view, NULL);
  kappa_facts_clear (priv->facts);
  kappa_readout_prepare (priv->readout, NULL);
  kappa_reproduce_row_set_page (priv->reproduce, NULL);
}

void
kappa_analysis_page_show_run (KappaPage *page, KappaRunItem *item)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  if (priv->item == item && item != NULL)
    return;
  kappa_analysis_page_forget_run (self);
  clear_widgets (self);
  KAPPA_ANALYSIS_PAGE_GET_CLASS (self)->reset (self);
  if (item == NULL)
    {
      show_empty (self);
      return;
    }
  priv->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  kappa_analysis_page_show_estimate (self, "");
  adopt_parameters (self);
  kappa_reproduce_row_set_page (priv->reproduce, self);
  if (kappa_run_item_get_runner (item) != NULL)
    follow_runner (self, kappa_run_item_get_runner (item));
  else
    load_from_store (self);
}

static gboolean
is_about (KappaAnalysisPage *self, KappaRunItem *item)
{
  KappaDocument *model = kappa_desk_get_model (get_desk (self)),
                *data = kappa_desk_get_dataset (get_desk (self));

  if (model == NULL || !kappa_document_is_at (model, kappa_run_item_get_model (item)))
    return FALSE;
  if (data == NULL)
    return !kappa_analysis_page_needs_data (self) && *kappa_run_item_get_data (item) == '\0';
  return kappa_document_is_at (data, kappa_run_item_get_data (item));
}

/* The newest run of this analysis about what is looked at. */
KappaRunItem *
kappa_analysis_page_find_run (KappaAnalysisPage *self)
{
  GListModel *runs = G_LIST_MODEL (kappa_desk_get_runs (get_desk (self)));

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (KappaRunItem) item = g_list_model_get_item (runs, i);

      if (g_str_equal (
              kappa_run_item_get_analysis (item),
              KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_private (self)->analysis)->name)
          && is_about (self, item))
        return item;
    }
  return NULL;
}

static void
subject_changed_cb (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  if (priv->item == NULL || !is_about (self, priv->item))
    kappa_page_show_run (KAPPA_PAGE (self), kappa_analysis_page_find_run (self));
  if (priv->item == NULL)
    {
      show_empty (self);
      kappa_analysis_page_ask_estimate (self);
    }
}

void
kappa_analysis_page_follow_desk (KappaAnalysisPage *self)
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
