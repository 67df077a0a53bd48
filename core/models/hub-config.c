#include "core/models/hub-config.h"

#include <string.h>

#include "core/base/error.h"
#include "core/models/choices.h"

/*
 * What a folder's config.json says about the network itself: sizes, which the tensors show as well
 * and must agree with, and choices they do not show.
 */

/* Sizes by the names of transformers and timm. */
static const char *const sizes[]
    = { "hidden_size", "num_features", "intermediate_size", "num_hidden_layers",
        "patch_size",  "image_size",   "num_channels" };

static gboolean
contradict (GError **error, const char *key, guint64 said, gint64 found)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
               "the folder's config.json says %s=%" G_GUINT64_FORMAT
               ", but the tensors show %" G_GINT64_FORMAT
               ": the two are not of the same network. Put the right config.json beside the "
               "weights, or take it away",
               key, said, found);
  return FALSE;
}

/* A number, or the first of a list's equal numbers, as some folders have heights and widths. */
static gboolean
get_size (const KappaJson *json, const char *key, guint64 *size)
{
  guint32 value = kappa_json_lookup (json, 0, key);
  guint64 other;

  if (kappa_json_get_kind (json, value) != KAPPA_JSON_ARRAY)
    return kappa_json_get_unsigned (json, value, size);
  value = kappa_json_get_first (json, value);
  if (!kappa_json_get_unsigned (json, value, size))
    return FALSE;
  while ((value = kappa_json_get_next (json, value)) != KAPPA_JSON_MISSING)
    if (!kappa_json_get_unsigned (json, value, &other) || other != *size)
      return FALSE;
  return TRUE;
}

static gboolean
check_sizes (const KappaJson *json,
             const KappaRecognition *recognition,
             GString *agreed,
             GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const gint64 found = recognition->architecture->get_size (recognition->config, sizes[i]);
      guint64 said;

      if (found < 0 || !get_size (json, sizes[i], &said))
        continue;
      if ((gint64)said != found)
        return contradict (error, sizes[i], said, found);
      g_string_append_printf (agreed, "%s%s=%" G_GUINT64_FORMAT, agreed->len > 0 ? ", " : "",
                              sizes[i], said);
    }
  return TRUE;
}

static void
tell (GString *told, const char *key, const char *value)
{
  g_string_append_printf (told, "%s%s=%s", told->len > 0 ? ", " : "", key, value);
}

/* A choice that is a number in config.json. */
static gboolean
take_number (const KappaJson *json,
             const char *key,
             const char *choice,
             KappaChoices *choices,
             GString *told,
             GError **error)
{
  const guint32 value = kappa_json_lookup (json, 0, key);
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_autoptr (GError) local = NULL;
  double number;

  if (!kappa_json_get_double (json, value, &number))
    return TRUE;
  g_ascii_formatd (text, sizeof text, "%.15g", number);
  if (!kappa_choices_set (choices, choice, text, &local))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "config.json: %s is %s: %s", key, text,
                   local->message);
      return FALSE;
    }
  tell (told, key, text);
  return TRUE;
}

/* transformers' words for activations; those left out are built by nobody here. */
static gboolean
take_activation (const KappaJson *json,
                 const KappaRecognition *recognition,
                 KappaChoices *choices,
                 GString *told,
                 GError **error)
{
  static const struct
  {
    const char *architecture, *word;
    gboolean tanh;
  } rows[] = {
    { "vit", "gelu", FALSE },         { "vit", "gelu_python", FALSE },
    { "vit", "gelu_new", TRUE },      { "vit", "gelu_fast", TRUE },
    { "vit", "gelu_accurate", TRUE }, { "vit", "gelu_pytorch_tanh", TRUE },
    { "resnet", "relu", FALSE },
  };
  g_autofree char *word = kappa_json_get_string (json, kappa_json_lookup (json, 0, "hidden_act"));
  gboolean known = FALSE;

  if (word == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (strcmp (rows[i].architecture, recognition->architecture->id) != 0)
        continue;
      known = TRUE;
      if (strcmp (rows[i].word, word) != 0)
        continue;
      choices->gelu_tanh = rows[i].tanh;
      tell (told, "hidden_act", word);
      return TRUE;
    }
  if (!known)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "the folder's config.json says hidden_act=%s; this version builds a %s with %s only",
               word, recognition->name,
               strcmp (recognition->architecture->id, "vit") == 0 ? "gelu" : "relu");
  return FALSE;
}

/* Names that do not fit the classes are used by nobody; that must not go unsaid. */
static void
tell_labels (const KappaJson *json, const KappaRecognition *recognition, GString *evidence)
{
  static const char *const keys[] = { "id2label", "label_names" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const guint32 list = kappa_json_lookup (json, 0, keys[i]);
      const guint n = kappa_json_get_n (json, list);

      if (list != KAPPA_JSON_MISSING && n != recognition->config->classes)
        g_string_append_printf (evidence,
                                " Its config.json has %u names in %s, the network %u classes: the "
                                "names are left aside.",
                                n, keys[i], recognition->config->classes);
    }
}

/**
 * kappa_hub_config_apply:
 * @choices: is given what config.json says
 * @evidence: gets sentences for people
 *
 * Returns: %FALSE with %KAPPA_ERROR_MODEL if config.json and the tensors contradict each other,
 * %KAPPA_ERROR_UNSUPPORTED for an activation that is not built, %KAPPA_ERROR_FORMAT for a value
 * that makes no sense
 */
gboolean
kappa_hub_config_apply (const KappaHubFolder *folder,
                        const KappaRecognition *recognition,
                        KappaChoices *choices,
                        GString *evidence,
                        GError **error)
{
  const KappaJson *json = kappa_hub_folder_get_config (folder);
  g_autoptr (GString) agreed = g_string_new (NULL), told = g_string_new (NULL);

  if (json == NULL)
    return TRUE;
  if (recognition->architecture->get_size != NULL
      && !check_sizes (json, recognition, agreed, error))
    return FALSE;
  if (!take_number (json, "layer_norm_eps", "eps", choices, told, error)
      || !take_number (json, "num_attention_heads", "heads", choices, told, error)
      || !take_activation (json, recognition, choices, told, error))
    return FALSE;
  if (agreed->len > 0)
    g_string_append_printf (evidence, " Its config.json agrees with the tensors: %s.", agreed->str);
  if (told->len > 0)
    g_string_append_printf (evidence, " Its config.json says %s.", told->str);
  tell_labels (json, recognition, evidence);
  return TRUE;
}
