#include "core/formats/onnx-scan.h"

#include <string.h>

#include "core/formats/cursor.h"

/*
 * A first pass over an ONNX file. A parser of protobuf copies every byte it is given, and weights
 * are nearly all of a model; so this pass copies the structure alone, and notes where the elements
 * of each tensor lie. It copies only the fields that are read later, so that nothing can be nested
 * deeper than this file says, and it counts them, so that a small file cannot become a large tree.
 */

#define MAX_STRUCTURE ((guint)16 << 20)
#define MAX_FIELDS    ((guint)1 << 21)
#define MAX_VALUES    ((gsize)64 << 20)

enum
{
  WIRE_VARINT = 0,
  WIRE_64 = 1,
  WIRE_BYTES = 2,
  WIRE_32 = 5,
};

typedef enum
{
  MODEL,
  GRAPH,
  NODE,
  ATTRIBUTE,
  TENSOR,
  PAIR,
  VALUE,
  TYPE,
  TENSOR_TYPE,
  SHAPE,
  DIMENSION,
  OPSET,
  /* No messages, but what else may be in a field. */
  PLAIN,
  ELEMENTS,
  REFUSED,
} Message;

/**
 * Field:
 * @holder: the message it is a field of
 * @content: what it holds
 * @wire: how it is written
 * @packable: whether several may be written as one
 * @repeated: whether there may be several
 * @what: for people; of what is refused, why
 */
typedef struct
{
  Message holder;
  guint number;
  Message content;
  guint wire;
  gboolean repeated;
  gboolean packable;
  const char *what;
} Field;

static const Field fields[] = {
  { MODEL, 1, PLAIN, WIRE_VARINT, FALSE, FALSE, "version" },
  { MODEL, 2, PLAIN, WIRE_BYTES, FALSE, FALSE, "producer" },
  { MODEL, 3, PLAIN, WIRE_BYTES, FALSE, FALSE, "version of the producer" },
  { MODEL, 7, GRAPH, WIRE_BYTES, FALSE, FALSE, "graph" },
  { MODEL, 8, OPSET, WIRE_BYTES, TRUE, FALSE, "operator set" },
  { MODEL, 14, PAIR, WIRE_BYTES, TRUE, FALSE, "metadata" },
  { GRAPH, 1, NODE, WIRE_BYTES, TRUE, FALSE, "node" },
  { GRAPH, 2, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of the graph" },
  { GRAPH, 5, TENSOR, WIRE_BYTES, TRUE, FALSE, "initialiser" },
  { GRAPH, 11, VALUE, WIRE_BYTES, TRUE, FALSE, "input" },
  { GRAPH, 12, VALUE, WIRE_BYTES, TRUE, FALSE, "output" },
  { GRAPH, 15, REFUSED, WIRE_BYTES, TRUE, FALSE,
    "it has sparse initialisers, which are not read; save the model with dense ones" },
  { NODE, 1, PLAIN, WIRE_BYTES, TRUE, FALSE, "input of a node" },
  { NODE, 2, PLAIN, WIRE_BYTES, TRUE, FALSE, "output of a node" },
  { NODE, 3, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of a node" },
  { NODE, 4, PLAIN, WIRE_BYTES, FALSE, FALSE, "operator of a node" },
  { NODE, 5, ATTRIBUTE, WIRE_BYTES, TRUE, FALSE, "attribute" },
  { NODE, 7, PLAIN, WIRE_BYTES, FALSE, FALSE, "domain of a node" },
  { ATTRIBUTE, 1, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of an attribute" },
  { ATTRIBUTE, 2, PLAIN, WIRE_32, FALSE, FALSE, "number in an attribute" },
  { ATTRIBUTE, 3, PLAIN, WIRE_VARINT, FALSE, FALSE, "integer in an attribute" },
  { ATTRIBUTE, 4, PLAIN, WIRE_BYTES, FALSE, FALSE, "text in an attribute" },
  { ATTRIBUTE, 5, TENSOR, WIRE_BYTES, FALSE, FALSE, "tensor in an attribute" },
  { ATTRIBUTE, 6, REFUSED, WIRE_BYTES, FALSE, FALSE,
    "a node has a graph inside, as If, Loop and Scan have, which are not read; export the model "
    "without branches and loops" },
  { ATTRIBUTE, 7, PLAIN, WIRE_32, TRUE, TRUE, "numbers in an attribute" },
  { ATTRIBUTE, 8, PLAIN, WIRE_VARINT, TRUE, TRUE, "integers in an attribute" },
  { ATTRIBUTE, 9, PLAIN, WIRE_BYTES, TRUE, FALSE, "texts in an attribute" },
  { ATTRIBUTE, 11, REFUSED, WIRE_BYTES, TRUE, FALSE,
    "a node has graphs inside, which are not read; export the model without branches and loops" },
  { ATTRIBUTE, 20, PLAIN, WIRE_VARINT, FALSE, FALSE, "type of an attribute" },
  { TENSOR, 1, PLAIN, WIRE_VARINT, TRUE, TRUE, "size of a tensor" },
  { TENSOR, 2, PLAIN, WIRE_VARINT, FALSE, FALSE, "type of a tensor" },
  { TENSOR, 3, REFUSED, WIRE_BYTES, FALSE, FALSE,
    "a tensor is stored in segments, which are not read" },
  { TENSOR, 4, ELEMENTS, WIRE_32, TRUE, TRUE, "elements" },
  { TENSOR, 5, ELEMENTS, WIRE_VARINT, TRUE, TRUE, "elements" },
  { TENSOR, 6, ELEMENTS, WIRE_BYTES, TRUE, FALSE, "elements" },
  { TENSOR, 7, ELEMENTS, WIRE_VARINT, TRUE, TRUE, "elements" },
  { TENSOR, 8, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of a tensor" },
  { TENSOR, 9, ELEMENTS, WIRE_BYTES, FALSE, FALSE, "block of elements" },
  { TENSOR, 10, ELEMENTS, WIRE_64, TRUE, TRUE, "elements" },
  { TENSOR, 11, ELEMENTS, WIRE_VARINT, TRUE, TRUE, "elements" },
  { TENSOR, 13, PAIR, WIRE_BYTES, TRUE, FALSE, "place of external data" },
  { TENSOR, 14, PLAIN, WIRE_VARINT, FALSE, FALSE, "location of a tensor" },
  { PAIR, 1, PLAIN, WIRE_BYTES, FALSE, FALSE, "key" },
  { PAIR, 2, PLAIN, WIRE_BYTES, FALSE, FALSE, "text" },
  { VALUE, 1, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of an input or output" },
  { VALUE, 2, TYPE, WIRE_BYTES, FALSE, FALSE, "type of an input or output" },
  { TYPE, 1, TENSOR_TYPE, WIRE_BYTES, FALSE, FALSE, "tensor type" },
  { TENSOR_TYPE, 1, PLAIN, WIRE_VARINT, FALSE, FALSE, "type of elements" },
  { TENSOR_TYPE, 2, SHAPE, WIRE_BYTES, FALSE, FALSE, "shape" },
  { SHAPE, 1, DIMENSION, WIRE_BYTES, TRUE, FALSE, "dimension" },
  { DIMENSION, 1, PLAIN, WIRE_VARINT, FALSE, FALSE, "size of a dimension" },
  { DIMENSION, 2, PLAIN, WIRE_BYTES, FALSE, FALSE, "name of a dimension" },
  { OPSET, 1, PLAIN, WIRE_BYTES, FALSE, FALSE, "domain of an operator set" },
  { OPSET, 2, PLAIN, WIRE_VARINT, FALSE, FALSE, "version of an operator set" },
};

typedef struct
{
  KappaSource *source;
  KappaCursor cursor;
  GArray *payloads;
  guint n_fields;
  gsize n_copied;
  gsize n_decoded;
} Scan;

static const Field *
find_field (Message holder, guint number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].holder == holder && fields[i].number == number)
      return &fields[i];
  return NULL;
}

static gboolean
read_varint (Scan *scan, guint64 end, guint64 *value, GError **error)
{
  *value = 0;
  for (guint shift = 0; shift < 70; shift += 7)
    {
      guint8 byte;

      if (scan->cursor.position >= end)
        return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                                  "ONNX: a number ends beyond its message at byte "
                                  "%" G_GUINT64_FORMAT "; was a download interrupted?",
                                  scan->cursor.position);
      if (!kappa_cursor_read (&scan->cursor, &byte, 1, error))
        return FALSE;
      *value |= shift < 64 ? (guint64)(byte & 0x7f) << shift : 0;
      if (byte < 0x80)
        return TRUE;
    }
  return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                            "ONNX: a number has more than 10 bytes at byte %" G_GUINT64_FORMAT,
                            scan->cursor.position);
}

static gboolean
read_size (Scan *scan, guint64 end, guint64 *size, GError **error)
{
  if (!read_varint (scan, end, size, error))
    return FALSE;
  if (*size <= end - scan->cursor.position)
    return TRUE;
  return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                            "ONNX: at byte %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                            " bytes are promised, but the message ends after %" G_GUINT64_FORMAT
                            "; was a download interrupted?",
                            scan->cursor.position, *size, end - scan->cursor.position);
}

/* How many bytes a field takes whose content nobody wants. */
static gboolean
skip (Scan *scan, guint64 end, guint wire, GError **error)
{
  guint64 size = wire == WIRE_64 ? 8 : 4, ignored;

  if (wire == WIRE_VARINT)
    return read_varint (scan, end, &ignored, error);
  if (wire == WIRE_BYTES && !read_size (scan, end, &size, error))
    return FALSE;
  if (size > end - scan->cursor.position)
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: a number ends beyond its message at byte %" G_GUINT64_FORMAT,
                              scan->cursor.position);
  return kappa_cursor_skip (&scan->cursor, size, error);
}

static void
put_varint (GByteArray *out, guint64 value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7)
    {
      byte = (guint8)(value | 0x80);
      g_byte_array_append (out, &byte, 1);
    }
  byte = (guint8)value;
  g_byte_array_append (out, &byte, 1);
}

/* Copies a number or text as it is; the tag is already written. */
static gboolean
copy (Scan *scan, guint64 end, guint wire, GByteArray *out, GError **error)
{
  guint64 size = wire == WIRE_64 ? 8 : 4, value;
  guint at;

  if (wire == WIRE_VARINT)
    {
      if (!read_varint (scan, end, &value, error))
        return FALSE;
      put_varint (out, value);
      return TRUE;
    }
  if (wire == WIRE_BYTES)
    {
      if (!read_size (scan, end, &size, error))
        return FALSE;
      put_varint (out, size);
    }
  scan->n_copied += size;
  if (size > end - scan->cursor.position || scan->n_copied > MAX_STRUCTURE)
    return kappa_source_fail (scan->source, error,
                              scan->n_copied > MAX_STRUCTURE ? KAPPA_ERROR_UNSUPPORTED
                                                             : KAPPA_ERROR_FORMAT,
                              scan->n_copied > MAX_STRUCTURE
                                  ? "ONNX: its structure without tensors takes more than 16 MiB, "
                                    "which no network read here has"
                                  : "ONNX: a number ends beyond its message");
  at = out->len;
  g_byte_array_set_size (out, out->len + (guint)size);
  return kappa_cursor_read (&scan->cursor, out->data + at, size, error);
}

/* One element, or several packed ones, up to @end. */
static gboolean
decode (Scan *scan, guint64 end, guint wire, GByteArray *values, GError **error)
{
  const guint width = wire == WIRE_32 ? 4 : 8;

  if (wire != WIRE_VARINT && (end - scan->cursor.position) % width != 0)
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: a tensor has a broken element at its end");
  while (scan->cursor.position < end)
    {
      guint64 value = 0;

      scan->n_decoded += width;
      if (scan->n_decoded > MAX_VALUES)
        return kappa_source_fail (scan->source, error, KAPPA_ERROR_UNSUPPORTED,
                                  "ONNX: more than 64 MiB of elements are written one by one; "
                                  "save the model with raw data");
      if (wire == WIRE_VARINT ? !read_varint (scan, end, &value, error)
                              : !kappa_cursor_read (&scan->cursor, &value, width, error))
        return FALSE;
      if (wire == WIRE_VARINT)
        value = GUINT64_TO_LE (value);
      g_byte_array_append (values, (const guint8 *)&value, width);
    }
  return TRUE;
}

/* The payload as elements in memory, if it is a piece of the file until now. */
static gboolean
gather (Scan *scan, const Field *field, KappaOnnxPayload *payload, GError **error)
{
  guint64 position = scan->cursor.position;

  if (payload->values != NULL)
    return TRUE;
  payload->values = g_byte_array_new ();
  scan->cursor.position = payload->offset;
  if (!decode (scan, payload->offset + payload->size, field->wire, payload->values, error))
    return FALSE;
  scan->cursor.position = position;
  return TRUE;
}

/* Notes where elements lie. Several pieces, and integers, which have no fixed size, are decoded. */
static gboolean
note_elements (Scan *scan,
               guint64 end,
               const Field *field,
               guint wire,
               KappaOnnxPayload *payload,
               GError **error)
{
  guint64 size = wire == WIRE_64 ? 8 : 4;
  const gboolean first = payload->field == 0;

  if (!first && payload->field != field->number)
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: a tensor has its elements in two places at once");
  payload->field = field->number;
  if (wire == WIRE_BYTES && !read_size (scan, end, &size, error))
    return FALSE;
  if (wire != WIRE_VARINT && size > end - scan->cursor.position)
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: an element ends beyond its tensor");
  if (field->number == 6)
    return kappa_cursor_skip (&scan->cursor, size, error);
  if (field->number == 9 || (first && field->wire != WIRE_VARINT))
    {
      payload->offset = scan->cursor.position;
      payload->size = size;
      return kappa_cursor_skip (&scan->cursor, size, error);
    }
  if (!gather (scan, field, payload, error))
    return FALSE;
  if (wire == WIRE_VARINT)
    {
      guint64 value;

      if (!read_varint (scan, end, &value, error))
        return FALSE;
      value = GUINT64_TO_LE (value);
      g_byte_array_append (payload->values, (const guint8 *)&value, sizeof value);
      scan->n_decoded += sizeof value;
      return TRUE;
    }
  return decode (scan, scan->cursor.position + size, field->wire, payload->values, error);
}

static gboolean
scan_message (Scan *scan, Message message, guint64 end, GByteArray *out, GError **error);

static gboolean
scan_inner (Scan *scan, const Field *field, guint64 end, GByteArray *out, GError **error)
{
  g_autoptr (GByteArray) inner = g_byte_array_new ();
  guint64 size;

  if (!read_size (scan, end, &size, error)
      || !scan_message (scan, field->content, scan->cursor.position + size, inner, error))
    return FALSE;
  put_varint (out, field->number << 3 | WIRE_BYTES);
  put_varint (out, inner->len);
  g_byte_array_append (out, inner->data, inner->len);
  return TRUE;
}

static gboolean
scan_field (Scan *scan,
            const Field *field,
            guint wire,
            guint64 end,
            KappaOnnxPayload *payload,
            GByteArray *out,
            GError **error)
{
  if (wire != field->wire && !(field->packable && wire == WIRE_BYTES))
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: the %s at byte %" G_GUINT64_FORMAT
                              " is of wire type %u, expected %u",
                              field->what, scan->cursor.position, wire, field->wire);
  if (field->content == REFUSED)
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_UNSUPPORTED, "ONNX: %s",
                              field->what);
  if (field->content == ELEMENTS)
    return note_elements (scan, end, field, wire, payload, error);
  if (field->content != PLAIN)
    return scan_inner (scan, field, end, out, error);
  put_varint (out, field->number << 3 | wire);
  return copy (scan, end, wire, out, error);
}

static gboolean
read_tag (Scan *scan, guint64 end, guint *number, guint *wire, GError **error)
{
  guint64 tag;

  if (!read_varint (scan, end, &tag, error))
    return FALSE;
  *wire = tag & 7;
  *number = (guint)MIN (tag >> 3, G_MAXINT32);
  if (*number == 0 || *number > 536870911
      || (*wire != WIRE_VARINT && *wire != WIRE_64 && *wire != WIRE_BYTES && *wire != WIRE_32))
    return kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                              "ONNX: there is no field %u of wire type %u, at byte "
                              "%" G_GUINT64_FORMAT "; the file is damaged, or it is no ONNX model",
                              *number, *wire, scan->cursor.position);
  if (++scan->n_fields <= MAX_FIELDS)
    return TRUE;
  return kappa_source_fail (scan->source, error, KAPPA_ERROR_UNSUPPORTED,
                            "ONNX: it has more than %u fields, which no network read here has",
                            MAX_FIELDS);
}

/* The number of the payload stands in place of its bytes, where the parser will find it. */
static void
put_payload (Scan *scan, KappaOnnxPayload *payload, GByteArray *out)
{
  guint32 index = scan->payloads->len;

  if (payload->field == 0)
    return;
  put_varint (out, 9 << 3 | WIRE_BYTES);
  put_varint (out, sizeof index);
  g_byte_array_append (out, (const guint8 *)&index, sizeof index);
  g_array_append_val (scan->payloads, *payload);
}

static gboolean
scan_message (Scan *scan, Message message, guint64 end, GByteArray *out, GError **error)
{
  KappaOnnxPayload payload = { 0 };
  guint64 seen = 0;

  while (scan->cursor.position < end)
    {
      const Field *field;
      guint number, wire;
      gboolean sound = read_tag (scan, end, &number, &wire, error);

      field = sound ? find_field (message, number) : NULL;
      if (sound && field == NULL)
        sound = skip (scan, end, wire, error);
      else if (sound && !field->repeated && (seen & (guint64)1 << number) != 0)
        sound = kappa_source_fail (scan->source, error, KAPPA_ERROR_FORMAT,
                                   "ONNX: the %s appears twice, at byte %" G_GUINT64_FORMAT,
                                   field->what, scan->cursor.position);
      else if (sound)
        {
          seen |= (guint64)1 << number;
          sound = scan_field (scan, field, wire, end, &payload, out, error);
        }
      if (!sound)
        {
          g_clear_pointer (&payload.values, g_byte_array_unref);
          return FALSE;
        }
    }
  put_payload (scan, &payload, out);
  return TRUE;
}

static void
clear_payload (gpointer data)
{
  g_clear_pointer (&((KappaOnnxPayload *)data)->values, g_byte_array_unref);
}

/**
 * kappa_onnx_payloads_new:
 *
 * Returns: (transfer full) (element-type KappaOnnxPayload): for kappa_onnx_scan()
 */
GArray *
kappa_onnx_payloads_new (void)
{
  GArray *payloads = g_array_new (FALSE, FALSE, sizeof (KappaOnnxPayload));

  g_array_set_clear_func (payloads, clear_payload);
  return payloads;
}

/**
 * kappa_onnx_scan:
 * @payloads: (element-type KappaOnnxPayload): takes where the elements of each tensor lie
 *
 * Reads the structure of an ONNX model and none of its weights.
 *
 * Returns: (transfer full): the model as a message without the elements of tensors: the raw_data of
 * each tensor that has any is the number of its payload, as a guint32. %NULL with
 * %KAPPA_ERROR_FORMAT for what is no sound message, %KAPPA_ERROR_UNSUPPORTED for what is refused
 */
GByteArray *
kappa_onnx_scan (KappaSource *source, GArray *payloads, GError **error)
{
  Scan scan = { .source = source, .payloads = payloads };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const guint64 size = kappa_source_get_size (source);
  gboolean sound;

  kappa_cursor_init (&scan.cursor, source, 0, size);
  sound = scan_message (&scan, MODEL, size, out, error);
  kappa_cursor_clear (&scan.cursor);
  return sound ? g_steal_pointer (&out) : NULL;
}
