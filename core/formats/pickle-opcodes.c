#include "core/formats/pickle-machine.h"

#define DATA  KAPPA_PICKLE_DATA
#define TORCH (KAPPA_PICKLE_CHECKPOINT | KAPPA_PICKLE_TAR)
#define ANY   (TORCH | DATA)

/* All instructions of protocols 0 to 5, so that refused ones can be named. */
static const struct
{
  const char *name;
  KappaPickleInstruction run;
  guint profiles;
} opcodes[256] = {
  ['('] = { "MARK", kappa_pickle_op_mark, ANY },
  ['.'] = { "STOP", kappa_pickle_op_stop, ANY },
  ['0'] = { "POP" },
  ['1'] = { "POP_MARK" },
  ['2'] = { "DUP" },
  ['F'] = { "FLOAT" },
  ['G'] = { "BINFLOAT", kappa_pickle_op_float, ANY },
  ['I'] = { "INT" },
  ['J'] = { "BININT", kappa_pickle_op_int4, ANY },
  ['K'] = { "BININT1", kappa_pickle_op_int1, ANY },
  ['L'] = { "LONG" },
  ['M'] = { "BININT2", kappa_pickle_op_int2, ANY },
  ['N'] = { "NONE", kappa_pickle_op_none, ANY },
  ['P'] = { "PERSID" },
  ['Q'] = { "BINPERSID", kappa_pickle_op_persid, TORCH },
  ['R'] = { "REDUCE", kappa_pickle_op_reduce, ANY },
  ['S'] = { "STRING" },
  ['T'] = { "BINSTRING", kappa_pickle_op_bytes4, DATA },
  ['U'] = { "SHORT_BINSTRING", kappa_pickle_op_bytes1, ANY },
  ['V'] = { "UNICODE" },
  ['X'] = { "BINUNICODE", kappa_pickle_op_text4, ANY },
  ['B'] = { "BINBYTES", kappa_pickle_op_bytes4, DATA },
  ['C'] = { "SHORT_BINBYTES", kappa_pickle_op_bytes1, DATA },
  [']'] = { "EMPTY_LIST", kappa_pickle_op_list, ANY },
  ['a'] = { "APPEND", kappa_pickle_op_append, ANY },
  ['b'] = { "BUILD", kappa_pickle_op_build, ANY },
  ['c'] = { "GLOBAL", kappa_pickle_op_global, ANY },
  ['d'] = { "DICT" },
  ['e'] = { "APPENDS", kappa_pickle_op_appends, ANY },
  ['g'] = { "GET" },
  ['h'] = { "BINGET", kappa_pickle_op_get1, ANY },
  ['i'] = { "INST" },
  ['j'] = { "LONG_BINGET", kappa_pickle_op_get4, ANY },
  ['l'] = { "LIST" },
  ['o'] = { "OBJ" },
  ['p'] = { "PUT" },
  ['q'] = { "BINPUT", kappa_pickle_op_put1, ANY },
  ['r'] = { "LONG_BINPUT", kappa_pickle_op_put4, ANY },
  ['s'] = { "SETITEM", kappa_pickle_op_setitem, ANY },
  ['t'] = { "TUPLE", kappa_pickle_op_tuple, ANY },
  ['u'] = { "SETITEMS", kappa_pickle_op_setitems, ANY },
  [')'] = { "EMPTY_TUPLE", kappa_pickle_op_tuple0, ANY },
  ['}'] = { "EMPTY_DICT", kappa_pickle_op_dict, ANY },
  [0x80] = { "PROTO", kappa_pickle_op_proto, ANY },
  [0x81] = { "NEWOBJ", kappa_pickle_op_newobj, ANY },
  [0x82] = { "EXT1" },
  [0x83] = { "EXT2" },
  [0x84] = { "EXT4" },
  [0x85] = { "TUPLE1", kappa_pickle_op_tuple1, ANY },
  [0x86] = { "TUPLE2", kappa_pickle_op_tuple2, ANY },
  [0x87] = { "TUPLE3", kappa_pickle_op_tuple3, ANY },
  [0x88] = { "NEWTRUE", kappa_pickle_op_true, ANY },
  [0x89] = { "NEWFALSE", kappa_pickle_op_false, ANY },
  [0x8a] = { "LONG1", kappa_pickle_op_long1, ANY },
  [0x8b] = { "LONG4" },
  [0x8c] = { "SHORT_BINUNICODE", kappa_pickle_op_text1, DATA },
  [0x8d] = { "BINUNICODE8" },
  [0x8e] = { "BINBYTES8", kappa_pickle_op_bytes8, DATA },
  [0x8f] = { "EMPTY_SET" },
  [0x90] = { "ADDITEMS" },
  [0x91] = { "FROZENSET" },
  [0x92] = { "NEWOBJ_EX" },
  [0x93] = { "STACK_GLOBAL", kappa_pickle_op_stack_global, DATA },
  [0x94] = { "MEMOIZE", kappa_pickle_op_memoize, DATA },
  [0x95] = { "FRAME", kappa_pickle_op_frame, DATA },
  [0x96] = { "BYTEARRAY8", kappa_pickle_op_bytes8, DATA },
  [0x97] = { "NEXT_BUFFER" },
  [0x98] = { "READONLY_BUFFER" },
};

/* Reads one instruction and carries it out. */
gboolean
kappa_pickle_machine_step (KappaPickleMachine *machine, GError **error)
{
  guint8 code;

  machine->at = machine->cursor->position;
  if (!kappa_cursor_read (machine->cursor, &code, 1, error))
    return FALSE;
  machine->opcode = opcodes[code].name;
  if (machine->opcode == NULL)
    return kappa_source_fail (machine->cursor->source, error, KAPPA_ERROR_FORMAT,
                              "0x%02x at byte %" G_GUINT64_FORMAT " is not a pickle instruction",
                              code, machine->at);
  if ((opcodes[code].profiles & (guint)machine->profile) == 0)
    return kappa_pickle_machine_fail (machine, error,
                                      "it is refused, nothing Kappa reads needs it here");
  return kappa_pickle_machine_spend (machine, 1, 0, error) && opcodes[code].run (machine, error);
}
