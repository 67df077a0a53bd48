#include "core/formats/pickle-private.h"

#include <string.h>

#include "core/formats/npy-header.h"
#include "core/formats/source.h"
#include "core/formats/strided.h"

/*
 * What numpy pickles: arrays, as _reconstruct (ndarray, (0,), b'b') with the state (version, shape,
 * dtype, is_fortran, bytes), or as _frombuffer (bytes, dtype, shape, order); scalars, as scalar
 * (dtype, bytes).
 */

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, what);
  return FALSE;
}

static gboolean
is_numpy (const KappaPickleValue *value, const char *name)
{
  const char *found = value->kind == KAPPA_PICKLE_CALL ? kappa_pickle_value_get_name (value) : NULL;

  /* numpy 2 renamed numpy.core to numpy._core. */
  if (found == NULL
      || !(g_str_has_prefix (found, "numpy.core.") || g_str_has_prefix (found, "numpy._core.")))
    return FALSE;
  return g_str_has_suffix (found, name);
}

/* dtype ('f8', …), and its state (version, '<', …) for the byte order. */
static gboolean
get_dtype (const KappaPickleValue *value, KappaElement *element, gboolean *swap)
{
  const KappaPickleValue *state, *order;
  gsize length;
  const char *code;
  char descr[8];

  if (value == NULL || !kappa_pickle_value_is_call (value, "numpy.dtype"))
    return FALSE;
  code = kappa_pickle_value_get_string (kappa_pickle_value_argument (value, 0), &length);
  state = kappa_pickle_value_get_state (value);
  order = kappa_pickle_value_get_n (state) > 1 ? kappa_pickle_value_get_item (state, 1) : NULL;
  if (code == NULL || length > 4 || strlen (code) != length)
    return FALSE;
  g_snprintf (descr, sizeof descr, "%c%s", kappa_pickle_value_equals (order, ">") ? '>' : '<',
              code);
  return kappa_npy_parse_type (descr, FALSE, element, swap);
}

/* The number in scalar (dtype, bytes), as a numpy scalar is pickled. */
gboolean
kappa_pickle_value_scalar (const KappaPickleValue *value, double *number)
{
  KappaElement element;
  gboolean swap;
  gsize length;
  const char *bytes;
  guint8 copy[8];

  if (!is_numpy (value, ".multiarray.scalar")
      || !get_dtype (kappa_pickle_value_argument (value, 0), &element, &swap))
    return FALSE;
  bytes = kappa_pickle_value_get_string (kappa_pickle_value_argument (value, 1), &length);
  if (bytes == NULL || length != kappa_element_get_size (element))
    return FALSE;
  memcpy (copy, bytes, length);
  if (swap)
    kappa_element_swap (element, copy, 1);
  kappa_element_to_doubles (element, copy, 1, number);
  return TRUE;
}

static gboolean
get_shape (const KappaPickleValue *value, KappaPickleArray *array)
{
  guint rank = kappa_pickle_value_get_n (value);

  if (value == NULL || value->kind != KAPPA_PICKLE_TUPLE || rank > KAPPA_TENSOR_MAX_RANK)
    return FALSE;
  array->rank = rank;
  for (guint i = 0; i < rank; i++)
    {
      gint64 size;

      if (!kappa_pickle_value_get_int (kappa_pickle_value_get_item (value, i), &size) || size < 0)
        return FALSE;
      array->dims[i] = (gsize)size;
    }
  return kappa_shape_count (array->dims, rank, &array->n);
}

/* Brings the bytes of a pickled array into row-major order and this machine's byte order. */
static gboolean
set_data (KappaPickleArray *array,
          const KappaPickleValue *data,
          gboolean swap,
          gboolean fortran,
          GError **error)
{
  gsize strides[KAPPA_TENSOR_MAX_RANK], size = kappa_element_get_size (array->element), length;
  const char *bytes = kappa_pickle_value_get_string (data, &length);
  g_autofree guint8 *elements = NULL;

  if (bytes == NULL || length / size != array->n || length % size != 0)
    return fail (error, "a numpy array whose bytes do not fit its shape");
  elements = g_malloc (MAX (length, 1));
  kappa_strides_col_major (array->dims, array->rank, strides);
  if (fortran && array->n > 0)
    kappa_strided_gather (bytes, size, array->dims, strides, array->rank, elements);
  else
    memcpy (elements, bytes, length);
  if (swap)
    kappa_element_swap (array->element, elements, array->n);
  array->data = g_bytes_new_take (g_steal_pointer (&elements), length);
  return TRUE;
}

static gboolean
get_parts (const KappaPickleValue *value, const KappaPickleValue *parts[4])
{
  const KappaPickleValue *state = kappa_pickle_value_get_state (value);
  guint n = kappa_pickle_value_get_n (state);

  if (is_numpy (value, "._frombuffer"))
    {
      for (guint i = 0; i < 4; i++)
        parts[i] = kappa_pickle_value_argument (value, (guint[]) { 2, 1, 3, 0 }[i]);
      return kappa_pickle_value_equals (parts[2], "C") || kappa_pickle_value_equals (parts[2], "F");
    }
  /* The state begins with a version number since numpy 1.0. */
  if (!is_numpy (value, ".multiarray._reconstruct") || state == NULL
      || state->kind != KAPPA_PICKLE_TUPLE || (n != 4 && n != 5))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    parts[i] = kappa_pickle_value_get_item (state, n - 4 + i);
  return TRUE;
}

/**
 * kappa_pickle_value_get_array:
 * @array: (out): an array; free its content with kappa_pickle_array_clear()
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if @value is not a numpy array of numbers
 */
gboolean
kappa_pickle_value_get_array (const KappaPickleValue *value,
                              KappaPickleArray *array,
                              GError **error)
{
  const KappaPickleValue *parts[4]; /* shape, dtype, order, bytes */
  gint64 fortran = 0;
  gboolean swap;

  *array = (KappaPickleArray) { 0 };
  if (value == NULL || !get_parts (value, parts))
    return fail (error, "a numpy array is expected");
  if (!get_dtype (parts[1], &array->element, &swap))
    return fail (error, "a numpy array of something that is not a number");
  if (!get_shape (parts[0], array))
    return fail (error, "a numpy array with an impossible shape");
  if (!kappa_pickle_value_get_int (parts[2], &fortran))
    fortran = kappa_pickle_value_equals (parts[2], "F");
  return set_data (array, parts[3], swap, fortran != 0, error);
}

void
kappa_pickle_array_clear (KappaPickleArray *array)
{
  g_clear_pointer (&array->data, g_bytes_unref);
}

static gint64 *
ints_of_array (const KappaPickleValue *value, gsize *n)
{
  g_auto (KappaPickleArray) array = { 0 };
  g_autofree gint64 *ints = NULL;

  if (!kappa_pickle_value_get_array (value, &array, NULL))
    return NULL;
  ints = g_new (gint64, MAX (array.n, 1));
  if (!kappa_element_to_int64s (array.element, g_bytes_get_data (array.data, NULL), array.n, ints))
    return NULL;
  *n = array.n;
  return g_steal_pointer (&ints);
}

static gboolean
is_sequence (const KappaPickleValue *value)
{
  return value != NULL && (value->kind == KAPPA_PICKLE_LIST || value->kind == KAPPA_PICKLE_TUPLE);
}

/**
 * kappa_pickle_value_get_ints:
 * @value: (nullable): any value
 * @n: (out): number of integers
 *
 * Returns: (transfer full) (array length=n) (nullable): the integers in a list, a tuple, or a numpy
 * array of any shape; %NULL if @value is something else or has anything but whole numbers in it
 */
gint64 *
kappa_pickle_value_get_ints (const KappaPickleValue *value, gsize *n)
{
  g_autofree gint64 *ints = NULL;
  guint count = kappa_pickle_value_get_n (value);

  if (!is_sequence (value))
    return ints_of_array (value, n);
  ints = g_new (gint64, MAX (count, 1));
  for (guint i = 0; i < count; i++)
    {
      double number;

      if (kappa_pickle_value_get_int (value->items[i], &ints[i]))
        continue;
      if (!kappa_pickle_value_get_number (value->items[i], &number)
          || !kappa_element_to_int64s (KAPPA_ELEMENT_F64, &number, 1, &ints[i]))
        return NULL;
    }
  *n = count;
  return g_steal_pointer (&ints);
}

/**
 * kappa_pickle_value_get_strings:
 * @value: (nullable): any value
 * @n: (out) (optional): number of strings
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): the strings in a list or tuple as
 * UTF-8, bytes that are not UTF-8 replaced; %NULL if @value is something else or has anything but
 * strings in it
 */
char **
kappa_pickle_value_get_strings (const KappaPickleValue *value, gsize *n)
{
  g_auto (GStrv) strings = NULL;
  guint count = kappa_pickle_value_get_n (value);

  if (!is_sequence (value))
    return NULL;
  strings = g_new0 (char *, (gsize)count + 1);
  for (guint i = 0; i < count; i++)
    {
      gsize length;
      const char *text = kappa_pickle_value_get_string (value->items[i], &length);

      if (text == NULL)
        return NULL;
      strings[i] = g_utf8_make_valid (text, (gssize)length);
    }
  if (n != NULL)
    *n = count;
  return g_steal_pointer (&strings);
}
