#include "ui/kappa-run-view.h"

#include "ui/kappa-progress-bar.h"
#include "ui/kappa-view-bar.h"

/**
 * KappaRunView:
 *
 * The middle of a page that shows runs: how the figure is looked at above it, progress and
 * provenance below. Where there is nothing to show, it says what to do.
 */
struct _KappaRunView
{
  GtkWidget parent_instance;

  KappaViewBar *view_bar;
  GtkStack *stack;
  AdwBin *body;
  AdwStatusPage *status;
  GtkButton *status_button;
  GtkLabel *waiting;
  GtkSpinner *spinner;
  GtkRevealer *notice;
  GtkLabel *notice_label;
  GtkButton *notice_button;
  KappaProgressBar *progress_bar;
  GtkLabel *provenance;
};

G_DEFINE_FINAL_TYPE (KappaRunView, kappa_run_view, GTK_TYPE_WIDGET)

static void
kappa_run_view_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_RUN_VIEW);
  G_OBJECT_CLASS (kappa_run_view_parent_class)->dispose (object);
}

static void
kappa_run_view_class_init (KappaRunViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_run_view_dispose;
  g_type_ensure (KAPPA_TYPE_VIEW_BAR);
  g_type_ensure (KAPPA_TYPE_PROGRESS_BAR);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-run-view.ui");
  gtk_widget_class_bind_template_child_full (widget_class, "root", FALSE, 0);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, view_bar);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, stack);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, body);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, status);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, status_button);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, waiting);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, spinner);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, notice);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, notice_label);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, notice_button);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, KappaRunView, provenance);
}

static void
kappa_run_view_init (KappaRunView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
kappa_run_view_new (void)
{
  return g_object_new (KAPPA_TYPE_RUN_VIEW, NULL);
}

/**
 * kappa_run_view_set_body:
 * @body: what shows the results
 */
void
kappa_run_view_set_body (KappaRunView *self, GtkWidget *body)
{
  adw_bin_set_child (self->body, body);
}

static void
show_child (KappaRunView *self, const char *name)
{
  gboolean waits = g_str_equal (name, "waiting");

  gtk_spinner_set_spinning (self->spinner, waits);
  gtk_widget_set_visible (GTK_WIDGET (self->view_bar), g_str_equal (name, "body"));
  gtk_stack_set_visible_child_name (self->stack, name);
}

void
kappa_run_view_show_body (KappaRunView *self)
{
  show_child (self, "body");
}

/**
 * kappa_run_view_show_status:
 * @text: what to do, or what went wrong
 * @button: (nullable): label of a button that runs the analysis
 */
void
kappa_run_view_show_status (KappaRunView *self,
                            const char *icon,
                            const char *title,
                            const char *text,
                            const char *button)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
  gtk_button_set_label (self->status_button, button != NULL ? button : "");
  gtk_widget_set_visible (GTK_WIDGET (self->status_button), button != NULL);
  show_child (self, "status");
}

/**
 * kappa_run_view_show_waiting:
 * @what: what is waited for
 */
void
kappa_run_view_show_waiting (KappaRunView *self, const char *what)
{
  gtk_label_set_label (self->waiting, what);
  show_child (self, "waiting");
}

/**
 * kappa_run_view_set_figure:
 * @figure: (nullable): whose view the toolbar changes
 */
void
kappa_run_view_set_figure (KappaRunView *self, KappaFigure *figure)
{
  kappa_view_bar_set_figure (self->view_bar, figure);
}

void
kappa_run_view_set_runner (KappaRunView *self, KappaRunner *runner)
{
  kappa_progress_bar_set_runner (self->progress_bar, runner);
}

/**
 * kappa_run_view_set_notice:
 * @text: (nullable): why what is shown is not complete
 * @button: label of the button that goes on with the run
 */
void
kappa_run_view_set_notice (KappaRunView *self, const char *text, const char *button)
{
  if (text != NULL)
    {
      gtk_label_set_label (self->notice_label, text);
      gtk_widget_set_tooltip_text (GTK_WIDGET (self->notice_label), text);
      gtk_button_set_label (self->notice_button, button);
    }
  gtk_revealer_set_reveal_child (self->notice, text != NULL);
}

/**
 * kappa_run_view_set_provenance:
 * @text: (nullable): model, data, method, seed, precision, version
 */
void
kappa_run_view_set_provenance (KappaRunView *self, const char *text)
{
  gtk_label_set_label (self->provenance, text != NULL ? text : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->provenance), text);
  gtk_widget_set_visible (GTK_WIDGET (self->provenance), text != NULL && *text != '\0');
}
