#include "ui/plot/value-limits.h"

#include <string.h>

#include "core/base/error.h"

static gpointer
limits_copy (gpointer boxed)
{
  return g_memdup2 (boxed, sizeof (KappaLimits));
}

G_DEFINE_BOXED_TYPE (KappaLimits, kappa_limits, limits_copy, g_free)

/**
 * kappa_limits_is_auto:
 *
 * Returns: whether the figure chooses; also for %NULL, the value of an unset property
 */
gboolean
kappa_limits_is_auto (const KappaLimits *limits)
{
  return limits == NULL || isnan (limits->low) || isnan (limits->high);
}

/**
 * kappa_limits_equal:
 *
 * Returns: whether both are automatic or both have the same ends
 */
gboolean
kappa_limits_equal (const KappaLimits *a, const KappaLimits *b)
{
  if (kappa_limits_is_auto (a) || kappa_limits_is_auto (b))
    return kappa_limits_is_auto (a) == kappa_limits_is_auto (b);
  return a->low == b->low && a->high == b->high;
}

/**
 * kappa_limits_parse:
 * @text: "low:high" with a decimal point whatever the locale, or "auto"
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE and @limits as it was
 */
gboolean
kappa_limits_parse (const char *text, KappaLimits *limits, GError **error)
{
  char *end;
  double low, high;

  if (strcmp (text, "auto") == 0)
    {
      *limits = KAPPA_LIMITS_AUTO;
      return TRUE;
    }
  low = g_ascii_strtod (text, &end);
  if (end != text && *end == ':')
    {
      const char *second = end + 1;

      high = g_ascii_strtod (second, &end);
      if (end != second && *end == '\0' && isfinite (low) && isfinite (high) && low < high)
        {
          *limits = (KappaLimits) { low, high };
          return TRUE;
        }
    }
  g_set_error (
      error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
      "“%s” is not a pair of limits: expected LOW:HIGH with LOW below HIGH, such as 0.1:5, or auto",
      text);
  return FALSE;
}

/**
 * kappa_plain_number:
 *
 * Returns: (transfer full): the number as people write it, "90" and "0.1", that reads back to the
 * same bits whatever the locale
 */
char *
kappa_plain_number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_dtostr (text, sizeof text, value);
  return g_strdup (text);
}

/**
 * kappa_limits_to_text:
 *
 * Returns: (transfer full): what kappa_limits_parse() reads back to the same bits
 */
char *
kappa_limits_to_text (const KappaLimits *limits)
{
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;

  if (kappa_limits_is_auto (limits))
    return g_strdup ("auto");
  low = kappa_plain_number (limits->low);
  high = kappa_plain_number (limits->high);
  return g_strdup_printf ("%s:%s", low, high);
}
