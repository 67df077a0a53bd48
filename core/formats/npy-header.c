#include "core/formats/npy-header.h"

#include <string.h>

#include "core/formats/strided.h"

/* Arrays' data begin at a multiple of this; numpy's own choice. */
#define ALIGNMENT 64

typedef struct
{
  const char *text;
  const char *end;
  GError **error;
} Literal;

static gboolean
fail (GError **error, KappaError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, KappaError code, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, KAPPA_ERROR, (int)code, "npy header: %s", what);
  return FALSE;
}

/**
 * kappa_npy_parse_type:
 * @descr: numpy's name of a type with its byte order, e.g. "<f4"
 * @raw_bfloat16: whether two raw bytes ("V2") are to be taken for bfloat16, as JAX writes it
 * @swap: (out): whether this machine's byte order is the other one
 *
 * Returns: %FALSE if elements of that type are not read
 */
gboolean
kappa_npy_parse_type (const char *descr,
                      gboolean raw_bfloat16,
                      KappaElement *element,
                      gboolean *swap)
{
  static const struct
  {
    const char *code;
    KappaElement element;
  } types[] = {
    { "f8", KAPPA_ELEMENT_F64 },  { "f4", KAPPA_ELEMENT_F32 }, { "f2", KAPPA_ELEMENT_F16 },
    { "i8", KAPPA_ELEMENT_I64 },  { "i4", KAPPA_ELEMENT_I32 }, { "i2", KAPPA_ELEMENT_I16 },
    { "i1", KAPPA_ELEMENT_I8 },   { "u8", KAPPA_ELEMENT_U64 }, { "u4", KAPPA_ELEMENT_U32 },
    { "u2", KAPPA_ELEMENT_U16 },  { "u1", KAPPA_ELEMENT_U8 },  { "b1", KAPPA_ELEMENT_BOOL },
    { "V2", KAPPA_ELEMENT_BF16 },
  };
  char order = descr[0];

  if (strlen (descr) != 3 || strchr ("<>|=", order) == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (descr + 1, types[i].code) == 0)
      {
        *element = types[i].element;
        *swap = kappa_element_get_size (*element) > 1
                && order == (G_BYTE_ORDER == G_LITTLE_ENDIAN ? '>' : '<');
        /* Only single bytes and raw ones may leave the order open. */
        if (order == '|' && kappa_element_get_size (*element) > 1 && *element != KAPPA_ELEMENT_BF16)
          return FALSE;
        return *element != KAPPA_ELEMENT_BF16 || raw_bfloat16;
      }
  return FALSE;
}

static void
skip_space (Literal *literal)
{
  while (literal->text < literal->end && g_ascii_isspace (*literal->text))
    literal->text++;
}

/* Whether the next thing is @c, which is then passed over. */
static gboolean
accept (Literal *literal, char c)
{
  skip_space (literal);
  if (literal->text >= literal->end || *literal->text != c)
    return FALSE;
  literal->text++;
  return TRUE;
}

static gboolean
accept_word (Literal *literal, const char *word)
{
  gsize length = strlen (word);

  skip_space (literal);
  if ((gsize)(literal->end - literal->text) < length || memcmp (literal->text, word, length) != 0)
    return FALSE;
  literal->text += length;
  return TRUE;
}

static gboolean
parse_string (Literal *literal, char *string, gsize size)
{
  char quote = accept (literal, '\'') ? '\'' : accept (literal, '"') ? '"' : '\0';
  gsize n = 0;

  if (quote == '\0')
    return FALSE;
  for (; literal->text < literal->end && *literal->text != quote; literal->text++)
    {
      if (*literal->text < ' ' || *literal->text > '~' || *literal->text == '\\' || n + 1 >= size)
        return FALSE;
      string[n++] = *literal->text;
    }
  string[n] = '\0';
  return accept (literal, quote);
}

static gboolean
parse_size (Literal *literal, gsize *size)
{
  const char *start;

  skip_space (literal);
  *size = 0;
  for (start = literal->text; literal->text < literal->end && g_ascii_isdigit (*literal->text);
       literal->text++)
    if (!g_size_checked_mul (size, *size, 10)
        || !g_size_checked_add (size, *size, (gsize)(*literal->text - '0')))
      return FALSE;
  if (literal->text == start)
    return FALSE;
  /* Python 2 wrote long integers so. */
  accept (literal, 'L');
  return TRUE;
}

static gboolean
parse_shape (Literal *literal, KappaNpyHeader *header)
{
  gboolean comma = TRUE;

  header->rank = 0;
  if (!accept (literal, '('))
    return fail (literal->error, KAPPA_ERROR_FORMAT, "the shape is not a tuple");
  while (!accept (literal, ')'))
    {
      if (header->rank == KAPPA_TENSOR_MAX_RANK)
        return fail (literal->error, KAPPA_ERROR_UNSUPPORTED, "more than %d dimensions",
                     KAPPA_TENSOR_MAX_RANK);
      if (!comma || !parse_size (literal, &header->dims[header->rank]))
        return fail (literal->error, KAPPA_ERROR_FORMAT,
                     "the shape has something that is not a size");
      header->rank++;
      comma = accept (literal, ',');
    }
  if (header->rank == 1 && !comma)
    return fail (literal->error, KAPPA_ERROR_FORMAT, "the shape is not a tuple");
  return TRUE;
}

static gboolean
parse_descr (Literal *literal, gboolean raw_bfloat16, KappaNpyHeader *header)
{
  char descr[32];

  if (accept (literal, '['))
    return fail (literal->error, KAPPA_ERROR_UNSUPPORTED,
                 "structured elements are not read; save each field by itself");
  if (!parse_string (literal, descr, sizeof descr))
    return fail (literal->error, KAPPA_ERROR_FORMAT,
                 "the type of the elements is not a short string");
  if (strchr (descr, 'O') != NULL)
    return fail (literal->error, KAPPA_ERROR_UNSUPPORTED,
                 "the array holds pickled Python objects (type “%s”), which could run code; save "
                 "plain numbers",
                 descr);
  if (!kappa_npy_parse_type (descr, raw_bfloat16, &header->element, &header->swap))
    return fail (literal->error, KAPPA_ERROR_UNSUPPORTED, "elements of type “%s” are not read",
                 descr);
  return TRUE;
}

static gboolean
parse_order (Literal *literal, KappaNpyHeader *header)
{
  header->fortran = accept_word (literal, "True");
  if (!header->fortran && !accept_word (literal, "False"))
    return fail (literal->error, KAPPA_ERROR_FORMAT, "fortran_order is neither True nor False");
  return TRUE;
}

static gboolean
parse_item (Literal *literal, gboolean raw_bfloat16, KappaNpyHeader *header, guint *seen)
{
  static const char *const keys[] = { "descr", "fortran_order", "shape" };
  char key[32];
  guint i;

  if (!parse_string (literal, key, sizeof key))
    return fail (literal->error, KAPPA_ERROR_FORMAT, "a key is not a short string");
  for (i = 0; i < G_N_ELEMENTS (keys) && strcmp (keys[i], key) != 0; i++)
    ;
  if (i == G_N_ELEMENTS (keys) || (*seen & 1u << i) != 0)
    return fail (literal->error, KAPPA_ERROR_FORMAT, "the key “%s” is unknown or appears twice",
                 key);
  *seen |= 1u << i;
  if (!accept (literal, ':'))
    return fail (literal->error, KAPPA_ERROR_FORMAT, "no colon after a key");
  if (i == 0)
    return parse_descr (literal, raw_bfloat16, header);
  return i == 1 ? parse_order (literal, header) : parse_shape (literal, header);
}

static gboolean
parse_dict (Literal *literal, gboolean raw_bfloat16, KappaNpyHeader *header)
{
  gboolean comma = TRUE;
  guint seen = 0;

  if (!accept (literal, '{'))
    return fail (literal->error, KAPPA_ERROR_FORMAT, "it is not a dictionary");
  while (!accept (literal, '}'))
    {
      if (!comma)
        return fail (literal->error, KAPPA_ERROR_FORMAT, "no comma between items");
      if (!parse_item (literal, raw_bfloat16, header, &seen))
        return FALSE;
      comma = accept (literal, ',');
    }
  skip_space (literal);
  if (literal->text != literal->end)
    return fail (literal->error, KAPPA_ERROR_FORMAT, "something follows the dictionary");
  if (seen != 7)
    return fail (literal->error, KAPPA_ERROR_FORMAT,
                 "descr, fortran_order and shape must all be there");
  return TRUE;
}

static gboolean
parse_length (const guint8 *data, gsize size, gsize *start, gsize *length, GError **error)
{
  if (size < 10 || memcmp (data, KAPPA_NPY_MAGIC, KAPPA_NPY_MAGIC_SIZE) != 0)
    return fail (error, KAPPA_ERROR_FORMAT, "the array does not begin with \\x93NUMPY");
  if (data[6] < 1 || data[6] > 3 || data[7] != 0)
    return fail (error, KAPPA_ERROR_UNSUPPORTED, "version %u.%u is not read, 1.0 to 3.0 are",
                 data[6], data[7]);
  *start = data[6] == 1 ? 10 : 12;
  if (size < *start)
    return fail (error, KAPPA_ERROR_FORMAT, "it is truncated");
  *length = data[8] | (gsize)data[9] << 8;
  if (data[6] > 1)
    *length |= (gsize)data[10] << 16 | (gsize)data[11] << 24;
  if (*length > KAPPA_NPY_MAX_HEADER - 12)
    return fail (error, KAPPA_ERROR_FORMAT,
                 "it claims %" G_GSIZE_FORMAT " characters, at most 10,000 are read", *length);
  if (*length > size - *start)
    return fail (error, KAPPA_ERROR_FORMAT, "it is truncated");
  return TRUE;
}

/**
 * kappa_npy_parse_header:
 * @data: (array length=size): the beginning of an array, up to %KAPPA_NPY_MAX_HEADER bytes of it
 * @raw_bfloat16: see kappa_npy_parse_type()
 * @header: (out): what it says
 *
 * The header is the text of a Python dictionary; nothing but that dictionary is understood.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED; the message does not name
 * the file
 */
gboolean
kappa_npy_parse_header (const guint8 *data,
                        gsize size,
                        gboolean raw_bfloat16,
                        KappaNpyHeader *header,
                        GError **error)
{
  Literal literal = { .error = error };
  gsize start = 0, length = 0;

  *header = (KappaNpyHeader) { 0 };
  if (!parse_length (data, size, &start, &length, error))
    return FALSE;
  literal.text = (const char *)data + start;
  literal.end = literal.text + length;
  header->size = start + length;
  if (!parse_dict (&literal, raw_bfloat16, header))
    return FALSE;
  if (!kappa_shape_count (header->dims, header->rank, &header->n)
      || !g_size_checked_mul (&header->n_bytes, header->n,
                              kappa_element_get_size (header->element)))
    return fail (error, KAPPA_ERROR_FORMAT, "the sizes multiply to more than memory can hold");
  return TRUE;
}

static const char *
type_code (KappaElement element)
{
  static const char *const codes[KAPPA_N_ELEMENTS] = {
    [KAPPA_ELEMENT_F64] = "f8",  [KAPPA_ELEMENT_F32] = "f4", [KAPPA_ELEMENT_F16] = "f2",
    [KAPPA_ELEMENT_BF16] = "V2", [KAPPA_ELEMENT_I64] = "i8", [KAPPA_ELEMENT_I32] = "i4",
    [KAPPA_ELEMENT_I16] = "i2",  [KAPPA_ELEMENT_I8] = "i1",  [KAPPA_ELEMENT_U64] = "u8",
    [KAPPA_ELEMENT_U32] = "u4",  [KAPPA_ELEMENT_U16] = "u2", [KAPPA_ELEMENT_U8] = "u1",
    [KAPPA_ELEMENT_BOOL] = "b1",
  };

  return codes[element];
}

/**
 * kappa_npy_make_header:
 *
 * Returns: (transfer full): the bytes to write before elements in row-major order and this
 * machine's byte order: version 1.0, which 8 sizes of 20 digits cannot outgrow, padded so that the
 * elements begin at a multiple of 64
 */
GBytes *
kappa_npy_make_header (KappaElement element, const gsize *dims, guint rank)
{
  GString *text = g_string_new ("{'descr': '");
  GByteArray *header = g_byte_array_new ();
  char order = G_BYTE_ORDER == G_LITTLE_ENDIAN ? '<' : '>';
  gsize padded, start;
  guint8 length[4];

  if (kappa_element_get_size (element) == 1 || element == KAPPA_ELEMENT_BF16)
    order = '|';
  g_string_append_printf (text, "%c%s', 'fortran_order': False, 'shape': (", order,
                          type_code (element));
  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, i + 1 < rank ? "%" G_GSIZE_FORMAT ", " : "%" G_GSIZE_FORMAT,
                            dims[i]);
  g_string_append (text, rank == 1 ? ",), }" : "), }");
  start = KAPPA_NPY_MAGIC_SIZE + 4;
  padded = (start + text->len + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  while (start + text->len + 1 < padded)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');
  length[0] = (guint8)text->len;
  length[1] = (guint8)(text->len >> 8);
  g_byte_array_append (header, (const guint8 *)KAPPA_NPY_MAGIC "\x01\x00",
                       KAPPA_NPY_MAGIC_SIZE + 2);
  g_byte_array_append (header, length, 2);
  g_byte_array_append (header, (const guint8 *)text->str, (guint)text->len);
  g_string_free (text, TRUE);
  return g_byte_array_free_to_bytes (header);
}
