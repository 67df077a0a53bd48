#include "core/formats/source.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name out of a hostile file goes into messages no longer than this. */
#define MAX_QUOTED 120

struct _KappaSource
{
  gatomicrefcount references;
  int fd; /* -1 when the bytes are in memory */
  GBytes *bytes;
  guint64 size;
  char *path;
  char *name;
};

static KappaSource *
source_new (const char *path)
{
  KappaSource *self = g_new0 (KappaSource, 1);

  g_atomic_ref_count_init (&self->references);
  self->fd = -1;
  self->path = g_strdup (path);
  self->name = g_filename_display_basename (path);
  return self;
}

/**
 * kappa_source_open:
 * @path: a regular file, or a symbolic link to one
 *
 * Returns: (transfer full): the file's bytes; %NULL with the system's error, or
 * %KAPPA_ERROR_UNSUPPORTED for anything that is not a regular file
 */
KappaSource *
kappa_source_open (const char *path, GError **error)
{
  int fd;

  /* Opening a pipe would wait for somebody to write into it. */
  fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0)
    {
      int code = errno;
      g_autofree char *name = g_filename_display_basename (path);

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", name,
                   g_strerror (code));
      return NULL;
    }
  return kappa_source_new_for_descriptor (fd, path, error);
}

/**
 * kappa_source_new_for_descriptor:
 * @fd: (transfer full): an open file, closed with the source or on failure
 * @path: what it was opened by
 *
 * Returns: (transfer full): the file's bytes; %NULL as kappa_source_open()
 */
KappaSource *
kappa_source_new_for_descriptor (int fd, const char *path, GError **error)
{
  g_autoptr (KappaSource) self = source_new (path);
  struct stat status;

  self->fd = fd;
  if (fstat (fd, &status) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", self->name,
                   g_strerror (code));
      return NULL;
    }
  if (!S_ISREG (status.st_mode))
    {
      kappa_source_fail (self, error, KAPPA_ERROR_UNSUPPORTED, "this is not a regular file");
      return NULL;
    }
  self->size = (guint64)status.st_size;
  return g_steal_pointer (&self);
}

/**
 * kappa_source_new_for_bytes:
 * @bytes: the content
 * @name: what error messages call it
 *
 * Returns: (transfer full): a source that reads from memory
 */
KappaSource *
kappa_source_new_for_bytes (GBytes *bytes, const char *name)
{
  KappaSource *self = source_new (name);

  self->bytes = g_bytes_ref (bytes);
  self->size = g_bytes_get_size (bytes);
  return self;
}

KappaSource *
kappa_source_ref (KappaSource *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
kappa_source_unref (KappaSource *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

const char *
kappa_source_get_path (const KappaSource *self)
{
  return self->path;
}

/**
 * kappa_source_get_name:
 *
 * Returns: (transfer none): the last part of the path, as UTF-8, for messages
 */
const char *
kappa_source_get_name (const KappaSource *self)
{
  return self->name;
}

/**
 * kappa_source_get_size:
 *
 * Returns: bytes in the file when it was opened
 */
guint64
kappa_source_get_size (const KappaSource *self)
{
  return self->size;
}

static gboolean
read_file (KappaSource *self, guint64 offset, guint8 *data, gsize size, GError **error)
{
  while (size > 0)
    {
      gssize n = pread (self->fd, data, size, (off_t)offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          int code = errno;

          g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                       "%s: reading failed: %s", self->name, g_strerror (code));
          return FALSE;
        }
      if (n == 0)
        return kappa_source_fail (self, error, KAPPA_ERROR_FORMAT,
                                  "the file became shorter while it was read");
      data += n;
      offset += (guint64)n;
      size -= (gsize)n;
    }
  return TRUE;
}

/**
 * kappa_source_read:
 * @offset: from the beginning of the file
 * @data: (out) (array length=size): the bytes
 *
 * May be called from several threads at once.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT if the file is too short, or with the system's error
 */
gboolean
kappa_source_read (KappaSource *self, guint64 offset, void *data, gsize size, GError **error)
{
  if (offset > self->size || size > self->size - offset)
    return kappa_source_fail (self, error, KAPPA_ERROR_FORMAT,
                              "the file is truncated: %" G_GSIZE_FORMAT
                              " bytes are wanted at %" G_GUINT64_FORMAT
                              ", it ends at %" G_GUINT64_FORMAT,
                              size, offset, self->size);
  if (self->bytes == NULL)
    return read_file (self, offset, data, size, error);
  if (size > 0)
    memcpy (data, (const guint8 *)g_bytes_get_data (self->bytes, NULL) + offset, size);
  return TRUE;
}

/**
 * kappa_source_fail:
 * @format: what was found, what was expected and what to do; the file's name is put in front
 *
 * Returns: %FALSE, for the caller to return
 */
gboolean
kappa_source_fail (const KappaSource *self,
                   GError **error,
                   KappaError code,
                   const char *format,
                   ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, KAPPA_ERROR, (int)code, "%s: %s", self->name, message);
  return FALSE;
}

/**
 * kappa_source_quote:
 * @text: (array length=length): bytes out of a file
 *
 * Returns: (transfer full): UTF-8 fit for a message: no control characters, of bounded length
 */
char *
kappa_source_quote (const char *text, gsize length)
{
  GString *quoted = g_string_new (NULL);
  const char *end = text + MIN (length, MAX_QUOTED);

  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if (c == (gunichar)-1 || c == (gunichar)-2 || g_unichar_iscntrl (c))
        {
          g_string_append_printf (quoted, "\\x%02x", (guint8)*text++);
          continue;
        }
      g_string_append_unichar (quoted, c);
      text = g_utf8_next_char (text);
    }
  if (length > MAX_QUOTED)
    g_string_append (quoted, "…");
  return g_string_free (quoted, FALSE);
}
