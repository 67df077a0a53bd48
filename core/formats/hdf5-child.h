#pragma once

#include <gio/gio.h>

#include "core/formats/hdf5-protocol.h"

/*
 * The limited process that opens one HDF5 file. Nothing it says is believed without a check: a hostile file may have
 * made it its own.
 */

typedef struct _KappaHdf5Child KappaHdf5Child;

/**
 * KappaHdf5Frame:
 * @data: @size bytes
 * @at: how many of them were taken
 */
typedef struct
{
  guint32 kind;
  gsize size;
  gsize at;
  guint8 *data;
} KappaHdf5Frame;

KappaHdf5Child *kappa_hdf5_child_new_for_socket (const char *path, int socket, gint64 timeout);
KappaHdf5Child *kappa_hdf5_child_start      (const char *path, gint64 timeout, GError **error);
void            kappa_hdf5_child_free       (KappaHdf5Child *self);
gboolean        kappa_hdf5_child_ask        (KappaHdf5Child *self, guint dataset, guint as, GError **error);
gboolean        kappa_hdf5_child_read       (KappaHdf5Child *self, void *data, gsize size, GCancellable *cancellable,
                                             GError **error);
gboolean        kappa_hdf5_child_read_frame (KappaHdf5Child *self, KappaHdf5Frame *frame, gsize max_size,
                                             GCancellable *cancellable, GError **error);
gboolean        kappa_hdf5_child_fail       (KappaHdf5Child *self, const char *what, GError **error);

void            kappa_hdf5_frame_clear      (KappaHdf5Frame *frame);
gboolean        kappa_hdf5_frame_take       (KappaHdf5Frame *frame, void *data, gsize size);
char           *kappa_hdf5_frame_take_text  (KappaHdf5Frame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaHdf5Child, kappa_hdf5_child_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaHdf5Frame, kappa_hdf5_frame_clear)
