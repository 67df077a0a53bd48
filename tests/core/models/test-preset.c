#include <math.h>

#include <glib/gstdio.h>

#include "core/base/error.h"
#include "core/formats/safetensors.h"
#include "core/models/preset.h"
#include "core/models/sample.h"
#include "tests/core/models/model-checks.h"
#include "tests/core/models/small-net.h"

static void
test_settings (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (KappaModel) plain = model_open_or_fail (path, NULL, NULL), set = NULL, again = NULL;
  const KappaPreset *preset;
  g_autofree char *text = NULL, *text_again = NULL;

  set = model_open_or_fail (path, NULL,
                            "mean=.5,.4,.3, std=0.25 , eps=1e-3,stride=first,size=40x48");
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
  again = model_open_or_fail (path, "torchvision-v2", text);
  text_again = kappa_preset_to_text (kappa_model_get_preset (again));
  g_assert_cmpstr (text, ==, text_again);

  model_assert_refused (path, "torchvision-v9", NULL, KAPPA_ERROR_USAGE,
                        "known are cifar-akamaster, ");
  model_assert_refused (path, NULL, "colour=red", KAPPA_ERROR_USAGE, "“colour” is unknown");
  model_assert_refused (path, NULL, "size", KAPPA_ERROR_USAGE, "key=value");
  model_assert_refused (path, NULL, "eps=0", KAPPA_ERROR_USAGE, "above 0");
  model_assert_refused (path, NULL, "eps=nan", KAPPA_ERROR_USAGE, "above 0");
  model_assert_refused (path, NULL, "eps=1e-5x", KAPPA_ERROR_USAGE, "above 0");
  model_assert_refused (path, NULL, "stride=third", KAPPA_ERROR_USAGE, "first or second");
  model_assert_refused (path, NULL, "crop=2", KAPPA_ERROR_USAGE, "crop");
  model_assert_refused (path, NULL, "mean=1,2", KAPPA_ERROR_USAGE, "mean");
  model_assert_refused (path, NULL, "channels=grey", KAPPA_ERROR_USAGE, "sees 3 channels");
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
      g_autoptr (KappaModel) model = model_open_or_fail (
          path, names[i], strcmp (names[i], "mnist") == 0 ? "channels=rgb" : NULL);

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
      model = model_open_or_fail (path, NULL, NULL);
      preprocess = &kappa_model_get_preset (model)->preprocess;
      g_assert_cmpstr (kappa_model_get_preset (model)->name, ==, cases[i].preset);
      g_assert_cmpuint (preprocess->width, ==, cases[i].size);
      g_assert_cmpuint (preprocess->scale_to > 0
                            ? preprocess->scale_to
                            : (guint)floor (preprocess->width / preprocess->crop),
                        ==, cases[i].scale);
      g_remove (path);
    }
  g_rmdir (folder);
}

static void
save_lenet (const char *path, gsize channels)
{
  static float values[48000];
  const KappaExportTensor tensors[] = {
    { "conv1.weight", KAPPA_ELEMENT_F32, 4, { 6, channels, 5, 5 }, values },
    { "conv1.bias", KAPPA_ELEMENT_F32, 1, { 6 }, values },
    { "conv2.weight", KAPPA_ELEMENT_F32, 4, { 16, 6, 5, 5 }, values },
    { "conv2.bias", KAPPA_ELEMENT_F32, 1, { 16 }, values },
    { "fc1.weight", KAPPA_ELEMENT_F32, 2, { 120, 400 }, values },
    { "fc1.bias", KAPPA_ELEMENT_F32, 1, { 120 }, values },
    { "fc2.weight", KAPPA_ELEMENT_F32, 2, { 84, 120 }, values },
    { "fc2.bias", KAPPA_ELEMENT_F32, 1, { 84 }, values },
    { "fc3.weight", KAPPA_ELEMENT_F32, 2, { 10, 84 }, values },
    { "fc3.bias", KAPPA_ELEMENT_F32, 1, { 10 }, values },
  };
  g_autoptr (GError) error = NULL;

  kappa_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The same names for grey digits and for small colour images. */
static void
test_lenet (void)
{
  static const struct
  {
    gsize channels;
    guint size;
    const char *preset, *evidence;
  } cases[] = { { 1, 28, "mnist", "Neither the file nor its name says" },
                { 3, 32, "cifar-half", "Nothing says how they are prepared" } };
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "net.safetensors", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaModel) model = NULL;
      const KappaPreset *preset;

      save_lenet (path, cases[i].channels);
      model = model_open_or_fail (path, NULL, NULL);
      preset = kappa_model_get_preset (model);
      g_assert_cmpstr (preset->name, ==, cases[i].preset);
      g_assert_cmpuint (preset->preprocess.width, ==, cases[i].size);
      g_assert_cmpuint (kappa_preprocess_get_n_channels (&preset->preprocess), ==,
                        cases[i].channels);
      g_assert_nonnull (strstr (preset->evidence, cases[i].evidence));
    }
  for (gsize channels = 2; channels < 5; channels += 2)
    {
      save_lenet (path, channels);
      model_assert_refused (path, NULL, NULL, KAPPA_ERROR_MODEL, "neither grey nor colour");
    }
  model_remove_folder (folder);
}

static void
write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
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
  model = model_open_or_fail (folder, NULL, NULL);
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
  model_check_values (model);

  /* Weights of one part that change must change the identity of the whole. */
  sha = g_strdup (kappa_model_get_sha256 (model, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&model);
  ((double *)net->tensors[60].data)[0] += 1.0;
  small_net_save (net, part2, 50, net->n - 50, NULL);
  model = model_open_or_fail (folder, NULL, NULL);
  g_assert_cmpstr (sha, !=, kappa_model_get_sha256 (model, NULL, NULL));
  model_remove_folder (folder);
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
      g_autoptr (KappaModel) model = model_open_or_fail (places[i], NULL, NULL), asked = NULL;
      const KappaPreset *preset = kappa_model_get_preset (model);

      g_assert_cmpstr (preset->name, ==, "timm-strikes-back");
      g_assert_cmpuint (preset->preprocess.height, ==, 160);
      g_assert_cmpuint (preset->preprocess.width, ==, 176);
      g_assert_cmpint (preset->preprocess.fit, ==, KAPPA_FIT_SQUASH);
      g_assert_cmpint (preset->preprocess.resample, ==, KAPPA_RESAMPLE_LANCZOS);
      g_assert_cmpfloat (preset->preprocess.mean[1], ==, 0.5);
      g_assert_cmpstr (kappa_model_get_class_name (model, 3), ==, "d");
      /* A preset asked for by name is taken as it is. */
      asked = model_open_or_fail (places[i], "torchvision-v1", NULL);
      g_assert_cmpuint (kappa_model_get_preset (asked)->preprocess.width, ==, 224);
    }
  model_remove_folder (folder);
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
    { "config.json", "{\"pretrained_cfg\":{\"input_size\":[3,0,0]}}", "config.json" },
    { "config.json", "{\"pretrained_cfg\":{\"input_size\":[3,\"a\",99999999999]}}", "config.json" },
    { "config.json", "{\"pretrained_cfg\":{\"interpolation\":\"magic\"}}", "resize" },
    { "config.json", "{\"pretrained_cfg\":{\"mean\":[1,2]}}", "mean" },
    { "config.json", "{\"pretrained_cfg\":{\"std\":[1,\"x\",0]}}", "std" },
    { "config.json", "{\"pretrained_cfg\":{\"crop_mode\":\"\"}}", "mode" },
    { "preprocessor_config.json", "{\"rescale_factor\":0}", "divisor" },
    { "preprocessor_config.json",
      "{\"size\":{\"height\":-1,\"width\":5},\"do_center_crop\":true,\"crop_size\":{\"height\":5}}",
      "config.json" },
    { "preprocessor_config.json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
      "preprocessor_config.json" },
  };
  g_autoptr (SmallNet) net = small_net_new (&kappa_key_scheme_torch);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  if (net == NULL)
    return;
  model_assert_refused (folder, NULL, NULL, KAPPA_ERROR_UNSUPPORTED, "model.safetensors");
  small_net_save (net, path, 0, net->n, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_build_filename (folder, cases[i].file, NULL);

      write_text (folder, cases[i].file, cases[i].text);
      model_assert_refused (folder, NULL, NULL, KAPPA_ERROR_FORMAT, cases[i].message);
      g_remove (json);
    }
  model_remove_folder (folder);
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
      model = model_open_or_fail (folder, NULL, NULL);
      g_assert_null (kappa_model_get_class_name (model, 0));
    }
  model_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preset/settings", test_settings);
  g_test_add_func ("/preset/presets", test_presets);
  g_test_add_func ("/preset/preset-by-name", test_preset_by_name);
  g_test_add_func ("/preset/lenet", test_lenet);
  g_test_add_func ("/preset/transformers-folder", test_transformers_folder);
  g_test_add_func ("/preset/timm-folder", test_timm_folder);
  g_test_add_func ("/preset/bad-folders", test_bad_folders);
  g_test_add_func ("/preset/odd-folders", test_odd_folders);
  return g_test_run ();
}
