#include "app/reader/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/*
 * How libhdf5 gets at the file: through the descriptor that was given, and at nothing else.
 * Whatever a file says of other files, there is no way to open them.
 */

typedef struct
{
  H5FD_t base; /* libhdf5's own part comes first */
  haddr_t allocated;
} Driver;

static uint64_t size_of_file;
static int is_open;

static H5FD_t *
driver_open (const char *name, unsigned flags, hid_t fapl, haddr_t maxaddr)
{
  (void)name, (void)fapl, (void)maxaddr;
  if (is_open || (flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT)) != 0)
    return NULL;
  is_open = 1;
  return reader_allocate (sizeof (Driver));
}

static herr_t
driver_close (H5FD_t *file)
{
  is_open = 0;
  free (file);
  return 0;
}

static herr_t
driver_query (const H5FD_t *file, unsigned long *flags)
{
  (void)file;
  *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t
driver_get_eoa (const H5FD_t *file, H5FD_mem_t type)
{
  (void)type;
  return ((const Driver *)file)->allocated;
}

static herr_t
driver_set_eoa (H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
  (void)type;
  ((Driver *)file)->allocated = address;
  return 0;
}

static haddr_t
driver_get_eof (const H5FD_t *file, H5FD_mem_t type)
{
  (void)file, (void)type;
  return size_of_file;
}

static herr_t
driver_read (H5FD_t *file, H5FD_mem_t type, hid_t dxpl, haddr_t address, size_t size, void *buffer)
{
  uint8_t *bytes = buffer;

  (void)file, (void)type, (void)dxpl;
  if (address > size_of_file || size > size_of_file - address)
    return -1;
  while (size > 0)
    {
      ssize_t n = pread (KAPPA_READER_FILE, bytes, size, (off_t)address);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return -1;
      bytes += n;
      address += (haddr_t)n;
      size -= (size_t)n;
    }
  return 0;
}

static herr_t
driver_write (H5FD_t *file,
              H5FD_mem_t type,
              hid_t dxpl,
              haddr_t address,
              size_t size,
              const void *buffer)
{
  (void)file, (void)type, (void)dxpl, (void)address, (void)size, (void)buffer;
  return -1;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
  .version = H5FD_CLASS_VERSION,
  .value = (H5FD_class_value_t)600,
#endif
  .name = "kappa",
  .maxaddr = (haddr_t)INT64_MAX,
  .fc_degree = H5F_CLOSE_STRONG,
  .open = driver_open,
  .close = driver_close,
  .query = driver_query,
  .get_eoa = driver_get_eoa,
  .set_eoa = driver_set_eoa,
  .get_eof = driver_get_eof,
  .read = driver_read,
  .write = driver_write,
  .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* Chunks that lie across what is asked for are decompressed once, not again for each row of it. */
#define CHUNK_CACHE ((size_t)64 << 20)

hid_t
reader_open_file (uint64_t file_size)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), id = H5FDregister (&driver);

  size_of_file = file_size;
  if (access < 0 || id < 0 || H5Pset_driver (access, id, NULL) < 0
      || H5Pset_cache (access, 0, 521, CHUNK_CACHE, 0.75) < 0)
    return -1;
  return H5Fopen ("given", H5F_ACC_RDONLY, access);
}
