#include "app/reader/reader.h"

#include <stdlib.h>
#include <string.h>

/* A search through those seen before; without the limit a hostile file could make it the whole
 * work. */
#define MAX_GROUPS 20000

typedef struct
{
  Reader *reader;
  const char *path;
  unsigned depth;
} Place;

static int list_group (Reader *reader, hid_t group, const char *path, unsigned depth);

/* Returns -1, which ends an iteration. */
static int
fail (const char *path, const char *what)
{
  reader_send_error (KAPPA_READER_UNSUPPORTED, "%.200s: %s", path, what);
  return -1;
}

static int
send_listed (Reader *reader, uint32_t kind, ReaderMessage *message)
{
  reader->sent += message->size + sizeof (KappaReaderFrame);
  if (reader->sent > KAPPA_READER_MAX_LISTING)
    return fail ("/", "names and attributes of the file take more than 64 MiB") > 0;
  reader_send (kind, message);
  return 1;
}

/* Takes @refusal. */
static int
send_dataset (Reader *reader,
              const char *path,
              uint32_t type,
              uint32_t size,
              hid_t space,
              char *refusal)
{
  ReaderMessage message = { 0 };
  hsize_t dims[H5S_MAX_RANK];
  int rank = space >= 0 ? H5Sget_simple_extent_dims (space, dims, NULL) : 0;

  if (rank < 0 || rank > KAPPA_READER_MAX_RANK
      || (space >= 0 && H5Sget_simple_extent_type (space) == H5S_NULL))
    rank = 0;
  reader_add_u32 (&message, type);
  reader_add_u32 (&message, size);
  reader_add_u32 (&message, (uint32_t)rank);
  for (int d = 0; d < rank; d++)
    reader_add_u64 (&message, dims[d]);
  reader_add_text (&message, path);
  reader_add_text (&message, refusal);
  reader->datasets[reader->n_datasets].path = reader_format ("%s", path);
  reader->datasets[reader->n_datasets].refusal = refusal;
  reader->n_datasets++;
  return send_listed (reader, KAPPA_READER_DATASET, &message);
}

static int
send_refused (Reader *reader, const char *path, const char *why)
{
  return send_dataset (reader, path, KAPPA_READER_OTHER, 0, -1, reader_format ("%s", why));
}

static int
list_dataset (Reader *reader, hid_t dataset, const char *path)
{
  hid_t type = H5Dget_type (dataset), space = H5Dget_space (dataset);
  uint32_t size = 0, class = type >= 0 ? reader_classify (type, &size) : KAPPA_READER_OTHER;
  int good = send_dataset (reader, path, class, size, space,
                           reader_check_dataset (reader, dataset, type, space));

  H5Tclose (type);
  H5Sclose (space);
  return good && reader_list_attributes (reader, dataset, path);
}

/* Also keeps the group in mind. */
static int
is_seen (Reader *reader, hid_t group)
{
  H5O_info_t info;

  if (H5Oget_info2 (group, &info, H5O_INFO_BASIC) < 0)
    return 1;
  for (size_t i = 0; i < reader->n_groups; i++)
    if (reader->groups[i] == info.addr)
      return 1;
  if (reader->n_groups == MAX_GROUPS)
    return 1;
  reader->groups[reader->n_groups++] = info.addr;
  return 0;
}

static int
list_hard (Reader *reader, hid_t group, const char *name, const char *path, unsigned depth)
{
  hid_t object = H5Oopen (group, name, H5P_DEFAULT);
  int good;

  if (object < 0)
    {
      char *blame = reader_blame ();

      good = send_dataset (reader, path, KAPPA_READER_OTHER, 0, -1,
                           reader_format ("it is damaged (%s)", blame));
      free (blame);
      return good;
    }
  if (H5Iget_type (object) == H5I_DATASET)
    good = list_dataset (reader, object, path);
  else if (H5Iget_type (object) != H5I_GROUP)
    good = send_refused (reader, path, "it is neither a group nor a data set");
  else if (depth >= KAPPA_READER_MAX_DEPTH)
    good = fail (path, "groups lie deeper within each other than 32") > 0;
  else if (is_seen (reader, object))
    good = send_refused (reader, path,
                         "it is a second link to a group, or leads back to one above it");
  else
    good = list_group (reader, object, path, depth + 1);
  H5Oclose (object);
  return good;
}

static herr_t
visit (hid_t group, const char *name, const H5L_info_t *link, void *data)
{
  const Place *place = data;
  Reader *reader = place->reader;
  char path[KAPPA_READER_MAX_PATH + 1];
  size_t length = strlen (place->path), more = strlen (name);
  int good;

  if (reader->n_objects++ >= KAPPA_READER_MAX_OBJECTS)
    return fail ("/", "the file has more than 100000 objects and attributes");
  if (length + more + 1 > KAPPA_READER_MAX_PATH)
    return fail (place->path, "the path of an object is longer than 4096 bytes");
  memcpy (path, place->path, length);
  if (length == 0 || path[length - 1] != '/')
    path[length++] = '/';
  memcpy (path + length, name, more + 1);

  switch (link->type)
    {
    case H5L_TYPE_HARD:
      good = list_hard (reader, group, name, path, place->depth);
      break;
    case H5L_TYPE_SOFT:
      good = send_refused (reader, path, "it is a soft link, and links are not followed");
      break;
    case H5L_TYPE_EXTERNAL:
      good = send_refused (reader, path,
                           "it is an external link to another file, and links are not followed");
      break;
    default:
      good = send_refused (reader, path, "it is a user-defined link, and links are not followed");
    }
  return good ? 0 : -1;
}

static int
list_group (Reader *reader, hid_t group, const char *path, unsigned depth)
{
  Place place = { reader, path, depth };
  ReaderMessage message = { 0 };

  reader_add_text (&message, path);
  if (!send_listed (reader, KAPPA_READER_GROUP, &message)
      || !reader_list_attributes (reader, group, path))
    return 0;
  H5Eclear2 (H5E_DEFAULT);
  if (H5Literate (group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &place) >= 0)
    return 1;
  /* Either a visit has said what is wrong, which is heard first, or libhdf5 does. */
  reader_send_error (KAPPA_READER_DAMAGED, "group %.200s: %s", path, reader_blame ());
  return 0;
}

/* Sends the listing. Returns 0 after an error was sent. */
int
reader_list (Reader *reader)
{
  hid_t root = H5Oopen (reader->file, "/", H5P_DEFAULT);
  ReaderMessage end = { 0 };

  reader->datasets = reader_allocate ((KAPPA_READER_MAX_OBJECTS + 1) * sizeof *reader->datasets);
  reader->groups = reader_allocate (MAX_GROUPS * sizeof *reader->groups);
  if (root < 0 || H5Iget_type (root) != H5I_GROUP)
    {
      reader_send_error (KAPPA_READER_DAMAGED, "the root group cannot be opened: %s",
                         reader_blame ());
      return 0;
    }
  is_seen (reader, root);
  if (!list_group (reader, root, "/", 0))
    return 0;
  H5Oclose (root);
  reader_send (KAPPA_READER_END, &end);
  return 1;
}
