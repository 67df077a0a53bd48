#include "tests/core/formats/build.h"
#include "tests/fuzz/checkpoint.h"

/* An array: by itself, and as a member of an archive, stored and compressed. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const ZipMember members[] = { { .name = "a.npy", .data = data, .size = size },
                                { .name = "b.npy", .data = data, .size = size, .deflate = TRUE } };
  g_autoptr (GBytes) array = g_bytes_new_static (data, size);
  g_autoptr (GBytes) archive = build_zip (members, G_N_ELEMENTS (members), NULL);

  fuzz_checkpoint (array);
  fuzz_checkpoint (archive);
  return 0;
}
