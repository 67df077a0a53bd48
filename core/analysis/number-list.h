#pragma once

#include <glib.h>

/**
 * KappaNumberListRule:
 * @what: the parameter, for messages
 * @words: (array zero-terminated=1): what may stand instead of numbers
 * @whole: whether numbers must be integers
 * @minimum, @maximum: of a number
 */
typedef struct
{
  const char *what;
  const char *const *words;
  gboolean whole;
  double minimum, maximum;
} KappaNumberListRule;

/* More numbers than these are refused. */
#define KAPPA_NUMBER_LIST_MAX 256

gboolean kappa_number_list_parse (const KappaNumberListRule *rule, const char *text, GArray **numbers, const char **word,
                                  GError **error);
