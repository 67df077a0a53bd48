#pragma once

#include <gio/gio.h>

GSettings *kappa_settings_new (void);
