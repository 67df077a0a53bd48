#pragma once

#include "core/analysis/result.h"

KappaResult *kappa_landscape_import (const char *path, GCancellable *cancellable, GError **error);
