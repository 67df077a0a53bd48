#pragma once

#include <adwaita.h>

#include "core/analysis/analysis.h"

#define KAPPA_TYPE_READING_BUTTON (kappa_reading_button_get_type ())
G_DECLARE_FINAL_TYPE (KappaReadingButton, kappa_reading_button, KAPPA, READING_BUTTON, AdwBin)

GtkWidget *kappa_reading_button_new (const KappaReading *reading);
