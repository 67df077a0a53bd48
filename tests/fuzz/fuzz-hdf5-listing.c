#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/formats/hdf5-private.h"

/* What the process that reads HDF5 files says, if a hostile file has made that process its own: the
 * listing is consistent, or refused.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const KappaHdf5Listing *listing)
{
  for (guint i = 0; i < listing->datasets->len; i++)
    {
      const KappaHdf5Dataset *dataset = listing->datasets->pdata[i];
      gsize n = 1;

      for (guint d = 0; d < dataset->rank; d++)
        n *= dataset->dims[d];
      if (*dataset->path != '/' || dataset->rank > KAPPA_HDF5_MAX_RANK
          || (dataset->refusal == NULL && (dataset->n != n || n > KAPPA_READER_MAX_VALUES)))
        abort ();
    }
  for (guint i = 0; i < listing->attributes->len; i++)
    {
      const KappaHdf5Attribute *attribute = listing->attributes->pdata[i];

      if (attribute->strings != NULL && g_strv_length (attribute->strings) != attribute->n)
        abort ();
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KappaHdf5Child) child = NULL;
  g_autoptr (GError) error = NULL;
  KappaHdf5Listing listing;
  int sockets[2];

  /* More would not fit into the socket while nobody reads. */
  if (size > 65536 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return 0;
  if (size > 0 && send (sockets[1], data, size, MSG_DONTWAIT) != (gssize)size)
    abort ();
  shutdown (sockets[1], SHUT_RDWR);
  child = kappa_hdf5_child_new_for_socket ("fuzzed", sockets[0], G_TIME_SPAN_SECOND);
  kappa_hdf5_listing_init (&listing);
  if (kappa_hdf5_listing_read (&listing, child, NULL, &error))
    check (&listing);
  else if (error == NULL)
    abort ();
  kappa_hdf5_listing_clear (&listing);
  g_close (sockets[1], NULL);
  return 0;
}
