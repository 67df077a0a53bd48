#include "tests/support/shared.h"

/**
 * kappa_test_shared_path:
 * @relative: a file or folder below the directory of large reference data
 *
 * The directory is the environment variable KAPPA_SHARED, else `../shared` of the nearest folder
 * above the sources that has one.
 *
 * Returns: (transfer full) (nullable): its path, %NULL if it is not there
 */
char *
kappa_test_shared_path (const char *relative)
{
  const char *named = g_getenv ("KAPPA_SHARED");
  g_autofree char *folder = g_canonicalize_filename (g_test_get_dir (G_TEST_DIST), NULL);

  if (named != NULL)
    {
      g_autofree char *path = g_build_filename (named, relative, NULL);

      return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
    }
  for (guint depth = 0; depth < 8; depth++)
    {
      g_autofree char *path = g_build_filename (folder, "..", "shared", relative, NULL);
      g_autofree char *above = g_path_get_dirname (folder);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_canonicalize_filename (path, NULL);
      g_free (folder);
      folder = g_steal_pointer (&above);
    }
  return NULL;
}

/**
 * kappa_test_need_shared:
 *
 * Returns: as kappa_test_shared_path(); where it is %NULL the running test is marked as skipped
 */
char *
kappa_test_need_shared (const char *relative)
{
  char *path = kappa_test_shared_path (relative);

  if (path == NULL)
    {
      g_autofree char *reason = g_strdup_printf (
          "no %s in the reference data; KAPPA_SHARED names their folder", relative);

      g_test_skip (reason);
    }
  return path;
}
