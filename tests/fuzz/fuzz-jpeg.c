#include <stdint.h>
#include <stdlib.h>

#include "core/data/exif.h"
#include "core/data/image.h"

/* JPEG files and the EXIF blocks in them: decoded or refused, within bounds either way. */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImage) image = NULL;
  guint orientation = kappa_exif_get_orientation (data, size);

  if (orientation < 1 || orientation > 8)
    abort ();
  image = kappa_image_decode ("fuzz", data, size, NULL, &error);
  if ((image != NULL) == (error != NULL))
    abort ();
  return 0;
}
