#include "core/formats/hdf5-write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/atomic-file.h"
#include "core/formats/hdf5-encode.h"

/*
 * The objects are gathered in a tree. Saving walks it twice in the same order: once to give each
 * block its place, once to write it there.
 */

#define SUPERBLOCK_SIZE 96
#define HEADER_PREFIX   16
#define HEAP_SIZE       32
#define TREE_K          16
#define TREE_SIZE       (24 + (2 * TREE_K + 1) * 8 + 2 * TREE_K * 8)
#define ENTRY_SIZE      40
#define MIN_LEAF_K      4

/* Numbers converted at a time. */
#define CHUNK ((gsize)8192)

typedef enum
{
  GROUP,
  DOUBLES,
  BYTES,
  STRINGS,
} Kind;

typedef struct
{
  char *name;
  char *value;
} Attribute;

typedef struct
{
  char *name;
  Kind kind;
  GPtrArray *children; /* of Node, sorted by name */
  GArray *attributes;  /* of Attribute */

  KappaHdf5Number number;
  guint rank;
  gsize dims[KAPPA_HDF5_MAX_RANK];
  gsize n;
  gsize width; /* bytes of one element */
  const void *values;

  guint64 header;
  guint64 tree;
  guint64 heap;
  guint64 names;
  guint64 names_size;
  guint64 leaf;
  guint64 data;
} Node;

struct _KappaHdf5Writer
{
  Node *root;
  GPtrArray *owned;
  guint leaf_k;
  guint64 end;
  int fd;
};

static void
attribute_clear (Attribute *attribute)
{
  g_free (attribute->name);
  g_free (attribute->value);
}

static void
node_free (Node *node)
{
  g_free (node->name);
  g_ptr_array_unref (node->children);
  g_array_unref (node->attributes);
  g_free (node);
}

static Node *
node_new (const char *name)
{
  Node *node = g_new0 (Node, 1);

  node->name = g_strdup (name);
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify)node_free);
  node->attributes = g_array_new (FALSE, TRUE, sizeof (Attribute));
  g_array_set_clear_func (node->attributes, (GDestroyNotify)attribute_clear);
  return node;
}

KappaHdf5Writer *
kappa_hdf5_writer_new (void)
{
  KappaHdf5Writer *self = g_new0 (KappaHdf5Writer, 1);

  self->root = node_new ("");
  self->owned = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
kappa_hdf5_writer_free (KappaHdf5Writer *self)
{
  node_free (self->root);
  g_ptr_array_unref (self->owned);
  g_free (self);
}

/**
 * kappa_hdf5_writer_own:
 * @memory: (transfer full): what is given to g_free() with the writer, e.g. values made for it
 * alone
 *
 * Returns: (transfer none): @memory
 */
gpointer
kappa_hdf5_writer_own (KappaHdf5Writer *self, gpointer memory)
{
  g_ptr_array_add (self->owned, memory);
  return memory;
}

/* The child of that name, made and put in its place if need be. */
static Node *
get_child (Node *node, const char *name)
{
  guint at = 0;
  int order = 1;

  while (at < node->children->len
         && (order = strcmp (((Node *)node->children->pdata[at])->name, name)) < 0)
    at++;
  if (at == node->children->len || order != 0)
    g_ptr_array_insert (node->children, (int)at, node_new (name));
  return node->children->pdata[at];
}

static Node *
get_node (KappaHdf5Writer *self, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  Node *node = self->root;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      {
        g_assert (node->kind == GROUP);
        node = get_child (node, parts[i]);
      }
  return node;
}

void
kappa_hdf5_writer_add_group (KappaHdf5Writer *self, const char *path)
{
  get_node (self, path);
}

static Node *
add_dataset (KappaHdf5Writer *self,
             const char *path,
             Kind kind,
             guint rank,
             const gsize *dims,
             const void *values)
{
  Node *node = get_node (self, path);

  g_assert (rank <= KAPPA_HDF5_MAX_RANK);
  node->kind = kind;
  node->rank = rank;
  node->n = 1;
  for (guint d = 0; d < rank; d++)
    node->n *= node->dims[d] = dims[d];
  node->values = values;
  return node;
}

/**
 * kappa_hdf5_writer_add_doubles:
 * @number: how they are stored
 * @values: (transfer none): as many as the product of @dims, row-major
 */
void
kappa_hdf5_writer_add_doubles (KappaHdf5Writer *self,
                               const char *path,
                               KappaHdf5Number number,
                               guint rank,
                               const gsize *dims,
                               const double *values)
{
  Node *node = add_dataset (self, path, DOUBLES, rank, dims, values);

  node->number = number;
  node->width = number == KAPPA_HDF5_FLOAT64 ? 8 : 4;
}

/**
 * kappa_hdf5_writer_add_bytes:
 * @values: (transfer none): numbers from 0 to 255
 */
void
kappa_hdf5_writer_add_bytes (KappaHdf5Writer *self,
                             const char *path,
                             guint rank,
                             const gsize *dims,
                             const guint8 *values)
{
  add_dataset (self, path, BYTES, rank, dims, values)->width = 1;
}

/**
 * kappa_hdf5_writer_add_strings:
 * @rank: 1 for a list, 0 for a single text
 * @strings: (transfer none) (array length=n): UTF-8
 */
void
kappa_hdf5_writer_add_strings (KappaHdf5Writer *self,
                               const char *path,
                               guint rank,
                               gsize n,
                               const char *const *strings)
{
  Node *node = add_dataset (self, path, STRINGS, MIN (rank, 1), &n, strings);

  node->width = 1;
  for (gsize i = 0; i < node->n; i++)
    node->width = MAX (node->width, strlen (strings[i]) + 1);
}

/**
 * kappa_hdf5_writer_set_attribute:
 * @path: of a group or data set
 * @value: UTF-8, shorter than 60,000 bytes; more is cut off
 */
void
kappa_hdf5_writer_set_attribute (KappaHdf5Writer *self,
                                 const char *path,
                                 const char *name,
                                 const char *value)
{
  const gsize most = 60000;
  Attribute attribute = { g_strdup (name), NULL };

  if (strlen (value) <= most)
    attribute.value = g_strdup (value);
  else
    attribute.value = g_utf8_make_valid (value, (gssize)most);
  g_array_append_val (get_node (self, path)->attributes, attribute);
}

/* Gives a block its place, at a multiple of eight. */
static guint64
place (KappaHdf5Writer *self, guint64 size)
{
  guint64 at = self->end;

  self->end += (size + 7) / 8 * 8;
  return at;
}

static void
count_children (KappaHdf5Writer *self, Node *node)
{
  self->leaf_k = MAX (self->leaf_k, (node->children->len + 1) / 2);
  for (guint i = 0; i < node->children->len; i++)
    count_children (self, node->children->pdata[i]);
}

static void
encode_messages (const Node *node, KappaHdf5Messages *messages)
{
  switch (node->kind)
    {
    case GROUP:
      kappa_hdf5_encode_symbol_table (messages, node->tree, node->heap);
      break;
    case DOUBLES:
      kappa_hdf5_encode_dataspace (messages, node->rank, node->dims);
      kappa_hdf5_encode_float_type (messages, (guint)node->width);
      kappa_hdf5_encode_layout (messages, node->data, node->n * node->width);
      break;
    case BYTES:
      kappa_hdf5_encode_dataspace (messages, node->rank, node->dims);
      kappa_hdf5_encode_byte_type (messages);
      kappa_hdf5_encode_layout (messages, node->data, node->n * node->width);
      break;
    case STRINGS:
      kappa_hdf5_encode_dataspace (messages, node->rank, node->dims);
      kappa_hdf5_encode_string_type (messages, (guint)node->width);
      kappa_hdf5_encode_layout (messages, node->data, node->n * node->width);
      break;
    }
  for (guint i = 0; i < node->attributes->len; i++)
    {
      const Attribute *attribute = &g_array_index (node->attributes, Attribute, i);

      kappa_hdf5_encode_attribute (messages, attribute->name, attribute->value);
    }
}

static void
place_node (KappaHdf5Writer *self, Node *node)
{
  g_auto (KappaHdf5Messages) messages = { 0 };

  encode_messages (node, &messages);
  node->header = place (self, HEADER_PREFIX + messages.bytes->len);
  if (node->kind != GROUP)
    {
      node->data = node->n > 0 ? place (self, node->n * node->width) : KAPPA_HDF5_NOWHERE;
      return;
    }
  node->names_size = 8;
  for (guint i = 0; i < node->children->len; i++)
    node->names_size += (strlen (((Node *)node->children->pdata[i])->name) + 8) / 8 * 8;
  node->tree = place (self, TREE_SIZE);
  node->heap = place (self, HEAP_SIZE);
  node->names = place (self, node->names_size);
  node->leaf = place (self, 8 + 2 * (guint64)self->leaf_k * ENTRY_SIZE);
  for (guint i = 0; i < node->children->len; i++)
    place_node (self, node->children->pdata[i]);
}

static gboolean
put (KappaHdf5Writer *self, guint64 at, const void *data, gsize size)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = pwrite (self->fd, bytes, size, (off_t)at);

      if (n < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (n, 0);
      at += (guint64)MAX (n, 0);
      size -= (gsize)MAX (n, 0);
    }
  return TRUE;
}

static gboolean
put_bytes (KappaHdf5Writer *self, guint64 at, GByteArray *bytes)
{
  gboolean done = put (self, at, bytes->data, bytes->len);

  g_byte_array_unref (bytes);
  return done;
}

static gboolean
put_doubles (KappaHdf5Writer *self, const Node *node)
{
  const double *values = node->values;
  g_autofree guint8 *chunk = g_malloc (CHUNK * 8);

  for (gsize first = 0; first < node->n; first += CHUNK)
    {
      gsize n = MIN (CHUNK, node->n - first);

      kappa_hdf5_encode_floats (chunk, values + first, n, (guint)node->width);
      if (!put (self, node->data + first * node->width, chunk, n * node->width))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_strings (KappaHdf5Writer *self, const Node *node)
{
  const char *const *strings = node->values;
  g_autofree char *cell = g_malloc (node->width);

  for (gsize i = 0; i < node->n; i++)
    {
      memset (cell, 0, node->width);
      memcpy (cell, strings[i], strlen (strings[i]));
      if (!put (self, node->data + i * node->width, cell, node->width))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_values (KappaHdf5Writer *self, const Node *node)
{
  if (node->kind == DOUBLES)
    return put_doubles (self, node);
  if (node->kind == STRINGS)
    return put_strings (self, node);
  return put (self, node->data, node->values, node->n);
}

static gboolean
put_group (KappaHdf5Writer *self, const Node *node)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();
  GByteArray *leaf = kappa_hdf5_encode_leaf (node->children->len);
  guint64 last = 0;

  kappa_hdf5_encode_name (names, "");
  for (guint i = 0; i < node->children->len; i++)
    {
      const Node *child = node->children->pdata[i];

      last = names->len;
      kappa_hdf5_encode_entry (leaf, last, child->header);
      kappa_hdf5_encode_name (names, child->name);
    }
  g_byte_array_set_size (leaf, MAX (leaf->len, 8 + 2 * self->leaf_k * ENTRY_SIZE));
  memset (leaf->data + 8 + node->children->len * ENTRY_SIZE, 0,
          leaf->len - 8 - node->children->len * ENTRY_SIZE);
  return put_bytes (self, node->leaf, leaf) && put (self, node->names, names->data, names->len)
         && put_bytes (self, node->heap, kappa_hdf5_encode_heap (node->names_size, node->names))
         && put_bytes (
             self, node->tree,
             kappa_hdf5_encode_tree (TREE_SIZE, node->children->len > 0, node->leaf, last));
}

static gboolean
put_node (KappaHdf5Writer *self, const Node *node)
{
  g_auto (KappaHdf5Messages) messages = { 0 };

  encode_messages (node, &messages);
  if (!put_bytes (self, node->header, kappa_hdf5_encode_header (&messages)))
    return FALSE;
  if (node->kind != GROUP)
    return node->n == 0 || put_values (self, node);
  if (!put_group (self, node))
    return FALSE;
  for (guint i = 0; i < node->children->len; i++)
    if (!put_node (self, node->children->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
save (const char *path, gpointer data, GError **error)
{
  KappaHdf5Writer *self = data;
  const Node *root = self->root;
  gboolean done;
  int failure;

  self->fd = open (path, O_WRONLY | O_CLOEXEC);
  done = self->fd >= 0 && put_node (self, root)
         && put_bytes (self, 0,
                       kappa_hdf5_encode_superblock (self->leaf_k, TREE_K, self->end, root->header,
                                                     root->tree, root->heap))
         && ftruncate (self->fd, (off_t)self->end) == 0;
  failure = errno;
  if (self->fd >= 0 && close (self->fd) != 0 && done)
    done = FALSE, failure = errno;
  if (!done)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failure),
                 "%s: cannot be written: %s", path, g_strerror (failure));
  return done;
}

/**
 * kappa_hdf5_writer_save:
 *
 * Writes the file; @path is complete afterwards, or as it was before. The same objects give the
 * same bytes.
 *
 * Returns: %FALSE with the system's error, or %KAPPA_ERROR_USAGE when a group has more than 65,534
 * members
 */
gboolean
kappa_hdf5_writer_save (KappaHdf5Writer *self, const char *path, GError **error)
{
  self->leaf_k = MIN_LEAF_K;
  count_children (self, self->root);
  if (self->leaf_k > G_MAXUINT16 / 2)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s: a group has more members than this HDF5 writer can keep", path);
      return FALSE;
    }
  self->end = SUPERBLOCK_SIZE;
  place_node (self, self->root);
  return kappa_atomic_write (path, save, self, error);
}
