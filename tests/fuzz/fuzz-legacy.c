#include "tests/core/formats/build.h"
#include "tests/fuzz/checkpoint.h"

/* All of a legacy stream that follows the description of the system. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = build_legacy (data, size, NULL, 0, NULL, 0);

  fuzz_checkpoint (bytes);
  return 0;
}
