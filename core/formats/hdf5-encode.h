#pragma once

#include <glib.h>

/*
 * The blocks of an HDF5 file, version 0 of the superblock, as the HDF5 File Format Specification (The HDF Group)
 * lays them out; the names of the parts are its own. Offsets and lengths have eight bytes, numbers are little-endian.
 */

#define KAPPA_HDF5_NOWHERE G_MAXUINT64

/**
 * KappaHdf5Messages:
 *
 * The messages of an object header, version 1.
 */
typedef struct
{
  GByteArray *bytes;
  guint n;
} KappaHdf5Messages;

void        kappa_hdf5_messages_clear       (KappaHdf5Messages *messages);
void        kappa_hdf5_encode_symbol_table  (KappaHdf5Messages *messages, guint64 tree, guint64 heap);
void        kappa_hdf5_encode_dataspace     (KappaHdf5Messages *messages, guint rank, const gsize *dims);
void        kappa_hdf5_encode_float_type    (KappaHdf5Messages *messages, guint width);
void        kappa_hdf5_encode_byte_type     (KappaHdf5Messages *messages);
void        kappa_hdf5_encode_string_type   (KappaHdf5Messages *messages, guint width);
void        kappa_hdf5_encode_layout        (KappaHdf5Messages *messages, guint64 address, guint64 size);
void        kappa_hdf5_encode_attribute     (KappaHdf5Messages *messages, const char *name, const char *value);

GByteArray *kappa_hdf5_encode_header        (const KappaHdf5Messages *messages);
GByteArray *kappa_hdf5_encode_superblock    (guint leaf_k, guint tree_k, guint64 end, guint64 header, guint64 tree,
                                             guint64 heap);
GByteArray *kappa_hdf5_encode_tree          (gsize size, gboolean has_leaf, guint64 leaf, guint64 last_name);
GByteArray *kappa_hdf5_encode_heap          (guint64 size, guint64 names);
GByteArray *kappa_hdf5_encode_leaf          (guint n);
void        kappa_hdf5_encode_entry         (GByteArray *leaf, guint64 name, guint64 header);
void        kappa_hdf5_encode_name          (GByteArray *names, const char *name);
void        kappa_hdf5_encode_floats        (guint8 *bytes, const double *values, gsize n, guint width);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KappaHdf5Messages, kappa_hdf5_messages_clear)
