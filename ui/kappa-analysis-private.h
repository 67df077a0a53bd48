#pragma once

#include "ui/kappa-analysis-page.h"
#include "ui/kappa-estimator.h"
#include "ui/kappa-facts.h"
#include "ui/kappa-parameter-pane.h"
#include "ui/kappa-readout.h"
#include "ui/kappa-reproduce-row.h"
#include "ui/kappa-run-view.h"
#include "ui/kappa-saved-view.h"

typedef struct
{
  GType analysis_type;
  KappaAnalysis *analysis; /* what the next run will compute */
  KappaEstimator *estimator;

  KappaRunView *view;
  KappaFigureGrid *grid;
  GtkWidget *side, *tools;
  KappaParameterPane *pane;
  GtkWidget *estimate;
  KappaFacts *facts;
  KappaReadout *readout;
  KappaReproduceRow *reproduce;

  KappaRunItem *item; /* what is shown */
  KappaRunner *runner;
  KappaResult *result;
  KappaFigure *figure;
  KappaSavedView *saved_view;
  GCancellable *loading;
  gboolean adopting; /* the parameters are being set to those of the run that is shown */
} KappaAnalysisPagePrivate;

/* kappa-analysis-page.c */
KappaAnalysisPagePrivate *kappa_analysis_page_get_private (KappaAnalysisPage *self);
void          kappa_analysis_page_ask_estimate (KappaAnalysisPage *self);

/* kappa-analysis-parts.c */
void          kappa_analysis_page_make_tools    (KappaAnalysisPage *self);
void          kappa_analysis_page_show_estimate (KappaAnalysisPage *self, const char *text);
void          kappa_analysis_page_make_side     (KappaAnalysisPage *self);

/* kappa-analysis-run.c */
void          kappa_analysis_page_show_run     (KappaPage *page, KappaRunItem *item);
void          kappa_analysis_page_forget_run   (KappaAnalysisPage *self);
KappaRunItem *kappa_analysis_page_find_run     (KappaAnalysisPage *self);
void          kappa_analysis_page_follow_desk  (KappaAnalysisPage *self);
