#pragma once

#include "ui/kappa-run-item.h"

#define KAPPA_TYPE_RUN_LIST (kappa_run_list_get_type ())
G_DECLARE_FINAL_TYPE (KappaRunList, kappa_run_list, KAPPA, RUN_LIST, GObject)

KappaRunList *kappa_run_list_new           (void);
void          kappa_run_list_set_workspace (KappaRunList *self, KappaWorkspace *workspace);
KappaRunItem *kappa_run_list_add_runner       (KappaRunList *self, KappaRunner *runner);
KappaRunItem *kappa_run_list_find          (KappaRunList *self, gint64 id);
gboolean      kappa_run_list_is_loaded     (KappaRunList *self);
void          kappa_run_list_refresh       (KappaRunList *self);
