#include "core/formats/tensor-names.h"

#include <string.h>

/* The names' rest after @prefix must not be empty. */
static gboolean
has_prefix (const char *name, const char *prefix)
{
  return g_str_has_prefix (name, prefix) && name[strlen (prefix)] != '\0';
}

static guint
count_prefixed (const char *const *names, guint n, const char *prefix)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    count += has_prefix (names[i], prefix);
  return count;
}

static void
strip_prefix (const char **names, guint n, const char *prefix, GString *stripped)
{
  for (guint i = 0; i < n; i++)
    if (has_prefix (names[i], prefix))
      names[i] += strlen (prefix);
  g_string_append (stripped, prefix);
}

static gboolean
are_unique (const char *const *names, guint n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    if (!g_hash_table_add (seen, (gpointer)names[i]))
      return FALSE;
  return TRUE;
}

/* Optimisers of Google's libraries keep what is theirs beside the parameters. */
static gboolean
is_state (const char *name)
{
  return g_str_has_prefix (name, KAPPA_TENSOR_NAMES_STATE)
         && !g_str_has_prefix (name, "opt/target/");
}

static gboolean
all_but_state_prefixed (const char *const *names, guint n, const char *prefix)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    if (has_prefix (names[i], prefix))
      count++;
    else if (!is_state (names[i]))
      return FALSE;
  return count > 0;
}

/**
 * kappa_tensor_names_strip:
 * @names: (array length=n): tensors' names, all different; moved on to behind what is stripped
 *
 * Takes away what training frameworks put in front of names. DataParallel's "module." and then
 * torch.compile's
 * "_orig_mod." are taken from every name that has them, as timm does; a name for the whole network,
 * such as "backbone.", only when all tensors have it, and Google's "opt/target/", "params/img/" and
 * "params/" when all have it but those of the optimiser. Where stripping would make two names equal
 * nothing is stripped.
 *
 * Returns: (transfer full): all that was taken away, "" if nothing was
 */
char *
kappa_tensor_names_strip (const char **names, guint n)
{
  static const char *const wrappers[] = { "module.", "_orig_mod." };
  static const char *const owners[]
      = { "model.",        "net.",    "network.",        "backbone.", "module.", "_orig_mod.",
          "visual.trunk.", "visual.", "vision_encoder.", "student.",  "teacher." };
  static const char *const trees[] = { "opt/target/", "params/img/", "params/" };
  g_autoptr (GString) stripped = g_string_new (NULL);
  g_autofree const char **original = g_memdup2 (names, n * sizeof *names);

  for (gsize i = 0; i < G_N_ELEMENTS (wrappers); i++)
    if (count_prefixed (names, n, wrappers[i]) > 0)
      strip_prefix (names, n, wrappers[i], stripped);
  for (gsize i = 0; i < G_N_ELEMENTS (owners); i++)
    if (n > 0 && count_prefixed (names, n, owners[i]) == n)
      strip_prefix (names, n, owners[i], stripped);
  for (gsize i = 0; i < G_N_ELEMENTS (trees); i++)
    if (all_but_state_prefixed (names, n, trees[i]))
      strip_prefix (names, n, trees[i], stripped);
  if (are_unique (names, n))
    return g_strdup (stripped->str);
  memcpy (names, original, n * sizeof *names);
  return g_strdup ("");
}
