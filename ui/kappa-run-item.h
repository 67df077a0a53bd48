#pragma once

#include "ui/kappa-runner.h"

#define KAPPA_TYPE_RUN_ITEM (kappa_run_item_get_type ())
G_DECLARE_FINAL_TYPE (KappaRunItem, kappa_run_item, KAPPA, RUN_ITEM, GObject)

KappaRunItem  *kappa_run_item_new_for_runner   (KappaRunner *runner);
KappaRunItem  *kappa_run_item_new_for_info  (KappaRunInfo *info);
void           kappa_run_item_take_info     (KappaRunItem *self, KappaRunInfo *info);
void           kappa_run_item_set_runner       (KappaRunItem *self, KappaRunner *runner);
gint64         kappa_run_item_get_id        (KappaRunItem *self);
const char    *kappa_run_item_get_analysis  (KappaRunItem *self);
const char    *kappa_run_item_get_title     (KappaRunItem *self);
char          *kappa_run_item_dup_subtitle  (KappaRunItem *self);
KappaRunState  kappa_run_item_get_state     (KappaRunItem *self);
const char    *kappa_run_item_get_error     (KappaRunItem *self);
const char    *kappa_run_item_get_view      (KappaRunItem *self);
KappaRunner      *kappa_run_item_get_runner       (KappaRunItem *self);
gboolean       kappa_run_item_dup_recipe    (KappaRunItem *self, KappaAnalysis **analysis, KappaInputs **inputs,
                                             GError **error);
const char    *kappa_run_item_get_model     (KappaRunItem *self);
const char    *kappa_run_item_get_data      (KappaRunItem *self);
gboolean       kappa_run_item_can_resume    (KappaRunItem *self);
