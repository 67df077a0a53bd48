#include "core/formats/pickle-machine.h"

KAPPA_PICKLE_INSTRUCTION (mark)
{
  g_array_append_val (machine->marks, machine->height);
  return TRUE;
}

static gboolean
make_tuple (KappaPickleMachine *machine, guint n, GError **error)
{
  KappaPickleValue *tuple;

  if (!kappa_pickle_machine_need (machine, n, error))
    return FALSE;
  tuple = kappa_pickle_machine_new (machine, KAPPA_PICKLE_TUPLE);
  kappa_pickle_value_append (tuple, machine->stack + machine->height - n, n);
  machine->height -= n;
  return kappa_pickle_machine_push (machine, tuple);
}

KAPPA_PICKLE_INSTRUCTION (tuple0) { return make_tuple (machine, 0, error); }

KAPPA_PICKLE_INSTRUCTION (tuple1) { return make_tuple (machine, 1, error); }

KAPPA_PICKLE_INSTRUCTION (tuple2) { return make_tuple (machine, 2, error); }

KAPPA_PICKLE_INSTRUCTION (tuple3) { return make_tuple (machine, 3, error); }

KAPPA_PICKLE_INSTRUCTION (tuple)
{
  KappaPickleValue **values, *tuple;
  guint n;

  if (!kappa_pickle_machine_pop_mark (machine, &values, &n, error))
    return FALSE;
  tuple = kappa_pickle_machine_new (machine, KAPPA_PICKLE_TUPLE);
  kappa_pickle_value_append (tuple, values, n);
  return kappa_pickle_machine_push (machine, tuple);
}

KAPPA_PICKLE_INSTRUCTION (list)
{
  return kappa_pickle_machine_push (machine, kappa_pickle_machine_new (machine, KAPPA_PICKLE_LIST));
}

KAPPA_PICKLE_INSTRUCTION (dict)
{
  return kappa_pickle_machine_push (machine, kappa_pickle_machine_new (machine, KAPPA_PICKLE_DICT));
}

/* The container below @n values on the stack, if it is of the right kind. */
static KappaPickleValue *
target (KappaPickleMachine *machine, KappaPickleKind kind, GError **error)
{
  KappaPickleValue *container;

  if (!kappa_pickle_machine_need (machine, 1, error))
    return NULL;
  container = kappa_pickle_machine_top (machine);
  if (container->kind == kind)
    return container;
  kappa_pickle_machine_fail (machine, error, "it stores into something that is not a %s",
                             kind == KAPPA_PICKLE_LIST ? "list" : "dictionary");
  return NULL;
}

KAPPA_PICKLE_INSTRUCTION (append)
{
  KappaPickleValue *value, *list;

  if (!kappa_pickle_machine_need (machine, 2, error))
    return FALSE;
  value = kappa_pickle_machine_pop (machine);
  list = target (machine, KAPPA_PICKLE_LIST, error);
  if (list != NULL)
    kappa_pickle_value_append (list, &value, 1);
  return list != NULL;
}

KAPPA_PICKLE_INSTRUCTION (appends)
{
  KappaPickleValue **values, *list;
  guint n;

  if (!kappa_pickle_machine_pop_mark (machine, &values, &n, error))
    return FALSE;
  list = target (machine, KAPPA_PICKLE_LIST, error);
  if (list != NULL)
    kappa_pickle_value_append (list, values, n);
  return list != NULL;
}

KAPPA_PICKLE_INSTRUCTION (setitem)
{
  KappaPickleValue *pair[2], *dict;

  if (!kappa_pickle_machine_need (machine, 3, error))
    return FALSE;
  pair[1] = kappa_pickle_machine_pop (machine);
  pair[0] = kappa_pickle_machine_pop (machine);
  dict = target (machine, KAPPA_PICKLE_DICT, error);
  if (dict == NULL || !kappa_pickle_machine_hashable (machine, pair, 2, error))
    return FALSE;
  kappa_pickle_value_append (dict, pair, 2);
  return TRUE;
}

KAPPA_PICKLE_INSTRUCTION (setitems)
{
  KappaPickleValue **values, *dict;
  guint n;

  if (!kappa_pickle_machine_pop_mark (machine, &values, &n, error))
    return FALSE;
  if (n % 2 != 0)
    return kappa_pickle_machine_fail (machine, error, "a key without a value");
  dict = target (machine, KAPPA_PICKLE_DICT, error);
  if (dict == NULL || !kappa_pickle_machine_hashable (machine, values, n, error))
    return FALSE;
  kappa_pickle_value_append (dict, values, n);
  return TRUE;
}

static gboolean
memoize (KappaPickleMachine *machine, guint64 index, GError **error)
{
  if (!kappa_pickle_machine_need (machine, 1, error))
    return FALSE;
  /* Picklers number as they go, so a large number is an attempt to use up memory. */
  if (index > machine->n_opcodes)
    return kappa_pickle_machine_fail (machine, error,
                                      "memo number %" G_GUINT64_FORMAT
                                      " after only %" G_GUINT64_FORMAT " instructions",
                                      index, machine->n_opcodes);
  if (index >= machine->memo->len)
    g_ptr_array_set_size (machine->memo, (gint)index + 1);
  g_ptr_array_index (machine->memo, index) = kappa_pickle_machine_top (machine);
  return TRUE;
}

static gboolean
recall (KappaPickleMachine *machine, guint64 index, GError **error)
{
  KappaPickleValue *value
      = index < machine->memo->len ? g_ptr_array_index (machine->memo, index) : NULL;

  if (value == NULL)
    return kappa_pickle_machine_fail (machine, error,
                                      "memo number %" G_GUINT64_FORMAT " was never set", index);
  return kappa_pickle_machine_push (machine, value);
}

KAPPA_PICKLE_INSTRUCTION (put1)
{
  guint64 index;

  return kappa_pickle_machine_number (machine, 1, &index, error) && memoize (machine, index, error);
}

KAPPA_PICKLE_INSTRUCTION (put4)
{
  guint64 index;

  return kappa_pickle_machine_number (machine, 4, &index, error) && memoize (machine, index, error);
}

KAPPA_PICKLE_INSTRUCTION (memoize) { return memoize (machine, machine->memo->len, error); }

KAPPA_PICKLE_INSTRUCTION (get1)
{
  guint64 index;

  return kappa_pickle_machine_number (machine, 1, &index, error) && recall (machine, index, error);
}

KAPPA_PICKLE_INSTRUCTION (get4)
{
  guint64 index;

  return kappa_pickle_machine_number (machine, 4, &index, error) && recall (machine, index, error);
}
