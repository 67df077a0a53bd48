#pragma once

#include "ui/plot/report-figure.h"

#define KAPPA_REPORT_MODELS 2

/**
 * KappaReportCell:
 * @known: whether there is a number yet
 * @low, @high: within what it is known, numerically
 * @sample_low, @sample_high: within what other images would find it; NaN where that was not asked
 */
typedef struct
{
  gboolean known;
  double value, low, high, sample_low, sample_high;
  char *certainty;
} KappaReportCell;

/**
 * KappaReportLine:
 * @difference: the second minus the first
 */
typedef struct
{
  char *title, *unit, *images, *definition;
  KappaReportCell cells[KAPPA_REPORT_MODELS];
  KappaReportCell difference;
} KappaReportLine;

/**
 * KappaReportPart:
 *
 * A figure below the table.
 */
typedef struct
{
  KappaFigure *figure;
  char *title;
} KappaReportPart;

struct _KappaReportFigure
{
  KappaFigure parent_instance;

  gboolean show_parts;

  guint n_models;
  char *names[KAPPA_REPORT_MODELS];
  GArray *lines; /* of KappaReportLine */
  GArray *parts; /* of KappaReportPart */
};

const KappaReportLine *kappa_report_get_line (KappaReportFigure *self, guint i);
char   *kappa_report_letter       (KappaReportFigure *self, guint model);

/* report-data.c */
gboolean kappa_report_read_lines  (KappaReportFigure *self, KappaResult *result, GError **error);
void     kappa_report_read_parts  (KappaReportFigure *self, KappaResult *result);

/* report-table.c */
double   kappa_report_row_height  (KappaPen *pen);
void     kappa_report_draw_table  (KappaReportFigure *self, KappaPen *pen, const KappaRect *area, double row);
char    *kappa_report_describe_line (KappaReportFigure *self, const KappaReportLine *line);
