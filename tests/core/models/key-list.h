#pragma once

#include "core/models/recogniser.h"

KappaTensorTable *kappa_test_read_keys (const char *path);
KappaTensorTable *kappa_test_copy_table (const KappaTensorTable *table, const char *without);
