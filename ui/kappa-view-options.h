#pragma once

#include <gtk/gtk.h>

#include "ui/plot/figure.h"

GtkWidget *kappa_view_options_new (KappaFigure *figure, const char *const *skip);
