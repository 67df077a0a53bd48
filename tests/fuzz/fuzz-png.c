#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/data/image.h"

/* PNG files. Mutated ones get right checksums again, or none would come past the first chunk. */

#define SIGNATURE_SIZE 8

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate (uint8_t *data, size_t size, size_t most);

static uint32_t
read_u32 (const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Where the n-th chunk begins, or the last one before something that is none. */
static size_t
find_chunk (const uint8_t *data, size_t size, unsigned int n)
{
  size_t at = SIGNATURE_SIZE;

  for (; n > 0 && size - at >= 24 && read_u32 (data + at) <= size - at - 24; n--)
    at += 12 + read_u32 (data + at);
  return at;
}

static void
mend_checksums (uint8_t *data, size_t size)
{
  for (size_t at = SIGNATURE_SIZE; at + 12 <= size;)
    {
      uint32_t length = read_u32 (data + at), sum;

      if (length > size - at - 12)
        return;
      sum = GUINT32_TO_BE ((uint32_t)crc32 (0, data + at + 4, length + 4));
      memcpy (data + at + 8 + length, &sum, sizeof sum);
      at += 12 + length;
    }
}

size_t
LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t most, unsigned int seed)
{
  size_t chunk = size >= SIGNATURE_SIZE + 12 ? find_chunk (data, size, seed / 8 % 8) : 0;
  size_t length = chunk > 0 ? read_u32 (data + chunk) : 0;

  /* Mostly inside one chunk, so that the rest of the file stays what it was. */
  if (seed % 8 > 0 && length > 0 && length <= size - chunk - 12)
    LLVMFuzzerMutate (data + chunk + 8, length, length);
  else
    size = LLVMFuzzerMutate (data, size, most);
  mend_checksums (data, size);
  return size;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImage) image = kappa_image_decode ("fuzz", data, size, NULL, &error);

  if ((image != NULL) == (error != NULL))
    abort ();
  return 0;
}
