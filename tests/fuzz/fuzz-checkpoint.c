#include "tests/fuzz/checkpoint.h"

/* Any file: what it is must be told from its content. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  fuzz_checkpoint (bytes);
  return 0;
}
