#include "core/models/model-private.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/tensor-names.h"
#include "core/base/hash.h"
#include "core/models/class-names.h"
#include "core/models/onnx.h"

/**
 * KappaModel:
 *
 * A trained network from a file: what it is, from what that is concluded, and its weights, which
 * are read when they are first asked for. Nothing of it changes once it is open, and every function
 * may be called from any thread.
 */
G_DEFINE_FINAL_TYPE (KappaModel, kappa_model, G_TYPE_OBJECT)

static void
kappa_model_finalize (GObject *object)
{
  KappaModel *self = KAPPA_MODEL (object);

  g_clear_pointer (&self->buffers, kappa_weights_free);
  g_clear_pointer (&self->parameters, kappa_weights_free);
  kappa_class_names_clear (&self->classes);
  g_clear_pointer (&self->listing, kappa_network_listing_free);
  g_clear_pointer (&self->preset, kappa_preset_free);
  g_clear_pointer (&self->match, kappa_match_free);
  g_clear_pointer (&self->recognition, kappa_recognition_free);
  g_clear_pointer (&self->table, kappa_tensor_table_free);
  g_clear_pointer (&self->folder, kappa_hub_folder_free);
  g_clear_object (&self->file);
  g_free (self->sha256);
  g_free (self->wrapper);
  g_free (self->name_digest);
  g_free (self->path);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (kappa_model_parent_class)->finalize (object);
}

static void
kappa_model_class_init (KappaModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_model_finalize;
}

static void
kappa_model_init (KappaModel *self)
{
  g_mutex_init (&self->mutex);
}

/* Publishers end names in the first 8 digits of the file's SHA-256: resnet20-12fca82f.th. */
static char *
find_name_digest (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *dash = strrchr (name, '-');

  if (dash == NULL || strspn (dash + 1, "0123456789abcdef") != 8
      || (dash[9] != '.' && dash[9] != '\0'))
    return NULL;
  return g_strndup (dash + 1, 8);
}

/* Where in the file the tensors were, and what stood before their names. */
static char *
find_wrapper (KappaTensorFile *file)
{
  const char *wrapper = kappa_tensor_file_lookup_metadata (file, "wrapper");
  const char *prefix = kappa_tensor_file_lookup_metadata (file, "prefix");

  if (wrapper != NULL && prefix != NULL)
    return g_strdup_printf ("%s, names begin with “%s”", wrapper, prefix);
  if (prefix != NULL)
    return g_strdup_printf ("names begin with “%s”", prefix);
  return g_strdup (wrapper != NULL ? wrapper : "");
}

/* Nothing is left aside without a word. */
static void
tell_state (KappaModel *self)
{
  char *wrapper;

  if (self->match->n_state == 0)
    return;
  wrapper = g_strdup_printf (
      "%s%s%u arrays under “" KAPPA_TENSOR_NAMES_STATE "” are an optimiser's state and left aside",
      self->wrapper, *self->wrapper != '\0' ? "; " : "", self->match->n_state);
  g_free (self->wrapper);
  self->wrapper = wrapper;
}

/* Keys of readers, not of files. */
static gboolean
is_readers_key (const char *key)
{
  return strcmp (key, "wrapper") == 0 || strcmp (key, "prefix") == 0;
}

static gboolean
open_file (KappaModel *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) folder_error = NULL;

  self->folder = kappa_hub_folder_read (self->path, &folder_error);
  if (folder_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&folder_error));
      return FALSE;
    }
  self->file = kappa_tensor_file_open (self->path, cancellable, error);
  if (self->file == NULL)
    return FALSE;
  self->name_digest = find_name_digest (self->path);
  self->wrapper = find_wrapper (self->file);
  return TRUE;
}

static gboolean
recognise (KappaModel *self, const KappaModelOptions *options, GError **error)
{
  g_autofree char *name = g_path_get_basename (self->path);
  const KappaPresetHints hints
      = { name, kappa_tensor_file_lookup_metadata (self->file, "input"), self->folder,
          kappa_tensor_file_lookup_metadata (self->file, KAPPA_PRESET_KEY) };
  const KappaPreprocess *input;

  self->table = kappa_tensor_table_new_for_file (self->file);
  self->recognition = kappa_onnx_file_from (self->file) != NULL
                          ? kappa_onnx_recognise (kappa_onnx_file_from (self->file), error)
                          : kappa_recognise (self->table, error);
  if (self->recognition == NULL)
    return FALSE;
  self->match = kappa_recognition_match (self->recognition, self->table, error);
  if (self->match == NULL)
    return FALSE;
  tell_state (self);
  self->preset = kappa_preset_choose (self->recognition, &hints, options, error);
  if (self->preset == NULL)
    return FALSE;
  input = &self->preset->preprocess;
  if (kappa_preprocess_get_n_channels (input) != self->recognition->config->channels)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s sees %u channels, the preset “%s” gives it %u; set channels=grey "
                   "or channels=rgb",
                   self->recognition->name, self->recognition->config->channels, self->preset->name,
                   kappa_preprocess_get_n_channels (input));
      return FALSE;
    }
  self->listing = kappa_network_list (self->recognition->architecture, self->recognition->config,
                                      &self->preset->choices, input->height, input->width, error);
  if (self->listing == NULL && self->recognition->config->height > 0
      && (input->height != self->recognition->config->height
          || input->width != self->recognition->config->width))
    g_prefix_error (error, "%s was made for images of %u × %u pixels and is given %u × %u: ",
                    self->recognition->name, self->recognition->config->width,
                    self->recognition->config->height, input->width, input->height);
  return self->listing != NULL;
}

/**
 * kappa_model_open:
 * @path: a checkpoint, or a Hugging Face folder
 * @options: (nullable): what to use instead of what the evidence suggests
 *
 * Opens a file, finds out what network it holds, compares every tensor with what that network
 * needs, and chooses a preset. The weights themselves are read later.
 *
 * Returns: (transfer full): the model; %NULL with KAPPA_ERROR_FORMAT for a broken file,
 * KAPPA_ERROR_UNSUPPORTED for something known and refused, KAPPA_ERROR_MODEL for tensors that make
 * no known network or do not fit it, KAPPA_ERROR_USAGE for a preset or a setting that does not
 * exist, or the system's error
 */
KappaModel *
kappa_model_open (const char *path,
                  const KappaModelOptions *options,
                  GCancellable *cancellable,
                  GError **error)
{
  static const KappaModelOptions defaults = { 0 };
  g_autoptr (KappaModel) self = g_object_new (KAPPA_TYPE_MODEL, NULL);

  self->path = g_strdup (path);
  if (!open_file (self, cancellable, error))
    return NULL;
  if (!recognise (self, options != NULL ? options : &defaults, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  kappa_class_names_find (&self->classes, self->recognition, self->file, self->folder);
  self->parameters = kappa_weights_new (self->file, self->match, KAPPA_ROLE_PARAMETER);
  self->buffers = kappa_weights_new (self->file, self->match, KAPPA_ROLE_BUFFER);
  return g_steal_pointer (&self);
}

/**
 * kappa_model_get_path:
 *
 * Returns: the path it was opened from, a file or a folder
 */
const char *
kappa_model_get_path (KappaModel *self)
{
  return self->path;
}

static gboolean
hash_tensor (KappaTensorFile *file, guint index, GChecksum *checksum, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (file, index);
  const gsize size = info->n * kappa_element_get_size (info->element);
  g_autofree guint8 *elements = g_malloc (MAX (size, 1));
  g_autofree char *head = g_strdup_printf ("%s %s %" G_GSIZE_FORMAT, info->original_name,
                                           kappa_element_get_name (info->element), size);

  if (!kappa_tensor_file_read_elements (file, index, elements, error))
    return FALSE;
  g_checksum_update (checksum, (const guint8 *)head, (gssize)strlen (head) + 1);
  g_checksum_update (checksum, elements, (gssize)size);
  return TRUE;
}

/* Of weights that lie in several files: their index alone would not tell one set from another. */
static char *
hash_tensors (KappaTensorFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !hash_tensor (file, i, checksum, error))
      return NULL;
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * kappa_model_get_sha256:
 *
 * Reads the whole file the first time.
 *
 * Returns: the SHA-256 of the file with the weights, 64 hexadecimal digits; of weights in several
 *   files that of all names and elements; %NULL with the reader's or the system's error, or
 *   %G_IO_ERROR_CANCELLED
 */
const char *
kappa_model_get_sha256 (KappaModel *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *path = kappa_tensor_file_get_path (self->file);

  if (self->sha256 == NULL && g_str_has_suffix (path, ".json"))
    self->sha256 = hash_tensors (self->file, cancellable, error);
  else if (self->sha256 == NULL)
    self->sha256 = kappa_hash_file (path, cancellable, error);
  return self->sha256;
}

/**
 * kappa_model_get_name_digest:
 *
 * Returns: (nullable): the 8 hexadecimal digits at the end of the file's name, which by custom are
 * the first ones of its SHA-256: if they are not, the file is not the one its name promises
 */
const char *
kappa_model_get_name_digest (KappaModel *self)
{
  return self->name_digest;
}

/**
 * kappa_model_get_format:
 *
 * Returns: the file's format for people, e.g. "safetensors"
 */
const char *
kappa_model_get_format (KappaModel *self)
{
  return kappa_tensor_file_get_format (self->file);
}

/**
 * kappa_model_get_wrapper:
 *
 * Returns: where in the file the tensors are and what stands before their names, for people; empty
 * if nothing does
 */
const char *
kappa_model_get_wrapper (KappaModel *self)
{
  return self->wrapper;
}

/**
 * kappa_model_get_file:
 *
 * Returns: (transfer none): the open file, for its tensors as they are stored
 */
KappaTensorFile *
kappa_model_get_file (KappaModel *self)
{
  return self->file;
}

/**
 * kappa_model_list_metadata:
 *
 * Returns: (transfer full) (array zero-terminated=1): the keys of what the file says besides
 * tensors, e.g. "best_prec1"
 */
char **
kappa_model_list_metadata (KappaModel *self)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < kappa_tensor_file_get_n_metadata (self->file); i++)
    {
      const char *key;

      kappa_tensor_file_get_metadata (self->file, i, &key);
      if (!is_readers_key (key))
        g_ptr_array_add (keys, g_strdup (key));
    }
  g_ptr_array_add (keys, NULL);
  return (char **)g_ptr_array_free (keys, FALSE);
}

/**
 * kappa_model_get_metadata:
 *
 * Returns: (nullable): what the file says under that key
 */
const char *
kappa_model_get_metadata (KappaModel *self, const char *key)
{
  return kappa_tensor_file_lookup_metadata (self->file, key);
}

/**
 * kappa_model_get_licence:
 *
 * Returns: (nullable): the licence of the weights, where it is known whose they are
 */
const char *
kappa_model_get_licence (KappaModel *self)
{
  return self->preset->licence;
}

/**
 * kappa_model_get_architecture:
 *
 * Returns: the network's name for people, e.g. "ResNet-20 (CIFAR)"
 */
const char *
kappa_model_get_architecture (KappaModel *self)
{
  return self->recognition->name;
}

/**
 * kappa_model_get_key_scheme:
 *
 * Returns: whose names the file uses, e.g. "torchvision and timm"
 */
const char *
kappa_model_get_key_scheme (KappaModel *self)
{
  return self->recognition->scheme->name;
}

/**
 * kappa_model_get_evidence:
 *
 * Returns: from what the network was recognised, a sentence; for the preset's evidence see
 * #KappaPreset
 */
const char *
kappa_model_get_evidence (KappaModel *self)
{
  return self->recognition->evidence;
}

/**
 * kappa_model_get_preset:
 *
 * Returns: (transfer none): how images are prepared and what else the file does not say, and why
 */
const KappaPreset *
kappa_model_get_preset (KappaModel *self)
{
  return self->preset;
}

guint
kappa_model_get_n_classes (KappaModel *self)
{
  return self->recognition->config->classes - self->preset->choices.drop_background;
}

/**
 * kappa_model_get_class_name:
 *
 * Returns: (nullable): the name of a class, %NULL where nothing tells
 */
const char *
kappa_model_get_class_name (KappaModel *self, guint index)
{
  const GPtrArray *names = self->classes.names;

  if (names == NULL || index >= kappa_model_get_n_classes (self))
    return NULL;
  return g_ptr_array_index (names, index + (self->preset->choices.drop_background ? 1 : 0));
}

/**
 * kappa_model_get_class_evidence:
 * @assumed: (out) (optional): whether only the number of outputs speaks for the names
 *
 * Returns: (nullable): from what the names of the classes are known, which says their order, too;
 *   %NULL where there are none
 */
const char *
kappa_model_get_class_evidence (KappaModel *self, gboolean *assumed)
{
  if (assumed != NULL)
    *assumed = self->classes.assumed;
  return self->classes.evidence;
}

/**
 * kappa_model_get_channels:
 *
 * Returns: channels of the images it sees: 3, or 1 for grey ones
 */
guint
kappa_model_get_channels (KappaModel *self)
{
  return self->recognition->config->channels;
}

/**
 * kappa_model_get_input_size:
 * @height: (out): of the images the preset makes, pixels
 * @width: (out): likewise
 */
void
kappa_model_get_input_size (KappaModel *self, guint *height, guint *width)
{
  *height = self->preset->preprocess.height;
  *width = self->preset->preprocess.width;
}
