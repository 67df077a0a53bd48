#pragma once

#include <adwaita.h>

#include "ui/kappa-figure-grid.h"

#define KAPPA_TYPE_READOUT (kappa_readout_get_type ())
G_DECLARE_FINAL_TYPE (KappaReadout, kappa_readout, KAPPA, READOUT, AdwBin)

GtkWidget *kappa_readout_new     (KappaFigureGrid *grid);
void       kappa_readout_prepare (KappaReadout *self, KappaFigure *figure);
