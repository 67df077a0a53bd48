#pragma once

#include "ui/kappa-figure-grid.h"
#include "ui/kappa-page.h"

#define KAPPA_TYPE_ANALYSIS_PAGE (kappa_analysis_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaAnalysisPage, kappa_analysis_page, KAPPA, ANALYSIS_PAGE, KappaPage)

/**
 * KappaAnalysisPageClass:
 * @choose: (nullable): what the page proposes where it differs from the analysis' own defaults
 * @make_body: makes what shows the results; by default one figure
 * @reset: another run will be shown
 * @has_body: whether there is anything to show of the results; by default whether there is a figure
 * @update: takes what the result holds now; by default into the figure
 *
 * The page of one analysis. The class is enough for any analysis that has a figure; those with more to show derive.
 */
struct _KappaAnalysisPageClass
{
  KappaPageClass parent_class;

  void       (*choose)    (KappaAnalysisPage *self, KappaAnalysis *analysis);
  GtkWidget *(*make_body) (KappaAnalysisPage *self);
  void       (*reset)     (KappaAnalysisPage *self);
  gboolean   (*has_body)  (KappaAnalysisPage *self);
  void       (*update)    (KappaAnalysisPage *self, KappaResult *result);
};

KappaAnalysis   *kappa_analysis_page_get_analysis (KappaAnalysisPage *self);
gboolean         kappa_analysis_page_needs_data   (KappaAnalysisPage *self);
gboolean         kappa_analysis_page_has_models   (KappaAnalysisPage *self);
KappaFigureGrid *kappa_analysis_page_get_grid     (KappaAnalysisPage *self);
KappaFigure     *kappa_analysis_page_get_figure   (KappaAnalysisPage *self);
KappaResult     *kappa_analysis_page_get_result   (KappaAnalysisPage *self);
char            *kappa_analysis_page_dup_command  (KappaAnalysisPage *self);
char            *kappa_analysis_page_dup_recipe   (KappaAnalysisPage *self);
char            *kappa_analysis_page_dup_provenance (KappaAnalysisPage *self);
