#pragma once

#include <adwaita.h>

#include "ui/kappa-runner.h"

#define KAPPA_TYPE_PROGRESS_BAR (kappa_progress_bar_get_type ())
G_DECLARE_FINAL_TYPE (KappaProgressBar, kappa_progress_bar, KAPPA, PROGRESS_BAR, AdwBin)

GtkWidget *kappa_progress_bar_new     (void);
void       kappa_progress_bar_set_runner (KappaProgressBar *self, KappaRunner *runner);
