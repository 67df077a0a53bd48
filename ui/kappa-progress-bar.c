#include "ui/kappa-progress-bar.h"

/**
 * KappaProgressBar:
 *
 * How far a runner is, beside what it fills: words with the time left over a bar, so that both have
 * the width there is, and buttons that pause and cancel it. Hidden while nothing runs.
 */
struct _KappaProgressBar
{
  AdwBin parent_instance;

  KappaRunner *runner;
  GtkWidget *bar, *words, *pause, *cancel;
};

G_DEFINE_FINAL_TYPE (KappaProgressBar, kappa_progress_bar, ADW_TYPE_BIN)

static void
show_pause (KappaProgressBar *self)
{
  gboolean paused = kappa_runner_get_paused (self->runner);

  gtk_button_set_label (GTK_BUTTON (self->pause), paused ? "Resume" : "Pause");
  gtk_widget_set_sensitive (self->pause, kappa_runner_get_state (self->runner) != KAPPA_RUN_QUEUED);
}

static void
update (KappaProgressBar *self)
{
  gboolean active = self->runner != NULL && kappa_runner_is_active (self->runner);
  g_autofree char *words = active ? kappa_runner_dup_progress (self->runner) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), active);
  if (!active)
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                 kappa_runner_get_fraction (self->runner));
  gtk_label_set_label (GTK_LABEL (self->words), words);
  gtk_widget_set_tooltip_text (self->words, words);
  show_pause (self);
}

static void
pause_cb (KappaProgressBar *self)
{
  if (self->runner != NULL)
    kappa_runner_set_paused (self->runner, !kappa_runner_get_paused (self->runner));
}

static void
cancel_cb (KappaProgressBar *self)
{
  if (self->runner != NULL)
    kappa_runner_cancel (self->runner);
}

static void
kappa_progress_bar_dispose (GObject *object)
{
  KappaProgressBar *self = KAPPA_PROGRESS_BAR (object);

  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (kappa_progress_bar_parent_class)->dispose (object);
}

static void
kappa_progress_bar_class_init (KappaProgressBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_progress_bar_dispose;
}

static GtkWidget *
add_button (KappaProgressBar *self, GtkWidget *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static void
kappa_progress_bar_init (KappaProgressBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->bar = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Progress of the run", -1);
  self->words = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->words), 0.0f);
  gtk_widget_add_css_class (self->words, "numeric");
  gtk_box_append (GTK_BOX (column), self->words);
  gtk_box_append (GTK_BOX (column), self->bar);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_widget_set_valign (column, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), column);
  self->pause = add_button (self, box, "Pause", G_CALLBACK (pause_cb));
  self->cancel = add_button (self, box, "Cancel", G_CALLBACK (cancel_cb));
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
kappa_progress_bar_new (void)
{
  return g_object_new (KAPPA_TYPE_PROGRESS_BAR, NULL);
}

/**
 * kappa_progress_bar_set_runner:
 * @runner: (nullable)
 */
void
kappa_progress_bar_set_runner (KappaProgressBar *self, KappaRunner *runner)
{
  if (self->runner == runner)
    return;
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_set_object (&self->runner, runner);
  if (runner != NULL)
    g_signal_connect_object (runner, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
