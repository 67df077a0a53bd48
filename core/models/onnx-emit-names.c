#include "core/base/error.h"
#include "core/formats/onnx.pb-c.h"
#include "core/graph/op.h"
#include "core/models/onnx-emit.h"

/* What values are called in the file, numbers that are no weights, and what cannot be written. */

const char *
kappa_onnx_emit_unique (KappaOnnxEmitter *self, const char *wish)
{
  char *name = g_strdup (wish);

  for (guint i = 2; g_hash_table_contains (self->used, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", wish, i);
    }
  g_hash_table_add (self->used, name);
  return name;
}

/**
 * kappa_onnx_emit_name:
 *
 * Returns: what the value of a node is called in the file
 */
const char *
kappa_onnx_emit_name (KappaOnnxEmitter *self, KappaNode node)
{
  const char *name = kappa_graph_get_name (self->graph, node);
  g_autofree char *number = NULL;

  if (self->names[node] != NULL)
    return self->names[node];
  if (name == NULL)
    name = number = g_strdup_printf ("%s_%d", kappa_graph_get_op (self->graph, node)->name, node);
  self->names[node] = kappa_onnx_emit_unique (self, name);
  return self->names[node];
}

void
kappa_onnx_emit_cast (KappaOnnxEmitter *self, const char *from, const char *to)
{
  Onnx__NodeProto *node = kappa_onnx_writer_add_node (self->writer, "Cast", to);

  kappa_onnx_node_add_input (node, from);
  kappa_onnx_node_add_int (node, "to", kappa_onnx_writer_get_type (KAPPA_ELEMENT_F32));
}

static const char *
add_constant (KappaOnnxEmitter *self, char *key)
{
  const char *name = kappa_onnx_emit_unique (self, key);

  g_hash_table_insert (self->constants, key, (gpointer)name);
  return name;
}

/**
 * kappa_onnx_emit_number:
 *
 * A number float32 has not got is stored as float64 and cast, so that who computes in float64 has
 * it, too.
 *
 * Returns: the name of a scalar of the file
 */
const char *
kappa_onnx_emit_number (KappaOnnxEmitter *self, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  char *key
      = g_strconcat ("number_", g_ascii_formatd (digits, sizeof digits, "%.17g", value), NULL);
  const char *name = g_hash_table_lookup (self->constants, key), *wide;
  g_autofree char *wish = NULL;

  if (name != NULL)
    {
      g_free (key);
      return name;
    }
  name = add_constant (self, key);
  if (value == (double)(float)value)
    {
      kappa_onnx_writer_add_number (self->writer, name, value, FALSE);
      return name;
    }
  wish = g_strconcat (name, "_wide", NULL);
  wide = kappa_onnx_emit_unique (self, wish);
  kappa_onnx_writer_add_number (self->writer, wide, value, TRUE);
  kappa_onnx_emit_cast (self, wide, name);
  return name;
}

/**
 * kappa_onnx_emit_integers:
 *
 * Returns: the name of a list of the file
 */
const char *
kappa_onnx_emit_integers (KappaOnnxEmitter *self, const gint64 *values, gsize n)
{
  GString *key = g_string_new ("list");
  const char *name;

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (key, "_%" G_GINT64_FORMAT, values[i]);
  name = g_hash_table_lookup (self->constants, key->str);
  if (name != NULL)
    {
      g_string_free (key, TRUE);
      return name;
    }
  name = add_constant (self, g_string_free (key, FALSE));
  kappa_onnx_writer_add_integers (self->writer, name, values, n);
  return name;
}

/**
 * kappa_onnx_emit_refuse:
 *
 * Returns: %FALSE, with %KAPPA_ERROR_UNSUPPORTED
 */
gboolean
kappa_onnx_emit_refuse (KappaOnnxEmitter *self, KappaNode node, const char *why, GError **error)
{
  g_autofree char *shape = kappa_shape_to_string (kappa_graph_get_shape (self->graph, node));
  const char *name = kappa_graph_get_name (self->graph, node);

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "ONNX has no operator for a step of this network: “%s”%s%s, which makes %s%s%s%s",
               kappa_graph_get_op (self->graph, node)->name, *why != '\0' ? " " : "", why, shape,
               name != NULL ? " (“" : "", name != NULL ? name : "", name != NULL ? "”)" : "");
  return FALSE;
}

/**
 * kappa_onnx_emit_is_free:
 *
 * Returns: whether a size of a value depends on the number of images
 */
gboolean
kappa_onnx_emit_is_free (KappaOnnxEmitter *self, KappaNode node, guint axis)
{
  return kappa_graph_get_shape (self->graph, node)->dims[axis]
         != kappa_graph_get_shape (self->twin, node)->dims[axis];
}
