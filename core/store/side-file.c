#include "core/store/side-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/store/database.h"

/*
 * Large stretches of values, one file each, in the directory WORKSPACE-arrays: little-endian
 * float64 and nothing else. A file is called by the SHA-256 of its content, which is what the
 * database remembers, so that it is checked by the name alone, and equal values are kept once.
 *
 * Files are written and swept only by who holds the database's write lock, and one that no row
 * speaks of is rubbish: what a process leaves behind when it dies before its commit goes with the
 * next sweep.
 */

/* Numbers converted at a time. */
#define CHUNK ((gsize)16384)

static char *
dup_directory (const char *workspace)
{
  return g_strconcat (workspace, "-arrays", NULL);
}

static gboolean
fail (const char *path, const char *what, int failure, GError **error)
{
  const char *advice
      = failure == ENOSPC || failure == EDQUOT || failure == EFBIG
            ? ". Free some space; what is computed stays in memory and can be exported"
            : "";

  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE, "%s: %s: %s%s", path, what,
               g_strerror (failure), advice);
  return FALSE;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, bytes, size);

      if (n < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (n, 0);
      size -= (gsize)MAX (n, 0);
    }
  return TRUE;
}

static gboolean
write_values (int fd, const double *values, gsize n, GChecksum *checksum)
{
  g_autofree guint64 *words = g_new (guint64, CHUNK);

  for (gsize first = 0; first < n; first += CHUNK)
    {
      gsize count = MIN (CHUNK, n - first);

      memcpy (words, values + first, count * sizeof *words);
      for (gsize i = 0; i < count; i++)
        words[i] = GUINT64_TO_LE (words[i]);
      g_checksum_update (checksum, (const guchar *)words, (gssize)(count * sizeof *words));
      if (!write_all (fd, (const guint8 *)words, count * sizeof *words))
        return FALSE;
    }
  return fsync (fd) == 0;
}

/* A name is on the disk once its directory is. */
static gboolean
sync_directory (const char *directory)
{
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return done;
}

/**
 * kappa_side_file_write:
 * @workspace: path of the database
 * @values: (array length=n): what to keep
 *
 * To be called inside a transaction of the database. The file is complete and on the disk when this
 * returns.
 *
 * Returns: (transfer full): its name, to be stored in the same transaction; %NULL with
 * %KAPPA_ERROR_STORE
 */
char *
kappa_side_file_write (const char *workspace, const double *values, gsize n, GError **error)
{
  g_autofree char *directory = dup_directory (workspace);
  g_autofree char *temporary = g_build_filename (directory, "writing-XXXXXX", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean done;
  int fd, failure;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return fail (directory, "cannot be made", errno, error), NULL;
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail (directory, "cannot be written", errno, error), NULL;
  done = write_values (fd, values, n, checksum);
  failure = errno;
  if (close (fd) != 0 && done)
    done = FALSE, failure = errno;
  path = g_build_filename (directory, g_checksum_get_string (checksum), NULL);
  if (done && (g_rename (temporary, path) != 0 || !sync_directory (directory)))
    done = FALSE, failure = errno;
  if (done)
    return g_strdup (g_checksum_get_string (checksum));
  g_unlink (temporary);
  return fail (path, "cannot be written", failure, error), NULL;
}

static gboolean
is_name (const char *name)
{
  return strlen (name) == 64 && strspn (name, "0123456789abcdef") == 64;
}

static gboolean
read_values (int fd, double *values, gsize n, GChecksum *checksum)
{
  g_autofree guint64 *words = g_new (guint64, CHUNK);

  for (gsize first = 0; first < n; first += CHUNK)
    {
      gsize count = MIN (CHUNK, n - first), size = count * sizeof *words, done = 0;

      while (done < size)
        {
          gssize got = read (fd, (guint8 *)words + done, size - done);

          if (got == 0 || (got < 0 && errno != EINTR))
            return FALSE;
          done += (gsize)MAX (got, 0);
        }
      g_checksum_update (checksum, (const guchar *)words, (gssize)size);
      for (gsize i = 0; i < count; i++)
        words[i] = GUINT64_FROM_LE (words[i]);
      memcpy (values + first, words, size);
    }
  return TRUE;
}

/**
 * kappa_side_file_read:
 * @name: what kappa_side_file_write() returned, or whatever a damaged database says
 * @values: (out caller-allocates) (array length=n)
 *
 * Returns: %FALSE with %KAPPA_ERROR_STORE when the file is missing, shorter, longer or not what was
 * written
 */
gboolean
kappa_side_file_read (const char *workspace,
                      const char *name,
                      double *values,
                      gsize n,
                      GError **error)
{
  g_autofree char *directory = dup_directory (workspace);
  g_autofree char *path = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean done;
  guint8 rest;
  int fd;

  if (!is_name (name))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                   "%s: the workspace is damaged: a file of values is called by something else "
                   "than a checksum",
                   workspace);
      return FALSE;
    }
  path = g_build_filename (directory, name, NULL);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0)
    return fail (path, "a file of values cannot be read", errno, error);
  done = read_values (fd, values, n, checksum) && read (fd, &rest, 1) == 0
         && strcmp (g_checksum_get_string (checksum), name) == 0;
  close (fd);
  if (!done)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE,
                 "%s: the file of values is damaged: its content is not what its name says. "
                 "Compute the run again",
                 path);
  return done;
}

static int
is_used (sqlite3 *db, const char *name, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = kappa_database_prepare (
      db, error, "SELECT 1 FROM array_values WHERE file = ? LIMIT 1", "s", name);

  return statement != NULL ? kappa_database_step (statement, error) : -1;
}

static gboolean
sweep (sqlite3 *db, const char *directory, GError **error)
{
  g_autoptr (GDir) entries = g_dir_open (directory, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);
      int used = is_name (name) ? is_used (db, name, error) : 0;

      if (used < 0)
        return FALSE;
      /* Nothing is removed that this file does not make. */
      if (used == 0 && (is_name (name) || g_str_has_prefix (name, "writing-")))
        g_unlink (path);
    }
  return TRUE;
}

/**
 * kappa_side_file_sweep:
 *
 * Removes the files no row speaks of.
 */
gboolean
kappa_side_file_sweep (sqlite3 *db, const char *workspace, GError **error)
{
  g_autofree char *directory = dup_directory (workspace);

  if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!kappa_database_begin (db, error))
    return FALSE;
  return kappa_database_end (db, sweep (db, directory, error), error);
}
