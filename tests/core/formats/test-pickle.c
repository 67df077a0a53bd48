#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/formats/pickle-private.h"
#include "tests/core/formats/build.h"

static KappaPickle *
read_data (GBytes *bytes, GError **error)
{
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "batch");

  return kappa_pickle_read_data (source, error);
}

static KappaPickle *
load_fixture (const char *name)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "core", "formats", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  KappaPickle *pickle = kappa_pickle_load_file (path, NULL, &error);

  g_assert_no_error (error);
  return pickle;
}

static void
assert_ints (const KappaPickleValue *root, const char *key, gint64 first, gint64 second)
{
  gsize n;
  g_autofree gint64 *ints = kappa_pickle_value_get_ints (kappa_pickle_value_lookup (root, key), &n);

  g_assert_nonnull (ints);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (ints[0], ==, first);
  g_assert_cmpint (ints[1], ==, second);
}

/* Two images whose bytes count up modulo 251. */
static void
assert_images (const KappaPickleValue *root)
{
  g_auto (KappaPickleArray) array = { 0 };
  g_autoptr (GError) error = NULL;
  const guint8 *bytes;

  g_assert_true (
      kappa_pickle_value_get_array (kappa_pickle_value_lookup (root, "data"), &array, &error));
  g_assert_no_error (error);
  g_assert_cmpint (array.element, ==, KAPPA_ELEMENT_U8);
  g_assert_cmpuint (array.rank, ==, 2);
  g_assert_cmpuint (array.dims[0], ==, 2);
  g_assert_cmpuint (array.dims[1], ==, 3072);
  g_assert_cmpuint (g_bytes_get_size (array.data), ==, array.n);
  bytes = g_bytes_get_data (array.data, NULL);
  for (gsize i = 0; i < array.n; i++)
    g_assert_cmpuint (bytes[i], ==, i % 251);
}

/* As the files of CIFAR-10 are: from Python 2. */
static void
test_python2 (void)
{
  g_autoptr (GBytes) bytes = build_batch ();
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaPickle) pickle = read_data (bytes, &error);
  const KappaPickleValue *root;
  g_auto (GStrv) names = NULL;

  g_assert_no_error (error);
  root = kappa_pickle_get_root (pickle);
  assert_images (root);
  assert_ints (root, "labels", 6, 9);
  names = kappa_pickle_value_get_strings (kappa_pickle_value_lookup (root, "filenames"), NULL);
  g_assert_cmpstr (names[0], ==, "frog.png");
  g_assert_cmpstr (names[1], ==, "truck.png");
  g_assert_true (kappa_pickle_value_equals (kappa_pickle_value_lookup (root, "batch_label"),
                                            "training batch 1 of 5"));
}

/* The same, saved anew by Python 3 with each protocol; protocol 5 has the labels as an array. */
static void
test_python3 (gconstpointer name)
{
  g_autoptr (KappaPickle) pickle = load_fixture (name);
  const KappaPickleValue *root = kappa_pickle_get_root (pickle);
  g_auto (GStrv) names = NULL;
  gsize n;

  assert_images (root);
  assert_ints (root, "labels", 6, 9);
  assert_ints (root, "fine_labels", 6, 9);
  assert_ints (root, "coarse_labels", 6, 9);
  names = kappa_pickle_value_get_strings (kappa_pickle_value_lookup (root, "filenames"), &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (names[1], ==, "leptodactylus_pentadactylus_s_000001.png");
}

static void
test_values (void)
{
  static const char text[]
      = P_PROTO "}(" P_TEXT1 ("a") "J\xfe\xff\xff\xff" P_TEXT1 ("b") "\x8a\2\0\x80" P_TEXT1 ("c") "G\x3f\xf8\0\0\0\0\0\0" P_TEXT1 (
          "d") "\x88" P_TEXT1 ("e") "N" P_TEXT1 ("f") "(K\1K\2K\3t" P_TEXT1 ("g") "\x8a\0" P_TEXT1 ("h") "c_"
                                                                                                         "codecs\nencode"
                                                                                                         "\nX\3\0\0\0a"
                                                                                                         "\xc3\xbfX\6\0"
                                                                                                         "\0\0latin1\x86"
                                                                                                         "R" P_TEXT1 (
                                                                                                             "a") "K\x09u.";
  g_autoptr (GBytes) bytes = g_bytes_new_static (BYTES (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaPickle) pickle = read_data (bytes, &error);
  const KappaPickleValue *root, *tuple;
  g_autofree char *shown = NULL;
  gsize length;
  double real;
  gint64 number;

  g_assert_no_error (error);
  root = kappa_pickle_get_root (pickle);
  g_assert_cmpuint (kappa_pickle_value_get_n (root), ==, 9);
  g_assert_true (kappa_pickle_value_get_int (kappa_pickle_value_get_item (root, 0), &number));
  g_assert_cmpint (number, ==, -2);
  /* As in Python, what was stored last counts. */
  g_assert_true (kappa_pickle_value_get_int (kappa_pickle_value_lookup (root, "a"), &number));
  g_assert_cmpint (number, ==, 9);
  g_assert_true (kappa_pickle_value_get_int (kappa_pickle_value_lookup (root, "b"), &number));
  g_assert_cmpint (number, ==, -32768);
  g_assert_true (kappa_pickle_value_get_number (kappa_pickle_value_lookup (root, "c"), &real));
  g_assert_cmpfloat (real, ==, 1.5);
  g_assert_true (kappa_pickle_value_get_number (kappa_pickle_value_lookup (root, "d"), &real));
  g_assert_cmpfloat (real, ==, 1.0);
  g_assert_cmpint (kappa_pickle_value_get_kind (kappa_pickle_value_lookup (root, "e")), ==,
                   KAPPA_PICKLE_NONE);
  tuple = kappa_pickle_value_lookup (root, "f");
  g_assert_cmpint (kappa_pickle_value_get_kind (tuple), ==, KAPPA_PICKLE_TUPLE);
  g_assert_true (kappa_pickle_value_get_int (kappa_pickle_value_lookup (root, "g"), &number));
  g_assert_cmpint (number, ==, 0);
  g_assert_cmpmem (kappa_pickle_value_get_string (kappa_pickle_value_lookup (root, "h"), &length),
                   2, "a\xff", 2);
  g_assert_cmpuint (length, ==, 2);
  g_assert_null (kappa_pickle_value_lookup (root, "z"));
  g_assert_null (kappa_pickle_value_lookup (tuple, "a"));
  g_assert_null (kappa_pickle_value_get_string (tuple, NULL));
  g_assert_false (kappa_pickle_value_get_int (kappa_pickle_value_lookup (root, "c"), &number));
  shown = kappa_pickle_value_to_text (root);
  g_assert_cmpstr (shown, ==,
                   "{'a': -2, 'b': -32768, 'c': 1.5, 'd': True, 'e': None, 'f': (1, 2, 3), 'g': 0, "
                   "'h': 'a\\xff', 'a': 9}");
}

/* A list that contains itself is read and shown, and freed once. */
static void
test_cycle (void)
{
  static const char text[] = P_PROTO "]q\0h\0a.";
  g_autoptr (GBytes) bytes = g_bytes_new_static (BYTES (text));
  g_autoptr (KappaPickle) pickle = read_data (bytes, NULL);
  const KappaPickleValue *root = kappa_pickle_get_root (pickle);
  g_autofree char *shown = kappa_pickle_value_to_text (root);
  gsize n;

  g_assert_true (kappa_pickle_value_get_item (root, 0) == root);
  g_assert_cmpstr (shown, ==, "[[[[[…]]]]]");
  g_assert_null (kappa_pickle_value_get_ints (root, &n));
  g_assert_null (kappa_pickle_value_get_strings (root, NULL));
}

/* A million nested lists, and lists of two references to one another that would be 2^200 if they
 * were walked. */
static void
test_depth (void)
{
  const guint depth = 1000000;
  GByteArray *deep = g_byte_array_new (), *wide = g_byte_array_new ();
  g_autoptr (GBytes) deep_bytes = NULL, wide_bytes = NULL;
  g_autoptr (KappaPickle) deep_pickle = NULL, wide_pickle = NULL;
  g_autofree char *shown = NULL;

  put_data (deep, BYTES (P_PROTO));
  for (guint i = 0; i < depth; i++)
    put_text (deep, "]");
  for (guint i = 0; i + 1 < depth; i++)
    put_text (deep, "a");
  put_text (deep, ".");
  deep_bytes = take (deep);
  deep_pickle = read_data (deep_bytes, NULL);
  g_assert_nonnull (deep_pickle);

  put_data (wide, BYTES (P_PROTO "]q\0"));
  for (guint i = 0; i < 200; i++)
    {
      put_data (wide, BYTES ("]("));
      put_text (wide, "h");
      put (wide, i, 1);
      put_text (wide, "h");
      put (wide, i, 1);
      put_text (wide, "eq");
      put (wide, i + 1, 1);
    }
  for (guint i = 0; i < 200; i++)
    put_text (wide, "\x86");
  put_text (wide, ".");
  wide_bytes = take (wide);
  wide_pickle = read_data (wide_bytes, NULL);
  g_assert_nonnull (wide_pickle);
  shown = kappa_pickle_value_to_text (kappa_pickle_get_root (wide_pickle));
  g_assert_cmpuint (strlen (shown), <, 2000);
}

#define ARRAY(shape, dtype, order, data)                                                           \
  P_PROTO "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R(K\1" shape      \
          "cnumpy\ndtype\n" dtype order data "tb."
#define DTYPE(code, mark)                                                                          \
  "U\2" code "K\0K\1\x87R(K\3U\1" mark "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"

/* Arrays that are column-major, or in the other byte order. */
static void
test_array_forms (void)
{
  static const struct
  {
    const char *pickle;
    gsize size;
  } rows[] = {
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", "<"), "\x89", "U\x08\1\0\2\0\3\0\4\0")) },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", "<"), "\x88", "U\x08\1\0\3\0\2\0\4\0")) },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", ">"), "\x89", "U\x08\0\1\0\2\0\3\0\4")) },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", ">"), "K\1", "U\x08\0\1\0\3\0\2\0\4")) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].pickle, rows[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaPickle) pickle = read_data (bytes, &error);
      g_autofree gint64 *ints = NULL;
      gsize n;

      g_assert_no_error (error);
      ints = kappa_pickle_value_get_ints (kappa_pickle_get_root (pickle), &n);
      g_assert_cmpuint (n, ==, 4);
      for (gint64 k = 0; k < 4; k++)
        g_assert_cmpint (ints[k], ==, k + 1);
    }
}

/* Arrays that are not what they say. */
static void
test_array_faults (void)
{
  static const struct
  {
    const char *pickle;
    gsize size;
    const char *message;
  } rows[] = {
    { BYTES (P_PROTO "K\1."), "array is expected" },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", "<"), "\x89", "U\x07\1\0\2\0\3\0\4")),
      "bytes do not fit" },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", "<"), "\x89", "U\x0a\1\0\2\0\3\0\4\0\5\0")),
      "bytes do not fit" },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("i2", "<"), "\x89", "]")), "bytes do not fit" },
    { BYTES (ARRAY ("K\2K\2\x86", DTYPE ("O8", "|"), "\x89", "U\x08\1\0\2\0\3\0\4\0")),
      "not a number" },
    { BYTES (ARRAY ("K\2J\xff\xff\xff\xff\x86", DTYPE ("i2", "<"), "\x89", "U\0")),
      "impossible shape" },
    { BYTES (ARRAY ("\x8a\x08\0\0\0\0\0\0\0\x10\x8a\x08\0\0\0\0\0\0\0\x10\x86", DTYPE ("i2", "<"),
                    "\x89", "U\0")),
      "impossible shape" },
    { BYTES (ARRAY ("(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", DTYPE ("i1", "<"), "\x89", "U\1\0")),
      "impossible shape" },
    { BYTES (P_PROTO
             "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87RK\1\x85"
             "b."),
      "array is expected" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].pickle, rows[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaPickle) pickle = read_data (bytes, &error);
      g_auto (KappaPickleArray) array = { 0 };

      g_assert_no_error (error);
      g_assert_false (
          kappa_pickle_value_get_array (kappa_pickle_get_root (pickle), &array, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
      if (strstr (error->message, rows[i].message) == NULL)
        g_error ("row %" G_GSIZE_FORMAT " gives “%s”", i, error->message);
    }
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_pickle_load_file ("/nowhere/data_batch_1", NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/python2", test_python2);
  g_test_add_data_func ("/pickle/python3/2", "batch-protocol2.pickle", test_python3);
  g_test_add_data_func ("/pickle/python3/3", "batch-protocol3.pickle", test_python3);
  g_test_add_data_func ("/pickle/python3/4", "batch-protocol4.pickle", test_python3);
  g_test_add_data_func ("/pickle/python3/5", "batch-protocol5.pickle", test_python3);
  g_test_add_func ("/pickle/values", test_values);
  g_test_add_func ("/pickle/cycle", test_cycle);
  g_test_add_func ("/pickle/depth", test_depth);
  g_test_add_func ("/pickle/array-forms", test_array_forms);
  g_test_add_func ("/pickle/array-faults", test_array_faults);
  g_test_add_func ("/pickle/missing", test_missing);
  return g_test_run ();
}
