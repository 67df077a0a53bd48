#include <math.h>
#include <string.h>

#include "core/formats/hdf5-write.h"
#include "tests/core/formats/hdf5/hdf5-test.h"

/* Files of libhdf5 read by us, files of ours read by libhdf5. */

static const double numbers[6] = { 0, 1, 2, 3, 100, 7 };
static const hsize_t two_by_three[2] = { 2, 3 };

static void
assert_numbers (const char *path, const char *name, KappaHdf5Class type, guint size)
{
  g_autoptr (KappaHdf5File) file = open_hdf5 (path);
  const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (file, name);
  g_autoptr (GError) error = NULL;
  g_autofree double *doubles = NULL;
  g_autofree float *floats = NULL;
  gsize n = 0;

  g_assert_nonnull (dataset);
  g_assert_cmpstr (dataset->refusal, ==, NULL);
  g_assert_cmpint (dataset->type, ==, type);
  g_assert_cmpuint (dataset->size, ==, size);
  g_assert_cmpuint (dataset->rank, ==, 2);
  g_assert_cmpuint (dataset->dims[0], ==, 2);
  g_assert_cmpuint (dataset->dims[1], ==, 3);
  doubles = kappa_hdf5_file_read_doubles (file, name, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 6);
  floats = kappa_hdf5_file_read_floats (file, name, &n, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (doubles[i], ==, numbers[i]);
      g_assert_cmpfloat (floats[i], ==, (float)numbers[i]);
    }
}

static void
test_types (void)
{
  const struct
  {
    hid_t type;
    KappaHdf5Class class;
    guint size;
  } cases[] = {
    { H5T_STD_I8LE, KAPPA_HDF5_INTEGER, 1 },   { H5T_STD_I8BE, KAPPA_HDF5_INTEGER, 1 },
    { H5T_STD_I16BE, KAPPA_HDF5_INTEGER, 2 },  { H5T_STD_I32LE, KAPPA_HDF5_INTEGER, 4 },
    { H5T_STD_I64BE, KAPPA_HDF5_INTEGER, 8 },  { H5T_STD_U8LE, KAPPA_HDF5_UNSIGNED, 1 },
    { H5T_STD_U16BE, KAPPA_HDF5_UNSIGNED, 2 }, { H5T_STD_U64LE, KAPPA_HDF5_UNSIGNED, 8 },
    { H5T_IEEE_F32LE, KAPPA_HDF5_FLOAT, 4 },   { H5T_IEEE_F32BE, KAPPA_HDF5_FLOAT, 4 },
    { H5T_IEEE_F64LE, KAPPA_HDF5_FLOAT, 8 },   { H5T_IEEE_F64BE, KAPPA_HDF5_FLOAT, 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TemporaryPath) path = make_path ();
      hid_t file = create_file (path);

      put_dataset (file, "/a", cases[i].type, 2, two_by_three, H5P_DEFAULT, H5T_NATIVE_DOUBLE,
                   numbers);
      H5Fclose (file);
      assert_numbers (path, "/a", cases[i].class, cases[i].size);
    }
}

static void
test_half (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t file = create_file (path), half = H5Tcopy (H5T_IEEE_F32LE);
  g_autoptr (KappaHdf5File) reader = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const guint16 *halves;

  /* IEEE 754 binary16, as h5py makes it. */
  g_assert_cmpint (H5Tset_fields (half, 15, 10, 5, 0, 10), >=, 0);
  g_assert_cmpint (H5Tset_size (half, 2), >=, 0);
  g_assert_cmpint (H5Tset_ebias (half, 15), >=, 0);
  put_dataset (file, "/a", half, 2, two_by_three, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
  H5Tset_order (half, H5T_ORDER_BE);
  put_dataset (file, "/b", half, 2, two_by_three, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
  H5Tclose (half);
  H5Fclose (file);
  assert_numbers (path, "/a", KAPPA_HDF5_FLOAT, 2);
  assert_numbers (path, "/b", KAPPA_HDF5_FLOAT, 2);
  reader = open_hdf5 (path);
  bytes = kappa_hdf5_file_read_bytes (reader, "/b", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 12);
  halves = g_bytes_get_data (bytes, NULL);
  g_assert_cmphex (halves[1], ==, 0x3c00);
  g_assert_cmphex (halves[4], ==, 0x5640);
}

static void
test_chunks_and_filters (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t file = create_file (path), creation = H5Pcreate (H5P_DATASET_CREATE);
  const hsize_t chunk[2] = { 1, 2 };

  H5Pset_chunk (creation, 2, chunk);
  put_dataset (file, "/plain", H5T_IEEE_F64LE, 2, two_by_three, creation, H5T_NATIVE_DOUBLE,
               numbers);
  H5Pset_shuffle (creation);
  H5Pset_deflate (creation, 9);
  H5Pset_fletcher32 (creation);
  put_dataset (file, "/filtered", H5T_IEEE_F64LE, 2, two_by_three, creation, H5T_NATIVE_DOUBLE,
               numbers);
  H5Pclose (creation);
  creation = H5Pcreate (H5P_DATASET_CREATE);
  H5Pset_layout (creation, H5D_COMPACT);
  put_dataset (file, "/compact", H5T_IEEE_F64LE, 2, two_by_three, creation, H5T_NATIVE_DOUBLE,
               numbers);
  H5Pclose (creation);
  H5Fclose (file);
  assert_numbers (path, "/plain", KAPPA_HDF5_FLOAT, 8);
  assert_numbers (path, "/filtered", KAPPA_HDF5_FLOAT, 8);
  assert_numbers (path, "/compact", KAPPA_HDF5_FLOAT, 8);
}

static void
put_attribute (hid_t object, const char *name, hid_t type, hsize_t n, const void *values)
{
  hid_t space = n > 0 ? H5Screate_simple (1, &n, NULL) : H5Screate (H5S_SCALAR);
  hid_t attribute = H5Acreate2 (object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

  g_assert_cmpint (H5Awrite (attribute, type, values), >=, 0);
  H5Aclose (attribute);
  H5Sclose (space);
}

static void
make_like_keras (const char *path, hid_t access)
{
  hid_t file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  hid_t fixed = H5Tcopy (H5T_C_S1), any = H5Tcopy (H5T_C_S1), group, object;
  const char *const weights[] = { "conv1/kernel:0", "conv1/bias:0", "größer" };
  const char *const one = "tensorflow";
  const gint32 levels[2] = { -3, 5 };

  H5Tset_size (fixed, 8);
  H5Tset_strpad (fixed, H5T_STR_NULLPAD);
  H5Tset_size (any, H5T_VARIABLE);
  H5Tset_cset (any, H5T_CSET_UTF8);
  put_attribute (file, "layer_names", fixed, 2, "conv1\0\0\0dense_12");
  put_attribute (file, "backend", any, 0, &one);
  put_attribute (file, "levels", H5T_NATIVE_INT32, 2, levels);
  group = H5Gcreate2 (file, "conv1", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  put_attribute (group, "weight_names", any, 3, weights);
  H5Gclose (group);
  put_dataset (file, "/conv1/kernel:0", H5T_IEEE_F32LE, 2, two_by_three, H5P_DEFAULT,
               H5T_NATIVE_DOUBLE, numbers);
  object = H5Dopen2 (file, "/conv1/kernel:0", H5P_DEFAULT);
  put_attribute (object, "dtype", any, 0, &one);
  H5Dclose (object);
  H5Tclose (fixed);
  H5Tclose (any);
  H5Fclose (file);
}

static void
assert_like_keras (const char *path)
{
  g_autoptr (KappaHdf5File) file = open_hdf5 (path);
  const KappaHdf5Attribute *attribute = kappa_hdf5_file_find_attribute (file, "/", "layer_names");

  g_assert_cmpuint (kappa_hdf5_file_get_n_groups (file), ==, 2);
  g_assert_cmpstr (kappa_hdf5_file_get_group (file, 0), ==, "/");
  g_assert_cmpstr (kappa_hdf5_file_get_group (file, 1), ==, "/conv1");
  g_assert_cmpuint (kappa_hdf5_file_get_n_attributes (file), ==, 5);
  g_assert_cmpuint (attribute->n, ==, 2);
  g_assert_cmpstr (attribute->strings[0], ==, "conv1");
  g_assert_cmpstr (attribute->strings[1], ==, "dense_12");
  attribute = kappa_hdf5_file_find_attribute (file, "/", "backend");
  g_assert_cmpuint (attribute->n, ==, 1);
  g_assert_cmpstr (attribute->strings[0], ==, "tensorflow");
  attribute = kappa_hdf5_file_find_attribute (file, "/", "levels");
  g_assert_null (attribute->strings);
  g_assert_cmpfloat (attribute->numbers[0], ==, -3.0);
  g_assert_cmpfloat (attribute->numbers[1], ==, 5.0);
  attribute = kappa_hdf5_file_find_attribute (file, "/conv1", "weight_names");
  g_assert_cmpuint (attribute->n, ==, 3);
  g_assert_cmpstr (attribute->strings[2], ==, "größer");
  attribute = kappa_hdf5_file_find_attribute (file, "/conv1/kernel:0", "dtype");
  g_assert_cmpstr (attribute->strings[0], ==, "tensorflow");
  g_assert_null (kappa_hdf5_file_find_attribute (file, "/", "dtype"));
}

static void
test_attributes (void)
{
  g_autoptr (TemporaryPath) path = make_path ();

  make_like_keras (path, H5P_DEFAULT);
  assert_like_keras (path);
}

static void
test_latest_format (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t access = H5Pcreate (H5P_FILE_ACCESS);

  H5Pset_libver_bounds (access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  make_like_keras (path, access);
  H5Pclose (access);
  assert_like_keras (path);
  assert_numbers (path, "/conv1/kernel:0", KAPPA_HDF5_FLOAT, 4);
}

static void
test_user_block (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t creation = H5Pcreate (H5P_FILE_CREATE), file;

  H5Pset_userblock (creation, 2048);
  file = H5Fcreate (path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  put_dataset (file, "/a", H5T_IEEE_F64LE, 2, two_by_three, H5P_DEFAULT, H5T_NATIVE_DOUBLE,
               numbers);
  H5Fclose (file);
  H5Pclose (creation);
  assert_numbers (path, "/a", KAPPA_HDF5_FLOAT, 8);
}

static void
test_strings_and_bytes (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t file = create_file (path), fixed = H5Tcopy (H5T_C_S1), any = H5Tcopy (H5T_C_S1);
  hid_t opaque = H5Tcreate (H5T_OPAQUE, 2);
  const hsize_t three = 3;
  const char *const texts[] = { "a", "", "lang und länger" };
  g_autoptr (KappaHdf5File) reader = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) padded = NULL, free_length = NULL;
  gsize n;

  H5Tset_size (fixed, 4);
  H5Tset_strpad (fixed, H5T_STR_SPACEPAD);
  H5Tset_size (any, H5T_VARIABLE);
  put_dataset (file, "/fixed", fixed, 1, &three, H5P_DEFAULT, fixed, "ab  abcdc   ");
  put_dataset (file, "/any", any, 1, &three, H5P_DEFAULT, any, texts);
  put_dataset (file, "/bf16", opaque, 1, &three, H5P_DEFAULT, opaque, "\x80\x3f\x00\x40\x01\x02");
  H5Fclose (file);

  reader = open_hdf5 (path);
  padded = kappa_hdf5_file_read_strings (reader, "/fixed", &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (padded[0], ==, "ab");
  g_assert_cmpstr (padded[1], ==, "abcd");
  g_assert_cmpstr (padded[2], ==, "c");
  free_length = kappa_hdf5_file_read_strings (reader, "/any", &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (free_length[1], ==, "");
  g_assert_cmpstr (free_length[2], ==, "lang und länger");
  g_assert_cmpuint (kappa_hdf5_file_find_dataset (reader, "/any")->size, ==, 0);
  g_assert_cmpint (kappa_hdf5_file_find_dataset (reader, "/bf16")->type, ==, KAPPA_HDF5_OPAQUE);
  bytes = kappa_hdf5_file_read_bytes (reader, "/bf16", NULL, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "\x80\x3f\x00\x40\x01\x02", 6);

  /* What was asked for in the wrong way does not end the matter. */
  g_assert_null (kappa_hdf5_file_read_doubles (reader, "/any", &n, NULL, &error));
  assert_message (error, "of another kind");
  g_clear_error (&error);
  g_assert_null (kappa_hdf5_file_read_strings (reader, "/bf16", &n, NULL, &error));
  assert_message (error, "of another kind");
  g_clear_error (&error);
  g_assert_null (kappa_hdf5_file_read_doubles (reader, "/none", &n, NULL, &error));
  assert_message (error, "there is no data set /none");
  g_clear_error (&error);
  g_assert_null (kappa_hdf5_file_read_bytes (reader, "/none", NULL, &error));
  assert_message (error, "there is no data set /none");
  g_clear_pointer (&padded, g_strfreev);
  g_clear_error (&error);
  padded = kappa_hdf5_file_read_strings (reader, "/fixed", &n, NULL, &error);
  g_assert_no_error (error);
}

static KappaHdf5Writer *
fill_writer (const double *values, const guint8 *bytes, const char *const *texts)
{
  KappaHdf5Writer *writer = kappa_hdf5_writer_new ();
  const gsize dims[] = { 2, 3 }, none[] = { 0, 3 };

  kappa_hdf5_writer_add_doubles (writer, "/wide", KAPPA_HDF5_FLOAT64, 2, dims, values);
  kappa_hdf5_writer_add_doubles (writer, "/narrow", KAPPA_HDF5_FLOAT32, 2, dims, values);
  kappa_hdf5_writer_add_doubles (writer, "/single", KAPPA_HDF5_FLOAT64, 0, NULL, values + 4);
  kappa_hdf5_writer_add_doubles (writer, "/none", KAPPA_HDF5_FLOAT64, 2, none, values);
  kappa_hdf5_writer_add_bytes (writer, "/a/b/bytes", 2, dims, bytes);
  kappa_hdf5_writer_add_strings (writer, "/a/texts", 1, 3, texts);
  kappa_hdf5_writer_add_strings (writer, "/a/text", 0, 1, texts + 2);
  kappa_hdf5_writer_add_group (writer, "/empty");
  kappa_hdf5_writer_set_attribute (writer, "/", "made by", "Käppa");
  kappa_hdf5_writer_set_attribute (writer, "/a", "x", "");
  kappa_hdf5_writer_set_attribute (writer, "/wide", "definition", "of a test");
  return writer;
}

static void
test_write_and_read (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  const double values[] = { NAN, -0.0, INFINITY, 1.0 / 3.0, 0x1p-1074, -1e300 };
  const guint8 bytes[] = { 0, 1, 127, 128, 254, 255 };
  const char *const texts[] = { "a", "", "lang und länger" };
  g_autoptr (KappaHdf5Writer) writer = fill_writer (values, bytes, texts);
  g_autoptr (KappaHdf5File) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree double *wide = NULL, *narrow = NULL, *none = NULL, *read = NULL;
  g_auto (GStrv) list = NULL, single = NULL;
  gsize n;

  g_assert_true (kappa_hdf5_writer_save (writer, path, &error));
  g_assert_no_error (error);
  file = open_hdf5 (path);
  wide = kappa_hdf5_file_read_doubles (file, "/wide", &n, NULL, &error);
  g_assert_cmpmem (wide, n * sizeof *wide, values, sizeof values);
  narrow = kappa_hdf5_file_read_doubles (file, "/narrow", &n, NULL, &error);
  for (guint i = 1; i < 6; i++)
    g_assert_true (narrow[i] == (double)(float)values[i]);
  none = kappa_hdf5_file_read_doubles (file, "/none", &n, NULL, &error);
  g_assert_nonnull (none);
  g_assert_cmpuint (n, ==, 0);
  read = kappa_hdf5_file_read_doubles (file, "/a/b/bytes", &n, NULL, &error);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (read[i], ==, bytes[i]);
  list = kappa_hdf5_file_read_strings (file, "/a/texts", &n, NULL, &error);
  g_assert_true (g_strv_equal ((const char *const *)list,
                               (const char *const[]) { "a", "", "lang und länger", NULL }));
  single = kappa_hdf5_file_read_strings (file, "/a/text", &n, NULL, &error);
  g_assert_cmpstr (single[0], ==, texts[2]);
  g_assert_cmpuint (kappa_hdf5_file_find_dataset (file, "/single")->rank, ==, 0);
  g_assert_cmpuint (kappa_hdf5_file_get_n_groups (file), ==, 4);
  g_assert_cmpstr (kappa_hdf5_file_find_attribute (file, "/", "made by")->strings[0], ==, "Käppa");
  g_assert_cmpstr (kappa_hdf5_file_find_attribute (file, "/a", "x")->strings[0], ==, "");
  g_assert_cmpstr (kappa_hdf5_file_find_attribute (file, "/wide", "definition")->strings[0], ==,
                   "of a test");
  g_assert_no_error (error);
}

static void
test_many_members (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();
  g_autofree double *values = g_new (double, 1000);
  g_autoptr (KappaHdf5File) file = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("/xdirection/%u", i);

      values[i] = i;
      kappa_hdf5_writer_add_doubles (writer, name, KAPPA_HDF5_FLOAT64, 0, NULL, values + i);
    }
  g_assert_true (kappa_hdf5_writer_save (writer, path, &error));
  file = open_hdf5 (path);
  g_assert_cmpuint (kappa_hdf5_file_get_n_datasets (file), ==, 1000);
  for (guint i = 0; i < 1000; i += 37)
    {
      g_autofree char *name = g_strdup_printf ("/xdirection/%u", i);
      g_autofree double *value = kappa_hdf5_file_read_doubles (file, name, NULL, NULL, &error);

      g_assert_cmpfloat (*value, ==, i);
    }
}

/* libhdf5 can not only read what we write, but go on with it. */
static void
test_library_changes_ours (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  const double values[] = { 1, 2, 3, 4, 5, 6 };
  const guint8 bytes[6] = { 0 };
  const char *const texts[] = { "a", "b", "c" };
  g_autoptr (KappaHdf5Writer) writer = fill_writer (values, bytes, texts);
  g_autoptr (GError) error = NULL;
  double read[6] = { 0 };
  hid_t file, dataset;

  g_assert_true (kappa_hdf5_writer_save (writer, path, &error));
  file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  g_assert_cmpint (file, >=, 0);
  dataset = H5Dopen2 (file, "/narrow", H5P_DEFAULT);
  g_assert_cmpint (H5Dread (dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, read), >=,
                   0);
  g_assert_cmpmem (read, sizeof read, values, sizeof values);
  H5Dclose (dataset);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("/empty/added %u", i);

      put_dataset (file, name, H5T_IEEE_F64LE, 2, two_by_three, H5P_DEFAULT, H5T_NATIVE_DOUBLE,
                   numbers);
    }
  H5Fclose (file);
  assert_numbers (path, "/empty/added 49", KAPPA_HDF5_FLOAT, 8);
  assert_numbers (path, "/empty/added 0", KAPPA_HDF5_FLOAT, 8);
}

static void
test_same_bytes (void)
{
  g_autoptr (TemporaryPath) first = make_path (), second = make_path ();
  const double values[] = { 1, 2, 3, 4, 5, 6 };
  const guint8 bytes[6] = { 0 };
  const char *const texts[] = { "a", "b", "c" };
  g_autoptr (KappaHdf5Writer) writer = fill_writer (values, bytes, texts);
  g_autofree char *a = NULL, *b = NULL;
  gsize size_a, size_b;

  g_assert_true (kappa_hdf5_writer_save (writer, first, NULL));
  g_assert_true (kappa_hdf5_writer_save (writer, second, NULL));
  g_assert_true (g_file_get_contents (first, &a, &size_a, NULL));
  g_assert_true (g_file_get_contents (second, &b, &size_b, NULL));
  g_assert_cmpmem (a, size_a, b, size_b);
}

static void
test_save_fails (void)
{
  g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_hdf5_writer_save (writer, "/there/is/no/such/place.h5", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_true (g_str_has_prefix (error->message, "/there/is/no/such/place.h5: "));
}

static void
test_real_file (void)
{
  const char *shared = g_getenv ("KAPPA_SHARED");
  g_autofree char *near = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", NULL);
  g_autofree char *path = g_build_filename (shared != NULL ? shared : near, "data", "imagenet",
                                            "keras_resnet50.h5", NULL);
  g_autoptr (KappaHdf5File) file = NULL;
  const KappaHdf5Attribute *layers;
  g_autofree float *kernel = NULL;
  g_autoptr (GError) error = NULL;
  guint n_values = 0;
  gsize n;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("keras_resnet50.h5 of the shared data is missing");
      return;
    }
  file = open_hdf5 (path);
  layers = kappa_hdf5_file_find_attribute (file, "/model_weights", "layer_names");
  g_assert_cmpuint (layers->n, ==, 177);
  for (guint i = 0; i < kappa_hdf5_file_get_n_datasets (file); i++)
    {
      g_assert_null (kappa_hdf5_file_get_dataset (file, i)->refusal);
      if (g_str_has_prefix (kappa_hdf5_file_get_dataset (file, i)->path, "/model_weights/"))
        n_values += (guint)kappa_hdf5_file_get_dataset (file, i)->n;
    }
  g_assert_cmpuint (n_values, ==, 25636712);
  kernel = kappa_hdf5_file_read_floats (file, kappa_hdf5_file_get_dataset (file, 0)->path, &n, NULL,
                                        &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, kappa_hdf5_file_get_dataset (file, 0)->n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5open ();
  g_test_add_func ("/hdf5/types", test_types);
  g_test_add_func ("/hdf5/half", test_half);
  g_test_add_func ("/hdf5/chunks-and-filters", test_chunks_and_filters);
  g_test_add_func ("/hdf5/attributes", test_attributes);
  g_test_add_func ("/hdf5/latest-format", test_latest_format);
  g_test_add_func ("/hdf5/user-block", test_user_block);
  g_test_add_func ("/hdf5/strings-and-bytes", test_strings_and_bytes);
  g_test_add_func ("/hdf5/write-and-read", test_write_and_read);
  g_test_add_func ("/hdf5/many-members", test_many_members);
  g_test_add_func ("/hdf5/library-changes-ours", test_library_changes_ours);
  g_test_add_func ("/hdf5/same-bytes", test_same_bytes);
  g_test_add_func ("/hdf5/save-fails", test_save_fails);
  g_test_add_func ("/hdf5/real-file", test_real_file);
  return g_test_run ();
}
