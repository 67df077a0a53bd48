#include "app/reader/reader.h"

#include <stdlib.h>
#include <string.h>

/* What deflate can do at its best; a data set that says it holds more than its stored bytes can
 * become is a bomb. */
#define MAX_RATIO    1032
#define UNSUSPICIOUS ((uint64_t)16 << 20)

/* @size is 0 for texts of any length. */
uint32_t
reader_classify (hid_t type, uint32_t *size)
{
  *size = (uint32_t)H5Tget_size (type);
  switch (H5Tget_class (type))
    {
    case H5T_INTEGER:
      return H5Tget_sign (type) == H5T_SGN_NONE ? KAPPA_READER_UNSIGNED : KAPPA_READER_INTEGER;
    case H5T_FLOAT:
      return KAPPA_READER_FLOAT;
    case H5T_STRING:
      *size = H5Tis_variable_str (type) > 0 ? 0 : *size;
      return KAPPA_READER_STRING;
    case H5T_OPAQUE:
      return KAPPA_READER_OPAQUE;
    default:
      return KAPPA_READER_OTHER;
    }
}

int
reader_is_number (uint32_t class)
{
  return class == KAPPA_READER_INTEGER || class == KAPPA_READER_UNSIGNED
         || class == KAPPA_READER_FLOAT;
}

/* NULL, or why not. */
static char *
check_filters (hid_t creation)
{
  int n = H5Pget_nfilters (creation);

  for (int i = 0; i < n; i++)
    {
      unsigned flags, values[1];
      size_t n_values = 0;
      char name[64] = "";
      H5Z_filter_t filter = H5Pget_filter2 (creation, (unsigned)i, &flags, &n_values, values,
                                            sizeof name, name, NULL);

      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE
          && filter != H5Z_FILTER_FLETCHER32)
        return reader_format (
            "it is compressed by filter %d (%s); known are deflate, shuffle and fletcher32",
            (int)filter, name);
    }
  return n < 0 ? reader_format ("its filters are damaged") : NULL;
}

static char *
check_chunks (Reader *reader, hid_t creation, uint64_t element)
{
  hsize_t dims[H5S_MAX_RANK];
  int rank = H5Pget_chunk (creation, H5S_MAX_RANK, dims);
  uint64_t bytes = element;

  for (int d = 0; d < rank; d++)
    if (__builtin_mul_overflow (bytes, dims[d], &bytes))
      return reader_format ("its chunks are impossibly large");
  if (rank < 0)
    return reader_format ("its chunks are damaged");
  if (bytes > UNSUSPICIOUS && bytes / MAX_RATIO > reader->file_size)
    return reader_format ("one of its chunks says it is %llu bytes, and the file has %llu",
                          (unsigned long long)bytes, (unsigned long long)reader->file_size);
  return NULL;
}

static char *
check_layout (Reader *reader, hid_t creation, uint64_t element)
{
  H5D_layout_t layout = H5Pget_layout (creation);

  if (layout == H5D_VIRTUAL)
    return reader_format ("it is a virtual data set, made of others");
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
    return reader_format ("it is stored in an unknown way");
  if (H5Pget_external_count (creation) != 0)
    return reader_format ("its values lie in other files");
  return layout == H5D_CHUNKED ? check_chunks (reader, creation, element) : NULL;
}

static char *
check_size (hid_t dataset, hid_t space, uint64_t element)
{
  hsize_t dims[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_dims (space, dims, NULL);
  uint64_t bytes = element, stored;

  if (rank < 0)
    return reader_format ("its dimensions are damaged");
  if (rank > KAPPA_READER_MAX_RANK)
    return reader_format ("it has %d dimensions; at most %d are read", rank, KAPPA_READER_MAX_RANK);
  for (int d = 0; d < rank; d++)
    if (dims[d] == 0)
      return NULL;
  for (int d = 0; d < rank; d++)
    if (__builtin_mul_overflow (bytes, dims[d], &bytes))
      return reader_format ("its dimensions are impossibly large");
  if (bytes > KAPPA_READER_MAX_VALUES)
    return reader_format ("it has %llu bytes; at most 1 GiB is read", (unsigned long long)bytes);
  stored = H5Dget_storage_size (dataset);
  if (bytes > UNSUSPICIOUS && bytes / MAX_RATIO > stored)
    return reader_format ("it says it has %llu bytes, and %llu are stored",
                          (unsigned long long)bytes, (unsigned long long)stored);
  return NULL;
}

/* Why a data set is not read, or NULL. */
char *
reader_check_dataset (Reader *reader, hid_t dataset, hid_t type, hid_t space)
{
  hid_t creation = H5Dget_create_plist (dataset);
  uint32_t size = 0, class = type >= 0 ? reader_classify (type, &size) : KAPPA_READER_OTHER;
  char *why;

  if (creation < 0 || type < 0 || space < 0)
    return reader_format ("it is damaged");
  if (class == KAPPA_READER_OTHER)
    why = reader_format ("its elements are neither numbers, texts nor plain bytes");
  else if (H5Sget_simple_extent_type (space) == H5S_NULL)
    why = reader_format ("it is empty, without even dimensions");
  else if ((why = check_layout (reader, creation, size)) == NULL
           && (why = check_filters (creation)) == NULL)
    why = check_size (dataset, space, size > 0 ? size : 16);
  H5Pclose (creation);
  return why;
}

/* @n texts of an object, each to be freed, like the array; NULL when they cannot be read. */
char **
reader_read_strings (hid_t object,
                     hid_t type,
                     hid_t space,
                     size_t n,
                     herr_t (*read) (hid_t, hid_t, void *))
{
  char **strings = reader_allocate ((n + 1) * sizeof *strings);
  size_t size = H5Tget_size (type);
  char *bytes;

  if (H5Tis_variable_str (type) > 0)
    {
      hid_t memory = H5Tcopy (type);
      int good = read (object, memory, strings) >= 0;

      for (size_t i = 0; good && i < n; i++)
        if (strings[i] == NULL)
          strings[i] = reader_format ("%s", "");
      H5Tclose (memory);
      if (!good)
        free (strings);
      return good ? strings : NULL;
    }
  bytes = reader_allocate (n * size + 1);
  if (read (object, type, bytes) < 0)
    {
      free (bytes);
      free (strings);
      return NULL;
    }
  for (size_t i = 0; i < n; i++)
    {
      size_t length = strnlen (bytes + i * size, size);

      /* Some writers fill up with spaces instead of zeros. */
      while (H5Tget_strpad (type) == H5T_STR_SPACEPAD && length > 0
             && bytes[i * size + length - 1] == ' ')
        length--;
      strings[i] = reader_allocate (length + 1);
      memcpy (strings[i], bytes + i * size, length);
    }
  free (bytes);
  return strings;
}

/* Numbers are sent in parts of about this many bytes, so that they are not in memory all at once.
 */
#define PART ((uint64_t)16 << 20)

static herr_t
read_dataset (hid_t dataset, hid_t type, void *values)
{
  return H5Dread (dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

static void
send_counted (const void *data, uint64_t size)
{
  ReaderMessage message = { 0 };

  reader_add_u64 (&message, size);
  reader_send (KAPPA_READER_VALUES, &message);
  reader_send_bytes (data, size);
}

static int
send_strings (hid_t dataset, hid_t type, hid_t space, size_t n)
{
  char **strings = reader_read_strings (dataset, type, space, n, read_dataset);
  ReaderMessage message = { 0 };

  if (strings == NULL)
    return 0;
  for (size_t i = 0; i < n; i++)
    {
      reader_add_text (&message, strings[i]);
      free (strings[i]);
    }
  free (strings);
  send_counted (message.data, message.size);
  free (message.data);
  return 1;
}

/* How many steps along the first axis are a part: whole chunks, which are decompressed once then.
 */
static hsize_t
get_part (hid_t dataset, int rank, const hsize_t *dims, uint64_t row)
{
  hid_t creation = H5Dget_create_plist (dataset);
  hsize_t chunk[H5S_MAX_RANK] = { 1 }, part = PART / row > 0 ? PART / row : 1;

  if (creation >= 0 && H5Pget_layout (creation) == H5D_CHUNKED
      && H5Pget_chunk (creation, H5S_MAX_RANK, chunk) == rank && chunk[0] > 0)
    part = part < chunk[0] ? chunk[0] : part / chunk[0] * chunk[0];
  H5Pclose (creation);
  return part < dims[0] ? part : dims[0];
}

/* Reads and sends @n steps along the first axis from @first on. */
static int
send_part (hid_t dataset,
           hid_t type,
           hid_t space,
           hsize_t first,
           hsize_t n,
           uint64_t row,
           void *values)
{
  hsize_t start[H5S_MAX_RANK] = { first }, count[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_dims (space, count, NULL);
  hid_t memory;
  int good;

  count[0] = n;
  memory = H5Screate_simple (rank, count, NULL);
  good = memory >= 0 && H5Sselect_hyperslab (space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0
         && H5Dread (dataset, type, memory, space, H5P_DEFAULT, values) >= 0;
  H5Sclose (memory);
  if (good)
    send_counted (values, n * row);
  return good;
}

static int
send_parts (hid_t dataset, hid_t type, hid_t space, size_t size)
{
  hsize_t dims[H5S_MAX_RANK], part;
  int rank = H5Sget_simple_extent_dims (space, dims, NULL), good = 1;
  uint64_t row = size;
  void *values;

  for (int d = 1; d < rank; d++)
    row *= dims[d];
  part = get_part (dataset, rank, dims, row);
  values = reader_allocate (part * row);
  for (hsize_t first = 0; good && first < dims[0]; first += part)
    good = send_part (dataset, type, space, first, part < dims[0] - first ? part : dims[0] - first,
                      row, values);
  free (values);
  return good;
}

static int
send_single (hid_t dataset, hid_t type, size_t size)
{
  void *value = reader_allocate (size);
  int good = read_dataset (dataset, type, value) >= 0;

  if (good)
    send_counted (value, size);
  free (value);
  return good;
}

static int
send_numbers (hid_t dataset, hid_t type, hid_t space, size_t n)
{
  size_t size = H5Tget_size (type);

  if (size > KAPPA_READER_MAX_VALUES || n > KAPPA_READER_MAX_VALUES / size)
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED,
                         "it has %zu elements of %zu bytes; at most 1 GiB is read", n, size);
      return 1;
    }
  if (n == 0)
    {
      send_counted (NULL, 0);
      return 1;
    }
  return H5Sget_simple_extent_ndims (space) > 0 ? send_parts (dataset, type, space, size)
                                                : send_single (dataset, type, size);
}

static int
is_wanted (uint32_t class, uint32_t as)
{
  if (as == KAPPA_READER_AS_STRINGS)
    return class == KAPPA_READER_STRING;
  return reader_is_number (class) || (as == KAPPA_READER_AS_BYTES && class == KAPPA_READER_OPAQUE);
}

static int
send_bytes (hid_t dataset, hid_t type, hid_t space, size_t n)
{
  hid_t memory = H5Tcopy (type);
  int good = (H5Tget_class (type) == H5T_OPAQUE
              || H5Tset_order (memory, H5Tget_order (H5T_NATIVE_DOUBLE)) >= 0)
             && send_numbers (dataset, memory, space, n);

  H5Tclose (memory);
  return good;
}

static int
send_as (hid_t dataset, uint32_t as)
{
  hid_t type = H5Dget_type (dataset), space = H5Dget_space (dataset);
  hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints (space) : -1;
  uint32_t size = 0, class = type >= 0 ? reader_classify (type, &size) : KAPPA_READER_OTHER;
  int good = 0;

  if (n >= 0 && !is_wanted (class, as))
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED,
                         "its elements are of another kind than what is asked for");
      good = 1;
    }
  else if (n >= 0 && as == KAPPA_READER_AS_STRINGS)
    good = send_strings (dataset, type, space, (size_t)n);
  else if (n >= 0 && as == KAPPA_READER_AS_BYTES)
    good = send_bytes (dataset, type, space, (size_t)n);
  else if (n >= 0)
    good = send_numbers (dataset,
                         as == KAPPA_READER_AS_DOUBLES ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT,
                         space, (size_t)n);
  H5Tclose (type);
  H5Sclose (space);
  return good;
}

/* Answers a request: the values, or an error. */
void
reader_send_values (Reader *reader, const KappaReaderRequest *request)
{
  const ReaderDataset *wanted;
  hid_t dataset;

  if (request->dataset >= reader->n_datasets || request->as > KAPPA_READER_AS_BYTES)
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED, "there is no such data set");
      return;
    }
  wanted = &reader->datasets[request->dataset];
  if (wanted->refusal != NULL)
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED, "%.200s: %s", wanted->path, wanted->refusal);
      return;
    }
  H5Eclear2 (H5E_DEFAULT);
  dataset = H5Dopen2 (reader->file, wanted->path, H5P_DEFAULT);
  if (dataset < 0 || !send_as (dataset, request->as))
    reader_send_error (KAPPA_READER_DAMAGED, "%.200s: %s", wanted->path, reader_blame ());
  H5Dclose (dataset);
}
