#pragma once

#include <glib.h>

/* What an optimiser's own arrays are called, in files that Flax and big_vision save while they train. */
#define KAPPA_TENSOR_NAMES_STATE "opt/"

char *kappa_tensor_names_strip (const char **names, guint n);
