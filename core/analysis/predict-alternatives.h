#pragma once

#include "core/analysis/predict-members.h"
#include "core/analysis/predict-tables.h"

/*
 * What the parts of an average say alone: each network of several, and the preset's own crop of several views.
 */

void kappa_predict_alternatives_declare   (KappaPredictMembers *members, KappaResult *result, gboolean labelled,
                                           const KappaPredictWords *words);
void kappa_predict_alternatives_keep      (KappaPredictMembers *members, KappaResult *result, gboolean labelled,
                                           gint64 first, gint64 count, const gint32 *labels);
void kappa_predict_alternatives_add_table (KappaPredictMembers *members, KappaResult *result, gboolean labelled,
                                           const char *description);
void kappa_predict_alternatives_add_gains (KappaPredictMembers *members, KappaResult *result, const char *description);
