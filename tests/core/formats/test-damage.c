#include <string.h>

#include "core/base/error.h"
#include "core/formats/tensor-file-private.h"
#include "core/formats/zip-writer.h"
#include "core/formats/zip.h"
#include "tests/core/formats/build.h"

/* Sound files with one thing done to them, everywhere. */

static GBytes *
load_fixture (gconstpointer name)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "core", "formats", "data", name, NULL);
  char *content;
  gsize size;

  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  return g_bytes_new_take (content, size);
}

static KappaTensorFile *
open_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "damaged");

  return kappa_tensor_file_open_source (source, NULL, error);
}

/* Names, types, shapes and elements of all tensors, one after the other; NULL if one cannot be
 * read. */
static GBytes *
describe (KappaTensorFile *file)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
      gsize size = info->n * kappa_element_get_size (info->element);
      g_autofree guint8 *elements = g_malloc (size + 1);

      if (!kappa_tensor_file_read_elements (file, i, elements, NULL))
        return NULL;
      put_text (all, info->original_name);
      put (all, info->element, 1);
      put_data (all, info->dims, info->rank * sizeof *info->dims);
      put_data (all, elements, size);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* A download that stopped, at any byte, is never taken for a file. */
static void
test_prefixes (gconstpointer name)
{
  g_autoptr (GBytes) whole = load_fixture (name);

  for (gsize size = 0; size < g_bytes_get_size (whole); size++)
    {
      g_autoptr (GBytes) prefix = g_bytes_new_from_bytes (whole, 0, size);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaTensorFile) file = open_bytes (prefix, &error);

      if (file != NULL)
        g_error ("%" G_GSIZE_FORMAT " bytes are taken for the whole", size);
      g_assert_true (error->domain == KAPPA_ERROR);
    }
}

/* Where members have checksums, a changed byte is noticed or makes no difference. */
static void
test_changes (gconstpointer name)
{
  g_autoptr (GBytes) whole = load_fixture (name);
  g_autoptr (KappaTensorFile) sound = open_bytes (whole, NULL);
  g_autoptr (GBytes) expected = describe (sound);
  gsize size = g_bytes_get_size (whole);
  guint refused = 0;

  for (gsize at = 0; at < size; at++)
    {
      guint8 *copy = g_memdup2 (g_bytes_get_data (whole, NULL), size);
      g_autoptr (GBytes) changed = g_bytes_new_take (copy, size);
      g_autoptr (KappaTensorFile) file = NULL;
      g_autoptr (GBytes) found = NULL;

      copy[at] ^= 1 << at % 8;
      file = open_bytes (changed, NULL);
      found = file != NULL ? describe (file) : NULL;
      refused += found == NULL;
      if (found != NULL && !g_bytes_equal (found, expected))
        g_error ("a change at byte %" G_GSIZE_FORMAT " changes the tensors", at);
    }
  g_test_message ("%u of %" G_GSIZE_FORMAT " changes are refused", refused, size);
  g_assert_cmpuint (refused, >, size / 2);
}

/* The records of members and directories beyond 4 GiB, read back without 4 GiB being written. */
static void
test_wide_writer (void)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_auto (KappaZipWriter) zip = { 0 };
  g_autoptr (GBytes) content = g_bytes_new_static ("abc", 3);
  g_autoptr (GError) error = NULL;
  const guint8 *data, *entry, *end;
  const guint64 far = G_GUINT64_CONSTANT (0x123456789a);

  kappa_zip_writer_init (&zip, stream, NULL);
  zip.offset = far;
  g_assert_true (kappa_zip_writer_add (&zip, "x", (const GBytes *const[]) { content }, 1, &error));
  g_assert_true (kappa_zip_writer_finish (&zip, &error));
  g_assert_no_error (error);
  data = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream));
  g_assert_cmpmem (data, 4, "PK\3\4", 4);
  entry = data + 30 + 1 + 3;
  g_assert_cmpmem (entry, 4, "PK\1\2", 4);
  g_assert_cmpmem (entry + 42, 4, "\xff\xff\xff\xff", 4);
  g_assert_cmpmem (entry + 46 + 1, 12, "\1\0\x08\0\x9a\x78\x56\x34\x12\0\0\0", 12);
  end = entry + 46 + 1 + 12;
  g_assert_cmpmem (end, 4, "PK\6\6", 4);
  g_assert_cmpmem (end + 24, 8, "\1\0\0\0\0\0\0\0", 8);
  g_assert_cmpmem (end + 40, 8, "\x3b\0\0\0\0\0\0\0", 8);
  g_assert_cmpmem (end + 48, 8, "\xbc\x78\x56\x34\x12\0\0\0", 8);
  g_assert_cmpmem (end + 56, 4, "PK\6\7", 4);
  g_assert_cmpmem (end + 64, 8, "\xf7\x78\x56\x34\x12\0\0\0", 8);
  g_assert_cmpmem (end + 76, 4, "PK\5\6", 4);
  g_assert_cmpmem (end + 76 + 16, 4, "\xff\xff\xff\xff", 4);
}

/* Parts of a compressed member larger than the pieces it is read in, and a beginning without the
 * rest. */
static void
test_inflated_parts (void)
{
  const gsize size = 600000;
  g_autofree guint8 *data = g_malloc (size);
  g_autofree guint8 *part = g_malloc (size);
  const ZipMember members[] = { { .name = "a", .data = data, .size = size, .deflate = TRUE },
                                { .name = "b", .data = data, .size = size },
                                { .name = "c", .data = data, .size = 1 << 18, .deflate = TRUE } };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (KappaSource) source = NULL;
  g_autoptr (KappaZip) zip = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8)(i / 7 + i * i / 1000);
  bytes = build_zip (members, G_N_ELEMENTS (members), NULL);
  source = kappa_source_new_for_bytes (bytes, "parts.zip");
  zip = kappa_zip_open (source, &error);
  g_assert_no_error (error);
  for (guint member = 0; member < 2; member++)
    for (gsize offset = 0; offset < size; offset += 99991)
      for (gsize n = 0; n <= size - offset; n += 149993)
        {
          g_assert_true (kappa_zip_read (zip, member, offset, part, n, &error));
          g_assert_cmpmem (part, n, data + offset, n);
        }
  g_assert_true (kappa_zip_read (zip, 2, 0, part, 1 << 18, &error));
  g_assert_cmpmem (part, 1 << 18, data, 1 << 18);
  g_assert_true (kappa_zip_peek (zip, 0, part, 1000, &error));
  g_assert_cmpmem (part, 1000, data, 1000);
  g_assert_false (kappa_zip_peek (zip, 0, part, size + 1, &error));
  g_clear_error (&error);
  g_assert_false (kappa_zip_read (zip, 0, size, part, 1, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
}

typedef struct
{
  KappaTensorFile *file;
  GBytes *expected;
} Sharing;

static gpointer
read_again (gpointer data)
{
  const Sharing *sharing = data;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GBytes) found = describe (sharing->file);

      g_assert_true (g_bytes_equal (found, sharing->expected));
    }
  return NULL;
}

/* One file, several threads. */
static void
test_threads (void)
{
  g_autoptr (GBytes) whole = load_fixture ("wrapped.zip.pth");
  g_autoptr (KappaTensorFile) first = open_bytes (whole, NULL), file = open_bytes (whole, NULL);
  g_autoptr (GBytes) expected = describe (first);
  Sharing sharing = { file, expected };
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_again, &sharing);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/damage/prefixes/zip", "wrapped.zip.pth", test_prefixes);
  g_test_add_data_func ("/damage/prefixes/legacy", "wrapped.legacy.pth", test_prefixes);
  g_test_add_data_func ("/damage/prefixes/npz", "arrays.npz", test_prefixes);
  g_test_add_data_func ("/damage/prefixes/npy", "array.npy", test_prefixes);
  g_test_add_data_func ("/damage/changes/zip", "wrapped.zip.pth", test_changes);
  g_test_add_data_func ("/damage/changes/stored", "arrays.npz", test_changes);
  g_test_add_data_func ("/damage/changes/deflated", "packed.npz", test_changes);
  g_test_add_func ("/damage/wide-writer", test_wide_writer);
  g_test_add_func ("/damage/inflated-parts", test_inflated_parts);
  g_test_add_func ("/damage/threads", test_threads);
  return g_test_run ();
}
