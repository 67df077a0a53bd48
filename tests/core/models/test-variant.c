#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "core/models/onnx-export.h"
#include "core/models/sample.h"
#include "core/models/variant.h"
#include "tests/core/models/key-list.h"
#include "tests/support/shared.h"

/* Of each published network its list of tensors, its parameters and its multiply-adds for an image
 * of @size; of ResNet-RS, whose publisher rounds them, in billions. */
static const struct
{
  const char *family;
  guint depth;
  const char *keys;
  guint64 parameters;
  guint size;
  guint64 macs;
  double billions;
} networks[] = {
  { "resnet", 18, "resnet18", 11689512, 224, 1814073344, 0.0 },
  { "resnet", 34, "resnet34", 21797672, 224, 3663761408, 0.0 },
  { "resnet", 50, "resnet50", 25557032, 224, 4089184256, 0.0 },
  { "resnet", 101, "resnet101", 44549160, 224, 7801405440, 0.0 },
  { "resnet", 152, "resnet152", 60192808, 224, 11513626624, 0.0 },
  { "resnet-rs", 50, "resnetrs50", 35691912, 160, 0, 2.28 },
  { "resnet-rs", 50, "resnetrs50", 35691912, 224, 0, 4.45 },
  { "resnet-rs", 101, "resnetrs101", 63618696, 192, 0, 6.01 },
  { "resnet-rs", 101, "resnetrs101", 63618696, 288, 0, 13.50 },
  { "resnet-rs", 152, "resnetrs152", 86621576, 256, 0, 15.53 },
  { "resnet-rs", 152, "resnetrs152", 86621576, 320, 0, 24.25 },
  { "resnet-rs", 200, "resnetrs200", 93209992, 256, 0, 20.09 },
  { "resnet-rs", 200, "resnetrs200", 93209992, 320, 0, 31.38 },
  { "resnet-rs", 270, "resnetrs270", 129861448, 256, 0, 26.95 },
  { "resnet-rs", 270, "resnetrs270", 129861448, 352, 0, 50.92 },
  { "resnet-rs", 350, "resnetrs350", 163956168, 288, 0, 43.49 },
  { "resnet-rs", 350, "resnetrs350", 163956168, 384, 0, 77.28 },
  { "resnet-rs", 420, "resnetrs420", 191891656, 320, 0, 63.94 },
  { "resnet-rs", 420, "resnetrs420", 191891656, 416, 0, 108.02 },
  { "cifar-resnet", 20, "cifar_resnet20", 269722, 32, 40551040, 0.0 },
  { "cifar-resnet", 32, "cifar_resnet32", 464154, 32, 68862592, 0.0 },
  { "cifar-resnet", 44, "cifar_resnet44", 658586, 32, 97174144, 0.0 },
  { "cifar-resnet", 56, "cifar_resnet56", 853018, 32, 125485696, 0.0 },
  { "cifar-resnet", 110, "cifar_resnet110", 1727962, 32, 252887680, 0.0 },
  { "cifar-resnet", 1202, "cifar_resnet1202", 19421274, 32, 0, 0.0 },
};

static KappaVariant *
make (const char *family, guint depth, double width)
{
  g_autoptr (GError) error = NULL;
  KappaVariant *variant
      = kappa_variant_new (kappa_family_find (family), depth, width, NULL, &error);

  g_assert_no_error (error);
  return variant;
}

static KappaVariantCounts
count (KappaVariant *variant, guint size)
{
  g_autoptr (GError) error = NULL;
  KappaVariantCounts counts;

  kappa_variant_count (variant, size, size, &counts, &error);
  g_assert_no_error (error);
  return counts;
}

static void
test_counts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (KappaVariant) variant = make (networks[i].family, networks[i].depth, 1.0);
      KappaVariantCounts counts = count (variant, networks[i].size);

      g_assert_cmpuint (counts.parameters, ==, networks[i].parameters);
      if (networks[i].macs > 0)
        g_assert_cmpuint (counts.macs, ==, networks[i].macs);
      if (networks[i].billions > 0.0)
        g_assert_cmpfloat (fabs ((double)counts.macs * 1e-9 - networks[i].billions), <=, 0.00501);
    }
}

/* Tensor by tensor the network of shapes is the published one. */
static void
test_tensors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", networks[i].keys);
      g_autofree char *path = kappa_test_need_shared (relative);
      g_autoptr (KappaVariant) variant = NULL;
      g_autoptr (KappaTensorTable) table = NULL;
      g_autoptr (KappaNetworkListing) listing = NULL;

      if (path == NULL)
        return;
      variant = make (networks[i].family, networks[i].depth, 1.0);
      table = kappa_test_read_keys (path);
      listing = kappa_variant_list (variant, networks[i].size, networks[i].size, NULL);
      for (guint t = 0; t < listing->tensors->len; t++)
        {
          const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, t);
          const KappaTensorEntry *entry = kappa_tensor_table_lookup (table, spec->name);

          g_assert_nonnull (entry);
          g_assert_true (kappa_shape_equal (&entry->shape, &spec->shape));
        }
    }
}

/* Of ResNet-18 by hand: stem, four convolutions in each stage, three shortcuts, the last layer. */
static void
test_activations (void)
{
  const guint64 by_hand = 64 * 112 * 112 + 4 * 64 * 56 * 56 + 5 * 128 * 28 * 28 + 5 * 256 * 14 * 14
                          + 5 * 512 * 7 * 7 + 1000;
  g_autoptr (KappaVariant) variant = make ("resnet", 18, 1.0);

  g_assert_cmpuint (count (variant, 224).activations, ==, by_hand);
}

/* Without shortcuts' and the stem's share, twice the channels are four times the work. */
static void
test_width (void)
{
  g_autoptr (KappaVariant) narrow = make ("cifar-resnet", 20, 1.0);
  g_autoptr (KappaVariant) wide = make ("cifar-resnet", 20, 2.0);
  KappaVariantCounts one = count (narrow, 32), two = count (wide, 32);
  const guint64 stem = 27 * 16 * 32 * 32, head = 64 * 10;

  g_assert_cmpuint (two.macs, ==, 4 * (one.macs - stem - head) + 2 * (stem + head));
  g_assert_cmpuint (two.activations - 10, ==, 2 * (one.activations - 10));
  g_assert_cmpstr (kappa_variant_get_name (wide), ==, "ResNet-20 (CIFAR) ×2");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (KappaVariant) half = make (i == 0 ? "resnet" : "resnet-rs", 50, 0.5);

      g_assert_cmpuint (count (half, 224).activations - 1000, <, i == 0 ? 5600000 : 8000000);
    }
}

static void
expect_refusal (const char *family, guint depth, double width, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_variant_new (kappa_family_find (family), depth, width, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refusals (void)
{
  expect_refusal ("resnet", 49, 1.0, "18, 34, 50, 101, 152");
  expect_refusal ("resnet-rs", 0, 1.0, "ResNet-RS-0");
  expect_refusal ("cifar-resnet", 21, 1.0, "6 n + 2");
  expect_refusal ("cifar-resnet", 2, 1.0, "6 n + 2");
  expect_refusal ("cifar-resnet", 4294967294u, 1.0, "6 n + 2");
  expect_refusal ("resnet", 50, 0.0, "width");
  expect_refusal ("resnet", 50, (double)NAN, "width");
  expect_refusal ("resnet", 50, 1e9, "width");
  g_assert_null (kappa_family_find ("vgg"));
}

static KappaVariant *
open_sample (void)
{
  g_autofree char *directory = kappa_sample_dir ();
  g_autofree char *path = g_build_filename (directory, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = kappa_model_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return kappa_variant_new_for_model (model);
}

/* The bundled checkpoint knows its family, and is counted as its model is. */
static void
test_model (void)
{
  g_autoptr (KappaVariant) variant = open_sample ();
  KappaModel *model = kappa_variant_get_model (variant);
  g_autoptr (GError) error = NULL;
  KappaVariantCounts counts;

  g_assert_cmpstr (kappa_variant_get_family (variant)->id, ==, "cifar-resnet");
  g_assert_cmpuint (kappa_variant_get_depth (variant), ==, 20);
  counts = count (variant, 32);
  g_assert_cmpuint (counts.parameters, ==, kappa_model_get_parameters_size (model));
  g_assert_cmpuint (counts.macs, ==, kappa_model_get_macs (model));
  g_assert_cmpuint (count (variant, 64).macs - 640, ==, 4 * (counts.macs - 640));
  g_assert_false (kappa_variant_count (variant, 0, 0, &counts, &error));
  g_assert_nonnull (error);
}

/* What an ONNX model spells as a convolution and its norm is counted once, as the network is that
 * it was made of. */
static void
test_onnx (void)
{
  g_autoptr (KappaVariant) variant = open_sample (), copy = NULL;
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  const KappaVariantCounts counts = count (variant, 32);
  g_autoptr (KappaModel) model = NULL;
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;
  KappaVariantCounts same;

  kappa_onnx_export (kappa_variant_get_model (variant), path, FALSE, &conversion, NULL, &error);
  g_assert_no_error (error);
  model = kappa_model_open (path, NULL, NULL, &error);
  g_assert_no_error (error);
  copy = kappa_variant_new_for_model (model);
  same = count (copy, 32);
  g_assert_cmpuint (same.parameters, ==, counts.parameters);
  g_assert_cmpuint (same.macs, ==, counts.macs);
  g_assert_cmpuint (same.activations, ==, counts.activations);
  g_remove (path);
  g_rmdir (folder);
}

/* Drawn weights are the same for the same seed, others for another, and neither zero nor huge. */
static void
test_weights (void)
{
  g_autoptr (KappaVariant) variant = make ("cifar-resnet", 20, 1.0);
  g_autofree float *a = NULL, *b = NULL, *c = NULL;
  float *buffers[3] = { NULL };
  g_autoptr (GError) error = NULL;
  gsize n = count (variant, 32).parameters, n_zero = 0;

  g_assert_true (kappa_variant_make_weights (variant, 0, &a, &buffers[0], &error));
  g_assert_true (kappa_variant_make_weights (variant, 0, &b, &buffers[1], &error));
  g_assert_true (kappa_variant_make_weights (variant, 1, &c, &buffers[2], &error));
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
  g_assert_cmpint (memcmp (a, c, n * sizeof *a), !=, 0);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpfloat (fabsf (a[i]), <=, 1.0f);
      n_zero += a[i] == 0.0f;
    }
  /* Shifts and the last bias. */
  g_assert_cmpuint (n_zero, <, 16 * 7 + 32 * 6 + 64 * 6 + 10 + 100);
  for (guint i = 0; i < 3; i++)
    g_free (buffers[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variant/counts", test_counts);
  g_test_add_func ("/variant/tensors", test_tensors);
  g_test_add_func ("/variant/activations", test_activations);
  g_test_add_func ("/variant/width", test_width);
  g_test_add_func ("/variant/onnx", test_onnx);
  g_test_add_func ("/variant/refusals", test_refusals);
  g_test_add_func ("/variant/model", test_model);
  g_test_add_func ("/variant/weights", test_weights);
  return g_test_run ();
}
