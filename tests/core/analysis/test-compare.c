#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/analysis/compare-tensors.h"
#include "core/base/error.h"
#include "core/formats/convert.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor-file.h"
#include "core/models/sample.h"
#include "tests/core/analysis/fixture.h"

/* Two files of the bundled network: the same in another format, or with something changed. */

typedef struct
{
  char *folder;
  char *original;
  char *other;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *sample = kappa_sample_dir ();
  KappaConversion conversion;
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("kappa-compare-XXXXXX", NULL);
  fixture->original = g_build_filename (sample, KAPPA_SAMPLE_MODEL, NULL);
  fixture->other = g_build_filename (fixture->folder, data != NULL ? data : "other.npz", NULL);
  kappa_convert_file (fixture->original, fixture->other, FALSE, &conversion, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->other);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->original);
  g_free (fixture->other);
}

static KappaInputs *
open_inputs (Fixture *fixture, const char *images)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, fixture->original);
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, fixture->other);
  if (images != NULL)
    fixture_add_images (inputs, images);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

static KappaResult *
compare (Fixture *fixture, const char *images, const char *precision, guint threads)
{
  g_autoptr (KappaInputs) inputs = open_inputs (fixture, images);
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("compare", NULL);

  fixture_set (analysis, "precision", precision);
  return fixture_run (analysis, inputs, NULL, threads);
}

/* Adds @step to the number @index of the tensor @name. */
static void
change (Fixture *fixture, const char *name, gsize index, double step)
{
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (fixture->original, NULL, NULL);
  guint n = kappa_tensor_file_get_n_tensors (file);
  g_autofree KappaExportTensor *tensors = g_new0 (KappaExportTensor, n);
  g_autoptr (GPtrArray) data = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
      double *values = g_new (double, info->n + 1);

      g_ptr_array_add (data, values);
      g_assert_true (kappa_tensor_file_read_doubles (file, i, values, NULL));
      if (strcmp (info->name, name) == 0)
        values[index] += step;
      tensors[i] = (KappaExportTensor) {
        .name = info->name, .element = KAPPA_ELEMENT_F64, .rank = info->rank, .data = values
      };
      memcpy (tensors[i].dims, info->dims, sizeof info->dims);
    }
  kappa_safetensors_save (fixture->other, tensors, n, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaResult) result = compare (fixture, NULL, "float32", 2);
  g_autoptr (KappaTable) tensors = kappa_result_dup_table (result, "tensors");
  g_autoptr (KappaTable) worst = kappa_result_dup_table (result, "most_different");

  g_assert_cmpfloat (fixture_scalar (result, "agrees"), ==, 1.0);
  g_assert_cmpfloat (fixture_scalar (result, "numbers_different"), ==, 0.0);
  g_assert_cmpfloat (fixture_scalar (result, "logit_largest_absolute"), ==, 0.0);
  g_assert_cmpfloat (fixture_scalar (result, "same_class_share"), ==, 1.0);
  g_assert_cmpuint (tensors->n_rows, ==, 97);
  g_assert_cmpuint (worst->n_rows, ==, 0);
}

/* One number of one tensor: found, measured, named; and it moves the logits of images. */
static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaResult) result = NULL;
  g_autoptr (KappaTable) worst = NULL;

  change (fixture, "layer2.0.conv1.weight", 17, 0.25);
  result = compare (fixture, "0:10", "float64", 2);
  worst = kappa_result_dup_table (result, "most_different");
  g_assert_cmpfloat (fixture_scalar (result, "agrees"), ==, 0.0);
  g_assert_cmpfloat (fixture_scalar (result, "numbers_different"), ==, 1.0);
  g_assert_cmpfloat_with_epsilon (fixture_scalar (result, "tensor_absolute"), 0.25, 1e-15);
  g_assert_cmpfloat (fixture_scalar (result, "logit_largest_absolute"), >, 1e-6);
  g_assert_cmpuint (worst->n_rows, ==, 1);
  g_assert_cmpstr (worst->texts[0][0], ==, "layer2.0.conv1.weight");
  g_assert_cmpfloat (worst->numbers[4][0], ==, 1.0);
}

/* The logits are those of the networks alone, and the same for any number of threads. */
static void
test_threads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaArray) first = NULL;

  change (fixture, "linear.bias", 3, -0.5);
  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autoptr (KappaResult) result = compare (fixture, "0:70", "float32", threads);
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, "logit_absolute");

      /* A bias goes to the logit as it is. */
      for (gsize i = 0; i < 70; i++)
        g_assert_cmpfloat_with_epsilon (array->values[i], 0.5, 1e-5);
      if (first != NULL)
        g_assert_cmpmem (array->values, 70 * sizeof (double), first->values, 70 * sizeof (double));
      else
        first = g_steal_pointer (&array);
    }
}

static void
test_tolerance (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("compare", NULL);
  g_autoptr (KappaResult) strict = NULL, lenient = NULL, half = NULL;

  change (fixture, "linear.bias", 3, 0.01);
  inputs = open_inputs (fixture, NULL);
  strict = fixture_run (analysis, inputs, NULL, 1);
  g_assert_cmpfloat (fixture_scalar (strict, "agrees"), ==, 0.0);
  fixture_set (analysis, "tolerance", "0.011");
  half = fixture_run (analysis, inputs, NULL, 1);
  g_assert_cmpfloat (fixture_scalar (half, "agrees"), ==, 0.0);
  fixture_set (analysis, "tensor-tolerance", "0.011");
  lenient = fixture_run (analysis, inputs, NULL, 1);
  g_assert_cmpfloat (fixture_scalar (lenient, "agrees"), ==, 1.0);
}

/* A resumed run computes nothing twice. */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("compare", NULL);
  g_autoptr (KappaResult) whole = NULL, resumed = kappa_result_new ();
  const double marker[64] = { 123.0 };
  const gsize n = 70;
  const char *const names[] = { "logit_absolute", "logit_relative", "same_class" };

  change (fixture, "linear.bias", 3, 0.01);
  inputs = open_inputs (fixture, "0:70");
  whole = fixture_run (analysis, inputs, NULL, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      kappa_result_take_array (resumed, kappa_array_new (names[i], "", "", 1, &n));
      kappa_result_set_values (resumed, names[i], 0, 64, marker);
    }
  g_object_unref (fixture_run (analysis, inputs, g_object_ref (resumed), 1));
  g_assert_cmpfloat (fixture_scalar (resumed, "logit_largest_absolute"), ==, 123.0);
  for (gsize i = 64; i < n; i++)
    {
      double value, expected;

      g_assert_true (kappa_result_get_value (resumed, "logit_absolute", i, &value));
      g_assert_true (kappa_result_get_value (whole, "logit_absolute", i, &expected));
      g_assert_cmpfloat (value, ==, expected);
    }
}

static void
test_difference (void)
{
  const double a[] = { 1.0, 0.0, -2.0, NAN, INFINITY, 3.0 };
  const double b[] = { 1.0, -0.0, 2.0, NAN, INFINITY, 4.0 };
  const double odd[] = { NAN, INFINITY };
  KappaDifference d = { 0 }, infinite = { 0 };

  kappa_difference_add (&d, a, b, G_N_ELEMENTS (a));
  g_assert_cmpfloat (d.absolute, ==, 4.0);
  g_assert_cmpfloat (d.relative, ==, 2.0);
  g_assert_cmpuint (d.n_different, ==, 2);
  g_assert_cmpuint (d.n, ==, 6);
  kappa_difference_add (&infinite, a, odd, 1);
  g_assert_true (isinf (infinite.absolute) && isinf (infinite.relative));
  infinite = (KappaDifference) { 0 };
  kappa_difference_add (&infinite, a, odd + 1, 1);
  g_assert_true (isinf (infinite.absolute));
  g_assert_cmpuint (infinite.n_different, ==, 1);
}

#define ADD(name, file, func) g_test_add (name, Fixture, file, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/difference", test_difference);
  ADD ("/compare/same", NULL, test_same);
  ADD ("/compare/changed", "other.safetensors", test_changed);
  ADD ("/compare/threads", "other.safetensors", test_threads);
  ADD ("/compare/tolerance", "other.safetensors", test_tolerance);
  ADD ("/compare/resume", "other.safetensors", test_resume);
  return g_test_run ();
}
