#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"

#define KAPPA_TYPE_INPUT_ROW (kappa_input_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaInputRow, kappa_input_row, KAPPA, INPUT_ROW, AdwActionRow)

GtkWidget            *kappa_input_row_new      (const KappaInputSpec *spec, KappaDesk *desk, gboolean needed);
const KappaInputSpec *kappa_input_row_get_spec (KappaInputRow *self);
void                  kappa_input_row_choose   (KappaInputRow *self, const char *source);
void                  kappa_input_row_add_to   (KappaInputRow *self, KappaInputs *inputs);
gboolean              kappa_input_row_is_set   (KappaInputRow *self);
