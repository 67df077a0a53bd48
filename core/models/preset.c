#include "core/models/preset.h"

#include <string.h>

#include "core/base/error.h"
#include "core/models/choices.h"
#include "core/models/hub-config.h"
#include "core/models/preset-table.h"

void
kappa_preset_free (KappaPreset *self)
{
  g_free (self->name);
  g_free (self->evidence);
  g_free (self->licence);
  g_free (self);
}

static const KappaPresetRow *
find_row (const char *name)
{
  for (guint i = 0; i < kappa_n_preset_rows; i++)
    if (strcmp (kappa_preset_rows[i].name, name) == 0)
      return &kappa_preset_rows[i];
  return NULL;
}

/**
 * kappa_preset_list:
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of all presets
 */
char **
kappa_preset_list (void)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < kappa_n_preset_rows; i++)
    g_ptr_array_add (names, g_strdup (kappa_preset_rows[i].name));
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

/**
 * kappa_preset_explain:
 *
 * Returns: (nullable): where the numbers of a preset come from, for people
 */
const char *
kappa_preset_explain (const char *name)
{
  const KappaPresetRow *row = find_row (name);

  return row != NULL ? row->source : NULL;
}

/* @name: a file's name, or what a folder calls the network */
static gboolean
rule_fits (const KappaPresetRule *rule, const KappaRecognition *recognition, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return strcmp (rule->family, recognition->architecture->id) == 0
         && (rule->size == 0 || rule->size == recognition->config->height)
         && (rule->channels == 0 || rule->channels == recognition->config->channels)
         && (rule->scheme == NULL
             || g_pattern_match_simple (rule->scheme, recognition->scheme->name))
         && (rule->classes == 0 || rule->classes == recognition->config->classes)
         && (rule->network == NULL || g_pattern_match_simple (rule->network, recognition->name))
         && (rule->file == NULL || g_pattern_match_simple (rule->file, lower));
}

static const KappaPresetRule *
find_rule (const KappaRecognition *recognition, const KappaPresetHints *hints)
{
  const char *folder
      = hints->folder != NULL ? kappa_hub_folder_get_architecture (hints->folder) : NULL;

  for (guint i = 0; i < kappa_n_preset_rules; i++)
    if (rule_fits (&kappa_preset_rules[i], recognition, hints->file_name)
        || (folder != NULL && rule_fits (&kappa_preset_rules[i], recognition, folder)))
      return &kappa_preset_rules[i];
  return NULL;
}

static KappaPreset *
preset_new (const KappaPresetRow *row, const char *evidence, const char *licence, GError **error)
{
  g_autoptr (KappaPreset) self = g_new0 (KappaPreset, 1);

  self->name = g_strdup (row->name);
  self->evidence = g_strdup (evidence);
  self->licence = g_strdup (licence);
  self->preprocess = KAPPA_PREPROCESS_IMAGENET;
  self->choices = row->choices;
  if (!kappa_preprocess_parse (&self->preprocess, row->settings, error))
    return NULL;
  return g_steal_pointer (&self);
}

static KappaPreset *
choose_by_name (const char *name, GError **error)
{
  const KappaPresetRow *row = find_row (name);
  g_auto (GStrv) names = NULL;
  g_autofree char *known = NULL;

  if (row != NULL)
    return preset_new (row, "It was asked for by name.", NULL, error);
  names = kappa_preset_list ();
  known = g_strjoinv (", ", names);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "there is no preset “%s”; known are %s", name,
               known);
  return NULL;
}

static void
add_evidence (KappaPreset *self, const char *sentence)
{
  char *longer = g_strconcat (self->evidence, sentence, NULL);

  g_free (self->evidence);
  self->evidence = longer;
}

/* Where the network shows what size it was made for a preset's own is only the usual one. */
static gboolean
adjust_to_shown_size (KappaPreset *self, const KappaRecognition *recognition, GError **error)
{
  const KappaConfig *config = recognition->config;
  g_autofree char *sentence = NULL, *size = NULL;

  if (!recognition->architecture->shows_size
      || (self->preprocess.height == config->height && self->preprocess.width == config->width))
    return TRUE;
  size = g_strdup_printf ("%ux%u", config->width, config->height);
  sentence = g_strdup_printf (" Its tensors show that it was made for %u × %u pixels.",
                              config->width, config->height);
  add_evidence (self, sentence);
  return kappa_preprocess_set (&self->preprocess, "size", size, error);
}

static KappaPreset *
choose_by_tables (const KappaRecognition *recognition,
                  const KappaPresetHints *hints,
                  GError **error)
{
  const KappaPresetRule *rule = find_rule (recognition, hints);
  const char *name = rule != NULL ? rule->preset : recognition->architecture->preset;
  g_autofree char *unknown = NULL;

  if (rule != NULL)
    return preset_new (find_row (name), rule->evidence, rule->licence, error);
  unknown = g_strdup_printf ("Neither the file nor its name says how images are to be prepared for "
                             "this %s; this is the most "
                             "common way. Choose another preset if the accuracy is off.",
                             recognition->name);
  return preset_new (find_row (name), hints->settings != NULL ? "" : unknown, NULL, error);
}

static KappaPreset *
choose_by_evidence (const KappaRecognition *recognition,
                    const KappaPresetHints *hints,
                    GError **error)
{
  g_autoptr (KappaPreset) self = choose_by_tables (recognition, hints, error);

  if (self == NULL || !adjust_to_shown_size (self, recognition, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* A free text of the file's own metadata that begins with a size, such as "128x128, PIL bilinear,
 * …". */
static gboolean
adjust_to_description (KappaPreset *self, const char *description, GError **error)
{
  static const char *const filters[] = { "bilinear", "bicubic", "lanczos", "nearest" };
  g_autofree char *size = NULL, *sentence = NULL;
  gsize n = strspn (description, "0123456789x");

  if (n == 0 || (description[n] != '\0' && description[n] != ',' && description[n] != ' '))
    return TRUE;
  size = g_strndup (description, n);
  if (!kappa_preprocess_set (&self->preprocess, "size", size, error)
      || !kappa_preprocess_set (&self->preprocess, "crop", "1", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if (strstr (description, filters[i]) != NULL
        && !kappa_preprocess_set (&self->preprocess, "resize", filters[i], error))
      return FALSE;
  sentence = g_strdup_printf (
      " Its metadata say that the input is “%s”: size and filter follow that, nothing is cut off.",
      description);
  add_evidence (self, sentence);
  return TRUE;
}

/* A file that brings its network along tells the size of its images. */
static gboolean
adjust_to_network (KappaPreset *self, const KappaConfig *config, GError **error)
{
  g_autofree char *size = g_strdup_printf ("%ux%u", config->width, config->height);

  return kappa_preprocess_set (&self->preprocess, "size", size, error)
         && kappa_preprocess_set (&self->preprocess, "channels",
                                  config->channels == 1 ? "grey" : "rgb", error);
}

static gboolean
adjust_to_hints (KappaPreset *self,
                 const KappaRecognition *recognition,
                 const KappaPresetHints *hints,
                 GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (hints->description != NULL && !adjust_to_description (self, hints->description, error))
    return FALSE;
  if (hints->folder == NULL)
    return TRUE;
  if (!kappa_hub_config_apply (hints->folder, recognition, &self->choices, text, error)
      || !kappa_hub_folder_adjust (hints->folder, &self->preprocess, text, error))
    return FALSE;
  if (kappa_hub_folder_strides_first (hints->folder))
    {
      self->choices.stride_first = TRUE;
      g_string_append (text,
                       " Its config.json puts the stride into a bottleneck's first convolution.");
    }
  add_evidence (self, text->str);
  return TRUE;
}

static gboolean
set_choice (KappaPreset *self, const char *key, const char *value, GError **error)
{
  if (kappa_choices_has_key (key))
    return kappa_choices_set (&self->choices, key, value, error);
  if (kappa_preprocess_has_key (key))
    return kappa_preprocess_set (&self->preprocess, key, value, error);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "the setting “%s” is unknown; known are eps, stride, background, gelu, positions, "
               "heads, size, "
               "mode, crop, scale, resize, offset, channels, divisor, mean and std",
               key);
  return FALSE;
}

/* A part without "=" goes on with the value before it: "mean=.5,.5,.5" means "mean=.5:.5:.5". */
static GPtrArray *
split_settings (const char *settings)
{
  g_auto (GStrv) parts = g_strsplit (settings, ",", -1);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (strchr (part, '=') == NULL && list->len > 0)
        {
          char **last = (char **)&list->pdata[list->len - 1];
          char *joined = g_strconcat (*last, ":", part, NULL);

          g_free (*last);
          *last = joined;
        }
      else
        g_ptr_array_add (list, g_strdup (part));
    }
  return list;
}

/* @choices: whether those of the network are set, too */
static gboolean
set_all (KappaPreset *self, const char *settings, gboolean choices, GError **error)
{
  g_autoptr (GPtrArray) list = split_settings (settings);

  for (guint i = 0; i < list->len; i++)
    {
      g_auto (GStrv) sides = g_strsplit (g_ptr_array_index (list, i), "=", 2);

      if (sides[0] == NULL || sides[1] == NULL)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "the setting “%s” is not of the form key=value",
                       (const char *)g_ptr_array_index (list, i));
          return FALSE;
        }
      if (!choices && kappa_choices_has_key (g_strstrip (sides[0])))
        continue;
      if (!set_choice (self, g_strstrip (sides[0]), g_strstrip (sides[1]), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_settings (KappaPreset *self, const char *settings, GError **error)
{
  g_autofree char *sentence = g_strdup_printf (" Set by hand: %s.", settings);

  if (!set_all (self, settings, TRUE, error))
    return FALSE;
  add_evidence (self, sentence);
  return TRUE;
}

/* Whoever made the file wrote down how images are prepared, and what no tensor shows. A file that
 * brings its network along has the latter in it. */
static gboolean
adjust_to_words (KappaPreset *self,
                 const KappaRecognition *recognition,
                 const char *words,
                 GError **error)
{
  const gboolean choices = strcmp (recognition->architecture->id, "onnx") != 0;
  g_autofree char *sentence = g_strdup_printf ("%sThe file's metadata say: %s.",
                                               *self->evidence != '\0' ? " " : "", words);

  if (!set_all (self, words, choices, error))
    {
      g_prefix_error (error, "what its metadata say under “" KAPPA_PRESET_KEY "”: ");
      return FALSE;
    }
  add_evidence (self, sentence);
  return TRUE;
}

/**
 * kappa_preset_choose:
 * @recognition: what the network is
 * @hints: what is known about its file; ignored where a preset is asked for by name
 * @options: what was asked for
 *
 * Chooses by evidence, the weakest first: the family, the file's name, what the file or its folder
 * says about the input; then the settings given by hand.
 *
 * Returns: (transfer full): the preset; %NULL with KAPPA_ERROR_USAGE for an unknown name, key or
 * value, KAPPA_ERROR_FORMAT for a JSON file that makes no sense
 */
KappaPreset *
kappa_preset_choose (const KappaRecognition *recognition,
                     const KappaPresetHints *hints,
                     const KappaModelOptions *options,
                     GError **error)
{
  g_autoptr (KappaPreset) self = NULL;

  if (options->preset != NULL && *options->preset != '\0')
    self = choose_by_name (options->preset, error);
  else
    {
      self = choose_by_evidence (recognition, hints, error);
      if (self != NULL && !adjust_to_hints (self, recognition, hints, error))
        return NULL;
    }
  if (self == NULL
      || (strcmp (self->name, "onnx") == 0
          && !adjust_to_network (self, recognition->config, error)))
    return NULL;
  if ((options->preset == NULL || *options->preset == '\0') && hints->settings != NULL
      && !adjust_to_words (self, recognition, hints->settings, error))
    return NULL;
  if (options->settings != NULL && *options->settings != '\0'
      && !apply_settings (self, options->settings, error))
    return NULL;
  if (recognition->architecture->check != NULL
      && !recognition->architecture->check (recognition->config, &self->choices, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * kappa_preset_to_text:
 *
 * Returns: (transfer full): everything the preset decides, in the form of @settings of
 * #KappaModelOptions, so that equal presets have equal text
 */
char *
kappa_preset_to_text (const KappaPreset *self)
{
  g_autofree char *preprocess = kappa_preprocess_to_text (&self->preprocess);
  g_autofree char *choices = kappa_choices_to_text (&self->choices);

  return g_strconcat (preprocess, ",", choices, NULL);
}
