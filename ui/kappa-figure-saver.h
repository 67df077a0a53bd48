#pragma once

#include <gtk/gtk.h>

/**
 * KappaFigureSaveFunc:
 * @path: ends in .png, .svg or .pdf
 */
typedef gboolean (*KappaFigureSaveFunc) (const char *path, gpointer data, GError **error);
typedef void     (*KappaFigureSavedFunc) (const char *message, gpointer data);

void kappa_figure_saver_run (GtkWidget *widget, const char *title, const char *name, KappaFigureSaveFunc save,
                             KappaFigureSavedFunc saved, gpointer data);
