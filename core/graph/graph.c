#include "core/graph/graph.h"

#include <stdarg.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/graph/op.h"

typedef struct
{
  const KappaOp *op;
  guint n_inputs;
  KappaNode inputs[KAPPA_MAX_INPUTS];
  KappaAttrs attrs;
} Key;

typedef struct
{
  Key key; /* first, so that a record can be looked up as a key */
  KappaShape shape;
  KappaDtype dtype;
  guint rate;
} Record;

struct _KappaGraph
{
  gatomicrefcount references;
  KappaDtype real;
  KappaDtype compute;
  GPtrArray *records;           /* of Record */
  GHashTable *known;            /* Key → node number + 1 */
  GHashTable *names;            /* name → node number + 1 */
  GHashTable *names_of;         /* node number → name */
  GArray *inputs[KAPPA_ROLE_VECTOR + 1];
  GError *error;

  GPtrArray *rules; /* stack of KappaOp whose rule is running */
  KappaRuleHook hook;
  gpointer hook_data;
};

static guint
key_hash (gconstpointer pointer)
{
  guint64 hash = kappa_hash_fnv1a (KAPPA_HASH_FNV1A, pointer, sizeof (Key));

  return (guint) (hash ^ hash >> 32);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Key)) == 0;
}

/**
 * kappa_graph_new:
 * @real: the dtype real nodes have unless cast: float32 or float64
 */
KappaGraph *
kappa_graph_new (KappaDtype real)
{
  KappaGraph *self = g_new0 (KappaGraph, 1);

  g_atomic_ref_count_init (&self->references);
  self->real = self->compute = real;
  self->records = g_ptr_array_new_with_free_func (g_free);
  self->known = g_hash_table_new (key_hash, key_equal);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->names_of = g_hash_table_new (NULL, NULL);
  for (guint role = 0; role < G_N_ELEMENTS (self->inputs); role++)
    self->inputs[role] = g_array_new (FALSE, FALSE, sizeof (KappaNode));
  self->rules = g_ptr_array_new ();
  return self;
}

KappaGraph *
kappa_graph_ref (KappaGraph *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_graph_unref (KappaGraph *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->names_of);
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->rules);
  for (guint role = 0; role < G_N_ELEMENTS (self->inputs); role++)
    g_array_unref (self->inputs[role]);
  g_clear_error (&self->error);
  g_free (self);
}

KappaDtype
kappa_graph_get_real (KappaGraph *self)
{
  return self->real;
}

/**
 * kappa_graph_set_compute:
 * @dtype: what convolutions and activations are kept in: the real dtype, or bfloat16 for forward-only graphs
 */
void
kappa_graph_set_compute (KappaGraph *self, KappaDtype dtype)
{
  self->compute = dtype;
}

KappaDtype
kappa_graph_get_compute (KappaGraph *self)
{
  return self->compute;
}

/**
 * kappa_graph_check:
 *
 * Returns: %FALSE with KAPPA_ERROR_SHAPE when operands of any node so far did not fit; the first cause
 */
gboolean
kappa_graph_check (KappaGraph *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

/**
 * kappa_graph_fail:
 *
 * Records that the graph cannot be built, for builders to whom something does not fit. The first failure stays.
 */
void
kappa_graph_fail (KappaGraph *self, const char *format, ...)
{
  va_list arguments;

  if (self->error != NULL)
    return;
  va_start (arguments, format);
  self->error = g_error_new_valist (KAPPA_ERROR, KAPPA_ERROR_SHAPE, format, arguments);
  va_end (arguments);
}

guint
kappa_graph_get_n_nodes (KappaGraph *self)
{
  return self->records->len;
}

static Record *
record (KappaGraph *self, KappaNode node)
{
  g_assert (node >= 0 && (guint) node < self->records->len);
  return self->records->pdata[node];
}

static KappaNode
append (KappaGraph *self, const Record *content)
{
  Record *copy = g_memdup2 (content, sizeof *content);

  g_ptr_array_add (self->records, copy);
  g_hash_table_insert (self->known, &copy->key, GINT_TO_POINTER (self->records->len));
  return (KappaNode) self->records->len - 1;
}

static const KappaOp op_input = { .name = "input", .kind = KAPPA_OP_SOURCE };

static guint
rate_of_role (KappaRole role)
{
  switch (role)
    {
    case KAPPA_ROLE_SAMPLE:
      return KAPPA_RATE_SAMPLE;
    case KAPPA_ROLE_VECTOR:
      return KAPPA_RATE_VECTOR;
    default:
      return KAPPA_RATE_PARAMETER;
    }
}

/**
 * kappa_graph_input:
 * @role: who provides the value, and how often it changes
 * @name: (nullable): a name kappa_graph_find() knows it by
 *
 * Returns: a new input. Inputs of one role are numbered in the order of these calls
 */
KappaNode
kappa_graph_input (KappaGraph *self, KappaRole role, const char *name, KappaDtype dtype, const KappaShape *shape)
{
  Record content;
  KappaNode node;

  memset (&content, 0, sizeof content);
  content.key.op = &op_input;
  content.key.attrs.i[0] = role;
  content.key.attrs.i[1] = self->inputs[role]->len;
  content.shape = *shape;
  content.dtype = dtype;
  content.rate = rate_of_role (role);
  node = append (self, &content);
  g_array_append_val (self->inputs[role], node);
  if (name != NULL)
    kappa_graph_set_name (self, node, name);
  return node;
}

guint
kappa_graph_get_n_inputs (KappaGraph *self, KappaRole role)
{
  return self->inputs[role]->len;
}

KappaNode
kappa_graph_get_input (KappaGraph *self, KappaRole role, guint index)
{
  return g_array_index (self->inputs[role], KappaNode, index);
}

/**
 * kappa_graph_find:
 *
 * Returns: the node of that name, or %KAPPA_NONE
 */
KappaNode
kappa_graph_find (KappaGraph *self, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->names, name)) - 1;
}

/**
 * kappa_graph_set_name:
 *
 * Names a node; a name once given keeps meaning that node through every transform. A node can have several names,
 * the first is the one it is shown by.
 */
void
kappa_graph_set_name (KappaGraph *self, KappaNode node, const char *name)
{
  char *copy;

  if (node < 0)
    return;
  if (g_hash_table_contains (self->names, name))
    {
      kappa_graph_fail (self, "two nodes of the network are named “%s”", name);
      return;
    }
  copy = g_strdup (name);
  g_hash_table_insert (self->names, copy, GINT_TO_POINTER (node + 1));
  if (!g_hash_table_contains (self->names_of, GINT_TO_POINTER (node)))
    g_hash_table_insert (self->names_of, GINT_TO_POINTER (node), copy);
}

const char *
kappa_graph_get_name (KappaGraph *self, KappaNode node)
{
  return g_hash_table_lookup (self->names_of, GINT_TO_POINTER (node));
}

const KappaShape *
kappa_graph_get_shape (KappaGraph *self, KappaNode node)
{
  static const KappaShape none;

  return node < 0 ? &none : &record (self, node)->shape;
}

KappaDtype
kappa_graph_get_dtype (KappaGraph *self, KappaNode node)
{
  return node < 0 ? self->real : record (self, node)->dtype;
}

guint
kappa_graph_get_rate (KappaGraph *self, KappaNode node)
{
  return record (self, node)->rate;
}

const KappaOp *
kappa_graph_get_op (KappaGraph *self, KappaNode node)
{
  return record (self, node)->key.op;
}

const KappaAttrs *
kappa_graph_get_attrs (KappaGraph *self, KappaNode node)
{
  return &record (self, node)->key.attrs;
}

guint
kappa_graph_get_arity (KappaGraph *self, KappaNode node)
{
  return record (self, node)->key.n_inputs;
}

KappaNode
kappa_graph_get_operand (KappaGraph *self, KappaNode node, guint index)
{
  return record (self, node)->key.inputs[index];
}

static KappaNode
intern (KappaGraph *self, Record *content)
{
  gpointer known = g_hash_table_lookup (self->known, &content->key);

  return known != NULL ? GPOINTER_TO_INT (known) - 1 : append (self, content);
}

static KappaNode
hooked (KappaGraph *self, KappaNode node)
{
  KappaRuleHook hook = self->hook;

  if (hook == NULL || self->rules->len == 0 || node < 0)
    return node;
  self->hook = NULL; /* what the hook appends is not hooked */
  node = hook (self, self->rules->pdata[self->rules->len - 1], node, self->hook_data);
  self->hook = hook;
  return node;
}

/**
 * kappa_graph_apply:
 * @attrs: (nullable): %NULL for all zero
 *
 * Appends @op on @inputs, or returns the equal node there is already, or what the node simplifies to.
 *
 * Returns: the node; %KAPPA_BAD if an operand is bad or the operands do not fit
 */
KappaNode
kappa_graph_apply (KappaGraph *self, const KappaOp *op, const KappaNode *inputs, guint n_inputs, const KappaAttrs *attrs)
{
  static const KappaAttrs no_attrs;
  Record content;
  KappaNode simpler;

  memset (&content, 0, sizeof content);
  content.key.op = op;
  content.key.n_inputs = n_inputs;
  content.rate = op->rate;
  content.key.attrs = attrs != NULL ? *attrs : no_attrs;
  g_assert (n_inputs >= op->min_inputs && n_inputs <= op->max_inputs);
  for (guint i = 0; i < n_inputs; i++)
    {
      if (inputs[i] < 0)
        return KAPPA_BAD;
      content.key.inputs[i] = inputs[i];
      content.rate |= record (self, inputs[i])->rate;
    }
  if (op->commutes && inputs[0] > inputs[1])
    {
      content.key.inputs[0] = inputs[1];
      content.key.inputs[1] = inputs[0];
    }
  content.dtype = n_inputs > 0 ? record (self, inputs[0])->dtype : self->real;
  if (!op->shape (self, content.key.inputs, n_inputs, &content.key.attrs, &content.shape, &content.dtype,
                  self->error == NULL ? &self->error : NULL))
    return KAPPA_BAD;
  simpler = kappa_graph_simplify (self, op, content.key.inputs, n_inputs, &content.key.attrs, &content.shape);
  return hooked (self, simpler != KAPPA_NONE ? simpler : intern (self, &content));
}

/**
 * kappa_graph_sum:
 *
 * Returns: @a + @b, where either may be %KAPPA_NONE for zero
 */
KappaNode
kappa_graph_sum (KappaGraph *self, KappaNode a, KappaNode b)
{
  static const KappaOp *add;
  KappaNode operands[] = { a, b };

  if (a == KAPPA_NONE)
    return b;
  if (b == KAPPA_NONE)
    return a;
  if (add == NULL)
    add = kappa_op_find ("add");
  return kappa_graph_apply (self, add, operands, 2, NULL);
}

void
kappa_graph_set_rule_hook (KappaGraph *self, KappaRuleHook hook, gpointer data)
{
  self->hook = hook;
  self->hook_data = data;
}

void
kappa_graph_enter_rule (KappaGraph *self, const KappaOp *op)
{
  g_ptr_array_add (self->rules, (gpointer) op);
}

void
kappa_graph_leave_rule (KappaGraph *self)
{
  g_ptr_array_set_size (self->rules, (gint) self->rules->len - 1);
}
