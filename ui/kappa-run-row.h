#pragma once

#include <gtk/gtk.h>

#include "ui/kappa-run-item.h"

#define KAPPA_TYPE_RUN_ROW (kappa_run_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaRunRow, kappa_run_row, KAPPA, RUN_ROW, GtkWidget)

GtkWidget *kappa_run_row_new      (void);
void       kappa_run_row_set_item (KappaRunRow *self, KappaRunItem *item);
