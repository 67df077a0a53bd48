#pragma once

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_PREDICTIONS_PAGE (kappa_predictions_page_get_type ())
G_DECLARE_FINAL_TYPE (KappaPredictionsPage, kappa_predictions_page, KAPPA, PREDICTIONS_PAGE, KappaAnalysisPage)
