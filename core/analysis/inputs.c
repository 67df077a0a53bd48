#include "core/analysis/inputs-private.h"

#include <string.h>

#include "core/base/error.h"

G_DEFINE_FINAL_TYPE (KappaInputs, kappa_inputs, G_TYPE_OBJECT)

static const KappaInputOption model_options[] = {
  { "preset", "NAME",
    "preprocessing and other choices the file cannot say, instead of those its evidence suggests" },
  { "set", "KEY=VALUE,…", "single choices that override the preset, such as size=128,crop=1" },
};

static const KappaInputOption dataset_options[] = {
  { "images", "A:B", "only the images from number A on, before number B; all for all of them" },
  { "sample", "N",
    "draw N images, stratified by class; 4096 of a larger set where neither this nor a range is "
    "given" },
  { "sample-seed", "SEED",
    "seed of that draw; 0 if not given, or --seed where nothing else is random" },
  { "split", "auto|all|training|held-out",
    "which images to take from a place that holds both kinds" },
  { "labels", "FILE.csv", "a table with a row for each image, for a flat folder" },
  { "image-column", "NAME", "its column of file names" },
  { "label-column", "NAME", "its column of labels" },
};

static void
input_free (gpointer data)
{
  KappaInput *input = data;

  g_free (input->name);
  g_free (input->source);
  g_free (input->expected_hash);
  g_free (input->hash);
  g_hash_table_unref (input->options);
  g_clear_object (&input->model);
  g_clear_object (&input->dataset);
  g_clear_object (&input->batches);
  g_clear_pointer (&input->selection, kappa_selection_unref);
  g_free (input);
}

static void
kappa_inputs_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_INPUTS (object)->items);
  G_OBJECT_CLASS (kappa_inputs_parent_class)->finalize (object);
}

static void
kappa_inputs_class_init (KappaInputsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_inputs_finalize;
}

static void
kappa_inputs_init (KappaInputs *self)
{
  self->items = g_ptr_array_new_with_free_func (input_free);
}

KappaInputs *
kappa_inputs_new (void)
{
  return g_object_new (KAPPA_TYPE_INPUTS, NULL);
}

/**
 * kappa_input_list_options:
 * @n: (out)
 *
 * Returns: (transfer none) (array length=n): what can be told about an input of that kind
 */
const KappaInputOption *
kappa_input_list_options (KappaInputKind kind, guint *n)
{
  switch (kind)
    {
    case KAPPA_INPUT_MODEL:
      *n = G_N_ELEMENTS (model_options);
      return model_options;
    case KAPPA_INPUT_DATASET:
      *n = G_N_ELEMENTS (dataset_options);
      return dataset_options;
    default:
      *n = 0;
      return NULL;
    }
}

/**
 * kappa_input_option_spelling:
 *
 * Returns: (transfer full): the command-line option, without dashes: "images" for the inputs "data"
 * and "model", "train-images" for "train-data", "teacher-preset" for "teacher"
 */
char *
kappa_input_option_spelling (const KappaInputSpec *spec, const KappaInputOption *option)
{
  g_autofree char *prefix = NULL;

  if (g_str_equal (spec->name, "data") || g_str_equal (spec->name, "model"))
    return g_strdup (option->name);
  if (g_str_has_suffix (spec->name, "-data"))
    prefix = g_strndup (spec->name, strlen (spec->name) - strlen ("-data"));
  return g_strconcat (prefix != NULL ? prefix : spec->name, "-", option->name, NULL);
}

static KappaInput *
append (KappaInputs *self, const char *name, KappaInputKind kind, const char *source)
{
  KappaInput *input = g_new0 (KappaInput, 1);

  input->name = g_strdup (name);
  input->kind = kind;
  input->source = g_strdup (source);
  input->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_ptr_array_add (self->items, input);
  return input;
}

/**
 * kappa_inputs_add:
 * @name: of a spec of the analysis
 * @source: a path; for datasets what kappa_dataset_open() takes
 */
void
kappa_inputs_add (KappaInputs *self, const char *name, KappaInputKind kind, const char *source)
{
  append (self, name, kind, source);
}

/**
 * kappa_inputs_add_model:
 * @model: a model that is open already, for who has one
 */
void
kappa_inputs_add_model (KappaInputs *self, const char *name, KappaModel *model)
{
  append (self, name, KAPPA_INPUT_MODEL, kappa_model_get_path (model))->model
      = g_object_ref (model);
}

/* The input number @index of those called @name; NULL if there are fewer. */
KappaInput *
kappa_inputs_find (KappaInputs *self, const char *name, guint index)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      KappaInput *input = g_ptr_array_index (self->items, i);

      if (g_str_equal (input->name, name) && index-- == 0)
        return input;
    }
  return NULL;
}

/**
 * kappa_inputs_get_n:
 *
 * Returns: how many inputs of that name there are
 */
guint
kappa_inputs_get_n (KappaInputs *self, const char *name)
{
  guint n = 0;

  while (kappa_inputs_find (self, name, n) != NULL)
    n++;
  return n;
}

static gboolean
known_option (KappaInputKind kind, const char *option)
{
  guint n;
  const KappaInputOption *options = kappa_input_list_options (kind, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (options[i].name, option))
      return TRUE;
  return FALSE;
}

/* What can be said of a value before anything is opened. */
static gboolean
check_option (const char *option, const char *value, GError **error)
{
  KappaSplitChoice choice;
  guint64 number;

  if (g_str_equal (option, "sample")
      && !g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT, &number, NULL))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "sample: %s was given, expected a count of images, at least 1", value);
      return FALSE;
    }
  if (g_str_equal (option, "sample-seed")
      && !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &number, NULL))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "sample-seed: %s was given, expected a whole number, 0 or above", value);
      return FALSE;
    }
  if (g_str_equal (option, "split") && !kappa_split_choice_from_name (value, &choice))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "split: %s was given, expected auto, all, training or held-out", value);
      return FALSE;
    }
  return TRUE;
}

/**
 * kappa_inputs_set_option:
 * @index: which of the inputs called @name
 * @option: one of kappa_input_list_options()
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE for an unknown option or a value that cannot be one
 */
gboolean
kappa_inputs_set_option (KappaInputs *self,
                         const char *name,
                         guint index,
                         const char *option,
                         const char *value,
                         GError **error)
{
  KappaInput *input = kappa_inputs_find (self, name, index);

  g_return_val_if_fail (input != NULL, FALSE);
  if (!known_option (input->kind, option))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s: there is no option %s for it", name,
                   option);
      return FALSE;
    }
  if (!check_option (option, value, error))
    return FALSE;
  g_hash_table_replace (input->options, g_strdup (option), g_strdup (value));
  return TRUE;
}

/**
 * kappa_inputs_get_source:
 *
 * Returns: (transfer none): as it was given
 */
const char *
kappa_inputs_get_source (KappaInputs *self, const char *name, guint index)
{
  return kappa_inputs_find (self, name, index)->source;
}

/**
 * kappa_inputs_get_option:
 *
 * Returns: (transfer none) (nullable): %NULL if it was not set
 */
const char *
kappa_inputs_get_option (KappaInputs *self, const char *name, guint index, const char *option)
{
  return g_hash_table_lookup (kappa_inputs_find (self, name, index)->options, option);
}

/**
 * kappa_inputs_expect_hash:
 * @sha256: what the content must be for kappa_inputs_open() to succeed
 */
void
kappa_inputs_expect_hash (KappaInputs *self, const char *name, guint index, const char *sha256)
{
  KappaInput *input = kappa_inputs_find (self, name, index);

  g_free (input->expected_hash);
  input->expected_hash = g_strdup (sha256);
}

/**
 * kappa_inputs_dup_location:
 *
 * Returns: (transfer full): the source with an absolute path, so that it means the same from any
 * directory
 */
char *
kappa_inputs_dup_location (KappaInputs *self, const char *name, guint index)
{
  const char *source = kappa_inputs_find (self, name, index)->source;
  const char *path = source + strspn (source, "abcdefghijklmnopqrstuvwxyz0123456789");
  g_autofree char *absolute = NULL;

  /* "cifar10:FILE": what stands before the colon is not part of the path. */
  path = *path == ':' && path != source && !g_file_test (source, G_FILE_TEST_EXISTS) ? path + 1
                                                                                     : source;
  absolute = g_canonicalize_filename (path, NULL);
  return g_strdup_printf ("%.*s%s", (int) (path - source), source, absolute);
}

static gboolean
check_count (const KappaInputSpec *spec, guint n, GError **error)
{
  g_autofree char *expected = NULL;

  if (n >= spec->min && (spec->max == 0 || n <= spec->max))
    return TRUE;
  if (n == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s%s is missing: %s",
                   spec->positional ? "the input " : "--", spec->name, spec->blurb);
      return FALSE;
    }
  if (spec->max == 0)
    expected = g_strdup_printf ("at least %u", spec->min);
  else if (spec->min == spec->max)
    expected = g_strdup_printf ("%u", spec->min);
  else
    expected = g_strdup_printf ("%u to %u", spec->min, spec->max);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s%s: %u given, expected %s: %s",
               spec->positional ? "" : "--", spec->name, n, expected, spec->blurb);
  return FALSE;
}

/**
 * kappa_inputs_check:
 * @specs: (array length=n_specs): of the analysis
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if inputs are missing, too many or unknown
 */
gboolean
kappa_inputs_check (KappaInputs *self, const KappaInputSpec *specs, guint n_specs, GError **error)
{
  guint known = 0;

  for (guint i = 0; i < n_specs; i++)
    {
      guint n = kappa_inputs_get_n (self, specs[i].name);

      if (!check_count (&specs[i], n, error))
        return FALSE;
      known += n;
    }
  if (known == self->items->len)
    return TRUE;
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "an input was given that this analysis does not use");
  return FALSE;
}
