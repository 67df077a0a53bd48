#include "core/data/folder-list.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"

#define MAX_DEPTH 16
#define MAX_FILES 10000000

typedef struct
{
  KappaFolderList *list;
  GHashTable *visited; /* device and inode of each folder: links may go round in circles */
  GCancellable *cancellable;
} Walk;

static void
file_free (gpointer data)
{
  KappaFolderFile *file = data;

  g_free (file->path);
  g_free (file);
}

static KappaFolderList *
list_new (const char *root)
{
  KappaFolderList *self = g_new0 (KappaFolderList, 1);

  self->root = g_strdup (root);
  self->files = g_ptr_array_new_with_free_func (file_free);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
kappa_folder_list_free (KappaFolderList *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->folders);
  g_free (self->root);
  g_free (self);
}

/**
 * kappa_folder_is_image_name:
 *
 * Whether a name ends as those of images do, also of kinds that are refused by name when they are
 * loaded. What a file really is, its content says; but a folder of 60,000 files is not opened one
 * by one only to list it.
 */
gboolean
kappa_folder_is_image_name (const char *name)
{
  static const char *const endings[]
      = { "png", "jpg", "jpeg", "jpe",  "jfif", "tif", "tiff", "bmp", "ppm",
          "pgm", "gif", "webp", "heic", "avif", "jp2", "jxl",  "dcm", NULL };
  const char *dot = strrchr (name, '.');
  g_autofree char *lower = dot != NULL ? g_ascii_strdown (dot + 1, -1) : NULL;

  return lower != NULL && g_strv_contains (endings, lower);
}

static void
add_file (KappaFolderList *self, const char *relative, const struct stat *status)
{
  KappaFolderFile *file = g_new (KappaFolderFile, 1);

  *file = (KappaFolderFile) { g_strdup (relative), (guint64)status->st_size };
  g_ptr_array_add (self->files, file);
}

static gboolean
is_new (Walk *self, const struct stat *status)
{
  return g_hash_table_add (self->visited,
                           g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                                            (guint64)status->st_dev, (guint64)status->st_ino));
}

static gboolean walk (Walk *self, const char *relative, guint depth, GError **error);

static gboolean
visit (Walk *self, const char *relative, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (self->list->root, relative, NULL);
  struct stat status;

  /* A link that leads nowhere is nobody's image. */
  if (stat (path, &status) != 0)
    return TRUE;
  if (S_ISDIR (status.st_mode))
    {
      if (!is_new (self, &status) || depth >= MAX_DEPTH)
        return TRUE;
      g_ptr_array_add (self->list->folders, g_strdup (relative));
      return walk (self, relative, depth + 1, error);
    }
  if (!S_ISREG (status.st_mode) || !kappa_folder_is_image_name (relative))
    return TRUE;
  add_file (self->list, relative, &status);
  if (self->list->files->len <= MAX_FILES)
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED, "%s: has more than %d images",
               self->list->root, MAX_FILES);
  return FALSE;
}

static gboolean
walk (Walk *self, const char *relative, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (self->list->root, relative, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner
          = *relative != '\0' ? g_build_filename (relative, name, NULL) : g_strdup (name);

      if (*name == '.' || strcmp (name, "__MACOSX") == 0)
        continue;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error)
          || !visit (self, inner, depth, error))
        return FALSE;
    }
  return TRUE;
}

/* So that what lies in one folder stays together, a separator comes before any other character. */
static int
compare_paths (const char *a, gsize a_length, const char *b, gsize b_length)
{
  gsize i = 0;
  int first, second;

  while (i < a_length && i < b_length && a[i] == b[i])
    i++;
  first = i == a_length ? 0 : a[i] == G_DIR_SEPARATOR ? 1 : (guchar)a[i];
  second = i == b_length ? 0 : b[i] == G_DIR_SEPARATOR ? 1 : (guchar)b[i];
  return first - second;
}

static int
compare_folders (gconstpointer a, gconstpointer b)
{
  const char *first = *(const char *const *)a, *second = *(const char *const *)b;

  return compare_paths (first, strlen (first), second, strlen (second));
}

static gsize
folder_length (const char *path)
{
  const char *separator = strrchr (path, G_DIR_SEPARATOR);

  return separator != NULL ? (gsize)(separator - path) : 0;
}

/* The files of a folder come before those of the folders in it, as Python's os.walk has it. */
static int
compare_files (gconstpointer a, gconstpointer b)
{
  const char *first = (*(const KappaFolderFile *const *)a)->path,
             *second = (*(const KappaFolderFile *const *)b)->path;
  int order = compare_paths (first, folder_length (first), second, folder_length (second));

  return order != 0 ? order : strcmp (first, second);
}

/**
 * kappa_folder_list_new:
 * @root: a folder
 *
 * Lists the images in a folder and in the folders below, without opening them. Hidden files are
 * left out. Links are followed, each folder is visited once.
 *
 * Returns: (transfer full): the list; %NULL with the system's error, %KAPPA_ERROR_UNSUPPORTED or
 * %G_IO_ERROR_CANCELLED
 */
KappaFolderList *
kappa_folder_list_new (const char *root, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaFolderList) self = list_new (root);
  g_autoptr (GHashTable) visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Walk state = { self, visited, cancellable };
  struct stat status;

  if (stat (root, &status) == 0)
    is_new (&state, &status);
  if (!walk (&state, "", 0, error))
    return NULL;
  g_ptr_array_sort (self->files, compare_files);
  g_ptr_array_sort (self->folders, compare_folders);
  return g_steal_pointer (&self);
}

/**
 * kappa_folder_list_new_one:
 * @path: a file
 *
 * Returns: (transfer full): a list of that file alone; %NULL with the system's error
 */
KappaFolderList *
kappa_folder_list_new_one (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autoptr (KappaFolderList) self = list_new (folder);
  struct stat status;

  if (stat (path, &status) != 0)
    {
      int code = errno;
      g_autofree char *display = g_filename_display_name (path);

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", display,
                   g_strerror (code));
      return NULL;
    }
  add_file (self, name, &status);
  return g_steal_pointer (&self);
}
