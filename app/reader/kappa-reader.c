#include "app/reader/reader.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Reads the HDF5 file of descriptor 3 for whoever is at the other end of descriptor 4; see
 * core/formats/hdf5-protocol.h. All limits are in place before libhdf5 sees the first byte.
 */

static int
get_request (KappaReaderRequest *request)
{
  uint8_t *bytes = (uint8_t *)request;
  size_t got = 0;

  while (got < sizeof *request)
    {
      ssize_t n = read (KAPPA_READER_SOCKET, bytes + got, sizeof *request - got);

      if (n <= 0)
        return 0;
      got += (size_t)n;
    }
  return 1;
}

static int
start (Reader *reader)
{
  struct stat status;

  if (fstat (KAPPA_READER_FILE, &status) != 0
      || fstat (KAPPA_READER_SOCKET, &(struct stat) { 0 }) != 0)
    return 0;
  reader->file_size = (uint64_t)status.st_size;
  reader_limit ();
  /* Filters that the library does not have are not to be loaded from anywhere either. */
  if (H5open () < 0 || H5PLset_loading_state (0) < 0 || H5Eset_auto2 (H5E_DEFAULT, NULL, NULL) < 0)
    return 0;
  reader_seal ();
  return 1;
}

int
main (void)
{
  Reader reader = { 0 };
  KappaReaderRequest request;

  if (!start (&reader))
    return 2;
  reader.file = reader_open_file (reader.file_size);
  if (reader.file < 0)
    {
      reader_send_error (KAPPA_READER_DAMAGED, "%s", reader_blame ());
      return 1;
    }
  if (!reader_list (&reader))
    return 1;
  while (get_request (&request))
    reader_send_values (&reader, &request);
  /* What libhdf5 would still tidy up goes with the process, without another look at the file. */
  _exit (0);
}
