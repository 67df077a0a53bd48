#pragma once

#include "core/analysis/context.h"

/*
 * Power iteration with deflation as PyHessian does it (hessian.py of release 0.1 and later): from random vectors, until the
 * value changes by less than a thousandth of itself, or for 100 products; what it returns is the value before the last.
 * It says nothing of how far off that is: that is what it is here for.
 */

typedef struct _KappaPower KappaPower;

KappaPower   *kappa_power_new           (gsize n, guint n_values, guint64 seed, const char *stream);
void          kappa_power_free          (KappaPower *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPower, kappa_power_free)

gboolean      kappa_power_is_done       (KappaPower *self);
const double *kappa_power_get_vector    (KappaPower *self);
void          kappa_power_tell          (KappaPower *self, const double *product);
double        kappa_power_get_value     (KappaPower *self, guint index);
guint         kappa_power_get_n_products (KappaPower *self, guint index);

gsize         kappa_power_get_state_size (gsize n, guint n_values);
void          kappa_power_save          (KappaPower *self, double *state);
void          kappa_power_restore       (KappaPower *self, const double *state);
