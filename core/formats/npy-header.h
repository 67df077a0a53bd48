#pragma once

#include "core/formats/cursor.h"
#include "core/formats/element.h"

/**
 * KappaNpyHeader:
 * @swap: whether the elements are stored in the other byte order
 * @fortran: whether the first axis runs fastest
 * @size: bytes of the header, after which the elements begin
 */
typedef struct
{
  KappaElement element;
  gboolean swap;
  gboolean fortran;
  guint rank;
  gsize dims[KAPPA_TENSOR_MAX_RANK];
  gsize n;
  gsize n_bytes;
  guint64 size;
} KappaNpyHeader;

#define KAPPA_NPY_MAGIC      "\x93NUMPY"
#define KAPPA_NPY_MAGIC_SIZE 6

/* The longest header that is read, 10,000 characters as in numpy, and the 12 bytes before it. */
#define KAPPA_NPY_MAX_HEADER 10012

gboolean kappa_npy_parse_type   (const char *descr, gboolean raw_bfloat16, KappaElement *element, gboolean *swap);
gboolean kappa_npy_parse_header (const guint8 *data, gsize size, gboolean raw_bfloat16, KappaNpyHeader *header,
                                 GError **error);
GBytes  *kappa_npy_make_header  (KappaElement element, const gsize *dims, guint rank);
