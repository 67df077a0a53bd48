#include "core/analysis/number-list.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

static gboolean
refuse (const KappaNumberListRule *rule, const char *text, GError **error)
{
  g_autofree char *joined = g_strjoinv (" or ", (char **)rule->words);
  g_autofree char *words = g_strconcat (joined, *joined != '\0' ? ", or " : "", NULL);

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "%s: %s was given, expected %s%s from %g to %g separated by commas, a row of "
               "them written FIRST:LAST:STEP",
               rule->what, *text != '\0' ? text : "an empty text", words,
               rule->whole ? "integers" : "numbers", rule->minimum, rule->maximum);
  return FALSE;
}

static gboolean
parse_number (const KappaNumberListRule *rule, const char *text, double *number)
{
  char *end = NULL;

  if (*text == '\0' || text[strspn (text, "+-.0123456789eE")] != '\0')
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && *number >= rule->minimum && *number <= rule->maximum
         && (!rule->whole || *number == floor (*number));
}

/* Rising, and each once. */
static gboolean
insert (GArray *numbers, double number)
{
  guint i = 0;

  while (i < numbers->len && g_array_index (numbers, double, i) < number)
    i++;
  if (i == numbers->len || g_array_index (numbers, double, i) != number)
    g_array_insert_val (numbers, i, number);
  return numbers->len <= KAPPA_NUMBER_LIST_MAX;
}

static gboolean
parse_item (const KappaNumberListRule *rule, const char *item, GArray *numbers)
{
  const KappaNumberListRule step_rule
      = { .whole = rule->whole, .minimum = 0.0, .maximum = rule->maximum };
  g_auto (GStrv) parts = g_strsplit (item, ":", 4);
  const guint n = g_strv_length (parts);
  double first, last, step;

  if (n == 1)
    return parse_number (rule, parts[0], &first) && insert (numbers, first);
  if (n != 3 || !parse_number (rule, parts[0], &first) || !parse_number (rule, parts[1], &last)
      || !parse_number (&step_rule, parts[2], &step) || !(step > 0.0) || last < first)
    return FALSE;
  for (guint i = 0; first + i * step <= last * (1.0 + 1e-12); i++)
    if (!insert (numbers, first + i * step))
      return FALSE;
  return TRUE;
}

/**
 * kappa_number_list_parse:
 * @text: a word, or numbers such as "50,101,152" and "128:320:32", whose last is at most 320
 * @numbers: (out) (transfer full) (element-type double): rising, each once; empty for a word
 * @word: (out) (nullable): which of the rule's words it is
 *
 * Returns: %FALSE with KAPPA_ERROR_USAGE that says what was expected
 */
gboolean
kappa_number_list_parse (const KappaNumberListRule *rule,
                         const char *text,
                         GArray **numbers,
                         const char **word,
                         GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) items = g_strsplit (text, ",", -1);

  *word = NULL;
  for (guint i = 0; rule->words[i] != NULL; i++)
    if (strcmp (rule->words[i], text) == 0)
      *word = rule->words[i];
  for (guint i = 0; *word == NULL && items[i] != NULL; i++)
    if (!parse_item (rule, items[i], list))
      return refuse (rule, text, error);
  if (*word == NULL && list->len == 0)
    return refuse (rule, text, error);
  *numbers = g_steal_pointer (&list);
  return TRUE;
}
