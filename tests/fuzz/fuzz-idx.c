#include <stdint.h>
#include <stdlib.h>

#include "core/data/idx.h"

/* IDX headers: one that is accepted describes exactly the bytes that are there. */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzz");

  for (guint rank = 1; rank <= KAPPA_IDX_MAX_RANK; rank++)
    {
      g_autoptr (GError) error = NULL;
      guint64 n = 1;
      KappaIdx idx;

      if (kappa_idx_read_header (source, rank, &idx, &error))
        {
          for (guint d = 0; d < idx.rank; d++)
            n *= idx.dims[d];
          if (error != NULL || idx.rank != rank || n != size - idx.offset)
            abort ();
        }
      else if (error == NULL)
        {
          abort ();
        }
    }
  return 0;
}
