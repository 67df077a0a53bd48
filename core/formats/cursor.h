#pragma once

#include "core/formats/source.h"

/**
 * KappaCursor:
 * @position: the next byte to be read, from the beginning of the file
 * @end: where reading must stop
 *
 * Sequential reading of a part of a file through a small buffer.
 */
typedef struct
{
  KappaSource *source;
  guint64 position;
  guint64 end;
  guint64 buffer_start;
  gsize buffer_size;
  guint8 *buffer;
} KappaCursor;

void     kappa_cursor_init       (KappaCursor *self, KappaSource *source, guint64 start, guint64 end);
void     kappa_cursor_clear      (KappaCursor *self);
guint64  kappa_cursor_get_left   (const KappaCursor *self);
gboolean kappa_cursor_read       (KappaCursor *self, void *data, gsize size, GError **error);
gboolean kappa_cursor_read_int32 (KappaCursor *self, gint32 *value, GError **error);
gboolean kappa_cursor_read_int64 (KappaCursor *self, gint64 *value, GError **error);
gboolean kappa_cursor_skip       (KappaCursor *self, guint64 size, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaCursor, kappa_cursor_clear)
