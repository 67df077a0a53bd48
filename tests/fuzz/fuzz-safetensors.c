#include "tests/core/formats/build.h"
#include "tests/fuzz/checkpoint.h"

/* The header of a safetensors file, of the right length, before as many elements as the first byte
 * says. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = NULL;

  if (size == 0)
    return 0;
  bytes = build_safetensors ((const char *)data + 1, size - 1, data[0]);
  fuzz_checkpoint (bytes);
  return 0;
}
