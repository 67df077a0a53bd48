#include "core/formats/hdf5-child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/hdf5-paths.h"

struct _KappaHdf5Child
{
  char *path;
  GSubprocess *process;
  int socket;
  gint64 timeout; /* microseconds without a sign of life */
  gboolean dead;
};

static char *
try_beside (const char *directory, const char *relative)
{
  g_autofree char *path = g_build_filename (directory, relative, "kappa-reader", NULL);

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&path) : NULL;
}

/* Programs and tests of a build directory lie at different depths of it. */
static char *
search_build (const char *directory)
{
  g_autofree char *place = g_strdup (directory);
  char *found = NULL;

  for (guint i = 0; found == NULL && i < 5; i++)
    {
      char *parent = g_path_get_dirname (place);

      found = try_beside (place, "app/reader");
      g_free (place);
      place = parent;
    }
  return found;
}

/* $KAPPA_READER, beside the program, where it is installed, or in the build directory. */
static char *
find_program (GError **error)
{
  const char *given = g_getenv ("KAPPA_READER");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : g_strdup ("/");
  char *found = given != NULL ? g_strdup (given) : try_beside (directory, ".");

  if (found == NULL)
    found = try_beside (KAPPA_LIBEXECDIR, ".");
  if (found == NULL)
    found = search_build (directory);
  if (found == NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                 "HDF5 files are read by a program of its own, kappa-reader, which is neither "
                 "beside this one nor in "
                 "%s. Install Kappa again, or say where it is in KAPPA_READER",
                 KAPPA_LIBEXECDIR);
  return found;
}

static gboolean
is_hdf5 (int fd, guint64 size)
{
  static const guint8 signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
  guint8 bytes[8];

  /* A block of the user's own may come first. */
  for (guint64 at = 0; at < size; at = at == 0 ? 512 : 2 * at)
    if (pread (fd, bytes, sizeof bytes, (off_t)at) == sizeof bytes
        && memcmp (bytes, signature, sizeof bytes) == 0)
      return TRUE;
  return FALSE;
}

static int
open_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int failure = errno;
  struct stat status;

  if (fd < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failure),
                   "%s: cannot be opened: %s", path, g_strerror (failure));
      return -1;
    }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && is_hdf5 (fd, (guint64)status.st_size))
    return fd;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
               "%s: not an HDF5 file: there is no HDF5 signature in it", path);
  close (fd);
  return -1;
}

static GSubprocess *
spawn (const char *program, int file, int socket, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_unsetenv (launcher, "HDF5_PLUGIN_PATH");
  g_subprocess_launcher_unsetenv (launcher, "HDF5_PLUGIN_PRELOAD");
  g_subprocess_launcher_unsetenv (launcher, "HDF5_DRIVER");
  g_subprocess_launcher_take_fd (launcher, file, KAPPA_READER_FILE);
  g_subprocess_launcher_take_fd (launcher, socket, KAPPA_READER_SOCKET);
  return g_subprocess_launcher_spawn (launcher, error, program, NULL);
}

/**
 * kappa_hdf5_child_new_for_socket:
 * @socket: (transfer full): where a child of someone else's is heard
 */
KappaHdf5Child *
kappa_hdf5_child_new_for_socket (const char *path, int socket, gint64 timeout)
{
  KappaHdf5Child *self = g_new0 (KappaHdf5Child, 1);

  self->path = g_strdup (path);
  self->socket = socket;
  self->timeout = timeout;
  return self;
}

/**
 * kappa_hdf5_child_start:
 * @timeout: microseconds after which a silent child is ended
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_FORMAT, or the system's error
 */
KappaHdf5Child *
kappa_hdf5_child_start (const char *path, gint64 timeout, GError **error)
{
  g_autofree char *program = find_program (error);
  KappaHdf5Child *self;
  GSubprocess *process;
  int file, sockets[2];

  if (program == NULL || (file = open_file (path, error)) < 0)
    return NULL;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "%s: no socket for its reader: %s", path, g_strerror (errno));
      close (file);
      return NULL;
    }
  process = spawn (program, file, sockets[1], error);
  if (process == NULL)
    {
      close (sockets[0]);
      return NULL;
    }
  self = kappa_hdf5_child_new_for_socket (path, sockets[0], timeout);
  self->process = process;
  return self;
}

static void
end (KappaHdf5Child *self)
{
  if (self->dead)
    return;
  self->dead = TRUE;
  close (self->socket);
  if (self->process != NULL)
    g_subprocess_force_exit (self->process);
}

void
kappa_hdf5_child_free (KappaHdf5Child *self)
{
  end (self);
  g_clear_object (&self->process);
  g_free (self->path);
  g_free (self);
}

/**
 * kappa_hdf5_child_fail:
 *
 * Ends the child, which said what it must not say, or nothing.
 *
 * Returns: %FALSE with %KAPPA_ERROR_FORMAT
 */
gboolean
kappa_hdf5_child_fail (KappaHdf5Child *self, const char *what, GError **error)
{
  end (self);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
               "%s: the process that reads this HDF5 file %s. The file is damaged, or made to harm",
               self->path, what);
  return FALSE;
}

static gboolean
wait_for_data (KappaHdf5Child *self, GCancellable *cancellable, GError **error)
{
  GPollFD polls[2] = { { .fd = self->socket, .events = G_IO_IN } };
  gboolean cancels = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &polls[1]);
  gint64 deadline = g_get_monotonic_time () + self->timeout, left;
  gboolean ready = FALSE;

  while (!ready && !g_cancellable_is_cancelled (cancellable)
         && (left = deadline - g_get_monotonic_time ()) > 0)
    ready = g_poll (polls, cancels ? 2 : 1, (int)MIN (left / 1000 + 1, 60000)) > 0
            && polls[0].revents != 0;
  if (cancels)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      end (self);
      return FALSE;
    }
  return ready || kappa_hdf5_child_fail (self, "gives no answer", error);
}

/**
 * kappa_hdf5_child_read:
 * @data: (out caller-allocates) (array length=size)
 *
 * Returns: %FALSE when the child ended, is silent, or on cancellation; it is ended then
 */
gboolean
kappa_hdf5_child_read (KappaHdf5Child *self,
                       void *data,
                       gsize size,
                       GCancellable *cancellable,
                       GError **error)
{
  guint8 *bytes = data;

  if (self->dead)
    return kappa_hdf5_child_fail (self, "was ended before", error);
  while (size > 0)
    {
      gssize n;

      if (!wait_for_data (self, cancellable, error))
        return FALSE;
      n = recv (self->socket, bytes, MIN (size, 4 << 20), MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        return kappa_hdf5_child_fail (self, "ended before it had finished", error);
      bytes += MAX (n, 0);
      size -= (gsize)MAX (n, 0);
    }
  return TRUE;
}

/**
 * kappa_hdf5_child_ask:
 * @dataset: its number in the listing
 * @as: one of KAPPA_READER_AS_…
 */
gboolean
kappa_hdf5_child_ask (KappaHdf5Child *self, guint dataset, guint as, GError **error)
{
  const KappaReaderRequest request = { dataset, as };

  if (self->dead)
    return kappa_hdf5_child_fail (self, "was ended before", error);
  if (send (self->socket, &request, sizeof request, MSG_NOSIGNAL) != sizeof request)
    return kappa_hdf5_child_fail (self, "ended before it was asked", error);
  return TRUE;
}

/**
 * kappa_hdf5_child_read_frame:
 * @frame: empty
 * @max_size: a larger frame is refused before memory is taken for it
 *
 * Returns: %FALSE as kappa_hdf5_child_read(), or with the error the child reports
 */
gboolean
kappa_hdf5_child_read_frame (KappaHdf5Child *self,
                             KappaHdf5Frame *frame,
                             gsize max_size,
                             GCancellable *cancellable,
                             GError **error)
{
  KappaReaderFrame head;
  g_autofree char *message = NULL;
  guint32 code;

  if (!kappa_hdf5_child_read (self, &head, sizeof head, cancellable, error))
    return FALSE;
  if (head.kind < KAPPA_READER_GROUP || head.kind > KAPPA_READER_VALUES || head.size > max_size)
    return kappa_hdf5_child_fail (self, "talks nonsense", error);
  *frame = (KappaHdf5Frame) { .kind = head.kind,
                              .size = head.size,
                              .data = g_malloc (MAX (head.size, 1)) };
  if (!kappa_hdf5_child_read (self, frame->data, frame->size, cancellable, error))
    return FALSE;
  if (frame->kind != KAPPA_READER_ERROR)
    return TRUE;
  if (!kappa_hdf5_frame_take (frame, &code, sizeof code)
      || (message = kappa_hdf5_frame_take_text (frame)) == NULL)
    return kappa_hdf5_child_fail (self, "talks nonsense", error);
  if (code == KAPPA_READER_UNSUPPORTED)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED, "%s: %s", self->path, message);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                 "%s: a damaged HDF5 file (%s); was a download interrupted?", self->path, message);
  return FALSE;
}

void
kappa_hdf5_frame_clear (KappaHdf5Frame *frame)
{
  g_clear_pointer (&frame->data, g_free);
  frame->size = frame->at = 0;
}

/**
 * kappa_hdf5_frame_take:
 *
 * Copies the next @size bytes.
 *
 * Returns: %FALSE when the frame has fewer
 */
gboolean
kappa_hdf5_frame_take (KappaHdf5Frame *frame, void *data, gsize size)
{
  if (size > frame->size - frame->at)
    return FALSE;
  if (size > 0)
    memcpy (data, frame->data + frame->at, size);
  frame->at += size;
  return TRUE;
}

/**
 * kappa_hdf5_frame_take_text:
 *
 * Returns: (transfer full): the next text as valid UTF-8; %NULL when the frame has none
 */
char *
kappa_hdf5_frame_take_text (KappaHdf5Frame *frame)
{
  guint32 length;
  const char *text;

  if (!kappa_hdf5_frame_take (frame, &length, sizeof length) || length > frame->size - frame->at)
    return NULL;
  text = (const char *)frame->data + frame->at;
  frame->at += length;
  return g_utf8_make_valid (text, (gssize)strnlen (text, length));
}
