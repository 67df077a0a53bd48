#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/tensor-file.h"
#include "tests/core/formats/build.h"

/*
 * Sound files on a disk that fails: every single read of every format fails once, in each of the
 * ways reads fail. This program's pread() takes the place of the system's.
 */

typedef enum
{
  FAULT_NONE,
  FAULT_BROKEN, /* the disk cannot read it */
  FAULT_SHRUNK, /* somebody cut the file meanwhile */
  FAULT_SLOW,   /* interrupted every other time, and three bytes at a time: no fault at all */
} Fault;

static Fault fault;
static guint n_reads, failing;

ssize_t
pread (int fd, void *data, size_t size, off_t offset)
{
  guint n = n_reads++;

  if (fault == FAULT_SLOW && n % 2 == 0)
    return errno = EINTR, -1;
  if (fault == FAULT_SLOW)
    size = MIN (size, 3);
  else if (fault == FAULT_BROKEN && n == failing)
    return errno = EIO, -1;
  else if (fault == FAULT_SHRUNK && n == failing)
    return 0;
  return syscall (SYS_pread64, fd, data, size, offset);
}

/* One tensor, in both precisions. */
static gboolean
put_tensor (GByteArray *all, KappaTensorFile *file, guint i, GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
  g_autofree double *values = g_new (double, info->n + 1);
  g_autofree float *rounded = g_new (float, info->n + 1);

  if (!kappa_tensor_file_read_floats (file, i, rounded, error)
      || !kappa_tensor_file_read_doubles (file, i, values, error))
    return FALSE;
  put_text (all, info->name);
  put_data (all, rounded, info->n * sizeof *rounded);
  put_data (all, values, info->n * sizeof *values);
  return TRUE;
}

/* All elements of all tensors, one after the other; %NULL if one cannot be read. */
static GBytes *
read_whole (const char *path, GError **error)
{
  g_autoptr (KappaTensorFile) file = kappa_tensor_file_open (path, NULL, error);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  if (file == NULL)
    return NULL;
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    if (!put_tensor (all, file, i, error))
      return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static void
assert_fault (const char *path, GError *error)
{
  g_autofree char *name = g_path_get_basename (path);

  g_assert_nonnull (error);
  if (fault == FAULT_BROKEN)
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
  else
    g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT);
  if (fault == FAULT_SHRUNK && strstr (error->message, "became shorter while it was read") == NULL)
    g_error ("read %u of %s gives “%s”", failing, name, error->message);
}

static void
fail_everywhere (const char *path, Fault how)
{
  g_autoptr (GBytes) sound = NULL;
  g_autoptr (GError) none = NULL;
  guint total;

  n_reads = 0;
  sound = read_whole (path, &none);
  g_assert_no_error (none);
  total = n_reads;
  g_assert_cmpuint (total, >, 1);
  for (failing = 0; failing < total; failing++)
    {
      g_autoptr (GBytes) found = NULL;
      g_autoptr (GError) error = NULL;

      fault = how;
      n_reads = 0;
      found = read_whole (path, &error);
      if (found != NULL)
        g_error ("%s is read although read %u of %u failed", path, failing, total);
      assert_fault (path, error);
    }
  fault = FAULT_NONE;
  g_test_message ("%u reads", total);
}

static void
test_broken (gconstpointer path)
{
  fail_everywhere (path, FAULT_BROKEN);
}

static void
test_shrunk (gconstpointer path)
{
  fail_everywhere (path, FAULT_SHRUNK);
}

static void
test_slow (gconstpointer path)
{
  g_autoptr (GBytes) expected = NULL, found = NULL;
  g_autoptr (GError) error = NULL;

  expected = read_whole (path, &error);
  g_assert_no_error (error);
  fault = FAULT_SLOW;
  found = read_whole (path, &error);
  fault = FAULT_NONE;
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (found, expected));
}

static char *
add_file (const char *folder, const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) owned = bytes;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (owned, NULL), (gssize)g_bytes_get_size (owned),
                       &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

#define HEADER "{\"w\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,48]}}"
#define INDEX  "{\"weight_map\":{\"w\":\"part.safetensors\"}}"

/* The files made here, and the checked-in ones. */
static GPtrArray *
make_files (const char *folder)
{
  static const char *const fixtures[]
      = { "array.npy",          "arrays.npz",         "packed.npz",
          "parameters.zip.pth", "wrapped.legacy.pth", "wrapped.zip.pth" };
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    g_ptr_array_add (
        paths, g_test_build_filename (G_TEST_DIST, "core", "formats", "data", fixtures[i], NULL));
  g_ptr_array_add (paths, add_file (folder, "plain.tar", build_tar (&(TarKnobs) { 0 })));
  g_ptr_array_add (paths,
                   add_file (folder, "part.safetensors", build_safetensors (BYTES (HEADER), 48)));
  g_ptr_array_add (paths, add_file (folder, "parts.json", g_bytes_new_static (BYTES (INDEX))));
  return paths;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (gconstpointer path);
  } kinds[] = { { "broken", test_broken }, { "shrunk", test_shrunk }, { "slow", test_slow } };
  g_autofree char *folder = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("kappa-faults-XXXXXX", NULL);
  paths = make_files (folder);
  for (guint i = 0; i < paths->len; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        g_autofree char *base = g_path_get_basename (paths->pdata[i]);
        g_autofree char *name = g_strdup_printf ("/faults/%s/%s", kinds[k].name, base);

        g_test_add_data_func (name, paths->pdata[i], kinds[k].test);
      }
  result = g_test_run ();
  for (guint i = 0; i < paths->len; i++)
    if (g_str_has_prefix (paths->pdata[i], folder))
      g_unlink (paths->pdata[i]);
  g_rmdir (folder);
  return result;
}
