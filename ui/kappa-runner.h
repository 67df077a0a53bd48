#pragma once

#include "core/analysis/analysis.h"
#include "core/store/workspace.h"

#define KAPPA_TYPE_RUN_STATE (kappa_run_state_get_type ())
GType kappa_run_state_get_type (void);

#define KAPPA_TYPE_RUNNER (kappa_runner_get_type ())
G_DECLARE_FINAL_TYPE (KappaRunner, kappa_runner, KAPPA, RUNNER, GObject)

KappaRunner   *kappa_runner_new             (KappaAnalysis *analysis, KappaInputs *inputs);
void           kappa_runner_start           (KappaRunner *self, KappaWorkspace *workspace, KappaWorkers *workers);
void           kappa_runner_cancel          (KappaRunner *self);
void           kappa_runner_interrupt       (KappaRunner *self);
void           kappa_runner_set_paused      (KappaRunner *self, gboolean paused);
gboolean       kappa_runner_get_paused      (KappaRunner *self);
gboolean       kappa_runner_is_active       (KappaRunner *self);
KappaRunState  kappa_runner_get_state       (KappaRunner *self);
const char    *kappa_runner_get_error       (KappaRunner *self);
double         kappa_runner_get_fraction    (KappaRunner *self);
char          *kappa_runner_dup_progress    (KappaRunner *self);
KappaAnalysis *kappa_runner_get_analysis    (KappaRunner *self);
KappaInputs   *kappa_runner_get_inputs      (KappaRunner *self);
KappaResult   *kappa_runner_dup_result      (KappaRunner *self);
gint64         kappa_runner_get_run         (KappaRunner *self);
gboolean       kappa_runner_was_stored      (KappaRunner *self);
GError        *kappa_runner_dup_store_error (KappaRunner *self);
