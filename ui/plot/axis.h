#pragma once

#include <glib.h>

/**
 * KappaScale:
 * @KAPPA_SCALE_SYMLOG: linear within ±threshold, logarithmic beyond; for values of both signs
 */
typedef enum
{
  KAPPA_SCALE_LINEAR,
  KAPPA_SCALE_LOG,
  KAPPA_SCALE_SYMLOG,
} KappaScale;

#define KAPPA_AXIS_MAX_TICKS 64

/**
 * KappaTick:
 * @label: UTF-8 with a true minus sign; "" for a minor tick
 */
typedef struct
{
  double value;
  char label[28];
} KappaTick;

/**
 * KappaAxis:
 * @low, @high: what stands at 0 and at 1, @low < @high; both positive on a logarithmic axis
 * @threshold: of a symlog scale
 *
 * A map from values to 0 … 1, and its ticks. A value, nothing to free.
 */
typedef struct
{
  KappaScale scale;
  double low, high;
  double threshold;
  guint n_ticks;
  KappaTick ticks[KAPPA_AXIS_MAX_TICKS];
} KappaAxis;

void     kappa_axis_init       (KappaAxis *axis, KappaScale scale, double low, double high);
double   kappa_axis_transform  (const KappaAxis *axis, double value);
double   kappa_axis_place      (const KappaAxis *axis, double value);
double   kappa_axis_value      (const KappaAxis *axis, double place);
gboolean kappa_axis_can_show   (const KappaAxis *axis, double value);
void     kappa_axis_make_ticks (KappaAxis *axis, guint most);
guint    kappa_axis_levels     (const KappaAxis *axis, guint most, double *levels, guint capacity);
char    *kappa_axis_dup_number (const KappaAxis *axis, double value);

char    *kappa_format_value    (double value, int digits);
char    *kappa_format_short    (double value, int digits);
char    *kappa_format_count    (gsize n);
