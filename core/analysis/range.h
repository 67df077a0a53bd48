#pragma once

#include <glib-object.h>

/**
 * KappaRangeKind:
 * @KAPPA_RANGE_VALUES: equally spaced values, both ends included
 * @KAPPA_RANGE_NONE: "none": there is no such axis
 * @KAPPA_RANGE_AUTO: "auto": the analysis chooses, as its documentation says
 */
typedef enum
{
  KAPPA_RANGE_VALUES,
  KAPPA_RANGE_NONE,
  KAPPA_RANGE_AUTO,
} KappaRangeKind;

/**
 * KappaRange:
 * @n: how many values, 0 unless @kind is %KAPPA_RANGE_VALUES
 *
 * Written "first:last:n", e.g. "-1:1:51". A value, nothing to free.
 */
typedef struct
{
  KappaRangeKind kind;
  double first;
  double last;
  guint n;
} KappaRange;

#define KAPPA_RANGE_MAX_VALUES 4096

#define KAPPA_TYPE_RANGE (kappa_range_get_type ())
GType kappa_range_get_type (void);

gboolean kappa_range_parse     (const char *text, KappaRange *range, GError **error);
char    *kappa_range_to_text   (const KappaRange *range);
double   kappa_range_get_value (const KappaRange *range, guint index);
double  *kappa_range_values    (const KappaRange *range);
