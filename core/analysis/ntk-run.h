#pragma once

#include "core/analysis/ntk-gram.h"

gboolean kappa_ntk_check_memory (KappaNtkGram *gram, KappaContext *context, guint64 *bytes, GError **error);
gboolean kappa_ntk_compute      (KappaNtkGram *gram, KappaResult *result, KappaContext *context, double *kernel,
                                 GError **error);
void     kappa_ntk_forget       (KappaResult *result);
gboolean kappa_ntk_summarise    (KappaNtkGram *gram, guint n_folds, double rounding, const char *description,
                                 const double *kernel, KappaResult *result, KappaContext *context, GError **error);
