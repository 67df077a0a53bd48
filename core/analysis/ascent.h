#pragma once

#include <gio/gio.h>

/*
 * The largest value of a function in a ball, by projected gradient ascent with momentum and a step that is halved when
 * it brings no progress (APGD: F. Croce, M. Hein, ICML 2020), as used for sharpness by M. Andriushchenko et al.
 * (ICML 2023): first step 2·ρ, momentum 3/4, first look at the progress after 22 % of the steps.
 */

/**
 * KappaBall:
 * @KAPPA_BALL_L2: Euclidean length at most ρ
 * @KAPPA_BALL_LINF: every coordinate at most ρ
 */
typedef enum
{
  KAPPA_BALL_L2,
  KAPPA_BALL_LINF,
} KappaBall;

#define KAPPA_TYPE_BALL (kappa_ball_get_type ())
GType kappa_ball_get_type (void);

typedef struct _KappaAscent KappaAscent;

KappaAscent  *kappa_ascent_new             (KappaBall ball, double rho, guint n_steps, gsize n);
void          kappa_ascent_free            (KappaAscent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaAscent, kappa_ascent_free)

guint         kappa_ascent_get_step        (KappaAscent *self);
gboolean      kappa_ascent_is_done         (KappaAscent *self);
const double *kappa_ascent_get_position    (KappaAscent *self);
void          kappa_ascent_tell            (KappaAscent *self, double value, const double *gradient);
double        kappa_ascent_get_best        (KappaAscent *self, double *growth);
const double *kappa_ascent_get_best_position (KappaAscent *self);
const double *kappa_ascent_get_values      (KappaAscent *self);

gsize         kappa_ascent_get_state_size  (guint n_steps, gsize n);
void          kappa_ascent_save            (KappaAscent *self, double *state);
gboolean      kappa_ascent_restore         (KappaAscent *self, const double *state);

void          kappa_ball_step              (KappaBall ball, double length, const double *gradient, gsize n, double *step);
double        kappa_norm                   (const double *values, gsize n);
