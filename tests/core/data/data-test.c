#include "tests/core/data/data-test.h"

#include <glib/gstdio.h>
#include <string.h>

char *
kappa_test_sha256 (const guint8 *bytes, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
}

char *
kappa_test_image_sha256 (const KappaImage *image)
{
  return kappa_test_sha256 (image->pixels, (gsize)image->width * image->height * 3);
}

/* Noise from a linear congruential generator, the same that the references were computed from;
 * @hard: only 0 and 255, so that filters overshoot. */
KappaImage *
kappa_test_picture (guint width, guint height, gboolean hard)
{
  KappaImage *image = kappa_image_new (width, height);
  guint32 state = width * 1000 + height;

  for (gsize i = 0; i < (gsize)width * height * 3; i++)
    {
      state = state * 1664525u + 1013904223u;
      image->pixels[i] = hard ? (state >> 31 ? 255 : 0) : (guint8)(state >> 24);
    }
  return image;
}

char *
kappa_test_fixture (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "core", "data", "fixtures", name, NULL);
}

char *
kappa_test_folder_new (void)
{
  char *path = g_dir_make_tmp ("kappa-data-XXXXXX", NULL);

  g_assert_nonnull (path);
  return path;
}

void
kappa_test_folder_remove (const char *path)
{
  g_autoptr (GDir) entries
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      kappa_test_folder_remove (child);
    }
  g_remove (path);
}

/* @name may lie in folders, which are made; @size: -1 for a string. Returns the path. */
char *
kappa_test_write (const char *folder, const char *name, const void *bytes, gssize size)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, bytes, size, &error);
  g_assert_no_error (error);
  return path;
}

void
kappa_test_copy_fixture (const char *fixture, const char *folder, const char *name)
{
  g_autofree char *from = kappa_test_fixture (fixture), *bytes = NULL, *path = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (from, &bytes, &size, &error);
  g_assert_no_error (error);
  path = kappa_test_write (folder, name, bytes, (gssize)size);
}

/* An error of that kind whose message has @part in it; clears it. */
void
kappa_test_assert_fails (GError **error, GQuark domain, int code, const char *part)
{
  g_assert_error (*error, domain, code);
  if (strstr ((*error)->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, (*error)->message);
  g_clear_error (error);
}
