#include "core/formats/pickle-machine.h"

#include <string.h>

#define MAX_NAME 256

static gboolean
fail_global (KappaPickleMachine *machine,
             const char *name,
             const char *module,
             const char *attribute,
             GError **error)
{
  g_autofree char *shown_module = kappa_source_quote (module, strlen (module));
  g_autofree char *shown = kappa_source_quote (attribute, strlen (attribute));
  g_autofree char *advice = kappa_pickle_explain_global (name);

  return kappa_source_fail (machine->cursor->source, error, KAPPA_ERROR_UNSUPPORTED,
                            "GLOBAL %s %s at byte %" G_GUINT64_FORMAT ": %s", shown_module, shown,
                            machine->at, advice);
}

static gboolean
push_global (KappaPickleMachine *machine, const char *module, const char *attribute, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", module, attribute);
  const KappaPickleGlobal *global = kappa_pickle_find_global (name, machine->profile);
  KappaPickleValue *value;

  if (global == NULL)
    return fail_global (machine, name, module, attribute, error);
  value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_GLOBAL);
  value->global = global;
  return kappa_pickle_machine_push (machine, value);
}

static gboolean
read_line (KappaPickleMachine *machine, char line[MAX_NAME], GError **error)
{
  for (guint i = 0; i < MAX_NAME; i++)
    {
      if (!kappa_cursor_read (machine->cursor, &line[i], 1, error))
        return FALSE;
      if (line[i] != '\n')
        continue;
      line[i] = '\0';
      return TRUE;
    }
  return kappa_pickle_machine_fail (machine, error, "a name of more than %d bytes", MAX_NAME - 1);
}

KAPPA_PICKLE_INSTRUCTION (global)
{
  char module[MAX_NAME], attribute[MAX_NAME];

  return read_line (machine, module, error) && read_line (machine, attribute, error)
         && push_global (machine, module, attribute, error);
}

KAPPA_PICKLE_INSTRUCTION (stack_global)
{
  const char *module, *attribute;
  gsize module_length, length;

  if (!kappa_pickle_machine_need (machine, 2, error))
    return FALSE;
  attribute = kappa_pickle_value_get_string (kappa_pickle_machine_pop (machine), &length);
  module = kappa_pickle_value_get_string (kappa_pickle_machine_pop (machine), &module_length);
  if (module == NULL || attribute == NULL || strlen (module) != module_length
      || strlen (attribute) != length)
    return kappa_pickle_machine_fail (machine, error, "a name that is not a string");
  return push_global (machine, module, attribute, error);
}

/* OrderedDict() and Python 2's OrderedDict ([[key, value], …]). */
static gboolean
make_ordered_dict (KappaPickleMachine *machine, const KappaPickleValue *arguments, GError **error)
{
  KappaPickleValue *dict = kappa_pickle_machine_new (machine, KAPPA_PICKLE_DICT);
  const KappaPickleValue *pairs = arguments->n > 0 ? arguments->items[0] : NULL;

  dict->ordered = TRUE;
  if (arguments->n > 1 || (pairs != NULL && pairs->kind != KAPPA_PICKLE_LIST))
    return kappa_pickle_machine_fail (machine, error, "OrderedDict with unexpected arguments");
  if (!kappa_pickle_machine_spend (machine, kappa_pickle_value_get_n (pairs), 0, error))
    return FALSE;
  for (guint i = 0; i < kappa_pickle_value_get_n (pairs); i++)
    {
      const KappaPickleValue *pair = pairs->items[i];

      if (kappa_pickle_value_get_n (pair) != 2 || pair->kind == KAPPA_PICKLE_DICT)
        return kappa_pickle_machine_fail (machine, error,
                                          "OrderedDict with something that is not a pair");
      if (!kappa_pickle_machine_hashable (machine, pair->items, 2, error))
        return FALSE;
      kappa_pickle_value_append (dict, pair->items, 2);
    }
  return kappa_pickle_machine_push (machine, dict);
}

/* Python 3 writes bytes for Python 2 as text to be encoded in Latin-1: one character, one byte. */
static gboolean
make_encoded (KappaPickleMachine *machine, const KappaPickleValue *arguments, GError **error)
{
  gsize length;
  const char *text
      = arguments->n == 2 ? kappa_pickle_value_get_string (arguments->items[0], &length) : NULL;
  KappaPickleValue *value;
  const char *end;

  if (text == NULL
      || !(kappa_pickle_value_equals (arguments->items[1], "latin1")
           || kappa_pickle_value_equals (arguments->items[1], "latin-1")))
    return kappa_pickle_machine_fail (machine, error, "_codecs.encode with unexpected arguments");
  if (!kappa_pickle_machine_spend (machine, 0, length, error))
    return FALSE;
  value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_STRING);
  value->text = g_malloc (length + 1);
  for (end = text + length; text < end; text++)
    {
      guint8 c = (guint8)*text;

      if (c >= 0x80
          && (c < 0xc2 || c > 0xc3 || text + 1 >= end || ((guint8)text[1] & 0xc0) != 0x80))
        return kappa_pickle_machine_fail (machine, error,
                                          "_codecs.encode of characters outside Latin-1");
      value->text[value->n++]
          = (char)(c < 0x80 ? c : (guint8)(c << 6 | ((guint8) * ++text & 0x3f)));
    }
  value->text[value->n] = '\0';
  return kappa_pickle_machine_push (machine, value);
}

static gboolean
make_call (KappaPickleMachine *machine, KappaPickleUse use, GError **error)
{
  KappaPickleValue *parts[3] = { NULL }, *call;
  const char *name;

  if (!kappa_pickle_machine_need (machine, 2, error))
    return FALSE;
  parts[KAPPA_PICKLE_ARGUMENTS] = kappa_pickle_machine_pop (machine);
  parts[KAPPA_PICKLE_CALLEE] = kappa_pickle_machine_pop (machine);
  if (parts[KAPPA_PICKLE_CALLEE]->kind != KAPPA_PICKLE_GLOBAL
      || parts[KAPPA_PICKLE_ARGUMENTS]->kind != KAPPA_PICKLE_TUPLE)
    return kappa_pickle_machine_fail (
        machine, error, "it calls something that is not a name, or without a tuple of arguments");
  name = parts[KAPPA_PICKLE_CALLEE]->global->name;
  if ((parts[KAPPA_PICKLE_CALLEE]->global->uses & use) == 0)
    return kappa_pickle_machine_fail (machine, error,
                                      "%s is not called in any checkpoint Kappa knows", name);
  if (strcmp (name, "collections.OrderedDict") == 0)
    return make_ordered_dict (machine, parts[KAPPA_PICKLE_ARGUMENTS], error);
  if (strcmp (name, "_codecs.encode") == 0)
    return make_encoded (machine, parts[KAPPA_PICKLE_ARGUMENTS], error);
  call = kappa_pickle_machine_new (machine, KAPPA_PICKLE_CALL);
  kappa_pickle_value_append (call, parts, G_N_ELEMENTS (parts));
  return kappa_pickle_machine_push (machine, call);
}

KAPPA_PICKLE_INSTRUCTION (reduce) { return make_call (machine, KAPPA_PICKLE_REDUCE, error); }

KAPPA_PICKLE_INSTRUCTION (newobj) { return make_call (machine, KAPPA_PICKLE_NEWOBJ, error); }

KAPPA_PICKLE_INSTRUCTION (build)
{
  KappaPickleValue *state, *object;

  if (!kappa_pickle_machine_need (machine, 2, error))
    return FALSE;
  state = kappa_pickle_machine_pop (machine);
  object = kappa_pickle_machine_top (machine);
  /* What PyTorch hangs onto a state dictionary describes its modules' versions, not its tensors. */
  if (object->kind == KAPPA_PICKLE_DICT && object->ordered)
    return TRUE;
  if (object->kind != KAPPA_PICKLE_CALL
      || (object->items[KAPPA_PICKLE_CALLEE]->global->uses & KAPPA_PICKLE_BUILD) == 0
      || object->items[KAPPA_PICKLE_STATE] != NULL)
    return kappa_pickle_machine_fail (machine, error,
                                      "it sets the state of something that has none");
  object->items[KAPPA_PICKLE_STATE] = state;
  return TRUE;
}

KAPPA_PICKLE_INSTRUCTION (persid)
{
  KappaPickleValue *id, *reference;

  if (!kappa_pickle_machine_need (machine, 1, error))
    return FALSE;
  id = kappa_pickle_machine_pop (machine);
  reference = kappa_pickle_machine_new (machine, KAPPA_PICKLE_REFERENCE);
  kappa_pickle_value_append (reference, &id, 1);
  return kappa_pickle_machine_push (machine, reference);
}
