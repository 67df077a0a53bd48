#include "core/formats/hdf5-private.h"

static void
dataset_free (KappaHdf5Dataset *dataset)
{
  g_free (dataset->path);
  g_free (dataset->refusal);
  g_free (dataset);
}

static void
attribute_free (KappaHdf5Attribute *attribute)
{
  g_free (attribute->object);
  g_free (attribute->name);
  g_strfreev (attribute->strings);
  g_free (attribute->numbers);
  g_free (attribute->refusal);
  g_free (attribute);
}

void
kappa_hdf5_listing_init (KappaHdf5Listing *listing)
{
  listing->datasets = g_ptr_array_new_with_free_func ((GDestroyNotify)dataset_free);
  listing->attributes = g_ptr_array_new_with_free_func ((GDestroyNotify)attribute_free);
  listing->groups = g_ptr_array_new_with_free_func (g_free);
}

void
kappa_hdf5_listing_clear (KappaHdf5Listing *listing)
{
  g_ptr_array_unref (listing->datasets);
  g_ptr_array_unref (listing->attributes);
  g_ptr_array_unref (listing->groups);
}

static gboolean
take_u32 (KappaHdf5Frame *frame, guint32 *value)
{
  return kappa_hdf5_frame_take (frame, value, sizeof *value);
}

static gboolean
take_u64 (KappaHdf5Frame *frame, guint64 *value)
{
  return kappa_hdf5_frame_take (frame, value, sizeof *value);
}

static gboolean
take_path (KappaHdf5Frame *frame, char **path)
{
  *path = kappa_hdf5_frame_take_text (frame);
  return *path != NULL && **path == '/';
}

static gboolean
take_dims (KappaHdf5Frame *frame, KappaHdf5Dataset *dataset)
{
  gboolean fits = TRUE;

  dataset->n = 1;
  for (guint d = 0; d < dataset->rank; d++)
    {
      guint64 size;

      if (!take_u64 (frame, &size))
        return FALSE;
      dataset->dims[d] = (gsize)size;
      fits = fits && g_size_checked_mul (&dataset->n, dataset->n, dataset->dims[d]);
    }
  if (!fits)
    dataset->n = G_MAXSIZE;
  return TRUE;
}

/* What is not refused must be small enough to be asked for. */
static gboolean
take_dataset (KappaHdf5Frame *frame, KappaHdf5Dataset *dataset)
{
  guint32 type, size, rank;

  if (!take_u32 (frame, &type) || !take_u32 (frame, &size) || !take_u32 (frame, &rank)
      || type > KAPPA_READER_OTHER || rank > KAPPA_HDF5_MAX_RANK)
    return FALSE;
  dataset->type = (KappaHdf5Class)type;
  dataset->size = size;
  dataset->rank = rank;
  if (!take_dims (frame, dataset) || !take_path (frame, &dataset->path)
      || (dataset->refusal = kappa_hdf5_frame_take_text (frame)) == NULL)
    return FALSE;
  if (*dataset->refusal == '\0')
    g_clear_pointer (&dataset->refusal, g_free);
  return dataset->refusal != NULL
         || dataset->n <= KAPPA_READER_MAX_VALUES / MAX (dataset->size, 1);
}

/* Each text takes at least the four bytes of its length, so the frame bounds the memory. */
static gboolean
take_strings (KappaHdf5Frame *frame, KappaHdf5Attribute *attribute)
{
  if (attribute->n > (frame->size - frame->at) / sizeof (guint32))
    return FALSE;
  attribute->strings = g_new0 (char *, attribute->n + 1);
  for (gsize i = 0; i < attribute->n; i++)
    if ((attribute->strings[i] = kappa_hdf5_frame_take_text (frame)) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
take_numbers (KappaHdf5Frame *frame, KappaHdf5Attribute *attribute)
{
  if (attribute->n != (frame->size - frame->at) / sizeof (double))
    return FALSE;
  attribute->numbers = g_new (double, attribute->n + 1);
  return kappa_hdf5_frame_take (frame, attribute->numbers, attribute->n * sizeof (double));
}

static gboolean
take_attribute (KappaHdf5Frame *frame, KappaHdf5Attribute *attribute)
{
  guint32 what;
  guint64 n;

  if (!take_u32 (frame, &what) || !take_u64 (frame, &n) || !take_path (frame, &attribute->object)
      || (attribute->name = kappa_hdf5_frame_take_text (frame)) == NULL)
    return FALSE;
  attribute->n = (gsize)n;
  switch (what)
    {
    case KAPPA_READER_STRINGS:
      return take_strings (frame, attribute);
    case KAPPA_READER_NUMBERS:
      return take_numbers (frame, attribute);
    case KAPPA_READER_REFUSED:
      attribute->n = 0;
      attribute->refusal = kappa_hdf5_frame_take_text (frame);
      return attribute->refusal != NULL;
    default:
      return FALSE;
    }
}

static gboolean
take_frame (KappaHdf5Listing *listing, KappaHdf5Frame *frame)
{
  gpointer item;

  switch (frame->kind)
    {
    case KAPPA_READER_GROUP:
      item = NULL;
      if (!take_path (frame, (char **)&item))
        {
          g_free (item);
          return FALSE;
        }
      g_ptr_array_add (listing->groups, item);
      break;
    case KAPPA_READER_DATASET:
      item = g_new0 (KappaHdf5Dataset, 1);
      g_ptr_array_add (listing->datasets, item);
      if (!take_dataset (frame, item))
        return FALSE;
      break;
    case KAPPA_READER_ATTRIBUTE:
      item = g_new0 (KappaHdf5Attribute, 1);
      g_ptr_array_add (listing->attributes, item);
      if (!take_attribute (frame, item))
        return FALSE;
      break;
    default:
      return FALSE;
    }
  return frame->at == frame->size;
}

/**
 * kappa_hdf5_listing_read:
 *
 * Reads what the child lists, up to its end. No more is taken than KAPPA_READER_MAX_LISTING bytes
 * and twice KAPPA_READER_MAX_OBJECTS frames.
 */
gboolean
kappa_hdf5_listing_read (KappaHdf5Listing *listing,
                         KappaHdf5Child *child,
                         GCancellable *cancellable,
                         GError **error)
{
  gsize left = KAPPA_READER_MAX_LISTING;

  for (guint n = 0; n < 2 * KAPPA_READER_MAX_OBJECTS; n++)
    {
      g_auto (KappaHdf5Frame) frame = { 0 };

      if (!kappa_hdf5_child_read_frame (child, &frame, left, cancellable, error))
        return FALSE;
      if (frame.kind == KAPPA_READER_END && frame.size == 0)
        return TRUE;
      if (!take_frame (listing, &frame))
        return kappa_hdf5_child_fail (child, "talks nonsense", error);
      left -= frame.size;
    }
  return kappa_hdf5_child_fail (child, "lists more than it may", error);
}
