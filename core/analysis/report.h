#pragma once

#include "core/analysis/analysis.h"

#define KAPPA_TYPE_REPORT (kappa_report_get_type ())
G_DECLARE_FINAL_TYPE (KappaReport, kappa_report, KAPPA, REPORT, KappaAnalysis)
