#include "core/models/choices.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

/*
 * What no tensor of a file shows, as settings by name. All but one choose among a few words.
 */

#define MAX_WORDS 4

static guint
get_stride (const KappaChoices *choices)
{
  return choices->stride_first;
}

static void
set_stride (KappaChoices *choices, guint word)
{
  choices->stride_first = word != 0;
}

static guint
get_background (const KappaChoices *choices)
{
  return choices->drop_background;
}

static void
set_background (KappaChoices *choices, guint word)
{
  choices->drop_background = word != 0;
}

static guint
get_gelu (const KappaChoices *choices)
{
  return choices->gelu_tanh;
}

static void
set_gelu (KappaChoices *choices, guint word)
{
  choices->gelu_tanh = word != 0;
}

static guint
get_positions (const KappaChoices *choices)
{
  return choices->positions;
}

static void
set_positions (KappaChoices *choices, guint word)
{
  choices->positions = (KappaPositions)word;
}

static const struct
{
  const char *key;
  const char *words[MAX_WORDS]; /* by the value's number */
  const char *meaning;
  guint (*get) (const KappaChoices *choices);
  void (*set) (KappaChoices *choices, guint word);
} rows[] = {
  { "stride",
    { "second", "first" },
    "the convolution of a bottleneck that has the stride",
    get_stride,
    set_stride },
  { "background",
    { "keep", "drop" },
    "what becomes of a first class that is TensorFlow's background",
    get_background,
    set_background },
  { "gelu", { "erf", "tanh" }, "how gelu is computed", get_gelu, set_gelu },
  { "positions",
    { "bicubic", "bicubic-corners", "bilinear", "bilinear-corners" },
    "how learnt positions are made to fit another image size",
    get_positions,
    set_positions },
};

gboolean
kappa_choices_has_key (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].key, key) == 0)
      return TRUE;
  return strcmp (key, "eps") == 0;
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
set_word (KappaChoices *choices, guint row, const char *value, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint word = 0; word < MAX_WORDS && rows[row].words[word] != NULL; word++)
    {
      if (strcmp (rows[row].words[word], value) == 0)
        {
          rows[row].set (choices, word);
          return TRUE;
        }
      g_string_prepend (known, word == 0 ? rows[row].words[word] : " or ");
      if (word > 0)
        g_string_prepend (known, rows[row].words[word]);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s is “%s”, expected %s: %s", rows[row].key,
               value, known->str, rows[row].meaning);
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
      return set_word (choices, i, value, error);
  return set_epsilon (choices, value, error);
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
    g_string_append_printf (text, ",%s=%s", rows[i].key, rows[i].words[rows[i].get (choices)]);
  return g_string_free (text, FALSE);
}
