#pragma once

#include <glib.h>

/*
 * What some points drawn at random say about all of them, whatever the distribution: of n points k were off by more
 * than was allowed, so, with the confidence 1 − α, no larger share of all is than an upper bound.
 */

/* What is said is said of all but this share. */
#define KAPPA_HELD_OUT_SHARE 0.05

double  kappa_held_out_alpha       (guint round);
gsize   kappa_held_out_count       (double share, double alpha);
double  kappa_held_out_bound_share (gsize n, gsize k, double alpha);
gsize   kappa_held_out_rank        (gsize n, double share, double alpha);
