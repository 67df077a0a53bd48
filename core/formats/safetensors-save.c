#include "core/formats/safetensors.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/save.h"

/* Headers are filled up with spaces so that the elements begin at a multiple of this. */
#define ALIGNMENT 8

typedef struct
{
  GPtrArray *sorted; /* const KappaExportTensor */
  const char *const *metadata;
} Tensors;

static gint
compare (gconstpointer a, gconstpointer b)
{
  const KappaExportTensor *first = *(const KappaExportTensor *const *)a;
  const KappaExportTensor *second = *(const KappaExportTensor *const *)b;
  gsize wide = kappa_element_get_size (first->element),
        other = kappa_element_get_size (second->element);

  return wide != other ? (wide < other ? 1 : -1) : strcmp (first->name, second->name);
}

static void
append_string (GString *text, const char *string)
{
  g_string_append_c (text, '"');
  for (; *string != '\0'; string++)
    if (*string == '"' || *string == '\\')
      g_string_append_printf (text, "\\%c", *string);
    else if ((guint8)*string < 0x20)
      g_string_append_printf (text, "\\u%04x", (guint)*string);
    else
      g_string_append_c (text, *string);
  g_string_append_c (text, '"');
}

static void
append_metadata (GString *text, const char *const *metadata)
{
  append_string (text, "__metadata__");
  g_string_append (text, ":{");
  for (gsize i = 0; metadata[i] != NULL; i += 2)
    {
      g_string_append (text, i > 0 ? "," : "");
      append_string (text, metadata[i]);
      g_string_append_c (text, ':');
      append_string (text, metadata[i + 1]);
    }
  g_string_append_c (text, '}');
}

static void
append_entry (GString *text, const KappaExportTensor *tensor, guint64 begin, guint64 end)
{
  append_string (text, tensor->name);
  g_string_append_printf (text, ":{\"dtype\":\"%s\",\"shape\":[",
                          kappa_element_get_name (tensor->element));
  for (guint i = 0; i < tensor->rank; i++)
    g_string_append_printf (text, i > 0 ? ",%" G_GSIZE_FORMAT : "%" G_GSIZE_FORMAT,
                            tensor->dims[i]);
  g_string_append_printf (text, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          begin, end);
}

static gboolean
make_header (const Tensors *tensors, GString *text, GError **error)
{
  guint64 begin = 0;

  g_string_append_c (text, '{');
  if (tensors->metadata != NULL && tensors->metadata[0] != NULL)
    append_metadata (text, tensors->metadata);
  for (guint i = 0; i < tensors->sorted->len; i++)
    {
      gsize size;

      if (!kappa_save_size (tensors->sorted->pdata[i], &size, error))
        return FALSE;
      if (text->len > 1)
        g_string_append_c (text, ',');
      append_entry (text, tensors->sorted->pdata[i], begin, begin + size);
      begin += size;
    }
  g_string_append_c (text, '}');
  while (text->len % ALIGNMENT != 0)
    g_string_append_c (text, ' ');
  return TRUE;
}

static gboolean
write_tensors (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  const Tensors *tensors = data;
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 length;

  if (!make_header (tensors, text, error))
    return FALSE;
  length = GUINT64_TO_LE (text->len);
  if (!kappa_save_bytes (stream, &length, sizeof length, cancellable, error)
      || !kappa_save_bytes (stream, text->str, text->len, cancellable, error))
    return FALSE;
  for (guint i = 0; i < tensors->sorted->len; i++)
    {
      g_autoptr (GBytes) elements = kappa_save_elements (tensors->sorted->pdata[i], error);

      if (elements == NULL
          || !kappa_save_bytes (stream, g_bytes_get_data (elements, NULL),
                                g_bytes_get_size (elements), cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * kappa_safetensors_save:
 * @tensors: (array length=n_tensors): the tensors, on a little-endian machine
 * @metadata: (array zero-terminated=1) (nullable): keys and texts by turns
 *
 * Writes them as the reference implementation does, widest elements first and then by name.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, the system's error or %G_IO_ERROR_CANCELLED; @path is as
 * it was then
 */
gboolean
kappa_safetensors_save (const char *path,
                        const KappaExportTensor *tensors,
                        guint n_tensors,
                        const char *const *metadata,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  Tensors all = { sorted, metadata };

  if (!kappa_save_names (tensors, n_tensors, error))
    return FALSE;
  for (guint i = 0; i < n_tensors; i++)
    {
      if (strcmp (tensors[i].name, "__metadata__") == 0)
        {
          g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                               "no tensor can be called __metadata__");
          return FALSE;
        }
      g_ptr_array_add (sorted, (gpointer)&tensors[i]);
    }
  g_ptr_array_sort (sorted, compare);
  return kappa_save_file (path, write_tensors, &all, cancellable, error);
}
