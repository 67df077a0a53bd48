#include <glib/gstdio.h>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/models/model.h"
#include "core/models/preset.h"
#include "core/models/sample.h"
#include "tests/core/models/model-checks.h"
#include "tests/core/models/small-net.h"
#include "tests/support/shared.h"

/* Parameters lie one after the other in the order of the network, filters one after the other in
 * each. */
static void
check_flat_order (KappaModel *model)
{
  gsize offset = 0;

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (model, i);

      g_assert_cmpuint (parameter->offset, ==, offset);
      g_assert_cmpuint (parameter->size, ==, (gsize) kappa_shape_size (&parameter->shape));
      g_assert_cmpuint (parameter->n_filters * parameter->filter_size, ==, parameter->size);
      g_assert_true (g_str_has_prefix (parameter->name, parameter->layer));
      g_assert_true (kappa_model_find_parameter (model, parameter->name) == parameter);
      offset += parameter->size;
    }
  g_assert_cmpuint (offset, ==, kappa_model_get_parameters_size (model));
}

static void
test_cifar (gconstpointer data)
{
  static const struct
  {
    const char *file, *name;
    guint64 parameters, macs;
    double best;
  } files[] = {
    { "resnet20-12fca82f.th", "ResNet-20 (CIFAR)", 269722, 40551040, 91.78 },
    { "resnet32-d509ac18.th", "ResNet-32 (CIFAR)", 464154, 68862592, 92.78 },
    { "resnet44-014dd654.th", "ResNet-44 (CIFAR)", 658586, 97174144, 93.14 },
    { "resnet56-4bfd9763.th", "ResNet-56 (CIFAR)", 853018, 125485696, 93.62 },
  };
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *relative = g_strconcat ("data/cifar-resnet/", files[i].file, NULL);
  g_autofree char *path = kappa_test_need_shared (relative);
  g_autoptr (KappaModel) model = path != NULL ? model_open_or_fail (path, NULL, NULL) : NULL;
  guint height, width;

  if (model == NULL)
    return;
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, files[i].name);
  g_assert_cmpstr (kappa_model_get_format (model), ==, "PyTorch legacy stream");
  g_assert_nonnull (strstr (kappa_model_get_wrapper (model), "state_dict"));
  g_assert_nonnull (strstr (kappa_model_get_wrapper (model), "module."));
  g_assert_cmpfloat_with_epsilon (
      g_ascii_strtod (kappa_model_get_metadata (model, "best_prec1"), NULL), files[i].best, 1e-4);
  g_assert_cmpuint (kappa_model_get_parameters_size (model), ==, files[i].parameters);
  g_assert_cmpuint (kappa_model_get_macs (model), ==, files[i].macs);
  g_assert_cmpuint (kappa_model_get_n_classes (model), ==, 10);
  g_assert_cmpstr (kappa_model_get_class_name (model, 9), ==, "truck");
  g_assert_null (kappa_model_get_class_name (model, 10));
  kappa_model_get_input_size (model, &height, &width);
  g_assert_cmpuint (height, ==, 32);
  g_assert_cmpuint (width, ==, 32);
  g_assert_cmpstr (kappa_model_get_preset (model)->name, ==, "cifar-akamaster");
  g_assert_nonnull (
      strstr (kappa_model_get_preset (model)->evidence, kappa_model_get_name_digest (model)));
  g_assert_nonnull (strstr (kappa_model_get_licence (model), "BSD-2"));
  g_assert_true (g_str_has_prefix (kappa_model_get_sha256 (model, NULL, NULL),
                                   kappa_model_get_name_digest (model)));
  check_flat_order (model);
  model_check_values (model);
}

/* The order of a checkpoint, shortcuts behind the convolutions of their block. */
static void
test_order (void)
{
  static const char *const expected[]
      = { "conv1.weight",          "bn1.weight",          "bn1.bias",
          "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias" };
  static const char *const shortcut[] = {
    "layer2.0.conv2.weight",        "layer2.0.bn2.weight",          "layer2.0.bn2.bias",
    "layer2.0.downsample.0.weight", "layer2.0.downsample.1.weight", "layer2.0.downsample.1.bias",
    "layer2.1.conv1.weight"
  };
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL),
                  *path = g_build_filename (folder, "net.safetensors", NULL);
  g_autoptr (KappaModel) model = NULL;
  guint at = 0;

  if (net == NULL)
    return;
  small_net_save (net, path, 0, net->n, NULL);
  model = model_open_or_fail (path, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (kappa_model_get_parameter (model, i)->name, ==, expected[i]);
  while (strcmp (kappa_model_get_parameter (model, at)->name, shortcut[0]) != 0)
    at++;
  for (guint i = 0; i < G_N_ELEMENTS (shortcut); i++)
    g_assert_cmpstr (kappa_model_get_parameter (model, at + i)->name, ==, shortcut[i]);
  at = kappa_model_get_n_parameters (model);
  g_assert_cmpstr (kappa_model_get_parameter (model, at - 1)->name, ==, "fc.bias");
  g_assert_cmpint (kappa_model_get_parameter (model, at - 1)->kind, ==, KAPPA_PARAMETER_BIAS);
  g_assert_cmpint (kappa_model_get_parameter (model, at - 2)->kind, ==, KAPPA_PARAMETER_LINEAR);
  g_assert_cmpuint (kappa_model_get_parameter (model, at - 2)->n_filters, ==, 5);
  g_assert_cmpuint (kappa_model_get_parameter (model, 0)->filter_size, ==, 3 * 7 * 7);
  g_assert_cmpstr (kappa_model_get_buffer (model, 1)->name, ==, "bn1.running_var");
  check_flat_order (model);
  model_check_values (model);
  g_remove (path);
  g_rmdir (folder);
}

/* The graph has the activations by their names, for any number and size of images. */
static void
test_build (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);
  const gint64 sizes[][3] = { { 1, 32, 32 }, { 5, 48, 64 }, { 2, 33, 31 } };
  g_autoptr (GError) error = NULL;
  guint n, n_relus = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F64);
      const KappaShape shape = KAPPA_SHAPE (sizes[i][0], 3, sizes[i][1], sizes[i][2]);
      KappaNode logits = kappa_model_build (
          model, graph, kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F64, &shape));

      g_assert_true (kappa_graph_check (graph, &error));
      g_assert_true (kappa_shape_equal (kappa_graph_get_shape (graph, logits),
                                        &KAPPA_SHAPE (sizes[i][0], 10)));
      g_assert_cmpuint (kappa_graph_get_n_inputs (graph, KAPPA_ROLE_PARAMETER), ==,
                        kappa_model_get_n_parameters (model));
      g_assert_cmpint (kappa_graph_find (graph, "layer3.2"), ==,
                       kappa_graph_find (graph, "layer3"));
      g_assert_cmpint (kappa_graph_find (graph, "logits"), ==, logits);
      for (guint j = 0; j < kappa_model_get_n_parameters (model); j++)
        g_assert_cmpint (kappa_graph_find (graph, kappa_model_get_parameter (model, j)->name), ==,
                         kappa_graph_get_input (graph, KAPPA_ROLE_PARAMETER, j));
    }
  for (const KappaActivation *a = kappa_model_get_activations (model, &n); n > 0; a++, n--)
    n_relus += (a->flags & KAPPA_ACTIVATION_RELU) != 0;
  g_assert_cmpuint (n_relus, ==, 1 + 9 * 2);
  g_assert_cmpstr (kappa_model_find_activation (model, "layer2")->name, ==, "layer2.2");
  g_assert_true (
      kappa_shape_equal (&kappa_model_find_activation (model, "pooled")->shape, &KAPPA_SHAPE (64)));
  g_assert_null (kappa_model_find_activation (model, "layer9"));
}

static void
test_wrong_images (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  const KappaShape shape = KAPPA_SHAPE (1, 1, 32, 32);
  g_autoptr (GError) error = NULL;

  kappa_model_build (model, graph,
                     kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape));
  g_assert_false (kappa_graph_check (graph, &error));
  g_assert_nonnull (strstr (error->message, "3 channels"));
}

static void
test_macs_by_size (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);
  guint64 macs, in_layers = 0;
  guint n;

  g_assert_true (kappa_model_count_macs (model, 64, 64, &macs, NULL));
  g_assert_cmpuint (macs, ==, (40551040 - 640) * 4 + 640);
  for (const KappaLayer *layer = kappa_model_get_layers (model, &n); n > 0; layer++, n--)
    in_layers += layer->macs;
  g_assert_cmpuint (in_layers, ==, kappa_model_get_macs (model));
}

static void
test_retina (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/dr/dr_resnet18_128.safetensors");
  g_autoptr (KappaModel) model = NULL, larger = NULL;
  guint height, width;

  if (path == NULL)
    return;
  model = model_open_or_fail (path, NULL, NULL);
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, "ResNet-18");
  g_assert_cmpstr (kappa_model_get_format (model), ==, "safetensors");
  g_assert_cmpuint (kappa_model_get_n_classes (model), ==, 2);
  g_assert_cmpstr (kappa_model_get_class_name (model, 0), ==, "non-referable");
  g_assert_cmpstr (kappa_model_get_class_name (model, 1), ==, "referable");
  kappa_model_get_input_size (model, &height, &width);
  g_assert_cmpuint (height, ==, 128);
  g_assert_cmpuint (width, ==, 128);
  g_assert_nonnull (strstr (kappa_model_get_preset (model)->evidence, "128x128"));
  g_assert_cmpint (kappa_model_get_preset (model)->preprocess.resample, ==,
                   KAPPA_RESAMPLE_BILINEAR);
  g_assert_cmpfloat (kappa_model_get_preset (model)->preprocess.crop, ==, 1.0);
  model_check_values (model);

  larger = model_open_or_fail (path, "torchvision-v1", "size=160,crop=0.9");
  kappa_model_get_input_size (larger, &height, &width);
  g_assert_cmpuint (height, ==, 160);
  g_assert_cmpstr (kappa_model_get_preset (larger)->name, ==, "torchvision-v1");
  g_assert_cmpuint (kappa_model_get_macs (larger), >, kappa_model_get_macs (model));
}

/* Errors name the file and what it is. */
static void
test_refused_files (void)
{
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "net.safetensors", NULL);

  if (net == NULL)
    return;
  small_net_save (net, path, 0, net->n - 1, NULL);
  model_assert_refused (
      path, NULL, NULL, KAPPA_ERROR_MODEL,
      "net.safetensors: it looks like ResNet-18, but 1 tensor is missing: fc.bias (5)");
  model_remove_folder (folder);
}

/* The sample is the published file, and images it was not trained on. */
static void
test_sample (void)
{
  g_autofree char *folder = kappa_sample_dir ();
  g_autofree char *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autofree char *images = g_build_filename (folder, KAPPA_SAMPLE_IMAGES, NULL);
  g_autofree char *spec = g_strconcat ("cifar10:", images, NULL), *elsewhere = NULL;
  g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);
  const KappaDatasetOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (spec, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (kappa_model_get_sha256 (model, NULL, NULL),
                                   kappa_model_get_name_digest (model)));
  g_assert_cmpuint (kappa_dataset_get_n_items (dataset), ==, 400);
  g_assert_cmpint (kappa_dataset_get_split (dataset, 0), ==, KAPPA_SPLIT_HELD_OUT);
  g_setenv ("KAPPA_SAMPLE_DIR", g_get_tmp_dir (), TRUE);
  elsewhere = kappa_sample_dir ();
  g_assert_cmpstr (elsewhere, ==, folder);
  g_unsetenv ("KAPPA_SAMPLE_DIR");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/model/cifar/resnet20", GUINT_TO_POINTER (0), test_cifar);
  g_test_add_data_func ("/model/cifar/resnet32", GUINT_TO_POINTER (1), test_cifar);
  g_test_add_data_func ("/model/cifar/resnet44", GUINT_TO_POINTER (2), test_cifar);
  g_test_add_data_func ("/model/cifar/resnet56", GUINT_TO_POINTER (3), test_cifar);
  g_test_add_func ("/model/order", test_order);
  g_test_add_func ("/model/build", test_build);
  g_test_add_func ("/model/wrong-images", test_wrong_images);
  g_test_add_func ("/model/macs-by-size", test_macs_by_size);
  g_test_add_func ("/model/retina", test_retina);
  g_test_add_func ("/model/refused-files", test_refused_files);
  g_test_add_func ("/model/sample", test_sample);
  return g_test_run ();
}
