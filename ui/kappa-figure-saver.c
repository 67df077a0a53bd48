#include "ui/kappa-figure-saver.h"

#include "ui/plot/export.h"

/* Asks where a drawing is to go, and writes it there. */

typedef struct
{
  GtkFileChooserNative *chooser;
  KappaFigureSaveFunc save;
  KappaFigureSavedFunc saved;
  gpointer data;
} Order;

static void
order_free (gpointer data, GClosure *closure)
{
  Order *order = data;

  g_object_unref (order->chooser);
  g_object_unref (order->data);
  g_free (order);
}

static void
write_to (const Order *order, const char *chosen)
{
  g_autofree char *path
      = kappa_figure_can_export (chosen) ? g_strdup (chosen) : g_strconcat (chosen, ".svg", NULL);
  g_autofree char *name = g_path_get_basename (path), *message = NULL;
  g_autoptr (GError) error = NULL;

  if (order->save (path, order->data, &error))
    message = g_strdup_printf ("%s is written", name);
  else
    message = g_strdup (error->message);
  order->saved (message, order->data);
}

static void
response_cb (GtkNativeDialog *dialog, int response, Order *order)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    write_to (order, path);
  g_signal_handlers_disconnect_by_data (dialog, order);
}

/**
 * kappa_figure_saver_run:
 * @widget: in the window the dialog belongs to
 * @name: proposed, with its ending
 * @save: writes the drawing
 * @saved: told what to tell the user
 * @data: an object, kept until the user has answered
 */
void
kappa_figure_saver_run (GtkWidget *widget,
                        const char *title,
                        const char *name,
                        KappaFigureSaveFunc save,
                        KappaFigureSavedFunc saved,
                        gpointer data)
{
  static const char *const suffixes[] = { "svg", "pdf", "png" };
  Order *order = g_new0 (Order, 1);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  *order = (Order) { NULL, save, saved, g_object_ref (data) };
  order->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (widget)),
                                                GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (order->chooser), TRUE);
  gtk_file_filter_set_name (filter, "SVG, PDF and PNG");
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (order->chooser), filter);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (order->chooser), name);
  g_signal_connect_data (order->chooser, "response", G_CALLBACK (response_cb), order, order_free,
                         0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (order->chooser));
}
