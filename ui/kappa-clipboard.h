#pragma once

#include <gtk/gtk.h>

#include "ui/plot/figure.h"

gboolean kappa_clipboard_copy_figure (GtkWidget *widget, KappaFigure *figure, KappaResult *result, GError **error);
char    *kappa_clipboard_dup_table   (KappaResult *result);
