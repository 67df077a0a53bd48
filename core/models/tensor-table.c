#include "core/models/tensor-table.h"

/**
 * KappaTensorTable:
 *
 * Names in the order of the file, each once.
 */
struct _KappaTensorTable
{
  GPtrArray *entries;
  GHashTable *by_name;
};

static void
entry_free (gpointer data)
{
  KappaTensorEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

KappaTensorTable *
kappa_tensor_table_new (void)
{
  KappaTensorTable *self = g_new0 (KappaTensorTable, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

/**
 * kappa_tensor_table_new_for_file:
 *
 * Returns: (transfer full): the names, without wrappers and prefixes, and the shapes of all tensors
 * of a file
 */
KappaTensorTable *
kappa_tensor_table_new_for_file (KappaTensorFile *file)
{
  KappaTensorTable *self = kappa_tensor_table_new ();

  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
      KappaShape shape = { .rank = info->rank };

      for (guint d = 0; d < info->rank; d++)
        shape.dims[d] = (gint64)info->dims[d];
      kappa_tensor_table_add (self, info->name, &shape, kappa_element_is_float (info->element), i);
    }
  kappa_tensor_table_count_from_one (self);
  return self;
}

void
kappa_tensor_table_free (KappaTensorTable *self)
{
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

/**
 * kappa_tensor_table_add:
 * @name: not in the table yet; file readers refuse duplicates
 */
void
kappa_tensor_table_add (KappaTensorTable *self,
                        const char *name,
                        const KappaShape *shape,
                        gboolean real,
                        guint index)
{
  KappaTensorEntry *entry = g_new0 (KappaTensorEntry, 1);

  *entry = (KappaTensorEntry) { g_strdup (name), *shape, real, index };
  g_ptr_array_add (self->entries, entry);
  g_hash_table_insert (self->by_name, entry->name, entry);
}

/* "conv2d_7/kernel:0" with the stem "conv2d": Returns: 7, 0 where there is no number, −1 for
 * another layer; @rest: (out): "/kernel:0" */
static gint64
find_count (const char *name, const char *stem, const char **rest)
{
  guint64 number = 0;

  if (!g_str_has_prefix (name, stem))
    return -1;
  name += strlen (stem);
  if (*name == '_' && name[1] >= '1' && name[1] <= '9')
    number = g_ascii_strtoull (name + 1, (char **)&name, 10);
  *rest = name;
  return *name == '/' && number < G_MAXINT32 ? (gint64)number : -1;
}

static void
count_from_one (KappaTensorTable *self, const char *stem)
{
  gint64 first = G_MAXINT64;
  const char *rest;

  for (guint i = 0; i < self->entries->len; i++)
    {
      const gint64 count = find_count (kappa_tensor_table_get (self, i)->name, stem, &rest);

      if (count >= 0)
        first = MIN (first, count);
    }
  if (first == 1 || first == G_MAXINT64)
    return;
  g_hash_table_remove_all (self->by_name);
  for (guint i = 0; i < self->entries->len; i++)
    {
      KappaTensorEntry *entry = g_ptr_array_index (self->entries, i);
      const gint64 count = find_count (entry->name, stem, &rest);

      if (count >= 0)
        {
          char *name = g_strdup_printf ("%s_%" G_GINT64_FORMAT "%s", stem, count - first + 1, rest);

          g_free (entry->name);
          entry->name = name;
        }
      g_hash_table_insert (self->by_name, entry->name, entry);
    }
}

/**
 * kappa_tensor_table_count_from_one:
 *
 * Keras counts layers that were given no name through a whole session, so that the convolutions of
 * the second network made in it begin at any number; the very first one has none in newer versions.
 * Here they are counted from 1, as in the weights that are published.
 */
void
kappa_tensor_table_count_from_one (KappaTensorTable *self)
{
  count_from_one (self, "conv2d");
  count_from_one (self, "batch_normalization");
}

guint
kappa_tensor_table_get_n (const KappaTensorTable *self)
{
  return self->entries->len;
}

const KappaTensorEntry *
kappa_tensor_table_get (const KappaTensorTable *self, guint i)
{
  return g_ptr_array_index (self->entries, i);
}

/**
 * kappa_tensor_table_lookup:
 *
 * Returns: (nullable): the tensor the file calls @name
 */
const KappaTensorEntry *
kappa_tensor_table_lookup (const KappaTensorTable *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * kappa_tensor_table_match:
 * @glob: a name with `*` and `?`
 *
 * Returns: (nullable): the first tensor of the file whose name matches
 */
const KappaTensorEntry *
kappa_tensor_table_match (const KappaTensorTable *self, const char *glob)
{
  g_autoptr (GPatternSpec) pattern = g_pattern_spec_new (glob);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const KappaTensorEntry *entry = g_ptr_array_index (self->entries, i);

      if (g_pattern_spec_match_string (pattern, entry->name))
        return entry;
    }
  return NULL;
}

/* Returns: %FALSE if a part is not there, or not like the others */
static gboolean
find_parts (const KappaTensorTable *table, const char *names, KappaTensorPlace *place)
{
  g_auto (GStrv) list = g_strsplit (names, "|", -1);

  for (place->n_parts = 0; list[place->n_parts] != NULL; place->n_parts++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_lookup (table, list[place->n_parts]);

      if (entry == NULL || place->n_parts == KAPPA_TENSOR_MAX_PARTS
          || (place->n_parts > 0 && !kappa_shape_equal (&entry->shape, &place->parts[0]->shape)))
        return FALSE;
      place->parts[place->n_parts] = entry;
    }
  return place->n_parts > 0;
}

/* The shape of the slice. Returns: %FALSE if there is none of that number */
static gboolean
take_slice (KappaTensorPlace *place)
{
  const KappaShape *whole = &place->parts[0]->shape;

  place->stored = *whole;
  if (place->slice < 0)
    return TRUE;
  if (whole->rank == 0 || place->slice >= whole->dims[0])
    return FALSE;
  place->stored.rank = whole->rank - 1;
  for (guint d = 0; d < place->stored.rank; d++)
    place->stored.dims[d] = whole->dims[d + 1];
  return TRUE;
}

/**
 * kappa_tensor_view_find:
 * @canonical: the builder's name
 * @place: (out): where it is
 *
 * Returns: %FALSE if the file does not have it
 */
gboolean
kappa_tensor_view_find (const KappaTensorView *self, const char *canonical, KappaTensorPlace *place)
{
  KappaKeyPlace key;
  g_autofree char *names = NULL;

  if (!kappa_key_scheme_find (self->scheme, canonical, &key))
    return FALSE;
  names = key.names;
  *place = (KappaTensorPlace) { .axes = key.axes, .slice = key.slice };
  if (!find_parts (self->table, names, place) || !take_slice (place)
      || !kappa_key_axes_apply (key.axes, &place->stored, &place->shape))
    return FALSE;
  if (place->n_parts == 1)
    return TRUE;
  if (place->shape.rank == 0 || place->shape.dims[0] > G_MAXINT64 / (gint64)place->n_parts)
    return FALSE;
  place->shape.dims[0] *= place->n_parts;
  return TRUE;
}

/**
 * kappa_tensor_view_lookup:
 * @canonical: the builder's name
 * @shape: (out) (optional): the shape in the builder's axes
 *
 * Returns: (nullable): the tensor of the file, the first of its parts
 */
const KappaTensorEntry *
kappa_tensor_view_lookup (const KappaTensorView *self, const char *canonical, KappaShape *shape)
{
  KappaTensorPlace place;

  if (!kappa_tensor_view_find (self, canonical, &place))
    return NULL;
  if (shape != NULL)
    *shape = place.shape;
  return place.parts[0];
}

gboolean
kappa_tensor_view_has (const KappaTensorView *self, const char *canonical)
{
  return kappa_tensor_view_lookup (self, canonical, NULL) != NULL;
}

/**
 * kappa_tensor_view_get_dim:
 * @rank: the rank the tensor must have
 * @axis: which of its dimensions, smaller than @rank
 *
 * Returns: the dimension; −1 if there is no such tensor or it has another rank
 */
gint64
kappa_tensor_view_get_dim (const KappaTensorView *self,
                           const char *canonical,
                           guint rank,
                           guint axis)
{
  KappaShape shape;

  if (kappa_tensor_view_lookup (self, canonical, &shape) == NULL || shape.rank != rank)
    return -1;
  return shape.dims[axis];
}

/**
 * kappa_tensor_view_count:
 * @prefix: what stands before the number, e.g. "layer1."
 * @suffix: what stands behind it, e.g. ".conv1.weight"
 *
 * Returns: how many of the tensors number 0, 1, 2, … are there without a gap
 */
guint
kappa_tensor_view_count (const KappaTensorView *self, const char *prefix, const char *suffix)
{
  for (guint n = 0;; n++)
    {
      g_autofree char *name = g_strdup_printf ("%s%u%s", prefix, n, suffix);

      if (!kappa_tensor_view_has (self, name))
        return n;
    }
}
