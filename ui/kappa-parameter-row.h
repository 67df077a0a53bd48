#pragma once

#include <gtk/gtk.h>

#include "core/analysis/analysis.h"

GtkWidget *kappa_parameter_row_new (KappaAnalysis *analysis, const KappaProperty *property);
