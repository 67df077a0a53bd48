#include "core/formats/formats-private.h"

#include <string.h>

#include "core/formats/json.h"
#include "core/formats/strided.h"

/* The reference reader's limit. */
#define MAX_HEADER ((guint64)100000000)

/* Document, entry, list of sizes; the reference format nests no deeper. */
#define MAX_DEPTH 4

typedef struct
{
  char *name;
  KappaTensorLayout layout;
  guint64 begin;
  guint64 end;
} Entry;

typedef struct
{
  KappaSource *source;
  KappaJson *json;
  guint64 data_start;
  GArray *entries;
} Header;

static gboolean
fail (Header *header, GError **error, const Entry *entry, const char *what)
{
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));

  return kappa_source_fail (header->source, error, KAPPA_ERROR_FORMAT,
                            "safetensors: the tensor “%s” %s", name, what);
}

static gboolean
parse_dtype (Header *header, Entry *entry, guint32 value, GError **error)
{
  g_autofree char *dtype = kappa_json_get_string (header->json, value);
  g_autofree char *name = kappa_source_quote (entry->name, strlen (entry->name));
  g_autofree char *quoted = NULL;

  if (dtype == NULL)
    return fail (header, error, entry, "has no dtype");
  if (kappa_element_from_name (dtype, &entry->layout.element))
    return TRUE;
  quoted = kappa_source_quote (dtype, strlen (dtype));
  return kappa_source_fail (
      header->source, error, KAPPA_ERROR_UNSUPPORTED,
      "safetensors: the tensor “%s” has elements of type %s, which are not read; convert it to "
      "F32, F16 or BF16",
      name, quoted);
}

static gboolean
parse_shape (Header *header, Entry *entry, guint32 value, GError **error)
{
  guint32 rank = kappa_json_get_n (header->json, value), item;

  if (value == KAPPA_JSON_MISSING || kappa_json_get_kind (header->json, value) != KAPPA_JSON_ARRAY)
    return fail (header, error, entry, "has no shape");
  if (rank > KAPPA_TENSOR_MAX_RANK)
    return fail (header, error, entry, "has more than 8 dimensions");
  item = kappa_json_get_first (header->json, value);
  for (guint i = 0; i < rank; i++, item = kappa_json_get_next (header->json, item))
    {
      guint64 size;

      if (!kappa_json_get_unsigned (header->json, item, &size))
        return fail (header, error, entry, "has a size that is not a plain whole number");
      entry->layout.dims[i] = size;
    }
  entry->layout.rank = rank;
  return TRUE;
}

static gboolean
parse_offsets (Header *header, Entry *entry, guint32 value, GError **error)
{
  guint32 first = kappa_json_get_first (header->json, value);

  if (kappa_json_get_kind (header->json, value) != KAPPA_JSON_ARRAY
      || kappa_json_get_n (header->json, value) != 2
      || !kappa_json_get_unsigned (header->json, first, &entry->begin)
      || !kappa_json_get_unsigned (header->json, kappa_json_get_next (header->json, first),
                                   &entry->end))
    return fail (header, error, entry, "does not have two plain whole numbers as data_offsets");
  if (entry->begin > entry->end)
    return fail (header, error, entry, "ends before it begins");
  return TRUE;
}

static gboolean
check_size (Header *header, Entry *entry, GError **error)
{
  gsize n, bytes;

  if (!kappa_shape_count (entry->layout.dims, entry->layout.rank, &n)
      || !g_size_checked_mul (&bytes, n, kappa_element_get_size (entry->layout.element)))
    return fail (header, error, entry, "has sizes that multiply to more than memory can hold");
  if (bytes != entry->end - entry->begin)
    return fail (header, error, entry, "has data_offsets that do not fit its shape");
  kappa_strides_row_major (entry->layout.dims, entry->layout.rank, entry->layout.strides);
  entry->layout.swap = G_BYTE_ORDER != G_LITTLE_ENDIAN;
  return TRUE;
}

static gboolean
parse_entry (Header *header, guint32 value, GError **error)
{
  Entry added = { .name = kappa_json_get_key (header->json, value) }, *entry;

  g_array_append_val (header->entries, added);
  entry = &g_array_index (header->entries, Entry, header->entries->len - 1);
  if (*entry->name == '\0')
    return fail (header, error, entry, "has an empty name");
  if (kappa_json_get_kind (header->json, value) != KAPPA_JSON_OBJECT
      || kappa_json_get_n (header->json, value) != 3)
    return fail (header, error, entry, "must have dtype, shape and data_offsets, and nothing else");
  return parse_dtype (header, entry, kappa_json_lookup (header->json, value, "dtype"), error)
         && parse_shape (header, entry, kappa_json_lookup (header->json, value, "shape"), error)
         && parse_offsets (header, entry, kappa_json_lookup (header->json, value, "data_offsets"),
                           error)
         && check_size (header, entry, error);
}

static gboolean
add_metadata (Header *header, KappaTensorFile *file, guint32 object, GError **error)
{
  guint32 value = kappa_json_get_first (header->json, object);

  if (kappa_json_get_kind (header->json, object) != KAPPA_JSON_OBJECT)
    return kappa_source_fail (header->source, error, KAPPA_ERROR_FORMAT,
                              "safetensors: __metadata__ is not an object");
  for (; value != KAPPA_JSON_MISSING; value = kappa_json_get_next (header->json, value))
    {
      g_autofree char *key = kappa_json_get_key (header->json, value);
      g_autofree char *text = kappa_json_get_string (header->json, value);

      if (text == NULL)
        return kappa_source_fail (header->source, error, KAPPA_ERROR_FORMAT,
                                  "safetensors: __metadata__ has something that is not text");
      kappa_tensor_file_add_metadata (file, key, text);
    }
  return TRUE;
}

static gint
compare_ranges (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *)a, *second = *(const Entry *const *)b;
  gint order = (first->begin > second->begin) - (first->begin < second->begin);

  return order != 0 ? order : (first->end > second->end) - (first->end < second->end);
}

/* Each tensor begins where the one before ended: no holes, no overlaps, nothing left over. */
static gboolean
check_ranges (Header *header, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  guint64 at = 0, size = kappa_source_get_size (header->source) - header->data_start;

  for (guint i = 0; i < header->entries->len; i++)
    g_ptr_array_add (sorted, &g_array_index (header->entries, Entry, i));
  g_ptr_array_sort (sorted, compare_ranges);
  for (guint i = 0; i < sorted->len; i++)
    {
      Entry *entry = sorted->pdata[i];

      if (entry->end > size)
        return fail (header, error, entry,
                     "reaches beyond the end: the file is truncated (was a download interrupted?)");
      if (entry->begin != at)
        return fail (header, error, entry,
                     entry->begin < at ? "overlaps the one before" : "leaves a hole before it");
      at = entry->end;
    }
  if (at != size)
    return kappa_source_fail (
        header->source, error, KAPPA_ERROR_FORMAT,
        "safetensors: %" G_GUINT64_FORMAT " bytes at the end belong to no tensor", size - at);
  return TRUE;
}

static gboolean
add_tensors (Header *header, KappaTensorFile *file, GError **error)
{
  guint32 value = kappa_json_get_first (header->json, 0);
  guint64 size = kappa_source_get_size (header->source) - header->data_start;
  guint storage = kappa_tensor_file_add_storage (file, header->data_start, size);

  for (; value != KAPPA_JSON_MISSING; value = kappa_json_get_next (header->json, value))
    {
      g_autofree char *key = kappa_json_get_key (header->json, value);

      if (strcmp (key, "__metadata__") == 0 ? !add_metadata (header, file, value, error)
                                            : !parse_entry (header, value, error))
        return FALSE;
    }
  if (!check_ranges (header, error))
    return FALSE;
  for (guint i = 0; i < header->entries->len; i++)
    {
      Entry *entry = &g_array_index (header->entries, Entry, i);

      entry->layout.storage = storage;
      entry->layout.offset = entry->begin;
      if (!kappa_tensor_file_add (file, entry->name, &entry->layout, error))
        return FALSE;
    }
  return kappa_tensor_file_finish (file, TRUE, error);
}

static gboolean
read_header (Header *header, GError **error)
{
  g_autofree char *text = NULL;
  guint64 size;

  if (!kappa_source_read (header->source, 0, &size, sizeof size, error))
    return FALSE;
  size = GUINT64_FROM_LE (size);
  if (size > MAX_HEADER)
    return kappa_source_fail (header->source, error, KAPPA_ERROR_FORMAT,
                              "safetensors: the header claims %" G_GUINT64_FORMAT
                              " bytes, at most 100,000,000 are read",
                              size);
  if (size > kappa_source_get_size (header->source) - sizeof size)
    return kappa_source_fail (
        header->source, error, KAPPA_ERROR_FORMAT,
        "safetensors: the header is longer than the file: the file is truncated (was a download "
        "interrupted?)");
  header->data_start = sizeof size + size;
  text = g_malloc (MAX (size, 1));
  if (!kappa_source_read (header->source, sizeof size, text, size, error))
    return FALSE;
  header->json = kappa_json_parse (text, size, MAX_DEPTH, error);
  if (header->json == NULL)
    {
      g_prefix_error (error, "%s: safetensors header: ", kappa_source_get_name (header->source));
      return FALSE;
    }
  if (kappa_json_get_kind (header->json, 0) != KAPPA_JSON_OBJECT || text[0] != '{')
    return kappa_source_fail (header->source, error, KAPPA_ERROR_FORMAT,
                              "safetensors: the header is not an object");
  return TRUE;
}

static void
clear_entry (gpointer data)
{
  g_free (((Entry *)data)->name);
}

/**
 * kappa_safetensors_open:
 *
 * Follows the rules of the safetensors crate's reader, and refuses two equal keys, which that one
 * does not.
 *
 * Returns: (transfer full): the file; %NULL with %KAPPA_ERROR_FORMAT or %KAPPA_ERROR_UNSUPPORTED
 */
KappaTensorFile *
kappa_safetensors_open (KappaSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaTensorFile) file
      = kappa_tensor_file_new (KAPPA_TYPE_TENSOR_FILE, source, "safetensors");
  Header header = { .source = source, .entries = g_array_new (FALSE, FALSE, sizeof (Entry)) };
  gboolean sound;

  g_array_set_clear_func (header.entries, clear_entry);
  sound = read_header (&header, error) && add_tensors (&header, file, error);
  g_array_unref (header.entries);
  g_clear_pointer (&header.json, kappa_json_free);
  return sound ? g_steal_pointer (&file) : NULL;
}
