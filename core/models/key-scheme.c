#include "core/models/key-scheme.h"

#include <string.h>

/* What the variables of a pattern stand for in one name. */
typedef struct
{
  guint numbers[26];
  const char *rest;
} Bindings;

/* Reads a number without leading zeros; the caller knows that @text begins with a digit. */
static gboolean
take_number (const char **text, guint *number)
{
  const char *begin = *text;
  guint64 value = 0;

  while (g_ascii_isdigit (**text) && value < 100000)
    value = value * 10 + (guint)(*(*text)++ - '0');
  *number = (guint)value;
  return value < 100000 && (*begin != '0' || *text == begin + 1);
}

static gboolean
match_pattern (const char *pattern, const char *name, Bindings *bindings)
{
  while (*pattern != '\0')
    {
      if (g_str_has_prefix (pattern, "{*}"))
        {
          bindings->rest = name;
          return *name != '\0';
        }
      if (*pattern == '{')
        {
          if (!g_ascii_isdigit (*name)
              || !take_number (&name, &bindings->numbers[pattern[1] - 'a']))
            return FALSE;
          pattern += strlen ("{x}");
        }
      else if (*pattern++ != *name++)
        return FALSE;
    }
  return *name == '\0';
}

/* Returns: %FALSE if the number is negative, or has no letter */
static gboolean
append_number (GString *name, gint64 number, gboolean letter)
{
  if (number < 0 || (letter && number > 'z' - 'a'))
    return FALSE;
  if (letter)
    g_string_append_c (name, (char)('a' + number));
  else
    g_string_append_printf (name, "%" G_GINT64_FORMAT, number);
  return TRUE;
}

/* @text: a letter, perhaps with a factor and a summand behind it */
static gint64
compute_number (const char *text, const Bindings *bindings)
{
  gint64 number = (gint64)bindings->numbers[*text++ - 'a'];

  if (*text == '*')
    {
      char *behind;

      number *= g_ascii_strtoll (text + 1, &behind, 10);
      text = behind;
    }
  return number + g_ascii_strtoll (text, NULL, 10);
}

/* Returns: the name, or %NULL if there is none for such numbers */
static char *
fill_pattern (const char *pattern, const Bindings *bindings)
{
  g_autoptr (GString) name = g_string_new (NULL);

  while (*pattern != '\0')
    {
      const char *end = strchr (pattern, '}');

      if (*pattern != '{' || end == NULL)
        {
          g_string_append_c (name, *pattern++);
          continue;
        }
      if (pattern[1] == '*')
        g_string_append (name, bindings->rest);
      else
        {
          const gint64 number = compute_number (pattern + 1, bindings);

          if (!append_number (name, number, g_str_has_prefix (end - 2, ":a")))
            return NULL;
        }
      pattern = end + 1;
    }
  return g_strdup (name->str);
}

/* "[x]…": Returns: the number bound to x; @axes moves on behind it, and is %NULL if nothing follows
 */
static gint64
take_slice (const char **axes, const Bindings *bindings)
{
  gint64 slice;

  if (*axes == NULL || **axes != '[')
    return -1;
  slice = (gint64)bindings->numbers[(*axes)[1] - 'a'];
  *axes += strlen ("[x]");
  if (**axes == '\0')
    *axes = NULL;
  return slice;
}

/**
 * kappa_key_scheme_find:
 * @canonical: a builder's name for a tensor
 * @place: (out): where a file of this scheme has it; its names to be freed
 *
 * Returns: %FALSE if no rule speaks of it
 */
gboolean
kappa_key_scheme_find (const KappaKeyScheme *self, const char *canonical, KappaKeyPlace *place)
{
  *place = (KappaKeyPlace) { NULL, NULL, -1 };
  if (self->n_rules == 0)
    place->names = g_strdup (canonical);
  for (guint i = 0; i < self->n_rules; i++)
    {
      Bindings bindings = { .rest = "" };

      if (!match_pattern (self->rules[i].canonical, canonical, &bindings))
        continue;
      place->axes = self->rules[i].axes;
      place->slice = take_slice (&place->axes, &bindings);
      place->names = fill_pattern (self->rules[i].file, &bindings);
      break;
    }
  return place->names != NULL;
}

/**
 * kappa_key_axes_apply:
 * @axes: (nullable): as in a rule, without "[x]"
 * @file: a shape as the file gives it
 * @canonical: (out): the same shape in the builder's axes
 *
 * Returns: %FALSE if the rank is not the one @axes is for
 */
gboolean
kappa_key_axes_apply (const char *axes, const KappaShape *file, KappaShape *canonical)
{
  gboolean grouped = FALSE;
  guint n = 0;

  *canonical = *file;
  if (axes == NULL)
    return TRUE;
  *canonical = (KappaShape) { 0 };
  for (; *axes != '\0'; axes++)
    if (*axes == '(' || *axes == ')')
      {
        grouped = *axes == '(';
        if (grouped)
          canonical->dims[canonical->rank++] = 1;
      }
    else if ((guint)(*axes - '0') >= file->rank)
      return FALSE;
    else
      {
        if (!grouped)
          canonical->dims[canonical->rank++] = 1;
        canonical->dims[canonical->rank - 1] *= file->dims[*axes - '0'];
        n++;
      }
  return n == file->rank;
}

/* The digits alone: axes that are one lie as if they were two. */
static void
flatten_axes (const char *axes, char flat[KAPPA_MAX_RANK + 1])
{
  guint n = 0;

  for (; *axes != '\0' && n < KAPPA_MAX_RANK; axes++)
    if (g_ascii_isdigit (*axes))
      flat[n++] = *axes;
  flat[n] = '\0';
}

/**
 * kappa_key_axes_permute:
 * @axes: as in a rule, without "[x]"
 * @file: the shape as the file gives it, of the rank @axes is for
 * @in: elements in the order of the file
 * @out: (out): the same elements in the order of the builder's axes
 */
void
kappa_key_axes_permute (const char *axes,
                        const KappaShape *file,
                        const void *in,
                        void *out,
                        gsize element_size)
{
  gint64 strides[KAPPA_MAX_RANK], index[KAPPA_MAX_RANK] = { 0 }, stride = 1;
  const gint64 n = kappa_shape_size (file);
  char flat[KAPPA_MAX_RANK + 1], *to = out;

  flatten_axes (axes, flat);
  for (guint d = file->rank; d-- > 0; stride *= file->dims[d])
    strides[d] = stride;
  for (gint64 i = 0; i < n; i++, to += element_size)
    {
      gint64 from = 0;

      for (guint d = 0; d < file->rank; d++)
        from += index[d] * strides[flat[d] - '0'];
      memcpy (to, (const char *)in + (gsize)from * element_size, element_size);
      for (guint d = file->rank; d-- > 0;)
        {
          if (++index[d] < file->dims[flat[d] - '0'])
            break;
          index[d] = 0;
        }
    }
}
