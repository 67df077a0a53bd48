#pragma once

#include <gtk/gtk.h>

#include "ui/plot/figure.h"

GtkPrintOperation *kappa_print_new (KappaFigure *figure, const char *title, const char *provenance);
