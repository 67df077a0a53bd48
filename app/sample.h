#pragma once

#include <glib.h>

char *kappa_sample_dup_path (const char *name, GError **error);
