#include "core/models/choices.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

/*
 * What no tensor of a file shows, as settings by name. All but two choose among a few words.
 */

#define MAX_WORDS 4

typedef struct
{
  const char *key;
  gsize field; /* an int of KappaChoices, whose value is the number of the word */
  const char *words[MAX_WORDS];
  const char *meaning;
} Row;

static const Row rows[] = {
  { "stride",
    G_STRUCT_OFFSET (KappaChoices, stride_first),
    { "second", "first" },
    "the convolution of a bottleneck that has the stride" },
  { "background",
    G_STRUCT_OFFSET (KappaChoices, drop_background),
    { "keep", "drop" },
    "what becomes of a first class that is TensorFlow's background" },
  { "gelu", G_STRUCT_OFFSET (KappaChoices, gelu_tanh), { "erf", "tanh" }, "how gelu is computed" },
  { "positions",
    G_STRUCT_OFFSET (KappaChoices, positions),
    { "bicubic", "bicubic-corners", "bilinear", "bilinear-corners" },
    "how learnt positions are made to fit another image size" },
};

/* Booleans and enumerations alike. */
G_STATIC_ASSERT (sizeof (gboolean) == sizeof (KappaPositions));

gboolean
kappa_choices_has_key (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].key, key) == 0)
      return TRUE;
  return strcmp (key, "eps") == 0 || strcmp (key, "heads") == 0;
}

static gboolean
set_epsilon (KappaChoices *choices, const char *value, GError **error)
{
  char *end;
  double epsilon = g_ascii_strtod (value, &end);

  if (end == value || *end != '\0' || !isfinite (epsilon) || epsilon <= 0.0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "eps is “%s”, expected a number above 0 such as 1e-5", value);
      return FALSE;
    }
  choices->norm_epsilon = epsilon;
  return TRUE;
}

static gboolean
set_heads (KappaChoices *choices, const char *value, GError **error)
{
  if (g_ascii_string_to_signed (value, 10, 1, 1024, &choices->heads, NULL))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "heads is “%s”, expected the number of attention heads, from 1 to 1024", value);
  return FALSE;
}

static gboolean
set_word (KappaChoices *choices, const Row *row, const char *value, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (int word = 0; word < MAX_WORDS && row->words[word] != NULL; word++)
    {
      if (strcmp (row->words[word], value) == 0)
        {
          G_STRUCT_MEMBER (int, choices, row->field) = word;
          return TRUE;
        }
      g_string_prepend (known, word == 0 ? row->words[word] : " or ");
      if (word > 0)
        g_string_prepend (known, row->words[word]);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s is “%s”, expected %s: %s", row->key,
               value, known->str, row->meaning);
  return FALSE;
}

/**
 * kappa_choices_set:
 * @key: one of which kappa_choices_has_key() is true
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if the value makes no sense
 */
gboolean
kappa_choices_set (KappaChoices *choices, const char *key, const char *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].key, key) == 0)
      return set_word (choices, &rows[i], value, error);
  return strcmp (key, "heads") == 0 ? set_heads (choices, value, error)
                                    : set_epsilon (choices, value, error);
}

/**
 * kappa_choices_to_text:
 *
 * Returns: (transfer full): all of them, so that equal choices have equal text
 */
char *
kappa_choices_to_text (const KappaChoices *choices)
{
  GString *text = g_string_new ("eps=");
  char epsilon[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (epsilon, sizeof epsilon, "%.15g", choices->norm_epsilon));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (text, ",%s=%s", rows[i].key,
                            rows[i].words[G_STRUCT_MEMBER (int, choices, rows[i].field)]);
  /* Left away where nobody chose it, as in all texts from before it could be chosen. */
  if (choices->heads > 0)
    g_string_append_printf (text, ",heads=%" G_GINT64_FORMAT, choices->heads);
  return g_string_free (text, FALSE);
}
