#include "app/cli-arguments.h"

#include <string.h>

#include "core/base/error.h"

struct _CliArguments
{
  GPtrArray *options; /* of CliOption */
  GHashTable *values; /* name → GPtrArray of texts, in the order given */
  GPtrArray *places;  /* positional arguments */
};

static void
cli_option_free (gpointer data)
{
  CliOption *option = data;

  g_free (option->name);
  g_free (option->metavar);
  g_free (option->blurb);
  g_free (option->fallback);
  g_free (option->notes);
  g_free (option);
}

CliArguments *
cli_arguments_new (void)
{
  CliArguments *self = g_new (CliArguments, 1);

  self->options = g_ptr_array_new_with_free_func (cli_option_free);
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->places = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
cli_arguments_free (CliArguments *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->options);
  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->places);
  g_free (self);
}

static const CliOption *
find_option (CliArguments *self, const char *name)
{
  for (guint i = 0; i < self->options->len; i++)
    {
      const CliOption *option = g_ptr_array_index (self->options, i);

      if (strcmp (option->name, name) == 0)
        return option;
    }
  return NULL;
}

/**
 * cli_arguments_declare:
 * @group: a literal
 * @metavar: (nullable): %NULL for a switch
 * @fallback: (nullable): the default, for the help
 *
 * Makes an option known. Two of the same name are a bug of ours.
 */
void
cli_arguments_declare (CliArguments *self,
                       const char *group,
                       const char *name,
                       const char *metavar,
                       const char *fallback,
                       const char *blurb)
{
  CliOption *option = g_new0 (CliOption, 1);

  g_assert (find_option (self, name) == NULL);
  option->group = group;
  option->name = g_strdup (name);
  option->metavar = g_strdup (metavar);
  option->fallback = g_strdup (fallback);
  option->blurb = g_strdup (blurb);
  g_ptr_array_add (self->options, option);
}

/**
 * cli_arguments_add_note:
 *
 * Adds a line to the help of the option declared last.
 */
void
cli_arguments_add_note (CliArguments *self, const char *note)
{
  CliOption *option = g_ptr_array_index (self->options, self->options->len - 1);
  char *longer = g_strconcat (option->notes != NULL ? option->notes : "", note, "\n", NULL);

  g_free (option->notes);
  option->notes = longer;
}

/* Levenshtein's distance: how many letters to insert, remove or replace. */
static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint replaced = diagonal + (a[i] != b[j]);

          diagonal = row[j + 1];
          row[j + 1] = MIN (replaced, MIN (row[j], row[j + 1]) + 1);
        }
    }
  return row[n];
}

/**
 * cli_nearest:
 *
 * Returns: (transfer full) (nullable): the known word that @word is most likely meant to be; %NULL
 * if none is near
 */
char *
cli_nearest (const char *word, const char *const *known, guint n)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);
  guint best = (guint) strlen (word) / 2 + 1;
  const char *nearest = NULL;

  for (guint i = 0; i < n; i++)
    {
      gboolean begins = strlen (word) >= 3 && g_str_has_prefix (known[i], lower);
      guint steps = begins ? 0 : distance (lower, known[i]);

      if (steps < best)
        {
          best = steps;
          nearest = known[i];
        }
    }
  return g_strdup (nearest);
}

static gboolean
refuse_unknown (CliArguments *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *nearest = NULL;

  for (guint i = 0; i < self->options->len; i++)
    g_ptr_array_add (names, ((CliOption *) g_ptr_array_index (self->options, i))->name);
  nearest = cli_nearest (name, (const char *const *) names->pdata, names->len);
  if (nearest != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                 "there is no option --%s; did you mean --%s?", name, nearest);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                 "there is no option --%s; --help lists them", name);
  return FALSE;
}

static void
keep (CliArguments *self, const char *name, const char *value)
{
  GPtrArray *values = g_hash_table_lookup (self->values, name);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->values, g_strdup (name), values);
    }
  g_ptr_array_add (values, g_strdup (value));
}

static gboolean
keep_switch (CliArguments *self, const char *name, const char *value, GError **error)
{
  if (value != NULL && strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "--%s is a switch: %s was given, expected true or false, or nothing", name,
                   value);
      return FALSE;
    }
  keep (self, name, value != NULL ? value : "true");
  return TRUE;
}

/* An argument that begins with two dashes. Moves @arguments to the last one it used. */
static gboolean
parse_option (CliArguments *self, char ***arguments, GError **error)
{
  const char *text = **arguments + 2;
  const char *equals = strchr (text, '=');
  g_autofree char *name
      = equals != NULL ? g_strndup (text, (gsize) (equals - text)) : g_strdup (text);
  const CliOption *option = find_option (self, name);
  const char *next = (*arguments)[1];

  if (option == NULL)
    return refuse_unknown (self, name, error);
  if (option->metavar == NULL)
    return keep_switch (self, name, equals != NULL ? equals + 1 : NULL, error);
  if (equals == NULL && (next == NULL || g_str_has_prefix (next, "--")))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "--%s needs a value: --%s=%s", name, name,
                   option->metavar);
      return FALSE;
    }
  keep (self, name, equals != NULL ? equals + 1 : next);
  if (equals == NULL)
    (*arguments)++;
  return TRUE;
}

/**
 * cli_arguments_parse:
 * @arguments: (array zero-terminated=1): what follows the command
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the argument
 */
gboolean
cli_arguments_parse (CliArguments *self, char **arguments, GError **error)
{
  gboolean options = TRUE;

  for (; *arguments != NULL; arguments++)
    {
      const char *argument = *arguments;

      if (options && strcmp (argument, "--") == 0)
        options = FALSE;
      else if (options && g_str_has_prefix (argument, "--"))
        {
          if (!parse_option (self, &arguments, error))
            return FALSE;
        }
      else if (options && strcmp (argument, "-h") == 0)
        keep (self, "help", "true");
      else if (options && argument[0] == '-' && argument[1] != '\0')
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "there is no option %s; options begin with two dashes", argument);
          return FALSE;
        }
      else if (*argument == '\0')
        {
          g_set_error_literal (
              error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
              "an argument is empty, expected the name of a file; is a variable of "
              "the shell not set?");
          return FALSE;
        }
      else
        g_ptr_array_add (self->places, g_strdup (argument));
    }
  return TRUE;
}

/**
 * cli_arguments_knows:
 *
 * Returns: whether the option was declared
 */
gboolean
cli_arguments_knows (CliArguments *self, const char *name)
{
  return find_option (self, name) != NULL;
}

/**
 * cli_arguments_has:
 *
 * Returns: whether the option was given
 */
gboolean
cli_arguments_has (CliArguments *self, const char *name)
{
  return g_hash_table_contains (self->values, name);
}

/**
 * cli_arguments_get:
 *
 * Returns: (transfer none) (nullable): the option's value, the last if it was given more than once
 */
const char *
cli_arguments_get (CliArguments *self, const char *name)
{
  const GPtrArray *values = g_hash_table_lookup (self->values, name);

  return values != NULL ? g_ptr_array_index (values, values->len - 1) : NULL;
}

gboolean
cli_arguments_get_switch (CliArguments *self, const char *name)
{
  return g_strcmp0 (cli_arguments_get (self, name), "true") == 0;
}

/**
 * cli_arguments_get_all:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): all values of the option, in order
 */
const char *const *
cli_arguments_get_all (CliArguments *self, const char *name, guint *n)
{
  const GPtrArray *values = g_hash_table_lookup (self->values, name);

  *n = values != NULL ? values->len : 0;
  return values != NULL ? (const char *const *) values->pdata : NULL;
}

/**
 * cli_arguments_get_places:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): the arguments that are no options
 */
const char *const *
cli_arguments_get_places (CliArguments *self, guint *n)
{
  *n = self->places->len;
  return (const char *const *) self->places->pdata;
}

/**
 * cli_arguments_get_options:
 *
 * Returns: (transfer none) (element-type CliOption): all that were declared, in order
 */
const GPtrArray *
cli_arguments_get_options (CliArguments *self)
{
  return self->options;
}
