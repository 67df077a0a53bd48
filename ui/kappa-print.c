#include "ui/kappa-print.h"

#define FONT_SIZE 8.5 /* points */

typedef struct
{
  KappaFigure *figure;
  char *provenance;
} Order;

static void
order_free (gpointer data, GClosure *closure)
{
  Order *order = data;

  g_object_unref (order->figure);
  g_free (order->provenance);
  g_free (order);
}

/* As wide as the page, unless that would be higher than it. */
static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, Order *order)
{
  double width = gtk_print_context_get_width (context),
         height = gtk_print_context_get_height (context);
  KappaTheme theme;

  kappa_theme_init (&theme, KAPPA_THEME_PRINT);
  theme.unit = 1.0;
  kappa_theme_set_font (&theme, theme.font_family, FONT_SIZE);
  height = MIN (height, width / kappa_figure_get_aspect (order->figure));
  kappa_figure_set_provenance (order->figure, order->provenance);
  kappa_figure_draw (order->figure, gtk_print_context_get_cairo_context (context), width, height,
                     &theme);
  kappa_figure_set_provenance (order->figure, NULL);
}

/**
 * kappa_print_new:
 * @figure: drawn as it is looked at when the page is made
 * @title: of the print job
 * @provenance: (nullable): the line below the figure
 *
 * Returns: (transfer full): prints a figure on one page; with the print dialog also to a PDF file
 */
GtkPrintOperation *
kappa_print_new (KappaFigure *figure, const char *title, const char *provenance)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  Order *order = g_new (Order, 1);

  *order = (Order) { g_object_ref (figure), g_strdup (provenance) };
  gtk_page_setup_set_orientation (setup, kappa_figure_get_aspect (figure) > 1.2
                                             ? GTK_PAGE_ORIENTATION_LANDSCAPE
                                             : GTK_PAGE_ORIENTATION_PORTRAIT);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, title);
  gtk_print_operation_set_n_pages (operation, 1);
  g_signal_connect_data (operation, "draw-page", G_CALLBACK (draw_page_cb), order, order_free, 0);
  return operation;
}
