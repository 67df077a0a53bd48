#pragma once

#include <glib.h>

void        kappa_blas_use_one_thread (void);
const char *kappa_blas_kernels        (void);
