#include <math.h>
#include <string.h>

#include "core/formats/json.h"
#include "core/formats/landscape-h5.h"
#include "core/formats/tensor-file.h"
#include "core/store/export.h"
#include "tests/core/store/store-test.h"

/* Each format is read back by another reader than the one that wrote it. */

#define RECIPE                                                                                     \
  "{\n  \"analysis\": \"landscape\",\n  \"inputs\": { \"directions\": [ { \"source\": \"d.h5\" } " \
  "] }\n}"
#define LI2018 "{ \"parameters\": { \"profile\": \"li2018\" } }"

static const double alphas[] = { -1.0, 0.0, 1.0 };
static const double betas[] = { -0.1, 0.1 };

static void
add_surface (KappaResult *result, const char *name, const char *unit, const double *values)
{
  const gsize dims[] = { 3, 2 };
  KappaArray *array = kappa_array_new (name, unit, "over 4 images,\n  in inference mode", 2, dims);

  kappa_array_set_axis (array, 0, "alpha", alphas);
  kappa_array_set_axis (array, 1, "beta", betas);
  kappa_result_take_array (result, array);
  kappa_result_set_values (result, name, 0, 5, values);
}

static KappaResult *
make_result (void)
{
  KappaResult *result = kappa_result_new ();
  const double loss[] = { 0.1, 1.0 / 3.0, NAN, INFINITY, -0.0 },
               accuracy[] = { 0.5, 0.25, 0.0, 1.0, 0.125 };
  const gsize one = 1;
  const double first = 0.25;
  const KappaColumn columns[] = { { (char *)"name", (char *)"", KAPPA_COLUMN_TEXT },
                                  { (char *)"norm", (char *)"m", KAPPA_COLUMN_NUMBER } };
  KappaTable *table = kappa_table_new ("directions", "lengths", 2, columns);

  add_surface (result, "loss", "nat", loss);
  add_surface (result, "accuracy", "", accuracy);
  kappa_result_take_array (
      result, kappa_array_new ("checkpoint_loss", "nat", "at the checkpoint", 1, &one));
  kappa_result_set_values (result, "checkpoint_loss", 0, 1, &first);
  kappa_table_add_row (table, "plain", 1.5);
  kappa_table_add_row (table, "with, comma and \"quotes\"", -2e-300);
  kappa_table_add_row (table, "", NAN);
  kappa_result_take_table (result, table);
  kappa_result_set_scalar (result, "loss", 0.25, "nat", KAPPA_CERTAINTY_EXACT, "at the checkpoint");
  kappa_result_set_scalar (result, "spread", 1e-3, "", KAPPA_CERTAINTY_INTERVAL (0.5, 2.0, 0.95),
                           "of five");
  return result;
}

static char *
export_to (const Place *place, const char *name, KappaResult *result, const char *recipe)
{
  char *path = g_build_filename (place->directory, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_export (result, recipe, path, &error));
  g_assert_no_error (error);
  return path;
}

/* The lines that are not comments. */
static char **
read_rows (const char *path, guint *n)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GStrvBuilder) rows = g_strv_builder_new ();

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  *n = 0;
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '#' && *lines[i] != '\0')
      {
        g_strv_builder_add (rows, lines[i]);
        (*n)++;
      }
  return g_strv_builder_end (rows);
}

static void
assert_rows (const char *path, guint n_expected, const char *const *expected)
{
  guint n;
  g_auto (GStrv) rows = read_rows (path, &n);

  g_assert_cmpuint (n, ==, n_expected);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (rows[i], ==, expected[i]);
}

static void
test_csv (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *path = export_to (&place, "out.csv", result, RECIPE), *text = NULL;
  g_autofree char *second = g_build_filename (place.directory, "out-checkpoint_loss.csv", NULL);
  g_autofree char *third = g_build_filename (place.directory, "out-directions.csv", NULL);
  const char *const surface[] = { "alpha,beta,loss,accuracy",
                                  "-1,-0.1,0.1,0.5",
                                  "-1,0.1,0.3333333333333333,0.25",
                                  "0,-0.1,NaN,0",
                                  "0,0.1,Infinity,1",
                                  "1,-0.1,-0,0.125",
                                  "1,0.1,," };
  const char *const directions[]
      = { "name,norm", "plain,1.5", "\"with, comma and \"\"quotes\"\"\",-2e-300", "\"\",NaN" };

  assert_rows (path, 7, surface);
  assert_rows (second, 2, (const char *const[]) { "axis_0,checkpoint_loss", "0,0.25" });
  assert_rows (third, 4, directions);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "# recipe:\n# {\n#   \"analysis\": \"landscape\","));
  g_assert_nonnull (strstr (text, "# column loss [nat]: over 4 images,\n#   in inference mode\n"));
  g_assert_nonnull (strstr (text, "# scalar loss = 0.25 nat (exact): at the checkpoint\n"));
  g_assert_nonnull (
      strstr (text, "# scalar spread = 0.001 (interval 0.5 to 2, level 0.95): of five\n"));
  g_assert_nonnull (strstr (text, "# directions is in out-directions.csv\n"));
}

static void
test_csv_of_scalars (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autofree char *path = NULL;

  kappa_result_set_scalar (result, "top1", 0.5, "", KAPPA_CERTAINTY_EXACT, "share, of images");
  path = export_to (&place, "out.CSV", result, NULL);
  assert_rows (path, 2,
               (const char *const[]) { "name,value,unit,certainty,definition",
                                       "top1,0.5,\"\",exact,\"share, of images\"" });
}

static void
test_json (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *path = export_to (&place, "out.json", result, RECIPE), *analysis = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaJson) json = kappa_json_load_file (path, &error);
  guint32 loss;
  double value;

  g_assert_no_error (error);
  loss = kappa_json_lookup (json, kappa_json_lookup (json, 0, "scalars"), "loss");
  g_assert_true (kappa_json_get_double (json, kappa_json_lookup (json, loss, "value"), &value));
  g_assert_cmpfloat (value, ==, 0.25);
  analysis = kappa_json_get_string (
      json, kappa_json_lookup (json, kappa_json_lookup (json, 0, "recipe"), "analysis"));
  g_assert_cmpstr (analysis, ==, "landscape");
}

static double *
read_tensor (KappaTensorFile *file, const char *name, gsize n)
{
  double *values = g_new (double, n);
  guint index;
  g_autoptr (GError) error = NULL;
  const KappaTensorInfo *info = kappa_tensor_file_lookup (file, name, &index);

  g_assert_nonnull (info);
  g_assert_cmpuint (info->n, ==, n);
  g_assert_true (kappa_tensor_file_read_doubles (file, index, values, &error));
  g_assert_no_error (error);
  return values;
}

static void
test_npz (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *path = export_to (&place, "out.npz", result, RECIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, &error);
  g_autoptr (KappaArray) array = kappa_result_dup_array (result, "loss");
  g_autofree double *loss = NULL, *alpha = NULL, *present = NULL, *norm = NULL, *scalar = NULL,
                    *about = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  guint index;

  g_assert_no_error (error);
  loss = read_tensor (file, "loss", 6);
  g_assert_cmpmem (loss, 5 * sizeof (double), array->values, 5 * sizeof (double));
  g_assert_cmpuint (kappa_tensor_file_lookup (file, "loss", &index)->dims[1], ==, 2);
  alpha = read_tensor (file, "loss.alpha", 3);
  g_assert_cmpmem (alpha, sizeof alphas, alphas, sizeof alphas);
  present = read_tensor (file, "loss.present", 6);
  g_assert_cmpfloat (present[4], ==, 1.0);
  g_assert_cmpfloat (present[5], ==, 0.0);
  g_assert_null (kappa_tensor_file_lookup (file, "checkpoint_loss.present", &index));
  norm = read_tensor (file, "directions.norm", 3);
  g_assert_cmpfloat (norm[1], ==, -2e-300);
  scalar = read_tensor (file, "scalar.spread", 1);
  g_assert_cmpfloat (*scalar, ==, 1e-3);
  about = read_tensor (file, "about", kappa_tensor_file_lookup (file, "about", &index)->n);
  for (gsize i = 0; i < kappa_tensor_file_get_info (file, index)->n; i++)
    g_string_append_c (text, (char)about[i]);
  g_assert_nonnull (strstr (text->str, "with, comma and \\\"quotes\\\""));
  g_assert_nonnull (strstr (text->str, "\"analysis\": \"landscape\""));
}

static void
assert_surface (const KappaSurface *surface, KappaResult *result)
{
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  g_autoptr (KappaArray) accuracy = kappa_result_dup_array (result, "accuracy");

  g_assert_cmpuint (surface->nx, ==, 3);
  g_assert_cmpuint (surface->ny, ==, 2);
  g_assert_cmpmem (surface->x, 3 * sizeof (double), alphas, sizeof alphas);
  g_assert_cmpmem (surface->y, 2 * sizeof (double), betas, sizeof betas);
  g_assert_cmpmem (surface->present, 6, loss->present, 6);
  g_assert_cmpmem (surface->loss, 5 * sizeof (double), loss->values, 5 * sizeof (double));
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (surface->accuracy[i], ==, 100.0 * accuracy->values[i]);
}

static void
test_hdf5 (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *path = export_to (&place, "out.h5", result, RECIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaSurface) surface = kappa_surface_read (path, KAPPA_SURFACE_DIRECT, NULL, &error);
  g_autoptr (KappaHdf5File) file = NULL;
  g_auto (GStrv) names = NULL, recipe = NULL;
  g_autofree double *norms = NULL, *spread = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (surface->directions, ==, "d.h5");
  assert_surface (surface, result);
  file = kappa_hdf5_file_open (path, NULL, &error);
  g_assert_no_error (error);
  names = kappa_hdf5_file_read_strings (file, "/kappa/tables/directions/name", NULL, NULL, &error);
  g_assert_cmpstr (names[1], ==, "with, comma and \"quotes\"");
  norms = kappa_hdf5_file_read_doubles (file, "/kappa/tables/directions/norm", NULL, NULL, &error);
  g_assert_cmpfloat (norms[1], ==, -2e-300);
  spread = kappa_hdf5_file_read_doubles (file, "/kappa/scalars/spread", NULL, NULL, &error);
  g_assert_cmpfloat (*spread, ==, 1e-3);
  g_assert_cmpstr (
      kappa_hdf5_file_find_attribute (file, "/kappa/scalars/spread", "certainty")->strings[0], ==,
      "interval 0.5 to 2, level 0.95");
  g_assert_cmpstr (kappa_hdf5_file_find_attribute (file, "/train_loss", "unit")->strings[0], ==,
                   "nat");
  recipe = kappa_hdf5_file_read_strings (file, "/kappa/recipe", NULL, NULL, &error);
  g_assert_cmpstr (recipe[0], ==, RECIPE);
  g_assert_nonnull (kappa_hdf5_file_find_dataset (file, "/kappa/arrays/loss/alpha"));
  g_assert_no_error (error);
}

/* The profile of the reference tool has its order of values. */
static void
test_hdf5_profile (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *path = export_to (&place, "out.h5", result, LI2018);
  g_autoptr (KappaSurface) surface = kappa_surface_read (path, KAPPA_SURFACE_REFERENCE, NULL, NULL);
  g_autoptr (KappaSurface) told = kappa_surface_read (path, KAPPA_SURFACE_AUTO, NULL, NULL);

  assert_surface (surface, result);
  assert_surface (told, result);
}

static void
test_hdf5_without_surface (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = kappa_result_new ();
  const gsize none = 0;
  g_autofree char *path = NULL;
  g_autoptr (KappaHdf5File) file = NULL;

  kappa_result_take_array (result, kappa_array_new ("loss", "", "of no image", 1, &none));
  path = export_to (&place, "out.h5", result, NULL);
  file = kappa_hdf5_file_open (path, NULL, NULL);
  g_assert_nonnull (kappa_hdf5_file_find_dataset (file, "/kappa/arrays/loss/values"));
  g_assert_null (kappa_hdf5_file_find_dataset (file, "/train_loss"));
}

static void
test_refused (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaResult) result = make_result ();
  g_autofree char *missing = g_build_filename (place.directory, "missing", "out.csv", NULL);
  const char *const names[] = { "out.png", "out", "csv", "out.csv.gz" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (place.directory, names[i], NULL);

      g_assert_false (kappa_export_supports (path));
      g_assert_false (kappa_export (result, NULL, path, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_clear_error (&error);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_false (kappa_export (result, NULL, missing, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static guint
count_entries (const char *directory)
{
  g_autoptr (GDir) entries = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (entries) != NULL)
    n++;
  return n;
}

/* Nothing is left beside the files, and an old one is replaced. */
static void
test_replaces (void)
{
  const char *const *extensions = kappa_export_list_extensions ();

  for (guint i = 0; extensions[i] != NULL; i++)
    {
      g_auto (Place) place = place_new ();
      g_autoptr (KappaResult) result = kappa_result_new ();
      g_autofree char *name = g_strconcat ("out.", extensions[i], NULL), *path = NULL,
                      *again = NULL, *before = NULL;
      g_autofree char *after = NULL;
      gsize size_before, size_after;

      kappa_result_set_scalar (result, "loss", 0.25, "nat", KAPPA_CERTAINTY_EXACT, "of a test");
      path = export_to (&place, name, result, RECIPE);
      g_assert_cmpuint (count_entries (place.directory), ==, 1);
      g_assert_true (g_file_get_contents (path, &before, &size_before, NULL));
      g_assert_true (g_file_set_contents (path, "something else", -1, NULL));
      again = export_to (&place, name, result, RECIPE);
      g_assert_cmpuint (count_entries (place.directory), ==, 1);
      g_assert_true (g_file_get_contents (again, &after, &size_after, NULL));
      g_assert_cmpmem (before, size_before, after, size_after);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/export/csv", test_csv);
  g_test_add_func ("/store/export/csv-of-scalars", test_csv_of_scalars);
  g_test_add_func ("/store/export/json", test_json);
  g_test_add_func ("/store/export/npz", test_npz);
  g_test_add_func ("/store/export/hdf5", test_hdf5);
  g_test_add_func ("/store/export/hdf5-profile", test_hdf5_profile);
  g_test_add_func ("/store/export/hdf5-without-surface", test_hdf5_without_surface);
  g_test_add_func ("/store/export/refused", test_refused);
  g_test_add_func ("/store/export/replaces", test_replaces);
  return g_test_run ();
}
