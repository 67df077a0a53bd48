#pragma once

#include "core/analysis/recipe.h"
#include "core/store/run.h"

/*
 * One recipe on its way to a result, by way of the workspace: answered from it if the same was computed before,
 * resumed where it was interrupted, stored while it is computed. What window and command line have in common.
 *
 *   job = kappa_job_new (analysis, inputs, workspace);
 *   kappa_job_prepare (job, &context, &error)      opens the inputs, looks into the workspace
 *   kappa_job_estimate (job, &context, &e, &error) if one wants to know
 *   kappa_job_run (job, &context, &error)          fills kappa_job_get_result()
 *
 * The three take long: call them in a thread of their own. The others may be called from any thread after prepare.
 */

/**
 * KappaJobOrigin:
 * @KAPPA_JOB_NEW: nothing was known
 * @KAPPA_JOB_RESUMED: an interrupted run goes on
 * @KAPPA_JOB_STORED: all is known; there is nothing to compute
 */
typedef enum
{
  KAPPA_JOB_NEW,
  KAPPA_JOB_RESUMED,
  KAPPA_JOB_STORED,
} KappaJobOrigin;

#define KAPPA_TYPE_JOB (kappa_job_get_type ())
G_DECLARE_FINAL_TYPE (KappaJob, kappa_job, KAPPA, JOB, GObject)

KappaJob       *kappa_job_new             (KappaAnalysis *analysis, KappaInputs *inputs, KappaWorkspace *workspace);
void            kappa_job_set_fresh       (KappaJob *self, gboolean fresh);
gboolean        kappa_job_prepare         (KappaJob *self, KappaContext *context, GError **error);
gboolean        kappa_job_estimate        (KappaJob *self, KappaContext *context, KappaEstimate *estimate, GError **error);
gboolean        kappa_job_run             (KappaJob *self, KappaContext *context, GError **error);
KappaAnalysis  *kappa_job_get_analysis    (KappaJob *self);
KappaInputs    *kappa_job_get_inputs      (KappaJob *self);
KappaJobOrigin  kappa_job_get_origin      (KappaJob *self);
KappaResult    *kappa_job_get_result      (KappaJob *self);
const char     *kappa_job_get_recipe      (KappaJob *self);
const char     *kappa_job_get_title       (KappaJob *self);
gint64          kappa_job_get_run_id      (KappaJob *self);
GError         *kappa_job_dup_store_error (KappaJob *self);
