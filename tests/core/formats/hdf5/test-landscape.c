#include <math.h>
#include <string.h>

#include "core/formats/landscape-h5.h"
#include "tests/core/formats/hdf5/hdf5-test.h"

/* Direction and surface files, ours and those of the reference tool. */

static KappaDirection *
make_direction (double unit)
{
  KappaDirection *direction = kappa_direction_new (4);
  const gsize kernel[] = { 2, 1, 3, 3 }, bias[] = { 2 }, none[] = { 0, 4 };
  double values[18];

  for (guint i = 0; i < 18; i++)
    values[i] = unit * ((double)i - 9.0);
  kappa_direction_set_tensor (direction, 0, 4, kernel, values);
  kappa_direction_set_tensor (direction, 1, 1, bias, values);
  kappa_direction_set_tensor (direction, 2, 0, NULL, values + 3);
  kappa_direction_set_tensor (direction, 3, 2, none, NULL);
  return direction;
}

static void
assert_same (const KappaDirection *a, const KappaDirection *b)
{
  g_assert_cmpuint (a->n_tensors, ==, b->n_tensors);
  for (guint i = 0; i < a->n_tensors; i++)
    {
      const KappaDirectionTensor *one = &a->tensors[i], *other = &b->tensors[i];

      g_assert_cmpuint (one->rank, ==, other->rank);
      g_assert_cmpmem (one->dims, one->rank * sizeof (gsize), other->dims,
                       other->rank * sizeof (gsize));
      g_assert_cmpmem (one->values, one->n * sizeof (double), other->values,
                       other->n * sizeof (double));
    }
}

static guint
get_width (const char *path, const char *name)
{
  g_autoptr (KappaHdf5File) file = open_hdf5 (path);

  return kappa_hdf5_file_find_dataset (file, name)->size;
}

static void
test_directions (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaDirection) x = make_direction (0.25), y = make_direction (0.1), x2 = NULL,
                             y2 = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_directions_write (x, y, NULL, path, &error));
  g_assert_no_error (error);
  g_assert_true (kappa_directions_read (path, &x2, &y2, NULL, &error));
  g_assert_no_error (error);
  assert_same (x, x2);
  assert_same (y, y2);
  /* Quarters are float32 numbers, tenths are not. */
  g_assert_cmpuint (get_width (path, "/xdirection/0"), ==, 4);
  g_assert_cmpuint (get_width (path, "/ydirection/0"), ==, 8);
}

static void
test_one_direction (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaDirection) x = make_direction (1.0), x2 = NULL, y2 = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_directions_write (x, NULL, NULL, path, &error));
  g_assert_true (kappa_directions_read (path, &x2, &y2, NULL, &error));
  assert_same (x, x2);
  g_assert_null (y2);
}

/* As h5py writes what the reference tool gives it: float32 tensors, and the batch counter of a
 * state as an integer. */
static void
test_reference_directions (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  hid_t file = create_file (path);
  const hsize_t dims[] = { 2, 2 };
  const float weights[] = { 1.5f, -2.0f, 0.1f, 3.0f };
  const gint64 counter = 7;
  g_autoptr (KappaDirection) x = NULL, y = NULL;
  g_autoptr (GError) error = NULL;

  H5Gclose (H5Gcreate2 (file, "xdirection", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  put_dataset (file, "/xdirection/0", H5T_IEEE_F32LE, 2, dims, H5P_DEFAULT, H5T_NATIVE_FLOAT,
               weights);
  put_dataset (file, "/xdirection/1", H5T_STD_I64LE, 0, NULL, H5P_DEFAULT, H5T_NATIVE_INT64,
               &counter);
  H5Fclose (file);
  g_assert_true (kappa_directions_read (path, &x, &y, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (y);
  g_assert_cmpuint (x->n_tensors, ==, 2);
  g_assert_cmpuint (x->tensors[0].dims[1], ==, 2);
  g_assert_cmpfloat (x->tensors[0].values[2], ==, (double)0.1f);
  g_assert_cmpuint (x->tensors[1].rank, ==, 0);
  g_assert_cmpfloat (x->tensors[1].values[0], ==, 7.0);
}

static void
assert_no_directions (const char *path, const char *message)
{
  g_autoptr (KappaDirection) x = NULL, y = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_directions_read (path, &x, &y, NULL, &error));
  g_assert_null (x);
  g_assert_null (y);
  assert_message (error, message);
}

static void
test_bad_directions (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autofree float *ones = g_new0 (float, 65536);
  const hsize_t dims = 65536;
  hid_t file = create_file (path);

  H5Fclose (file);
  assert_no_directions (path, "not a direction file: it has no group xdirection");
  file = create_file (path);
  H5Gclose (H5Gcreate2 (file, "xdirection", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose (file);
  assert_no_directions (path, "not a direction file: it has no group xdirection");
  file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  put_dataset (file, "/xdirection/1", H5T_IEEE_F32LE, 1, &dims, H5P_DEFAULT, H5T_NATIVE_FLOAT,
               ones);
  H5Fclose (file);
  assert_no_directions (path, "none of them is called 0");
  file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  H5Lcreate_soft ("/xdirection/1", file, "/xdirection/0", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose (file);
  assert_no_directions (path, "/xdirection/0 is not read: it is a soft link");

  /* One data set under many names. */
  file = create_file (path);
  H5Gclose (H5Gcreate2 (file, "xdirection", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  put_dataset (file, "/xdirection/0", H5T_IEEE_F32LE, 1, &dims, H5P_DEFAULT, H5T_NATIVE_FLOAT,
               ones);
  for (guint i = 1; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("/xdirection/%u", i);

      H5Lcreate_hard (file, "/xdirection/0", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
  H5Fclose (file);
  assert_no_directions (path, "the tensors of /xdirection say they have 52428800 bytes");
}

static double
surface_at (double x, double y)
{
  return 3.0 + 2.0 * x - y + x * y;
}

static KappaSurface *
make_surface (gsize nx, gsize ny)
{
  KappaSurface *surface = kappa_surface_new (nx, ny);

  g_free (surface->directions);
  surface->directions = g_strdup ("net_weights_xnorm=filter.h5");
  for (gsize i = 0; i < nx; i++)
    surface->x[i] = (double)i * 0.5 - 1.0;
  for (gsize j = 0; j < ny; j++)
    surface->y[j] = (double)j * 0.1;
  for (gsize i = 0; i < nx; i++)
    for (gsize j = 0; j < MAX (ny, 1); j++)
      {
        gsize k = i * MAX (ny, 1) + j;

        surface->loss[k] = surface_at (surface->x[i], ny > 0 ? surface->y[j] : 0.0);
        surface->accuracy[k] = 100.0 - surface->loss[k];
        surface->present[k] = 1;
      }
  return surface;
}

static void
assert_same_surface (const KappaSurface *a, const KappaSurface *b)
{
  gsize n = a->nx * MAX (a->ny, 1);

  g_assert_cmpuint (a->nx, ==, b->nx);
  g_assert_cmpuint (a->ny, ==, b->ny);
  g_assert_cmpstr (a->directions, ==, b->directions);
  g_assert_cmpmem (a->x, a->nx * sizeof (double), b->x, b->nx * sizeof (double));
  g_assert_cmpmem (a->y, a->ny * sizeof (double), b->y, b->ny * sizeof (double));
  g_assert_cmpmem (a->present, n, b->present, n);
  for (gsize i = 0; i < n; i++)
    if (a->present[i])
      {
        g_assert_cmpmem (a->loss + i, sizeof (double), b->loss + i, sizeof (double));
        g_assert_cmpmem (a->accuracy + i, sizeof (double), b->accuracy + i, sizeof (double));
      }
    else
      g_assert_true (isnan (b->loss[i]) && isnan (b->accuracy[i]));
}

static void
test_surface (gconstpointer data)
{
  KappaSurfaceLayout layout = GPOINTER_TO_INT (data);
  const gsize sizes[][2] = { { 5, 3 }, { 3, 5 }, { 4, 4 }, { 7, 0 }, { 1, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (TemporaryPath) path = make_path ();
      g_autoptr (KappaSurface) surface = make_surface (sizes[i][0], sizes[i][1]), read = NULL;
      g_autoptr (GError) error = NULL;

      if (surface->nx > 2)
        {
          surface->present[2] = 0;
          surface->loss[1] = NAN;
          surface->loss[0] = -1.0; /* computed, though the reference tool would not believe it */
          surface->accuracy[1] = INFINITY;
        }
      g_assert_true (kappa_surface_write (surface, layout, path, &error));
      g_assert_no_error (error);
      read = kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error);
      g_assert_no_error (error);
      assert_same_surface (surface, read);
    }
}

/* value[i][j] of a file that says nothing of its layout; the shape of the data set is (nx, ny). */
static double
raw_value (const char *path, gsize i, gsize j)
{
  g_autoptr (KappaHdf5File) file = open_hdf5 (path);
  const KappaHdf5Dataset *loss = kappa_hdf5_file_find_dataset (file, "/train_loss");
  g_autofree double *values = kappa_hdf5_file_read_doubles (file, "/train_loss", NULL, NULL, NULL);

  g_assert_cmpuint (loss->rank, ==, 2);
  g_assert_cmpuint (loss->dims[0], ==, 5);
  g_assert_cmpuint (loss->dims[1], ==, 3);
  return values[i * 3 + j];
}

static void
test_direct_layout (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaSurface) surface = make_surface (5, 3);

  g_assert_true (kappa_surface_write (surface, KAPPA_SURFACE_DIRECT, path, NULL));
  for (gsize i = 0; i < 5; i++)
    for (gsize j = 0; j < 3; j++)
      g_assert_cmpfloat (raw_value (path, i, j), ==, surface_at (surface->x[i], surface->y[j]));
}

/* A file as the reference tool makes it: shape (len x, len y), filled in the order of
 * numpy.meshgrid (x, y).ravel (), in which x runs fastest; dir_file a text of any length; -1 where
 * nothing was computed.
 */
static void
make_reference_file (const char *path, const KappaSurface *surface, gboolean accuracy)
{
  const hsize_t dims[] = { surface->nx, surface->ny };
  g_autofree double *loss = g_new (double, surface->nx * surface->ny);
  hid_t file = create_file (path), any = H5Tcopy (H5T_C_S1);
  gsize k = 0;

  for (gsize j = 0; j < surface->ny; j++)
    for (gsize i = 0; i < surface->nx; i++, k++)
      loss[k] = k == 7 ? -1.0 : surface_at (surface->x[i], surface->y[j]);
  H5Tset_size (any, H5T_VARIABLE);
  put_dataset (file, "/dir_file", any, 0, NULL, H5P_DEFAULT, any, &surface->directions);
  put_dataset (file, "/xcoordinates", H5T_IEEE_F64LE, 1, dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE,
               surface->x);
  put_dataset (file, "/ycoordinates", H5T_IEEE_F64LE, 1, dims + 1, H5P_DEFAULT, H5T_NATIVE_DOUBLE,
               surface->y);
  put_dataset (file, "/train_loss", H5T_IEEE_F64LE, 2, dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE, loss);
  if (accuracy)
    put_dataset (file, "/train_acc", H5T_IEEE_F64LE, 2, dims, H5P_DEFAULT, H5T_NATIVE_DOUBLE, loss);
  H5Tclose (any);
  H5Fclose (file);
}

static void
test_reference_file (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaSurface) surface = make_surface (5, 3), read = NULL, misread = NULL;
  g_autoptr (GError) error = NULL;
  guint wrong = 0;

  make_reference_file (path, surface, TRUE);
  read = kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->directions, ==, surface->directions);
  for (gsize i = 0; i < 5; i++)
    for (gsize j = 0; j < 3; j++)
      if (j * 5 + i == 7)
        {
          g_assert_cmpint (read->present[i * 3 + j], ==, 0);
          g_assert_true (isnan (read->loss[i * 3 + j]));
        }
      else
        g_assert_cmpfloat (read->loss[i * 3 + j], ==, surface_at (surface->x[i], surface->y[j]));
  /* What the shape says is not so: that is the bug. */
  misread = kappa_surface_read (path, KAPPA_SURFACE_DIRECT, NULL, &error);
  for (gsize k = 0; k < 15; k++)
    wrong += misread->loss[k] != read->loss[k];
  g_assert_cmpuint (wrong, >, 8);
}

static void
test_no_accuracy (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaSurface) surface = make_surface (5, 3), read = NULL;
  g_autoptr (GError) error = NULL;

  make_reference_file (path, surface, FALSE);
  read = kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (read->accuracy);
}

static void
test_bad_surfaces (void)
{
  const struct
  {
    hsize_t nx, ny, dims[2];
    int rank;
    const char *message;
  } cases[] = {
    { 0, 0, { 2, 2 }, 2, "there is no xcoordinates" },
    { 2, 2, { 2, 3 }, 2, "dimensions of train_loss are not those" },
    { 2, 2, { 4, 0 }, 1, "dimensions of train_loss are not those" },
    { 3, 0, { 3, 1 }, 2, "dimensions of train_loss are not those" },
    { 3, 0, { 2, 0 }, 1, "dimensions of train_loss are not those" },
  };
  const double zeros[64] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TemporaryPath) path = make_path ();
      g_autoptr (GError) error = NULL;
      hid_t file = create_file (path);

      if (cases[i].nx > 0)
        put_dataset (file, "/xcoordinates", H5T_IEEE_F64LE, 1, &cases[i].nx, H5P_DEFAULT,
                     H5T_NATIVE_DOUBLE, zeros);
      if (cases[i].ny > 0)
        put_dataset (file, "/ycoordinates", H5T_IEEE_F64LE, 1, &cases[i].ny, H5P_DEFAULT,
                     H5T_NATIVE_DOUBLE, zeros);
      put_dataset (file, "/train_loss", H5T_IEEE_F64LE, cases[i].rank, cases[i].dims, H5P_DEFAULT,
                   H5T_NATIVE_DOUBLE, zeros);
      H5Fclose (file);
      g_assert_null (kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error));
      assert_message (error, cases[i].message);
    }
}

/* A sound file of 5 × 3 values with one data set in place of another. */
static void
make_odd_file (const char *path,
               const char *name,
               hid_t type,
               int rank,
               const hsize_t *dims,
               hid_t creation,
               const void *values)
{
  g_autoptr (KappaSurface) surface = make_surface (5, 3);
  hid_t file;

  make_reference_file (path, surface, FALSE);
  file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  if (H5Lexists (file, name, H5P_DEFAULT) > 0)
    H5Ldelete (file, name, H5P_DEFAULT);
  put_dataset (file, name, type, rank, dims, creation, type, values);
  H5Fclose (file);
}

static void
assert_no_surface (const char *path, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error));
  assert_message (error, message);
}

/* A text where numbers belong, values whose size is another than that of the loss, coordinates that
 * are no list. */
static void
test_odd_parts (void)
{
  static const struct
  {
    const char *name;
    gboolean text;
    int rank;
    hsize_t dims[2];
    const char *message;
  } cases[] = {
    { "/train_acc", FALSE, 1, { 3 }, "different sizes" },
    { "/kappa_present", FALSE, 2, { 5, 2 }, "different sizes" },
    { "/kappa_present", TRUE, 2, { 5, 3 }, "of another kind" },
    { "/xcoordinates", TRUE, 1, { 5 }, "of another kind" },
    { "/ycoordinates", TRUE, 1, { 3 }, "of another kind" },
    { "/train_loss", TRUE, 2, { 5, 3 }, "of another kind" },
    { "/xcoordinates", FALSE, 2, { 5, 1 }, "is not a list of numbers" },
    { "/xcoordinates", FALSE, 1, { 0 }, "is not a list of numbers" },
    { "/ycoordinates", FALSE, 2, { 3, 1 }, "is not a list of numbers" },
    { "/ycoordinates", FALSE, 1, { 0 }, "is not a list of numbers" },
  };
  const double zeros[15] = { 0 };
  hid_t text = H5Tcopy (H5T_C_S1);

  H5Tset_size (text, 4);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TemporaryPath) path = make_path ();

      make_odd_file (path, cases[i].name, cases[i].text ? text : H5T_NATIVE_DOUBLE, cases[i].rank,
                     cases[i].dims, H5P_DEFAULT, zeros);
      assert_no_surface (path, cases[i].message);
    }
  H5Tclose (text);
}

/* Values kept in another file are not fetched from there, whichever data set says so. */
static void
test_values_elsewhere (void)
{
  static const char *const names[] = { "/xcoordinates", "/ycoordinates", "/train_loss" };
  static const hsize_t dims[][2] = { { 5 }, { 3 }, { 5, 3 } };
  hid_t creation = H5Pcreate (H5P_DATASET_CREATE);

  H5Pset_external (creation, "somewhere-else", 0, H5F_UNLIMITED);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TemporaryPath) path = make_path ();

      make_odd_file (path, names[i], H5T_NATIVE_DOUBLE, i == 2 ? 2 : 1, dims[i], creation, NULL);
      assert_no_surface (path, "in other files");
    }
  H5Pclose (creation);
}

/* What says nothing that can be understood about the values is left aside. */
static void
test_odd_notes (void)
{
  g_autoptr (TemporaryPath) path = make_path ();
  g_autoptr (KappaSurface) surface = make_surface (5, 3), read = NULL;
  g_autoptr (GError) error = NULL;
  const int number = 1;
  hid_t file, space, attribute;

  make_odd_file (path, "/dir_file", H5T_NATIVE_INT, 0, NULL, H5P_DEFAULT, &number);
  file = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  space = H5Screate (H5S_SCALAR);
  attribute = H5Acreate2 (file, "kappa_layout", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, H5T_NATIVE_INT, &number);
  H5Aclose (attribute);
  H5Sclose (space);
  H5Fclose (file);
  read = kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->directions, ==, "");
  g_assert_cmpfloat (read->loss[1 * 3 + 2], ==, surface_at (surface->x[1], surface->y[2]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  g_test_add_func ("/landscape-h5/directions", test_directions);
  g_test_add_func ("/landscape-h5/one-direction", test_one_direction);
  g_test_add_func ("/landscape-h5/reference-directions", test_reference_directions);
  g_test_add_func ("/landscape-h5/bad-directions", test_bad_directions);
  g_test_add_data_func ("/landscape-h5/surface/auto", GINT_TO_POINTER (KAPPA_SURFACE_AUTO),
                        test_surface);
  g_test_add_data_func ("/landscape-h5/surface/direct", GINT_TO_POINTER (KAPPA_SURFACE_DIRECT),
                        test_surface);
  g_test_add_data_func ("/landscape-h5/surface/reference",
                        GINT_TO_POINTER (KAPPA_SURFACE_REFERENCE), test_surface);
  g_test_add_func ("/landscape-h5/direct-layout", test_direct_layout);
  g_test_add_func ("/landscape-h5/reference-file", test_reference_file);
  g_test_add_func ("/landscape-h5/no-accuracy", test_no_accuracy);
  g_test_add_func ("/landscape-h5/bad-surfaces", test_bad_surfaces);
  g_test_add_func ("/landscape-h5/odd-parts", test_odd_parts);
  g_test_add_func ("/landscape-h5/values-elsewhere", test_values_elsewhere);
  g_test_add_func ("/landscape-h5/odd-notes", test_odd_notes);
  return g_test_run ();
}
