#include <string.h>

#include "core/base/error.h"
#include "core/formats/tensor-file-private.h"
#include "tests/core/formats/hostile.h"

typedef struct
{
  GBytes *bytes;
  const char *message;
} Row;

static gboolean
read_all (KappaTensorFile *file, GError **error)
{
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      g_autofree double *values = g_new (double, kappa_tensor_file_get_info (file, i)->n + 1);

      if (!kappa_tensor_file_read_doubles (file, i, values, error))
        return FALSE;
    }
  return TRUE;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (KappaSource) source
      = kappa_source_new_for_bytes (row->bytes, "/somewhere/hostile.pth");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open_source (source, NULL, &error);

  if (file != NULL && read_all (file, &error))
    {
      g_test_fail_printf ("it is read as if nothing was wrong with it; expected “%s”",
                          row->message);
      return;
    }
  g_assert_true (error->domain == KAPPA_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_prefix (error->message, "hostile.pth: "));
  if (strstr (error->message, row->message) == NULL)
    g_test_fail_printf ("the message is “%s”; expected “%s”", error->message, row->message);
}

static void
row_free (gpointer data)
{
  Row *row = data;

  g_bytes_unref (row->bytes);
  g_free (row);
}

/* Takes @bytes. */
void
hostile_add (const char *format, const char *name, GBytes *bytes, const char *message)
{
  g_autofree char *path = g_strdup_printf ("/hostile/%s/%s", format, name);
  Row *row = g_new (Row, 1);

  *row = (Row) { bytes, message };
  g_test_add_data_func_full (path, row, test_row, row_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hostile_add_pickles ();
  hostile_add_zips ();
  hostile_add_streams ();
  hostile_add_safetensors ();
  hostile_add_arrays ();
  hostile_add_others ();
  return g_test_run ();
}
