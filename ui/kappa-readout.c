#include "ui/kappa-readout.h"

/**
 * KappaReadout:
 *
 * What the cursor of some figures is on, in words. It takes as much room when it is on nothing, so
 * that nothing moves.
 */
struct _KappaReadout
{
  AdwBin parent_instance;

  KappaFigureGrid *grid; /* not owned: both belong to one page */
  GtkWidget *label;
  guint n_lines;
};

G_DEFINE_FINAL_TYPE (KappaReadout, kappa_readout, ADW_TYPE_BIN)

static void
kappa_readout_class_init (KappaReadoutClass *klass)
{
}

static void
kappa_readout_init (KappaReadout *self)
{
  GtkWidget *group = adw_preferences_group_new (), *row = adw_preferences_row_new ();

  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0f);
  gtk_label_set_yalign (GTK_LABEL (self->label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (self->label, "numeric");
  gtk_widget_add_css_class (self->label, "readout");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), self->label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "Under the pointer");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  adw_bin_set_child (ADW_BIN (self), group);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static guint
count_lines (const char *text)
{
  guint n = 1;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static void
set_text (KappaReadout *self, const char *text)
{
  g_autoptr (GString) padded = g_string_new (text != NULL ? text : "Move the pointer over a figure");
  guint n = count_lines (padded->str);

  self->n_lines = MAX (self->n_lines, n);
  for (; n < self->n_lines; n++)
    g_string_append_c (padded, '\n');
  gtk_label_set_label (GTK_LABEL (self->label), padded->str);
}

static void
show (KappaReadout *self)
{
  const char *text = NULL;

  for (guint i = 0; text == NULL && kappa_figure_grid_get_view (self->grid, i) != NULL; i++)
    text = kappa_plot_view_get_readout (kappa_figure_grid_get_view (self->grid, i));
  set_text (self, text);
}

/**
 * kappa_readout_new:
 * @grid: its figures, which must be there already
 */
GtkWidget *
kappa_readout_new (KappaFigureGrid *grid)
{
  KappaReadout *self = g_object_new (KAPPA_TYPE_READOUT, NULL);
  KappaPlotView *view;

  self->grid = grid;
  for (guint i = 0; (view = kappa_figure_grid_get_view (grid, i)) != NULL; i++)
    g_signal_connect_object (view, "notify::readout", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * kappa_readout_prepare:
 * @figure: (nullable): what there is to be read; %NULL hides the read-out
 *
 * Makes as much room as a read-out of this figure takes.
 */
void
kappa_readout_prepare (KappaReadout *self, KappaFigure *figure)
{
  const double width = 480.0, height = 360.0;
  KappaProbe probe;

  self->n_lines = 1;
  gtk_widget_set_visible (GTK_WIDGET (self), figure != NULL);
  if (figure == NULL)
    return;
  if (kappa_figure_probe (figure, width / 2.0, height / 2.0, width, height, &probe)
      && probe.text != NULL)
    self->n_lines = count_lines (probe.text);
  kappa_probe_clear (&probe);
  set_text (self, NULL);
}
