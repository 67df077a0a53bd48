#include "core/models/sample.h"

#include "core/models/sample-config.h"

/**
 * kappa_sample_dir:
 *
 * The first of these that has the sample: the environment variable KAPPA_SAMPLE_DIR, the source
 * tree if this is a development build, the data directory of the installation.
 *
 * Returns: (transfer full) (nullable): the folder of the bundled sample, see
 * `resources/sample/README.md`
 */
char *
kappa_sample_dir (void)
{
  const char *const folders[]
      = { g_getenv ("KAPPA_SAMPLE_DIR"), KAPPA_SAMPLE_SOURCE_DIR, KAPPA_SAMPLE_INSTALLED_DIR };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *model
          = folders[i] != NULL ? g_build_filename (folders[i], KAPPA_SAMPLE_MODEL, NULL) : NULL;

      if (model != NULL && g_file_test (model, G_FILE_TEST_IS_REGULAR))
        return g_strdup (folders[i]);
    }
  return NULL;
}
