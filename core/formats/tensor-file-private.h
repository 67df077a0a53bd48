#pragma once

#include "core/formats/source.h"
#include "core/formats/tensor-file.h"

/* Beyond this nobody would read on. */
#define KAPPA_TENSOR_FILE_MAX_METADATA 512

/**
 * KappaTensorFileClass:
 * @read_span: reads @size bytes from @offset on of one of the file's storages, as they are stored; the default takes
 *   them from where kappa_tensor_file_add_storage() said. Called from any thread.
 */
struct _KappaTensorFileClass
{
  GObjectClass parent_class;

  gboolean (*read_span) (KappaTensorFile *self, guint storage, guint64 offset, gpointer data, gsize size,
                         GError **error);
};

/**
 * KappaTensorLayout:
 * @storage: which storage its elements are in
 * @offset: of the element with all indices 0, in bytes from the beginning of the storage
 * @strides: steps of the axes, in elements
 * @swap: whether the elements are in the other byte order
 */
typedef struct
{
  KappaElement element;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  gsize strides[KAPPA_TENSOR_MAX_RANK];
  guint storage;
  guint64 offset;
  gboolean swap;
} KappaTensorLayout;

KappaTensorFile *kappa_tensor_file_open_source  (KappaSource *source, GCancellable *cancellable, GError **error);

KappaTensorFile *kappa_tensor_file_new          (GType type, KappaSource *source, const char *format);
KappaSource     *kappa_tensor_file_get_source   (KappaTensorFile *self);
const KappaTensorLayout *kappa_tensor_file_get_layout (KappaTensorFile *self, guint index);
guint            kappa_tensor_file_add_storage  (KappaTensorFile *self, guint64 offset, guint64 size);
guint            kappa_tensor_file_add_part     (KappaTensorFile *self, guint storage, guint64 offset, guint64 size);
gboolean         kappa_tensor_file_add          (KappaTensorFile *self, const char *name,
                                                 const KappaTensorLayout *layout, GError **error);
void             kappa_tensor_file_add_metadata (KappaTensorFile *self, const char *key, const char *text);
void             kappa_tensor_file_add_note     (KappaTensorFile *self, const char *key, const char *text);
guint            kappa_tensor_file_get_n_notes  (KappaTensorFile *self);
void             kappa_tensor_file_set_pickle   (KappaTensorFile *self, KappaPickle *pickle);
gboolean         kappa_tensor_file_finish       (KappaTensorFile *self, gboolean strip, GError **error);
