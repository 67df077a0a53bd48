#pragma once

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_GEOMETRY_PAGE (kappa_geometry_page_get_type ())
G_DECLARE_FINAL_TYPE (KappaGeometryPage, kappa_geometry_page, KAPPA, GEOMETRY_PAGE, KappaAnalysisPage)
