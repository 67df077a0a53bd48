#pragma once

#include <adwaita.h>

#include "ui/plot/figure.h"

#define KAPPA_TYPE_VIEW_BAR (kappa_view_bar_get_type ())
G_DECLARE_FINAL_TYPE (KappaViewBar, kappa_view_bar, KAPPA, VIEW_BAR, AdwBin)

GtkWidget *kappa_view_bar_new        (void);
void       kappa_view_bar_set_figure (KappaViewBar *self, KappaFigure *figure);
