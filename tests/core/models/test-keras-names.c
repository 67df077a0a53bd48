#include <string.h>

#include "core/base/error.h"
#include "core/models/inception-keys.h"
#include "core/models/resnet-keys.h"
#include "tests/core/models/key-list.h"
#include "tests/support/shared.h"

/*
 * The ResNets in Keras's names and axes, made from the lists of the same networks in torchvision's;
 * and what is not quite one of them.
 */

static void
add (KappaTensorTable *table,
     const KappaKeyScheme *scheme,
     const char *canonical,
     const KappaShape *shape)
{
  KappaKeyPlace place;
  g_autofree char *name = kappa_key_scheme_find (scheme, canonical, &place) ? place.names : NULL;
  KappaShape file = *shape;

  if (name == NULL || kappa_tensor_table_lookup (table, name) != NULL)
    return;
  for (guint d = 0; place.axes != NULL && d < shape->rank; d++)
    file.dims[place.axes[d] - '0'] = shape->dims[d];
  kappa_tensor_table_add (table, name, &file, TRUE, kappa_tensor_table_get_n (table));
}

/* Each convolution of a ResNet has a bias in Keras. */
static KappaTensorTable *
make_table (const char *list, const KappaKeyScheme *scheme)
{
  g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", list);
  g_autofree char *path = kappa_test_need_shared (relative);
  g_autoptr (KappaTensorTable) torch = path != NULL ? kappa_test_read_keys (path) : NULL;
  KappaTensorTable *table = torch != NULL ? kappa_tensor_table_new () : NULL;

  for (guint i = 0; torch != NULL && i < kappa_tensor_table_get_n (torch); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (torch, i);
      g_autofree char *bias = g_strndup (entry->name, strlen (entry->name) - strlen ("weight"));
      g_autofree char *name = g_strconcat (bias, "bias", NULL);

      add (table, scheme, entry->name, &entry->shape);
      if (entry->shape.rank == 4)
        add (table, scheme, name, &KAPPA_SHAPE (entry->shape.dims[0]));
    }
  return table;
}

static void
check (const KappaTensorTable *table,
       const char *name,
       const char *scheme,
       guint64 parameters,
       guint64 macs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRecognition) recognition = kappa_recognise (table, &error);
  g_autoptr (KappaMatch) match = NULL;
  guint64 n = 0, n_macs = 0;

  g_assert_no_error (error);
  g_assert_cmpstr (recognition->name, ==, name);
  g_assert_cmpstr (recognition->scheme->name, ==, scheme);
  g_assert_true (recognition->config->conv_bias != recognition->config->no_norm_scale);
  match = kappa_recognition_match (recognition, table, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < match->listing->layers->len; i++)
    {
      n += g_array_index (match->listing->layers, KappaLayer, i).n_parameters;
      n_macs += g_array_index (match->listing->layers, KappaLayer, i).macs;
    }
  g_assert_cmpuint (n, ==, parameters);
  g_assert_cmpuint (n_macs, ==, macs);
}

/* The counts are those keras.applications prints as trainable. */
static void
test_networks (void)
{
  static const struct
  {
    const char *list, *name;
    guint64 parameters, macs;
    gboolean old;
  } networks[] = {
    { "resnet50", "ResNet-50", 25583592, 4089184256, TRUE },
    { "resnet101", "ResNet-101", 44601832, 7801405440, TRUE },
    { "resnet152", "ResNet-152", 60268520, 11513626624, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (KappaTensorTable) table
          = make_table (networks[i].list, &kappa_key_scheme_resnet_keras);
      g_autoptr (KappaTensorTable) old = NULL;

      if (table == NULL)
        return;
      check (table, networks[i].name, "Keras", networks[i].parameters, networks[i].macs);
      /* 36 blocks of one stage have more names than there are letters. */
      if (!networks[i].old)
        continue;
      old = make_table (networks[i].list, &kappa_key_scheme_resnet_keras_old);
      check (old, networks[i].name, "Keras before 2.3", networks[i].parameters, networks[i].macs);
    }
}

static void
assert_refused (const KappaTensorTable *table, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRecognition) recognition = kappa_recognise (table, &error);
  g_autoptr (KappaMatch) match
      = recognition != NULL ? kappa_recognition_match (recognition, table, &error) : NULL;

  g_assert_null (match);
  g_assert_true (error != NULL && error->domain == KAPPA_ERROR);
  if (strstr (error->message, text) == NULL)
    g_test_fail_printf ("“%s” is not in “%s”", text, error->message);
}

/* One tensor taken away, or replaced by one of another shape or type, or one too many. */
static void
test_refused (void)
{
  static const struct
  {
    const char *without, *name;
    KappaShape shape;
    gboolean integer;
    const char *text;
  } cases[] = {
    { .without = "conv1_conv/bias:0",
      .text = "52 tensors are no part of it: conv2_block1_1_conv/bias:0" },
    { .without = "conv3_block2_1_conv/bias:0",
      .text = "1 tensor is missing: layer2.1.conv1.bias (128)" },
    { .without = "conv3_block2_1_bn/gamma:0",
      .text = "1 tensor is missing: layer2.1.bn1.weight (128)" },
    { .without = "conv3_block2_1_bn/beta:0",
      .text = "1 tensor is missing: layer2.1.bn1.bias (128)" },
    { .without = "conv3_block2_1_bn/moving_mean:0",
      .text = "1 tensor is missing: layer2.1.bn1.running_mean" },
    { .without = "*moving_variance:0", .text = "53 tensors are missing" },
    { .without = "conv3_block1_0_conv/kernel:0",
      .text = "1 tensor is missing: layer2.0.downsample.0.weight" },
    { .without = "predictions/*", .text = "a network without classes cannot be evaluated" },
    { .without = "predictions/bias:0", .text = "1 tensor is missing: fc.bias (1000)" },
    { .without = "conv1_conv/kernel:0", .text = "the first convolution" },
    { .without = "conv5_block1_2_conv/kernel:0", .text = "make none of the networks" },
    { .without = "conv4_block3_*", .text = "54 tensors are no part of it: conv4_block4_1_conv" },
    { "conv1_conv/kernel:0", "conv1_conv/kernel:0", { 4, { 64, 3, 7, 7 } }, FALSE, "shape" },
    { "conv3_block2_2_conv/kernel:0",
      "conv3_block2_2_conv/kernel:0",
      { 4, { 128, 128, 3, 3 } },
      FALSE,
      "layer2.1.conv2.weight (3×3×128×128, expected 128×128×3×3)" },
    { "conv3_block2_2_conv/kernel:0",
      "conv3_block2_2_conv/kernel:0",
      { 2, { 128, 128 } },
      FALSE,
      "layer2.1.conv2.weight" },
    { "predictions/kernel:0", "predictions/kernel:0", { 2, { 1000, 2048 } }, FALSE, "fc.weight" },
    { "predictions/kernel:0",
      "predictions/kernel:0",
      { 4, { 1, 1, 2048, 1000 } },
      FALSE,
      "a network without classes" },
    { "conv2_block1_1_bn/gamma:0",
      "conv2_block1_1_bn/gamma:0",
      { 1, { 64 } },
      TRUE,
      "1 tensor is made of integers: layer1.0.bn1.weight" },
    { "conv2_block1_1_bn/gamma:0",
      "conv2_block1_1_bn/gamma:0",
      { 1, { 65 } },
      FALSE,
      "(65, expected 64)" },
    { "conv2_block1_1_bn/gamma:0", "conv2_block1_1_bn/gamma:0", { 0 }, FALSE, "expected 64" },
    { NULL,
      "conv6_block1_1_conv/kernel:0",
      { 4, { 1, 1, 8, 8 } },
      FALSE,
      "1 tensor is no part of it: conv6_block1_1_conv" },
    { NULL, "conv2_block4_1_conv/kernel:0", { 4, { 1, 1, 256, 64 } }, FALSE, "missing" },
    { NULL,
      "conv2_block01_1_conv/kernel:0",
      { 4, { 1, 1, 64, 64 } },
      FALSE,
      "no part of it: conv2_block01_1_conv" },
    { NULL, "post_bn/gamma:0", { 1, { 2048 } }, FALSE, "a ResNet-v2 of Keras" },
    { NULL,
      "conv2_block1_2_conv/depthwise_kernel:0",
      { 4, { 3, 3, 128, 4 } },
      FALSE,
      "a ResNeXt of Keras" },
    { NULL,
      "dense_1/kernel:0",
      { 2, { 1000, 10 } },
      FALSE,
      "1 tensor is no part of it: dense_1/kernel:0" },
    { NULL, "opt/state/step", { 0 }, FALSE, NULL },
  };
  g_autoptr (KappaTensorTable) whole = make_table ("resnet50", &kappa_key_scheme_resnet_keras);

  for (guint i = 0; whole != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_test_copy_table (whole, cases[i].without);

      if (cases[i].name != NULL)
        kappa_tensor_table_add (table, cases[i].name, &cases[i].shape, !cases[i].integer, 0);
      if (cases[i].text != NULL)
        assert_refused (table, cases[i].text);
      else
        check (table, "ResNet-50", "Keras", 25583592, 4089184256);
    }
}

/* 1,000 classes: what keras.applications prints as trainable. Of two thousand classes none may be
 * the background. */
static void
test_inception (void)
{
  static const struct
  {
    const char *without, *name;
    KappaShape shape;
    const char *text;
  } cases[] = {
    { .without = "conv2d_2/kernel:0", .text = "1 tensor is missing: conv2d_2a.conv.weight" },
    { .without = "conv2d_203/kernel:0", .text = "1 tensor is missing: block8.branch1.2.conv" },
    { .without = "batch_normalization_100/beta:0",
      .text = "1 tensor is missing: repeat_1.5.branch1.2.bn.bias (192)" },
    { .without = "batch_normalization_13/moving_variance:0",
      .text = "1 tensor is missing: repeat.0.branch0.bn.running_var (32)" },
    { .without = "block17_20_conv/bias:0",
      .text = "1 tensor is missing: repeat_1.19.conv2d.bias (1088)" },
    { .without = "conv_7b_bn/*", .text = "3 tensors are missing: conv2d_7b.bn.bias" },
    { .without = "predictions/*", .text = "without its classes" },
    { .without = "block8_9_conv/*", .text = "otherwise incomplete" },
    { .without = "predictions/bias:0", .text = "1 tensor is missing: classif.bias (1000)" },
    { NULL,
      "batch_normalization_7/gamma:0",
      { 1, { 48 } },
      "1 tensor is no part of it: batch_normalization_7/gamma:0" },
    { NULL, "conv2d_204/kernel:0", { 4, { 1, 1, 8, 8 } }, "no part of it: conv2d_204/kernel:0" },
    { NULL, "conv2d/kernel:0", { 4, { 3, 3, 3, 32 } }, "otherwise incomplete" },
    { "conv2d_8/kernel:0",
      "conv2d_8/kernel:0",
      { 4, { 64, 48, 5, 5 } },
      "mixed_5b.branch1.1.conv.weight (5×5×64×48, expected 64×48×5×5)" },
    { "predictions/kernel:0",
      "predictions/kernel:0",
      { 2, { 1000, 1536 } },
      "without its classes" },
  };
  g_autoptr (KappaTensorTable) whole
      = make_table ("inception_resnet_v2", &kappa_key_scheme_inception_resnet_keras);

  if (whole == NULL)
    return;
  g_assert_cmpuint (kappa_tensor_table_get_n (whole), ==, 4 * 204 + 2 * 40 + 2);
  check (whole, "Inception-ResNet-v2", "Keras", 55813192, 13155794016);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_test_copy_table (whole, cases[i].without);

      if (cases[i].name != NULL)
        kappa_tensor_table_add (table, cases[i].name, &cases[i].shape, TRUE, 0);
      kappa_tensor_table_count_from_one (table);
      assert_refused (table, cases[i].text);
    }
}

/* Layers are counted from 1 again, wherever a session had come to; other names stay. */
static void
test_counts (void)
{
  static const struct
  {
    const char *names[4], *counted[4];
  } cases[] = {
    { { "conv2d/kernel:0", "conv2d_1/kernel:0" }, { "conv2d_1/kernel:0", "conv2d_2/kernel:0" } },
    { { "conv2d_9/bias:0", "conv2d_8/kernel:0" }, { "conv2d_2/bias:0", "conv2d_1/kernel:0" } },
    { { "conv2d_204/kernel:0", "batch_normalization_7/beta:0" },
      { "conv2d_1/kernel:0", "batch_normalization_1/beta:0" } },
    { { "conv2d_1/kernel:0", "conv2d_5/kernel:0" }, { "conv2d_1/kernel:0", "conv2d_5/kernel:0" } },
    { { "conv2d_1a.conv.weight", "conv2d_7b.bn.bias" },
      { "conv2d_1a.conv.weight", "conv2d_7b.bn.bias" } },
    { { "conv2d_0/kernel:0", "conv2d_03/kernel:0", "conv2d_/kernel:0", "conv2d_4" },
      { "conv2d_0/kernel:0", "conv2d_03/kernel:0", "conv2d_/kernel:0", "conv2d_4" } },
    { { "conv2d_99999999999999999999/kernel:0", "conv2d_3/kernel:0" },
      { "conv2d_99999999999999999999/kernel:0", "conv2d_1/kernel:0" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_tensor_table_new ();

      for (guint j = 0; j < 4 && cases[i].names[j] != NULL; j++)
        kappa_tensor_table_add (table, cases[i].names[j], &KAPPA_SHAPE (1), TRUE, j);
      kappa_tensor_table_count_from_one (table);
      for (guint j = 0; j < kappa_tensor_table_get_n (table); j++)
        {
          const KappaTensorEntry *entry = kappa_tensor_table_lookup (table, cases[i].counted[j]);

          g_assert_nonnull (entry);
          g_assert_cmpuint (entry->index, ==, j);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras-names/networks", test_networks);
  g_test_add_func ("/keras-names/refused", test_refused);
  g_test_add_func ("/keras-names/inception", test_inception);
  g_test_add_func ("/keras-names/counts", test_counts);
  return g_test_run ();
}
