#pragma once

#include <glib.h>

/* Raised whenever the same recipe may give other bits than before. */
#define KAPPA_ENGINE_VERSION 2

const char *kappa_engine_get_isa (void);
