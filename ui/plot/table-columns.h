#pragma once

#include "core/analysis/result.h"

int kappa_table_find_number (const KappaTable *table, const char *name);
int kappa_table_find_text   (const KappaTable *table, const char *name);
