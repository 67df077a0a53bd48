#include "ui/kappa-tensor-panel.h"

#include <math.h>

#include "ui/kappa-facts.h"
#include "ui/kappa-layer-item.h"
#include "ui/kappa-plot-view.h"
#include "ui/kappa-tensor-values.h"
#include "ui/kappa-words.h"
#include "ui/plot/histogram-figure.h"

/**
 * KappaTensorPanel:
 *
 * The tensors of a layer: how their numbers are distributed, what they add up to, and every one of
 * them. Numbers are read and counted in a thread.
 */
struct _KappaTensorPanel
{
  GtkWidget parent_instance;

  GtkDropDown *chooser;
  GtkLabel *shape;
  KappaPlotView *plot;
  GtkStack *stack;
  AdwBin *facts_bin;
  GtkColumnView *values;
  KappaFacts *facts;

  KappaModel *model;
  GPtrArray *tensors; /* of const KappaParameter */
  GCancellable *counting;
};

typedef struct
{
  KappaModel *model;
  const KappaParameter *tensor;
} Order;

typedef struct
{
  KappaFigure *figure;
  float *values;
} Counted;

G_DEFINE_FINAL_TYPE (KappaTensorPanel, kappa_tensor_panel, GTK_TYPE_WIDGET)

static void
kappa_tensor_panel_dispose (GObject *object)
{
  KappaTensorPanel *self = KAPPA_TENSOR_PANEL (object);

  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_TENSOR_PANEL);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (kappa_tensor_panel_parent_class)->dispose (object);
}

static void
kappa_tensor_panel_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_TENSOR_PANEL (object)->tensors);
  G_OBJECT_CLASS (kappa_tensor_panel_parent_class)->finalize (object);
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->model);
  g_free (order);
}

static void
counted_free (gpointer data)
{
  Counted *counted = data;

  g_clear_object (&counted->figure);
  g_free (counted->values);
  g_free (counted);
}

/* Only this tensor is read: a network of gigabytes need not be in memory to look at one layer. */
static void
count_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  GError *error = NULL;
  Counted *counted = g_new0 (Counted, 1);

  counted->values = kappa_model_read_tensor (order->model, order->tensor, &error);
  if (counted->values == NULL)
    {
      counted_free (counted);
      g_task_return_error (task, error);
      return;
    }
  counted->figure = kappa_histogram_figure_new ();
  if (!g_cancellable_is_cancelled (cancellable))
    kappa_histogram_figure_set_floats (KAPPA_HISTOGRAM_FIGURE (counted->figure),
                                       order->tensor->name, counted->values, order->tensor->size);
  g_task_return_pointer (task, counted, counted_free);
}

static void
set_number (KappaTensorPanel *self, const char *title, double value, const char *tooltip)
{
  g_autofree char *text = kappa_words_value (value, NULL);

  kappa_facts_set (self->facts, title, text, tooltip);
}

static void
set_count (KappaTensorPanel *self, const char *title, gsize count, gsize n, const char *tooltip)
{
  g_autofree char *number = kappa_words_count (count);
  g_autofree char *text = count > 0 && n > 0 ? g_strdup_printf ("%s (%.3g %%)", number,
                                                                100.0 * (double)count / (double)n)
                                             : g_strdup (number);

  kappa_facts_set (self->facts, title, text, tooltip);
}

static void
show_statistics (KappaTensorPanel *self, const KappaHistogramStatistics *s)
{
  double n_finite = (double)(s->n - s->not_finite);

  set_count (self, "Numbers", s->n, 0, NULL);
  set_number (self, "Mean", s->mean, "Over the finite numbers");
  set_number (self, "Standard deviation", s->deviation,
              "Of the population: divided by how many there are");
  set_number (self, "Smallest", s->minimum, NULL);
  set_number (self, "Largest", s->maximum, NULL);
  set_number (self, "Norm", sqrt (n_finite * (s->mean * s->mean + s->deviation * s->deviation)),
              "Euclidean length, over the finite numbers");
  set_count (self, "Zeros", s->zeros, s->n, "Exactly 0, of either sign");
  set_count (self, "Not finite", s->not_finite, s->n, "NaN or infinite");
}

static void
show_values (KappaTensorPanel *self, const Order *order, float *values)
{
  g_autoptr (GtkSelectionModel) selection = GTK_SELECTION_MODEL (gtk_single_selection_new (
      G_LIST_MODEL (kappa_tensor_values_new (order->model, order->tensor, values))));

  gtk_column_view_set_model (self->values, selection);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaTensorPanel) self = data;
  g_autoptr (GError) error = NULL;
  Counted *counted = g_task_propagate_pointer (G_TASK (result), &error);

  if (counted != NULL && g_task_get_cancellable (G_TASK (result)) == self->counting)
    {
      kappa_plot_view_set_figure (self->plot, counted->figure);
      show_statistics (
          self, kappa_histogram_figure_get_statistics (KAPPA_HISTOGRAM_FIGURE (counted->figure)));
      show_values (self, g_task_get_task_data (G_TASK (result)),
                   g_steal_pointer (&counted->values));
    }
  else if (counted == NULL && g_task_get_cancellable (G_TASK (result)) == self->counting)
    gtk_label_set_label (self->shape, error->message);
  g_clear_pointer (&counted, counted_free);
}

static void
clear (KappaTensorPanel *self)
{
  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  kappa_plot_view_set_figure (self->plot, NULL);
  kappa_facts_clear (self->facts);
  gtk_column_view_set_model (self->values, NULL);
  gtk_label_set_label (self->shape, "");
}

static void
chosen_cb (KappaTensorPanel *self)
{
  guint selected = gtk_drop_down_get_selected (self->chooser);
  g_autofree char *shape = NULL;
  g_autoptr (GTask) task = NULL;
  Order *order;

  clear (self);
  if (selected == GTK_INVALID_LIST_POSITION || selected >= self->tensors->len)
    return;
  order = g_new (Order, 1);
  *order = (Order) { g_object_ref (self->model), self->tensors->pdata[selected] };
  shape = kappa_shape_to_words (&order->tensor->shape);
  gtk_label_set_label (self->shape, shape);
  self->counting = g_cancellable_new ();
  task = g_task_new (NULL, self->counting, counted_cb, g_object_ref (self));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, count_in_thread);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 1.0f);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_index_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_autofree char *text = kappa_tensor_value_dup_index (gtk_list_item_get_item (item));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
bind_value_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_autofree char *text = kappa_tensor_value_dup_number (gtk_list_item_get_item (item));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
kappa_tensor_panel_class_init (KappaTensorPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_tensor_panel_dispose;
  G_OBJECT_CLASS (klass)->finalize = kappa_tensor_panel_finalize;
  g_type_ensure (KAPPA_TYPE_PLOT_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-tensor-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, chooser);
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, shape);
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, plot);
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, facts_bin);
  gtk_widget_class_bind_template_child (widget_class, KappaTensorPanel, values);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_index_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_value_cb);
}

static void
kappa_tensor_panel_init (KappaTensorPanel *self)
{
  self->tensors = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->facts = KAPPA_FACTS (kappa_facts_new (""));
  adw_bin_set_child (self->facts_bin, GTK_WIDGET (self->facts));
}

GtkWidget *
kappa_tensor_panel_new (void)
{
  return g_object_new (KAPPA_TYPE_TENSOR_PANEL, NULL);
}

/**
 * kappa_tensor_panel_get_plot:
 *
 * Returns: (transfer none): the histogram
 */
KappaPlotView *
kappa_tensor_panel_get_plot (KappaTensorPanel *self)
{
  return self->plot;
}

static void
find_tensors (KappaTensorPanel *self, const char *layer)
{
  for (guint i = 0; i < kappa_model_get_n_parameters (self->model); i++)
    if (g_str_equal (kappa_model_get_parameter (self->model, i)->layer, layer))
      g_ptr_array_add (self->tensors, (gpointer)kappa_model_get_parameter (self->model, i));
  for (guint i = 0; i < kappa_model_get_n_buffers (self->model); i++)
    if (g_str_equal (kappa_model_get_buffer (self->model, i)->layer, layer))
      g_ptr_array_add (self->tensors, (gpointer)kappa_model_get_buffer (self->model, i));
}

/**
 * kappa_tensor_panel_show:
 * @model: (nullable)
 * @layer: (nullable): the name of one of its layers
 */
void
kappa_tensor_panel_show (KappaTensorPanel *self, KappaModel *model, const char *layer)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_drop_down_set_model (self->chooser, NULL);
  clear (self);
  g_ptr_array_set_size (self->tensors, 0);
  g_set_object (&self->model, model);
  if (model != NULL && layer != NULL)
    find_tensors (self, layer);
  for (guint i = 0; i < self->tensors->len; i++)
    gtk_string_list_append (names, ((const KappaParameter *)self->tensors->pdata[i])->name);
  gtk_stack_set_visible_child_name (self->stack, self->tensors->len > 0 ? "tensor" : "none");
  gtk_drop_down_set_model (self->chooser, G_LIST_MODEL (names));
}
