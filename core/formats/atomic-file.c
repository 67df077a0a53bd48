#include "core/formats/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail (const char *path, int failure, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failure), "%s: cannot be written: %s",
               path, g_strerror (failure));
  return FALSE;
}

static gboolean
settle (const char *temporary, const char *path, const struct stat *before)
{
  int fd = open (temporary, O_RDWR | O_CLOEXEC);
  gboolean done
      = fd >= 0 && (before == NULL || fchmod (fd, before->st_mode & 0777) == 0) && fsync (fd) == 0;
  int failure = errno;

  if (fd >= 0)
    close (fd);
  errno = failure;
  return done && g_rename (temporary, path) == 0;
}

/* The user knows the name they gave, not the one beside it. */
static void
rename_in_error (const char *temporary, const char *path, GError **error)
{
  GString *message;

  if (error == NULL || *error == NULL)
    return;
  message = g_string_new ((*error)->message);
  g_string_replace (message, temporary, path, 0);
  g_free ((*error)->message);
  (*error)->message = g_string_free (message, FALSE);
}

/**
 * kappa_atomic_write:
 * @path: the file to make or to replace
 * @func: writes the content, to another path
 *
 * Whatever happens, @path is afterwards what it was, or complete: @func writes beside it, and what
 * it wrote is put on the disk and moved to @path when it is done. What is not a regular file, like
 * /dev/stdout, is written as it is.
 *
 * Returns: %FALSE with the error of @func, or the system's
 */
gboolean
kappa_atomic_write (const char *path, KappaAtomicFunc func, gpointer data, GError **error)
{
  g_autofree char *target = realpath (path, NULL);
  g_autofree char *directory = g_path_get_dirname (target != NULL ? target : path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_strdup_printf (".%s-XXXXXX", base);
  g_autofree char *temporary = g_build_filename (directory, name, NULL);
  struct stat before;
  gboolean exists = stat (path, &before) == 0, done;
  int fd;

  if (exists && !S_ISREG (before.st_mode))
    return func (path, data, error);
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail (path, errno, error);
  close (fd);
  done = func (temporary, data, error);
  if (!done)
    rename_in_error (temporary, path, error);
  else if (!settle (temporary, target != NULL ? target : path, exists ? &before : NULL))
    done = fail (path, errno, error);
  if (!done)
    g_unlink (temporary);
  return done;
}
