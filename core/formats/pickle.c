#include "core/formats/pickle-machine.h"

#define BLOCK_VALUES 512
#define FIRST_ROOM   64

/**
 * KappaPickle:
 *
 * The values of one decoded pickle, in blocks, in the order in which they were made.
 */
struct _KappaPickle
{
  GPtrArray *blocks;
  guint n_values;
  KappaPickleValue *root;
};

/**
 * kappa_pickle_read:
 * @cursor: stands at the first byte of a pickle, and behind its last one afterwards
 *
 * Returns: (transfer full): the decoded values; %NULL with %KAPPA_ERROR_FORMAT, or with
 * %KAPPA_ERROR_UNSUPPORTED and the name of a class or function that is refused
 */
KappaPickle *
kappa_pickle_read (KappaCursor *cursor, KappaPickleProfile profile, GError **error)
{
  g_autoptr (KappaPickle) self = g_new0 (KappaPickle, 1);
  g_autoptr (GPtrArray) memo = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  KappaPickleMachine machine = { .pickle = self,
                                 .cursor = cursor,
                                 .profile = profile,
                                 .stack = g_new (KappaPickleValue *, FIRST_ROOM),
                                 .room = FIRST_ROOM,
                                 .marks = marks,
                                 .memo = memo };
  gboolean sound = TRUE;

  self->blocks = g_ptr_array_new_with_free_func (g_free);
  while (sound && machine.result == NULL)
    sound = kappa_pickle_machine_step (&machine, error);
  g_free (machine.stack);
  self->root = machine.result;
  return sound ? g_steal_pointer (&self) : NULL;
}

/**
 * kappa_pickle_load_file:
 * @path: a pickle of dictionaries, lists, strings, numbers and numpy arrays, written by Python 2 or
 * 3, such as the batches of CIFAR-10 and CIFAR-100
 *
 * Returns: (transfer full): the decoded values; %NULL with %KAPPA_ERROR_FORMAT, or with
 * %KAPPA_ERROR_UNSUPPORTED and the name of a class or function that is refused
 */
KappaPickle *
kappa_pickle_load_file (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaSource) source = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  source = kappa_source_open (path, error);
  return source != NULL ? kappa_pickle_read_data (source, error) : NULL;
}

/* kappa_pickle_load_file() for a file that is open; it must hold nothing else. */
KappaPickle *
kappa_pickle_read_data (KappaSource *source, GError **error)
{
  g_auto (KappaCursor) cursor = { 0 };
  g_autoptr (KappaPickle) self = NULL;

  kappa_cursor_init (&cursor, source, 0, kappa_source_get_size (source));
  self = kappa_pickle_read (&cursor, KAPPA_PICKLE_DATA, error);
  if (self == NULL)
    return NULL;
  if (kappa_cursor_get_left (&cursor) > 0)
    {
      kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                         "%" G_GUINT64_FORMAT " bytes follow the end of the pickle",
                         kappa_cursor_get_left (&cursor));
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * kappa_pickle_get_root:
 *
 * Returns: (transfer none): the pickled value; it and all below it live as long as @self
 */
const KappaPickleValue *
kappa_pickle_get_root (const KappaPickle *self)
{
  return self->root;
}

/* A value of no content, kept by @self. */
KappaPickleValue *
kappa_pickle_value_new (KappaPickle *self, KappaPickleKind kind)
{
  KappaPickleValue *value;

  if (self->n_values % BLOCK_VALUES == 0)
    g_ptr_array_add (self->blocks, g_new0 (KappaPickleValue, BLOCK_VALUES));
  value = kappa_pickle_get_value (self, self->n_values++);
  value->kind = (guint8)kind;
  return value;
}

guint
kappa_pickle_get_n_values (const KappaPickle *self)
{
  return self->n_values;
}

/* All values that were ever made, whether or not the root leads to them. */
KappaPickleValue *
kappa_pickle_get_value (const KappaPickle *self, guint index)
{
  KappaPickleValue *block = g_ptr_array_index (self->blocks, index / BLOCK_VALUES);

  return block + index % BLOCK_VALUES;
}

static void
value_clear (KappaPickleValue *value)
{
  switch ((KappaPickleKind)value->kind)
    {
    case KAPPA_PICKLE_STRING:
      g_free (value->text);
      break;
    case KAPPA_PICKLE_TUPLE:
    case KAPPA_PICKLE_LIST:
    case KAPPA_PICKLE_DICT:
    case KAPPA_PICKLE_CALL:
    case KAPPA_PICKLE_REFERENCE:
      g_free (value->items);
      break;
    case KAPPA_PICKLE_NONE:
    case KAPPA_PICKLE_BOOL:
    case KAPPA_PICKLE_INT:
    case KAPPA_PICKLE_FLOAT:
    case KAPPA_PICKLE_GLOBAL:
      break;
    }
}

void
kappa_pickle_free (KappaPickle *self)
{
  for (guint i = 0; i < self->n_values; i++)
    value_clear (kappa_pickle_get_value (self, i));
  g_ptr_array_unref (self->blocks);
  g_free (self);
}
