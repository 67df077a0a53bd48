#include <string.h>

#include "core/formats/zip.h"
#include "tests/fuzz/checkpoint.h"

/* Archives: every member of one that is accepted lies in it, and is read or refused. */

#define MOST 65536

static void
read_member (KappaZip *zip, guint index, guint64 file_size)
{
  const KappaZipEntry *entry = kappa_zip_get_entry (zip, index);
  gsize size = MIN (entry->size, MOST);
  g_autofree guint8 *content = g_malloc (size + 1), *beginning = g_malloc (size + 1);
  g_autoptr (GError) error = NULL;
  guint found;

  if (entry->offset > file_size || entry->stored_size > file_size - entry->offset
      || !kappa_zip_find (zip, entry->name, &found) || found != index)
    abort ();
  if (kappa_zip_read (zip, index, entry->size - size, content, size, &error) == (error != NULL))
    abort ();
  /* What is read without its checksum must be what is read with it. */
  if (error == NULL && entry->size == size
      && (!kappa_zip_peek (zip, index, beginning, size, NULL)
          || memcmp (beginning, content, size) != 0))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzz");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaZip) zip = kappa_zip_open (source, &error);

  if ((zip != NULL) == (error != NULL))
    abort ();
  for (guint i = 0; zip != NULL && i < kappa_zip_get_n_entries (zip); i++)
    read_member (zip, i, size);
  return 0;
}
