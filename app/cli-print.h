#pragma once

#include "core/analysis/analysis.h"

void cli_print_result   (KappaResult *result);
void cli_print_table    (const KappaTable *table);
void cli_print_estimate (const KappaEstimate *estimate, guint n_threads, gboolean json, const char *recipe);
char *cli_describe_estimate (const KappaEstimate *estimate, guint n_threads);
