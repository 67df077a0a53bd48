#pragma once

#include <glib.h>

char *kappa_tensor_names_strip (const char **names, guint n);
