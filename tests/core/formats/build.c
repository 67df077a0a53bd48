#include "tests/core/formats/build.h"

#include <string.h>
#include <zlib.h>

void
put (GByteArray *bytes, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = i < 8 ? (guint8)(value >> (8 * i)) : 0;

      g_byte_array_append (bytes, &byte, 1);
    }
}

void
put_data (GByteArray *bytes, const void *data, gsize size)
{
  if (size > 0)
    g_byte_array_append (bytes, data, (guint)size);
}

void
put_text (GByteArray *bytes, const char *text)
{
  put_data (bytes, text, strlen (text));
}

GBytes *
take (GByteArray *bytes)
{
  return g_byte_array_free_to_bytes (bytes);
}

static void
put_deflated (GByteArray *bytes, const void *data, gsize size)
{
  z_stream stream = { 0 };
  guint8 packed[65536];

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  stream.next_in = (Bytef *)data;
  stream.avail_in = (uInt)size;
  do
    {
      stream.next_out = packed;
      stream.avail_out = sizeof packed;
      deflate (&stream, Z_FINISH);
      put_data (bytes, packed, sizeof packed - stream.avail_out);
    }
  while (stream.avail_out == 0);
  deflateEnd (&stream);
}

/* From the flags to the sizes, the part two headers share. */
static void
put_header (GByteArray *bytes,
            guint16 flags,
            guint16 method,
            guint32 crc,
            guint64 stored,
            guint64 size,
            gboolean wide)
{
  put (bytes, 0, 2);
  put (bytes, flags, 2);
  put (bytes, method, 2);
  put (bytes, 0, 4);
  put (bytes, crc, 4);
  put (bytes, wide ? 0xffffffff : stored, 4);
  put (bytes, wide ? 0xffffffff : size, 4);
}

static void
put_wide (GByteArray *bytes, gboolean wide, guint64 first, guint64 second)
{
  if (!wide)
    return;
  put (bytes, 1, 2);
  put (bytes, 16, 2);
  put (bytes, first, 8);
  put (bytes, second, 8);
}

static void
put_member (GByteArray *bytes, GByteArray *directory, const ZipMember *member)
{
  const char *local_name = member->local_name != NULL ? member->local_name : member->name;
  guint16 flags = member->flags | (member->descriptor ? 8 : 0);
  guint16 method = member->method != 0 ? member->method : (member->deflate ? 8 : 0);
  guint32 crc = (guint32)crc32 (0, member->data, (uInt)member->size) + member->crc_shift;
  g_autoptr (GByteArray) content = g_byte_array_new ();
  guint64 offset = bytes->len, size = member->size;
  gboolean wide = member->wide;

  if (member->deflate)
    put_deflated (content, member->data, member->size);
  else
    put_data (content, member->data, member->size);
  put_text (bytes, member->signature != NULL ? member->signature : "PK\3\4");
  put_header (bytes, flags ^ member->local_flags, method ^ member->local_method,
              member->descriptor ? 0 : crc + member->local_crc_shift,
              member->descriptor ? 0 : content->len,
              (member->descriptor ? 0 : size) + (guint64)member->local_size_shift, wide);
  put (bytes, strlen (local_name), 2);
  put (bytes, member->local_extra_size + (wide ? 20 : 0), 2);
  put_text (bytes, local_name);
  put_wide (bytes, wide, size, content->len);
  put_data (bytes, member->local_extra, member->local_extra_size);
  put_data (bytes, content->data, content->len);
  if (member->descriptor)
    {
      put_text (bytes, "PK\7\10");
      put (bytes, crc, 4);
      put (bytes, content->len + (guint64)member->descriptor_shift, wide ? 8 : 4);
      put (bytes, size, wide ? 8 : 4);
    }
  for (gsize i = 0; i < member->gap; i++)
    put (bytes, 0, 1);
  if (member->hidden)
    return;
  put_text (directory, "PK\1\2");
  put (directory, 0, 2);
  put_header (directory, flags, method, crc, content->len + (guint64)member->stored_shift,
              size + (guint64)member->size_shift, wide);
  put (directory, strlen (member->name), 2);
  put (directory, member->extra_size + (wide ? 20 : 0), 2);
  put (directory, 0, 2);
  put (directory, member->disk, 2);
  put (directory, 0, 2 + 4);
  put (directory, offset + (guint64)member->offset_shift, 4);
  put_text (directory, member->name);
  put_wide (directory, wide, size, content->len);
  put_data (directory, member->extra, member->extra_size);
}

static void
put_wide_end (GByteArray *bytes, const ZipEnd *end, guint64 count, guint64 size, guint64 offset)
{
  guint64 place = bytes->len;

  put_text (bytes, "PK\6\6");
  put (bytes, 44, 8);
  put (bytes, 0, 4);
  put (bytes, 0, 8);
  put (bytes, count + (guint64)end->wide_count_shift, 8);
  put (bytes, count + (guint64)end->wide_count_shift, 8);
  put (bytes, size, 8);
  put (bytes, offset + (guint64)end->wide_offset_shift, 8);
  put_text (bytes, "PK\6\7");
  put (bytes, 0, 4);
  put (bytes, place + (guint64)end->wide_place_shift, 8);
  put (bytes, end->wide_disks != 0 ? (guint64)end->wide_disks : 1, 4);
}

GBytes *
build_zip (const ZipMember *members, guint n, const ZipEnd *end)
{
  static const ZipEnd plain = { 0 };
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  const char *comment;
  guint64 offset;
  guint count = 0;

  end = end != NULL ? end : &plain;
  comment = end->comment != NULL ? end->comment : "";
  put_text (bytes, end->prefix != NULL ? end->prefix : "");
  for (guint i = 0; i < n; i++)
    {
      put_member (bytes, directory, &members[i]);
      count += !members[i].hidden;
    }
  count += (guint)end->count_shift;
  offset = bytes->len;
  put_data (bytes, directory->data, directory->len);
  if (end->no_end)
    return take (bytes);
  if (end->wide_end)
    put_wide_end (bytes, end, count, directory->len, offset);
  put_text (bytes, "PK\5\6");
  put (bytes, (guint64)end->disk, 2);
  put (bytes, 0, 2);
  put (bytes, count, 2);
  put (bytes, count, 2);
  put (bytes, directory->len + (guint64)end->directory_size_shift, 4);
  put (bytes, offset + (guint64)end->directory_offset_shift, 4);
  put (bytes, strlen (comment), 2);
  put_text (bytes, comment);
  put_text (bytes, end->trailing != NULL ? end->trailing : "");
  return take (bytes);
}

/* An archive as PyTorch makes it, with one storage, "0", of six floats 0 … 5. */
GBytes *
build_torch_zip (const void *pickle, gsize size)
{
  static const float floats[6] = { 0, 1, 2, 3, 4, 5 };
  const ZipMember members[] = {
    { .name = "net/data.pkl", .data = pickle, .size = size, .descriptor = TRUE },
    { .name = "net/data/0", .data = floats, .size = sizeof floats, .descriptor = TRUE },
    { .name = "net/version", .data = "3\n", .size = 2, .descriptor = TRUE },
  };

  return build_zip (members, G_N_ELEMENTS (members), NULL);
}

#define LEGACY_HEAD                                                                                \
  "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."                                      \
  "\x80\x02M\xe9\x03."                                                                             \
  "\x80\x02}(X\x10\0\0\0protocol_versionM\xe9\x03X\x0d\0\0\0little_endian\x88u."

/* A stream: head, object, list of keys, and what comes after. */
GBytes *
build_legacy (const void *object,
              gsize object_size,
              const void *keys,
              gsize keys_size,
              const void *rest,
              gsize rest_size)
{
  GByteArray *bytes = g_byte_array_new ();

  put_data (bytes, BYTES (LEGACY_HEAD));
  put_data (bytes, object, object_size);
  put_data (bytes, keys, keys_size);
  put_data (bytes, rest, rest_size);
  return take (bytes);
}

GBytes *
build_safetensors (const char *header, gsize header_size, gsize data_size)
{
  GByteArray *bytes = g_byte_array_new ();

  put (bytes, header_size, 8);
  put_data (bytes, header, header_size);
  for (gsize i = 0; i < data_size; i++)
    put (bytes, i, 1);
  return take (bytes);
}

/* Version 1.0, padded as numpy does it, with @size bytes 0, 1, 2, … */
GBytes *
build_npy (const char *header, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize padding = 64 - (10 + strlen (header) + 1) % 64;

  put_data (bytes, BYTES ("\x93NUMPY\1\0"));
  put (bytes, strlen (header) + padding + 1, 2);
  put_text (bytes, header);
  for (gsize i = 0; i < padding; i++)
    put_text (bytes, " ");
  put_text (bytes, "\n");
  for (gsize i = 0; i < size; i++)
    put (bytes, i, 1);
  return take (bytes);
}

static void
put_string (GByteArray *bytes, const char *text)
{
  put_text (bytes, "U");
  put (bytes, strlen (text), 1);
  put_text (bytes, text);
}

/*
 * Two images of CIFAR-10 as Python 2 pickled them: strings are bytes, and the array is rebuilt from
 * the state (1, (2, 3072), dtype ('u1'), False, raw bytes).
 */
GBytes *
build_batch (void)
{
  GByteArray *bytes = g_byte_array_new ();

  put_data (bytes, BYTES ("\x80\x02}q\x01("));
  put_string (bytes, "batch_label");
  put_string (bytes, "training batch 1 of 5");
  put_string (bytes, "labels");
  put_data (bytes, BYTES ("]q\x05(K\x06K\x09"
                          "e"));
  put_string (bytes, "data");
  put_data (bytes, BYTES ("cnumpy.core.multiarray\n_reconstruct\nq\x07"
                          "cnumpy\nndarray\nq\x08K\0\x85U\x01"
                          "b\x87Rq\x09(K\x01K\x02M\0\x0c\x86q\x0a"
                          "cnumpy\ndtype\nq\x0bU\x02u1K\0K\x01\x87Rq\x0c(K\x03U\x01|"
                          "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK"
                          "\0tq\x0d"
                          "b\x89T"));
  put (bytes, 2 * 3072, 4);
  for (guint i = 0; i < 2 * 3072; i++)
    put (bytes, i % 251, 1);
  put_text (bytes, "tq\x0e"
                   "b");
  put_string (bytes, "filenames");
  put_text (bytes, "](");
  put_string (bytes, "frog.png");
  put_string (bytes, "truck.png");
  put_text (bytes, "eu.");
  return take (bytes);
}

/* A header of a tar file; @content must not be larger than 8 GiB. */
static void
put_tar_member (GByteArray *bytes,
                const char *name,
                char type,
                const GByteArray *content,
                const TarKnobs *knobs)
{
  char header[512] = { 0 };
  guint sum = 0;

  g_strlcpy (header, name, 100);
  memcpy (header + 100, "0000644\0000000000\0000000000", 24);
  g_snprintf (header + 124, 12, "%011o", content->len);
  if (type != 'x' && knobs->size_field != NULL)
    memcpy (header + 124, knobs->size_field, 12);
  memcpy (header + 136, "00000000000", 12);
  header[156] = type;
  memcpy (header + 257,
          knobs->no_ustar && type != 'x' ? "uztar\0"
                                           "00"
                                         : "ustar\0"
                                           "00",
          8);
  memset (header + 148, ' ', 8);
  for (guint i = 0; i < sizeof header; i++)
    sum += (guint8)header[i];
  g_snprintf (header + 148, 8, "%06o", sum + (knobs->bad_checksum ? 1 : 0));
  put_data (bytes, header, sizeof header);
  put_data (bytes, content->data, content->len);
  put_data (bytes, (const char[512]) { 0 }, (512 - content->len % 512) % 512);
}

static void
put_storages (GByteArray *bytes, const TarKnobs *knobs)
{
  put_data (bytes, BYTES ("\x80\x02K"));
  put (bytes, 1 + (guint64)knobs->storage_count_shift, 1);
  put_data (bytes, BYTES (".\x80\x02K\x65" P_CPU P_FLOATS "\x87."));
  put (bytes, 6 + (guint64)knobs->numel_shift, 8);
  for (guint i = 0; i < 6; i++)
    {
      float value = (float)i;

      put_data (bytes, &value, sizeof value);
    }
  if (knobs->views != NULL)
    put_data (bytes, knobs->views, knobs->views_size);
  else
    put_data (bytes, BYTES ("\x80\x02]."));
}

static void
put_tensors (GByteArray *bytes, const TarKnobs *knobs)
{
  gint32 rank = knobs->rank != 0 ? knobs->rank : 2;

  put_data (bytes, BYTES ("\x80\x02K"));
  put (bytes, 1 + (guint64)knobs->count_shift, 1);
  put_data (bytes, BYTES (".\x80\x02K\x07K"));
  put (bytes, knobs->storage_key != 0 ? knobs->storage_key : 0x65, 1);
  put_data (bytes, BYTES ("ctorch\nFloatTensor\n\x87."));
  put (bytes, (guint64)rank, 4);
  put (bytes, 7, 4);
  put (bytes, 2, 8);
  put (bytes, 3, 8);
  put (bytes, knobs->stride != 0 ? (guint64)knobs->stride : 3, 8);
  put (bytes, 1, 8);
  put (bytes, (guint64)knobs->offset, 8);
  if (knobs->after_tensors != NULL)
    put_text (bytes, knobs->after_tensors);
}

#define TAR_SYS_INFO "\x80\x02}(X\x10\0\0\0protocol_versionM\xe8\x03X\x0d\0\0\0little_endian\x88u."
#define TAR_PICKLE                                                                                 \
  "\x80\x02" P_DICT                                                                                \
  "(" P_TEXT1 ("w") "ctorch.nn.parameter\nParameter\n)\x81(" P_TEXT1 ("7") "QNN\x88\x89tbu."

/* A tar file of PyTorch 0.1.6: the tensor 7, (2, 3), of the storage 101. */
GBytes *
build_tar (const TarKnobs *knobs)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GByteArray) pax = g_byte_array_new (), system = g_byte_array_new (),
                         pickle = g_byte_array_new ();
  g_autoptr (GByteArray) tensors = g_byte_array_new (), storages = g_byte_array_new ();
  char type = knobs->type != '\0' ? knobs->type : '0';

  put_text (pax, knobs->pax != NULL ? knobs->pax : "30 mtime=1484858131.123456789\n");
  put_tar_member (bytes, "././@PaxHeader", knobs->global != '\0' ? knobs->global : 'x', pax, knobs);
  if (knobs->sys_info != NULL)
    put_data (system, knobs->sys_info, knobs->sys_info_size);
  else
    put_data (system, BYTES (TAR_SYS_INFO));
  put_tar_member (bytes, "sys_info", type, system, knobs);
  if (knobs->pickle != NULL)
    put_data (pickle, knobs->pickle, knobs->pickle_size);
  else
    put_data (pickle, BYTES (TAR_PICKLE));
  put_tar_member (bytes, "pickle", type, pickle, knobs);
  if (knobs->tensors != NULL)
    put_data (tensors, knobs->tensors, knobs->tensors_size);
  else
    put_tensors (tensors, knobs);
  put_tar_member (bytes, knobs->twice ? "pickle" : "tensors", type, tensors, knobs);
  if (knobs->storages != NULL)
    put_data (storages, knobs->storages, knobs->storages_size);
  else
    put_storages (storages, knobs);
  if (!knobs->missing)
    put_tar_member (bytes, "storages", type, storages, knobs);
  if (knobs->extra_name != NULL)
    put_tar_member (bytes, knobs->extra_name, type, pax, knobs);
  if (!knobs->trailing)
    put_data (bytes, (const char[1024]) { 0 }, 1024);
  if (knobs->tail != NULL)
    put_text (bytes, knobs->tail);
  g_byte_array_set_size (bytes, bytes->len - (guint)knobs->cut);
  return take (bytes);
}
