#include "core/base/error.h"

G_DEFINE_QUARK (kappa-error-quark, kappa_error)
