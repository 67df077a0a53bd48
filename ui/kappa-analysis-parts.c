#include "ui/kappa-analysis-private.h"
#include "ui/kappa-reading.h"

/* What stands beside a page: the tools above it, facts and parameters at its side. */

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
  g_signal_connect_object (button, "toggled", G_CALLBACK (alone_cb),
                           kappa_analysis_page_get_private (self)->grid, 0);
  return button;
}

void
kappa_analysis_page_make_tools (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);
  GtkWidget *reading = kappa_reading_button_new (
      &KAPPA_ANALYSIS_GET_CLASS (kappa_analysis_page_get_private (self)->analysis)->reading);

  priv->tools = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  gtk_box_append (GTK_BOX (priv->tools), reading);
  if (kappa_figure_grid_get_view (priv->grid, 1) != NULL)
    gtk_box_append (GTK_BOX (priv->tools), make_alone_button (self));
}

/* Nothing to say takes no room. */
void
kappa_analysis_page_show_estimate (KappaAnalysisPage *self, const char *text)
{
  GtkWidget *estimate = kappa_analysis_page_get_private (self)->estimate;

  gtk_label_set_label (GTK_LABEL (estimate), text);
  gtk_widget_set_visible (estimate, *text != '\0');
}

void
kappa_analysis_page_make_side (KappaAnalysisPage *self)
{
  KappaAnalysisPagePrivate *priv = kappa_analysis_page_get_private (self);

  priv->side = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 18));
  priv->pane = KAPPA_PARAMETER_PANE (
      kappa_parameter_pane_new (priv->analysis, kappa_page_get_desk (KAPPA_PAGE (self))));
  priv->estimate = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (priv->estimate), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (priv->estimate), TRUE);
  gtk_widget_add_css_class (priv->estimate, "caption");
  gtk_widget_add_css_class (priv->estimate, "dim-label");
  gtk_widget_set_visible (priv->estimate, FALSE);
  priv->readout = KAPPA_READOUT (kappa_readout_new (priv->grid));
  priv->facts = KAPPA_FACTS (kappa_facts_new ("Results"));
  priv->reproduce = KAPPA_REPRODUCE_ROW (kappa_reproduce_row_new ());
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->facts));
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->readout));
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->pane));
  gtk_box_append (GTK_BOX (priv->side), priv->estimate);
  gtk_box_append (GTK_BOX (priv->side), GTK_WIDGET (priv->reproduce));
}
