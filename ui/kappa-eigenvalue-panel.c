#include "ui/kappa-eigenvalue-panel.h"

#include <errno.h>
#include <math.h>

#include "core/analysis/spectrum.h"
#include "ui/kappa-facts.h"
#include "ui/plot/axis.h"

/**
 * KappaEigenvaluePanel:
 *
 * What is known of the eigenvalue that was clicked, and the way along its eigenvector: a landscape
 * of the same network and images.
 */
struct _KappaEigenvaluePanel
{
  AdwBin parent_instance;

  KappaDesk *desk;
  KappaFacts *facts;
  GtkWidget *walk;

  KappaRunItem *run;
  KappaResult *result;
  guint index;
  double value;
};

G_DEFINE_FINAL_TYPE (KappaEigenvaluePanel, kappa_eigenvalue_panel, ADW_TYPE_BIN)

#define POINTS 41

static void
kappa_eigenvalue_panel_dispose (GObject *object)
{
  KappaEigenvaluePanel *self = KAPPA_EIGENVALUE_PANEL (object);

  g_clear_object (&self->desk);
  g_clear_object (&self->run);
  g_clear_object (&self->result);
  G_OBJECT_CLASS (kappa_eigenvalue_panel_parent_class)->dispose (object);
}

static void
kappa_eigenvalue_panel_class_init (KappaEigenvaluePanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_eigenvalue_panel_dispose;
}

/* How far to go for the quadratic model to rise or fall by one nat: ½·λ·s² = 1. */
static char *
choose_range (double lambda)
{
  double reach = CLAMP (sqrt (2.0 / MAX (fabs (lambda), 1e-12)), 1e-3, 1e3);
  double step = pow (10.0, floor (log10 (reach)));

  reach = MAX (round (reach / step), 1.0) * step;
  return g_strdup_printf ("-%g:%g:%d", reach, reach, POINTS);
}

/* Files of directions lie beside the workspace: recipes name them. */
static char *
choose_path (KappaEigenvaluePanel *self)
{
  g_autofree char *folder
      = g_path_get_dirname (kappa_workspace_get_path (kappa_desk_get_workspace (self->desk)));
  g_autofree char *name = g_strdup_printf ("eigenvector-%u-of-run-%" G_GINT64_FORMAT ".h5",
                                           self->index + 1, kappa_run_item_get_id (self->run));

  return g_build_filename (folder, "directions", name, NULL);
}

typedef struct
{
  KappaResult *result;
  KappaModel *model;
  guint index;
  char *path;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->result);
  g_object_unref (order->model);
  g_free (order->path);
  g_free (order);
}

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Order *order = data;
  g_autofree char *folder = g_path_get_dirname (order->path);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errno),
                             "%s: the folder cannot be made", folder);
  else if (kappa_spectrum_save_directions (order->result, order->model, order->index, -1,
                                           order->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
copy_option (KappaInputs *from, KappaInputs *to, const char *name, KappaInputKind kind)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (kind, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *value = kappa_inputs_get_option (from, name, 0, options[i].name);

      if (value != NULL)
        kappa_inputs_set_option (to, name, 0, options[i].name, value, NULL);
    }
}

/* The network and images of the spectrum, with what was said about them. */
static KappaInputs *
make_inputs (KappaInputs *from, const char *directions)
{
  KappaInputs *inputs = kappa_inputs_new ();

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, kappa_inputs_get_source (from, "model", 0));
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, kappa_inputs_get_source (from, "data", 0));
  copy_option (from, inputs, "model", KAPPA_INPUT_MODEL);
  copy_option (from, inputs, "data", KAPPA_INPUT_DATASET);
  kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, directions);
  return inputs;
}

/* The same loss in the same numbers: an eigenvector is one of the network in inference mode. */
static void
share_settings (KappaAnalysis *spectrum, KappaAnalysis *landscape)
{
  static const char *const shared[] = { "precision", "seed", "l2" };

  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    {
      g_autofree char *text = kappa_analysis_dup_text (spectrum, shared[i]);

      kappa_analysis_set_text (landscape, shared[i], text, NULL);
    }
  kappa_analysis_set_text (landscape, "batchnorm", "frozen", NULL);
}

static void
run_landscape (KappaEigenvaluePanel *self, const char *directions)
{
  g_autoptr (KappaAnalysis) spectrum = NULL, landscape = NULL;
  g_autoptr (KappaInputs) given = NULL, inputs = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *range = choose_range (self->value);

  if (!kappa_run_item_dup_recipe (self->run, &spectrum, &given, &error))
    {
      kappa_desk_tell (self->desk, error->message);
      return;
    }
  landscape = kappa_analysis_new_by_name ("landscape", NULL);
  kappa_analysis_set_text (landscape, "x", range, NULL);
  share_settings (spectrum, landscape);
  inputs = make_inputs (given, directions);
  kappa_desk_run (self->desk, landscape, inputs);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaEigenvaluePanel) self = data;
  g_autoptr (GError) error = NULL;
  Order *order = g_task_get_task_data (G_TASK (result));

  gtk_widget_set_sensitive (self->walk, TRUE);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    kappa_desk_tell (self->desk, error->message);
  else if (self->desk != NULL && self->run != NULL)
    run_landscape (self, order->path);
}

static void
walk_cb (KappaEigenvaluePanel *self)
{
  KappaDocument *document
      = kappa_desk_find (self->desk, KAPPA_INPUT_MODEL, kappa_run_item_get_model (self->run));
  KappaModel *model = document != NULL ? kappa_document_get_model (document) : NULL;
  g_autoptr (GTask) task = NULL;
  Order *order;

  if (model == NULL || kappa_desk_get_workspace (self->desk) == NULL)
    {
      kappa_desk_tell (self->desk, "The network of this spectrum is not open.");
      return;
    }
  order = g_new (Order, 1);
  *order = (Order) { g_object_ref (self->result), g_object_ref (model), self->index,
                     choose_path (self) };
  task = g_task_new (NULL, NULL, saved_cb, g_object_ref (self));
  g_task_set_task_data (task, order, order_free);
  gtk_widget_set_sensitive (self->walk, FALSE);
  g_task_run_in_thread (task, save_in_thread);
}

static void
kappa_eigenvalue_panel_init (KappaEigenvaluePanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->facts = KAPPA_FACTS (kappa_facts_new ("Eigenvalue"));
  self->walk = gtk_button_new_with_label ("Landscape Along It");
  gtk_widget_set_tooltip_text (self->walk, "The loss along the eigenvector, of length 1");
  g_signal_connect_swapped (self->walk, "clicked", G_CALLBACK (walk_cb), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->facts));
  gtk_box_append (GTK_BOX (box), self->walk);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * kappa_eigenvalue_panel_new:
 * @desk: where the landscape is computed
 */
GtkWidget *
kappa_eigenvalue_panel_new (KappaDesk *desk)
{
  KappaEigenvaluePanel *self = g_object_new (KAPPA_TYPE_EIGENVALUE_PANEL, NULL);

  self->desk = g_object_ref (desk);
  return GTK_WIDGET (self);
}

static void
show_number (KappaEigenvaluePanel *self,
             const char *title,
             const char *array,
             int digits,
             const char *tooltip)
{
  g_autofree char *text = NULL;
  double value;

  if (!kappa_result_get_value (self->result, array, self->index, &value))
    return;
  text = kappa_format_value (value, digits);
  kappa_facts_set (self->facts, title, text, tooltip);
}

/**
 * kappa_eigenvalue_panel_show:
 * @figure: (nullable): whose selected eigenvalue is shown; the panel hides without one
 * @run: (nullable): the spectrum
 * @result: (nullable): of @run
 */
void
kappa_eigenvalue_panel_show (KappaEigenvaluePanel *self,
                             KappaSpectrumFigure *figure,
                             KappaRunItem *run,
                             KappaResult *result)
{
  int index = figure != NULL ? kappa_spectrum_figure_get_selected (figure) : -1;
  gboolean has_vector
      = index >= 0 && g_strcmp0 (kappa_spectrum_figure_get_shown (figure), "eigenvalues") == 0;
  g_autofree char *name = NULL;

  g_set_object (&self->run, run);
  g_set_object (&self->result, result);
  kappa_facts_clear (self->facts);
  gtk_widget_set_visible (GTK_WIDGET (self), index >= 0 && result != NULL);
  if (index < 0 || result == NULL)
    return;
  self->index = (guint)index;
  name = g_strdup (kappa_spectrum_figure_get_shown (figure));
  kappa_result_get_value (result, name, self->index, &self->value);
  show_number (self, "Value", name, 7, "λ: the loss changes by ½·λ·s² after a step of length s");
  show_number (self, "Residual", "residuals", 2, "‖Hv − λv‖: how far the value may be off");
  gtk_widget_set_visible (self->walk, has_vector);
}
