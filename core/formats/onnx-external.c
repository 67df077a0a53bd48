#include "core/formats/onnx-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Weights beside the model. The file may name only what lies beneath its own folder, and nothing on
 * the way may be a link: a model somebody sends must not make the program read, or show, anything
 * else (CVE-2026-34445 and others of its kind).
 */

static gboolean
fail (KappaSource *source, GError **error, const char *name, const char *what, const char *text)
{
  g_autofree char *quoted = kappa_source_quote (text, strlen (text));

  return kappa_source_fail (source, error, KAPPA_ERROR_FORMAT,
                            "ONNX: the tensor “%s” is said to be in another file, but %s: “%s”",
                            name, what, quoted);
}

static gboolean
is_beneath (const char *location)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);

  if (*location == '\0' || strpbrk (location, "\\:") != NULL)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return FALSE;
  return TRUE;
}

/* Opens folder after folder, so that no link can lead elsewhere. Returns: -1 with errno */
static int
open_beneath (const char *folder, const char *location)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (guint i = 0; parts[i] != NULL && fd >= 0; i++)
    {
      const int flags = parts[i + 1] != NULL ? O_DIRECTORY : O_NONBLOCK;
      const int next = openat (fd, parts[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
      const int code = errno;

      close (fd);
      errno = code;
      fd = next;
    }
  return fd;
}

static KappaSource *
open_file (KappaSource *source, const char *name, const char *location, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (kappa_source_get_path (source));
  g_autofree char *path = g_build_filename (folder, location, NULL);
  struct stat status;
  int fd = open_beneath (folder, location);

  if (fd < 0)
    {
      fail (source, error, name,
            errno == ELOOP || errno == ENOTDIR
                ? "a symbolic link is on the way, which is not followed; copy the file itself "
                  "beside the model"
                : g_strerror (errno),
            location);
      return NULL;
    }
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_nlink != 1)
    {
      close (fd);
      fail (source, error, name,
            "it is not a regular file with one name; copy the file itself beside the model",
            location);
      return NULL;
    }
  return kappa_source_new_for_descriptor (fd, path, error);
}

static gboolean
parse_number (const char *text, guint64 *value)
{
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, value, NULL);
}

/**
 * kappa_onnx_open_external:
 * @tensor: one whose elements are in another file
 * @size: bytes of its elements
 * @offset: (out): where in that file they begin
 *
 * Returns: (transfer full): the other file; %NULL with %KAPPA_ERROR_FORMAT if it is not there, not
 * beneath the model's folder, or too short
 */
KappaSource *
kappa_onnx_open_external (KappaSource *source,
                          const char *name,
                          const Onnx__TensorProto *tensor,
                          guint64 size,
                          guint64 *offset,
                          GError **error)
{
  const char *location = NULL;
  guint64 length = size;
  g_autoptr (KappaSource) file = NULL;

  *offset = 0;
  for (gsize i = 0; i < tensor->n_external_data; i++)
    {
      const char *key = tensor->external_data[i]->key, *value = tensor->external_data[i]->value;
      gboolean sound = key != NULL && value != NULL;

      if (sound && strcmp (key, "location") == 0)
        {
          sound = location == NULL;
          location = value;
        }
      else if (sound && strcmp (key, "offset") == 0)
        sound = parse_number (value, offset);
      else if (sound && strcmp (key, "length") == 0)
        sound = parse_number (value, &length);
      else if (sound)
        sound = strcmp (key, "checksum") == 0;
      if (!sound)
        {
          fail (source, error, name, "what is said of the place makes no sense",
                key != NULL ? key : "");
          return NULL;
        }
    }
  if (location == NULL || !is_beneath (location))
    {
      fail (source, error, name, "the place is not beneath the model's folder",
            location != NULL ? location : "");
      return NULL;
    }
  file = open_file (source, name, location, error);
  if (file == NULL)
    return NULL;
  if (length == size && *offset <= kappa_source_get_size (file)
      && size <= kappa_source_get_size (file) - *offset)
    return g_steal_pointer (&file);
  fail (source, error, name,
        length != size ? "its length there does not fit its shape" : "that file is too short",
        location);
  return NULL;
}
