#pragma once

#include <gio/gio.h>

#include "core/formats/element.h"

/*
 * Python pickles, read without running anything. A pickle is a program for a stack machine; this one builds
 * plain values only. Names of classes and functions stay names, calls of the few that are known to be harmless
 * are kept as (name, arguments, state), every other name is refused.
 */

/**
 * KappaPickleKind:
 * @KAPPA_PICKLE_STRING: text or, in files written by Python 2 and for bytes objects, bytes
 * @KAPPA_PICKLE_GLOBAL: the name of a class or a function
 * @KAPPA_PICKLE_CALL: the result a call would have had
 * @KAPPA_PICKLE_REFERENCE: something kept outside the pickle, such as the storage of a tensor
 */
typedef enum
{
  KAPPA_PICKLE_NONE,
  KAPPA_PICKLE_BOOL,
  KAPPA_PICKLE_INT,
  KAPPA_PICKLE_FLOAT,
  KAPPA_PICKLE_STRING,
  KAPPA_PICKLE_TUPLE,
  KAPPA_PICKLE_LIST,
  KAPPA_PICKLE_DICT,
  KAPPA_PICKLE_GLOBAL,
  KAPPA_PICKLE_CALL,
  KAPPA_PICKLE_REFERENCE,
} KappaPickleKind;

/**
 * KappaPickleArray:
 * @data: (array length=size): the elements, in the byte order of this machine, row-major
 * @n: number of elements, the product of @dims
 */
typedef struct
{
  KappaElement element;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  gsize n;
  GBytes *data;
} KappaPickleArray;

typedef struct _KappaPickle      KappaPickle;
typedef struct _KappaPickleValue KappaPickleValue;

KappaPickle            *kappa_pickle_load_file        (const char *path, GCancellable *cancellable, GError **error);
const KappaPickleValue *kappa_pickle_get_root         (const KappaPickle *self);
void                    kappa_pickle_free             (KappaPickle *self);

KappaPickleKind         kappa_pickle_value_get_kind   (const KappaPickleValue *value);
gboolean                kappa_pickle_value_get_int    (const KappaPickleValue *value, gint64 *number);
gboolean                kappa_pickle_value_get_number (const KappaPickleValue *value, double *number);
const char             *kappa_pickle_value_get_string (const KappaPickleValue *value, gsize *length);
gboolean                kappa_pickle_value_equals     (const KappaPickleValue *value, const char *text);
guint                   kappa_pickle_value_get_n      (const KappaPickleValue *value);
const KappaPickleValue *kappa_pickle_value_get_item   (const KappaPickleValue *value, guint index);
const KappaPickleValue *kappa_pickle_value_get_key    (const KappaPickleValue *value, guint index);
const KappaPickleValue *kappa_pickle_value_lookup     (const KappaPickleValue *value, const char *key);
const char             *kappa_pickle_value_get_name   (const KappaPickleValue *value);
const KappaPickleValue *kappa_pickle_value_get_state  (const KappaPickleValue *value);
char                   *kappa_pickle_value_to_text    (const KappaPickleValue *value);
gint64                 *kappa_pickle_value_get_ints   (const KappaPickleValue *value, gsize *n);
char                  **kappa_pickle_value_get_strings (const KappaPickleValue *value, gsize *n);
gboolean                kappa_pickle_value_get_array  (const KappaPickleValue *value, KappaPickleArray *array,
                                                       GError **error);
void                    kappa_pickle_array_clear      (KappaPickleArray *array);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPickle, kappa_pickle_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaPickleArray, kappa_pickle_array_clear)
