#pragma once

#include "core/models/tensor-table.h"

const char *kappa_refusal_find     (const KappaTensorTable *table, const char **reason, const char **tensor);
const char *kappa_refusal_guess    (const KappaTensorTable *table, const char **tensor);
