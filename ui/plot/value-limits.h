#pragma once

#include <glib-object.h>
#include <math.h>

/**
 * KappaLimits:
 *
 * The two ends of a scale, @low < @high; both NaN while the figure chooses them. Written "low:high" or "auto".
 * A value, nothing to free.
 */
typedef struct
{
  double low, high;
} KappaLimits;

#define KAPPA_LIMITS_AUTO ((KappaLimits){ (double) NAN, (double) NAN })

#define KAPPA_TYPE_LIMITS (kappa_limits_get_type ())
GType kappa_limits_get_type (void);

gboolean kappa_limits_is_auto (const KappaLimits *limits);
gboolean kappa_limits_equal   (const KappaLimits *a, const KappaLimits *b);
gboolean kappa_limits_parse   (const char *text, KappaLimits *limits, GError **error);
char    *kappa_limits_to_text (const KappaLimits *limits);
char    *kappa_plain_number   (double value);
