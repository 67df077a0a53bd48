#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/formats/json.h"
#include "core/formats/strided.h"
#include "core/formats/tensor-file-private.h"
#include "core/formats/tensor-names.h"
#include "tests/core/formats/build.h"
#include "tests/support/shared.h"

static KappaTensorFile *
open_bytes (GBytes *bytes)
{
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "test.pth");
  g_autoptr (GError) error = NULL;
  KappaTensorFile *file = kappa_tensor_file_open_source (source, NULL, &error);

  g_assert_no_error (error);
  return file;
}

static KappaTensorFile *
open_fixture (const char *name)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "core", "formats", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  KappaTensorFile *file = kappa_tensor_file_open (path, NULL, &error);

  g_assert_no_error (error);
  return file;
}

/* Type, sizes and elements of a tensor; sizes are spelt as in "2x3", "" for a scalar. */
static void
assert_tensor (KappaTensorFile *file,
               const char *name,
               KappaElement element,
               const char *dims,
               const double *expected)
{
  g_autoptr (GString) shape = g_string_new (NULL);
  g_autofree double *values = NULL;
  g_autofree float *floats = NULL;
  g_autoptr (GError) error = NULL;
  guint index = G_MAXUINT;
  const KappaTensorInfo *info = kappa_tensor_file_lookup (file, name, &index);

  g_assert_nonnull (info);
  g_assert_true (info == kappa_tensor_file_get_info (file, index));
  g_assert_cmpint (info->element, ==, element);
  for (guint i = 0; i < info->rank; i++)
    g_string_append_printf (shape, i > 0 ? "x%zu" : "%zu", info->dims[i]);
  g_assert_cmpstr (shape->str, ==, dims);
  values = g_new (double, info->n + 1);
  floats = g_new (float, info->n + 1);
  g_assert_true (kappa_tensor_file_read_doubles (file, index, values, &error));
  g_assert_no_error (error);
  g_assert_true (kappa_tensor_file_read_floats (file, index, floats, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < info->n; i++)
    {
      g_assert_cmpfloat (values[i], ==, expected[i]);
      g_assert_cmpfloat (floats[i], ==, (float)expected[i]);
    }
}

#define VALUES(...) ((const double[]) { __VA_ARGS__ })

static void
test_elements (void)
{
  static const struct
  {
    KappaElement element;
    const char *bytes;
    double value;
  } rows[] = {
    { KAPPA_ELEMENT_F64, "\0\0\0\0\0\0\xf8\x3f", 1.5 },
    { KAPPA_ELEMENT_F32, "\0\0\xc0\x3f", 1.5 },
    { KAPPA_ELEMENT_F16, "\x01\x00", 0x1p-24 },
    { KAPPA_ELEMENT_BF16, "\xc0\x3f", 1.5 },
    { KAPPA_ELEMENT_I64, "\xfe\xff\xff\xff\xff\xff\xff\xff", -2 },
    { KAPPA_ELEMENT_I32, "\xfe\xff\xff\xff", -2 },
    { KAPPA_ELEMENT_I16, "\xfe\xff", -2 },
    { KAPPA_ELEMENT_I8, "\xfe", -2 },
    { KAPPA_ELEMENT_U64, "\0\0\0\0\0\0\0\x80", 0x1p63 },
    { KAPPA_ELEMENT_U32, "\xfe\xff\xff\xff", 4294967294.0 },
    { KAPPA_ELEMENT_U16, "\xfe\xff", 65534 },
    { KAPPA_ELEMENT_U8, "\xfe", 254 },
    { KAPPA_ELEMENT_BOOL, "\x02", 1 },
  };
  KappaElement element;

  G_STATIC_ASSERT (G_N_ELEMENTS (rows) == KAPPA_N_ELEMENTS);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 swapped[8];
      double value;
      float single;
      gint64 integer;
      gboolean whole = rows[i].value == floor (rows[i].value) && rows[i].value < 0x1p63;

      kappa_element_to_doubles (rows[i].element, rows[i].bytes, 1, &value);
      kappa_element_to_floats (rows[i].element, rows[i].bytes, 1, &single);
      g_assert_cmpfloat (value, ==, rows[i].value);
      g_assert_cmpfloat (single, ==, (float)rows[i].value);
      g_assert_cmpint (kappa_element_to_int64s (rows[i].element, rows[i].bytes, 1, &integer), ==,
                       whole);
      g_assert_true (kappa_element_from_name (kappa_element_get_name (rows[i].element), &element));
      g_assert_cmpint (element, ==, rows[i].element);
      memcpy (swapped, rows[i].bytes, kappa_element_get_size (element));
      kappa_element_swap (element, swapped, 1);
      g_assert_cmpint (swapped[0], ==, (guint8)rows[i].bytes[kappa_element_get_size (element) - 1]);
    }
  g_assert_false (kappa_element_from_name ("F8_E4M3", &element));
  g_assert_false (
      kappa_element_to_int64s (KAPPA_ELEMENT_F64, &(double) { NAN }, 1, &(gint64) { 0 }));
  g_assert_false (
      kappa_element_to_int64s (KAPPA_ELEMENT_F64, &(double) { 0x1p63 }, 1, &(gint64) { 0 }));
}

static void
test_strides (void)
{
  const gsize dims[] = { 2, 3, 2 }, strides[] = { 1, 4, 2 };
  const guint8 data[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
  const guint8 expected[] = { 0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11 };
  guint8 gathered[12];
  gsize n;

  kappa_strided_gather (data, 1, dims, strides, 3, gathered);
  g_assert_cmpmem (gathered, 12, expected, 12);
  kappa_strided_gather (data + 5, 1, NULL, NULL, 0, gathered);
  g_assert_cmpint (gathered[0], ==, 5);
  g_assert_true (kappa_strides_extent (dims, strides, 3, &n));
  g_assert_cmpuint (n, ==, 12);
  g_assert_false (
      kappa_strides_extent (dims, (gsize[]) { G_MAXSIZE / 2, G_MAXSIZE / 2, 1 }, 3, &n));
  g_assert_false (kappa_strides_are_dense (dims, strides, 3));
  g_assert_true (kappa_strides_are_dense ((gsize[]) { 2, 1, 3 }, (gsize[]) { 3, 99, 1 }, 3));
  g_assert_true (kappa_shape_count ((gsize[]) { 4, 0, 5 }, 3, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (kappa_shape_count ((gsize[]) { G_MAXSIZE, 0, 2 }, 3, &n));
}

static void
test_json (void)
{
  static const char text[]
      = " {\"a\" : [1, [2], {\"b\":-0.5e1}, \"x\\u00e9\\ud83d\\ude00\\n\"], \"c\":{}, \"d\": true,"
        "\"e\":18446744073709551615, \"f\":null, \"g\":[]}\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaJson) json = kappa_json_parse (text, strlen (text), 4, &error);
  g_autofree char *string = NULL, *key = NULL;
  guint32 a, item;
  guint64 number;
  double real;

  g_assert_no_error (error);
  g_assert_cmpuint (kappa_json_get_n (json, 0), ==, 6);
  a = kappa_json_lookup (json, 0, "a");
  g_assert_cmpuint (kappa_json_get_n (json, a), ==, 4);
  item = kappa_json_get_first (json, a);
  g_assert_true (kappa_json_get_unsigned (json, item, &number));
  g_assert_cmpuint (number, ==, 1);
  item = kappa_json_get_next (json, item);
  g_assert_cmpint (kappa_json_get_kind (json, item), ==, KAPPA_JSON_ARRAY);
  g_assert_cmpuint (kappa_json_get_next (json, kappa_json_get_first (json, item)), ==,
                    KAPPA_JSON_MISSING);
  item = kappa_json_get_next (json, item);
  g_assert_false (kappa_json_get_unsigned (json, kappa_json_lookup (json, item, "b"), &number));
  g_assert_true (kappa_json_get_double (json, kappa_json_lookup (json, item, "b"), &real));
  g_assert_cmpfloat (real, ==, -5.0);
  g_assert_cmpuint (kappa_json_get_next (json, kappa_json_lookup (json, item, "b")), ==,
                    KAPPA_JSON_MISSING);
  string = kappa_json_get_string (json, kappa_json_get_next (json, item));
  g_assert_cmpstr (string, ==, "xé😀\n");
  g_assert_true (kappa_json_get_unsigned (json, kappa_json_lookup (json, 0, "e"), &number));
  g_assert_cmpuint (number, ==, G_MAXUINT64);
  g_assert_cmpint (kappa_json_get_kind (json, kappa_json_lookup (json, 0, "d")), ==,
                   KAPPA_JSON_TRUE);
  g_assert_cmpuint (kappa_json_get_first (json, kappa_json_lookup (json, 0, "c")), ==,
                    KAPPA_JSON_MISSING);
  g_assert_cmpuint (kappa_json_lookup (json, 0, "z"), ==, KAPPA_JSON_MISSING);
  key = kappa_json_get_key (json, kappa_json_get_next (json, a));
  g_assert_cmpstr (key, ==, "c");
  g_assert_null (kappa_json_get_key (json, 0));
  g_assert_null (kappa_json_get_string (json, a));
}

static void
test_json_faults (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "", "ends too early" },
    { "[", "ends too early" },
    { "[1", "ends too early" },
    { "{\"a\"", "no colon" },
    { "{\"a\":1,}", "not a string" },
    { "[1,]", "unexpected character" },
    { "[1 2]", "no comma" },
    { "{1:2}", "not a string" },
    { "[01]", "no comma" },
    { "[+1]", "unexpected character" },
    { "[.5]", "unexpected character" },
    { "[1.]", "digits after the point" },
    { "[1e]", "without an exponent" },
    { "[NaN]", "unexpected character" },
    { "[tru]", "unexpected character" },
    { "'a'", "unexpected character" },
    { "\"a", "without an end" },
    { "\"\t\"", "control character" },
    { "\"\\x\"", "bad escape" },
    { "\"\\u12\"", "bad escape" },
    { "\"\\u0000\"", "bad escape" },
    { "\"\\ud800\"", "bad escape" },
    { "\"\\ud800\\u0041\"", "bad escape" },
    { "\"\\udc00\"", "bad escape" },
    { "\"\xff\"", "not UTF-8" },
    { "{\"a\":1,\"a\":2}", "appears twice" },
    { "{\"a\":1,\"\\u0061\":2}", "appears twice" },
    { "{} x", "after the end" },
    { "[[[[[]]]]]", "too deep" },
    { "[1111111111111111111111111111111111111111111111111111111111111111111]", "64 characters" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kappa_json_parse (rows[i].text, strlen (rows[i].text), 4, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
      if (strstr (error->message, rows[i].message) == NULL)
        g_error ("%s gives “%s”", rows[i].text, error->message);
    }
}

/* The same checkpoint as an archive and as a stream: every type, views, expansion, a wrapper and a
 * prefix. */
static void
test_wrapped (gconstpointer name)
{
  g_autoptr (KappaTensorFile) file = open_fixture (name);
  double ramp[24];

  for (gsize i = 0; i < 24; i++)
    ramp[i] = (double)i / 8.0 - 1.0;
  g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, 16);
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "wrapper"), ==, "state_dict");
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "prefix"), ==, "module.");
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "epoch"), ==, "12");
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "best_acc1"), ==, "91.25");
  g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "args"), ==,
                   "argparse.Namespace{'lr': 0.1, 'arch': 'tiny'}");
  g_assert_null (kappa_tensor_file_lookup_metadata (file, "optimizer"));
  g_assert_cmpstr (kappa_tensor_file_get_info (file, 0)->original_name, ==, "module.conv.weight");
  assert_tensor (file, "conv.weight", KAPPA_ELEMENT_F32, "2x3x2x2", ramp);
  assert_tensor (file, "half", KAPPA_ELEMENT_F16, "4", VALUES (1.5, -2.25, 0x1.ff8p-15, 65504));
  assert_tensor (file, "bf16", KAPPA_ELEMENT_BF16, "3", VALUES (1.5, -2.25, 0x1.c4p127));
  assert_tensor (file, "double", KAPPA_ELEMENT_F64, "2x2", VALUES (0.1, 0.2, 0.3, 0.4));
  assert_tensor (file, "count", KAPPA_ELEMENT_I64, "", VALUES (7));
  assert_tensor (file, "i32", KAPPA_ELEMENT_I32, "2", VALUES (-5, 2147483647));
  assert_tensor (file, "i16", KAPPA_ELEMENT_I16, "2", VALUES (-5, 32767));
  assert_tensor (file, "i8", KAPPA_ELEMENT_I8, "2", VALUES (-128, 127));
  assert_tensor (file, "u8", KAPPA_ELEMENT_U8, "2", VALUES (0, 255));
  assert_tensor (file, "mask", KAPPA_ELEMENT_BOOL, "3", VALUES (1, 0, 1));
  assert_tensor (file, "transposed", KAPPA_ELEMENT_F32, "4x3",
                 VALUES (0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
  assert_tensor (file, "row", KAPPA_ELEMENT_F32, "4", VALUES (4, 5, 6, 7));
  assert_tensor (file, "column", KAPPA_ELEMENT_F32, "3", VALUES (2, 6, 10));
  assert_tensor (file, "expanded", KAPPA_ELEMENT_F32, "2x3", VALUES (3, 3, 3, 4, 4, 4));
  assert_tensor (file, "empty", KAPPA_ELEMENT_F32, "0x3", VALUES (0));
  g_assert_nonnull (kappa_pickle_value_lookup (kappa_tensor_file_get_object (file), "optimizer"));
}

static void
test_parameters (void)
{
  g_autoptr (KappaTensorFile) file = open_fixture ("parameters.zip.pth");
  g_autoptr (KappaTensorFile) bare = open_fixture ("tensor.zip.pth");

  assert_tensor (file, "weight", KAPPA_ELEMENT_F32, "2x3", VALUES (0, 1, 2, 3, 4, 5));
  assert_tensor (file, "bias", KAPPA_ELEMENT_F32, "2", VALUES (-1, 1));
  assert_tensor (bare, "tensor", KAPPA_ELEMENT_F32, "3", VALUES (0, 1, 2));
}

static void
test_integers (void)
{
  g_autoptr (KappaTensorFile) file = open_fixture ("wrapped.zip.pth");
  g_autoptr (GError) error = NULL;
  gint64 integers[4];
  guint index;

  kappa_tensor_file_lookup (file, "i32", &index);
  g_assert_true (kappa_tensor_file_read_int64s (file, index, integers, &error));
  g_assert_cmpint (integers[1], ==, 2147483647);
  kappa_tensor_file_lookup (file, "half", &index);
  g_assert_false (kappa_tensor_file_read_int64s (file, index, integers, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA);
}

static void
test_tar (void)
{
  static const char views[] = P_PROTO "]((KfKeK\2K\4te.";
  const TarKnobs plain = { 0 };
  /* The part of the storage from element 2 on has the key 102, and overlapping rows of it are the
   * tensor. */
  const TarKnobs part
      = { .views = views, .views_size = sizeof views - 1, .storage_key = 102, .stride = 1 };
  g_autoptr (GBytes) bytes = build_tar (&plain), with_part = build_tar (&part);
  g_autoptr (KappaTensorFile) file = open_bytes (bytes), overlapping = open_bytes (with_part);

  g_assert_cmpstr (kappa_tensor_file_get_format (file), ==, "PyTorch tar archive");
  assert_tensor (file, "w", KAPPA_ELEMENT_F32, "2x3", VALUES (0, 1, 2, 3, 4, 5));
  assert_tensor (overlapping, "w", KAPPA_ELEMENT_F32, "2x3", VALUES (2, 3, 4, 3, 4, 5));
}

/* A view of a stored storage: key "1" is elements 2 … 5 of storage "0". */
static void
test_legacy_view (void)
{
  static const char object[] = P_STATE (P_TEXT1 ("w") P_V1 "((" P_STORAGE P_FLOATS P_TEXT1 (
      "0") P_CPU "K\6(" P_TEXT1 ("1") "K\2K\4ttQK\1K\3\x85K\1\x85tR");
  static const char keys[] = P_PROTO "]" P_TEXT1 ("0") "a.";
  static const char rest[]
      = "\6\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40\0\0\xa0\x40";
  g_autoptr (GBytes) bytes = build_legacy (BYTES (object), BYTES (keys), BYTES (rest));
  g_autoptr (KappaTensorFile) file = open_bytes (bytes);

  assert_tensor (file, "w", KAPPA_ELEMENT_F32, "3", VALUES (3, 4, 5));
}

#define NAMED(name, value) "X\x05\0\0\0" name value
#define NEST(...)          P_DICT "(" __VA_ARGS__ "u"
#define W                  P_TEXT1 ("w") P_TENSOR

/* Where the weights are looked for; @wrapper and @names are what is found. */
static void
test_wrappers (void)
{
  static const struct
  {
    const char *pickle;
    gsize size;
    const char *wrapper;
    const char *names;
  } rows[] = {
    { BYTES (P_SOUND), NULL, "w" },
    { BYTES (P_PROTO NEST (NAMED ("epoch", "K\x07") NAMED ("model", NEST (W))) "."), "model", "w" },
    { BYTES (
          P_PROTO NEST ("X\x0a\0\0\0state_dict" NEST (W) "X\x0e\0\0\0state_dict_ema" NEST (W)) "."),
      "state_dict_ema", "w" },
    { BYTES (P_PROTO NEST (NAMED ("model", NEST ("X\x0a\0\0\0state_dict" NEST (W)))) "."),
      "model.state_dict", "w" },
    /* A wrapper's name with something else under it is no wrapper. */
    { BYTES (P_PROTO NEST (NAMED ("model", P_TEXT1 ("x")) W) "."), NULL, "w" },
    { BYTES (P_PROTO NEST (NAMED ("thing", NEST (W))) "."), "thing", "w" },
    { BYTES (P_PROTO NEST (NAMED ("netG.", NEST (W)) NAMED ("netD.", NEST (W))) "."), NULL,
      "netG..w netD..w" },
    { BYTES (P_PROTO NEST (NAMED ("optim", NEST (W)) NAMED ("thing", NEST (W))) "."), "thing",
      "w" },
    { BYTES (P_PROTO NEST (NAMED ("optim", NEST (W)) W) "."), NULL, "w" },
    /* Keys that are numbers, and lists. */
    { BYTES (P_PROTO NEST ("K\x03" P_TENSOR "K\x05" P_TENSOR) "."), NULL, "3 5" },
    { BYTES (P_PROTO "](" P_TENSOR P_TENSOR "e."), NULL, "0 1" },
    { BYTES (P_PROTO "(" NEST (W) "K\x07t."), "0", "w" },
    { BYTES (P_PROTO NEST (NAMED ("layer", NEST (W)) P_TEXT1 ("b") P_TENSOR) "."), NULL,
      "layer.w b" },
    /* Python 2's OrderedDict. */
    { BYTES (P_PROTO "ccollections\nOrderedDict\n](](" W "ee\x85R."), NULL, "w" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = build_torch_zip (rows[i].pickle, rows[i].size);
      g_autoptr (KappaTensorFile) file = open_bytes (bytes);
      g_autoptr (GString) names = g_string_new (NULL);

      for (guint t = 0; t < kappa_tensor_file_get_n_tensors (file); t++)
        g_string_append_printf (names, t > 0 ? " %s" : "%s",
                                kappa_tensor_file_get_info (file, t)->name);
      g_assert_cmpstr (names->str, ==, rows[i].names);
      g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, "wrapper"), ==, rows[i].wrapper);
    }
}

static void
test_rebuild_v3 (void)
{
  static const char pickle[]
      = P_STATE (P_TEXT1 ("w") P_V3 "((" P_STORAGE "ctorch.storage\nUntypedStorage\n" P_TEXT1 ("0")
                     P_CPU "K\x18tQK\1K\2K\3\x86K\3K\1\x86" P_HOOKS "ctorch\nint16\ntR");
  g_autoptr (GBytes) bytes = build_torch_zip (BYTES (pickle));
  g_autoptr (KappaTensorFile) file = open_bytes (bytes);

  /* The halves of 0.0, 1.0, 2.0 and 3.0 from the second on. */
  assert_tensor (file, "w", KAPPA_ELEMENT_I16, "2x3", VALUES (0, 0, 0x3f80, 0, 0x4000, 0));
}

static void
test_big_endian (void)
{
  const ZipMember members[] = {
    { .name = "net/data.pkl", .data = P_SOUND, .size = sizeof P_SOUND - 1 },
    { .name = "net/byteorder", .data = "big", .size = 3 },
    { .name = "net/data/0",
      .data = "\0\0\0\0\x3f\x80\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\x40\x40\0\0",
      .size = 24 },
  };
  g_autoptr (GBytes) bytes = build_zip (members, G_N_ELEMENTS (members), NULL);
  g_autoptr (KappaTensorFile) file = open_bytes (bytes);

  assert_tensor (file, "w", KAPPA_ELEMENT_F32, "2x3", VALUES (0, 1, 2, 0, 0, 3));
}

static void
test_names (void)
{
  static const struct
  {
    const char *names[4];
    const char *prefix;
    const char *stripped[4];
  } rows[] = {
    { { "module.a", "module.b" }, "module.", { "a", "b" } },
    { { "module._orig_mod.a", "n_averaged" }, "module._orig_mod.", { "a", "n_averaged" } },
    { { "module.a", "a" }, "", { "module.a", "a" } },
    { { "backbone.a", "backbone.b" }, "backbone.", { "a", "b" } },
    { { "backbone.a", "head.b" }, "", { "backbone.a", "head.b" } },
    { { "model.module.a" }, "model.module.", { "a" } },
    { { "module.visual.trunk.a", "module.visual.trunk.b" }, "module.visual.trunk.", { "a", "b" } },
    { { "module.", "module.b" }, "module.", { "module.", "b" } },
    { { "encoder.a" }, "", { "encoder.a" } },
    { { "opt/target/a/b", "opt/target/c" }, "opt/target/", { "a/b", "c" } },
    { { "opt/target/a", "opt/state/step", "opt/state/m/a" },
      "opt/target/",
      { "a", "opt/state/step", "opt/state/m/a" } },
    { { "opt/target/a", "extra" }, "", { "opt/target/a", "extra" } },
    { { "opt/state/step" }, "", { "opt/state/step" } },
    { { "opt/target/", "opt/target/b" }, "", { "opt/target/", "opt/target/b" } },
    { { "params/img/a", "params/img/b" }, "params/img/", { "a", "b" } },
    { { "params/a", "params/img/b", "opt/0/m" }, "params/", { "a", "img/b", "opt/0/m" } },
    { { "params/img/a", "params/txt/a", "params/t" }, "params/", { "img/a", "txt/a", "t" } },
    { { "params/opt/state/a", "opt/state/a" }, "", { "params/opt/state/a", "opt/state/a" } },
    { { NULL }, "", { NULL } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *names[4];
      guint n = 0;
      g_autofree char *prefix = NULL;

      memcpy (names, rows[i].names, sizeof names);
      while (n < 4 && names[n] != NULL)
        n++;
      prefix = kappa_tensor_names_strip (names, n);
      g_assert_cmpstr (prefix, ==, rows[i].prefix);
      for (guint k = 0; k < n; k++)
        g_assert_cmpstr (names[k], ==, rows[i].stripped[k]);
    }
}

static void
test_numpy (void)
{
  g_autoptr (KappaTensorFile) arrays = open_fixture ("arrays.npz");
  g_autoptr (KappaTensorFile) packed = open_fixture ("packed.npz");
  g_autoptr (KappaTensorFile) array = open_fixture ("array.npy");
  double images[128];

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    images[i] = i / 16;
  assert_tensor (arrays, "a/kernel", KAPPA_ELEMENT_F32, "2x3", VALUES (0, 1, 2, 3, 4, 5));
  assert_tensor (arrays, "fortran", KAPPA_ELEMENT_F64, "2x3", VALUES (0, 1, 2, 3, 4, 5));
  assert_tensor (arrays, "big", KAPPA_ELEMENT_I32, "3", VALUES (0, 1, 2));
  assert_tensor (arrays, "scalar", KAPPA_ELEMENT_F32, "", VALUES (2.5));
  assert_tensor (arrays, "empty", KAPPA_ELEMENT_F64, "0x4", VALUES (0));
  assert_tensor (packed, "images", KAPPA_ELEMENT_U8, "8x4x4", images);
  assert_tensor (packed, "labels", KAPPA_ELEMENT_I64, "8", VALUES (0, 1, 2, 3, 4, 5, 6, 7));
  assert_tensor (array, "array", KAPPA_ELEMENT_I16, "3x2", VALUES (0, 1, 2, 3, 4, 5));
}

/* Headers that numpy has written over the years. */
static void
test_npy_headers (void)
{
  static const struct
  {
    const char *header;
    gsize size;
    KappaElement element;
    const char *dims;
  } rows[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, KAPPA_ELEMENT_F32, "2" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3L)}", 6, KAPPA_ELEMENT_U8, "2x3" },
    { "{\"shape\":(),\"fortran_order\":True,\"descr\":\"|b1\"}", 1, KAPPA_ELEMENT_BOOL, "" },
    { "{'descr': '|V2', 'fortran_order': False, 'shape': (1, 2), }", 4, KAPPA_ELEMENT_BF16, "1x2" },
    { "{'descr': '<i8', 'fortran_order': True, 'shape': (0, 3), }", 0, KAPPA_ELEMENT_I64, "0x3" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = build_npy (rows[i].header, rows[i].size);
      g_autoptr (KappaTensorFile) file = open_bytes (bytes);
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, 0);
      g_autofree double *values = g_new0 (double, info->n + 1);

      g_assert_true (kappa_tensor_file_read_doubles (file, 0, values, NULL));
      assert_tensor (file, "array", rows[i].element, rows[i].dims, values);
    }
}

/* Members with 64-bit sizes, with a comment, and with a directory end in 64 bits. */
static void
test_zip_forms (void)
{
  static const float floats[6] = { 0, 1, 2, 3, 4, 5 };
  const ZipMember members[] = {
    { .name = "net/data.pkl", .data = P_SOUND, .size = sizeof P_SOUND - 1, .wide = TRUE },
    { .name = "net/data/0",
      .data = floats,
      .size = sizeof floats,
      .local_extra = "FB\3\0ZZZ",
      .local_extra_size = 7 },
    { .name = "net/.data/serialization_id",
      .data = "12",
      .size = 2,
      .descriptor = TRUE,
      .wide = TRUE },
  };
  static const ZipEnd ends[] = { { 0 }, { .comment = "a PK\5\6 comment" }, { .wide_end = TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (GBytes) bytes = build_zip (members, G_N_ELEMENTS (members), &ends[i]);
      g_autoptr (KappaTensorFile) file = open_bytes (bytes);

      assert_tensor (file, "w", KAPPA_ELEMENT_F32, "2x3", VALUES (0, 1, 2, 3, 4, 5));
    }
}

/* The sum of all elements of all tensors, as float64. */
static double
sum_all (KappaTensorFile *file)
{
  double sum = 0.0;

  for (guint t = 0; t < kappa_tensor_file_get_n_tensors (file); t++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, t);
      g_autofree double *values = g_new (double, info->n + 1);
      g_autoptr (GError) error = NULL;

      kappa_tensor_file_read_doubles (file, t, values, &error);
      g_assert_no_error (error);
      for (gsize i = 0; i < info->n; i++)
        sum += values[i];
    }
  return sum;
}

/* Real files; sums were taken with PyTorch and numpy. */
static void
test_real (void)
{
  static const struct
  {
    const char *path;
    const char *format;
    guint n;
    const char *first;
    double sum;
    const char *key;
    const char *text;
  } rows[] = {
    { "cifar-resnet/resnet20-12fca82f.th", "PyTorch legacy stream", 97, "conv1.weight",
      139.78264955982081, "best_prec1", "91.78000183105469" },
    { "cifar-resnet/resnet32-d509ac18.th", "PyTorch legacy stream", 157, "conv1.weight",
      721.51789002849659, "best_prec1", "92.780001449584958" },
    { "cifar-resnet/resnet44-014dd654.th", "PyTorch legacy stream", 217, "conv1.weight",
      1107.7914794927265, "best_prec1", "93.1400016784668" },
    { "cifar-resnet/resnet56-4bfd9763.th", "PyTorch legacy stream", 277, "conv1.weight",
      1427.879011697099, "best_prec1", "93.62" },
    { "mnist/lenet_example.pth", "PyTorch zip archive", 10, "conv1.weight", -1395.6491960733829,
      "archive version", "3" },
    { "poincare/mammals_poincare_2d.pth", "PyTorch zip archive", 1, "embeddings",
      131.08427232781395, "manifold", "poincare" },
    { "poincare/mammals_poincare_5d.pth", "PyTorch zip archive", 1, "embeddings",
      38.698180517366694, "manifold", "poincare" },
    { "dr/dr_resnet18_128.safetensors", "safetensors", 122, "conv1.weight", 31199.794457793236,
      "architecture", "resnet18" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *relative = g_build_filename ("data", rows[i].path, NULL);
      g_autofree char *path = kappa_test_need_shared (relative);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaTensorFile) file = NULL;

      if (path == NULL)
        continue;
      file = kappa_tensor_file_open (path, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (kappa_tensor_file_get_format (file), ==, rows[i].format);
      g_assert_cmpuint (kappa_tensor_file_get_n_tensors (file), ==, rows[i].n);
      g_assert_cmpstr (kappa_tensor_file_get_info (file, 0)->name, ==, rows[i].first);
      g_assert_cmpfloat_with_epsilon (sum_all (file), rows[i].sum, 1e-9 * fabs (rows[i].sum));
      g_assert_cmpstr (kappa_tensor_file_lookup_metadata (file, rows[i].key), ==, rows[i].text);
    }
}

/* A list of words that was saved beside the tensors. */
static void
test_object (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/poincare/mammals_poincare_2d.pth");
  g_autoptr (KappaTensorFile) file = NULL;
  g_auto (GStrv) words = NULL;
  gsize n;

  if (path == NULL)
    return;
  file = kappa_tensor_file_open (path, NULL, NULL);
  words = kappa_pickle_value_get_strings (
      kappa_pickle_value_lookup (kappa_tensor_file_get_object (file), "objects"), &n);
  g_assert_cmpuint (n, ==, 1180);
  g_assert_cmpstr (words[0], ==, "raccoon.n.02");
}

static void
test_cancelled (void)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "core", "formats", "data", "array.npy", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (kappa_tensor_file_open (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/formats/elements", test_elements);
  g_test_add_func ("/formats/strides", test_strides);
  g_test_add_func ("/formats/json", test_json);
  g_test_add_func ("/formats/json-faults", test_json_faults);
  g_test_add_data_func ("/formats/wrapped/zip", "wrapped.zip.pth", test_wrapped);
  g_test_add_data_func ("/formats/wrapped/legacy", "wrapped.legacy.pth", test_wrapped);
  g_test_add_func ("/formats/parameters", test_parameters);
  g_test_add_func ("/formats/integers", test_integers);
  g_test_add_func ("/formats/tar", test_tar);
  g_test_add_func ("/formats/legacy-view", test_legacy_view);
  g_test_add_func ("/formats/wrappers", test_wrappers);
  g_test_add_func ("/formats/rebuild-v3", test_rebuild_v3);
  g_test_add_func ("/formats/big-endian", test_big_endian);
  g_test_add_func ("/formats/names", test_names);
  g_test_add_func ("/formats/numpy", test_numpy);
  g_test_add_func ("/formats/npy-headers", test_npy_headers);
  g_test_add_func ("/formats/zip-forms", test_zip_forms);
  g_test_add_func ("/formats/real", test_real);
  g_test_add_func ("/formats/object", test_object);
  g_test_add_func ("/formats/cancelled", test_cancelled);
  return g_test_run ();
}
