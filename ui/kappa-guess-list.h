#pragma once

#include <gtk/gtk.h>

#include "core/analysis/image-probe.h"

#define KAPPA_TYPE_GUESS_LIST (kappa_guess_list_get_type ())
G_DECLARE_FINAL_TYPE (KappaGuessList, kappa_guess_list, KAPPA, GUESS_LIST, GtkWidget)

GtkWidget *kappa_guess_list_new  (void);
void       kappa_guess_list_show (KappaGuessList *self, KappaModel *model, const GArray *guesses);
