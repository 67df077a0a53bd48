#include "core/formats/pickle-machine.h"

#include <string.h>

static gboolean
push_int (KappaPickleMachine *machine, gint64 number)
{
  KappaPickleValue *value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_INT);

  value->number = number;
  return kappa_pickle_machine_push (machine, value);
}

static gboolean
push_bool (KappaPickleMachine *machine, gboolean number)
{
  KappaPickleValue *value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_BOOL);

  value->number = number;
  return kappa_pickle_machine_push (machine, value);
}

/* The file must hold the whole string before room is made for it. */
static KappaPickleValue *
string_new (KappaPickleMachine *machine, guint64 length, GError **error)
{
  KappaPickleValue *value;

  if (length > kappa_cursor_get_left (machine->cursor))
    {
      kappa_pickle_machine_fail (machine, error,
                                 "a string of %" G_GUINT64_FORMAT
                                 " bytes runs past the end; the file is truncated",
                                 length);
      return NULL;
    }
  if (!kappa_pickle_machine_spend (machine, 0, length, error))
    return NULL;
  value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_STRING);
  value->text = g_malloc (length + 1);
  value->text[length] = '\0';
  value->n = (guint32)length;
  return value;
}

/* Zero bytes are legal in text, though GLib stops at them. */
static gboolean
is_text (const char *text, gsize length)
{
  const char *end = text + length, *stop;

  while (!g_utf8_validate_len (text, (gsize)(end - text), &stop))
    {
      if (*stop != '\0')
        return FALSE;
      text = stop + 1;
    }
  return TRUE;
}

static gboolean
push_string (KappaPickleMachine *machine, guint length_size, gboolean text, GError **error)
{
  KappaPickleValue *value;
  guint64 length;

  if (!kappa_pickle_machine_number (machine, length_size, &length, error))
    return FALSE;
  value = string_new (machine, length, error);
  if (value == NULL || !kappa_cursor_read (machine->cursor, value->text, length, error))
    return FALSE;
  if (text && !is_text (value->text, length))
    return kappa_pickle_machine_fail (machine, error, "text is not UTF-8");
  return kappa_pickle_machine_push (machine, value);
}

KAPPA_PICKLE_INSTRUCTION (proto)
{
  guint64 version;

  if (!kappa_pickle_machine_number (machine, 1, &version, error))
    return FALSE;
  if (machine->n_opcodes != 1)
    return kappa_pickle_machine_fail (machine, error, "it must come first");
  if (version < 2 || version > (machine->profile == KAPPA_PICKLE_DATA ? 5 : 3))
    return kappa_pickle_machine_fail (
        machine, error, "pickle protocol %" G_GUINT64_FORMAT " is not read; save with protocol 2",
        version);
  return TRUE;
}

KAPPA_PICKLE_INSTRUCTION (frame)
{
  guint64 length;

  if (!kappa_pickle_machine_number (machine, 8, &length, error))
    return FALSE;
  if (length > kappa_cursor_get_left (machine->cursor))
    return kappa_pickle_machine_fail (machine, error,
                                      "a frame runs past the end; the file is truncated");
  return TRUE;
}

KAPPA_PICKLE_INSTRUCTION (stop)
{
  if (machine->height != 1 || machine->marks->len != 0)
    return kappa_pickle_machine_fail (
        machine, error, "%u values are left on the stack, one is expected", machine->height);
  machine->result = kappa_pickle_machine_top (machine);
  return TRUE;
}

KAPPA_PICKLE_INSTRUCTION (none)
{
  return kappa_pickle_machine_push (machine, kappa_pickle_machine_new (machine, KAPPA_PICKLE_NONE));
}

KAPPA_PICKLE_INSTRUCTION (true) { return push_bool (machine, TRUE); }

KAPPA_PICKLE_INSTRUCTION (false) { return push_bool (machine, FALSE); }

KAPPA_PICKLE_INSTRUCTION (int4)
{
  guint64 number;

  return kappa_pickle_machine_number (machine, 4, &number, error)
         && push_int (machine, (gint32)number);
}

KAPPA_PICKLE_INSTRUCTION (int1)
{
  guint64 number;

  return kappa_pickle_machine_number (machine, 1, &number, error)
         && push_int (machine, (gint64)number);
}

KAPPA_PICKLE_INSTRUCTION (int2)
{
  guint64 number;

  return kappa_pickle_machine_number (machine, 2, &number, error)
         && push_int (machine, (gint64)number);
}

KAPPA_PICKLE_INSTRUCTION (long1)
{
  guint64 length, number;

  if (!kappa_pickle_machine_number (machine, 1, &length, error))
    return FALSE;
  if (length > 8)
    return kappa_pickle_machine_fail (
        machine, error, "an integer of %" G_GUINT64_FORMAT " bytes, at most 8 are read", length);
  if (!kappa_pickle_machine_number (machine, (guint)length, &number, error))
    return FALSE;
  /* Two's complement of any width. */
  if (length > 0 && length < 8 && (number >> (8 * length - 1)) != 0)
    number |= G_MAXUINT64 << (8 * length);
  return push_int (machine, (gint64)number);
}

KAPPA_PICKLE_INSTRUCTION (float)
{
  KappaPickleValue *value = kappa_pickle_machine_new (machine, KAPPA_PICKLE_FLOAT);
  guint64 bits;

  if (!kappa_pickle_machine_number (machine, 8, &bits, error))
    return FALSE;
  bits = GUINT64_SWAP_LE_BE (bits);
  memcpy (&value->real, &bits, sizeof bits);
  return kappa_pickle_machine_push (machine, value);
}

KAPPA_PICKLE_INSTRUCTION (text4) { return push_string (machine, 4, TRUE, error); }

KAPPA_PICKLE_INSTRUCTION (text1) { return push_string (machine, 1, TRUE, error); }

KAPPA_PICKLE_INSTRUCTION (bytes1) { return push_string (machine, 1, FALSE, error); }

KAPPA_PICKLE_INSTRUCTION (bytes4) { return push_string (machine, 4, FALSE, error); }

KAPPA_PICKLE_INSTRUCTION (bytes8) { return push_string (machine, 8, FALSE, error); }
