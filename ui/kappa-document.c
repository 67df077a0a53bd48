#include "ui/kappa-document.h"

#include <string.h>

#include "ui/kappa-words.h"

/**
 * KappaDocument:
 *
 * A model or images that someone opened: where they are, what was told about them, and once they
 * are read, what they are. For the main thread.
 */
struct _KappaDocument
{
  GObject parent_instance;

  KappaInputKind kind;
  char *source;
  char *title, *subtitle;
  char *error;
  KappaDocumentState state;
  guint color;
  GHashTable *options; /* by name: texts, as kappa_inputs_set_option() takes them */
  KappaModel *model;
  KappaDataset *dataset;
  GCancellable *cancellable; /* of the opening under way */
};

G_DEFINE_FINAL_TYPE (KappaDocument, kappa_document, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (KappaDocumentState,
                    kappa_document_state,
                    G_DEFINE_ENUM_VALUE (KAPPA_DOCUMENT_OPENING, "opening"),
                    G_DEFINE_ENUM_VALUE (KAPPA_DOCUMENT_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (KAPPA_DOCUMENT_FAILED, "failed"))

enum
{
  PROP_TITLE = 1,
  PROP_SUBTITLE,
  PROP_STATE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint options_changed_signal;

static void
kappa_document_finalize (GObject *object)
{
  KappaDocument *self = KAPPA_DOCUMENT (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->model);
  g_clear_object (&self->dataset);
  g_hash_table_unref (self->options);
  g_free (self->source);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->error);
  G_OBJECT_CLASS (kappa_document_parent_class)->finalize (object);
}

static void
kappa_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KappaDocument *self = KAPPA_DOCUMENT (object);

  if (id == PROP_TITLE)
    g_value_set_string (value, self->title);
  else if (id == PROP_SUBTITLE)
    g_value_set_string (value, self->subtitle);
  else if (id == PROP_STATE)
    g_value_set_enum (value, self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_document_class_init (KappaDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = kappa_document_get_property;
  object_class->finalize = kappa_document_finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, KAPPA_TYPE_DOCUMENT_STATE,
                                         KAPPA_DOCUMENT_OPENING, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * KappaDocument::options-changed:
   */
  options_changed_signal = g_signal_new ("options-changed", KAPPA_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
kappa_document_init (KappaDocument *self)
{
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
set_words (KappaDocument *self, char *title, char *subtitle)
{
  g_free (self->title);
  g_free (self->subtitle);
  self->title = title;
  self->subtitle = subtitle;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SUBTITLE]);
}

static void
set_state (KappaDocument *self, KappaDocumentState state)
{
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

/* "cifar10:/data/x" is at /data/x. */
static const char *
path_of (const char *source)
{
  const char *end = source + strspn (source, "abcdefghijklmnopqrstuvwxyz0123456789");

  return end > source && end[0] == ':' && end[1] != '\0' ? end + 1 : source;
}

static char *
dup_base_name (const char *source)
{
  return g_path_get_basename (path_of (source));
}

/**
 * kappa_document_is_at:
 * @source: a path, or for datasets what kappa_dataset_open() takes
 *
 * Returns: whether it names the same file or folder
 */
gboolean
kappa_document_is_at (KappaDocument *self, const char *source)
{
  return g_str_equal (path_of (self->source), path_of (source));
}

static void
describe_model (KappaDocument *self)
{
  g_autofree char *file = dup_base_name (self->source);
  g_autofree char *count = kappa_words_short (kappa_model_get_parameters_size (self->model));

  set_words (self, g_strdup (kappa_model_get_architecture (self->model)),
             g_strdup_printf ("%s · %s", count, file));
}

static void
describe_data (KappaDocument *self)
{
  guint n_classes = kappa_dataset_get_n_classes (self->dataset);
  g_autofree char *count = kappa_words_count (kappa_dataset_get_n_items (self->dataset));
  char *subtitle = n_classes > 0 ? g_strdup_printf ("%s images, %u classes", count, n_classes)
                                 : g_strdup_printf ("%s images, no labels", count);

  set_words (self, g_strdup (kappa_dataset_get_title (self->dataset)), subtitle);
}

static KappaDocument *
make (KappaInputKind kind, const char *source)
{
  KappaDocument *self = g_object_new (KAPPA_TYPE_DOCUMENT, NULL);

  self->kind = kind;
  self->source = g_file_test (source, G_FILE_TEST_EXISTS) ? g_canonicalize_filename (source, NULL)
                                                          : g_strdup (source);
  return self;
}

/**
 * kappa_document_new:
 * @kind: a model or a dataset
 * @source: a path; for datasets what kappa_dataset_open() takes
 *
 * Returns: (transfer full): a document that is not read yet: see kappa_document_open()
 */
KappaDocument *
kappa_document_new (KappaInputKind kind, const char *source)
{
  KappaDocument *self = make (kind, source);

  set_words (self, dup_base_name (source), g_strdup ("not open"));
  return self;
}

/**
 * kappa_document_new_for_model:
 *
 * Returns: (transfer full): a document for a model that is open already
 */
KappaDocument *
kappa_document_new_for_model (KappaModel *model)
{
  KappaDocument *self = make (KAPPA_INPUT_MODEL, kappa_model_get_path (model));

  self->model = g_object_ref (model);
  self->state = KAPPA_DOCUMENT_READY;
  describe_model (self);
  return self;
}

/**
 * kappa_document_new_for_data:
 *
 * Returns: (transfer full): a document for images that are open already
 */
KappaDocument *
kappa_document_new_for_data (KappaDataset *dataset)
{
  KappaDocument *self = make (KAPPA_INPUT_DATASET, kappa_dataset_get_spec (dataset));

  self->dataset = g_object_ref (dataset);
  self->state = KAPPA_DOCUMENT_READY;
  describe_data (self);
  return self;
}

/* What the thread needs: plain texts, no widgets and no document. */
typedef struct
{
  KappaInputKind kind;
  char *source;
  GHashTable *options;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->source);
  g_hash_table_unref (order->options);
  g_free (order);
}

static GHashTable *
copy_options (GHashTable *options)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
  return copy;
}

static GObject *
open_dataset (const Order *order, GCancellable *cancellable, GError **error)
{
  const char *split = g_hash_table_lookup (order->options, "split");
  KappaDatasetOptions options
      = { .labels = g_hash_table_lookup (order->options, "labels"),
          .image_column = g_hash_table_lookup (order->options, "image-column"),
          .label_column = g_hash_table_lookup (order->options, "label-column") };

  if (split != NULL)
    kappa_split_choice_from_name (split, &options.split);
  return (GObject *)kappa_dataset_open (order->source, &options, cancellable, error);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  g_autoptr (GError) error = NULL;
  GObject *opened;

  if (order->kind == KAPPA_INPUT_MODEL)
    {
      const KappaModelOptions options = { .preset = g_hash_table_lookup (order->options, "preset"),
                                          .settings = g_hash_table_lookup (order->options, "set") };

      opened = (GObject *)kappa_model_open (order->source, &options, cancellable, &error);
    }
  else
    opened = open_dataset (order, cancellable, &error);
  if (opened != NULL)
    g_task_return_pointer (task, opened, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
show_failure (KappaDocument *self, const GError *error)
{
  g_free (self->error);
  self->error = g_strdup (error->message);
  set_words (self, dup_base_name (self->source), g_strdup ("cannot be opened"));
  set_state (self, KAPPA_DOCUMENT_FAILED);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaDocument) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) opened = g_task_propagate_pointer (G_TASK (result), &error);

  /* A later opening has taken over. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  if (opened == NULL)
    {
      show_failure (self, error);
      return;
    }
  g_clear_pointer (&self->error, g_free);
  if (self->kind == KAPPA_INPUT_MODEL)
    {
      g_set_object (&self->model, KAPPA_MODEL (opened));
      describe_model (self);
    }
  else
    {
      g_set_object (&self->dataset, KAPPA_DATASET (opened));
      describe_data (self);
    }
  set_state (self, KAPPA_DOCUMENT_READY);
}

/**
 * kappa_document_open:
 *
 * Reads the file in a thread, with the options as they are now. "state" tells when it is done. What
 * was open before stays until then.
 */
void
kappa_document_open (KappaDocument *self)
{
  g_autoptr (GTask) task = NULL;
  Order *order = g_new (Order, 1);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  *order = (Order) { self->kind, g_strdup (self->source), copy_options (self->options) };
  set_state (self, KAPPA_DOCUMENT_OPENING);
  task = g_task_new (NULL, self->cancellable, opened_cb, g_object_ref (self));
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, open_in_thread);
}

KappaInputKind
kappa_document_get_kind (KappaDocument *self)
{
  return self->kind;
}

const char *
kappa_document_get_source (KappaDocument *self)
{
  return self->source;
}

const char *
kappa_document_get_title (KappaDocument *self)
{
  return self->title;
}

const char *
kappa_document_get_subtitle (KappaDocument *self)
{
  return self->subtitle;
}

KappaDocumentState
kappa_document_get_state (KappaDocument *self)
{
  return self->state;
}

/**
 * kappa_document_get_error:
 *
 * Returns: (transfer none) (nullable): why it cannot be opened
 */
const char *
kappa_document_get_error (KappaDocument *self)
{
  return self->error;
}

/**
 * kappa_document_get_color:
 *
 * Returns: which of the theme's series colours stands for it
 */
guint
kappa_document_get_color (KappaDocument *self)
{
  return self->color;
}

void
kappa_document_set_color (KappaDocument *self, guint color)
{
  self->color = color;
}

/**
 * kappa_document_get_model:
 *
 * Returns: (transfer none) (nullable): %NULL unless it is a model and could be read
 */
KappaModel *
kappa_document_get_model (KappaDocument *self)
{
  return self->model;
}

/**
 * kappa_document_get_dataset:
 *
 * Returns: (transfer none) (nullable): %NULL unless it is a dataset and could be read
 */
KappaDataset *
kappa_document_get_dataset (KappaDocument *self)
{
  return self->dataset;
}

/**
 * kappa_document_get_option:
 *
 * Returns: (transfer none) (nullable): %NULL if it was not set
 */
const char *
kappa_document_get_option (KappaDocument *self, const char *name)
{
  return g_hash_table_lookup (self->options, name);
}

/* Which images are used is decided when a run begins; everything else changes what the file is read
 * as. */
static gboolean
needs_opening (const char *option)
{
  static const char *const later[] = { "images", "sample", "sample-seed", NULL };

  return !g_strv_contains (later, option);
}

/**
 * kappa_document_set_option:
 * @name: one of kappa_input_list_options()
 * @value: (nullable): %NULL or "" takes it back
 *
 * The document is opened again where that is needed.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE for a value that cannot be one
 */
gboolean
kappa_document_set_option (KappaDocument *self, const char *name, const char *value, GError **error)
{
  g_autoptr (KappaInputs) trial = kappa_inputs_new ();

  if (value != NULL && *value == '\0')
    value = NULL;
  if (g_strcmp0 (value, kappa_document_get_option (self, name)) == 0)
    return TRUE;
  kappa_inputs_add (trial, "it", self->kind, self->source);
  if (value != NULL && !kappa_inputs_set_option (trial, "it", 0, name, value, error))
    return FALSE;
  if (value != NULL)
    g_hash_table_replace (self->options, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->options, name);
  if (needs_opening (name))
    kappa_document_open (self);
  g_signal_emit (self, options_changed_signal, 0);
  return TRUE;
}

/**
 * kappa_document_dup_options:
 *
 * Returns: (transfer floating): all options, as a{ss}
 */
GVariant *
kappa_document_dup_options (KappaDocument *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  return g_variant_builder_end (&builder);
}

/**
 * kappa_document_load_options:
 * @options: a{ss}, from kappa_document_dup_options()
 *
 * For a document that was not opened yet.
 */
void
kappa_document_load_options (KappaDocument *self, GVariant *options)
{
  GVariantIter iter;
  char *name, *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{ss}", &name, &value))
    g_hash_table_replace (self->options, name, value);
  g_signal_emit (self, options_changed_signal, 0);
}

/**
 * kappa_document_add_to:
 * @name: which input of an analysis it is to be
 */
void
kappa_document_add_to (KappaDocument *self, KappaInputs *inputs, const char *name)
{
  guint index = kappa_inputs_get_n (inputs, name);
  GHashTableIter iter;
  gpointer option, value;

  if (self->model != NULL)
    kappa_inputs_add_model (inputs, name, self->model);
  else
    kappa_inputs_add (inputs, name, self->kind, self->source);
  g_hash_table_iter_init (&iter, self->options);
  while (g_hash_table_iter_next (&iter, &option, &value))
    kappa_inputs_set_option (inputs, name, index, option, value, NULL);
}

/**
 * kappa_document_dup_images:
 *
 * Returns: (transfer full): of a dataset, which of its images are used: "images 0–1,000" or "all
 * 300 images"
 */
char *
kappa_document_dup_images (KappaDocument *self)
{
  const char *range = kappa_document_get_option (self, "images"),
             *sample = kappa_document_get_option (self, "sample");
  guint n = self->dataset != NULL ? kappa_dataset_get_n_items (self->dataset) : 0;
  g_autofree char *count = kappa_words_count (n);

  if (range != NULL)
    return g_strdup_printf ("images %s", range);
  if (sample != NULL && !g_str_equal (sample, "all"))
    return g_strdup_printf ("%s images", sample);
  if (sample == NULL && n > KAPPA_SELECTION_DEFAULT_SAMPLE)
    return g_strdup_printf ("%u of %s images", KAPPA_SELECTION_DEFAULT_SAMPLE, count);
  return n > 0 ? g_strdup_printf ("all %s images", count) : g_strdup ("");
}
