#pragma once

#include "core/analysis/json-writer.h"
#include "core/analysis/result.h"

/*
 * A result as JSON. A number that is NaN or infinite is the string "NaN", "Infinity" or "-Infinity"; what was not
 * computed yet is null.
 */

void  kappa_result_write_json (KappaResult *self, KappaJsonWriter *writer);
char *kappa_result_to_json    (KappaResult *self, const char *recipe);
