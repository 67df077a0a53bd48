#include "tests/core/formats/hostile.h"

/* Files that are something else; what they are is said, and what to do. */
static const struct
{
  const char *name;
  const char *bytes;
  gsize size;
  const char *message;
} rows[] = {
  { "empty", BYTES (""), "an empty file; was a download interrupted?" },
  { "lfs-pointer",
    BYTES ("version https://git-lfs.github.com/spec/v1\noid "
           "sha256:12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7"
           "f5c1b04036d7\nsize 1099231\n"),
    "this is a Git LFS pointer, not the file it points to; run “git lfs pull”" },
  { "html", BYTES ("<!DOCTYPE html>\n<html><body>404</body></html>"), "a page of HTML" },
  { "html-lower", BYTES ("<html>"), "a page of HTML" },
  { "html-spaced", BYTES ("\xef\xbb\xbf\n\n  <HTML>"), "a page of HTML" },
  { "xml", BYTES ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
    "a page of HTML" },
  { "gzip", BYTES ("\x1f\x8b\x08\0\0\0\0\0"), "compressed by gzip; unpack it first" },
  { "7z", BYTES ("7z\xbc\xaf\x27\x1c\0\4"), "a 7z archive; unpack it first" },
  { "rar", BYTES ("Rar!\x1a\7\1\0"), "a RAR archive; unpack it first" },
  { "xz", BYTES ("\3757zXZ\0\0\4"), "xz, bzip2 or zstd; unpack it first" },
  { "zstd", BYTES ("\x28\xb5\x2f\xfd\0\0"), "xz, bzip2 or zstd; unpack it first" },
  { "gguf", BYTES ("GGUF\3\0\0\0"), "a GGUF file; Kappa recognises it" },
  { "onnx",
    BYTES ("\x08\x07\x12\x07pytorch\x1a\1"
           "1"),
    "ONNX: there is no graph in it" },
  { "descriptor-first", BYTES ("PK\7\10\0\0\0\0PK\3\4"), "does not begin with a member" },
  { "bare-pickle", BYTES ("\x80\x04\x95\1\0\0\0\0\0\0\0N."),
    "a pickle, but not one PyTorch saved" },
  { "bare-pickle-2", BYTES ("\x80\x02}."), "Kappa runs no pickles" },
  { "json", BYTES ("{\"architectures\": [\"ViT\"]}"), "JSON without a “weight_map”" },
  { "json-brace-at-8", BYTES ("{\"meta\":{}}"), "JSON without a “weight_map”" },
  { "text", BYTES ("This is what was saved in place of the weights."),
    "a text file; checkpoints are not text" },
  { "jpeg", BYTES ("\xff\xd8\xff\xe0\0\x10JFIF"),
    "it begins with the bytes ff d8 ff e0 00 10 4a 46" },
  { "one-byte", BYTES ("\0"), "it begins with the bytes 00" },
  { "almost-legacy", BYTES ("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x18."),
    "a pickle, but not one" },
};

void
hostile_add_others (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    hostile_add ("other", rows[i].name, g_bytes_new_static (rows[i].bytes, rows[i].size),
                 rows[i].message);
}
