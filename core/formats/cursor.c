#include "core/formats/cursor.h"

#include <string.h>

#define BUFFER_SIZE 16384

/**
 * kappa_cursor_init:
 * @source: (transfer none): kept alive by the caller
 * @end: not beyond the end of the source
 */
void
kappa_cursor_init (KappaCursor *self, KappaSource *source, guint64 start, guint64 end)
{
  *self = (KappaCursor) { .source = source, .position = start, .end = end };
}

void
kappa_cursor_clear (KappaCursor *self)
{
  g_clear_pointer (&self->buffer, g_free);
}

guint64
kappa_cursor_get_left (const KappaCursor *self)
{
  return self->end - self->position;
}

static gboolean
fail_short (KappaCursor *self, guint64 size, GError **error)
{
  return kappa_source_fail (self->source, error, KAPPA_ERROR_FORMAT,
                            "the file is truncated: %" G_GUINT64_FORMAT
                            " bytes are wanted at byte %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                            " are left; was a download interrupted?",
                            size, self->position, kappa_cursor_get_left (self));
}

static gboolean
fill (KappaCursor *self, GError **error)
{
  gsize size = MIN (BUFFER_SIZE, kappa_cursor_get_left (self));

  if (self->buffer == NULL)
    self->buffer = g_malloc (BUFFER_SIZE);
  self->buffer_size = 0;
  if (!kappa_source_read (self->source, self->position, self->buffer, size, error))
    return FALSE;
  self->buffer_start = self->position;
  self->buffer_size = size;
  return TRUE;
}

/**
 * kappa_cursor_read:
 * @data: (out) (array length=size): the next bytes
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if fewer are left, or with the system's error
 */
gboolean
kappa_cursor_read (KappaCursor *self, void *data, gsize size, GError **error)
{
  if (size > kappa_cursor_get_left (self))
    return fail_short (self, size, error);
  if (size >= BUFFER_SIZE)
    {
      if (!kappa_source_read (self->source, self->position, data, size, error))
        return FALSE;
      self->position += size;
      return TRUE;
    }
  while (size > 0)
    {
      guint64 used = self->position - self->buffer_start;
      gsize n;

      if (self->position < self->buffer_start || used >= self->buffer_size)
        {
          if (!fill (self, error))
            return FALSE;
          used = 0;
        }
      n = MIN (size, self->buffer_size - used);
      memcpy (data, self->buffer + used, n);
      data = (guint8 *)data + n;
      self->position += n;
      size -= n;
    }
  return TRUE;
}

/**
 * kappa_cursor_read_int32:
 * @value: (out): a little-endian number
 */
gboolean
kappa_cursor_read_int32 (KappaCursor *self, gint32 *value, GError **error)
{
  if (!kappa_cursor_read (self, value, sizeof *value, error))
    return FALSE;
  *value = GINT32_FROM_LE (*value);
  return TRUE;
}

/**
 * kappa_cursor_read_int64:
 * @value: (out): a little-endian number
 */
gboolean
kappa_cursor_read_int64 (KappaCursor *self, gint64 *value, GError **error)
{
  if (!kappa_cursor_read (self, value, sizeof *value, error))
    return FALSE;
  *value = GINT64_FROM_LE (*value);
  return TRUE;
}

/**
 * kappa_cursor_skip:
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if fewer than @size bytes are left
 */
gboolean
kappa_cursor_skip (KappaCursor *self, guint64 size, GError **error)
{
  if (size > kappa_cursor_get_left (self))
    return fail_short (self, size, error);
  self->position += size;
  return TRUE;
}
