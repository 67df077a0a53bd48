#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/csv.h"

/* Tables: every cell of one that is accepted can be read, and is valid text. */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaCsv) csv = kappa_csv_parse ("fuzz", (const char *)data, size, &error);
  guint line = 0;

  if ((csv != NULL) == (error != NULL))
    abort ();
  for (guint row = 0; csv != NULL && row < kappa_csv_get_n_rows (csv); row++)
    {
      if (kappa_csv_get_line (csv, row) <= line)
        abort ();
      line = kappa_csv_get_line (csv, row);
      for (guint column = 0; column < kappa_csv_get_n_columns (csv); column++)
        if (!g_utf8_validate (kappa_csv_get (csv, row, column), -1, NULL))
          abort ();
    }
  return 0;
}
