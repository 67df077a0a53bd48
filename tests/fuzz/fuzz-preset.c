#include <glib/gstdio.h>
#include <string.h>

#include "core/models/preset.h"
#include "tests/fuzz/checkpoint.h"

/* What is said about a network beside its tensors: four texts, each ended by a zero byte, that are
 * the description of its input and the settings in a file's metadata, config.json, and
 * preprocessor_config.json. What is decided goes through its own words.
 */

static const struct
{
  const char *name;
  gint64 dims[4];
} tensors[] = {
  { "vit.embeddings.cls_token", { 1, 1, 128 } },
  { "vit.embeddings.position_embeddings", { 1, 17, 128 } },
  { "vit.embeddings.patch_embeddings.projection.weight", { 128, 3, 4, 4 } },
  { "vit.embeddings.patch_embeddings.projection.bias", { 128 } },
  { "vit.encoder.layer.0.layernorm_before.weight", { 128 } },
  { "vit.encoder.layer.0.layernorm_before.bias", { 128 } },
  { "vit.encoder.layer.0.attention.attention.query.weight", { 128, 128 } },
  { "vit.encoder.layer.0.attention.attention.query.bias", { 128 } },
  { "vit.encoder.layer.0.attention.attention.key.weight", { 128, 128 } },
  { "vit.encoder.layer.0.attention.attention.key.bias", { 128 } },
  { "vit.encoder.layer.0.attention.attention.value.weight", { 128, 128 } },
  { "vit.encoder.layer.0.attention.attention.value.bias", { 128 } },
  { "vit.encoder.layer.0.attention.output.dense.weight", { 128, 128 } },
  { "vit.encoder.layer.0.attention.output.dense.bias", { 128 } },
  { "vit.encoder.layer.0.layernorm_after.weight", { 128 } },
  { "vit.encoder.layer.0.layernorm_after.bias", { 128 } },
  { "vit.encoder.layer.0.intermediate.dense.weight", { 64, 128 } },
  { "vit.encoder.layer.0.intermediate.dense.bias", { 64 } },
  { "vit.encoder.layer.0.output.dense.weight", { 128, 64 } },
  { "vit.encoder.layer.0.output.dense.bias", { 128 } },
  { "vit.layernorm.weight", { 128 } },
  { "vit.layernorm.bias", { 128 } },
  { "classifier.weight", { 3, 128 } },
  { "classifier.bias", { 3 } },
};

static KappaRecognition *
recognise (void)
{
  g_autoptr (KappaTensorTable) table = kappa_tensor_table_new ();
  KappaRecognition *recognition;

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      KappaShape shape = { 0 };

      for (; shape.rank < 4 && tensors[i].dims[shape.rank] > 0; shape.rank++)
        shape.dims[shape.rank] = tensors[i].dims[shape.rank];
      kappa_tensor_table_add (table, tensors[i].name, &shape, TRUE, i);
    }
  recognition = kappa_recognise (table, NULL);
  if (recognition == NULL)
    abort ();
  return recognition;
}

static void
put (const char *folder, const char *name, const char *text, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_remove (path);
  if (size > 0)
    {
      FILE *file = g_fopen (path, "wb");

      if (file == NULL || fwrite (text, 1, size, file) != size || fclose (file) != 0)
        abort ();
    }
}

/* @size: of what is left; without the text and its zero byte afterwards */
static const char *
next_text (const char **data, gsize *size, gsize *length)
{
  const char *text = *data, *end = *size > 0 ? memchr (text, 0, *size) : NULL;

  *length = end != NULL ? (gsize)(end - text) : *size;
  *data += end != NULL ? *length + 1 : *length;
  *size -= end != NULL ? *length + 1 : *length;
  return text;
}

static KappaPreset *
choose (const KappaRecognition *recognition, const KappaPresetHints *hints)
{
  static const KappaModelOptions options;
  g_autoptr (GError) error = NULL;
  KappaPreset *preset = kappa_preset_choose (recognition, hints, &options, &error);

  if ((preset != NULL) == (error != NULL)
      || !g_utf8_validate (error != NULL ? error->message : preset->evidence, -1, NULL))
    abort ();
  return preset;
}

static void
check_words (const KappaRecognition *recognition, const KappaPreset *preset)
{
  g_autofree char *words = kappa_preset_to_text (preset), *again = NULL;
  const KappaPresetHints hints = { .file_name = "fuzz", .settings = words };
  g_autoptr (KappaPreset) copy = choose (recognition, &hints);

  if (copy == NULL)
    abort ();
  again = kappa_preset_to_text (copy);
  if (strcmp (words, again) != 0)
    abort ();
}

static void
check (const KappaRecognition *recognition, const char *folder, KappaPresetHints *hints)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaHubFolder) read = kappa_hub_folder_read (folder, &error);
  g_autoptr (GPtrArray) classes = NULL;
  g_autoptr (KappaPreset) preset = NULL;

  if ((read != NULL) == (error != NULL)
      || (error != NULL && !g_utf8_validate (error->message, -1, NULL)))
    abort ();
  if (read == NULL)
    return;
  classes = kappa_hub_folder_list_classes (read, 3);
  hints->folder = read;
  preset = choose (recognition, hints);
  if (preset != NULL)
    check_words (recognition, preset);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static KappaRecognition *recognition;
  g_autofree char *folder = g_dir_make_tmp ("kappa-fuzz-XXXXXX", NULL);
  const char *rest = (const char *)data, *text;
  g_autofree char *description = NULL, *settings = NULL;
  KappaPresetHints hints = { .file_name = "fuzz" };
  gsize left = size, length;

  if (recognition == NULL)
    recognition = recognise ();
  text = next_text (&rest, &left, &length);
  description = g_utf8_make_valid (text, (gssize)length);
  text = next_text (&rest, &left, &length);
  settings = g_utf8_make_valid (text, (gssize)length);
  hints.description = *description != '\0' ? description : NULL;
  hints.settings = *settings != '\0' ? settings : NULL;
  text = next_text (&rest, &left, &length);
  put (folder, "config.json", text, length);
  text = next_text (&rest, &left, &length);
  put (folder, "preprocessor_config.json", text, length);
  check (recognition, folder, &hints);
  put (folder, "config.json", NULL, 0);
  put (folder, "preprocessor_config.json", NULL, 0);
  g_rmdir (folder);
  return 0;
}
