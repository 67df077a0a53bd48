#pragma once

#include <gtk/gtk.h>

#include "core/analysis/result.h"

#define KAPPA_TYPE_TABLE_VIEW (kappa_table_view_get_type ())
G_DECLARE_FINAL_TYPE (KappaTableView, kappa_table_view, KAPPA, TABLE_VIEW, GtkWidget)

GtkWidget *kappa_table_view_new       (void);
void       kappa_table_view_set_table (KappaTableView *self, const KappaTable *table);
