#include "tests/core/formats/hostile.h"

#include <string.h>

/* Headers with @size bytes of elements behind them. */
#define ENTRY(dtype, shape, offsets)                                                               \
  "{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define ONE(dtype, shape, offsets) "{\"a\":" ENTRY (dtype, shape, offsets) "}"
#define SIX(offsets)               ENTRY ("\"F32\"", "[2,3]", offsets)

static const struct
{
  const char *name;
  const char *header;
  gsize size;
  const char *message;
} rows[] = {
  { "dtype-f8", ONE ("\"F8_E4M3\"", "[24]", "[0,24]"), 24, "of type F8_E4M3, which are not read" },
  { "dtype-f4", ONE ("\"F4\"", "[48]", "[0,24]"), 24, "of type F4, which are not read" },
  { "dtype-c64", ONE ("\"C64\"", "[3]", "[0,24]"), 24, "of type C64, which are not read" },
  { "dtype-unknown", ONE ("\"X\\u0007\"", "[6]", "[0,24]"), 24,
    "of type X\\x07, which are not read" },
  { "dtype-number", ONE ("32", "[6]", "[0,24]"), 24, "has no dtype" },
  { "dtype-missing", "{\"a\":{\"x\":1,\"shape\":[6],\"data_offsets\":[0,24]}}", 24,
    "has no dtype" },
  { "shape-missing", "{\"a\":{\"dtype\":\"F32\",\"x\":[6],\"data_offsets\":[0,24]}}", 24,
    "has no shape" },
  { "shape-number", ONE ("\"F32\"", "6", "[0,24]"), 24, "has no shape" },
  { "shape-object", ONE ("\"F32\"", "{\"a\":6}", "[0,24]"), 24, "has no shape" },
  { "shape-negative", ONE ("\"F32\"", "[-6]", "[0,24]"), 24, "not a plain whole number" },
  { "shape-minus-zero", ONE ("\"F32\"", "[-0]", "[0,0]"), 0, "not a plain whole number" },
  { "shape-real", ONE ("\"F32\"", "[6.0]", "[0,24]"), 24, "not a plain whole number" },
  { "shape-exponent", ONE ("\"F32\"", "[6e0]", "[0,24]"), 24, "not a plain whole number" },
  { "shape-1e300", ONE ("\"F32\"", "[1e300]", "[0,24]"), 24, "not a plain whole number" },
  { "shape-text", ONE ("\"F32\"", "[\"6\"]", "[0,24]"), 24, "not a plain whole number" },
  { "shape-beyond-64-bits", ONE ("\"F32\"", "[18446744073709551616]", "[0,24]"), 24,
    "not a plain whole number" },
  { "shape-overflow", ONE ("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0,
    "multiply to more than memory" },
  { "shape-overflow-bytes", ONE ("\"F32\"", "[4611686018427387904]", "[0,0]"), 0,
    "multiply to more than memory" },
  { "shape-overflow-empty", ONE ("\"F32\"", "[9223372036854775808,2,0]", "[0,0]"), 0,
    "multiply to more than memory" },
  { "rank-9", ONE ("\"F32\"", "[1,1,1,1,1,1,1,1,6]", "[0,24]"), 24, "more than 8 dimensions" },
  { "rank-huge", ONE ("\"F32\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,6]", "[0,24]"), 24,
    "more than 8 dimensions" },
  { "offsets-missing", "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"x\":[0,24]}}", 24,
    "as data_offsets" },
  { "offsets-one", "{\"a\":" SIX ("[24]") "}", 24, "as data_offsets" },
  { "offsets-three", "{\"a\":" SIX ("[0,24,24]") "}", 24, "as data_offsets" },
  { "offsets-negative", "{\"a\":" SIX ("[-24,0]") "}", 24, "as data_offsets" },
  { "offsets-real", "{\"a\":" SIX ("[0.0,24.0]") "}", 24, "as data_offsets" },
  { "offsets-exponent", "{\"a\":" SIX ("[0,24e0]") "}", 24, "as data_offsets" },
  { "offsets-text", "{\"a\":" SIX ("[\"0\",\"24\"]") "}", 24, "as data_offsets" },
  { "offsets-object", "{\"a\":" SIX ("{\"b\":0,\"e\":24}") "}", 24, "data_offsets" },
  { "offsets-backwards", "{\"a\":" SIX ("[24,0]") "}", 24, "ends before it begins" },
  { "offsets-too-short", "{\"a\":" SIX ("[0,20]") "}", 20, "do not fit its shape" },
  { "offsets-too-long", "{\"a\":" SIX ("[0,28]") "}", 28, "do not fit its shape" },
  { "offsets-past-end", "{\"a\":" SIX ("[0,24]") "}", 20, "the file is truncated" },
  { "offsets-wrap", "{\"a\":" SIX ("[18446744073709551592,18446744073709551615]") "}", 24,
    "do not fit its shape" },
  { "offsets-far", "{\"a\":" SIX ("[18446744073709551591,18446744073709551615]") "}", 24,
    "the file is truncated" },
  { "begins-late", "{\"a\":" SIX ("[4,28]") "}", 28, "leaves a hole before it" },
  { "hole", "{\"a\":" SIX ("[0,24]") ",\"b\":" SIX ("[28,52]") "}", 52, "“b” leaves a hole" },
  { "overlap", "{\"a\":" SIX ("[0,24]") ",\"b\":" SIX ("[20,44]") "}", 44, "“b” overlaps" },
  { "same-range", "{\"a\":" SIX ("[0,24]") ",\"b\":" SIX ("[0,24]") "}", 24, "overlaps" },
  { "left-over", "{\"a\":" SIX ("[0,24]") "}", 25, "1 bytes at the end belong to no tensor" },
  { "nothing-but-data", "{}", 25, "25 bytes at the end" },
  { "entry-number", "{\"a\":1}", 0, "and nothing else" },
  { "entry-list", "{\"a\":[1,2,3]}", 0, "and nothing else" },
  { "entry-empty", "{\"a\":{}}", 0, "and nothing else" },
  { "entry-more", "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24],\"x\":1}}", 24,
    "and nothing else" },
  { "same-name", "{\"a\":" SIX ("[0,24]") ",\"a\":" SIX ("[24,48]") "}", 48,
    "the key “a” appears twice" },
  { "same-name-escaped", "{\"a\":" SIX ("[0,24]") ",\"\\u0061\":" SIX ("[24,48]") "}", 48,
    "the key “a” appears twice" },
  { "same-dtype",
    "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24,
    "appears twice" },
  { "empty-name", "{\"\":" SIX ("[0,24]") "}", 24, "an empty name" },
  { "zero-in-name", "{\"a\\u0000\":" SIX ("[0,24]") "}", 24, "a bad escape" },
  { "surrogate-in-name", "{\"\\ud800\":" SIX ("[0,24]") "}", 24, "a bad escape" },
  { "not-utf8", "{\"\xff\":" SIX ("[0,24]") "}", 24, "not UTF-8" },
  { "metadata-list", "{\"__metadata__\":[]}", 0, "__metadata__ is not an object" },
  { "metadata-number", "{\"__metadata__\":{\"a\":1}}", 0, "something that is not text" },
  { "metadata-nested", "{\"__metadata__\":{\"a\":{}}}", 0, "something that is not text" },
  { "metadata-twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "appears twice" },
  { "deep", "{\"a\":[[[[[[[[[[[[[[[[[[[[", 0, "nesting is too deep" },
  { "two-documents", "{}{}", 0, "after the end of the document" },
  { "comma", "{,}", 0, "not a string" },
  { "cut-text", "{\"a\":{\"dtype\":\"F3", 0, "a string without an end" },
  { "cut-value", "{\"a\":{\"dtype\":", 0, "ends too early" },
  { "comment", "{/**/}", 0, "not a string" },
};

/* The first 8 bytes are the header's length. */
static const struct
{
  const char *name;
  const char *bytes;
  gsize size;
  const char *message;
} raw[] = {
  { "length-max", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff{}"),
    "claims 18446744073709551615 bytes" },
  { "length-wraps", BYTES ("\xf8\xff\xff\xff\xff\xff\xff\xff{}"), "at most 100,000,000 are read" },
  { "length-limit", BYTES ("\x01\xe1\xf5\x05\0\0\0\0{}"), "claims 100000001 bytes" },
  { "length-beyond", BYTES ("\x03\0\0\0\0\0\0\0{}"), "longer than the file" },
  { "length-zero", BYTES ("\0\0\0\0\0\0\0\0{}"), "the text ends too early" },
  { "length-one", BYTES ("\1\0\0\0\0\0\0\0{}"), "the text ends too early" },
  { "length-cut", BYTES ("\2\0\0\0\0"), "no format Kappa knows" },
};

void
hostile_add_safetensors (void)
{
  GByteArray *brackets = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    hostile_add ("safetensors", rows[i].name,
                 build_safetensors (rows[i].header, strlen (rows[i].header), rows[i].size),
                 rows[i].message);
  for (gsize i = 0; i < G_N_ELEMENTS (raw); i++)
    hostile_add ("safetensors", raw[i].name, g_bytes_new_static (raw[i].bytes, raw[i].size),
                 raw[i].message);
  put (brackets, 4000000, 8);
  put_text (brackets, "{\"a\":");
  for (guint i = 0; i < 4000000; i++)
    put_text (brackets, "[");
  hostile_add ("safetensors", "brackets", take (brackets), "nesting is too deep");
}
