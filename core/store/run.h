#pragma once

#include "core/store/workspace.h"

/*
 * One run held for writing. Whoever computes a run claims it, attaches the result it fills, and finishes it:
 *
 *   run = kappa_run_claim (workspace, id, &error);
 *   kappa_run_attach (run, result, &error);
 *   …the analysis fills the result, in any threads…
 *   kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error);
 *
 * To resume, the result is that of kappa_workspace_load_result().
 */

#define KAPPA_TYPE_RUN (kappa_run_get_type ())
G_DECLARE_FINAL_TYPE (KappaRun, kappa_run, KAPPA, RUN, GObject)

KappaRun *kappa_run_claim     (KappaWorkspace *workspace, gint64 id, GError **error);
gint64    kappa_run_get_id    (KappaRun *self);
gboolean  kappa_run_attach    (KappaRun *self, KappaResult *result, GError **error);
gboolean  kappa_run_set_state (KappaRun *self, KappaRunState state, GError **error);
gboolean  kappa_run_flush     (KappaRun *self, GError **error);
GError   *kappa_run_dup_error (KappaRun *self);
gboolean  kappa_run_finish    (KappaRun *self, KappaRunState state, const char *message, GError **error);
