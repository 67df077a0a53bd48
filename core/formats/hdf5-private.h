#pragma once

#include "core/formats/hdf5-child.h"
#include "core/formats/hdf5-file.h"

/* What a file of the reader's listing becomes: see hdf5-listing.c. */

typedef struct
{
  GPtrArray *datasets;   /* of KappaHdf5Dataset */
  GPtrArray *attributes; /* of KappaHdf5Attribute */
  GPtrArray *groups;     /* of char */
} KappaHdf5Listing;

void            kappa_hdf5_listing_init  (KappaHdf5Listing *listing);
void            kappa_hdf5_listing_clear (KappaHdf5Listing *listing);
gboolean        kappa_hdf5_listing_read  (KappaHdf5Listing *listing, KappaHdf5Child *child, GCancellable *cancellable,
                                          GError **error);

KappaHdf5File  *kappa_hdf5_file_open_within (const char *path, gint64 timeout, GCancellable *cancellable, GError **error);
KappaHdf5File  *kappa_hdf5_file_new_for_child (const char *path, KappaHdf5Child *child, GCancellable *cancellable,
                                          GError **error);
