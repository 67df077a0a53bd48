#include "core/formats/pickle-machine.h"

#include <string.h>

/*
 * What one pickle may take: values, or instructions that make them, and bytes of all strings
 * together. Images are kept in strings, weights are not.
 */
#define MAX_OPCODES            ((guint64)1 << 22)
#define MAX_STRINGS            ((guint64)1 << 30)
#define MAX_CHECKPOINT_STRINGS ((guint64)1 << 28)

/* Says which instruction went wrong, and where. */
gboolean
kappa_pickle_machine_fail (KappaPickleMachine *machine, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return kappa_source_fail (machine->cursor->source, error, KAPPA_ERROR_FORMAT,
                            "pickle instruction %s at byte %" G_GUINT64_FORMAT ": %s",
                            machine->opcode, machine->at, what);
}

/* Every instruction counts, and so do the values and bytes one copies: what is copied once more
 * takes memory once more. */
gboolean
kappa_pickle_machine_spend (KappaPickleMachine *machine,
                            guint64 n,
                            guint64 string_bytes,
                            GError **error)
{
  guint64 limit = machine->profile == KAPPA_PICKLE_DATA ? MAX_STRINGS : MAX_CHECKPOINT_STRINGS;

  machine->n_opcodes += n;
  machine->string_bytes += string_bytes;
  if (machine->n_opcodes > MAX_OPCODES)
    return kappa_pickle_machine_fail (machine, error, "more than 4,194,304 instructions");
  if (machine->string_bytes > limit)
    return kappa_pickle_machine_fail (
        machine, error, "strings of more than %" G_GUINT64_FORMAT " MiB altogether", limit >> 20);
  return TRUE;
}

KappaPickleValue *
kappa_pickle_machine_new (KappaPickleMachine *machine, KappaPickleKind kind)
{
  return kappa_pickle_value_new (machine->pickle, kind);
}

gboolean
kappa_pickle_machine_push (KappaPickleMachine *machine, KappaPickleValue *value)
{
  if (machine->height == machine->room)
    {
      machine->room *= 2;
      machine->stack = g_renew (KappaPickleValue *, machine->stack, machine->room);
    }
  machine->stack[machine->height++] = value;
  return TRUE;
}

/* The height below which instructions may not reach: the latest mark. */
static guint
floor_of (KappaPickleMachine *machine)
{
  return machine->marks->len > 0 ? g_array_index (machine->marks, guint, machine->marks->len - 1)
                                 : 0;
}

gboolean
kappa_pickle_machine_need (KappaPickleMachine *machine, guint n, GError **error)
{
  if (machine->height - floor_of (machine) >= n)
    return TRUE;
  return kappa_pickle_machine_fail (machine, error, "the stack holds too few values");
}

KappaPickleValue *
kappa_pickle_machine_pop (KappaPickleMachine *machine)
{
  return machine->stack[--machine->height];
}

KappaPickleValue *
kappa_pickle_machine_top (KappaPickleMachine *machine)
{
  return machine->stack[machine->height - 1];
}

/* Takes the values above the latest mark away; they stay where they are until the next push. */
gboolean
kappa_pickle_machine_pop_mark (KappaPickleMachine *machine,
                               KappaPickleValue ***values,
                               guint *n,
                               GError **error)
{
  guint height = floor_of (machine);

  if (machine->marks->len == 0)
    return kappa_pickle_machine_fail (machine, error, "there is no mark on the stack");
  *values = machine->stack + height;
  *n = machine->height - height;
  g_array_set_size (machine->marks, machine->marks->len - 1);
  machine->height = height;
  return TRUE;
}

/* The next @size bytes, at most 8, as a little-endian number. */
gboolean
kappa_pickle_machine_number (KappaPickleMachine *machine,
                             guint size,
                             guint64 *number,
                             GError **error)
{
  guint8 bytes[8] = { 0 };

  if (!kappa_cursor_read (machine->cursor, bytes, size, error))
    return FALSE;
  *number = 0;
  for (guint i = size; i-- > 0;)
    *number = *number << 8 | bytes[i];
  return TRUE;
}

/* Whether every other of @n values may be the key of a dictionary. */
gboolean
kappa_pickle_machine_hashable (KappaPickleMachine *machine,
                               KappaPickleValue *const *pairs,
                               guint n,
                               GError **error)
{
  for (guint i = 0; i < n; i += 2)
    if (pairs[i]->kind == KAPPA_PICKLE_LIST || pairs[i]->kind == KAPPA_PICKLE_DICT)
      return kappa_pickle_machine_fail (machine, error,
                                        "a list or a dictionary as the key of a dictionary");
  return TRUE;
}

/* Room doubles, so that appending one by one stays linear; how much there is follows from the
 * count. */
void
kappa_pickle_value_append (KappaPickleValue *container, KappaPickleValue *const *values, guint n)
{
  gsize used = container->n, wanted = used + n;
  gsize room = used > 0 ? (gsize)1 << g_bit_storage (used - 1) : 0;

  if (n == 0)
    return;
  if (wanted > room)
    container->items
        = g_renew (KappaPickleValue *, container->items, (gsize)1 << g_bit_storage (wanted - 1));
  memcpy (container->items + used, values, n * sizeof *values);
  container->n = (guint32)wanted;
}
