#include "ui/plot/scale-choice.h"

#include <math.h>
#include <stdlib.h>

GType
kappa_scale_choice_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_SCALE_CHOICE_AUTO, "KAPPA_SCALE_CHOICE_AUTO", "auto" },
        { KAPPA_SCALE_CHOICE_LINEAR, "KAPPA_SCALE_CHOICE_LINEAR", "linear" },
        { KAPPA_SCALE_CHOICE_LOG, "KAPPA_SCALE_CHOICE_LOG", "log" },
        { KAPPA_SCALE_CHOICE_SYMLOG, "KAPPA_SCALE_CHOICE_SYMLOG", "symlog" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaScaleChoice", values));
    }
  return type;
}

/**
 * kappa_scale_choice_resolve:
 * @suggests_log: what the data say, for %KAPPA_SCALE_CHOICE_AUTO
 *
 * Returns: the scale to draw
 */
KappaScale
kappa_scale_choice_resolve (KappaScaleChoice choice, gboolean suggests_log)
{
  static const KappaScale scales[]
      = { KAPPA_SCALE_LINEAR, KAPPA_SCALE_LINEAR, KAPPA_SCALE_LOG, KAPPA_SCALE_SYMLOG };

  return choice == KAPPA_SCALE_CHOICE_AUTO && suggests_log ? KAPPA_SCALE_LOG : scales[choice];
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/**
 * kappa_values_suggest_log:
 * @values: those that are not finite do not count
 *
 * Returns: whether a linear scale would hide the shape: all values are positive, and nine tenths of
 * the way up they are more than 50 times the smallest
 */
gboolean
kappa_values_suggest_log (const double *values, gsize n)
{
  g_autofree double *sorted = g_new (double, MAX (n, 1));
  gsize n_finite = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      sorted[n_finite++] = values[i];
  qsort (sorted, n_finite, sizeof *sorted, compare);
  return n_finite >= 3 && sorted[0] > 0.0 && sorted[(n_finite - 1) * 9 / 10] > 50.0 * sorted[0];
}
