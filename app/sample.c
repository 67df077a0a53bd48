#include "app/sample.h"

#include "core/base/error.h"

/**
 * kappa_sample_dup_path:
 * @name: a file of the bundled sample, e.g. "resnet20-12fca82f.th"
 *
 * Looks where the program was installed, then where it was built; $KAPPA_SAMPLE_DIR comes before both.
 *
 * Returns: (transfer full): its path; %NULL with %KAPPA_ERROR_DATA if it is nowhere
 */
char *
kappa_sample_dup_path (const char *name, GError **error)
{
  const char *const places[] = { g_getenv ("KAPPA_SAMPLE_DIR"), KAPPA_SAMPLE_INSTALLED, KAPPA_SAMPLE_SOURCE };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = places[i] != NULL ? g_build_filename (places[i], name, NULL) : NULL;

      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: this file of the bundled sample is not in %s; install the program, or set KAPPA_SAMPLE_DIR", name,
               KAPPA_SAMPLE_INSTALLED);
  return NULL;
}
