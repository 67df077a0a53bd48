#pragma once

#include <glib.h>

/**
 * KappaStream:
 *
 * A named stream of random numbers. The number at an index depends on (seed, name, index) alone, never on what
 * was drawn before, so parts of a stream can be drawn in any order, by any thread, in any run.
 */
typedef struct
{
  guint32 key[2];
  guint32 salt[2];
} KappaStream;

KappaStream kappa_stream_init        (guint64 seed, const char *name);
void        kappa_stream_block       (const KappaStream *stream, guint64 index, guint32 block[4]);
double      kappa_stream_uniform     (const KappaStream *stream, guint64 index);
double      kappa_stream_normal      (const KappaStream *stream, guint64 index);
void        kappa_stream_normals     (const KappaStream *stream, guint64 first, gsize n, double *values);
guint64     kappa_stream_below       (const KappaStream *stream, guint64 index, guint64 bound);
void        kappa_stream_permutation (const KappaStream *stream, gsize n, guint32 *order);
