#pragma once

#include <gtk/gtk.h>

#include "ui/plot/theme.h"

void kappa_widget_init_theme (GtkWidget *widget, KappaTheme *theme);
