#pragma once

#include <stdint.h>

/*
 * What the reader of HDF5 files, app/reader/kappa-reader.c, and the one who asks it say to each other over a socket. Both
 * run on one machine and are of one version, so numbers are as the machine has them.
 *
 * The reader is started with the file as descriptor 3 and the socket as descriptor 4. It first lists what is in the
 * file: a frame for each group, data set and attribute, then an end; or one frame of kind error. After that it
 * answers each request with values: a frame of that kind that says how many bytes follow, those bytes, and so on until
 * there are all; or with an error in place of any of the frames. Texts come behind one frame.
 */

#define KAPPA_READER_FILE   3
#define KAPPA_READER_SOCKET 4

#define KAPPA_READER_MAX_RANK    8
#define KAPPA_READER_MAX_OBJECTS 100000
#define KAPPA_READER_MAX_DEPTH   32
#define KAPPA_READER_MAX_PATH    4096
/* All frames of the listing together, and the values of one request. */
#define KAPPA_READER_MAX_LISTING ((uint64_t) 64 << 20)
#define KAPPA_READER_MAX_VALUES  ((uint64_t) 1 << 30)
/* One attribute. */
#define KAPPA_READER_MAX_ATTRIBUTE ((uint64_t) 16 << 20)

enum
{
  KAPPA_READER_GROUP = 1, /* text path */
  KAPPA_READER_DATASET,   /* u32 class, u32 size, u32 rank, u64 dims[rank], text path, text refusal */
  KAPPA_READER_ATTRIBUTE, /* u32 what, u64 n, text object, text name, then n texts, n doubles or text refusal */
  KAPPA_READER_END,       /* nothing */
  KAPPA_READER_ERROR,     /* u32 code, text message */
  KAPPA_READER_VALUES,    /* u64 bytes that follow the frame */
};

/* Classes of elements, numbered as KappaHdf5Class. */
enum
{
  KAPPA_READER_INTEGER,
  KAPPA_READER_UNSIGNED,
  KAPPA_READER_FLOAT,
  KAPPA_READER_STRING,
  KAPPA_READER_OPAQUE,
  KAPPA_READER_OTHER,
};

/* A text is u32 length and so many bytes, without a terminating zero. */

enum
{
  KAPPA_READER_REFUSED,
  KAPPA_READER_STRINGS,
  KAPPA_READER_NUMBERS,
};

enum
{
  KAPPA_READER_DAMAGED,
  KAPPA_READER_UNSUPPORTED,
};

/* What is wanted of a data set. */
enum
{
  KAPPA_READER_AS_DOUBLES,
  KAPPA_READER_AS_FLOATS,
  KAPPA_READER_AS_STRINGS, /* the bytes are texts, one after the other */
  KAPPA_READER_AS_BYTES,   /* the elements as they are in the file, but in the byte order of this machine */
};

typedef struct
{
  uint32_t kind;
  uint32_t size; /* of what follows */
} KappaReaderFrame;

typedef struct
{
  uint32_t dataset; /* its number in the listing */
  uint32_t as;
} KappaReaderRequest;
