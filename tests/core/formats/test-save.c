#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/npy.h"
#include "core/formats/npz.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor-file.h"
#include "tests/core/formats/build.h"

/* Writers, and what needs real files: parts, folders, files that change while they are open. */

static const double doubles[] = { 1.5, -2.0, 0.25, 4.0, 5.0, 6.0 };
static const float floats[] = { 1.0f, -0.5f };
static const gint64 integers[] = { -1, G_MAXINT64, G_MININT64 };
static const guint8 bytes[] = { 0, 1, 255 };
static const guint16 halves[] = { 0x3c00, 0xc000 };

static const KappaExportTensor tensors[] = {
  { "bytes", KAPPA_ELEMENT_U8, 1, { 3 }, bytes },
  { "floats", KAPPA_ELEMENT_F32, 2, { 1, 2 }, floats },
  { "doubles", KAPPA_ELEMENT_F64, 2, { 3, 2 }, doubles },
  { "a/integers", KAPPA_ELEMENT_I64, 1, { 3 }, integers },
  { "half", KAPPA_ELEMENT_F16, 1, { 2 }, halves },
  { "brain \"1\"\n", KAPPA_ELEMENT_BF16, 1, { 2 }, halves },
  { "scalar", KAPPA_ELEMENT_F64, 0, { 0 }, doubles },
  { "empty", KAPPA_ELEMENT_F32, 2, { 0, 3 }, floats },
};

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("kappa-formats-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
write_text (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_of (fixture, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What was saved is there again, bit by bit. */
static void
assert_same (KappaTensorFile *file, const KappaExportTensor *tensor)
{
  guint index;
  const KappaTensorInfo *info = kappa_tensor_file_lookup (file, tensor->name, &index);
  g_autofree guint8 *elements = NULL;
  gsize size;

  g_assert_nonnull (info);
  g_assert_cmpint (info->element, ==, tensor->element);
  g_assert_cmpuint (info->rank, ==, tensor->rank);
  for (guint i = 0; i < info->rank; i++)
    g_assert_cmpuint (info->dims[i], ==, tensor->dims[i]);
  size = info->n * kappa_element_get_size (info->element);
  elements = g_malloc (size + 1);
  g_assert_true (kappa_tensor_file_read_elements (file, index, elements, NULL));
  g_assert_cmpmem (elements, size, tensor->data, size);
}

static void
test_safetensors (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "all.safetensors");
  const char *const metadata[] = { "epoch", "7", "note", "a\t\\b", NULL };
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  guint64 header;

  g_assert_true (
      kappa_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), metadata, NULL, &error));
  g_assert_no_error (error);
  file = kappa_tensor_file_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, G_N_ELEMENTS (tensors));
  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    assert_same (file, &tensors[i]);
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "note"), ==, "a\t\\b");
  g_assert_cmpstr (kappa_tensor_file_get_path (file), ==, path);
  /* The elements begin at a multiple of eight, the widest first. */
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  memcpy (&header, content, sizeof header);
  g_assert_cmpuint (GUINT64_FROM_LE (header) % 8, ==, 0);
  g_assert_cmpstr (kappa_tensor_file_get_info (file, 0)->name, ==, "a/integers");
}

static void
test_npz (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "all.npz");
  g_autofree char *again = path_of (fixture, "again.npz");
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL, *second = NULL;
  gsize first_size, second_size;

  g_assert_true (kappa_npz_save (path, tensors, G_N_ELEMENTS (tensors), NULL, &error));
  g_assert_no_error (error);
  file = kappa_tensor_file_open (path, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    assert_same (file, &tensors[i]);
  g_assert_true (kappa_npz_save (again, tensors, G_N_ELEMENTS (tensors), NULL, NULL));
  g_file_get_contents (path, &first, &first_size, NULL);
  g_file_get_contents (again, &second, &second_size, NULL);
  g_assert_cmpmem (first, first_size, second, second_size);
}

/* More members than 16 bits can count need the 64-bit records. */
static void
test_npz_many (Fixture *fixture, gconstpointer data)
{
  const guint n = 65540;
  g_autofree char *path = path_of (fixture, "many.npz");
  g_autofree KappaExportTensor *many = g_new0 (KappaExportTensor, n);
  g_autoptr (GStringChunk) names = g_string_chunk_new (1 << 20);
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "%u", i);
      many[i] = (KappaExportTensor) {
        g_string_chunk_insert (names, name), KAPPA_ELEMENT_F64, 0, { 0 }, doubles
      };
    }
  g_assert_true (kappa_npz_save (path, many, n, NULL, &error));
  file = kappa_tensor_file_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, n);
  assert_same (file, &many[n - 1]);
}

static void
test_npy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "one.npy");
  KappaExportTensor array = tensors[2];
  g_autoptr (KappaTensorFile) file = NULL;
  g_autofree char *content = NULL;
  gsize size;

  g_assert_true (kappa_npy_save (path, &array, NULL, NULL));
  file = kappa_tensor_file_open (path, NULL, NULL);
  array.name = "array";
  assert_same (file, &array);
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_assert_cmpuint (size, ==, 128 + sizeof doubles);
  g_assert_cmpmem (content, 8, "\x93NUMPY\1\0", 8);
  g_assert_true (g_str_has_prefix (content + 10,
                                   "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"));
  g_assert_cmpint (content[127], ==, '\n');
}

/* What cannot be saved leaves no file behind. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const KappaExportTensor same[] = { tensors[0], tensors[0] };
  const KappaExportTensor nameless = { "", KAPPA_ELEMENT_U8, 1, { 3 }, bytes };
  const KappaExportTensor reserved = { "__metadata__", KAPPA_ELEMENT_U8, 1, { 3 }, bytes };
  const KappaExportTensor huge = { "huge", KAPPA_ELEMENT_F64, 2, { G_MAXSIZE, 2 }, bytes };
  g_autofree char *path = path_of (fixture, "x");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = NULL;

  g_assert_false (kappa_npz_save (path, same, 2, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (kappa_safetensors_save (path, &nameless, 1, NULL, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (kappa_safetensors_save (path, &reserved, 1, NULL, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (kappa_safetensors_save (path, &huge, 1, NULL, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (kappa_npz_save (path, &huge, 1, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_npy_save (path, &tensors[0], cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (kappa_npy_save ("/nowhere/x.npy", &tensors[0], NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  folder = g_dir_open (fixture->folder, 0, NULL);
  g_assert_null (g_dir_read_name (folder));
}

static void
save_parts (Fixture *fixture)
{
  g_autofree char *first = path_of (fixture, "a.safetensors");
  g_autofree char *second = path_of (fixture, "b.safetensors");

  g_assert_true (kappa_safetensors_save (first, tensors, 2, NULL, NULL, NULL));
  g_assert_true (kappa_safetensors_save (second, tensors + 2, 1, NULL, NULL, NULL));
}

#define INDEX(map) "{\"metadata\": {\"total_size\": 59}, \"weight_map\": {" map "}}"

static void
test_parts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;

  save_parts (fixture);
  write_text (fixture, "model.safetensors.index.json",
              INDEX ("\"bytes\": \"a.safetensors\", \"floats\": \"a.safetensors\", \"doubles\": "
                     "\"b.safetensors\""));
  /* The folder opens as well as the index. */
  file = kappa_tensor_file_open (fixture->folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kappa_tensor_file_get_format (file), ==, "checkpoint in parts");
  for (gsize i = 0; i < 3; i++)
    assert_same (file, &tensors[i]);
}

static void
test_part_faults (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *index;
    const char *message;
  } rows[] = {
    { INDEX ("\"bytes\": \"a.safetensors\", \"floats\": \"a.safetensors\""), NULL },
    { INDEX ("\"bytes\": \"a.safetensors\""), "does not expect it" },
    { INDEX ("\"bytes\": \"a.safetensors\", \"floats\": \"b.safetensors\""), "does not expect it" },
    { INDEX (
          "\"bytes\": \"a.safetensors\", \"floats\": \"a.safetensors\", \"x\": \"a.safetensors\""),
      "not in the file the index says" },
    { INDEX ("\"bytes\": \"../a.safetensors\""), "not the name of a file beside" },
    { INDEX ("\"bytes\": \"/etc/passwd\""), "not the name of a file beside" },
    { INDEX ("\"bytes\": \"..\\\\a\""), "not the name of a file beside" },
    { INDEX ("\"bytes\": \"..\""), "not the name of a file beside" },
    { INDEX ("\"bytes\": \"\""), "not the name of a file beside" },
    { INDEX ("\"bytes\": 1"), "not the name of a file beside" },
    { INDEX ("\"bytes\": \"index.json\""), "is an index, too" },
    { INDEX ("\"bytes\": \"missing.safetensors\""), "missing.safetensors" },
    { "{\"architectures\": []}", "without a “weight_map”" },
    { "{\"weight_map\": [1]}", "without a “weight_map”" },
    { "{\"weight_map\": {\"a\": \"b\"}", "ends too early" },
    { "{\"weight_map\": {\"a\": \"b\", \"a\": \"c\"}}", "appears twice" },
  };
  g_autofree char *path = path_of (fixture, "index.json");

  save_parts (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KappaTensorFile) file = NULL;
      g_autoptr (GError) error = NULL;

      write_text (fixture, "index.json", rows[i].index);
      file = kappa_tensor_file_open (path, NULL, &error);
      if (rows[i].message == NULL)
        g_assert_no_error (error);
      else if (error == NULL || strstr (error->message, rows[i].message) == NULL)
        g_error ("row %" G_GSIZE_FORMAT " gives “%s”", i,
                 error != NULL ? error->message : "no error");
    }
}

/* A file that is cut while it is open gives an error, not a fault. */
static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "cut.safetensors");
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  double values[6];
  guint index;

  g_assert_true (kappa_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), NULL, NULL, NULL));
  file = kappa_tensor_file_open (path, NULL, NULL);
  kappa_tensor_file_lookup (file, "doubles", &index);
  g_assert_cmpint (truncate (path, 100), ==, 0);
  g_assert_false (kappa_tensor_file_read_doubles (file, index, values, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "shorter while it was read"));
}

static void
test_not_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fifo = path_of (fixture, "fifo");
  g_autofree char *missing = path_of (fixture, "missing");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (kappa_tensor_file_open (fifo, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (kappa_tensor_file_open (missing, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_null (kappa_tensor_file_open (fixture->folder, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer data);
  } rows[] = {
    { "/save/safetensors", test_safetensors }, { "/save/npz", test_npz },
    { "/save/npz-many", test_npz_many },       { "/save/npy", test_npy },
    { "/save/refused", test_refused },         { "/save/parts", test_parts },
    { "/save/part-faults", test_part_faults }, { "/save/cut", test_cut },
    { "/save/not-files", test_not_files },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Fixture, NULL, set_up, rows[i].func, tear_down);
  return g_test_run ();
}
