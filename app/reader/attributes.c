#include "app/reader/reader.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  Reader *reader;
  const char *object;
} Owner;

static herr_t
read_attribute (hid_t attribute, hid_t type, void *values)
{
  return H5Aread (attribute, type, values);
}

static void
begin (ReaderMessage *message, uint32_t what, uint64_t n, const char *object, const char *name)
{
  reader_add_u32 (message, what);
  reader_add_u64 (message, n);
  reader_add_text (message, object);
  reader_add_text (message, name);
}

static int
add_strings (ReaderMessage *message, hid_t attribute, hid_t type, hid_t space, size_t n)
{
  char **strings = reader_read_strings (attribute, type, space, n, read_attribute);

  if (strings == NULL)
    return 0;
  for (size_t i = 0; i < n; i++)
    {
      reader_add_text (message, strings[i]);
      free (strings[i]);
    }
  free (strings);
  return 1;
}

static int
add_numbers (ReaderMessage *message, hid_t attribute, size_t n)
{
  double *numbers = reader_allocate (n * sizeof *numbers);
  int good = H5Aread (attribute, H5T_NATIVE_DOUBLE, numbers) >= 0;

  if (good)
    reader_add_bytes (message, numbers, n * sizeof *numbers);
  free (numbers);
  return good;
}

/* The elements of a data space, or -1. */
static hssize_t
count (hid_t space)
{
  return H5Sget_simple_extent_type (space) == H5S_NULL ? 0 : H5Sget_simple_extent_npoints (space);
}

static void
add_attribute (ReaderMessage *message, hid_t attribute, const char *object, const char *name)
{
  hid_t type = H5Aget_type (attribute), space = H5Aget_space (attribute);
  uint32_t size = 0, class = type >= 0 ? reader_classify (type, &size) : KAPPA_READER_OTHER;
  hssize_t n = space >= 0 ? count (space) : -1;
  uint64_t unit = size > sizeof (double) ? size : sizeof (double);
  const char *why = "it is damaged";

  if (n >= 0 && (uint64_t)n > KAPPA_READER_MAX_ATTRIBUTE / unit)
    why = "it is larger than 16 MiB";
  else if (n >= 0 && class == KAPPA_READER_STRING)
    {
      begin (message, KAPPA_READER_STRINGS, (uint64_t)n, object, name);
      why = n == 0 || add_strings (message, attribute, type, space, (size_t)n) ? NULL : why;
    }
  else if (n >= 0 && reader_is_number (class))
    {
      begin (message, KAPPA_READER_NUMBERS, (uint64_t)n, object, name);
      why = n == 0 || add_numbers (message, attribute, (size_t)n) ? NULL : why;
    }
  else if (n >= 0)
    why = "its values are neither numbers nor texts";
  if (why != NULL)
    {
      message->size = 0;
      begin (message, KAPPA_READER_REFUSED, 0, object, name);
      reader_add_text (message, why);
    }
  H5Tclose (type);
  H5Sclose (space);
}

static herr_t
visit (hid_t object, const char *name, const H5A_info_t *info, void *data)
{
  const Owner *owner = data;
  Reader *reader = owner->reader;
  ReaderMessage message = { 0 };
  hid_t attribute;

  if (reader->n_objects++ >= KAPPA_READER_MAX_OBJECTS || strlen (name) > KAPPA_READER_MAX_PATH)
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED,
                         "%.200s: too many attributes, or too long a name of one", owner->object);
      return -1;
    }
  attribute = H5Aopen (object, name, H5P_DEFAULT);
  if (attribute < 0)
    {
      begin (&message, KAPPA_READER_REFUSED, 0, owner->object, name);
      reader_add_text (&message, "it is damaged");
    }
  else
    {
      add_attribute (&message, attribute, owner->object, name);
      H5Aclose (attribute);
    }
  reader->sent += message.size + sizeof (KappaReaderFrame);
  if (reader->sent > KAPPA_READER_MAX_LISTING)
    {
      reader_send_error (KAPPA_READER_UNSUPPORTED,
                         "%.200s: the attributes of the file take more than 64 MiB", owner->object);
      return -1;
    }
  reader_send (KAPPA_READER_ATTRIBUTE, &message);
  return 0;
}

/* Sends the attributes of a group or data set. Returns 0 after an error was sent. */
int
reader_list_attributes (Reader *reader, hid_t object, const char *path)
{
  Owner owner = { reader, path };

  H5Eclear2 (H5E_DEFAULT);
  if (H5Aiterate2 (object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &owner) >= 0)
    return 1;
  reader_send_error (KAPPA_READER_DAMAGED, "attributes of %.200s: %s", path, reader_blame ());
  return 0;
}
