#pragma once

#include <gio/gio.h>

/**
 * KappaElement:
 *
 * What one element of a stored tensor is. Names are safetensors' names; booleans are one byte each.
 */
typedef enum
{
  KAPPA_ELEMENT_F64,
  KAPPA_ELEMENT_F32,
  KAPPA_ELEMENT_F16,
  KAPPA_ELEMENT_BF16,
  KAPPA_ELEMENT_I64,
  KAPPA_ELEMENT_I32,
  KAPPA_ELEMENT_I16,
  KAPPA_ELEMENT_I8,
  KAPPA_ELEMENT_U64,
  KAPPA_ELEMENT_U32,
  KAPPA_ELEMENT_U16,
  KAPPA_ELEMENT_U8,
  KAPPA_ELEMENT_BOOL,
} KappaElement;

#define KAPPA_N_ELEMENTS (KAPPA_ELEMENT_BOOL + 1)

/* The largest number of dimensions a stored tensor may have; files with more are refused. */
#define KAPPA_TENSOR_MAX_RANK 8

const char *kappa_element_get_name   (KappaElement element);
gboolean    kappa_element_from_name  (const char *name, KappaElement *element);
gsize       kappa_element_get_size   (KappaElement element);
gboolean    kappa_element_is_float   (KappaElement element);
void        kappa_element_swap       (KappaElement element, void *data, gsize n);
void        kappa_element_to_floats  (KappaElement element, const void *data, gsize n, float *values);
void        kappa_element_to_doubles (KappaElement element, const void *data, gsize n, double *values);
gboolean    kappa_element_to_int64s  (KappaElement element, const void *data, gsize n, gint64 *values);
