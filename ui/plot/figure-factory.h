#pragma once

#include "ui/plot/figure.h"

GPtrArray   *kappa_figure_list_classes   (void);
char       **kappa_figure_list_kinds     (const char *analysis);
KappaFigure *kappa_figure_new_for_result (const char *analysis, KappaResult *result, GError **error);
KappaFigure *kappa_figure_new_of_kind    (const char *analysis, const char *kind, KappaResult *result, GError **error);
