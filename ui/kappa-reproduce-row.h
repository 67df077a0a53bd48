#pragma once

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_REPRODUCE_ROW (kappa_reproduce_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaReproduceRow, kappa_reproduce_row, KAPPA, REPRODUCE_ROW, AdwBin)

GtkWidget *kappa_reproduce_row_new      (void);
void       kappa_reproduce_row_set_page (KappaReproduceRow *self, KappaAnalysisPage *page);
