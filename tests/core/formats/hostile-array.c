#include "tests/core/formats/hostile.h"

#include <string.h>

#define HEADER(descr, order, shape)                                                                \
  "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"
#define SIX HEADER ("'<f4'", "False", "(2, 3)")

static const struct
{
  const char *name;
  const char *header;
  gsize size;
  const char *message;
} rows[] = {
  { "objects", HEADER ("'|O'", "False", "(3,)"), 24, "pickled Python objects" },
  { "objects-bare", HEADER ("'O'", "False", "(3,)"), 24, "pickled Python objects" },
  { "structured", HEADER ("[('a', '<f4')]", "False", "(3,)"), 12, "structured elements" },
  { "text", HEADER ("'<U4'", "False", "(3,)"), 48, "type “<U4” are not read" },
  { "bytes", HEADER ("'|S4'", "False", "(3,)"), 12, "type “|S4” are not read" },
  { "complex", HEADER ("'<c8'", "False", "(3,)"), 24, "type “<c8” are not read" },
  { "long-double", HEADER ("'<f16'", "False", "(3,)"), 48, "type “<f16” are not read" },
  { "date", HEADER ("'<M8[ns]'", "False", "(3,)"), 24, "are not read" },
  { "no-byte-order", HEADER ("'|f4'", "False", "(3,)"), 12, "type “|f4” are not read" },
  { "void-4", HEADER ("'|V4'", "False", "(3,)"), 12, "type “|V4” are not read" },
  { "type-empty", HEADER ("''", "False", "(3,)"), 12, "type “” are not read" },
  { "type-number", HEADER ("4", "False", "(3,)"), 12, "not a short string" },
  { "type-long", HEADER ("'<f4444444444444444444444444444444444444444'", "False", "(3,)"), 12,
    "not a short string" },
  { "type-escaped", HEADER ("'<\\x664'", "False", "(3,)"), 12, "not a short string" },
  { "order-number", HEADER ("'<f4'", "0", "(3,)"), 12, "neither True nor False" },
  { "order-text", HEADER ("'<f4'", "'False'", "(3,)"), 12, "neither True nor False" },
  { "order-none", HEADER ("'<f4'", "None", "(3,)"), 12, "neither True nor False" },
  { "shape-number", HEADER ("'<f4'", "False", "3"), 12, "the shape is not a tuple" },
  { "shape-bracketed", HEADER ("'<f4'", "False", "(3)"), 12, "the shape is not a tuple" },
  { "shape-list", HEADER ("'<f4'", "False", "[3]"), 12, "the shape is not a tuple" },
  { "shape-negative", HEADER ("'<f4'", "False", "(-3,)"), 12, "not a size" },
  { "shape-real", HEADER ("'<f4'", "False", "(3.0,)"), 12, "not a size" },
  { "shape-boolean", HEADER ("'<f4'", "False", "(True,)"), 12, "not a size" },
  { "shape-text", HEADER ("'<f4'", "False", "('3',)"), 12, "not a size" },
  { "shape-sum", HEADER ("'<f4'", "False", "(1+2,)"), 12, "not a size" },
  { "shape-commas", HEADER ("'<f4'", "False", "(3,,)"), 12, "not a size" },
  { "shape-no-comma", HEADER ("'<f4'", "False", "(3 3)"), 36, "not a size" },
  { "shape-too-long", HEADER ("'<f4'", "False", "(99999999999999999999,)"), 12, "not a size" },
  { "shape-overflow", HEADER ("'<f4'", "False", "(4294967296, 4294967296)"), 12,
    "multiply to more than memory" },
  { "shape-overflow-bytes", HEADER ("'<f8'", "False", "(4611686018427387904,)"), 12,
    "multiply to more than memory" },
  { "shape-overflow-empty", HEADER ("'<f8'", "False", "(9223372036854775807, 4, 0)"), 0,
    "multiply to more than memory" },
  { "rank-9", HEADER ("'|u1'", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), 1,
    "more than 8 dimensions" },
  { "too-short", SIX, 20, "is shorter than its shape says" },
  { "too-long", SIX, 28, "is longer than its shape says" },
  { "key-unknown", "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", 4,
    "the key “x” is unknown" },
  { "key-twice", "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4,
    "appears twice" },
  { "key-missing", "{'descr': '<f4', 'fortran_order': False}", 4, "must all be there" },
  { "key-number", "{1: '<f4', 'fortran_order': False, 'shape': ()}", 4,
    "a key is not a short string" },
  { "key-no-colon", "{'descr' '<f4', 'fortran_order': False, 'shape': ()}", 4, "no colon" },
  { "no-comma", "{'descr': '<f4' 'fortran_order': False, 'shape': ()}", 4, "no comma" },
  { "import", "__import__('os').system('x')", 4, "not a dictionary" },
  { "call", "{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", 4,
    "not a short string" },
  { "list", "['descr', '<f4']", 4, "not a dictionary" },
  { "goes-on", SIX " + 1", 24, "something follows the dictionary" },
  { "not-closed", "{'descr': '<f4', 'fortran_order': False, 'shape': ()", 4,
    "no comma between items" },
  { "empty", "", 4, "not a dictionary" },
};

static const struct
{
  const char *name;
  const char *bytes;
  gsize size;
  const char *message;
} raw[] = {
  { "magic-only", BYTES ("\x93NUMPY"), "does not begin with" },
  { "version-0", BYTES ("\x93NUMPY\0\0\2\0{}"), "version 0.0 is not read" },
  { "version-9", BYTES ("\x93NUMPY\x09\0\2\0{}"), "version 9.0 is not read" },
  { "version-1.1", BYTES ("\x93NUMPY\1\1\2\0{}"), "version 1.1 is not read" },
  { "header-cut", BYTES ("\x93NUMPY\1\0\xff\0{}"), "it is truncated" },
  { "header-4GB", BYTES ("\x93NUMPY\2\0\xff\xff\xff\xff{}"), "claims 4294967295 characters" },
  { "header-64KB", BYTES ("\x93NUMPY\1\0\xff\xff{}"), "claims 65535 characters" },
  { "length-cut", BYTES ("\x93NUMPY\2\0\2\0"), "it is truncated" },
};

/* Archives with the members "a" and "b". */
#define NPY_HEAD "\x93NUMPY\1\0\x39\0{'descr': '|u1', 'fortran_order': False, 'shape': ("
#define NPY(n)   NPY_HEAD n ",)}  "
#define FIVE     .data = NPY ("5") "abcde", .size = sizeof (NPY ("5")) - 1 + 5

static const struct
{
  const char *name;
  ZipMember members[2];
  guint n;
  const char *message;
} archives[] = {
  { "not-an-array",
    { { .name = "a.npy", FIVE }, { .name = "b.txt", FIVE } },
    2,
    "“b.txt” is not a .npy array" },
  { "no-name",
    { { .name = "a.npy", FIVE }, { .name = ".npy", FIVE } },
    2,
    "“.npy” is not a .npy array" },
  { "same-name",
    { { .name = "a.npy", FIVE }, { .name = "a.npy", FIVE } },
    2,
    "two members are called “a.npy”" },
  { "crc",
    { { .name = "a.npy", FIVE, .crc_shift = 1 } },
    1,
    "checksum of the member “a.npy” is wrong" },
  { "crc-deflated",
    { { .name = "a.npy", FIVE, .deflate = TRUE, .crc_shift = 1 } },
    1,
    "checksum of the member “a.npy”" },
  { "too-short",
    { { .name = "a.npy", .data = NPY ("5") "abc", .size = sizeof (NPY ("5")) - 1 + 3 } },
    1,
    "is shorter" },
  { "too-long",
    { { .name = "a.npy", .data = NPY ("5") "abcdefg", .size = sizeof (NPY ("5")) - 1 + 7 } },
    1,
    "is longer" },
  { "deflated-shorter",
    { { .name = "a.npy", FIVE, .deflate = TRUE, .size_shift = 1, .local_size_shift = 1 } },
    1,
    "shorter than the directory says" },
  { "deflated-stops",
    { { .name = "a.npy",
        .data = NPY ("6") "abcde",
        .size = sizeof (NPY ("5")) - 1 + 5,
        .deflate = TRUE,
        .size_shift = 1,
        .local_size_shift = 1 } },
    1,
    "than the directory says" },
  { "deflated-longer",
    { { .name = "a.npy",
        .data = NPY ("4") "abcde",
        .size = sizeof (NPY ("5")) - 1 + 5,
        .deflate = TRUE,
        .size_shift = -1,
        .local_size_shift = -1 } },
    1,
    "not compressed as the directory says" },
  { "not-deflate",
    { { .name = "a.npy", .data = "\xff\xff\xff\xff", .size = 4, .method = 8 } },
    1,
    "cannot be decompressed" },
  { "objects",
    { { .name = "a.npy",
        .data = "\x93NUMPY\1\0\x3a\0{'descr': '|O', 'fortran_order': False, 'shape': (5,)}      \n",
        .size = 68 } },
    1,
    "the member “a.npy”: npy header: the array holds pickled" },
  { "empty-member", { { .name = "a.npy" } }, 1, "does not begin with" },
};

/* Three megabytes that would become three gigabytes of zeros, as far as one goes without making
 * them. */
static GBytes *
build_bomb (void)
{
  const gsize size = (gsize)1 << 22;
  g_autofree guint8 *zeros = g_malloc0 (size);
  const char *header = "\x93NUMPY\1\0\x46\0{'descr': '|u1', 'fortran_order': False, 'shape': "
                       "(419430400,)}          \n";
  ZipMember member = { .name = "a.npy",
                       .data = zeros,
                       .size = size,
                       .deflate = TRUE,
                       .size_shift = 419430400 + 80 - (gint64)size,
                       .local_size_shift = 419430400 + 80 - (gint64)size,
                       .gap = 0 };

  memcpy (zeros, header, 10 + 70);
  return build_zip (&member, 1, NULL);
}

/* One that deflate could reach: the stored bytes are padded to make the ratio just possible. */
static GBytes *
build_slow_bomb (void)
{
  const gsize size = (gsize)300 << 20;
  g_autofree guint8 *zeros = g_malloc0 (size);
  const ZipMember member = { .name = "a.npy", .data = zeros, .size = size, .deflate = TRUE };

  return build_zip (&member, 1, NULL);
}

void
hostile_add_arrays (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    hostile_add ("npy", rows[i].name, build_npy (rows[i].header, rows[i].size), rows[i].message);
  for (gsize i = 0; i < G_N_ELEMENTS (raw); i++)
    hostile_add ("npy", raw[i].name, g_bytes_new_static (raw[i].bytes, raw[i].size),
                 raw[i].message);
  for (gsize i = 0; i < G_N_ELEMENTS (archives); i++)
    hostile_add ("npz", archives[i].name, build_zip (archives[i].members, archives[i].n, NULL),
                 archives[i].message);
  hostile_add ("npz", "bomb-impossible", build_bomb (), "beyond what deflate can do");
  hostile_add ("npz", "bomb", build_slow_bomb (), "grows more than 200-fold");
}
