#pragma once

#include "ui/plot/figure.h"

/**
 * KappaReportFigure:
 *
 * The geometry of one checkpoint or of two side by side: the table, and below it the figures of what it sums up, on
 * common scales. One page for the screen and for paper. View properties:
 *
 * - "parts": whether the figures stand below the table
 */
#define KAPPA_TYPE_REPORT_FIGURE (kappa_report_figure_get_type ())
G_DECLARE_FINAL_TYPE (KappaReportFigure, kappa_report_figure, KAPPA, REPORT_FIGURE, KappaFigure)

KappaFigure *kappa_report_figure_new (void);
