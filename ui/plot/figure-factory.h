#pragma once

#include "ui/plot/figure.h"

KappaFigure *kappa_figure_new_for_result (const char *analysis, KappaResult *result, GError **error);
