#include "core/base/random.h"

#include <math.h>
#include <string.h>

#include "core/base/hash.h"

/**
 * kappa_stream_init:
 * @seed: the run's seed
 * @name: what the numbers are for, e.g. "direction/x/layer1.0.conv1.weight"
 *
 * Returns: the stream; a value, nothing to free
 */
KappaStream
kappa_stream_init (guint64 seed, const char *name)
{
  guint64 salt = kappa_hash_fnv1a (KAPPA_HASH_FNV1A, name, strlen (name));

  return (KappaStream){ { (guint32) seed, (guint32) (seed >> 32) }, { (guint32) salt, (guint32) (salt >> 32) } };
}

/**
 * kappa_stream_block:
 * @block: (out): four independent uniform 32-bit words
 *
 * Philox 4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
void
kappa_stream_block (const KappaStream *stream, guint64 index, guint32 block[4])
{
  guint32 c0 = (guint32) index, c1 = (guint32) (index >> 32), c2 = stream->salt[0], c3 = stream->salt[1];
  guint32 k0 = stream->key[0], k1 = stream->key[1];

  for (int round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64) 0xD2511F53u * c0, p1 = (guint64) 0xCD9E8D57u * c2;

      c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      c1 = (guint32) p1;
      c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
      c3 = (guint32) p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/* 53 bits of two words, in [0, 1). */
static double
unit (guint32 high, guint32 low)
{
  return (double) (((guint64) high << 32 | low) >> 11) * 0x1p-53;
}

/**
 * kappa_stream_uniform:
 *
 * Returns: a number in [0, 1), a multiple of 2^-53
 */
double
kappa_stream_uniform (const KappaStream *stream, guint64 index)
{
  guint32 block[4];

  kappa_stream_block (stream, index, block);
  return unit (block[0], block[1]);
}

/**
 * kappa_stream_normal:
 *
 * Returns: a standard normal number by Box and Muller's transform, the cosine branch, one block a number
 */
double
kappa_stream_normal (const KappaStream *stream, guint64 index)
{
  guint32 block[4];

  kappa_stream_block (stream, index, block);
  return sqrt (-2.0 * log1p (-unit (block[0], block[1]))) * cos (2.0 * G_PI * unit (block[2], block[3]));
}

/**
 * kappa_stream_normals:
 * @first: index of the first number
 * @values: (out) (array length=n): standard normal numbers
 */
void
kappa_stream_normals (const KappaStream *stream, guint64 first, gsize n, double *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = kappa_stream_normal (stream, first + i);
}

/**
 * kappa_stream_below:
 * @bound: larger than 0
 *
 * Returns: an integer in [0, bound); biased by less than bound / 2^64
 */
guint64
kappa_stream_below (const KappaStream *stream, guint64 index, guint64 bound)
{
  guint32 block[4];

  kappa_stream_block (stream, index, block);
  return (guint64) (((unsigned __int128) ((guint64) block[0] << 32 | block[1]) * bound) >> 64);
}

/**
 * kappa_stream_permutation:
 * @order: (out) (array length=n): the numbers 0 … n - 1 in random order (Fisher and Yates)
 */
void
kappa_stream_permutation (const KappaStream *stream, gsize n, guint32 *order)
{
  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  for (gsize i = n; i > 1; i--)
    {
      gsize j = kappa_stream_below (stream, i, i);
      guint32 swapped = order[i - 1];

      order[i - 1] = order[j];
      order[j] = swapped;
    }
}
