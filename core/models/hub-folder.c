#include "core/models/hub-folder.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

struct _KappaHubFolder
{
  char *architecture;
  KappaJson *config;       /* NULL without config.json */
  KappaJson *preprocessor; /* NULL without preprocessor_config.json */
};

/* The names publishers use. */
static const char *const weight_names[] = { "model.safetensors", "model.safetensors.index.json",
                                            "pytorch_model.bin", "pytorch_model.bin.index.json" };

static gboolean
load_json (const char *folder, const char *name, KappaJson **json, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  *json = kappa_json_load_file (path, error);
  return *json != NULL;
}

/* Returns: (nullable): the string of that key in an object, at any rate text that can be shown */
static char *
get_text (const KappaJson *json, guint32 object, const char *key)
{
  return json != NULL ? kappa_json_get_string (json, kappa_json_lookup (json, object, key)) : NULL;
}

/* timm's name and the tag of its recipe, or the name of transformers' class. */
static char *
find_architecture (const KappaJson *config)
{
  guint32 recipe = kappa_json_lookup (config, 0, "pretrained_cfg");
  g_autofree char *name = get_text (config, 0, "architecture"),
                  *tag = get_text (config, recipe, "tag");
  guint32 list = kappa_json_lookup (config, 0, "architectures");

  if (name != NULL)
    return tag != NULL ? g_strdup_printf ("%s.%s", name, tag) : g_steal_pointer (&name);
  return kappa_json_get_n (config, list) > 0
             ? kappa_json_get_string (config, kappa_json_get_first (config, list))
             : NULL;
}

/* Whether a file bears one of the names weights have in such folders. */
static gboolean
has_usual_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  for (guint i = 0; i < G_N_ELEMENTS (weight_names); i++)
    if (strcmp (name, weight_names[i]) == 0)
      return TRUE;
  return FALSE;
}

/**
 * kappa_hub_folder_read:
 * @path: a folder, or a weights file that bears one of the names such folders have
 *
 * Returns: (transfer full): what the folder says; %NULL without an error for a file that lies in no
 *   such folder, with %KAPPA_ERROR_FORMAT if one of the JSON files is broken
 */
KappaHubFolder *
kappa_hub_folder_read (const char *path, GError **error)
{
  const gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *folder = is_folder ? g_strdup (path) : g_path_get_dirname (path);
  g_autoptr (KappaHubFolder) self = NULL;

  if (!is_folder && !has_usual_name (path))
    return NULL;
  self = g_new0 (KappaHubFolder, 1);
  if (!load_json (folder, "config.json", &self->config, error)
      || !load_json (folder, "preprocessor_config.json", &self->preprocessor, error))
    return NULL;
  if (self->config != NULL)
    self->architecture = find_architecture (self->config);
  return g_steal_pointer (&self);
}

void
kappa_hub_folder_free (KappaHubFolder *self)
{
  g_free (self->architecture);
  g_clear_pointer (&self->config, kappa_json_free);
  g_clear_pointer (&self->preprocessor, kappa_json_free);
  g_free (self);
}

/**
 * kappa_hub_folder_get_architecture:
 *
 * Returns: (nullable): what config.json calls the network, e.g. "resnet50.a1_in1k"
 */
const char *
kappa_hub_folder_get_architecture (const KappaHubFolder *self)
{
  return self->architecture;
}

/**
 * kappa_hub_folder_get_config:
 *
 * Returns: (nullable): config.json
 */
const KappaJson *
kappa_hub_folder_get_config (const KappaHubFolder *self)
{
  return self->config;
}

/* transformers numbers its classes in the keys of an object, timm lists them. */
static gboolean
find_class (const KappaJson *json, guint32 value, guint position, guint n, guint *index)
{
  g_autofree char *key = kappa_json_get_key (json, value);
  guint64 number = position;

  if (key != NULL && !g_ascii_string_to_unsigned (key, 10, 0, G_MAXUINT32, &number, NULL))
    return FALSE;
  *index = (guint) number;
  return number < n;
}

/**
 * kappa_hub_folder_list_classes:
 * @n: how many classes the network has
 *
 * Returns: (transfer full) (nullable) (element-type utf8): a name for each class; %NULL unless
 * config.json names exactly these classes, and with more than placeholders such as "LABEL_3"
 */
GPtrArray *
kappa_hub_folder_list_classes (const KappaHubFolder *self, guint n)
{
  g_autoptr (GPtrArray) names = NULL;
  const KappaJson *json = self->config;
  guint32 list = KAPPA_JSON_MISSING;
  guint position = 0;

  if (json != NULL && (list = kappa_json_lookup (json, 0, "id2label")) == KAPPA_JSON_MISSING)
    list = kappa_json_lookup (json, 0, "label_names");
  if (list == KAPPA_JSON_MISSING || n == 0 || kappa_json_get_n (json, list) != n)
    return NULL;
  names = g_ptr_array_new_full (n, g_free);
  g_ptr_array_set_size (names, (int) n);
  for (guint32 v = kappa_json_get_first (json, list); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (json, v))
    {
      g_autofree char *name = kappa_json_get_string (json, v);
      guint index;

      if (name == NULL || g_str_has_prefix (name, "LABEL_")
          || !find_class (json, v, position++, n, &index)
          || g_ptr_array_index (names, index) != NULL)
        return NULL;
      g_ptr_array_index (names, index) = g_steal_pointer (&name);
    }
  return g_steal_pointer (&names);
}

/**
 * kappa_hub_folder_strides_first:
 *
 * Returns: whether config.json puts a bottleneck's stride into its first convolution
 */
gboolean
kappa_hub_folder_strides_first (const KappaHubFolder *self)
{
  return self->config != NULL
         && kappa_json_get_kind (self->config,
                                 kappa_json_lookup (self->config, 0, "downsample_in_bottleneck"))
                == KAPPA_JSON_TRUE;
}

/* An adjustment in progress: the first value that cannot be used ends it. */
typedef struct
{
  const KappaJson *json;
  const char *file;
  KappaPreprocess *preprocess;
  GString *told;
  GError **error;
} Adjustment;

static gboolean
adjust (Adjustment *a, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  if (!kappa_preprocess_set (a->preprocess, key, value, &error))
    {
      g_set_error (a->error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: %s", a->file, error->message);
      return FALSE;
    }
  g_string_append_printf (a->told, "%s%s=%s", a->told->len > 0 ? ", " : "", key, value);
  return TRUE;
}

static gboolean
adjust_number (Adjustment *a, const char *key, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return adjust (a, key, g_ascii_dtostr (text, sizeof text, number));
}

/* A list of three numbers, if there is one. */
static gboolean
adjust_triple (Adjustment *a, guint32 object, const char *name, const char *key)
{
  guint32 list = kappa_json_lookup (a->json, object, name);
  g_autoptr (GString) text = g_string_new (NULL);

  if (kappa_json_get_kind (a->json, list) != KAPPA_JSON_ARRAY)
    return TRUE;
  for (guint32 v = kappa_json_get_first (a->json, list); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (a->json, v))
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      double value = NAN;

      kappa_json_get_double (a->json, v, &value);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ":" : "",
                              g_ascii_dtostr (number, sizeof number, value));
    }
  return adjust (a, key, text->str);
}

static gboolean
adjust_word (Adjustment *a, guint32 object, const char *name, const char *key)
{
  g_autofree char *text = get_text (a->json, object, name);

  return text == NULL || adjust (a, key, text);
}

static gboolean
adjust_size (Adjustment *a, guint64 width, guint64 height)
{
  g_autofree char *text
      = g_strdup_printf ("%" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT, width, height);

  return adjust (a, "size", text);
}

/* timm: everything in `pretrained_cfg`; early exports have the same keys at the top. */
static gboolean
adjust_timm (Adjustment *a)
{
  guint32 recipe = kappa_json_lookup (a->json, 0, "pretrained_cfg"), size;
  guint64 height = 0, width = 0;
  double crop;

  if (recipe == KAPPA_JSON_MISSING)
    recipe = 0;
  size = kappa_json_lookup (a->json, recipe, "input_size");
  if (kappa_json_get_n (a->json, size) == 3)
    {
      guint32 side = kappa_json_get_next (a->json, kappa_json_get_first (a->json, size));

      kappa_json_get_unsigned (a->json, side, &height);
      kappa_json_get_unsigned (a->json, kappa_json_get_next (a->json, side), &width);
      if (!adjust_size (a, width, height))
        return FALSE;
    }
  if (kappa_json_get_double (a->json, kappa_json_lookup (a->json, recipe, "crop_pct"), &crop)
      && !adjust_number (a, "crop", crop))
    return FALSE;
  return adjust_word (a, recipe, "crop_mode", "mode")
         && adjust_word (a, recipe, "interpolation", "resize")
         && adjust_triple (a, recipe, "mean", "mean") && adjust_triple (a, recipe, "std", "std");
}

/* A side that is a number, or one of an object's members. Returns: 0 if there is none */
static guint64
find_side (const KappaJson *json, guint32 value, const char *member)
{
  guint64 side = 0;

  if (!kappa_json_get_unsigned (json, value, &side))
    kappa_json_get_unsigned (json, kappa_json_lookup (json, value, member), &side);
  return side;
}

static gboolean
has_flag (const KappaJson *json, const char *name, KappaJsonKind value)
{
  return kappa_json_get_kind (json, kappa_json_lookup (json, 0, name)) == value;
}

static gboolean
adjust_scale (Adjustment *a, guint64 side)
{
  return side == 0 || adjust_number (a, "scale", (double) side);
}

/*
 * transformers: the shorter side to `size`, or both where it is a height and a width or a bare
 * number, then `crop_size` cut out; or height and width without a
 * cut; or, with `crop_pct`, a cut to `size` after enlarging by the fraction, which from 384 pixels
 * on is a plain squash.
 */
static gboolean
adjust_transformers_size (Adjustment *a)
{
  guint32 size = kappa_json_lookup (a->json, 0, "size"),
          cut = kappa_json_lookup (a->json, 0, "crop_size");
  guint64 shortest = find_side (a->json, size, "shortest_edge");
  guint64 width = find_side (a->json, size, "width"), height = find_side (a->json, size, "height");
  guint64 cut_width = find_side (a->json, cut, "width"),
          cut_height = find_side (a->json, cut, "height");
  double fraction;

  if (kappa_json_get_double (a->json, kappa_json_lookup (a->json, 0, "crop_pct"), &fraction)
      && shortest > 0)
    return adjust_size (a, shortest, shortest)
           && adjust_number (a, "crop", shortest < 384 ? fraction : 1.0)
           && adjust (a, "mode", shortest < 384 ? "center" : "squash");
  if (has_flag (a->json, "do_center_crop", KAPPA_JSON_TRUE) && cut_height > 0)
    return adjust_size (a, cut_width, cut_height)
           && adjust_scale (a, height > 0 ? height : shortest)
           && adjust (a, "mode", height > 0 && height == width ? "squash" : "center")
           && adjust (a, "offset", "down");
  if (height > 0)
    return adjust_size (a, width, height) && adjust (a, "crop", "1")
           && adjust (a, "mode", "squash");
  return TRUE;
}

static gboolean
adjust_transformers (Adjustment *a)
{
  /* The numbers PIL gave its filters. */
  static const char *const filters[]
      = { "nearest", "lanczos", "bilinear", "bicubic", "box", "hamming" };
  guint32 resample = kappa_json_lookup (a->json, 0, "resample");
  guint64 filter;
  double factor;

  if (!adjust_transformers_size (a)
      || (has_flag (a->json, "do_resize", KAPPA_JSON_FALSE) && !adjust (a, "mode", "none")))
    return FALSE;
  if (kappa_json_get_unsigned (a->json, resample, &filter) && filter < G_N_ELEMENTS (filters)
      && !adjust (a, "resize", filters[filter]))
    return FALSE;
  if (has_flag (a->json, "do_rescale", KAPPA_JSON_FALSE))
    {
      if (!adjust (a, "divisor", "1"))
        return FALSE;
    }
  else if (kappa_json_get_double (a->json, kappa_json_lookup (a->json, 0, "rescale_factor"),
                                  &factor)
           && !adjust_number (a, "divisor", round (1e6 / factor) / 1e6))
    return FALSE;
  if (has_flag (a->json, "do_normalize", KAPPA_JSON_FALSE))
    return adjust (a, "mean", "0") && adjust (a, "std", "1");
  return adjust_triple (a, 0, "image_mean", "mean") && adjust_triple (a, 0, "image_std", "std");
}

static gboolean
adjust_from (const KappaJson *json,
             const char *file,
             gboolean (*rules) (Adjustment *),
             KappaPreprocess *preprocess,
             GString *evidence,
             GError **error)
{
  g_autoptr (GString) told = g_string_new (NULL);
  Adjustment adjustment = { json, file, preprocess, told, error };

  if (json == NULL)
    return TRUE;
  if (!rules (&adjustment))
    return FALSE;
  if (told->len > 0)
    g_string_append_printf (evidence, " The folder's %s says %s.", file, told->str);
  return TRUE;
}

/**
 * kappa_hub_folder_adjust:
 * @preprocess: is given what the JSON files say about the input
 * @evidence: gets a sentence for each file that said something
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if a value makes no sense
 */
gboolean
kappa_hub_folder_adjust (const KappaHubFolder *self,
                         KappaPreprocess *preprocess,
                         GString *evidence,
                         GError **error)
{
  return adjust_from (self->config, "config.json", adjust_timm, preprocess, evidence, error)
         && adjust_from (self->preprocessor, "preprocessor_config.json", adjust_transformers,
                         preprocess, evidence, error);
}
