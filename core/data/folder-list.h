#pragma once

#include <gio/gio.h>

/**
 * KappaFolderFile:
 * @path: relative to the folder, in the encoding of the file system
 * @size: bytes
 */
typedef struct
{
  char *path;
  guint64 size;
} KappaFolderFile;

/**
 * KappaFolderList:
 * @files: (element-type KappaFolderFile): images, sorted folder by folder
 * @folders: (element-type filename): all folders below, relative paths, sorted
 */
typedef struct
{
  char *root;
  GPtrArray *files;
  GPtrArray *folders;
} KappaFolderList;

KappaFolderList *kappa_folder_list_new     (const char *root, GCancellable *cancellable,
                                            GError **error);
KappaFolderList *kappa_folder_list_new_one (const char *path, GError **error);
void             kappa_folder_list_free    (KappaFolderList *self);

gboolean         kappa_folder_is_image_name (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaFolderList, kappa_folder_list_free)
