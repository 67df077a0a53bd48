#pragma once

#include "core/analysis/analysis.h"

/**
 * KappaReportImages:
 * @KAPPA_REPORT_BEST: those of "train-data" where they are given, else those of "data"
 * @KAPPA_REPORT_TRAINING: those of "train-data"; no such row without them
 * @KAPPA_REPORT_DATA: those of "data"
 *
 * What a row is computed from.
 */
typedef enum
{
  KAPPA_REPORT_BEST,
  KAPPA_REPORT_TRAINING,
  KAPPA_REPORT_DATA,
} KappaReportImages;

/**
 * KappaReportRow:
 * @name: of the scalars that hold it
 * @title: a label for people
 * @analysis: (nullable): which analysis finds it; %NULL for what the model says itself
 * @scalar: what it is called there
 *
 * A row of the geometry report. The rows of one analysis over the same images follow each other.
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *analysis;
  const char *scalar;
  KappaReportImages images;
} KappaReportRow;

const KappaReportRow *kappa_report_list_rows   (guint *n);
gboolean              kappa_report_same_stage  (const KappaReportRow *a, const KappaReportRow *b);
double                kappa_report_get_weight  (const char *analysis);
gboolean              kappa_report_is_left_out (const char *without, const char *analysis);
gboolean              kappa_report_check_without (const char *without, GError **error);
