#include "core/formats/sniff.h"

#include <string.h>

/* Enough for a tar header, whose mark is at byte 257, and for an HDF5 block after a user block of
 * 2048 bytes. */
#define HEAD 4096

#define STARTS(head, n, literal)                                                                   \
  ((n) >= sizeof (literal) - 1 && memcmp ((head), (literal), sizeof (literal) - 1) == 0)

static gboolean
is_empty (const guint8 *head, gsize n, guint64 file_size)
{
  return n == 0;
}

static gboolean
is_lfs_pointer (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "version https://git-lfs");
}

static gboolean
is_html (const guint8 *head, gsize n, guint64 file_size)
{
  gsize at = 0;

  if (STARTS (head, n, "\xef\xbb\xbf"))
    at = 3;
  while (at < n && g_ascii_isspace (head[at]))
    at++;
  return at + 1 < n && head[at] == '<'
         && (head[at + 1] == '!' || head[at + 1] == '?' || g_ascii_isalpha (head[at + 1]));
}

static gboolean
is_hdf5 (const guint8 *head, gsize n, guint64 file_size)
{
  for (gsize at = 0; at + 8 <= n; at = at == 0 ? 512 : 2 * at)
    if (memcmp (head + at, "\x89HDF\r\n\x1a\n", 8) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_gguf (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "GGUF");
}

static gboolean
is_gzip (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "\x1f\x8b");
}

static gboolean
is_seven_zip (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "7z\xbc\xaf");
}

static gboolean
is_rar (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "Rar!");
}

static gboolean
is_other_compressed (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "\3757zXZ") || STARTS (head, n, "BZh")
         || STARTS (head, n, "\x28\xb5\x2f\xfd");
}

static gboolean
is_zip (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "PK\3\4") || STARTS (head, n, "PK\5\6");
}

static gboolean
is_odd_zip (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "PK");
}

static gboolean
is_torch_legacy (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
}

static gboolean
is_pickle (const guint8 *head, gsize n, guint64 file_size)
{
  return n >= 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
}

static gboolean
is_tar (const guint8 *head, gsize n, guint64 file_size)
{
  return n >= 512 && memcmp (head + 257, "ustar", 5) == 0;
}

static gboolean
is_npy (const guint8 *head, gsize n, guint64 file_size)
{
  return STARTS (head, n, "\x93NUMPY");
}

/* A length and an opening brace; also one whose length is nonsense is best explained so. */
static gboolean
is_safetensors (const guint8 *head, gsize n, guint64 file_size)
{
  return n >= 9 && head[8] == '{';
}

/* An object, and no zero bytes: what is a length for safetensors would be absurd. */
static gboolean
is_json (const guint8 *head, gsize n, guint64 file_size)
{
  gsize at = 0;

  while (at < n && g_ascii_isspace (head[at]))
    at++;
  return at < n && head[at] == '{' && memchr (head, '\0', MIN (n, 8)) == NULL;
}

/* A protobuf message: first a small version number, then one of the other fields of a model. */
static gboolean
is_onnx (const guint8 *head, gsize n, guint64 file_size)
{
  return n > 2 && head[0] == 0x08 && head[1] > 0 && head[1] < 32
         && memchr ("\x12\x1a\x22\x3a\x42", head[2], 5) != NULL;
}

static gboolean
is_text (const guint8 *head, gsize n, guint64 file_size)
{
  return n >= 16 && g_utf8_validate_len ((const char *)head, MIN (n, 16), NULL);
}

#define EXTRACT "unpack it first; a checkpoint is not kept inside another archive"
#define NOT_YET "Kappa recognises it but does not read it yet; convert the weights to safetensors"

/* In the order in which they are tried: what is certain before what is a guess. */
static const KappaFormat formats[] = {
  { "an empty file", is_empty, NULL, "was a download interrupted? Fetch it again" },
  { "a Git LFS pointer, not the file it points to", is_lfs_pointer, NULL,
    "run “git lfs pull” where it came from, or download the file itself" },
  { "a page of HTML saved under this name", is_html, NULL,
    "the download went wrong, perhaps it asked for a login; fetch the file itself" },
  { "PyTorch legacy stream", is_torch_legacy, kappa_torch_legacy_open, NULL },
  { "zip archive", is_zip, kappa_zip_archive_open, NULL },
  { "NumPy array", is_npy, kappa_npy_open, NULL },
  { "HDF5 file", is_hdf5, kappa_keras_open, NULL },
  { "a GGUF file", is_gguf, NULL, NOT_YET },
  { "compressed by gzip", is_gzip, NULL, EXTRACT },
  { "a 7z archive", is_seven_zip, NULL, EXTRACT },
  { "a RAR archive", is_rar, NULL, EXTRACT },
  { "compressed by xz, bzip2 or zstd", is_other_compressed, NULL, EXTRACT },
  { "a zip archive that does not begin with a member", is_odd_zip, NULL,
    "programs disagree about what is in such a file, so it is not read; pack it anew" },
  { "tar archive", is_tar, kappa_torch_tar_open, NULL },
  { "a pickle, but not one PyTorch saved", is_pickle, NULL,
    "Kappa runs no pickles; save the arrays as .npz, or the model's state_dict with torch.save()" },
  { "safetensors index", is_json, kappa_sharded_open, NULL },
  { "safetensors", is_safetensors, kappa_safetensors_open, NULL },
  { "ONNX", is_onnx, kappa_onnx_open, NULL },
  { "a text file", is_text, NULL, "checkpoints are not text; is it the right file?" },
};

/**
 * kappa_format_sniff:
 * @format: (out): the format
 *
 * Names tell nothing, .pth, .bin, .pt, .th, .ckpt and .pkl are all the same three formats, so only
 * the content counts.
 *
 * Returns: %FALSE with %KAPPA_ERROR_UNSUPPORTED if it is none that Kappa knows, or with the
 * system's error
 */
gboolean
kappa_format_sniff (KappaSource *source, const KappaFormat **format, GError **error)
{
  guint8 head[HEAD];
  g_autoptr (GString) first = g_string_new (NULL);
  gsize n = MIN (sizeof head, kappa_source_get_size (source));

  if (!kappa_source_read (source, 0, head, n, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].matches (head, n, kappa_source_get_size (source)))
      {
        *format = &formats[i];
        return TRUE;
      }
  for (gsize i = 0; i < MIN (n, 8); i++)
    g_string_append_printf (first, " %02x", head[i]);
  return kappa_source_fail (source, error, KAPPA_ERROR_UNSUPPORTED,
                            "this is no format Kappa knows: PyTorch (zip, stream, tar), "
                            "safetensors, ONNX, npy, npz and Keras HDF5 are "
                            "read; it begins with the bytes%s",
                            first->str);
}
