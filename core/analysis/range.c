#include "core/analysis/range.h"

#include <math.h>

#include "core/analysis/json-writer.h"
#include "core/base/error.h"

static gpointer
range_copy (gpointer range)
{
  return g_memdup2 (range, sizeof (KappaRange));
}

G_DEFINE_BOXED_TYPE (KappaRange, kappa_range, range_copy, g_free)

static gboolean
parse_end (const char *text, double *value)
{
  char *end = NULL;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

/**
 * kappa_range_parse:
 * @text: "first:last:n", "none" or "auto"
 *
 * The ends may come in any order; they are equal only if there is a single value.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, which says what is wrong with the text
 */
gboolean
kappa_range_parse (const char *text, KappaRange *range, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  KappaRange parsed = { .kind = KAPPA_RANGE_VALUES };
  guint64 n;

  if (g_str_equal (text, "none") || g_str_equal (text, "auto"))
    {
      *range = (KappaRange) { .kind = text[0] == 'n' ? KAPPA_RANGE_NONE : KAPPA_RANGE_AUTO };
      return TRUE;
    }
  if (g_strv_length (parts) != 3 || !parse_end (parts[0], &parsed.first)
      || !parse_end (parts[1], &parsed.last)
      || !g_ascii_string_to_unsigned (parts[2], 10, 1, KAPPA_RANGE_MAX_VALUES, &n, NULL))
    {
      g_set_error (
          error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
          "expected FIRST:LAST:COUNT with finite ends and a count from 1 to %d, such as -1:1:51",
          KAPPA_RANGE_MAX_VALUES);
      return FALSE;
    }
  if ((n > 1) == (parsed.first == parsed.last))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   n > 1 ? "%u values need two different ends" : "%u value needs two equal ends",
                   (guint) n);
      return FALSE;
    }
  parsed.n = (guint) n;
  *range = parsed;
  return TRUE;
}

/**
 * kappa_range_to_text:
 *
 * Returns: (transfer full): a text that kappa_range_parse() reads back to the same range
 */
char *
kappa_range_to_text (const KappaRange *range)
{
  g_autofree char *first = kappa_number_to_text (range->first);
  g_autofree char *last = kappa_number_to_text (range->last);

  if (range->kind != KAPPA_RANGE_VALUES)
    return g_strdup (range->kind == KAPPA_RANGE_NONE ? "none" : "auto");
  return g_strdup_printf ("%s:%s:%u", first, last, range->n);
}

/**
 * kappa_range_get_value:
 *
 * Returns: the value at @index: both ends exact, and exactly 0 where the middle of a symmetric
 * range is
 */
double
kappa_range_get_value (const KappaRange *range, guint index)
{
  double steps = (double) range->n - 1.0;

  if (index == 0)
    return range->first;
  if (index + 1 == range->n)
    return range->last;
  /* Both ends weighted, so that a symmetric range has symmetric values, to the bit. */
  return (range->first * (steps - (double) index) + range->last * (double) index) / steps;
}

/**
 * kappa_range_values:
 *
 * Returns: (transfer full) (array): all values
 */
double *
kappa_range_values (const KappaRange *range)
{
  double *values = g_new (double, range->n);

  for (guint i = 0; i < range->n; i++)
    values[i] = kappa_range_get_value (range, i);
  return values;
}
