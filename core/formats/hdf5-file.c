#include "core/formats/hdf5-file.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/hdf5-private.h"

/**
 * KappaHdf5File:
 *
 * An open HDF5 file. Its objects and attributes are read when it is opened, values when they are
 * asked for. Links of every kind, virtual and external data sets, unknown filters, and data sets
 * that say they are larger than what is stored can hold, are listed with the reason why they are
 * not read.
 *
 * All functions may be called from any thread.
 */
struct _KappaHdf5File
{
  GObject parent_instance;

  char *path;
  KappaHdf5Listing listing;
  GHashTable *by_path;      /* path → index of the data set + 1 */
  GHashTable *by_attribute; /* object, line feed, name → KappaHdf5Attribute */
  GMutex mutex;             /* one request at a time */
  KappaHdf5Child *child;
};

G_DEFINE_FINAL_TYPE (KappaHdf5File, kappa_hdf5_file, G_TYPE_OBJECT)

/* How long the reader may be silent. */
#define TIMEOUT (60 * G_TIME_SPAN_SECOND)

static void
kappa_hdf5_file_finalize (GObject *object)
{
  KappaHdf5File *self = KAPPA_HDF5_FILE (object);

  g_clear_pointer (&self->child, kappa_hdf5_child_free);
  kappa_hdf5_listing_clear (&self->listing);
  g_hash_table_unref (self->by_path);
  g_hash_table_unref (self->by_attribute);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  G_OBJECT_CLASS (kappa_hdf5_file_parent_class)->finalize (object);
}

static void
kappa_hdf5_file_class_init (KappaHdf5FileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_hdf5_file_finalize;
}

static void
kappa_hdf5_file_init (KappaHdf5File *self)
{
  g_mutex_init (&self->mutex);
  kappa_hdf5_listing_init (&self->listing);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_attribute = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
fill_tables (KappaHdf5File *self)
{
  for (guint i = 0; i < self->listing.datasets->len; i++)
    {
      KappaHdf5Dataset *dataset = self->listing.datasets->pdata[i];

      g_hash_table_insert (self->by_path, dataset->path, GUINT_TO_POINTER (i + 1));
    }
  for (guint i = 0; i < self->listing.attributes->len; i++)
    {
      KappaHdf5Attribute *attribute = self->listing.attributes->pdata[i];

      g_hash_table_insert (self->by_attribute,
                           g_strconcat (attribute->object, "\n", attribute->name, NULL), attribute);
    }
}

/* Takes @child, which has said nothing yet. */
KappaHdf5File *
kappa_hdf5_file_new_for_child (const char *path,
                               KappaHdf5Child *child,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (KappaHdf5File) self = g_object_new (KAPPA_TYPE_HDF5_FILE, NULL);

  self->path = g_strdup (path);
  self->child = child;
  if (!kappa_hdf5_listing_read (&self->listing, child, cancellable, error))
    return NULL;
  fill_tables (self);
  return g_steal_pointer (&self);
}

KappaHdf5File *
kappa_hdf5_file_open_within (const char *path,
                             gint64 timeout,
                             GCancellable *cancellable,
                             GError **error)
{
  KappaHdf5Child *child = kappa_hdf5_child_start (path, timeout, error);

  return child != NULL ? kappa_hdf5_file_new_for_child (path, child, cancellable, error) : NULL;
}

/**
 * kappa_hdf5_file_open:
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_FORMAT for a damaged file,
 * %KAPPA_ERROR_UNSUPPORTED for one that asks for too much, the system's error, or
 * %G_IO_ERROR_CANCELLED
 */
KappaHdf5File *
kappa_hdf5_file_open (const char *path, GCancellable *cancellable, GError **error)
{
  return kappa_hdf5_file_open_within (path, TIMEOUT, cancellable, error);
}

const char *
kappa_hdf5_file_get_path (KappaHdf5File *self)
{
  return self->path;
}

guint
kappa_hdf5_file_get_n_datasets (KappaHdf5File *self)
{
  return self->listing.datasets->len;
}

const KappaHdf5Dataset *
kappa_hdf5_file_get_dataset (KappaHdf5File *self, guint index)
{
  g_return_val_if_fail (index < self->listing.datasets->len, NULL);
  return self->listing.datasets->pdata[index];
}

/**
 * kappa_hdf5_file_find_dataset:
 * @path: from the root, "/group/name"
 *
 * Returns: (transfer none) (nullable)
 */
const KappaHdf5Dataset *
kappa_hdf5_file_find_dataset (KappaHdf5File *self, const char *path)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_path, path));

  return index > 0 ? self->listing.datasets->pdata[index - 1] : NULL;
}

guint
kappa_hdf5_file_get_n_groups (KappaHdf5File *self)
{
  return self->listing.groups->len;
}

/**
 * kappa_hdf5_file_get_group:
 *
 * Returns: (transfer none): the path of a group; "/" is the first
 */
const char *
kappa_hdf5_file_get_group (KappaHdf5File *self, guint index)
{
  g_return_val_if_fail (index < self->listing.groups->len, NULL);
  return self->listing.groups->pdata[index];
}

guint
kappa_hdf5_file_get_n_attributes (KappaHdf5File *self)
{
  return self->listing.attributes->len;
}

const KappaHdf5Attribute *
kappa_hdf5_file_get_attribute (KappaHdf5File *self, guint index)
{
  g_return_val_if_fail (index < self->listing.attributes->len, NULL);
  return self->listing.attributes->pdata[index];
}

/**
 * kappa_hdf5_file_find_attribute:
 * @object: path of a group or data set
 *
 * Returns: (transfer none) (nullable)
 */
const KappaHdf5Attribute *
kappa_hdf5_file_find_attribute (KappaHdf5File *self, const char *object, const char *name)
{
  g_autofree char *key = g_strconcat (object, "\n", name, NULL);

  return g_hash_table_lookup (self->by_attribute, key);
}

/* The data set of a path, if it can be read. */
static const KappaHdf5Dataset *
require_dataset (KappaHdf5File *self, const char *path, guint *index, GError **error)
{
  const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (self, path);

  if (dataset == NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT, "%s: there is no data set %s", self->path,
                 path);
  else if (dataset->refusal != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED, "%s: the data set %s is not read: %s",
                 self->path, path, dataset->refusal);
  else
    {
      *index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_path, path)) - 1;
      return dataset;
    }
  return NULL;
}

/* Reads the frame that says how many bytes follow, at most @left. */
static gboolean
take_size (KappaHdf5File *self,
           guint64 left,
           guint64 *size,
           GCancellable *cancellable,
           GError **error)
{
  g_auto (KappaHdf5Frame) frame = { 0 };

  if (!kappa_hdf5_child_read_frame (self->child, &frame, 4096, cancellable, error))
    return FALSE;
  if (frame.kind != KAPPA_READER_VALUES || !kappa_hdf5_frame_take (&frame, size, sizeof *size)
      || frame.at != frame.size || *size > left)
    return kappa_hdf5_child_fail (self->child, "gives another answer than what it was asked for",
                                  error);
  return TRUE;
}

static gpointer
allocate (KappaHdf5File *self, guint64 size, GError **error)
{
  gpointer data = g_try_malloc (MAX (size, 1));

  if (data == NULL)
    kappa_hdf5_child_fail (self->child, "has more values than there is memory for", error);
  return data;
}

/* Values come in parts, each with a frame before it, until there are @size bytes. */
static gboolean
read_parts (KappaHdf5File *self,
            guint index,
            guint as,
            guint8 *data,
            guint64 size,
            GCancellable *cancellable,
            GError **error)
{
  guint64 part;

  if (!kappa_hdf5_child_ask (self->child, index, as, error))
    return FALSE;
  do
    {
      if (!take_size (self, size, &part, cancellable, error))
        return FALSE;
      if (part == 0 && size > 0)
        return kappa_hdf5_child_fail (self->child, "gives values in empty parts", error);
      if (!kappa_hdf5_child_read (self->child, data, (gsize)part, cancellable, error))
        return FALSE;
      data += part;
      size -= part;
    }
  while (size > 0);
  return TRUE;
}

/* Texts come in one part, whose size only the child knows. */
static guint8 *
read_texts (KappaHdf5File *self,
            guint index,
            guint64 *size,
            GCancellable *cancellable,
            GError **error)
{
  g_autofree guint8 *data = NULL;

  if (!kappa_hdf5_child_ask (self->child, index, KAPPA_READER_AS_STRINGS, error)
      || !take_size (self, KAPPA_READER_MAX_VALUES, size, cancellable, error)
      || (data = allocate (self, *size, error)) == NULL
      || !kappa_hdf5_child_read (self->child, data, (gsize)*size, cancellable, error))
    return NULL;
  return g_steal_pointer (&data);
}

static guint8 *
read_locked (KappaHdf5File *self,
             guint index,
             guint as,
             guint64 *size,
             GCancellable *cancellable,
             GError **error)
{
  g_autofree guint8 *data = NULL;

  if (as == KAPPA_READER_AS_STRINGS)
    return read_texts (self, index, size, cancellable, error);
  data = allocate (self, *size, error);
  if (data == NULL || !read_parts (self, index, as, data, *size, cancellable, error))
    return NULL;
  return g_steal_pointer (&data);
}

/* The bytes of a data set: @unit for each element, or as many as the reader says if @unit is 0. */
static guint8 *
read_bytes (KappaHdf5File *self,
            const char *path,
            guint as,
            gsize unit,
            guint64 *size,
            gsize *n,
            GCancellable *cancellable,
            GError **error)
{
  guint index;
  const KappaHdf5Dataset *dataset = require_dataset (self, path, &index, error);
  guint8 *data;

  if (dataset == NULL)
    return NULL;
  if (unit > 0 && dataset->n > KAPPA_READER_MAX_VALUES / unit)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "%s: the data set %s has %" G_GSIZE_FORMAT " elements of %" G_GSIZE_FORMAT
                   " bytes; at most 1 GiB is read",
                   self->path, path, dataset->n, unit);
      return NULL;
    }
  *size = (guint64)dataset->n * unit;
  g_mutex_lock (&self->mutex);
  data = read_locked (self, index, as, size, cancellable, error);
  g_mutex_unlock (&self->mutex);
  if (n != NULL)
    *n = dataset->n;
  return data;
}

/**
 * kappa_hdf5_file_read_doubles:
 * @path: a data set of numbers of any kind
 * @n: (out) (optional): how many
 *
 * Returns: (transfer full) (array length=n): its elements, row-major; %NULL with
 * %KAPPA_ERROR_FORMAT, %KAPPA_ERROR_UNSUPPORTED or %G_IO_ERROR_CANCELLED
 */
double *
kappa_hdf5_file_read_doubles (KappaHdf5File *self,
                              const char *path,
                              gsize *n,
                              GCancellable *cancellable,
                              GError **error)
{
  guint64 size;

  return (double *)(gpointer)read_bytes (self, path, KAPPA_READER_AS_DOUBLES, sizeof (double),
                                         &size, n, cancellable, error);
}

/**
 * kappa_hdf5_file_read_floats:
 *
 * As kappa_hdf5_file_read_doubles(); what is more precise is rounded.
 */
float *
kappa_hdf5_file_read_floats (KappaHdf5File *self,
                             const char *path,
                             gsize *n,
                             GCancellable *cancellable,
                             GError **error)
{
  guint64 size;

  return (float *)(gpointer)read_bytes (self, path, KAPPA_READER_AS_FLOATS, sizeof (float), &size,
                                        n, cancellable, error);
}

/**
 * kappa_hdf5_file_read_bytes:
 *
 * Returns: (transfer full): the elements as they are in the file, but in the byte order of this
 * machine
 */
GBytes *
kappa_hdf5_file_read_bytes (KappaHdf5File *self,
                            const char *path,
                            GCancellable *cancellable,
                            GError **error)
{
  const KappaHdf5Dataset *dataset = kappa_hdf5_file_find_dataset (self, path);
  guint64 size;
  guint8 *data;

  data = read_bytes (self, path, KAPPA_READER_AS_BYTES, dataset != NULL ? dataset->size : 0, &size,
                     NULL, cancellable, error);
  return data != NULL ? g_bytes_new_take (data, (gsize)size) : NULL;
}

/**
 * kappa_hdf5_file_read_elements:
 * @data: (out caller-allocates): @size bytes, the size of all elements of the data set
 *
 * As kappa_hdf5_file_read_bytes(), to where the caller wants them.
 */
gboolean
kappa_hdf5_file_read_elements (KappaHdf5File *self,
                               const char *path,
                               gpointer data,
                               gsize size,
                               GCancellable *cancellable,
                               GError **error)
{
  guint index;
  const KappaHdf5Dataset *dataset = require_dataset (self, path, &index, error);
  gboolean good;

  g_return_val_if_fail (dataset == NULL || dataset->n * dataset->size == size, FALSE);
  if (dataset == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  good = read_parts (self, index, KAPPA_READER_AS_BYTES, data, size, cancellable, error);
  g_mutex_unlock (&self->mutex);
  return good;
}

/**
 * kappa_hdf5_file_read_strings:
 *
 * Returns: (transfer full) (array zero-terminated=1): the texts of a data set, as valid UTF-8
 */
char **
kappa_hdf5_file_read_strings (KappaHdf5File *self,
                              const char *path,
                              gsize *n,
                              GCancellable *cancellable,
                              GError **error)
{
  g_auto (KappaHdf5Frame) frame = { 0 };
  g_auto (GStrv) strings = NULL;
  guint64 size = 0;
  gsize count = 0, i = 0;

  frame.data
      = read_bytes (self, path, KAPPA_READER_AS_STRINGS, 0, &size, &count, cancellable, error);
  if (frame.data == NULL)
    return NULL;
  frame.size = (gsize)size;
  if (count <= frame.size / sizeof (guint32))
    strings = g_new0 (char *, count + 1);
  while (strings != NULL && i < count && (strings[i] = kappa_hdf5_frame_take_text (&frame)) != NULL)
    i++;
  if (i < count || strings == NULL || frame.at != frame.size)
    {
      kappa_hdf5_child_fail (self->child, "gives another answer than what it was asked for", error);
      return NULL;
    }
  if (n != NULL)
    *n = count;
  return g_steal_pointer (&strings);
}
