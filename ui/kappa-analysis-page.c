#include "ui/kappa-analysis-private.h"
#include "ui/plot/figure-factory.h"

G_DEFINE_TYPE_WITH_PRIVATE (KappaAnalysisPage, kappa_analysis_page, KAPPA_TYPE_PAGE)

enum
{
  PROP_ANALYSIS_TYPE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

KappaAnalysisPagePrivate *
kappa_analysis_page_get_private (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_instance_private (self);
}

static KappaDesk *
get_desk (KappaAnalysisPage *self)
{
  return kappa_page_get_desk (KAPPA_PAGE (self));
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

void
kappa_analysis_page_ask_estimate (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) copy = NULL;

  if (priv->adopting || priv->pane == NULL)
    return;
  kappa_analysis_page_show_estimate (self, "");
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

static KappaRunItem *
kappa_analysis_page_get_run (KappaPage *page)
{
  return kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (page))->item;
}

static void
kappa_analysis_page_run (KappaPage *page)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  kappa_figure_grid_set_n (priv->grid, 1);
  return GTK_WIDGET (priv->grid);
}

static void
kappa_analysis_page_reset (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  KappaPlotView *view;

  for (guint i = 0; (view = kappa_figure_grid_get_view (priv->grid, i)) != NULL; i++)
    kappa_plot_view_set_figure (view, NULL);
}

static gboolean
kappa_analysis_page_has_body (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_private (self)->figure != NULL;
}

/* A figure can be made once there is something to show in it. */
static void
kappa_analysis_page_update (KappaAnalysisPage *self, KappaResult *result)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  if (priv->figure != NULL)
    {
      kappa_figure_update (priv->figure, result, NULL);
      return;
    }
  priv->figure = kappa_figure_new_for_result (
      KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_private (self)->analysis)->name, result,
      NULL);
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
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (page));
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
  return kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (page))->side;
}

static GtkWidget *
kappa_analysis_page_get_tools (KappaPage *page)
{
  return kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (page))->tools;
}

static void
kappa_analysis_page_build (KappaPage *page)
{
  KappaAnalysisPage *self = KAPPA_ANALYSIS_PAGE (page);
  KappaAnalysisPageClass *klass = KAPPA_ANALYSIS_PAGE_GET_CLASS (self);
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  priv->analysis = g_object_new (priv->analysis_type, NULL);
  if (klass->choose != NULL)
    klass->choose (self, priv->analysis);
  priv->estimator = kappa_estimator_new (kappa_desk_get_queue (get_desk (self)));
  priv->view = KAPPA_RUN_VIEW (kappa_run_view_new ());
  priv->grid = KAPPA_FIGURE_GRID (g_object_ref_sink (kappa_figure_grid_new ()));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (priv->view));
  kappa_run_view_set_body (priv->view, klass->make_body (self));
  kappa_analysis_page_make_tools (self);
  kappa_analysis_page_make_side (self);
  g_signal_connect_object (priv->analysis, "notify", G_CALLBACK (kappa_analysis_page_ask_estimate),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->pane, "inputs-changed",
                           G_CALLBACK (kappa_analysis_page_ask_estimate), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->estimator, "answered",
                           G_CALLBACK (kappa_analysis_page_show_estimate), self, G_CONNECT_SWAPPED);
  kappa_analysis_page_follow_desk (self);
  kappa_page_show_run (page, kappa_analysis_page_find_run (self));
}

static void
kappa_analysis_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ANALYSIS_TYPE)
    g_value_set_gtype (
        value, kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (object))->analysis_type);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_analysis_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ANALYSIS_TYPE)
    kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (object))->analysis_type
        = g_value_get_gtype (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_analysis_page_dispose (GObject *object)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (KAPPA_ANALYSIS_PAGE (object));

  kappa_analysis_page_forget_run (KAPPA_ANALYSIS_PAGE (object));
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
  klass->has_body = kappa_analysis_page_has_body;
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
  return kappa_analysis_page_get_private (self)->analysis;
}

/* How many inputs of this name the analysis cannot run without. */
static guint
count_needed (KappaAnalysisPage *self, const char *name)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  g_autoptr (KappaAnalysisClass) klass = g_type_class_ref (priv->analysis_type);

  for (guint i = 0; i < klass->n_inputs; i++)
    if (g_str_equal (klass->inputs[i].name, name))
      return klass->inputs[i].min;
  return 0;
}

/**
 * kappa_analysis_page_needs_data:
 *
 * Returns: whether the analysis cannot run without images
 */
gboolean
kappa_analysis_page_needs_data (KappaAnalysisPage *self)
{
  return count_needed (self, "data") > 0;
}

/**
 * kappa_analysis_page_has_models:
 *
 * Returns: whether as many models are open as the analysis cannot run without
 */
gboolean
kappa_analysis_page_has_models (KappaAnalysisPage *self)
{
  GListModel *models = kappa_desk_get_models (get_desk (self));

  return g_list_model_get_n_items (models) >= count_needed (self, "model");
}

KappaFigureGrid *
kappa_analysis_page_get_grid (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_private (self)->grid;
}

/**
 * kappa_analysis_page_get_figure:
 *
 * Returns: (transfer none) (nullable): %NULL while there is nothing to show
 */
KappaFigure *
kappa_analysis_page_get_figure (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_private (self)->figure;
}

/**
 * kappa_analysis_page_get_result:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
KappaResult *
kappa_analysis_page_get_result (KappaAnalysisPage *self)
{
  return kappa_analysis_page_get_private (self)->result;
}
