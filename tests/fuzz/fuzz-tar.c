#include "tests/core/formats/build.h"
#include "tests/fuzz/checkpoint.h"

/*
 * One part of a PyTorch tar file, which the first byte chooses; the rest of the file is sound. Its
 * last choice is the whole file.
 */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *pax = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const char *part;
  TarKnobs knobs = { 0 };

  if (size < 1)
    return 0;
  part = (const char *)data + 1;
  pax = g_strndup (part, size - 1);
  switch (data[0] % 7)
    {
    case 0:
      knobs = (TarKnobs) { .pickle = part, .pickle_size = size - 1 };
      break;
    case 1:
      knobs = (TarKnobs) { .tensors = part, .tensors_size = size - 1 };
      break;
    case 2:
      knobs = (TarKnobs) { .storages = part, .storages_size = size - 1 };
      break;
    case 3:
      knobs = (TarKnobs) { .views = part, .views_size = size - 1 };
      break;
    case 4:
      knobs = (TarKnobs) { .sys_info = part, .sys_info_size = size - 1 };
      break;
    case 5:
      knobs = (TarKnobs) { .pax = pax };
      break;
    default:
      bytes = g_bytes_new_static (part, size - 1);
    }
  if (bytes == NULL)
    bytes = build_tar (&knobs);
  fuzz_checkpoint (bytes);
  return 0;
}
