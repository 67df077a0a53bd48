#pragma once

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_TABLES_PAGE (kappa_tables_page_get_type ())
G_DECLARE_FINAL_TYPE (KappaTablesPage, kappa_tables_page, KAPPA, TABLES_PAGE, KappaAnalysisPage)
