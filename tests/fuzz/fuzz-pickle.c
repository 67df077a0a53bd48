#include "tests/core/formats/build.h"
#include "tests/fuzz/checkpoint.h"

/* The pickle of a PyTorch archive that is sound otherwise. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = build_torch_zip (data, size);

  fuzz_checkpoint (bytes);
  return 0;
}
