#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"
#include "ui/plot/spectrum-figure.h"

#define KAPPA_TYPE_EIGENVALUE_PANEL (kappa_eigenvalue_panel_get_type ())
G_DECLARE_FINAL_TYPE (KappaEigenvaluePanel, kappa_eigenvalue_panel, KAPPA, EIGENVALUE_PANEL, AdwBin)

GtkWidget *kappa_eigenvalue_panel_new  (KappaDesk *desk);
void       kappa_eigenvalue_panel_show (KappaEigenvaluePanel *self, KappaSpectrumFigure *figure, KappaRunItem *run,
                                        KappaResult *result);
