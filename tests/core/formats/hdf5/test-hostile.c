#include <string.h>
#include <sys/stat.h>

#include "tests/core/formats/hdf5/hdf5-test.h"

/* Files made to harm, or harmed: each is an error with its message, never a crash, never a wait. */

static const double numbers[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const hsize_t eight = 8;

static void
put_numbers (hid_t file, const char *path, hid_t creation)
{
  put_dataset (file, path, H5T_IEEE_F64LE, 1, &eight, creation, H5T_NATIVE_DOUBLE, numbers);
}

static void
make_soft_link (hid_t file)
{
  put_numbers (file, "/real", H5P_DEFAULT);
  H5Lcreate_soft ("/real", file, "a", H5P_DEFAULT, H5P_DEFAULT);
}

static void
make_soft_cycle (hid_t file)
{
  H5Lcreate_soft ("/b", file, "a", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft ("/a", file, "b", H5P_DEFAULT, H5P_DEFAULT);
}

static void
make_external_link (hid_t file)
{
  H5Lcreate_external ("/etc/passwd", "/x", file, "a", H5P_DEFAULT, H5P_DEFAULT);
}

static void
make_hard_cycle (hid_t file)
{
  hid_t group = H5Gcreate2 (file, "up", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

  H5Lcreate_hard (file, "/", group, "a", H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose (group);
}

static void
make_double_group (hid_t file)
{
  H5Gclose (H5Gcreate2 (file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Lcreate_hard (file, "group", file, "group again", H5P_DEFAULT, H5P_DEFAULT);
}

static void
make_deep (hid_t file)
{
  hid_t group = H5Gopen2 (file, "/", H5P_DEFAULT);

  for (guint i = 0; i < 40; i++)
    {
      hid_t inner = H5Gcreate2 (group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

      H5Gclose (group);
      group = inner;
    }
  H5Gclose (group);
}

static void
make_virtual (hid_t file)
{
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE), space = H5Screate_simple (1, &eight, NULL);

  H5Pset_virtual (creation, space, "/etc/passwd", "/x", space);
  put_dataset (file, "/a", H5T_IEEE_F64LE, 1, &eight, creation, H5T_NATIVE_DOUBLE, NULL);
  H5Sclose (space);
  H5Pclose (creation);
}

static void
make_external_storage (hid_t file)
{
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_external (creation, "/etc/passwd", 0, 64);
  put_dataset (file, "/a", H5T_IEEE_F64LE, 1, &eight, creation, H5T_NATIVE_DOUBLE, NULL);
  H5Pclose (creation);
}

static void
make_never_stored (hid_t file)
{
  const hsize_t dims = (hsize_t)1 << 26;

  put_dataset (file, "/a", H5T_IEEE_F64LE, 1, &dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE, NULL);
}

static void
make_huge (hid_t file)
{
  const hsize_t dims[] = { (hsize_t)1 << 20, (hsize_t)1 << 20 };

  put_dataset (file, "/a", H5T_IEEE_F64LE, 2, dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE, NULL);
}

static void
make_huge_chunked (hid_t file)
{
  const hsize_t dims[] = { (hsize_t)1 << 40, (hsize_t)1 << 15 }, chunk[] = { 8, 8 };
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_chunk (creation, 2, chunk);
  put_dataset (file, "/a", H5T_IEEE_F64LE, 2, dims, creation, H5T_NATIVE_DOUBLE, NULL);
  H5Pclose (creation);
}

static void
make_huge_chunk (hid_t file)
{
  const hsize_t dims = (hsize_t)1 << 26, chunk = (hsize_t)1 << 26;
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_chunk (creation, 1, &chunk);
  put_dataset (file, "/a", H5T_IEEE_F64LE, 1, &dims, creation, H5T_NATIVE_DOUBLE, NULL);
  H5Pclose (creation);
}

static void
make_many_dimensions (hid_t file)
{
  const hsize_t dims[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8 };

  put_dataset (file, "/a", H5T_IEEE_F64LE, 12, dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE, numbers);
}

static void
make_compound (hid_t file)
{
  hid_t type = H5Tcreate (H5T_COMPOUND, 16);

  H5Tinsert (type, "x", 0, H5T_IEEE_F64LE);
  H5Tinsert (type, "y", 8, H5T_IEEE_F64LE);
  put_dataset (file, "/a", type, 1, &(hsize_t) { 4 }, H5P_DEFAULT, type, numbers);
  H5Tclose (type);
}

static void
make_vlen_numbers (hid_t file)
{
  hid_t type = H5Tvlen_create (H5T_IEEE_F64LE);
  const hvl_t value = { 8, (void *)numbers };

  put_dataset (file, "/a", type, 1, &(hsize_t) { 1 }, H5P_DEFAULT, type, &value);
  H5Tclose (type);
}

static void
make_references (hid_t file)
{
  hobj_ref_t reference;

  put_numbers (file, "/real", H5P_DEFAULT);
  H5Rcreate (&reference, file, "/real", H5R_OBJECT, -1);
  put_dataset (file, "/a", H5T_STD_REF_OBJ, 1, &(hsize_t) { 1 }, H5P_DEFAULT, H5T_STD_REF_OBJ,
               &reference);
}

static void
make_stored_type (hid_t file)
{
  hid_t type = H5Tcopy (H5T_IEEE_F64LE);

  H5Tcommit2 (file, "a", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Tclose (type);
}

static void
make_empty_space (hid_t file)
{
  hid_t space = H5Screate (H5S_NULL);

  H5Dclose (H5Dcreate2 (file, "a", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose (space);
}

static size_t
copy_filter (unsigned flags,
             size_t n,
             const unsigned *values,
             size_t size,
             size_t *room,
             void **data)
{
  return size;
}

static void
make_unknown_filter (hid_t file)
{
  static const H5Z_class2_t filter
      = { H5Z_CLASS_T_VERS, 32015, 1, 1, "zstd", NULL, NULL, copy_filter };
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Zregister (&filter);
  H5Pset_chunk (creation, 1, &eight);
  H5Pset_filter (creation, 32015, H5Z_FLAG_MANDATORY, 0, NULL);
  put_numbers (file, "/a", creation);
  H5Pclose (creation);
}

static void
make_scale_offset (hid_t file)
{
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_chunk (creation, 1, &eight);
  H5Pset_scaleoffset (creation, H5Z_SO_FLOAT_DSCALE, 2);
  put_numbers (file, "/a", creation);
  H5Pclose (creation);
}

static void
make_long_path (hid_t file)
{
  hid_t group = H5Gopen2 (file, "/", H5P_DEFAULT);
  g_autofree char *name = g_strnfill (500, 'x');

  for (guint i = 0; i < 9; i++)
    {
      hid_t inner = H5Gcreate2 (group, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

      H5Gclose (group);
      group = inner;
    }
  H5Gclose (group);
}

static const struct
{
  const char *name;
  void (*make) (hid_t file);
  const char *message;
} made[] = {
  { "soft-link", make_soft_link, "/a is not read: it is a soft link" },
  { "soft-cycle", make_soft_cycle, "/a is not read: it is a soft link" },
  { "external-link", make_external_link, "/a is not read: it is an external link" },
  { "hard-cycle", make_hard_cycle, "leads back to one above it" },
  { "double-group", make_double_group, "a second link to a group" },
  { "deep", make_deep, "groups lie deeper" },
  { "virtual", make_virtual, "/a is not read: it is a virtual data set" },
  { "external-storage", make_external_storage, "/a is not read: its values lie in other files" },
  { "never-stored", make_never_stored, "it says it has 536870912 bytes, and 0 are stored" },
  { "huge", make_huge, "at most 1 GiB is read" },
  { "huge-chunked", make_huge_chunked, "at most 1 GiB is read" },
  { "huge-chunk", make_huge_chunk, "one of its chunks says it is 536870912 bytes" },
  { "many-dimensions", make_many_dimensions, "it has 12 dimensions; at most 8" },
  { "compound", make_compound, "neither numbers, texts nor plain bytes" },
  { "vlen-numbers", make_vlen_numbers, "neither numbers, texts nor plain bytes" },
  { "references", make_references, "neither numbers, texts nor plain bytes" },
  { "stored-type", make_stored_type, "neither a group nor a data set" },
  { "empty-space", make_empty_space, "it is empty" },
  { "unknown-filter", make_unknown_filter, "compressed by filter 32015 (zstd)" },
  { "scale-offset", make_scale_offset, "compressed by filter 6" },
  { "long-path", make_long_path, "longer than 4096 bytes" },
};

static void
test_made (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (GError) error = NULL;
  hid_t file = create_file (path);

  made[i].make (file);
  H5Fclose (file);
  error = read_everything (path);
  assert_message (error, made[i].message);
}

/* Attributes are given with the reason why not, and the rest of the file is there. */
static void
test_attributes (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), file, compound = H5Tcreate (H5T_COMPOUND, 8), space,
        attribute;
  const hsize_t many = ((hsize_t)16 << 20) / 8 + 1;
  g_autofree double *values = g_new0 (double, many);
  g_autoptr (KappaHdf5File) reader = NULL;

  H5Pset_libver_bounds (access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Tinsert (compound, "x", 0, H5T_IEEE_F64LE);
  space = H5Screate_simple (1, &many, NULL);
  attribute = H5Acreate2 (file, "large", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (H5Awrite (attribute, H5T_NATIVE_DOUBLE, values), >=, 0);
  H5Aclose (attribute);
  H5Sclose (space);
  space = H5Screate (H5S_SCALAR);
  attribute = H5Acreate2 (file, "pair", compound, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, compound, numbers);
  H5Aclose (attribute);
  H5Sclose (space);
  space = H5Screate (H5S_NULL);
  H5Aclose (H5Acreate2 (file, "none", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose (space);
  put_numbers (file, "/a", H5P_DEFAULT);
  H5Tclose (compound);
  H5Pclose (access);
  H5Fclose (file);

  reader = open_hdf5 (path);
  g_assert_nonnull (strstr (kappa_hdf5_file_find_attribute (reader, "/", "large")->refusal,
                            "larger than 16 MiB"));
  g_assert_nonnull (strstr (kappa_hdf5_file_find_attribute (reader, "/", "pair")->refusal,
                            "neither numbers nor texts"));
  g_assert_cmpuint (kappa_hdf5_file_find_attribute (reader, "/", "none")->n, ==, 0);
  g_assert_null (kappa_hdf5_file_find_dataset (reader, "/a")->refusal);
}

/* Zeros by the gigabyte in a few kilobytes: what deflate allows is read within the limits, and no
 * more. */
static void
test_bomb (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t file = create_file (path), creation = H5Pcreate (H5P_DATASET_CREATE);
  const hsize_t dims = (hsize_t)3 << 27, chunk = (hsize_t)1 << 24;
  g_autofree guint8 *zeros = g_malloc0 (dims);
  g_autoptr (GError) error = NULL;
  struct stat status;

  H5Pset_chunk (creation, 1, &chunk);
  H5Pset_deflate (creation, 9);
  put_dataset (file, "/a", H5T_STD_U8LE, 1, &dims, creation, H5T_NATIVE_UINT8, zeros);
  H5Pclose (creation);
  H5Fclose (file);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, <, 1 << 20);
  /* 384 MiB as they are stored, 3 GiB as doubles. */
  error = read_everything (path);
  assert_message (error, "at most 1 GiB is read");
}

static void
make_rich (const char *path, gboolean latest)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), file, creation = H5Pcreate (H5P_DATASET_CREATE);
  hid_t any = H5Tcopy (H5T_C_S1), space = H5Screate_simple (1, &(hsize_t) { 2 }, NULL), attribute;
  const char *const texts[] = { "some text", "another" };

  if (latest)
    H5Pset_libver_bounds (access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Tset_size (any, H5T_VARIABLE);
  H5Pset_chunk (creation, 1, &(hsize_t) { 3 });
  H5Pset_deflate (creation, 6);
  H5Pset_fletcher32 (creation);
  H5Gclose (H5Gcreate2 (file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  put_numbers (file, "/g/plain", H5P_DEFAULT);
  put_numbers (file, "/g/chunked", creation);
  put_dataset (file, "/texts", any, 1, &(hsize_t) { 2 }, H5P_DEFAULT, any, texts);
  attribute = H5Acreate2 (file, "names", any, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, any, texts);
  H5Aclose (attribute);
  H5Sclose (space);
  H5Tclose (any);
  H5Pclose (creation);
  H5Pclose (access);
  H5Fclose (file);
}

static void
test_truncated (gconstpointer latest)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autofree char *bytes = NULL;
  gsize size;

  make_rich (path, GPOINTER_TO_INT (latest));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize length = 0; length < size; length += size / 60 + 1)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
      error = read_everything (path);
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
    }
}

static void
test_flipped (gconstpointer latest)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (GRand) random = g_rand_new_with_seed (17);
  g_autofree char *bytes = NULL;
  guint refused = 0;
  gsize size;

  make_rich (path, GPOINTER_TO_INT (latest));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (guint round = 0; round < 100; round++)
    {
      g_autofree char *changed = g_memdup2 (bytes, size);
      gsize at = (gsize)g_rand_int_range (random, 0, (gint32)size),
            n = 1u << g_rand_int_range (random, 0, 5);
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      for (gsize i = at; i < MIN (at + n, size); i++)
        changed[i] = g_rand_boolean (random) ? (char)g_rand_int (random) : (char)0xff;
      g_assert_true (g_file_set_contents (path, changed, (gssize)size, NULL));
      error = read_everything (path);
      refused += error != NULL;
      g_assert_cmpint (g_get_monotonic_time () - start, <, 30 * G_TIME_SPAN_SECOND);
    }
  g_test_message ("%u of 100 refused", refused);
  g_assert_cmpuint (refused, >, 0);
}

/* Each byte of what comes first, one after the other. */
static void
test_superblock (gconstpointer latest)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autofree char *bytes = NULL;
  gsize size;

  make_rich (path, GPOINTER_TO_INT (latest));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize at = 0; at < 96; at++)
    {
      g_autofree char *changed = g_memdup2 (bytes, size);
      g_autoptr (GError) error = NULL;

      changed[at] ^= (char)0xff;
      g_assert_true (g_file_set_contents (path, changed, (gssize)size, NULL));
      error = read_everything (path);
      if (at < 8)
        assert_message (error, "not an HDF5 file");
    }
}

static void
test_not_hdf5 (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autofree char *directory = g_dir_make_tmp (NULL, NULL),
                  *pipe = g_build_filename (directory, "pipe", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_hdf5_file_open (path, NULL, &error));
  assert_message (error, "not an HDF5 file");
  g_clear_error (&error);
  g_assert_true (
      g_file_set_contents (path, "version https://git-lfs.github.com/spec/v1\n", -1, NULL));
  g_assert_null (kappa_hdf5_file_open (path, NULL, &error));
  assert_message (error, "not an HDF5 file");
  g_clear_error (&error);
  g_assert_null (kappa_hdf5_file_open (directory, NULL, &error));
  assert_message (error, "not an HDF5 file");
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_null (kappa_hdf5_file_open (pipe, NULL, &error));
  assert_message (error, "not an HDF5 file");
  g_clear_error (&error);
  g_unlink (pipe);
  g_rmdir (directory);
  g_assert_null (kappa_hdf5_file_open (directory, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5open ();
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *name = g_strconcat ("/hdf5-hostile/", made[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_made);
    }
  g_test_add_func ("/hdf5-hostile/attributes", test_attributes);
  g_test_add_func ("/hdf5-hostile/bomb", test_bomb);
  g_test_add_data_func ("/hdf5-hostile/truncated/first-format", GINT_TO_POINTER (FALSE),
                        test_truncated);
  g_test_add_data_func ("/hdf5-hostile/truncated/latest-format", GINT_TO_POINTER (TRUE),
                        test_truncated);
  g_test_add_data_func ("/hdf5-hostile/flipped/first-format", GINT_TO_POINTER (FALSE),
                        test_flipped);
  g_test_add_data_func ("/hdf5-hostile/flipped/latest-format", GINT_TO_POINTER (TRUE),
                        test_flipped);
  g_test_add_data_func ("/hdf5-hostile/superblock/first-format", GINT_TO_POINTER (FALSE),
                        test_superblock);
  g_test_add_data_func ("/hdf5-hostile/superblock/latest-format", GINT_TO_POINTER (TRUE),
                        test_superblock);
  g_test_add_func ("/hdf5-hostile/not-hdf5", test_not_hdf5);
  return g_test_run ();
}
