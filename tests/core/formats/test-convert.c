#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/convert.h"
#include "core/formats/npz.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor-file.h"

/* Conversion keeps names, types, shapes, bits and metadata, or leaves everything as it was. */

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("kappa-convert-XXXXXX", NULL);
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

static const char *const metadata[] = { "format", "pt", "author \"x\"", "line\nline", NULL };

/* Patterns of bits that are no numbers anybody would choose: NaN with a payload, −0, the extremes
 * of integers. */
static const guint64 bits[]
    = { G_GUINT64_CONSTANT (0x7ff0dead00c0ffee), G_GUINT64_CONSTANT (0x8000000000000000),
        G_GUINT64_CONSTANT (0xffffffffffffffff), G_GUINT64_CONSTANT (0x7f8123457fc00001) };
static const guint8 truths[] = { 1, 0, 0, 1, 1, 0 };

/* One array of each type, of shape 2 × 3 and as the bits are; a scalar; one without elements; odd
 * names. */
static guint
make_tensors (KappaExportTensor *tensors, char **names)
{
  guint n = 0;

  for (guint element = 0; element < KAPPA_N_ELEMENTS; element++)
    {
      gsize size = kappa_element_get_size (element);

      names[n] = g_strdup_printf ("block_%u/kernel:0", element);
      tensors[n]
          = (KappaExportTensor) { .name = names[n],
                                  .element = element,
                                  .rank = 2,
                                  .dims = { 2, size == 8 ? 2 : 3 },
                                  .data = element == KAPPA_ELEMENT_BOOL ? (gpointer)truths : bits };
      n++;
    }
  tensors[n++]
      = (KappaExportTensor) { .name = "scalar \"é\"", .element = KAPPA_ELEMENT_I64, .data = bits };
  tensors[n++] = (KappaExportTensor) {
    .name = "none", .element = KAPPA_ELEMENT_F32, .rank = 3, .dims = { 3, 0, 2 }, .data = bits
  };
  return n;
}

static void
make_source (const char *path)
{
  KappaExportTensor tensors[KAPPA_N_ELEMENTS + 2];
  char *names[KAPPA_N_ELEMENTS] = { NULL };
  g_autoptr (GError) error = NULL;
  guint n = make_tensors (tensors, names);

  kappa_safetensors_save (path, tensors, n, metadata, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (names[i]);
}

static void
assert_source (const char *path)
{
  KappaExportTensor tensors[KAPPA_N_ELEMENTS + 2];
  char *names[KAPPA_N_ELEMENTS] = { NULL };
  guint n = make_tensors (tensors, names);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, n);
  for (guint i = 0; i < n; i++)
    {
      guint index;
      const KappaTensorInfo *info = kappa_tensor_file_lookup (file, tensors[i].name, &index);
      guint8 elements[64];
      gsize size;

      g_assert_nonnull (info);
      size = info->n * kappa_element_get_size (info->element);
      g_assert_cmpint (info->element, ==, tensors[i].element);
      g_assert_cmpmem (info->dims, info->rank * sizeof *info->dims, tensors[i].dims,
                       tensors[i].rank * sizeof *info->dims);
      g_assert_true (kappa_tensor_file_read_elements (file, index, elements, &error));
      g_assert_cmpmem (elements, size, tensors[i].data, size);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (names[i]);
}

static void
test_round (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = path_of (fixture, "a.safetensors"), *second = path_of (fixture, "b.NPZ");
  g_autofree char *third = path_of (fixture, "c.safetensors"),
                  *fourth = path_of (fixture, "d.safetensors");
  g_autofree char *bytes = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;
  gsize n, m;

  make_source (first);
  g_assert_true (kappa_convert_file (first, second, FALSE, &conversion, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (conversion.from, ==, "safetensors");
  g_assert_cmpstr (conversion.to, ==, "NumPy archive");
  g_assert_cmpuint (conversion.n_tensors, ==, KAPPA_N_ELEMENTS + 2);
  g_assert_cmpuint (conversion.n_metadata, ==, 0);
  g_assert_cmpuint (conversion.n_left_out, ==, 2);
  assert_source (second);
  g_assert_true (kappa_convert_file (second, third, FALSE, &conversion, NULL, &error));
  assert_source (third);
  g_assert_true (kappa_convert_file (first, fourth, FALSE, &conversion, NULL, &error));
  g_assert_cmpuint (conversion.n_metadata, ==, 2);
  g_assert_true (g_file_get_contents (first, &bytes, &n, NULL)
                 && g_file_get_contents (fourth, &again, &m, NULL));
  g_assert_cmpmem (bytes, n, again, m);
}

static void
test_existing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *from = path_of (fixture, "a.safetensors"), *to = path_of (fixture, "b.npz"),
                  *text = NULL;
  g_autofree char *link = path_of (fixture, "link.npz");
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  make_source (from);
  g_assert_true (g_file_set_contents (to, "precious", -1, NULL));
  g_assert_false (kappa_convert_file (from, to, FALSE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "b.npz: there is such a file already"));
  g_assert_true (g_file_get_contents (to, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
  g_clear_error (&error);
  /* A link that leads nowhere is something, too. */
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  g_assert_false (kappa_convert_file (from, link, FALSE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_true (kappa_convert_file (from, to, TRUE, &conversion, NULL, &error));
  assert_source (to);
  g_assert_true (kappa_convert_file (from, from, TRUE, &conversion, NULL, &error));
  assert_source (from);
}

static void
assert_fails (Fixture *fixture, const char *from, const char *to, int code, const char *message)
{
  g_autofree char *source = path_of (fixture, from), *target = path_of (fixture, to), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  KappaConversion conversion;
  const char *name;

  g_assert_true (g_file_set_contents (target, "precious", -1, NULL));
  g_assert_false (kappa_convert_file (source, target, TRUE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” is not in “%s”", message, error->message);
  g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
  while ((name = g_dir_read_name (folder)) != NULL)
    g_assert_false (g_str_has_prefix (name, "."));
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = path_of (fixture, "a.safetensors"), *cut = path_of (fixture, "cut.npz");
  g_autofree char *bytes = NULL;
  const KappaExportTensor reserved = {
    .name = "__metadata__", .element = KAPPA_ELEMENT_U8, .rank = 1, .dims = { 6 }, .data = truths
  };
  gsize n;

  make_source (good);
  assert_fails (fixture, "a.safetensors", "a.bin", KAPPA_ERROR_USAGE,
                "it must end in .safetensors, .npz or .onnx");
  g_assert_true (kappa_npz_save (cut, &reserved, 1, NULL, NULL));
  assert_fails (fixture, "cut.npz", "b.safetensors", KAPPA_ERROR_USAGE,
                "no tensor can be called __metadata__");
  /* The elements are damaged, which shows when they are read, with half of the target written. */
  g_assert_true (g_file_get_contents (cut, &bytes, &n, NULL));
  bytes[128 + strlen ("__metadata__.npy") + 30 + 2] ^= 1;
  g_assert_true (g_file_set_contents (cut, bytes, (gssize)n, NULL));
  assert_fails (fixture, "cut.npz", "b.npz", KAPPA_ERROR_FORMAT, "cut.npz");
  g_assert_true (g_file_set_contents (cut, bytes, (gssize)n - 40, NULL));
  assert_fails (fixture, "cut.npz", "b.npz", KAPPA_ERROR_FORMAT, "cut.npz");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autofree char *from = path_of (fixture, "a.safetensors"), *to = path_of (fixture, "b.npz");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  make_source (from);
  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_convert_file (from, to, FALSE, &conversion, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/convert/round", test_round);
  ADD ("/convert/existing", test_existing);
  ADD ("/convert/failures", test_failures);
  ADD ("/convert/cancelled", test_cancelled);
  return g_test_run ();
}
