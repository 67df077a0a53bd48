#pragma once

#include "core/formats/pickle-private.h"

/**
 * KappaPickleMachine:
 * @opcode: name of the instruction being carried out
 * @at: where it stands in the file
 * @marks: heights of the stack, innermost last
 * @memo: values by number, %NULL where none was set
 * @result: %NULL until the pickle has ended
 *
 * The stack machine while it decodes one pickle. Every instruction makes a bounded number of values, and
 * instructions are counted, so time and memory are bounded by the file: nothing is expanded, nothing is called,
 * nothing recurses.
 */
typedef struct
{
  KappaPickle *pickle;
  KappaCursor *cursor;
  KappaPickleProfile profile;
  const char *opcode;
  guint64 at;
  guint64 n_opcodes;
  guint64 string_bytes;
  KappaPickleValue **stack;
  guint height;
  guint room;
  GArray *marks;
  GPtrArray *memo;
  KappaPickleValue *result;
} KappaPickleMachine;

typedef gboolean (*KappaPickleInstruction) (KappaPickleMachine *machine, GError **error);

gboolean          kappa_pickle_machine_fail     (KappaPickleMachine *machine, GError **error, const char *format, ...)
                                                 G_GNUC_PRINTF (3, 4);
gboolean          kappa_pickle_machine_spend    (KappaPickleMachine *machine, guint64 n, guint64 string_bytes,
                                                 GError **error);
KappaPickleValue *kappa_pickle_machine_new      (KappaPickleMachine *machine, KappaPickleKind kind);
gboolean          kappa_pickle_machine_push     (KappaPickleMachine *machine, KappaPickleValue *value);
gboolean          kappa_pickle_machine_need     (KappaPickleMachine *machine, guint n, GError **error);
KappaPickleValue *kappa_pickle_machine_pop      (KappaPickleMachine *machine);
KappaPickleValue *kappa_pickle_machine_top      (KappaPickleMachine *machine);
gboolean          kappa_pickle_machine_pop_mark (KappaPickleMachine *machine, KappaPickleValue ***values, guint *n,
                                                 GError **error);
gboolean          kappa_pickle_machine_number   (KappaPickleMachine *machine, guint size, guint64 *number,
                                                 GError **error);
gboolean          kappa_pickle_machine_hashable (KappaPickleMachine *machine, KappaPickleValue *const *pairs, guint n,
                                                 GError **error);
gboolean          kappa_pickle_machine_step     (KappaPickleMachine *machine, GError **error);
KappaPickleValue *kappa_pickle_value_new        (KappaPickle *pickle, KappaPickleKind kind);
void              kappa_pickle_value_append     (KappaPickleValue *container, KappaPickleValue *const *values, guint n);

#define KAPPA_PICKLE_INSTRUCTION(name) gboolean kappa_pickle_op_##name (KappaPickleMachine *machine, GError **error)

KAPPA_PICKLE_INSTRUCTION (proto);
KAPPA_PICKLE_INSTRUCTION (frame);
KAPPA_PICKLE_INSTRUCTION (stop);
KAPPA_PICKLE_INSTRUCTION (none);
KAPPA_PICKLE_INSTRUCTION (true);
KAPPA_PICKLE_INSTRUCTION (false);
KAPPA_PICKLE_INSTRUCTION (int1);
KAPPA_PICKLE_INSTRUCTION (int2);
KAPPA_PICKLE_INSTRUCTION (int4);
KAPPA_PICKLE_INSTRUCTION (long1);
KAPPA_PICKLE_INSTRUCTION (float);
KAPPA_PICKLE_INSTRUCTION (text1);
KAPPA_PICKLE_INSTRUCTION (text4);
KAPPA_PICKLE_INSTRUCTION (bytes1);
KAPPA_PICKLE_INSTRUCTION (bytes4);
KAPPA_PICKLE_INSTRUCTION (bytes8);
KAPPA_PICKLE_INSTRUCTION (mark);
KAPPA_PICKLE_INSTRUCTION (tuple);
KAPPA_PICKLE_INSTRUCTION (tuple0);
KAPPA_PICKLE_INSTRUCTION (tuple1);
KAPPA_PICKLE_INSTRUCTION (tuple2);
KAPPA_PICKLE_INSTRUCTION (tuple3);
KAPPA_PICKLE_INSTRUCTION (list);
KAPPA_PICKLE_INSTRUCTION (dict);
KAPPA_PICKLE_INSTRUCTION (append);
KAPPA_PICKLE_INSTRUCTION (appends);
KAPPA_PICKLE_INSTRUCTION (setitem);
KAPPA_PICKLE_INSTRUCTION (setitems);
KAPPA_PICKLE_INSTRUCTION (put1);
KAPPA_PICKLE_INSTRUCTION (put4);
KAPPA_PICKLE_INSTRUCTION (memoize);
KAPPA_PICKLE_INSTRUCTION (get1);
KAPPA_PICKLE_INSTRUCTION (get4);
KAPPA_PICKLE_INSTRUCTION (global);
KAPPA_PICKLE_INSTRUCTION (stack_global);
KAPPA_PICKLE_INSTRUCTION (reduce);
KAPPA_PICKLE_INSTRUCTION (newobj);
KAPPA_PICKLE_INSTRUCTION (build);
KAPPA_PICKLE_INSTRUCTION (persid);
