#pragma once

#include <glib.h>

/**
 * KerasMap:
 * @values: height × width × channels, row-major
 */
typedef struct
{
  gsize height;
  gsize width;
  gsize channels;
  double *values;
} KerasMap;

void    keras_map_clear      (KerasMap *map);
double *keras_inception_save (const char *path, guint first, gsize classes, const KerasMap *image);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KerasMap, keras_map_clear)
