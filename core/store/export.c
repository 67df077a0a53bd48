#include "core/store/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/analysis/result-json.h"
#include "core/base/error.h"
#include "core/formats/atomic-file.h"
#include "core/formats/json.h"
#include "core/store/export-private.h"

static const struct
{
  const char *extension;
  gboolean (*func) (const KappaExport *job, GError **error);
} formats[] = {
  { "csv", kappa_export_csv },
  { "json", kappa_export_json },
  { "npz", kappa_export_npz },
  { "h5", kappa_export_hdf5 },
};

static int
find_format (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (dot + 1, formats[i].extension) == 0)
      return (int)i;
  return -1;
}

/**
 * kappa_export_supports:
 *
 * Returns: whether kappa_export() knows what the end of @path asks for
 */
gboolean
kappa_export_supports (const char *path)
{
  return find_format (path) >= 0;
}

/**
 * kappa_export_list_extensions:
 *
 * Returns: (transfer none) (array zero-terminated=1): "csv" and so on, without the dot
 */
const char *const *
kappa_export_list_extensions (void)
{
  static const char *const extensions[] = { "csv", "json", "npz", "h5", NULL };

  G_STATIC_ASSERT (G_N_ELEMENTS (extensions) == G_N_ELEMENTS (formats) + 1);
  return extensions;
}

/**
 * kappa_export:
 * @result: what a run found, complete or not; what was not computed is left empty
 * @recipe: (nullable): JSON text: how it was found
 * @path: its end decides the format
 *
 * Writes a result to a file:
 *
 * - ".csv": text for spreadsheets and data frames; see kappa_export_csv() for how many tables
 * become files
 * - ".json": one object, as the command line prints it
 * - ".npz": arrays for numpy.load()
 * - ".h5": HDF5; a landscape is in the layout of the reference tool
 *
 * A file is complete, or as it was before.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE for another end, or the system's error
 */
gboolean
kappa_export (KappaResult *result, const char *recipe, const char *path, GError **error)
{
  const KappaExport job = { result, recipe, path };
  int format = find_format (path);

  if (format >= 0)
    return formats[format].func (&job, error);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "%s: numbers are written to files that end in .csv, .json, .npz or .h5", path);
  return FALSE;
}

typedef struct
{
  const char *text;
  gsize size;
} Text;

static gboolean
write_text (const char *path, gpointer data, GError **error)
{
  const Text *text = data;
  FILE *file = fopen (path, "wbe");
  gboolean done = file != NULL && fwrite (text->text, 1, text->size, file) == text->size;
  int failure = errno;

  if (file != NULL && fclose (file) != 0 && done)
    done = FALSE, failure = errno;
  if (!done)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failure),
                 "%s: cannot be written: %s", path, g_strerror (failure));
  return done;
}

gboolean
kappa_export_write_text (const char *path, const char *text, gsize size, GError **error)
{
  Text content = { text, size };

  return kappa_atomic_write (path, write_text, &content, error);
}

gboolean
kappa_export_json (const KappaExport *job, GError **error)
{
  g_autofree char *json = kappa_result_to_json (job->result, job->recipe);

  return kappa_export_write_text (job->path, json, strlen (json), error);
}

/* A text of a recipe: @member of its @object; NULL when it has none. */
char *
kappa_export_recipe_get (const char *recipe, const char *object, const char *member)
{
  g_autoptr (KappaJson) json
      = recipe != NULL ? kappa_json_parse (recipe, strlen (recipe), 64, NULL) : NULL;
  guint32 value;

  if (json == NULL)
    return NULL;
  value = kappa_json_lookup (json, kappa_json_lookup (json, 0, object), member);
  /* An input is a list, of which the first is meant, with its source. */
  if (value != KAPPA_JSON_MISSING && kappa_json_get_kind (json, value) == KAPPA_JSON_ARRAY)
    value = kappa_json_lookup (json, kappa_json_get_first (json, value), "source");
  return value != KAPPA_JSON_MISSING ? kappa_json_get_string (json, value) : NULL;
}

/* How sure a scalar is, in words. */
char *
kappa_export_describe (const KappaScalar *scalar)
{
  const KappaCertainty *certainty = &scalar->certainty;
  g_autofree char *low = kappa_number_to_text (certainty->low);
  g_autofree char *high = kappa_number_to_text (certainty->high);
  g_autofree char *level = kappa_number_to_text (certainty->level);
  g_autofree char *residual = kappa_number_to_text (certainty->residual);

  switch (certainty->kind)
    {
    case KAPPA_INTERVAL:
      return g_strdup_printf ("interval %s to %s, level %s", low, high, level);
    case KAPPA_RESIDUAL:
      return g_strdup_printf ("residual %s", residual);
    default:
      return g_strdup ("exact");
    }
}

gboolean
kappa_export_same_axes (const KappaArray *a, const KappaArray *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (guint d = 0; d < a->rank; d++)
    if (a->dims[d] != b->dims[d] || g_strcmp0 (a->axes[d], b->axes[d]) != 0
        || memcmp (a->coordinates[d], b->coordinates[d], a->dims[d] * sizeof (double)) != 0)
      return FALSE;
  return TRUE;
}

gboolean
kappa_export_is_complete (const KappaArray *array)
{
  return memchr (array->present, 0, kappa_array_get_size (array)) == NULL;
}
