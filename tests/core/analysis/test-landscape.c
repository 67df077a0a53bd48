/* The analysis as a whole, on the bundled network. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/analysis/displacement.h"
#include "core/analysis/surface-import.h"
#include "core/base/error.h"
#include "core/formats/json.h"
#include "tests/core/analysis/fixture.h"
#include "tests/support/formula.h"
#include "tests/support/shared.h"

#define N_IMAGES 12
#define IMAGES   "0:12"

static KappaAnalysis *
new_landscape (const char *x, const char *y)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("landscape", NULL);

  fixture_set (analysis, "x", x);
  fixture_set (analysis, "y", y);
  return analysis;
}

static void
assert_same_values (KappaResult *a, KappaResult *b, const char *name)
{
  g_autoptr (KappaArray) left = kappa_result_dup_array (a, name);
  g_autoptr (KappaArray) right = kappa_result_dup_array (b, name);
  gsize n = kappa_array_get_size (left);

  g_assert_cmpmem (left->values, n * sizeof (double), right->values,
                   kappa_array_get_size (right) * sizeof (double));
  g_assert_cmpuint (kappa_result_count_present (a, name), ==, n);
  g_assert_cmpuint (kappa_result_count_present (b, name), ==, n);
}

static void
test_threads (void)
{
  static const guint threads[] = { 2, 3, 7 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "-0.5:0.5:3");
  g_autoptr (KappaResult) single = fixture_run (analysis, inputs, NULL, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (KappaResult) many = fixture_run (analysis, inputs, NULL, threads[i]);

      assert_same_values (single, many, "loss");
      assert_same_values (single, many, "accuracy");
    }
}

/* The centre is the checkpoint, and what predict says about it. */
static void
test_centre (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "none");
  g_autoptr (KappaAnalysis) predict = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) prediction = fixture_run (predict, inputs, NULL, 2);
  double loss = NAN;

  g_assert_true (kappa_result_get_value (result, "loss", 1, &loss));
  g_assert_cmpfloat (loss, ==, fixture_scalar (result, "loss"));
  g_assert_cmpfloat (loss, ==, fixture_scalar (prediction, "loss"));
  g_assert_cmpfloat (fixture_scalar (result, "accuracy"), ==, fixture_scalar (prediction, "top1"));
  g_assert_cmpfloat (fixture_scalar (result, "points"), ==, 3.0);
}

/* A run that goes on computes what is missing and nothing else: a wrong value stays, the work is
 * counted. */
static void
test_resume (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "-1:1:3");
  g_autoptr (KappaResult) whole = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) rest = kappa_result_new ();
  g_autoptr (KappaArray) loss = kappa_result_dup_array (whole, "loss");
  g_autoptr (KappaArray) accuracy = kappa_result_dup_array (whole, "accuracy");
  const double wrong = 123.0;
  double kept = NAN;

  g_assert_cmpfloat (fixture_last_total (), ==, 9.0 * N_IMAGES);
  memset (loss->present, 0, 9);
  memset (accuracy->present, 0, 9);
  kappa_result_take_array (rest, g_steal_pointer (&loss));
  kappa_result_take_array (rest, g_steal_pointer (&accuracy));
  kappa_result_set_values (rest, "loss", 5, 1, &wrong);
  kappa_result_set_values (rest, "accuracy", 5, 1, &wrong);
  kappa_result_set_values (rest, "loss", 7, 1, &wrong); /* without its accuracy it does not count */
  fixture_run (analysis, inputs, rest, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 8.0 * N_IMAGES);
  g_assert_true (kappa_result_get_value (rest, "loss", 5, &kept));
  g_assert_cmpfloat (kept, ==, wrong);
  kappa_result_get_value (whole, "loss", 5, &kept);
  kappa_result_set_values (rest, "loss", 5, 1, &kept);
  assert_same_values (whole, rest, "loss");
  fixture_run (analysis, inputs, rest, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

static void
test_seeds (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-0.5:0.5:3", "none");
  g_autoptr (KappaResult) band = NULL;
  g_autoptr (KappaResult) second = NULL;
  double value, other, mean, deviation;

  fixture_set (analysis, "seeds", "2");
  band = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_last_total (), ==,
                     5.0 * N_IMAGES); /* the checkpoint, and two curves of two more points */
  fixture_set (analysis, "seeds", "1");
  fixture_set (analysis, "seed", "1");
  second = fixture_run (analysis, inputs, NULL, 2);
  g_assert_true (kappa_result_get_value (band, "loss_by_seed", 3, &value));
  kappa_result_get_value (second, "loss", 0, &other);
  g_assert_cmpfloat (value, ==, other);
  kappa_result_get_value (band, "loss_by_seed", 0, &value);
  g_assert_cmpfloat (value, !=, other);
  kappa_result_get_value (band, "loss", 0, &mean);
  kappa_result_get_value (band, "loss_deviation", 0, &deviation);
  g_assert_cmpfloat_with_epsilon (mean, 0.5 * (value + other), 1e-12 * mean);
  g_assert_cmpfloat_with_epsilon (deviation, fabs (value - other) / sqrt (2.0), 1e-9 * deviation);
}

static void
test_not_finite (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1e30:1e30:3", "none");
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  double value = 0.0;

  g_assert_true (kappa_result_get_value (result, "loss", 0, &value));
  g_assert_false (isfinite (value));
  g_assert_cmpfloat (fixture_scalar (result, "non_finite"), ==, 2.0);
  g_assert_cmpfloat (fixture_scalar (result, "loss_minimum"), ==, fixture_scalar (result, "loss"));
}

/* In bfloat16, the error against float32 is measured, and resumed like everything else. */
static void
test_bfloat16 (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "none");
  g_autoptr (KappaResult) plain = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaResult) rounded = NULL;
  double worst = 0.0;

  fixture_set (analysis, "precision", "bfloat16");
  rounded = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 6.0 * N_IMAGES);
  for (gsize i = 0; i < 3; i++)
    {
      double a = NAN, b = NAN;

      kappa_result_get_value (plain, "loss", i, &a);
      kappa_result_get_value (rounded, "loss", i, &b);
      worst = fmax (worst, fabs (a - b) / a);
    }
  g_assert_cmpfloat (worst, >, 0.0);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (rounded, "bfloat16_error"), worst, 1e-9);
  fixture_run (analysis, inputs, rounded, 2);
  g_assert_cmpfloat (fixture_last_total (), ==, 0.0);
}

/* L2 adds ½λ‖w‖², with ‖w‖ as the table of directions has it. */
static void
test_regulariser (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "none");
  g_autoptr (KappaResult) plain = fixture_run (analysis, inputs, NULL, 2);
  g_autoptr (KappaTable) directions = kappa_result_dup_table (plain, "directions");
  double norm = directions->numbers[1][0] / directions->numbers[2][0];
  g_autoptr (KappaResult) regular = NULL;

  fixture_set (analysis, "l2", "0.01");
  regular = fixture_run (analysis, inputs, NULL, 2);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (regular, "loss") - fixture_scalar (plain, "loss"),
                                  0.005 * norm * norm, 1e-9);
}

typedef struct
{
  char *folder;
  char *paths[2];
} Neighbours;

static void
neighbours_make (Neighbours *self)
{
  g_autoptr (KappaModel) model = fixture_open_model ();

  self->folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("neighbour-%u.safetensors", i);

      self->paths[i] = g_build_filename (self->folder, name, NULL);
      fixture_save_neighbour (model, self->paths[i], name, 0.05 * (i + 1));
    }
}

static void
neighbours_clear (Neighbours *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_remove (self->paths[i]);
      g_free (self->paths[i]);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
}

static KappaInputs *
open_checkpoints (const Neighbours *neighbours, guint n)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  for (guint i = 0; i < n; i++)
    kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, neighbours->paths[i]);
  for (guint i = 0; i < n; i++)
    kappa_inputs_set_option (inputs, "model", i + 1, "preset", "cifar-akamaster", NULL);
  fixture_add_images (inputs, IMAGES);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

/* The line ends at the second checkpoint, and the barrier is what the definition says. */
static void
test_line (void)
{
  Neighbours neighbours;
  g_autoptr (KappaInputs) inputs
      = (neighbours_make (&neighbours), open_checkpoints (&neighbours, 1));
  g_autoptr (KappaAnalysis) analysis = new_landscape ("0:1:3", "auto");
  g_autoptr (KappaResult) result = fixture_run (analysis, inputs, NULL, 2);
  double first, middle, last, second;

  kappa_result_get_value (result, "loss", 0, &first);
  kappa_result_get_value (result, "loss", 1, &middle);
  kappa_result_get_value (result, "loss", 2, &last);
  kappa_result_get_value (result, "checkpoint_loss", 1, &second);
  g_assert_cmpfloat (second, !=, first);
  g_assert_cmpfloat_with_epsilon (last, second, 1e-6 * second);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "barrier"),
                                  fmax (middle - 0.5 * (first + second), last - second), 1e-9);
  neighbours_clear (&neighbours);
}

/* Each checkpoint's loss is found where the table says that it lies. */
static void
test_plane (void)
{
  static const char *const bases[] = { "orthonormal", "raw" };
  Neighbours neighbours;
  g_autoptr (KappaInputs) inputs
      = (neighbours_make (&neighbours), open_checkpoints (&neighbours, 2));

  for (gsize b = 0; b < G_N_ELEMENTS (bases); b++)
    {
      g_autoptr (KappaAnalysis) probe = new_landscape ("0:1:2", "0:1:2");
      g_autoptr (KappaResult) where = NULL;
      g_autoptr (KappaTable) checkpoints = NULL;
      g_autoptr (KappaTable) directions = NULL;
      g_autoptr (KappaResult) there = NULL;
      g_autofree char *x = NULL, *y = NULL;
      double third, found;

      fixture_set (probe, "basis", bases[b]);
      where = fixture_run (probe, inputs, NULL, 2);
      checkpoints = kappa_result_dup_table (where, "checkpoints");
      directions = kappa_result_dup_table (where, "directions");
      x = g_strdup_printf ("%.17g:%.17g:1", checkpoints->numbers[1][2], checkpoints->numbers[1][2]);
      y = g_strdup_printf ("%.17g:%.17g:1", checkpoints->numbers[2][2], checkpoints->numbers[2][2]);
      fixture_set (probe, "x", x);
      fixture_set (probe, "y", y);
      there = fixture_run (probe, inputs, NULL, 2);
      kappa_result_get_value (there, "loss", 0, &found);
      kappa_result_get_value (there, "checkpoint_loss", 2, &third);
      g_assert_cmpfloat_with_epsilon (found, third, 1e-5 * third);
      if (b > 0)
        continue;
      g_assert_cmpfloat_with_epsilon (directions->numbers[1][0], directions->numbers[1][1],
                                      1e-9 * directions->numbers[1][0]);
      g_assert_cmpfloat_with_epsilon (directions->numbers[3][1], 0.0, 1e-9);
    }
  neighbours_clear (&neighbours);
}

static void
test_identical (void)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaAnalysis) analysis = new_landscape ("auto", "auto");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  KappaContext context = { .workers = workers };
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_model (inputs);
  fixture_add_images (inputs, IMAGES);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL);
}

typedef struct
{
  guint n_models;
  gboolean directions;
  const char *settings[4]; /* names and texts in turn */
  const char *mentions;
} Combination;

static const Combination combinations[] = {
  { 1, FALSE, { "seeds", "2", "y", "-1:1:3" }, "seeds" },
  { 1, FALSE, { "seeds", "2", "save-directions", "x.h5" }, "save-directions" },
  { 1, TRUE, { "seeds", "2" }, "seeds" },
  { 2, FALSE, { "seeds", "2" }, "seeds" },
  { 2, FALSE, { "y", "-1:1:3" }, "y:" },
  { 3, FALSE, { "y", "none" }, "y:" },
  { 2, TRUE, { NULL }, "directions" },
  { 2, FALSE, { "norm", "layer" }, "norm" },
  { 1, TRUE, { "ignore", "none" }, "ignore" },
  { 2, FALSE, { "basis", "raw" }, "basis" },
  { 4, FALSE, { NULL }, "model" },
  { 0, FALSE, { NULL }, "model" },
  { 1, FALSE, { "x", "-1:1:4096", "y", "-1:1:257" }, "1,048,576" },
};

static void
test_combinations (void)
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
      if (row->directions)
        kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, "d.h5");
      for (guint s = 0; s < 4 && row->settings[s] != NULL; s += 2)
        fixture_set (analysis, row->settings[s], row->settings[s + 1]);
      g_assert_false (kappa_analysis_check (analysis, inputs, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, row->mentions));
    }
}

static void
test_memory (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "none");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers, .memory_budget = 1 << 20 };
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "1.0\u00a0MiB"));
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, 0);
}

static void
test_cancel (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:51", "-1:1:51");
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_analysis_run (analysis, inputs, result, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The plane of the golden file: directions by formula, given as a file. */
static KappaDirection *
formula_direction (KappaModel *model, const char *prefix)
{
  KappaDirection *direction = kappa_direction_new (kappa_model_get_n_parameters (model));
  const double *weights = kappa_model_get_parameters_wide (model, NULL);

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, i);
      g_autofree char *name = g_strconcat (prefix, p->name, NULL);
      g_autofree float *drawn = g_new (float, p->size);
      g_autofree double *values = g_new0 (double, p->size);
      gsize dims[KAPPA_MAX_RANK];

      kappa_formula_fill ("", name, -1.0, 1.0, p->size, drawn);
      for (gsize f = 0; p->shape.rank > 1 && f < p->n_filters; f++)
        {
          gsize at = f * p->filter_size;
          double dd = 0.0, ww = 0.0;

          for (gsize k = at; k < at + p->filter_size; k++)
            {
              dd += (double) drawn[k] * drawn[k];
              ww += weights[p->offset + k] * weights[p->offset + k];
            }
          for (gsize k = at; k < at + p->filter_size; k++)
            values[k] = drawn[k] * sqrt (ww / dd);
        }
      for (guint d = 0; d < p->shape.rank; d++)
        dims[d] = (gsize) p->shape.dims[d];
      kappa_direction_set_tensor (direction, i, p->shape.rank, dims, values);
    }
  return direction;
}

static void
compare_plane (KappaResult *result, const char *golden)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaJson) json = kappa_json_load_file (golden, &error);
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  guint32 rows, row;
  gsize i = 0;

  g_assert_no_error (error);
  rows = kappa_json_lookup (json, kappa_json_lookup (json, 0, "plane"), "loss");
  for (row = kappa_json_get_first (json, rows); row != KAPPA_JSON_MISSING;
       row = kappa_json_get_next (json, row))
    for (guint32 cell = kappa_json_get_first (json, row); cell != KAPPA_JSON_MISSING;
         cell = kappa_json_get_next (json, cell))
      {
        double expected = NAN;

        g_assert_true (kappa_json_get_double (json, cell, &expected));
        /* HDF5 direction files hold float32 numbers. */
        g_assert_cmpfloat_with_epsilon (loss->values[i++], expected, 2e-5 * expected);
      }
  g_assert_cmpuint (i, ==, 25);
}

static void
test_golden_plane (void)
{
  g_autofree char *golden = kappa_test_need_shared ("golden/cifar_resnet20_256.json");
  g_autofree char *images
      = golden != NULL ? kappa_test_need_shared ("data/cifar10/test_batch.bin") : NULL;
  g_autofree char *source = images != NULL ? g_strconcat ("cifar10:", images, NULL) : NULL;
  g_autofree char *folder = NULL, *path = NULL;
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaModel) model = NULL;
  g_autoptr (KappaDirection) x = NULL;
  g_autoptr (KappaDirection) y = NULL;
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:5", "-1:1:5");
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (source == NULL)
    return;
  model = fixture_open_model ();
  folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  path = g_build_filename (folder, "directions.h5", NULL);
  x = formula_direction (model, "x:");
  y = formula_direction (model, "y:");
  kappa_directions_write (x, y, NULL, path, &error);
  g_assert_no_error (error);
  fixture_add_model (inputs);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  kappa_inputs_set_option (inputs, "data", 0, "images", "0:256", NULL);
  kappa_inputs_add (inputs, "directions", KAPPA_INPUT_FILE, path);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  result = fixture_run (analysis, inputs, NULL, 2);
  compare_plane (result, golden);
  g_remove (path);
  g_rmdir (folder);
}

/* Directions that were saved give the same surface again, up to their float32 numbers. */
static void
test_saved_directions (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs (IMAGES);
  g_autoptr (KappaInputs) with_file = NULL;
  g_autoptr (KappaAnalysis) analysis = new_landscape ("-1:1:3", "-1:1:3");
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "directions.h5", NULL);
  g_autoptr (KappaResult) drawn = NULL;
  g_autoptr (KappaResult) read = NULL;
  g_autoptr (GError) error = NULL;

  fixture_set (analysis, "save-directions", path);
  drawn = fixture_run (analysis, inputs, NULL, 2);
  fixture_set (analysis, "save-directions", "");
  with_file = fixture_open_inputs (IMAGES);
  kappa_inputs_add (with_file, "directions", KAPPA_INPUT_FILE, path);
  kappa_inputs_open (with_file, NULL, &error);
  g_assert_no_error (error);
  read = fixture_run (analysis, with_file, NULL, 2);
  for (gsize i = 0; i < 9; i++)
    {
      double a = NAN, b = NAN;

      kappa_result_get_value (drawn, "loss", i, &a);
      kappa_result_get_value (read, "loss", i, &b);
      g_assert_cmpfloat_with_epsilon (a, b, 1e-5 * a);
    }
  g_remove (path);
  g_rmdir (folder);
}

/* A surface file opens as what it was written from. */
static void
test_import (void)
{
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "surface.h5", NULL);
  g_autoptr (KappaSurface) surface = kappa_surface_new (3, 2);
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaArray) loss = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 3; i++)
    surface->x[i] = (double) i - 1.0;
  surface->y[1] = 0.5;
  for (gsize i = 0; i < 6; i++)
    {
      surface->loss[i] = i == 4 ? INFINITY : (double) i + 1.0;
      surface->present[i] = i != 5;
    }
  kappa_surface_write (surface, KAPPA_SURFACE_DIRECT, path, &error);
  g_assert_no_error (error);
  result = kappa_landscape_import (path, NULL, &error);
  g_assert_no_error (error);
  loss = kappa_result_dup_array (result, "loss");
  g_assert_cmpuint (loss->dims[0], ==, 3);
  g_assert_cmpuint (loss->dims[1], ==, 2);
  g_assert_cmpfloat (loss->coordinates[0][0], ==, -1.0);
  g_assert_cmpfloat (loss->coordinates[1][1], ==, 0.5);
  g_assert_cmpfloat (loss->values[2], ==, 3.0);
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, 5);
  g_assert_cmpfloat (fixture_scalar (result, "loss_maximum"), ==, 4.0);
  g_assert_cmpfloat (fixture_scalar (result, "non_finite"), ==, 1.0);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/landscape/threads", test_threads);
  g_test_add_func ("/landscape/centre", test_centre);
  g_test_add_func ("/landscape/resume", test_resume);
  g_test_add_func ("/landscape/seeds", test_seeds);
  g_test_add_func ("/landscape/not-finite", test_not_finite);
  g_test_add_func ("/landscape/bfloat16", test_bfloat16);
  g_test_add_func ("/landscape/regulariser", test_regulariser);
  g_test_add_func ("/landscape/line", test_line);
  g_test_add_func ("/landscape/plane", test_plane);
  g_test_add_func ("/landscape/identical", test_identical);
  g_test_add_func ("/landscape/combinations", test_combinations);
  g_test_add_func ("/landscape/memory", test_memory);
  g_test_add_func ("/landscape/cancel", test_cancel);
  g_test_add_func ("/landscape/golden-plane", test_golden_plane);
  g_test_add_func ("/landscape/saved-directions", test_saved_directions);
  g_test_add_func ("/landscape/import", test_import);
  return g_test_run ();
}
