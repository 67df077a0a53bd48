#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/formats/formats-private.h"
#include "core/formats/hdf5-private.h"

/* What is made of Keras weights when a hostile file has made the process that reads it its own: the
 * listing, and what it answers when it is asked for the tensors.
 */

/* More numbers in one tensor are not asked for: it would only take time. */
#define MOST ((gsize)1 << 18)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (KappaTensorFile *file)
{
  guint n = kappa_tensor_file_get_n_tensors (file), index;

  for (guint i = 0; i < n; i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
      g_autofree double *values = NULL;
      g_autoptr (GError) error = NULL;
      gsize count = 1;

      for (guint d = 0; d < info->rank; d++)
        count *= info->dims[d];
      if (count != info->n || kappa_tensor_file_lookup (file, info->name, &index) != info
          || index != i || strstr (info->name, "..") == info->name)
        abort ();
      if (info->n > MOST)
        continue;
      values = g_new (double, info->n + 1);
      if (!kappa_tensor_file_read_doubles (file, i, values, &error) && error == NULL)
        abort ();
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char content[4096];
  g_autoptr (GBytes) bytes = g_bytes_new_static (content, sizeof content);
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzzed.h5");
  g_autoptr (KappaTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  KappaHdf5File *hdf5;
  int sockets[2];

  /* More would not fit into the socket while nobody reads. */
  if (size > 65536 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return 0;
  if (size > 0 && send (sockets[1], data, size, MSG_DONTWAIT) != (gssize)size)
    abort ();
  shutdown (sockets[1], SHUT_WR);
  hdf5 = kappa_hdf5_file_new_for_child (
      "fuzzed.h5", kappa_hdf5_child_new_for_socket ("fuzzed.h5", sockets[0], G_TIME_SPAN_SECOND),
      NULL, &error);
  file = hdf5 != NULL ? kappa_keras_open_listed (source, hdf5, &error) : NULL;
  if (file != NULL)
    check (file);
  else if (error == NULL)
    abort ();
  g_clear_object (&file);
  g_close (sockets[1], NULL);
  return 0;
}
