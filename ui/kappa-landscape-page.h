#pragma once

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_LANDSCAPE_PAGE (kappa_landscape_page_get_type ())
G_DECLARE_FINAL_TYPE (KappaLandscapePage, kappa_landscape_page, KAPPA, LANDSCAPE_PAGE, KappaAnalysisPage)
