#include "core/formats/onnx-private.h"

#include <string.h>

/* The operator with the most has 8; each is compared with all others. */
#define MAX_ATTRIBUTES 64

/* What every graph must keep, whatever its operators are: names, and the order of computation. */

static gboolean
fail (KappaSource *source, GError **error, const char *format, const char *name)
{
  g_autofree char *quoted = kappa_source_quote (name, strlen (name));
  g_autofree char *text = NULL;
  char **parts = g_strsplit (format, "%s", 2);

  text = g_strconcat (parts[0], quoted, parts[1], NULL);
  g_strfreev (parts);
  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT, "ONNX: %s", text);
}

static gboolean
check_text (KappaSource *source, const char *text, GError **error)
{
  return text == NULL || g_utf8_validate (text, -1, NULL)
         || fail (source, error, "the name “%s” is not UTF-8", text);
}

/* Notes a value as made. An input may have an initialiser, too: that is its default. */
static gboolean
define (KappaSource *source, GHashTable *made, const char *name, GError **error)
{
  if (!check_text (source, name, error))
    return FALSE;
  return g_hash_table_add (made, (gpointer)name)
         || fail (source, error, "the value “%s” is made twice", name);
}

static gboolean
check_node (KappaSource *source,
            const Onnx__NodeProto *node,
            GHashTable *made,
            GHashTable *later,
            GError **error)
{
  const char *name = node->name != NULL && *node->name != '\0' ? node->name
                     : node->n_output > 0                      ? node->output[0]
                                                               : "";

  if (node->op_type == NULL || *node->op_type == '\0')
    return fail (source, error, "the node “%s” has no operator", name);
  if (!check_text (source, node->op_type, error) || !check_text (source, node->name, error)
      || !check_text (source, node->domain, error))
    return FALSE;
  if (node->n_output == 0 || *node->output[0] == '\0')
    return fail (source, error, "the node “%s” makes nothing", name);
  for (gsize i = 0; i < node->n_input; i++)
    if (*node->input[i] != '\0' && !g_hash_table_contains (made, node->input[i]))
      return fail (source, error,
                   g_hash_table_contains (later, node->input[i])
                       ? "the value “%s” is used before it is made: the nodes are in a circle, or "
                         "not in the order of computation"
                       : "the value “%s” is used and made nowhere",
                   node->input[i]);
  for (gsize i = 0; i < node->n_output; i++)
    if (*node->output[i] != '\0' && !define (source, made, node->output[i], error))
      return FALSE;
  if (node->n_attribute > MAX_ATTRIBUTES)
    return fail (source, error, "the node “%s” has more attributes than any operator has", name);
  for (gsize i = 0; i < node->n_attribute; i++)
    {
      const char *key = node->attribute[i]->name;

      if (key == NULL || *key == '\0')
        return fail (source, error, "an attribute of the node “%s” has no name", name);
      if (!check_text (source, key, error))
        return FALSE;
      for (gsize j = 0; j < i; j++)
        if (strcmp (node->attribute[j]->name, key) == 0)
          return fail (source, error, "a node has the attribute “%s” twice", key);
    }
  return TRUE;
}

/**
 * kappa_onnx_check_graph:
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if a value is made twice, or used before it is made, or
 * not made at all
 */
gboolean
kappa_onnx_check_graph (KappaSource *source, const Onnx__GraphProto *graph, GError **error)
{
  g_autoptr (GHashTable) made = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) later = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) inputs = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < graph->n_initializer; i++)
    {
      const char *name = graph->initializer[i]->name;

      if (name == NULL || *name == '\0')
        return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                                  "ONNX: an initialiser has no name");
      if (!define (source, made, name, error))
        return FALSE;
    }
  for (gsize i = 0; i < graph->n_input; i++)
    {
      const char *name = graph->input[i]->name;

      if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL)
          || !g_hash_table_add (inputs, (gpointer)name))
        return fail (source, error, "the input “%s” has no sound name, or the name of another",
                     name != NULL ? name : "");
      g_hash_table_add (made, (gpointer)name);
    }
  for (gsize i = 0; i < graph->n_node; i++)
    for (gsize j = 0; j < graph->node[i]->n_output; j++)
      g_hash_table_add (later, graph->node[i]->output[j]);
  for (gsize i = 0; i < graph->n_node; i++)
    if (!check_node (source, graph->node[i], made, later, error))
      return FALSE;
  for (gsize i = 0; i < graph->n_output; i++)
    {
      const char *name = graph->output[i]->name;

      if (name == NULL || !g_hash_table_contains (made, name))
        return fail (source, error, "the output “%s” is made nowhere", name != NULL ? name : "");
    }
  return TRUE;
}
