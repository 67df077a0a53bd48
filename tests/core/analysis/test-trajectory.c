/* Planes through a list of checkpoints, and where they lie on planes. */

#include <glib/gstdio.h>
#include <math.h>

#include "core/analysis/displacement.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

#define N_EARLIER 4
#define IMAGES    "0:6"

typedef struct
{
  char *folder;
  char *paths[N_EARLIER];
  char *directions, *projection;
} Checkpoints;

static void
checkpoints_make (Checkpoints *self)
{
  g_autoptr (KappaModel) model = fixture_open_model ();

  self->folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  self->directions = g_build_filename (self->folder, "directions.h5", NULL);
  self->projection = g_build_filename (self->folder, "directions.h5_proj_cos.h5", NULL);
  for (guint i = 0; i < N_EARLIER; i++)
    {
      g_autofree char *name = g_strdup_printf ("checkpoint-%u.safetensors", i);

      self->paths[i] = g_build_filename (self->folder, name, NULL);
      fixture_save_neighbour (model, self->paths[i], name, 0.04 * (N_EARLIER - i));
    }
}

static void
checkpoints_clear (Checkpoints *self)
{
  for (guint i = 0; i < N_EARLIER; i++)
    {
      g_remove (self->paths[i]);
      g_free (self->paths[i]);
    }
  g_remove (self->directions);
  g_remove (self->projection);
  g_rmdir (self->folder);
  g_free (self->directions);
  g_free (self->projection);
  g_free (self->folder);
}

static KappaInputs *
open_trajectory (const Checkpoints *checkpoints, guint n, gboolean directions, gboolean projection)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_images (inputs, IMAGES);
  for (guint i = 0; i < n; i++)
    {
      kappa_inputs_add (inputs, "trajectory", KAPPA_INPUT_MODEL, checkpoints->paths[i]);
      kappa_inputs_set_option (inputs, "trajectory", i, "preset", "cifar-akamaster", NULL);
    }
  if (directions)
    kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, checkpoints->directions);
  if (projection)
    kappa_inputs_add (inputs, "projection", KAPPA_INPUT_FILE, checkpoints->projection);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static KappaAnalysis *
new_landscape (const char *x, const char *y)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("landscape", NULL);

  fixture_set (analysis, "x", x);
  fixture_set (analysis, "y", y);
  return analysis;
}

/* The distance of two checkpoints in the space of weights; the last one is at the origin. */
static double
distance (KappaInputs *inputs, guint i, guint j)
{
  KappaModel *a = i < N_EARLIER ? kappa_inputs_get_model (inputs, "trajectory", i)
                                : kappa_inputs_get_model (inputs, "model", 0);
  KappaModel *b = j < N_EARLIER ? kappa_inputs_get_model (inputs, "trajectory", j)
                                : kappa_inputs_get_model (inputs, "model", 0);
  g_autoptr (KappaDisplacement) step = kappa_displacement_new_between (a, b, FALSE, NULL);

  return sqrt (kappa_displacement_dot (step, step));
}

/* Three checkpoints lie on the plane, with their true distances, and their losses are found there.
 */
static void
test_scale (void)
{
  Checkpoints checkpoints;
  g_autoptr (KappaInputs) inputs
      = (checkpoints_make (&checkpoints), open_trajectory (&checkpoints, 2, FALSE, FALSE));
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:0:1", "0:0:1");
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) there = NULL;
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "trajectory");
  const double *alpha = table->numbers[2], *beta = table->numbers[3];
  const guint places[] = { 0, 1, N_EARLIER };
  g_autofree char *x = g_strdup_printf ("%.17g:%.17g:1", alpha[0], alpha[0]);
  g_autofree char *y = g_strdup_printf ("%.17g:%.17g:1", beta[0], beta[0]);
  double loss = NAN;

  g_assert_cmpuint (table->n_rows, ==, 3);
  g_assert_cmpstr (table->texts[1][0], ==, "checkpoint-0.safetensors");
  g_assert_cmpfloat (alpha[2], ==, 0.0);
  g_assert_cmpfloat (alpha[0], >, 0.0);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpfloat_with_epsilon (table->numbers[4][i], 0.0, 1e-6);
      for (guint j = 0; j < i; j++)
        g_assert_cmpfloat_with_epsilon (hypot (alpha[i] - alpha[j], beta[i] - beta[j]),
                                        distance (inputs, places[i], places[j]), 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "explained_variance_alpha")
                                      + fixture_scalar (result, "explained_variance_beta"),
                                  1.0, 1e-12);
  fixture_set (analysis, "x", x);
  fixture_set (analysis, "y", y);
  there = fixture_run (analysis, inputs, NULL, 2);
  g_assert_true (kappa_result_get_value (there, "loss", 0, &loss));
  g_assert_cmpfloat_with_epsilon (loss, table->numbers[5][0], 1e-5 * loss);
  checkpoints_clear (&checkpoints);
}

static double
covariance (const double *a, const double *b, gsize n)
{
  double mean_a = 0.0, mean_b = 0.0, sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      mean_a += a[i] / (double)n;
      mean_b += b[i] / (double)n;
    }
  for (gsize i = 0; i < n; i++)
    sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum;
}

/* Along principal axes coordinates do not correlate, the first varies most, and what is explained
 * is explained of all there is: the sum over pairs of squared distances, over the number of
 * checkpoints. */
static void
test_principal (void)
{
  const guint n = N_EARLIER + 1;
  Checkpoints checkpoints;
  g_autoptr (KappaInputs) inputs
      = (checkpoints_make (&checkpoints), open_trajectory (&checkpoints, N_EARLIER, FALSE, FALSE));
  g_autoptr (KappaAnalysis) analysis = new_landscape ("auto", "auto");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) table = NULL;
  g_autoptr (KappaTable) directions = NULL;
  g_autoptr (KappaArray) loss = NULL;
  double total = 0.0, first, second, rest = 0.0;

  fixture_set (analysis, "x", "0:0:1");
  result = fixture_run (analysis, inputs, NULL, 2);
  table = kappa_result_dup_table (result, "trajectory");
  directions = kappa_result_dup_table (result, "directions");
  loss = kappa_result_dup_array (result, "loss");
  g_assert_cmpuint (loss->dims[1], ==, 25);
  g_assert_cmpfloat (loss->coordinates[1][0], <, 0.0);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i; j++)
      total += distance (inputs, i, j) * distance (inputs, i, j) / n;
  first = covariance (table->numbers[2], table->numbers[2], n);
  second = covariance (table->numbers[3], table->numbers[3], n);
  g_assert_cmpfloat_with_epsilon (covariance (table->numbers[2], table->numbers[3], n), 0.0,
                                  1e-9 * total);
  g_assert_cmpfloat (first, >=, second);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "explained_variance_alpha"),
                                  first / total, 1e-9);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "explained_variance_beta"),
                                  second / total, 1e-9);
  for (guint i = 0; i < n; i++)
    {
      double whole = i < N_EARLIER ? distance (inputs, i, N_EARLIER) : 0.0;
      double off = table->numbers[4][i];

      rest += off;
      g_assert_cmpfloat_with_epsilon (table->numbers[2][i] * table->numbers[2][i]
                                          + table->numbers[3][i] * table->numbers[3][i] + off * off,
                                      whole * whole, 1e-9 * total);
    }
  g_assert_cmpfloat (rest, >, 0.0);
  for (guint axis = 0; axis < 2; axis++)
    g_assert_cmpfloat_with_epsilon (directions->numbers[1][axis], 1.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (directions->numbers[3][1], 0.0, 1e-12);
  checkpoints_clear (&checkpoints);
}

/* On axes that are not of length 1, a coordinate counts directions, not distances. */
static void
test_scaled_axes (void)
{
  Checkpoints checkpoints;
  g_autoptr (KappaInputs) inputs
      = (checkpoints_make (&checkpoints), open_trajectory (&checkpoints, 3, FALSE, FALSE));
  g_autoptr (KappaInputs) with_file = NULL;
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:0:1", "0:0:1");
  g_autoptr (KappaResult) unit = NULL;
  g_autoptr (KappaResult) scaled = NULL;
  g_autoptr (KappaDirection) x = NULL;
  g_autoptr (KappaDirection) y = NULL;
  g_autoptr (KappaTable) expected = NULL;
  g_autoptr (KappaTable) found = NULL;
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, "batchnorm", "frozen");
  fixture_set (analysis, "save-directions", checkpoints.directions);
  unit = fixture_run (analysis, inputs, NULL, 2);
  fixture_set (analysis, "save-directions", "");
  g_assert_true (kappa_directions_read (checkpoints.directions, &x, &y, NULL, &error));
  /* x becomes 4·x, and y leans: y + x. */
  for (guint t = 0; t < x->n_tensors; t++)
    for (gsize i = 0; i < x->tensors[t].n; i++)
      {
        y->tensors[t].values[i] += x->tensors[t].values[i];
        x->tensors[t].values[i] *= 4.0;
      }
  g_assert_true (kappa_directions_write (x, y, NULL, checkpoints.directions, &error));
  with_file = open_trajectory (&checkpoints, 3, TRUE, FALSE);
  scaled = fixture_run (analysis, with_file, NULL, 2);
  expected = kappa_result_dup_table (unit, "trajectory");
  found = kappa_result_dup_table (scaled, "trajectory");
  g_assert_cmpuint (found->n_rows, ==, 4);
  for (gsize i = 0; i < 4; i++)
    {
      g_assert_cmpfloat_with_epsilon (found->numbers[3][i], expected->numbers[3][i], 1e-6);
      g_assert_cmpfloat_with_epsilon (4.0 * found->numbers[2][i],
                                      expected->numbers[2][i] - expected->numbers[3][i], 1e-6);
      g_assert_cmpfloat_with_epsilon (found->numbers[4][i], expected->numbers[4][i], 1e-6);
    }
  g_assert_null (kappa_result_dup_scalar (scaled, "explained_variance_alpha"));
  checkpoints_clear (&checkpoints);
}

/* What is saved is read as it is; what the reference tool saves is divided by the length of the
 * direction once more. */
static void
test_projection_file (void)
{
  Checkpoints checkpoints;
  g_autoptr (KappaInputs) inputs
      = (checkpoints_make (&checkpoints), open_trajectory (&checkpoints, 3, FALSE, FALSE));
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:0:1", "0:0:1");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) expected = NULL;
  g_autoptr (KappaHdf5File) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree double *ratio = NULL;
  gsize n;

  fixture_set (analysis, "save-directions", checkpoints.directions);
  fixture_set (analysis, "save-projection", checkpoints.projection);
  result = fixture_run (analysis, inputs, NULL, 2);
  expected = kappa_result_dup_table (result, "trajectory");
  file = kappa_hdf5_file_open (checkpoints.directions, NULL, &error);
  g_assert_no_error (error);
  ratio = kappa_hdf5_file_read_doubles (file, "/explained_variance_ratio_", &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (ratio[1], ==, fixture_scalar (result, "explained_variance_beta"));
  fixture_set (analysis, "save-directions", "");
  fixture_set (analysis, "save-projection", "");
  for (guint reference = 0; reference < 2; reference++)
    {
      g_autoptr (KappaInputs) with_files = NULL;
      g_autoptr (KappaResult) read = NULL;
      g_autoptr (KappaTable) found = NULL;

      if (reference)
        {
          g_autoptr (KappaHdf5Writer) writer = kappa_hdf5_writer_new ();
          g_autoptr (KappaDirection) x = NULL;
          g_autoptr (KappaDirection) y = NULL;
          const gsize four = 4;

          g_assert_true (kappa_directions_read (checkpoints.directions, &x, &y, NULL, &error));
          for (guint t = 0; t < x->n_tensors; t++)
            for (gsize i = 0; i < x->tensors[t].n; i++)
              x->tensors[t].values[i] *= 2.0;
          g_assert_true (kappa_directions_write (x, y, NULL, checkpoints.directions, &error));
          kappa_hdf5_writer_add_doubles (writer, "/proj_xcoord", KAPPA_HDF5_FLOAT64, 1, &four,
                                         expected->numbers[2]);
          kappa_hdf5_writer_add_doubles (writer, "/proj_ycoord", KAPPA_HDF5_FLOAT64, 1, &four,
                                         expected->numbers[3]);
          g_assert_true (kappa_hdf5_writer_save (writer, checkpoints.projection, &error));
        }
      with_files = open_trajectory (&checkpoints, 0, TRUE, TRUE);
      read = fixture_run (analysis, with_files, NULL, 2);
      found = kappa_result_dup_table (read, "trajectory");
      g_assert_cmpuint (found->n_rows, ==, 4);
      for (gsize i = 0; i < 4; i++)
        {
          g_assert_cmpfloat_with_epsilon (found->numbers[2][i],
                                          expected->numbers[2][i] / (reference ? 2.0 : 1.0), 1e-9);
          g_assert_cmpfloat_with_epsilon (found->numbers[3][i], expected->numbers[3][i], 1e-9);
        }
    }
  checkpoints_clear (&checkpoints);
}

/* Copies of one checkpoint span nothing. */
static void
test_no_plane (void)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = new_landscape ("auto", "auto");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_images (inputs, IMAGES);
  for (guint i = 0; i < 2; i++)
    kappa_inputs_add (inputs, "trajectory", KAPPA_INPUT_MODEL,
                      kappa_inputs_get_source (inputs, "model", 0));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL);
}

typedef struct
{
  guint n_models, n_trajectory;
  gboolean directions, projection;
  const char *settings[2];
  const char *mentions;
} Combination;

static const Combination combinations[] = {
  { 1, 1, FALSE, FALSE, { NULL }, "trajectory" },
  { 2, 2, FALSE, FALSE, { NULL }, "trajectory" },
  { 1, 2, FALSE, FALSE, { "y", "none" }, "y:" },
  { 1, 2, FALSE, FALSE, { "seeds", "2" }, "seeds" },
  { 1, 2, FALSE, FALSE, { "norm", "layer" }, "norm" },
  { 1, 0, FALSE, FALSE, { "save-projection", "p.h5" }, "save-projection" },
  { 1, 0, FALSE, TRUE, { NULL }, "projection" },
  { 1, 2, TRUE, TRUE, { NULL }, "projection" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (combinations); i++)
    {
      const Combination *row = &combinations[i];
      g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
      g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
      g_autoptr (GError) error = NULL;

      for (guint m = 0; m < row->n_models; m++)
        fixture_add_model (inputs);
      fixture_add_images (inputs, IMAGES);
      for (guint m = 0; m < row->n_trajectory; m++)
        kappa_inputs_add (inputs, "trajectory", KAPPA_INPUT_MODEL, "t.pth");
      if (row->directions)
        kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, "d.h5");
      if (row->projection)
        kappa_inputs_add (inputs, "projection", KAPPA_INPUT_FILE, "p.h5");
      if (row->settings[0] != NULL)
        fixture_set (analysis, row->settings[0], row->settings[1]);
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_true (g_str_has_prefix (error->message, row->mentions));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trajectory/scale", test_scale);
  g_test_add_func ("/trajectory/principal", test_principal);
  g_test_add_func ("/trajectory/scaled-axes", test_scaled_axes);
  g_test_add_func ("/trajectory/projection-file", test_projection_file);
  g_test_add_func ("/trajectory/no-plane", test_no_plane);
  g_test_add_func ("/trajectory/refused", test_refused);
  return g_test_run ();
}
