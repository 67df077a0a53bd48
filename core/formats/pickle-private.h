#pragma once

#include "core/formats/cursor.h"
#include "core/formats/pickle.h"

/**
 * KappaPickleProfile:
 * @KAPPA_PICKLE_CHECKPOINT: what torch.save() writes, as a zip archive or a legacy stream
 * @KAPPA_PICKLE_TAR: what torch.save() wrote in 2016 and 2017
 * @KAPPA_PICKLE_DATA: dictionaries of numpy arrays and lists, from Python 2 or 3
 *
 * Which instructions and names a pickle may use; values are bits, for tables that say who may use what.
 */
typedef enum
{
  KAPPA_PICKLE_CHECKPOINT = 1 << 0,
  KAPPA_PICKLE_TAR = 1 << 1,
  KAPPA_PICKLE_DATA = 1 << 2,
} KappaPickleProfile;

/**
 * KappaPickleUse:
 * @KAPPA_PICKLE_REDUCE: may be called
 * @KAPPA_PICKLE_NEWOBJ: may be instantiated
 * @KAPPA_PICKLE_BUILD: what it returns may be given a state
 */
typedef enum
{
  KAPPA_PICKLE_REDUCE = 1 << 0,
  KAPPA_PICKLE_NEWOBJ = 1 << 1,
  KAPPA_PICKLE_BUILD = 1 << 2,
} KappaPickleUse;

typedef struct
{
  const char *name; /* module and attribute, joined by a point */
  guint profiles;
  guint uses;
} KappaPickleGlobal;

/**
 * KappaPickleValue:
 * @mark: for walks: whatever the walker wants, 0 at first
 * @n: bytes of a string, items of a tuple or list, keys and values of a dictionary together
 * @items: of a call: what was called, arguments, state or %NULL; of a reference: its identification
 */
struct _KappaPickleValue
{
  guint8 kind;
  guint8 ordered; /* a dictionary that was made by calling OrderedDict */
  guint8 mark;
  guint32 n;
  union
  {
    gint64 number;
    double real;
    char *text;
    const KappaPickleGlobal *global;
    KappaPickleValue **items;
  };
};

enum
{
  KAPPA_PICKLE_CALLEE,
  KAPPA_PICKLE_ARGUMENTS,
  KAPPA_PICKLE_STATE,
};

const KappaPickleGlobal *kappa_pickle_find_global    (const char *name, KappaPickleProfile profile);
char                    *kappa_pickle_explain_global (const char *name);

KappaPickle             *kappa_pickle_read           (KappaCursor *cursor, KappaPickleProfile profile, GError **error);
KappaPickle             *kappa_pickle_read_data      (KappaSource *source, GError **error);
guint                    kappa_pickle_get_n_values   (const KappaPickle *self);
KappaPickleValue        *kappa_pickle_get_value      (const KappaPickle *self, guint index);
gboolean                 kappa_pickle_value_is_call  (const KappaPickleValue *value, const char *name);
const KappaPickleValue  *kappa_pickle_value_argument (const KappaPickleValue *value, guint index);
gboolean                 kappa_pickle_value_scalar   (const KappaPickleValue *value, double *number);
