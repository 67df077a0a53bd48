#include "core/formats/hdf5-encode.h"

#include <string.h>

#define MESSAGE_DATASPACE    0x0001
#define MESSAGE_DATATYPE     0x0003
#define MESSAGE_FILL_VALUE   0x0005
#define MESSAGE_LAYOUT       0x0008
#define MESSAGE_ATTRIBUTE    0x000c
#define MESSAGE_SYMBOL_TABLE 0x0011

/* Version 1 of the datatype message, in the upper half of the byte whose lower half is the class.
 */
#define TYPE_INTEGER 0x10
#define TYPE_FLOAT   0x11
#define TYPE_STRING  0x13

static void
add (GByteArray *bytes, guint64 value, guint size)
{
  guint64 little = GUINT64_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *)&little, size);
}

static void
pad (GByteArray *bytes, guint start)
{
  while ((bytes->len - start) % 8 != 0)
    add (bytes, 0, 1);
}

/* The header of a message; its size is filled in by end_message(). */
static guint
begin_message (KappaHdf5Messages *messages, guint type)
{
  if (messages->bytes == NULL)
    messages->bytes = g_byte_array_new ();
  messages->n++;
  add (messages->bytes, type, 2);
  add (messages->bytes, 0, 2);
  add (messages->bytes, 0, 4);
  return messages->bytes->len;
}

static void
end_message (KappaHdf5Messages *messages, guint start)
{
  guint16 size;

  pad (messages->bytes, start);
  g_assert (messages->bytes->len - start <= G_MAXUINT16);
  size = GUINT16_TO_LE ((guint16)(messages->bytes->len - start));
  memcpy (messages->bytes->data + start - 6, &size, sizeof size);
}

void
kappa_hdf5_messages_clear (KappaHdf5Messages *messages)
{
  g_clear_pointer (&messages->bytes, g_byte_array_unref);
  messages->n = 0;
}

void
kappa_hdf5_encode_symbol_table (KappaHdf5Messages *messages, guint64 tree, guint64 heap)
{
  guint start = begin_message (messages, MESSAGE_SYMBOL_TABLE);

  add (messages->bytes, tree, 8);
  add (messages->bytes, heap, 8);
  end_message (messages, start);
}

static void
add_dataspace (GByteArray *bytes, guint rank, const gsize *dims)
{
  add (bytes, 1, 1); /* version */
  add (bytes, rank, 1);
  add (bytes, 0, 6); /* no largest dimensions */
  for (guint d = 0; d < rank; d++)
    add (bytes, dims[d], 8);
}

void
kappa_hdf5_encode_dataspace (KappaHdf5Messages *messages, guint rank, const gsize *dims)
{
  guint start = begin_message (messages, MESSAGE_DATASPACE);

  add_dataspace (messages->bytes, rank, dims);
  end_message (messages, start);
}

/**
 * kappa_hdf5_encode_float_type:
 * @width: 4 or 8: IEEE 754, little-endian, the mantissa's first bit implied
 */
void
kappa_hdf5_encode_float_type (KappaHdf5Messages *messages, guint width)
{
  guint start = begin_message (messages, MESSAGE_DATATYPE);
  gboolean wide = width == 8;

  add (messages->bytes, TYPE_FLOAT, 1);
  add (messages->bytes, 0x20, 1);
  add (messages->bytes, wide ? 63 : 31, 1); /* the place of the sign */
  add (messages->bytes, 0, 1);
  add (messages->bytes, width, 4);
  add (messages->bytes, 0, 2);
  add (messages->bytes, 8 * width, 2);
  add (messages->bytes, wide ? 52 : 23,
       1); /* place and size of the exponent, then of the mantissa */
  add (messages->bytes, wide ? 11 : 8, 1);
  add (messages->bytes, 0, 1);
  add (messages->bytes, wide ? 52 : 23, 1);
  add (messages->bytes, wide ? 1023 : 127, 4);
  end_message (messages, start);
}

void
kappa_hdf5_encode_byte_type (KappaHdf5Messages *messages)
{
  guint start = begin_message (messages, MESSAGE_DATATYPE);

  add (messages->bytes, TYPE_INTEGER, 4); /* little-endian, without a sign */
  add (messages->bytes, 1, 4);
  add (messages->bytes, 0, 2);
  add (messages->bytes, 8, 2);
  end_message (messages, start);
}

static void
add_string_type (GByteArray *bytes, guint width)
{
  add (bytes, TYPE_STRING, 1);
  add (bytes, 0x10, 3); /* UTF-8, ended by a zero */
  add (bytes, width, 4);
}

void
kappa_hdf5_encode_string_type (KappaHdf5Messages *messages, guint width)
{
  guint start = begin_message (messages, MESSAGE_DATATYPE);

  add_string_type (messages->bytes, width);
  end_message (messages, start);
}

/**
 * kappa_hdf5_encode_layout:
 *
 * Contiguous values, without a fill value of their own.
 */
void
kappa_hdf5_encode_layout (KappaHdf5Messages *messages, guint64 address, guint64 size)
{
  guint start = begin_message (messages, MESSAGE_FILL_VALUE);

  add (messages->bytes, 2, 1); /* version */
  add (messages->bytes, 2, 1); /* allocated late */
  add (messages->bytes, 2, 1); /* written if set */
  add (messages->bytes, 0, 1); /* not set */
  end_message (messages, start);
  start = begin_message (messages, MESSAGE_LAYOUT);
  add (messages->bytes, 3, 1); /* version */
  add (messages->bytes, 1, 1); /* contiguous */
  add (messages->bytes, address, 8);
  add (messages->bytes, size, 8);
  end_message (messages, start);
}

void
kappa_hdf5_encode_attribute (KappaHdf5Messages *messages, const char *name, const char *value)
{
  guint start = begin_message (messages, MESSAGE_ATTRIBUTE);
  gsize name_size = strlen (name) + 1, value_size = strlen (value) + 1;
  guint part;

  add (messages->bytes, 1, 2); /* version */
  add (messages->bytes, name_size, 2);
  add (messages->bytes, 8, 2); /* size of the type, then of the dataspace */
  add (messages->bytes, 8, 2);
  part = messages->bytes->len;
  g_byte_array_append (messages->bytes, (const guint8 *)name, (guint)name_size);
  pad (messages->bytes, part);
  add_string_type (messages->bytes, (guint)value_size);
  add_dataspace (messages->bytes, 0, NULL);
  g_byte_array_append (messages->bytes, (const guint8 *)value, (guint)value_size);
  end_message (messages, start);
}

GByteArray *
kappa_hdf5_encode_header (const KappaHdf5Messages *messages)
{
  GByteArray *bytes = g_byte_array_new ();

  add (bytes, 1, 2); /* version */
  add (bytes, messages->n, 2);
  add (bytes, 1, 4); /* one link leads to it */
  add (bytes, messages->bytes->len, 8);
  g_byte_array_append (bytes, messages->bytes->data, messages->bytes->len);
  return bytes;
}

/**
 * kappa_hdf5_encode_superblock:
 * @leaf_k: half of the entries a leaf has room for
 * @tree_k: half of the children a B-tree node has room for
 * @end: size of the file
 * @header: of the root group, like its @tree and @heap
 */
GByteArray *
kappa_hdf5_encode_superblock (guint leaf_k,
                              guint tree_k,
                              guint64 end,
                              guint64 header,
                              guint64 tree,
                              guint64 heap)
{
  static const guint8 signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, signature, sizeof signature);
  add (bytes, 0, 5);          /* versions of the superblock and what it describes */
  add (bytes, 8 | 8 << 8, 3); /* sizes of offsets and of lengths */
  add (bytes, leaf_k, 2);
  add (bytes, tree_k, 2);
  add (bytes, 0, 4);
  add (bytes, 0, 8); /* base address */
  add (bytes, KAPPA_HDF5_NOWHERE, 8);
  add (bytes, end, 8);
  add (bytes, KAPPA_HDF5_NOWHERE, 8);
  add (bytes, 0, 8); /* the root's entry: no name */
  add (bytes, header, 8);
  add (bytes, 1, 8); /* the addresses that follow are cached */
  add (bytes, tree, 8);
  add (bytes, heap, 8);
  return bytes;
}

/**
 * kappa_hdf5_encode_tree:
 * @size: of the node in the file
 * @last_name: where in the heap the largest name of the leaf is
 *
 * The one node of a group's B-tree, with at most one leaf beneath it.
 */
GByteArray *
kappa_hdf5_encode_tree (gsize size, gboolean has_leaf, guint64 leaf, guint64 last_name)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *)"TREE", 4);
  add (bytes, 0, 2); /* of a group, directly above leaves */
  add (bytes, has_leaf ? 1 : 0, 2);
  add (bytes, KAPPA_HDF5_NOWHERE, 8); /* no siblings */
  add (bytes, KAPPA_HDF5_NOWHERE, 8);
  add (bytes, 0, 8);
  add (bytes, has_leaf ? leaf : 0, 8);
  add (bytes, last_name, 8);
  while (bytes->len < size)
    add (bytes, 0, 8);
  return bytes;
}

GByteArray *
kappa_hdf5_encode_heap (guint64 size, guint64 names)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *)"HEAP", 4);
  add (bytes, 0, 4);
  add (bytes, size, 8);
  add (bytes, 1, 8); /* nothing is free */
  add (bytes, names, 8);
  return bytes;
}

/**
 * kappa_hdf5_encode_leaf:
 * @n: entries that will follow, sorted by name
 */
GByteArray *
kappa_hdf5_encode_leaf (guint n)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *)"SNOD", 4);
  add (bytes, 1, 2);
  add (bytes, n, 2);
  return bytes;
}

void
kappa_hdf5_encode_entry (GByteArray *leaf, guint64 name, guint64 header)
{
  add (leaf, name, 8);
  add (leaf, header, 8);
  add (leaf, 0, 8); /* nothing is cached */
  add (leaf, 0, 8);
  add (leaf, 0, 8);
}

/* Each name ends with a zero and begins at a multiple of eight. */
void
kappa_hdf5_encode_name (GByteArray *names, const char *name)
{
  g_byte_array_append (names, (const guint8 *)name, (guint)strlen (name) + 1);
  pad (names, 0);
}

/**
 * kappa_hdf5_encode_floats:
 * @bytes: (out caller-allocates): @n · @width bytes
 * @width: 8, or 4 for values rounded to float32
 */
void
kappa_hdf5_encode_floats (guint8 *bytes, const double *values, gsize n, guint width)
{
  for (gsize i = 0; i < n; i++)
    if (width == 8)
      {
        guint64 word;

        memcpy (&word, values + i, sizeof word);
        word = GUINT64_TO_LE (word);
        memcpy (bytes + 8 * i, &word, sizeof word);
      }
    else
      {
        float narrow = (float)values[i];
        guint32 word;

        memcpy (&word, &narrow, sizeof word);
        word = GUINT32_TO_LE (word);
        memcpy (bytes + 4 * i, &word, sizeof word);
      }
}
