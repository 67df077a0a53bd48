#include <math.h>

#include <glib/gstdio.h>

#include "core/base/error.h"
#include "core/formats/tensor-file.h"
#include "core/models/model.h"
#include "core/models/preset.h"
#include "core/models/sample.h"
#include "tests/core/models/small-net.h"
#include "tests/support/shared.h"

static KappaModel *
open_or_fail (const char *path, const char *preset, const char *settings)
{
  const KappaModelOptions options = { preset, settings };
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

static void
assert_not_opened (const char *path,
                   const char *preset,
                   const char *settings,
                   int code,
                   const char *text)
{
  const KappaModelOptions options = { preset, settings };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = kappa_model_open (path, &options, NULL, &error);

  g_assert_null (model);
  g_assert_error (error, KAPPA_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_test_message ("“%s” is not in “%s”", text, error->message);
  g_assert_nonnull (strstr (error->message, text));
}

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

/* What the reader gives for a tensor stands where the model says. */
static void
check_values (KappaModel *model)
{
  g_autoptr (GError) error = NULL;
  const float *floats = kappa_model_get_parameters (model, &error);
  const double *wide = kappa_model_get_parameters_wide (model, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (model, i);
      g_autofree double *values = g_new (double, parameter->size);
      const char *name = parameter->file_name;
      guint index = 0;

      while (
          strcmp (kappa_tensor_file_get_info (kappa_model_get_file (model), index)->original_name,
                  name)
          != 0)
        index++;
      g_assert_true (
          kappa_tensor_file_read_doubles (kappa_model_get_file (model), index, values, NULL));
      g_assert_cmpmem (values, parameter->size * sizeof *values, wide + parameter->offset,
                       parameter->size * sizeof *values);
      for (gsize j = 0; j < parameter->size; j++)
        g_assert_cmpfloat (floats[parameter->offset + j], ==, (float) values[j]);
    }
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
  g_autoptr (KappaModel) model = path != NULL ? open_or_fail (path, NULL, NULL) : NULL;
  guint height, width;

  if (model == NULL)
    return;
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, files[i].name);
  g_assert_cmpstr (kappa_model_get_format (model), ==, "PyTorch legacy stream");
  g_assert_nonnull (strstr (kappa_model_get_wrapper (model), "state_dict"));
  g_assert_nonnull (strstr (kappa_model_get_wrapper (model), "module."));
  g_assert_cmpfloat_with_epsilon (
      g_ascii_strtod (kappa_model_get_metadata (model, "best_prec1"), NULL), files[i].best, 1e-6);
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
  check_values (model);
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
  model = open_or_fail (path, NULL, NULL);
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
  check_values (model);
  g_remove (path);
  g_rmdir (folder);
}

/* The graph has the activations by their names, for any number and size of images. */
static void
test_build (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) model = open_or_fail (path, NULL, NULL);
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
  g_autoptr (KappaModel) model = open_or_fail (path, NULL, NULL);
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
  g_autoptr (KappaModel) model = open_or_fail (path, NULL, NULL);
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
  model = open_or_fail (path, NULL, NULL);
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
  check_values (model);

  larger = open_or_fail (path, "torchvision-v1", "size=160,crop=0.9");
  kappa_model_get_input_size (larger, &height, &width);
  g_assert_cmpuint (height, ==, 160);
  g_assert_cmpstr (kappa_model_get_preset (larger)->name, ==, "torchvision-v1");
  g_assert_cmpuint (kappa_model_get_macs (larger), >, kappa_model_get_macs (model));
}

static void
test_settings (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) plain = open_or_fail (path, NULL, NULL), set = NULL, again = NULL;
  const KappaPreset *preset;
  g_autofree char *text = NULL, *text_again = NULL;

  set = open_or_fail (path, NULL, "mean=.5,.4,.3, std=0.25 , eps=1e-3,stride=first,size=40x48");
  preset = kappa_model_get_preset (set);
  g_assert_cmpfloat (preset->preprocess.mean[0], ==, 0.5);
  g_assert_cmpfloat (preset->preprocess.mean[2], ==, 0.3);
  g_assert_cmpfloat (preset->preprocess.std[1], ==, 0.25);
  g_assert_cmpfloat (preset->choices.norm_epsilon, ==, 1e-3);
  g_assert_true (preset->choices.stride_first);
  g_assert_cmpuint (preset->preprocess.width, ==, 40);
  g_assert_cmpuint (preset->preprocess.height, ==, 48);
  g_assert_nonnull (strstr (preset->evidence, "Set by hand"));
  text = kappa_preset_to_text (preset);
  again = open_or_fail (path, "torchvision-v2", text);
  text_again = kappa_preset_to_text (kappa_model_get_preset (again));
  g_assert_cmpstr (text, ==, text_again);

  assert_not_opened (path, "torchvision-v9", NULL, KAPPA_ERROR_USAGE,
                     "known are cifar-akamaster, torchvision-v1");
  assert_not_opened (path, NULL, "colour=red", KAPPA_ERROR_USAGE, "“colour” is unknown");
  assert_not_opened (path, NULL, "size", KAPPA_ERROR_USAGE, "key=value");
  assert_not_opened (path, NULL, "eps=0", KAPPA_ERROR_USAGE, "above 0");
  assert_not_opened (path, NULL, "eps=nan", KAPPA_ERROR_USAGE, "above 0");
  assert_not_opened (path, NULL, "eps=1e-5x", KAPPA_ERROR_USAGE, "above 0");
  assert_not_opened (path, NULL, "stride=third", KAPPA_ERROR_USAGE, "first or second");
  assert_not_opened (path, NULL, "crop=2", KAPPA_ERROR_USAGE, "crop");
  assert_not_opened (path, NULL, "mean=1,2", KAPPA_ERROR_USAGE, "mean");
  assert_not_opened (path, NULL, "channels=grey", KAPPA_ERROR_USAGE, "sees 3 channels");
}

/* All presets can be asked for by name, and say where they come from. */
static void
test_presets (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_auto (GStrv) names = kappa_preset_list ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaModel) model = open_or_fail (path, names[i], NULL);

      g_assert_cmpstr (kappa_model_get_preset (model)->name, ==, names[i]);
      g_assert_nonnull (kappa_preset_explain (names[i]));
    }
  g_assert_null (kappa_preset_explain ("none"));
}

/* File names choose presets. */
static void
test_preset_by_name (void)
{
  static const struct
  {
    const char *file, *preset;
    guint size, scale;
  } cases[] = {
    { "resnet18-f37072fd.safetensors", "torchvision-v1", 224, 256 },
    { "resnet18_a1_in1k.safetensors", "timm-strikes-back", 224, 235 },
    { "resnet18.ra4_e3600_r224_in1k.safetensors", "timm-ra4", 224, 248 },
    { "MEALV2_ResNet18_380.safetensors", "meal-v2-380", 380, 434 },
    { "gluon_resnet18_v1b.safetensors", "gluon", 224, 256 },
    { "resnet18.fb_swsl_ig1b_ft_in1k.safetensors", "facebook-ssl", 224, 256 },
    { "anything.safetensors", "torchvision-v1", 224, 256 },
    { "resnet50-11ad3fa6.safetensors", "torchvision-v1", 224, 256 },
  };
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);

  for (guint i = 0; net != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder, cases[i].file, NULL);
      g_autoptr (KappaModel) model = NULL;
      const KappaPreprocess *preprocess;

      small_net_save (net, path, 0, net->n, NULL);
      model = open_or_fail (path, NULL, NULL);
      preprocess = &kappa_model_get_preset (model)->preprocess;
      g_assert_cmpstr (kappa_model_get_preset (model)->name, ==, cases[i].preset);
      g_assert_cmpuint (preprocess->width, ==, cases[i].size);
      g_assert_cmpuint (preprocess->scale_to > 0
                            ? preprocess->scale_to
                            : (guint) floor (preprocess->width / preprocess->crop),
                        ==, cases[i].scale);
      g_remove (path);
    }
  g_rmdir (folder);
}

static void
write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

#define TRANSFORMERS_CONFIG                                                                        \
  "{\"architectures\":[\"ResNetForImageClassification\"],\"downsample_in_bottleneck\":true,"       \
  "\"id2label\":{\"4\":\"eel\",\"0\":\"ant\",\"1\":\"bee\",\"2\":\"cat\",\"3\":\"dog\"}}"
#define TRANSFORMERS_INPUT                                                                         \
  "{\"size\":{\"shortest_edge\":192},\"crop_pct\":0.875,\"resample\":3,\"rescale_factor\":0."      \
  "00392156862745098,"                                                                             \
  "\"image_mean\":[0.1,0.2,0.3],\"image_std\":[0.4,0.5,0.6]}"

/* A folder in the names of transformers: weights in two files, an index, two JSON files. */
static void
test_transformers_folder (void)
{
  g_autoptr (SmallNet) net = small_net_new (kappa_architecture_resnet.schemes[1]);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *part1 = g_build_filename (folder, "model-00001-of-00002.safetensors", NULL);
  g_autofree char *part2 = g_build_filename (folder, "model-00002-of-00002.safetensors", NULL);
  g_autoptr (GString) index = g_string_new ("{\"weight_map\":{");
  g_autoptr (KappaModel) model = NULL;
  const KappaPreset *preset;
  g_autofree char *sha = NULL;
  g_autoptr (GError) error = NULL;

  if (net == NULL)
    return;
  small_net_save (net, part1, 0, 50, NULL);
  small_net_save (net, part2, 50, net->n - 50, NULL);
  for (guint i = 0; i < net->n; i++)
    g_string_append_printf (index, "%s\"%s\":\"model-0000%d-of-00002.safetensors\"",
                            i > 0 ? "," : "", net->tensors[i].name, i < 50 ? 1 : 2);
  g_string_append (index, "}}");
  write_text (folder, "model.safetensors.index.json", index->str);
  write_text (folder, "config.json", TRANSFORMERS_CONFIG);
  write_text (folder, "preprocessor_config.json", TRANSFORMERS_INPUT);
  model = open_or_fail (folder, NULL, NULL);
  g_assert_cmpstr (kappa_model_get_architecture (model), ==, "ResNet-18");
  g_assert_cmpstr (kappa_model_get_key_scheme (model), ==, "Hugging Face transformers");
  g_assert_cmpstr (kappa_model_get_class_name (model, 0), ==, "ant");
  g_assert_cmpstr (kappa_model_get_class_name (model, 4), ==, "eel");
  preset = kappa_model_get_preset (model);
  g_assert_cmpuint (preset->preprocess.width, ==, 192);
  g_assert_cmpfloat (preset->preprocess.crop, ==, 0.875);
  g_assert_cmpint (preset->preprocess.resample, ==, KAPPA_RESAMPLE_BICUBIC);
  g_assert_cmpfloat (preset->preprocess.divisor, ==, 255.0);
  g_assert_cmpfloat (preset->preprocess.std[2], ==, 0.6);
  g_assert_true (preset->choices.stride_first);
  g_assert_nonnull (strstr (preset->evidence, "preprocessor_config.json"));
  check_values (model);

  /* Weights of one part that change must change the identity of the whole. */
  sha = g_strdup (kappa_model_get_sha256 (model, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&model);
  ((double *) net->tensors[60].data)[0] += 1.0;
  small_net_save (net, part2, 50, net->n - 50, NULL);
  model = open_or_fail (folder, NULL, NULL);
  g_assert_cmpstr (sha, !=, kappa_model_get_sha256 (model, NULL, NULL));
  remove_folder (folder);
}

#define TIMM_CONFIG                                                                                \
  "{\"architecture\":\"resnet18\",\"num_classes\":5,\"label_names\":[\"a\",\"b\",\"c\",\"d\","     \
  "\"e\"],\"pretrained_cfg\":{\"tag\":"                                                            \
  "\"a1_in1k\",\"input_size\":[3,160,176],\"crop_pct\":0.9,\"interpolation\":\"lanczos\","         \
  "\"mean\":[0.5,0.5,0.5],\"std\":[1,1,1],"                                                        \
  "\"crop_mode\":\"squash\"}}"

static void
test_timm_folder (void)
{
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  const char *const places[] = { folder, path };

  if (net == NULL)
    return;
  small_net_save (net, path, 0, net->n, NULL);
  write_text (folder, "config.json", TIMM_CONFIG);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (KappaModel) model = open_or_fail (places[i], NULL, NULL), asked = NULL;
      const KappaPreset *preset = kappa_model_get_preset (model);

      g_assert_cmpstr (preset->name, ==, "timm-strikes-back");
      g_assert_cmpuint (preset->preprocess.height, ==, 160);
      g_assert_cmpuint (preset->preprocess.width, ==, 176);
      g_assert_cmpint (preset->preprocess.fit, ==, KAPPA_FIT_SQUASH);
      g_assert_cmpint (preset->preprocess.resample, ==, KAPPA_RESAMPLE_LANCZOS);
      g_assert_cmpfloat (preset->preprocess.mean[1], ==, 0.5);
      g_assert_cmpstr (kappa_model_get_class_name (model, 3), ==, "d");
      /* A preset asked for by name is taken as it is. */
      asked = open_or_fail (places[i], "torchvision-v1", NULL);
      g_assert_cmpuint (kappa_model_get_preset (asked)->preprocess.width, ==, 224);
    }
  remove_folder (folder);
}

/* JSON files of others, broken or absurd. */
static void
test_bad_folders (void)
{
  static const struct
  {
    const char *file, *text, *message;
  } cases[] = {
    { "config.json", "{\"a\":", "config.json" },
    { "config.json", "{\"a\":1,\"a\":2}", "config.json" },
    { "config.json", "", "config.json" },
    { "config.json", "{\"pretrained_cfg\":{\"crop_pct\":7}}", "crop" },
    { "config.json", "{\"pretrained_cfg\":{\"crop_pct\":1e999}}", "" },
    { "config.json", "{\"pretrained_cfg\":{\"input_size\":[3,0,0]}}", "size" },
    { "config.json", "{\"pretrained_cfg\":{\"input_size\":[3,\"a\",99999999999]}}", "size" },
    { "config.json", "{\"pretrained_cfg\":{\"interpolation\":\"magic\"}}", "resize" },
    { "config.json", "{\"pretrained_cfg\":{\"mean\":[1,2]}}", "mean" },
    { "config.json", "{\"pretrained_cfg\":{\"std\":[1,\"x\",0]}}", "std" },
    { "config.json", "{\"pretrained_cfg\":{\"crop_mode\":\"\"}}", "mode" },
    { "preprocessor_config.json", "{\"rescale_factor\":0}", "divisor" },
    { "preprocessor_config.json",
      "{\"size\":{\"height\":-1,\"width\":5},\"do_center_crop\":true,\"crop_size\":{\"height\":5}}",
      "size" },
    { "preprocessor_config.json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
      "preprocessor_config.json" },
  };
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  if (net == NULL)
    return;
  assert_not_opened (folder, NULL, NULL, KAPPA_ERROR_UNSUPPORTED, "model.safetensors");
  small_net_save (net, path, 0, net->n, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_build_filename (folder, cases[i].file, NULL);

      write_text (folder, cases[i].file, cases[i].text);
      assert_not_opened (folder, NULL, NULL, KAPPA_ERROR_FORMAT, cases[i].message);
      g_remove (json);
    }
  remove_folder (folder);
}

/* What is in other values of JSON does no harm. */
static void
test_odd_folders (void)
{
  static const char *const configs[] = {
    "[]",
    "1",
    "\"text\"",
    "{\"architecture\":5,\"pretrained_cfg\":[1,2]}",
    "{\"id2label\":[\"a\"]}",
    "{\"id2label\":{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\",\"3\":\"d\",\"99\":\"e\"}}",
    "{\"id2label\":{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\",\"3\":\"d\",\"x\":\"e\"}}",
    "{\"label_names\":{\"0\":\"a\"}}",
    "{\"label_names\":[1,2,3,4,5]}",
    "{\"architectures\":[]}",
  };
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  if (net == NULL)
    return;
  small_net_save (net, path, 0, net->n, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (KappaModel) model = NULL;

      write_text (folder, "config.json", configs[i]);
      model = open_or_fail (folder, NULL, NULL);
      g_assert_null (kappa_model_get_class_name (model, 0));
    }
  remove_folder (folder);
}

/* Errors name the file and what it is. */
static void
test_refused_files (void)
{
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "net.safetensors", NULL);
  g_autofree char *lenet = kappa_test_shared_path ("data/mnist/lenet_example.pth");

  if (net == NULL)
    return;
  small_net_save (net, path, 0, net->n - 1, NULL);
  assert_not_opened (
      path, NULL, NULL, KAPPA_ERROR_MODEL,
      "net.safetensors: it looks like ResNet-18, but 1 tensor is missing: fc.bias (5)");
  if (lenet != NULL)
    assert_not_opened (lenet, NULL, NULL, KAPPA_ERROR_UNSUPPORTED, "LeNet");
  remove_folder (folder);
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
  g_test_add_func ("/model/settings", test_settings);
  g_test_add_func ("/model/presets", test_presets);
  g_test_add_func ("/model/preset-by-name", test_preset_by_name);
  g_test_add_func ("/model/transformers-folder", test_transformers_folder);
  g_test_add_func ("/model/timm-folder", test_timm_folder);
  g_test_add_func ("/model/bad-folders", test_bad_folders);
  g_test_add_func ("/model/odd-folders", test_odd_folders);
  g_test_add_func ("/model/refused-files", test_refused_files);
  return g_test_run ();
}
