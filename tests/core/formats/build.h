#pragma once

#include <gio/gio.h>

/*
 * Building files byte by byte, sound ones and broken ones. Pickles are spelt as string literals.
 */

#define P_PROTO     "\x80\x02"
#define P_TEXT1(c)  "X\1\0\0\0" c
#define P_DICT      "ccollections\nOrderedDict\n)R"
#define P_FLOATS    "ctorch\nFloatStorage\n"
#define P_V1        "ctorch._utils\n_rebuild_tensor\n"
#define P_V2        "ctorch._utils\n_rebuild_tensor_v2\n"
#define P_V3        "ctorch._utils\n_rebuild_tensor_v3\n"
#define P_STORAGE   "X\7\0\0\0storage"
#define P_CPU       "X\3\0\0\0cpu"
/* Storage "0" of six floats. */
#define P_PERSID    "(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6tQ"
#define P_HOOKS     "\x89" P_DICT
/* Sizes (2, 3), strides (3, 1), from the first element on. */
#define P_TENSOR    P_V2 "(" P_PERSID "K\0K\2K\3\x86K\3K\1\x86" P_HOOKS "tR"
#define P_STATE(x)  P_PROTO P_DICT "(" x "u."
#define P_SOUND     P_STATE (P_TEXT1 ("w") P_TENSOR)

void    put         (GByteArray *bytes, guint64 value, guint size);
void    put_data    (GByteArray *bytes, const void *data, gsize size);
void    put_text    (GByteArray *bytes, const char *text);
GBytes *take        (GByteArray *bytes);

/**
 * ZipMember:
 *
 * A member of an archive, and what its two headers say; a field that is 0 means the truth. Fields that end in
 * _shift are added to it.
 */
typedef struct
{
  const char *name;
  const void *data;
  gsize size;
  const char *local_name;
  gboolean deflate;
  guint16 method;       /* in both headers */
  guint16 flags;        /* in both headers */
  guint16 local_flags;  /* toggled in the local one */
  guint16 local_method; /* toggled in the local one */
  gboolean descriptor;  /* sizes after the data, as PyTorch writes them */
  guint32 crc_shift;    /* in all headers */
  guint32 local_crc_shift;
  gint64 stored_shift;  /* in the directory */
  gint64 size_shift;    /* in the directory */
  gint64 local_size_shift;
  gint64 descriptor_shift;
  gint64 offset_shift;
  guint16 disk;         /* in the directory */
  const char *extra;    /* in the directory */
  gsize extra_size;
  const char *local_extra;
  gsize local_extra_size;
  gsize gap;            /* bytes of nothing after it */
  gboolean hidden;      /* not in the directory */
  gboolean wide;        /* sizes in 64-bit fields, in both headers */
  const char *signature;
} ZipMember;

typedef struct
{
  const char *prefix;
  const char *comment;
  const char *trailing;
  gint count_shift;
  gint disk;
  gint64 directory_size_shift;
  gint64 directory_offset_shift;
  gboolean wide_end;
  gint64 wide_count_shift;
  gint64 wide_offset_shift;
  gint64 wide_place_shift;
  gint wide_disks;
  gboolean no_end;
} ZipEnd;

GBytes *build_zip         (const ZipMember *members, guint n, const ZipEnd *end);
GBytes *build_torch_zip   (const void *pickle, gsize size);
GBytes *build_legacy      (const void *object, gsize object_size, const void *keys, gsize keys_size, const void *rest,
                           gsize rest_size);
GBytes *build_safetensors (const char *header, gsize header_size, gsize data_size);
GBytes *build_npy         (const char *header, gsize size);
GBytes *build_batch       (void);

/**
 * TarKnobs:
 *
 * What is wrong with a tar file; %NULL and 0 mean nothing is.
 */
typedef struct
{
  const char *sys_info;
  gsize sys_info_size;
  const char *pickle;
  gsize pickle_size;
  const char *views;
  gsize views_size;
  const char *tensors; /* all of the member */
  gsize tensors_size;
  const char *storages; /* all of the member */
  gsize storages_size;
  const char *pax;
  const char *extra_name; /* a fifth member */
  const char *size_field;
  char type;
  char global;
  gboolean bad_checksum;
  gboolean no_ustar;
  gboolean twice;
  gboolean missing;
  gint64 count_shift;         /* of the tensors */
  gint64 storage_count_shift;
  gint64 numel_shift;
  gint32 rank;
  gint64 stride;
  gint64 offset;
  guint64 storage_key;        /* which the tensor names */
  gboolean trailing;
  gsize cut;                  /* bytes missing at the end */
  const char *tail;
  const char *after_tensors;
} TarKnobs;

GBytes *build_tar         (const TarKnobs *knobs);

#define BYTES(literal) (literal), sizeof (literal) - 1
