#include "core/formats/torch.h"

#include <string.h>

/*
 * Where in a checkpoint the weights are. People save a state dictionary by itself, or beside an
 * optimiser and an epoch number, or inside one another; averaged weights come before the last ones,
 * as timm has it.
 */

#define MAX_DEPTH 8
#define MAX_NAME  1024

static const char *const wrappers[]
    = { "state_dict_ema", "model_ema",  "state_dict", "model",   "model_state_dict",
        "model_state",    "net",        "network",    "teacher", "student",
        "encoder",        "params_ema", "params",     "module",  "weights" };

/* What stands beside the weights and may hold tensors that are not the network's. */
static const char *const siblings[] = { "optimizer",        "optimizers",    "optimizer_state_dict",
                                        "optimizer_states", "optim",         "opt",
                                        "lr_scheduler",     "lr_schedulers", "scheduler",
                                        "scaler",           "amp",           "args",
                                        "config",           "loss",          "criterion",
                                        "callbacks",        "loops" };

/* Marks on values while they are searched. */
enum
{
  UNSEEN,
  SEEN,
  HOLDS_TENSORS,
  TAKEN, /* its tensors were added */
};

typedef struct
{
  KappaPickleValue *value;
  guint next;
} Step;

typedef struct
{
  KappaTorch *torch;
  GString *wrapper;
  GArray *steps;
} State;

static gboolean
is_container (const KappaPickleValue *value)
{
  return value->kind == KAPPA_PICKLE_DICT || value->kind == KAPPA_PICKLE_LIST
         || value->kind == KAPPA_PICKLE_TUPLE;
}

static gboolean
is_named (const KappaPickleValue *key, const char *const *names, gsize n)
{
  for (gsize i = 0; key != NULL && i < n; i++)
    if (kappa_pickle_value_equals (key, names[i]))
      return TRUE;
  return FALSE;
}

static void
enter (GArray *steps, const KappaPickleValue *value, guint8 mark)
{
  Step step = { (KappaPickleValue *)value, 0 };

  step.value->mark = mark;
  g_array_append_val (steps, step);
}

/*
 * Marks every container that has a tensor in it, at any depth, by one walk that goes into each
 * container once, so that neither cycles nor sharing matter. A container reached through a cycle
 * counts as holding none.
 */
static void
mark_holders (State *state, const KappaPickleValue *root)
{
  GArray *steps = state->steps;

  if (is_container (root))
    enter (steps, root, SEEN);
  while (steps->len > 0)
    {
      Step *step = &g_array_index (steps, Step, steps->len - 1);
      KappaPickleValue *value = step->value;
      const KappaPickleValue *child;

      if (step->next == kappa_pickle_value_get_n (value))
        {
          g_array_set_size (steps, steps->len - 1);
          if (steps->len > 0 && value->mark == HOLDS_TENSORS)
            g_array_index (steps, Step, steps->len - 1).value->mark = HOLDS_TENSORS;
          continue;
        }
      child = kappa_pickle_value_get_item (value, step->next++);
      if (kappa_torch_is_tensor (state->torch, child)
          || (is_container (child) && child->mark == HOLDS_TENSORS))
        value->mark = HOLDS_TENSORS;
      else if (is_container (child) && child->mark == UNSEEN)
        enter (steps, child, SEEN);
    }
}

static gboolean
holds_tensors (const KappaPickleValue *value)
{
  return value != NULL && is_container (value) && value->mark == HOLDS_TENSORS;
}

static const KappaPickleValue *
get_key (const KappaPickleValue *container, guint index)
{
  return container->kind == KAPPA_PICKLE_DICT ? kappa_pickle_value_get_key (container, index)
                                              : NULL;
}

/* The name of a child: its key, or its number; FALSE if the key cannot be a part of a name. */
static gboolean
append_name (GString *name, const KappaPickleValue *container, guint index)
{
  const KappaPickleValue *key = get_key (container, index);
  gint64 number = index;
  const char *text;
  gsize length;

  if (name->len > 0)
    g_string_append_c (name, '.');
  if (key == NULL || key->kind == KAPPA_PICKLE_INT)
    {
      kappa_pickle_value_get_int (key, &number);
      g_string_append_printf (name, "%" G_GINT64_FORMAT, number);
      return TRUE;
    }
  text = kappa_pickle_value_get_string (key, &length);
  if (text == NULL || length == 0 || name->len + length > MAX_NAME
      || !g_utf8_validate_len (text, length, NULL))
    return FALSE;
  g_string_append_len (name, text, (gssize)length);
  return TRUE;
}

static gboolean
fail_name (State *state, const GString *name, GError **error)
{
  g_autofree char *quoted = kappa_source_quote (name->str, name->len);

  return kappa_source_fail (state->torch->source, error, KAPPA_ERROR_FORMAT,
                            "below “%s” something is named by what is not text of 1 to %d bytes",
                            quoted, MAX_NAME);
}

static void
add_text (State *state, const char *key, const KappaPickleValue *value)
{
  g_autofree char *text = NULL;

  if (kappa_tensor_file_get_n_metadata (state->torch->file) >= KAPPA_TENSOR_FILE_MAX_METADATA)
    return;
  text = kappa_pickle_value_to_text (value);
  kappa_tensor_file_add_metadata (state->torch->file, key, text);
}

/* What stands beside the weights: the epoch, the accuracy, the arguments. */
static void
add_siblings (State *state, const KappaPickleValue *container, const KappaPickleValue *chosen)
{
  for (guint i = 0; i < kappa_pickle_value_get_n (container); i++)
    {
      const KappaPickleValue *value = kappa_pickle_value_get_item (container, i);
      g_autoptr (GString) name = g_string_new (NULL);

      if (value != chosen && !holds_tensors (value) && !kappa_torch_is_tensor (state->torch, value)
          && append_name (name, container, i))
        {
          g_autofree char *key = kappa_source_quote (name->str, name->len);

          add_text (state, key, value);
        }
    }
}

static gboolean
has_direct_tensor (State *state, const KappaPickleValue *container)
{
  for (guint i = 0; i < kappa_pickle_value_get_n (container); i++)
    if (kappa_torch_is_tensor (state->torch, kappa_pickle_value_get_item (container, i)))
      return TRUE;
  return FALSE;
}

/* Which child to go on with: a known wrapper, or the only one that can hold the weights; -1 to
 * stay. */
static gint64
choose_child (State *state, const KappaPickleValue *container)
{
  gint64 only = -1;
  guint n = kappa_pickle_value_get_n (container), candidates = 0;

  for (gsize w = 0; w < G_N_ELEMENTS (wrappers); w++)
    for (guint i = n; i-- > 0;)
      if (is_named (get_key (container, i), &wrappers[w], 1)
          && holds_tensors (kappa_pickle_value_get_item (container, i)))
        return i;
  for (guint i = 0; i < n; i++)
    if (holds_tensors (kappa_pickle_value_get_item (container, i))
        && !is_named (get_key (container, i), siblings, G_N_ELEMENTS (siblings)))
      {
        only = i;
        candidates++;
      }
  return candidates == 1 && !has_direct_tensor (state, container) ? only : -1;
}

/* Follows wrappers to the weights, noting the way there and what stands beside it. */
static gboolean
unwrap (State *state, const KappaPickleValue **container, GError **error)
{
  const KappaPickleValue *path[MAX_DEPTH + 1] = { *container };
  g_autofree char *wrapper = NULL;
  guint depth;

  for (depth = 0; depth < MAX_DEPTH; depth++)
    {
      gint64 index = choose_child (state, path[depth]);

      if (index < 0)
        break;
      if (!append_name (state->wrapper, path[depth], (guint)index))
        return fail_name (state, state->wrapper, error);
      path[depth + 1] = kappa_pickle_value_get_item (path[depth], (guint)index);
    }
  *container = path[depth];
  if (depth == 0)
    return TRUE;
  wrapper = kappa_source_quote (state->wrapper->str, state->wrapper->len);
  kappa_tensor_file_add_note (state->torch->file, "wrapper", wrapper);
  for (guint i = 0; i < depth; i++)
    add_siblings (state, path[i], path[i + 1]);
  return TRUE;
}

static gboolean
add_child (State *state, GString *name, const KappaPickleValue *value, GError **error)
{
  KappaTensorLayout layout;

  if (kappa_torch_is_tensor (state->torch, value))
    return kappa_torch_get_layout (state->torch, name->str, value, &layout, error)
           && kappa_tensor_file_add (state->torch->file, name->str, &layout, error);
  if (is_container (value) && value->mark == TAKEN)
    return kappa_source_fail (state->torch->source, error, KAPPA_ERROR_FORMAT,
                              "“%s” and another name stand for the same dictionary of tensors",
                              name->str);
  if (!holds_tensors (value))
    add_text (state, name->str, value);
  else if (state->steps->len >= MAX_DEPTH)
    return kappa_source_fail (state->torch->source, error, KAPPA_ERROR_FORMAT,
                              "tensors are nested more than %d deep", MAX_DEPTH);
  else
    enter (state->steps, value, TAKEN);
  return TRUE;
}

/* Adds all tensors of a container and of those inside it, names joined by points. None is gone into
 * twice. */
static gboolean
add_all (State *state, const KappaPickleValue *root, gboolean skip_siblings, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (gsize));

  enter (state->steps, root, TAKEN);
  while (state->steps->len > 0)
    {
      guint depth = state->steps->len;
      Step *step = &g_array_index (state->steps, Step, depth - 1);
      const KappaPickleValue *container = step->value;
      guint index = step->next++;
      gsize length = name->len;

      if (index == kappa_pickle_value_get_n (container))
        {
          g_array_set_size (state->steps, depth - 1);
          if (lengths->len > 0)
            g_string_truncate (name, g_array_index (lengths, gsize, lengths->len - 1));
          g_array_set_size (lengths, lengths->len > 0 ? lengths->len - 1 : 0);
          continue;
        }
      if (depth == 1 && skip_siblings
          && is_named (get_key (container, index), siblings, G_N_ELEMENTS (siblings)))
        continue;
      if (!append_name (name, container, index))
        return fail_name (state, name, error);
      if (!add_child (state, name, kappa_pickle_value_get_item (container, index), error))
        return FALSE;
      if (state->steps->len > depth)
        g_array_append_val (lengths, length);
      else
        g_string_truncate (name, length);
    }
  return TRUE;
}

static gboolean
fail_empty (State *state, const KappaPickleValue *root, GError **error)
{
  g_autoptr (GString) keys = g_string_new (NULL);

  for (guint i = 0;
       i < MIN (kappa_pickle_value_get_n (root), 12) && root->kind == KAPPA_PICKLE_DICT; i++)
    {
      g_autofree char *key = kappa_pickle_value_to_text (kappa_pickle_value_get_key (root, i));

      g_string_append_printf (keys, "%s%s", i > 0 ? ", " : "; its keys are ", key);
    }
  return kappa_source_fail (state->torch->source, error, KAPPA_ERROR_UNSUPPORTED,
                            "there are no tensors in this checkpoint%s", keys->str);
}

static gboolean
add_tensors (State *state, const KappaPickleValue *root, GError **error)
{
  const KappaPickleValue *container = root;
  KappaTensorLayout layout;

  if (kappa_torch_is_tensor (state->torch, root))
    return kappa_torch_get_layout (state->torch, "tensor", root, &layout, error)
           && kappa_tensor_file_add (state->torch->file, "tensor", &layout, error);
  mark_holders (state, root);
  if (!holds_tensors (root))
    return fail_empty (state, root, error);
  return unwrap (state, &container, error) && add_all (state, container, container == root, error);
}

/**
 * kappa_torch_add_tensors:
 * @pickle: (transfer full): the checkpoint; kept by the file, also when this fails
 *
 * Finds the weights in it, adds them to the file, and finishes the file.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
gboolean
kappa_torch_add_tensors (KappaTorch *self, KappaPickle *pickle, GError **error)
{
  g_autoptr (GString) wrapper = g_string_new (NULL);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  State state = { .torch = self, .wrapper = wrapper, .steps = steps };

  kappa_tensor_file_set_pickle (self->file, pickle);
  return add_tensors (&state, kappa_pickle_get_root (pickle), error)
         && kappa_tensor_file_finish (self->file, TRUE, error);
}
