#include "ui/kappa-words.h"

#include <math.h>
#include <string.h>

#include "ui/plot/axis.h"

/* Numbers, times and sizes as people write them. All return (transfer full) texts. */

/**
 * kappa_words_duration:
 * @seconds: at least 0
 *
 * Returns: two units at most: "12 s", "1 min 12 s", "3 h 5 min"
 */
char *
kappa_words_duration (double seconds)
{
  guint64 s = (guint64)ceil (MAX (seconds, 0.0));

  if (s < 60)
    return g_strdup_printf ("%u s", (guint)s);
  if (s < 600)
    return g_strdup_printf ("%u min %u s", (guint)(s / 60), (guint)(s % 60));
  if (s < 3600)
    return g_strdup_printf ("%u min", (guint)((s + 30) / 60));
  if (s < 48 * 3600)
    return g_strdup_printf ("%u h %u min", (guint)(s / 3600), (guint)(s % 3600 / 60));
  return g_strdup_printf ("%u days", (guint)((s + 43200) / 86400));
}

/**
 * kappa_words_progress:
 *
 * Returns: what is done, how much of it, and how long it will take, as far as that is known
 */
char *
kappa_words_progress (const KappaProgressState *state, gboolean paused)
{
  GString *text = g_string_new (state->message);
  g_autofree char *done = kappa_words_count ((guint64)MAX (state->done, 0.0));
  g_autofree char *total = kappa_words_count ((guint64)MAX (state->total, 0.0));
  g_autofree char *left = kappa_words_duration (state->left);

  /* "Point 136 of 625" says more than how many images that was. */
  if (state->total > 0.0 && strpbrk (state->message, "0123456789") == NULL)
    g_string_append_printf (text, "%s%s of %s", text->len > 0 ? " · " : "", done, total);
  if (paused)
    g_string_append (text, " · paused");
  else if (state->left >= 0.0)
    g_string_append_printf (text, " · %s left", left);
  return g_string_free (text, FALSE);
}

/**
 * kappa_words_count:
 *
 * Returns: all digits in groups of three: "269,722"
 */
char *
kappa_words_count (guint64 n)
{
  return kappa_format_count (n);
}

/**
 * kappa_words_short:
 *
 * Returns: three digits and a word: "11.2 million"
 */
char *
kappa_words_short (guint64 n)
{
  static const struct
  {
    double size;
    const char *word;
  } steps[] = { { 1e12, "trillion" }, { 1e9, "billion" }, { 1e6, "million" } };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if ((double)n >= steps[i].size)
      {
        double scaled = (double)n / steps[i].size;

        return g_strdup_printf ("%.*f %s",
                                scaled < 10.0    ? 2
                                : scaled < 100.0 ? 1
                                                 : 0,
                                scaled, steps[i].word);
      }
  return kappa_words_count (n);
}

char *
kappa_words_bytes (guint64 n)
{
  return g_format_size (n);
}

/**
 * kappa_words_when:
 * @time: microseconds since 1970 UTC
 *
 * Returns: the time of today, else the day
 */
char *
kappa_words_when (gint64 time)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) != g_date_time_get_year (now))
    return g_date_time_format (then, "%e %b %Y");
  if (g_date_time_get_day_of_year (then) != g_date_time_get_day_of_year (now))
    return g_date_time_format (then, "%e %b %H:%M");
  return g_date_time_format (then, "%H:%M");
}

/**
 * kappa_words_title:
 * @name: of a scalar, a table or a column, e.g. "loss_minimum"
 *
 * Returns: "Loss minimum"
 */
char *
kappa_words_title (const char *name)
{
  GString *title = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      /* "top5" is written top-5. */
      if (g_ascii_isdigit (*p) && title->len >= 3
          && g_ascii_strcasecmp (title->str + title->len - 3, "top") == 0)
        g_string_append_c (title, '-');
      g_string_append_c (title, *p == '_' || *p == '-' ? ' ' : *p);
    }
  g_string_replace (title, "macs", "multiply-adds", 0);
  title->str[0] = g_ascii_toupper (title->str[0]);
  return g_string_free (title, FALSE);
}

/**
 * kappa_words_value:
 * @unit: (nullable): "" for a pure number
 */
char *
kappa_words_value (double value, const char *unit)
{
  g_autofree char *number = NULL;

  if (value == floor (value) && fabs (value) < 1e15)
    number = value < 0.0 ? g_strdup_printf ("−%s", kappa_format_count ((gsize)-value))
                         : kappa_format_count ((gsize)value);
  else
    number = kappa_format_value (value, 4);
  if (unit == NULL || *unit == '\0')
    return g_steal_pointer (&number);
  return g_strdup_printf ("%s %s", number, unit);
}

/**
 * kappa_words_scalar:
 *
 * Returns: the value, with its uncertainty where it has one: "87.31 ± 4e−6"
 */
char *
kappa_words_scalar (const KappaScalar *scalar)
{
  g_autofree char *value = kappa_words_value (scalar->value, scalar->unit);

  if (scalar->certainty.kind == KAPPA_RESIDUAL && isfinite (scalar->certainty.residual))
    {
      g_autofree char *residual = kappa_format_value (scalar->certainty.residual, 1);

      return g_strdup_printf ("%s ± %s", value, residual);
    }
  if (scalar->certainty.kind == KAPPA_INTERVAL)
    {
      g_autofree char *low = kappa_format_value (scalar->certainty.low, 3);
      g_autofree char *high = kappa_format_value (scalar->certainty.high, 3);

      return g_strdup_printf ("%s (%s … %s)", value, low, high);
    }
  return g_steal_pointer (&value);
}

/**
 * kappa_words_certainty:
 *
 * Returns: how sure the value is, a sentence: "95 % interval." or "Bounds that hold for certain."
 */
char *
kappa_words_certainty (const KappaScalar *scalar)
{
  switch (scalar->certainty.kind)
    {
    case KAPPA_INTERVAL:
      if (scalar->certainty.level >= 1.0)
        return g_strdup ("Bounds that hold for certain.");
      return g_strdup_printf ("%g %% interval.", 100.0 * scalar->certainty.level);
    case KAPPA_RESIDUAL:
      return g_strdup ("± is the numerical residual.");
    case KAPPA_EXACT:
    default:
      return g_strdup ("Exact up to rounding.");
    }
}
