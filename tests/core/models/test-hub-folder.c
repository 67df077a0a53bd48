#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/formula.h"
#include "core/formats/safetensors.h"
#include "core/models/preset.h"
#include "tests/core/models/model-checks.h"

/*
 * Folders of Hugging Face with a ViT in them: what their JSON files say is used, shown, or refused
 * where the tensors say something else.
 */

static const struct
{
  const char *name;
  gsize dims[4];
  guint rank;
} tensors[] = {
  { "vit.embeddings.cls_token", { 1, 1, 128 }, 3 },
  { "vit.embeddings.position_embeddings", { 1, 17, 128 }, 3 },
  { "vit.embeddings.patch_embeddings.projection.weight", { 128, 3, 4, 4 }, 4 },
  { "vit.embeddings.patch_embeddings.projection.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.layernorm_before.weight", { 128 }, 1 },
  { "vit.encoder.layer.0.layernorm_before.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.attention.attention.query.weight", { 128, 128 }, 2 },
  { "vit.encoder.layer.0.attention.attention.query.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.attention.attention.key.weight", { 128, 128 }, 2 },
  { "vit.encoder.layer.0.attention.attention.key.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.attention.attention.value.weight", { 128, 128 }, 2 },
  { "vit.encoder.layer.0.attention.attention.value.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.attention.output.dense.weight", { 128, 128 }, 2 },
  { "vit.encoder.layer.0.attention.output.dense.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.layernorm_after.weight", { 128 }, 1 },
  { "vit.encoder.layer.0.layernorm_after.bias", { 128 }, 1 },
  { "vit.encoder.layer.0.intermediate.dense.weight", { 64, 128 }, 2 },
  { "vit.encoder.layer.0.intermediate.dense.bias", { 64 }, 1 },
  { "vit.encoder.layer.0.output.dense.weight", { 128, 64 }, 2 },
  { "vit.encoder.layer.0.output.dense.bias", { 128 }, 1 },
  { "vit.layernorm.weight", { 128 }, 1 },
  { "vit.layernorm.bias", { 128 }, 1 },
  { "classifier.weight", { 3, 128 }, 2 },
  { "classifier.bias", { 3 }, 1 },
};

typedef struct
{
  char *folder;
} Place;

static void
save_network (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree float *values = g_new (float, 128 * 128);
  KappaExportTensor list[G_N_ELEMENTS (tensors)];
  g_autoptr (GError) error = NULL;

  kappa_formula_fill ("hub:", "values", -0.5, 0.5, 128 * 128, values);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      list[i] = (KappaExportTensor) {
        tensors[i].name, KAPPA_ELEMENT_F32, tensors[i].rank, { 0 }, values
      };
      memcpy (list[i].dims, tensors[i].dims, sizeof tensors[i].dims);
    }
  kappa_safetensors_save (path, list, G_N_ELEMENTS (tensors), NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  save_network (place->folder);
}

static void
tear_down (Place *place, gconstpointer data)
{
  model_remove_folder (place->folder);
  g_free (place->folder);
}

/* @text: %NULL for no such file */
static void
put (const Place *place, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);

  g_remove (path);
  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_told (KappaModel *model, const char *sentence)
{
  const char *evidence = kappa_model_get_preset (model)->evidence;

  if (strstr (evidence, sentence) == NULL)
    g_test_fail_printf ("“%s” is not in “%s”", sentence, evidence);
}

static void
test_alone (Place *place, gconstpointer data)
{
  g_autoptr (KappaModel) model = model_open_or_fail (place->folder, NULL, NULL);
  const KappaPreset *preset = kappa_model_get_preset (model);

  g_assert_cmpstr (preset->name, ==, "vit-transformers");
  g_assert_cmpfloat (preset->choices.norm_epsilon, ==, 1e-12);
  g_assert_cmpint (preset->choices.heads, ==, 0);
  g_assert_cmpuint (preset->preprocess.width, ==, 16);
  assert_told (model, "made for 16 × 16 pixels");
}

#define SOUND                                                                                      \
  "\"hidden_size\":128,\"intermediate_size\":64,\"num_hidden_layers\":1,\"image_size\":16,"        \
  "\"patch_size\":4,\"num_channels\":3"

static void
test_config (Place *place, gconstpointer data)
{
  g_autoptr (KappaModel) model = NULL;
  const KappaPreset *preset;
  g_autofree char *text = NULL;

  put (place, "config.json",
       "{" SOUND ",\"layer_norm_eps\":1e-6,\"hidden_act\":\"gelu_pytorch_tanh\","
       "\"num_attention_heads\":4,\"id2label\":{\"0\":\"ant\",\"1\":\"bee\",\"2\":\"cat\"}}");
  model = model_open_or_fail (place->folder, NULL, NULL);
  preset = kappa_model_get_preset (model);
  g_assert_cmpfloat (preset->choices.norm_epsilon, ==, 1e-6);
  g_assert_true (preset->choices.gelu_tanh);
  g_assert_cmpint (preset->choices.heads, ==, 4);
  g_assert_cmpstr (kappa_model_get_class_name (model, 2), ==, "cat");
  assert_told (model, "config.json agrees with the tensors: hidden_size=128, ");
  assert_told (model, "image_size=16");
  assert_told (model,
               "config.json says layer_norm_eps=1e-06, num_attention_heads=4, hidden_act=gelu_");
  text = kappa_preset_to_text (preset);
  g_assert_true (g_str_has_suffix (text, ",gelu=tanh,positions=bicubic,heads=4"));
}

/* Attention with other heads is another network. */
static void
test_heads_count (Place *place, gconstpointer data)
{
  static const char *const settings[] = { NULL, "heads=2", "heads=4" };
  gint64 dims[G_N_ELEMENTS (settings)];

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (KappaModel) model = model_open_or_fail (place->folder, NULL, settings[i]);
      g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
      KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32,
                                            &KAPPA_SHAPE (1, 3, 16, 16));
      KappaNode softmax;

      kappa_model_build (model, graph, images);
      softmax = kappa_graph_find (graph, "blocks.0.attn.softmax");
      g_assert_cmpint (softmax, >=, 0);
      dims[i] = kappa_graph_get_shape (graph, softmax)->dims[1];
    }
  g_assert_cmpint (dims[0], ==, 2);
  g_assert_cmpint (dims[1], ==, 2);
  g_assert_cmpint (dims[2], ==, 4);
}

/* Each file of the folder in turn is wrong. */
static void
test_refused (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *file, *text;
    int code;
    const char *message;
  } cases[] = {
    { "config.json", "{\"hidden_size\":768}", KAPPA_ERROR_MODEL,
      "config.json says hidden_size=768, but the tensors show 128" },
    { "config.json", "{\"intermediate_size\":3072}", KAPPA_ERROR_MODEL,
      "intermediate_size=3072, but the tensors show 64" },
    { "config.json", "{\"num_hidden_layers\":12}", KAPPA_ERROR_MODEL,
      "num_hidden_layers=12, but the tensors show 1" },
    { "config.json", "{\"patch_size\":16}", KAPPA_ERROR_MODEL,
      "patch_size=16, but the tensors show 4" },
    { "config.json", "{\"image_size\":224}", KAPPA_ERROR_MODEL,
      "image_size=224, but the tensors show 16" },
    { "config.json", "{\"image_size\":[32,32]}", KAPPA_ERROR_MODEL,
      "image_size=32, but the tensors show 16" },
    { "config.json", "{\"num_channels\":1}", KAPPA_ERROR_MODEL,
      "num_channels=1, but the tensors show 3" },
    { "config.json", "{\"num_features\":192}", KAPPA_ERROR_MODEL,
      "num_features=192, but the tensors show 128" },
    { "config.json", "{\"hidden_size\":18446744073709551615}", KAPPA_ERROR_MODEL,
      "hidden_size=18446744073709551615" },
    { "config.json", "{\"num_attention_heads\":3}", KAPPA_ERROR_USAGE,
      "128 channels cannot be parted into 3" },
    { "config.json", "{\"num_attention_heads\":0}", KAPPA_ERROR_FORMAT,
      "num_attention_heads is 0" },
    { "config.json", "{\"num_attention_heads\":2.5}", KAPPA_ERROR_FORMAT, "heads is “2.5”" },
    { "config.json", "{\"num_attention_heads\":1e300}", KAPPA_ERROR_FORMAT, "heads" },
    { "config.json", "{\"layer_norm_eps\":0}", KAPPA_ERROR_FORMAT, "layer_norm_eps is 0" },
    { "config.json", "{\"layer_norm_eps\":-1e-6}", KAPPA_ERROR_FORMAT,
      "expected a number above 0" },
    { "config.json", "{\"hidden_act\":\"relu\"}", KAPPA_ERROR_UNSUPPORTED,
      "hidden_act=relu; this version builds a ViT of width 128" },
    { "config.json", "{\"hidden_act\":\"quick_gelu\"}", KAPPA_ERROR_UNSUPPORTED, "with gelu only" },
    { "config.json", "{\"hidden_act\":\"\"}", KAPPA_ERROR_UNSUPPORTED, "with gelu only" },
    { "preprocessor_config.json", "{\"image_std\":[0,0,0]}", KAPPA_ERROR_FORMAT, "std" },
    { "preprocessor_config.json", "{\"image_mean\":[0.5,0.5]}", KAPPA_ERROR_FORMAT, "mean" },
    { "preprocessor_config.json", "{\"size\":99999999}", KAPPA_ERROR_FORMAT, "size" },
    { "preprocessor_config.json", "{\"do_center_crop\":true,\"crop_size\":16,\"size\":99999999}",
      KAPPA_ERROR_FORMAT, "scale" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      put (place, cases[i].file, cases[i].text);
      g_test_message ("%s: %s", cases[i].file, cases[i].text);
      model_assert_refused (place->folder, NULL, NULL, cases[i].code, cases[i].message);
      put (place, cases[i].file, NULL);
    }
  model_assert_refused (place->folder, NULL, "heads=3", KAPPA_ERROR_USAGE,
                        "into 3 attention heads");
  model_assert_refused (place->folder, NULL, "heads=none", KAPPA_ERROR_USAGE, "from 1 to 1024");
}

/* What the image processor says, as kappa_preprocess_to_text() has it. */
static void
test_processors (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *text, *settings;
  } cases[] = {
    { "{\"size\":24,\"resample\":3}", "size=24,mode=squash,crop=1,resize=bicubic" },
    { "{\"size\":{\"height\":24,\"width\":32},\"resample\":0}",
      "size=32x24,mode=squash,crop=1,resize=nearest" },
    { "{\"size\":{\"shortest_edge\":20},\"do_center_crop\":true,\"crop_size\":16}",
      "size=16,mode=center,scale=20,offset=down" },
    { "{\"size\":{\"height\":20,\"width\":20},\"do_center_crop\":true,"
      "\"crop_size\":{\"height\":16,\"width\":16}}",
      "size=16,mode=squash,scale=20,offset=down" },
    { "{\"size\":20,\"do_center_crop\":false,\"crop_size\":16}", "size=20,mode=squash,crop=1" },
    { "{\"size\":16,\"image_mean\":[0.1,0.2,0.3],\"image_std\":[1,2,3]}",
      "size=16,mean=0.1:0.2:0.3,std=1:2:3" },
    { "{\"do_normalize\":false,\"image_mean\":[0.1,0.2,0.3]}", "mean=0,std=1" },
    { "{\"do_rescale\":false,\"rescale_factor\":0.1}", "divisor=1" },
    { "{\"do_rescale\":true,\"rescale_factor\":0.00784313725490196}", "divisor=127.5" },
    { "{\"do_resize\":false}", "mode=none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaModel) model = NULL;
      KappaPreprocess expected;
      g_autoptr (GError) error = NULL;

      put (place, "preprocessor_config.json", NULL);
      model = model_open_or_fail (place->folder, NULL, NULL);
      expected = kappa_model_get_preset (model)->preprocess;
      kappa_preprocess_parse (&expected, cases[i].settings, &error);
      g_assert_no_error (error);
      g_clear_object (&model);
      put (place, "preprocessor_config.json", cases[i].text);
      model = model_open_or_fail (place->folder, NULL, NULL);
      if (!kappa_preprocess_equal (&expected, &kappa_model_get_preset (model)->preprocess))
        {
          g_autofree char *found
              = kappa_preprocess_to_text (&kappa_model_get_preset (model)->preprocess);
          g_autofree char *wanted = kappa_preprocess_to_text (&expected);

          g_test_fail_printf ("%s: %s, expected %s", cases[i].text, found, wanted);
        }
      assert_told (model, "The folder's preprocessor_config.json says ");
    }
}

/* Labels of another network are left aside, and that is said. */
static void
test_labels (Place *place, gconstpointer data)
{
  g_autoptr (KappaModel) model = NULL;

  put (place, "config.json", "{\"id2label\":{\"0\":\"ant\",\"1\":\"bee\"},\"image_size\":[16,17]}");
  model = model_open_or_fail (place->folder, NULL, NULL);
  g_assert_null (kappa_model_get_class_name (model, 0));
  assert_told (model, "has 2 names in id2label, the network 3 classes");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Place *place, gconstpointer data);
  } tests[]
      = { { "/hub-folder/alone", test_alone },           { "/hub-folder/config", test_config },
          { "/hub-folder/heads", test_heads_count },     { "/hub-folder/refused", test_refused },
          { "/hub-folder/processors", test_processors }, { "/hub-folder/labels", test_labels } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Place, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
