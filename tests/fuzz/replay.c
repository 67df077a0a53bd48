#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * Runs a fuzzer's entry point over the files of its corpus, without the fuzzer: what was once found
 * stays found. A harness that aborts, or a sanitizer in a build that has them, fails the test.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate (uint8_t *data, size_t size, size_t most);

/* Harnesses with a mutator of their own refer to it; nothing is mutated here. */
size_t
LLVMFuzzerMutate (uint8_t *data, size_t size, size_t most)
{
  return size;
}

static void
test_file (gconstpointer path)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *exact = NULL;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  /* Without the zero byte that is behind @content a step too far is seen by the sanitizer. */
  exact = g_memdup2 (content, size);
  LLVMFuzzerTestOneInput (exact, size);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", argv[1], NULL);
  folder = g_dir_open (path, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *test = g_strconcat ("/fuzz/", argv[1], "/", name, NULL);

      g_test_add_data_func_full (test, g_build_filename (path, name, NULL), test_file, g_free);
    }
  return g_test_run ();
}
