#pragma once

#include "core/analysis/report-rows.h"

/**
 * KappaReportRun:
 * @n_models: 1 or 2
 *
 * A report being made.
 */
typedef struct
{
  KappaAnalysis *analysis;
  KappaInputs *inputs;
  KappaResult *result;
  KappaContext *context;
  guint n_models;
} KappaReportRun;

gboolean       kappa_report_has_row       (KappaReportRun *run, const KappaReportRow *row);
char          *kappa_report_scalar_name   (KappaReportRun *run, const KappaReportRow *row, gboolean sample, guint model);
const char    *kappa_report_get_input     (KappaReportRun *run, const KappaReportRow *row);
const char    *kappa_report_describe_images (KappaReportRun *run, const KappaReportRow *row);
KappaAnalysis *kappa_report_make_stage    (KappaReportRun *run, const KappaReportRow *row, guint model,
                                           KappaInputs **inputs, GError **error);
gboolean       kappa_report_compute       (KappaReportRun *run, GError **error);
void           kappa_report_summarise     (KappaReportRun *run);

/* report-parts.c */
void           kappa_report_keep_parts    (KappaReportRun *run, const char *analysis, guint model, KappaResult *found);
