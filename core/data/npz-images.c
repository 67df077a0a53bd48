#include "core/data/npz-images.h"

#include <math.h>

#include "core/base/error.h"

#define MAX_CLASSES 65536

static gboolean G_GNUC_PRINTF (4, 5)
    fail (KappaTensorFile *file, const char *array, GError **error, const char *format, ...)
{
  g_autofree char *name = g_filename_display_basename (kappa_tensor_file_get_path (file)),
                  *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA, "%s: the array \"%s\" %s", name, array,
               message);
  return FALSE;
}

static char *
describe_shape (const KappaTensorInfo *info)
{
  GString *text = g_string_new ("(");

  for (guint d = 0; d < info->rank; d++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, d > 0 ? ", " : "", info->dims[d]);
  g_string_append (text, ")");
  return g_string_free (text, FALSE);
}

static gboolean
is_channels (gsize size)
{
  return size == 1 || size == 3;
}

static void
set_layout (KappaNpzImages *self, const gsize *hwc, gboolean channels_first)
{
  self->height = (guint)hwc[0];
  self->width = (guint)hwc[1];
  self->channels = (guint)hwc[2];
  self->column_step = channels_first ? 1 : self->channels;
  self->row_step = self->column_step * self->width;
  self->channel_step = channels_first ? (gsize)self->width * self->height : 1;
}

/* (n, h, w), (n, h, w, c) or (n, c, h, w) with one or three channels. */
static gboolean
read_shape (KappaNpzImages *self,
            KappaTensorFile *file,
            const KappaTensorInfo *info,
            GError **error)
{
  g_autofree char *shape = describe_shape (info);
  const gsize *d = info->dims;
  gboolean last = info->rank == 4 && is_channels (d[3]),
           first = info->rank == 4 && is_channels (d[1]);

  if (info->n == 0)
    return fail (file, self->name, error, "of shape %s is empty", shape);
  if ((info->rank != 3 && !last && !first) || d[0] > G_MAXINT32)
    return fail (file, self->name, error,
                 "has shape %s, expected (images, height, width), (images, height, width, "
                 "channels) or (images, channels, height, "
                 "width) with 1 or 3 channels",
                 shape);
  if (last && first)
    return fail (file, self->name, error, "has shape %s; which axis is the channels cannot be told",
                 shape);
  self->n = (guint)d[0];
  for (guint axis = 1; axis < info->rank; axis++)
    if (d[axis] > KAPPA_IMAGE_MAX_SIDE)
      return fail (file, self->name, error, "has shape %s, but no side may be longer than %d",
                   shape, KAPPA_IMAGE_MAX_SIDE);
  if (info->n / d[0] > KAPPA_IMAGE_MAX_PIXELS)
    return fail (file, self->name, error, "has shape %s; the images are too large", shape);
  if (info->rank == 3)
    set_layout (self, (const gsize[]) { d[1], d[2], 1 }, FALSE);
  else if (last)
    set_layout (self, (const gsize[]) { d[1], d[2], d[3] }, FALSE);
  else
    set_layout (self, (const gsize[]) { d[2], d[3], d[1] }, TRUE);
  return TRUE;
}

/* Numbers of 0 to 1 or of 0 to 255, told by the largest; anything else was normalised by somebody
 * already. */
static gboolean
round_floats (KappaNpzImages *self,
              KappaTensorFile *file,
              const float *values,
              gsize n,
              GError **error)
{
  float low = values[0], high = values[0], factor;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (values[i]))
        return fail (file, self->name, error, "has values that are not finite");
      low = MIN (low, values[i]);
      high = MAX (high, values[i]);
    }
  if (low < 0.0f || high > 255.0f)
    return fail (
        file, self->name, error,
        "has values from %g to %g; expected pixels of 0 to 1 or 0 to 255, before any normalisation",
        low, high);
  factor = high <= 1.0f ? 255.0f : 1.0f;
  for (gsize i = 0; i < n; i++)
    self->bytes[i] = (guint8)rintf (values[i] * factor);
  return TRUE;
}

static gboolean
read_pixels (KappaNpzImages *self,
             KappaTensorFile *file,
             guint index,
             const KappaTensorInfo *info,
             GError **error)
{
  g_autofree float *values = NULL;

  if (info->element != KAPPA_ELEMENT_U8 && !kappa_element_is_float (info->element))
    return fail (file, self->name, error, "has elements of type %s, expected U8 or floating point",
                 kappa_element_get_name (info->element));
  self->bytes = g_try_malloc (info->n);
  if (kappa_element_is_float (info->element))
    values = g_try_malloc_n (info->n, sizeof (float));
  if (self->bytes == NULL || (kappa_element_is_float (info->element) && values == NULL))
    return fail (file, self->name, error,
                 "has %" G_GSIZE_FORMAT " elements, too many for the memory", info->n);
  if (values == NULL)
    return kappa_tensor_file_read_elements (file, index, self->bytes, error);
  return kappa_tensor_file_read_floats (file, index, values, error)
         && round_floats (self, file, values, info->n, error);
}

/* (n) or (n, 1). */
static gboolean
read_labels (KappaNpzImages *self, KappaTensorFile *file, guint index, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (file, index);
  g_autofree char *shape = describe_shape (info);
  g_autofree double *values = NULL;

  if (info->n != self->n || info->rank < 1 || info->dims[0] != self->n)
    return fail (file, info->original_name, error,
                 "has shape %s, expected a label for each of the %u images", shape, self->n);
  values = g_new (double, self->n);
  self->labels = g_new (gint32, self->n);
  if (!kappa_tensor_file_read_doubles (file, index, values, error))
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    {
      if (!(values[i] >= -1.0 && values[i] < MAX_CLASSES) || values[i] != floor (values[i]))
        return fail (file, info->original_name, error,
                     "has %g for image %u, expected a whole number from 0 to %d", values[i], i,
                     MAX_CLASSES - 1);
      self->labels[i] = (gint32)values[i];
    }
  return TRUE;
}

/**
 * kappa_npz_images_read:
 * @images: index of an array of pixels: unsigned bytes, or floating-point numbers, which are
 * rounded to 8 bits
 * @labels: index of the array of their labels, or -1
 *
 * Returns: (transfer full): the images; %NULL with %KAPPA_ERROR_DATA or an error of reading the
 * file
 */
KappaNpzImages *
kappa_npz_images_read (KappaTensorFile *file,
                       guint images,
                       int labels,
                       KappaSplit split,
                       GError **error)
{
  g_autoptr (KappaNpzImages) self = g_new0 (KappaNpzImages, 1);
  const KappaTensorInfo *info = kappa_tensor_file_get_info (file, images);

  self->name = g_strdup (info->original_name);
  self->split = split;
  if (!read_shape (self, file, info, error) || !read_pixels (self, file, images, info, error)
      || (labels >= 0 && !read_labels (self, file, (guint)labels, error)))
    return NULL;
  return g_steal_pointer (&self);
}

KappaImage *
kappa_npz_images_get (const KappaNpzImages *self, guint i)
{
  KappaImage *image = kappa_image_new (self->width, self->height);
  const guint8 *first = self->bytes + (gsize)i * self->width * self->height * self->channels;
  guint8 *rgb = image->pixels;

  for (guint y = 0; y < self->height; y++)
    for (guint x = 0; x < self->width; x++, rgb += 3)
      for (guint c = 0; c < 3; c++)
        rgb[c] = first[y * self->row_step + x * self->column_step
                       + (self->channels == 3 ? c * self->channel_step : 0)];
  return image;
}

void
kappa_npz_images_free (KappaNpzImages *self)
{
  g_free (self->name);
  g_free (self->bytes);
  g_free (self->labels);
  g_free (self);
}
