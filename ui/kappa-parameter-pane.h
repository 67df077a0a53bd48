#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"

#define KAPPA_TYPE_PARAMETER_PANE (kappa_parameter_pane_get_type ())
G_DECLARE_FINAL_TYPE (KappaParameterPane, kappa_parameter_pane, KAPPA, PARAMETER_PANE, AdwBin)

GtkWidget   *kappa_parameter_pane_new           (KappaAnalysis *analysis, KappaDesk *desk);
const char  *kappa_parameter_pane_get_fault     (KappaParameterPane *self);
void         kappa_parameter_pane_choose_inputs (KappaParameterPane *self, KappaInputs *inputs);
KappaInputs *kappa_parameter_pane_make_inputs   (KappaParameterPane *self, GError **error);
