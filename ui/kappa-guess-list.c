#include "ui/kappa-guess-list.h"

/**
 * KappaGuessList:
 *
 * The classes a network takes an image for, each with its probability and a bar.
 */
struct _KappaGuessList
{
  GtkWidget parent_instance;

  GtkWidget *grid;
};

G_DEFINE_FINAL_TYPE (KappaGuessList, kappa_guess_list, GTK_TYPE_WIDGET)

static void
kappa_guess_list_dispose (GObject *object)
{
  KappaGuessList *self = KAPPA_GUESS_LIST (object);

  g_clear_pointer (&self->grid, gtk_widget_unparent);
  G_OBJECT_CLASS (kappa_guess_list_parent_class)->dispose (object);
}

static void
kappa_guess_list_class_init (KappaGuessListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_guess_list_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
kappa_guess_list_init (KappaGuessList *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 10);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 3);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
}

GtkWidget *
kappa_guess_list_new (void)
{
  return g_object_new (KAPPA_TYPE_GUESS_LIST, NULL);
}

static void
add_guess (KappaGuessList *self, KappaModel *model, const KappaGuess *guess, int row)
{
  const char *known = kappa_model_get_class_name (model, guess->index);
  g_autofree char *name
      = known != NULL ? g_strdup (known) : g_strdup_printf ("class %u", guess->index);
  g_autofree char *percent = g_strdup_printf ("%.1f %%", 100.0 * guess->probability);
  g_autofree char *details = g_strdup_printf ("class %u, logit %.4g", guess->index, guess->logit);
  GtkWidget *label = gtk_label_new (name), *bar = gtk_progress_bar_new (),
            *number = gtk_label_new (percent);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 12);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_tooltip_text (label, details);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), guess->probability);
  gtk_widget_set_size_request (bar, 70, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_label_set_xalign (GTK_LABEL (number), 1.0f);
  gtk_widget_add_css_class (number, "numeric");
  if (row == 0)
    gtk_widget_add_css_class (label, "heading");
  gtk_grid_attach (GTK_GRID (self->grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), bar, 1, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), number, 2, row, 1, 1);
}

/**
 * kappa_guess_list_show:
 * @guesses: (nullable) (element-type KappaGuess)
 */
void
kappa_guess_list_show (KappaGuessList *self, KappaModel *model, const GArray *guesses)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->grid)) != NULL)
    gtk_grid_remove (GTK_GRID (self->grid), child);
  for (guint i = 0; guesses != NULL && i < guesses->len; i++)
    add_guess (self, model, &g_array_index (guesses, KappaGuess, i), (int)i);
}
