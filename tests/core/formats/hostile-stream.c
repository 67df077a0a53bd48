#include "tests/core/formats/hostile.h"

/* Streams whose parts disagree with one another, and tar files. */

#define KEYS      P_PROTO "]" P_TEXT1 ("0") "a."
#define ELEMENTS  "abcdefghijklmnopqrstuvwx"
#define REST      "\6\0\0\0\0\0\0\0" ELEMENTS
#define HEAD      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define PROTOCOL  P_PROTO "M\xe9\x03."
#define LITTLE    "X\x0d\0\0\0little_endian"
#define SYSTEM    P_PROTO "}" LITTLE "\x88s."
#define VIEW      "(" P_STORAGE P_FLOATS P_TEXT1 ("0") P_CPU "K\6(" P_TEXT1 ("1")
#define USING(id) P_V1 "(" id "QK\0K\1\x85K\1\x85tR"

static const struct
{
  const char *name;
  const char *bytes;
  gsize size;
  const char *message;
} streams[] = {
  { "only-magic", BYTES (HEAD), "is truncated" },
  { "protocol-1000", BYTES (HEAD P_PROTO "M\xe8\x03." SYSTEM), "the protocol is not 1001" },
  { "protocol-text", BYTES (HEAD P_PROTO "U\1a." SYSTEM), "the protocol is not 1001" },
  { "protocol-missing", BYTES (HEAD SYSTEM), "the protocol is not 1001" },
  { "no-system", BYTES (HEAD PROTOCOL), "is truncated" },
  { "system-number", BYTES (HEAD PROTOCOL P_PROTO "K\1."), "the byte order is not said" },
  { "system-silent", BYTES (HEAD PROTOCOL P_PROTO "}."), "the byte order is not said" },
  { "big-endian", BYTES (HEAD PROTOCOL P_PROTO "}" LITTLE "\x89s."), "big-endian machine" },
  { "no-object", BYTES (HEAD PROTOCOL SYSTEM), "is truncated" },
  { "no-keys", BYTES (HEAD PROTOCOL SYSTEM P_SOUND), "is truncated" },
  { "keys-tuple", BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO P_TEXT1 ("0") "\x85." REST),
    "keys are not a list" },
  { "keys-empty", BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO "]."),
    "a storage that tensors use is not in the list" },
  { "keys-number", BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO "]K\0a." REST),
    "belongs to no tensor" },
  { "keys-other", BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO "]" P_TEXT1 ("1") "a." REST),
    "belongs to no tensor" },
  { "keys-longer",
    BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO "]X\2\0\0\0"
                                                "0\0a." REST),
    "belongs to no tensor" },
  { "keys-twice",
    BYTES (HEAD PROTOCOL SYSTEM P_SOUND P_PROTO "](" P_TEXT1 ("0") P_TEXT1 ("0") "e." REST REST),
    "in the list twice" },
  { "no-count", BYTES (HEAD PROTOCOL SYSTEM P_SOUND KEYS "\6\0\0\0"), "is truncated" },
  { "count-other", BYTES (HEAD PROTOCOL SYSTEM P_SOUND KEYS "\7\0\0\0\0\0\0\0" ELEMENTS "abcd"),
    "another number of elements" },
  { "count-negative",
    BYTES (HEAD PROTOCOL SYSTEM P_SOUND KEYS "\xff\xff\xff\xff\xff\xff\xff\xff" ELEMENTS),
    "another number of elements" },
  { "elements-missing", BYTES (HEAD PROTOCOL SYSTEM P_SOUND KEYS "\6\0\0\0\0\0\0\0abc"),
    "is truncated" },
  { "goes-on", BYTES (HEAD PROTOCOL SYSTEM P_SOUND KEYS REST "x"),
    "something follows the last storage" },
  { "view-changes",
    BYTES (HEAD PROTOCOL SYSTEM P_STATE (P_TEXT1 ("v") USING (VIEW "K\2K\4tt") P_TEXT1 ("w")
                                             USING (VIEW "K\1K\4tt")) KEYS REST),
    "two different descriptions of the storage “1”" },
  { "view-of-view",
    BYTES (HEAD PROTOCOL SYSTEM P_STATE (P_TEXT1 ("v") USING (VIEW "K\0K\6tt") P_TEXT1 ("w") USING (
        "(" P_STORAGE P_FLOATS P_TEXT1 ("1") P_CPU "K\6(" P_TEXT1 ("2") "K\0K\6tt")) KEYS REST),
    "not as PyTorch writes them" },
  { "view-of-stored",
    BYTES (HEAD PROTOCOL SYSTEM P_STATE (P_TEXT1 ("u") USING ("(" P_STORAGE P_FLOATS P_TEXT1 (
        "1") P_CPU "K\6Nt") P_TEXT1 ("v") USING (VIEW "K\0K\6tt")) KEYS REST),
    "two different descriptions of the storage “1”" },
  { "view-in-list",
    BYTES (HEAD PROTOCOL SYSTEM P_STATE (P_TEXT1 ("v") USING (VIEW "K\0K\6tt")) P_PROTO
           "]" P_TEXT1 ("1") "a." REST),
    "belongs to no tensor" },
  { "view-root-missing",
    BYTES (HEAD PROTOCOL SYSTEM P_STATE (P_TEXT1 ("v") USING (VIEW "K\0K\6tt")) P_PROTO "]."),
    "is not in the list" },
};

#define TEXT(field, literal) .field = (literal), .field##_size = sizeof (literal) - 1

static const struct
{
  const char *name;
  TarKnobs knobs;
  const char *message;
} tars[] = {
  { "checksum", { .bad_checksum = TRUE }, "is damaged" },
  { "no-ustar", { .no_ustar = TRUE }, "is damaged" },
  { "size-letters", { .size_field = "0000000000z" }, "a size that is not a number" },
  { "size-binary", { .size_field = "\x80\0\0\0\0\0\0\0\0\0\1" }, "a size that is not a number" },
  { "size-empty", { .size_field = "           " }, "a size that is not a number" },
  { "size-huge", { .size_field = "77777777777" }, "the file is truncated" },
  { "link", { .type = '1' }, "not a regular file" },
  { "symbolic-link", { .type = '2' }, "not a regular file" },
  { "device", { .type = '3' }, "not a regular file" },
  { "directory", { .type = '5' }, "not a regular file" },
  { "sparse", { .type = 'S' }, "not a regular file" },
  { "gnu-long-name", { .type = 'L' }, "not a regular file" },
  { "pax-size", { .pax = "12 size=999\n" }, "change what the member is" },
  { "pax-path", { .pax = "12 path=abc\n" }, "change what the member is" },
  { "pax-global-path", { .global = 'g', .pax = "12 path=abc\n" }, "change what the member is" },
  { "pax-linkpath", { .pax = "16 linkpath=abc\n" }, "change what the member is" },
  { "pax-sparse", { .pax = "21 GNU.sparse.size=1\n" }, "change what the member is" },
  { "pax-no-length", { .pax = "mtime=1\n" }, "broken extensions" },
  { "pax-long", { .pax = "99 mtime=1\n" }, "broken extensions" },
  { "pax-zero", { .pax = "0 mtime=1\n" }, "broken extensions" },
  { "pax-negative", { .pax = "-9 mtime=1\n" }, "broken extensions" },
  { "pax-huge", { .pax = "99999999999999999999999 mtime=1\n" }, "broken extensions" },
  { "pax-no-end", { .pax = "11 mtime=12" }, "broken extensions" },
  { "pax-no-equals", { .pax = "9 mtime1\n" }, "change what the member is" },
  { "same-name", { .twice = TRUE }, "a name that appears twice" },
  { "missing-member", { .missing = TRUE }, "must all be there" },
  { "fifth-member", { .extra_name = "evil.py" }, "members PyTorch does not write" },
  { "path", { .extra_name = "../../etc/passwd" }, "members PyTorch does not write" },
  { "no-end", { .trailing = TRUE }, "is truncated" },
  { "cut", { .cut = 3000 }, "truncated" },
  { "tail", { .tail = "evil" }, "follows the end of the archive" },
  { "big-endian", { TEXT (sys_info, P_PROTO "}" LITTLE "\x89s.") }, "big-endian machine" },
  { "system-silent", { TEXT (sys_info, P_PROTO "}.") }, "the byte order is not said" },
  { "system-broken", { TEXT (sys_info, P_PROTO "}") }, "is truncated" },
  { "global", { TEXT (pickle, P_PROTO "cposix\nsystem\n.") }, "GLOBAL posix system" },
  { "goes-on",
    { TEXT (pickle, P_PROTO P_DICT "(" P_TEXT1 ("w") P_TEXT1 ("7") "Qu.N.") },
    "goes on after its end" },
  { "unknown-tensor",
    { TEXT (pickle, P_PROTO P_DICT "(" P_TEXT1 ("w") P_TEXT1 ("8") "Qu.") },
    "not among the tensors" },
  { "tensor-number",
    { TEXT (pickle, P_PROTO P_DICT "(" P_TEXT1 ("w") "K\7Qu.") },
    "not among the tensors" },
  { "parameter-no-state",
    { TEXT (pickle, P_PROTO P_DICT "(" P_TEXT1 ("w") "ctorch.nn.parameter\nParameter\n)\x81u.") },
    "not rebuilt as PyTorch does it" },
  { "parameter-called",
    { TEXT (pickle, P_PROTO "ctorch.nn.parameter\nParameter\n)R.") },
    "is not called" },
  { "tensors-too-few", { .count_shift = -1 }, "goes on after its end" },
  { "tensors-too-many", { .count_shift = 1 }, "truncated" },
  { "tensors-go-on", { .after_tensors = "x" }, "goes on after its end" },
  { "storages-too-many", { .storage_count_shift = 1 }, "not described by key" },
  { "storages-too-few", { .storage_count_shift = -1 }, "not a list" },
  { "storage-larger", { .numel_shift = 1000 }, "is truncated" },
  { "storage-negative", { .numel_shift = -7 }, "negative size" },
  { "storage-huge", { .numel_shift = G_MAXINT64 / 2 }, "impossible size of the storage" },
  { "rank-9", { .rank = 9 }, "more than 8 dimensions" },
  { "rank-negative", { .rank = -1 }, "more than 8 dimensions" },
  { "stride-beyond", { .stride = 4 }, "reaches beyond its storage" },
  { "stride-negative", { .stride = -3 }, "negative size, stride or offset" },
  { "offset-beyond", { .offset = 1 }, "reaches beyond its storage" },
  { "offset-huge", { .offset = G_MAXINT64 }, "beyond its storage" },
  { "storage-unknown", { .storage_key = 1 }, "storage is not there" },
  { "views-number", { TEXT (views, P_PROTO "K\1.") }, "not a list" },
  { "view-short", { TEXT (views, P_PROTO "]((KfKeK\2te.") }, "a part of a storage is impossible" },
  { "view-outside",
    { TEXT (views, P_PROTO "]((KfKeK\2K\5te.") },
    "a part of a storage is impossible" },
  { "view-same-key",
    { TEXT (views, P_PROTO "]((KeKeK\0K\6te.") },
    "a part of a storage is impossible" },
  { "view-no-root",
    { TEXT (views, P_PROTO "]((KfKgK\0K\6te.") },
    "a part of a storage is impossible" },
  { "view-negative",
    { TEXT (views, P_PROTO "]((KfKeJ\xff\xff\xff\xffK\1te.") },
    "a part of a storage is impossible" },
};

void
hostile_add_streams (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    hostile_add ("stream", streams[i].name, g_bytes_new_static (streams[i].bytes, streams[i].size),
                 streams[i].message);
  for (gsize i = 0; i < G_N_ELEMENTS (tars); i++)
    hostile_add ("tar", tars[i].name, build_tar (&tars[i].knobs), tars[i].message);
}
