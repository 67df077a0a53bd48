#include <glib/gstdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/models/model.h"
#include "tests/core/models/model-checks.h"
#include "tests/core/models/npz-net.h"

/*
 * Networks in Google's npz layouts: sound ones in every type and order are read, element by
 * element; each of the others is a sound one with something wrong, and is refused with its message
 * when it is opened, or at the latest when its weights are read.
 */

static char *folder;

static char *
save (GBytes *bytes)
{
  char *path = g_build_filename (folder, "net.npz", NULL);
  g_autoptr (GError) error = NULL;

  g_remove (path);
  g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes),
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  return path;
}

/* Returns: %FALSE with an error if the file is refused, sooner or later */
static gboolean
read_model (const char *path, GError **error)
{
  g_autoptr (KappaModel) model = kappa_model_open (path, NULL, NULL, error);

  return model != NULL && kappa_model_get_parameters (model, error) != NULL
         && kappa_model_get_parameters_wide (model, error) != NULL;
}

static void
check_refused (GBytes *bytes, const char *text)
{
  g_autofree char *path = save (bytes);
  g_autoptr (GError) error = NULL;

  if (read_model (path, &error))
    {
      g_test_fail_printf ("it is read as if nothing was wrong with it; expected “%s”", text);
      return;
    }
  g_assert_true (error->domain == KAPPA_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, "net.npz: "));
  g_assert_cmpuint (strlen (error->message), <, 2000);
  if (strstr (error->message, text) == NULL)
    g_test_fail_printf ("the message is “%s”; expected “%s”", error->message, text);
}

typedef struct
{
  const char *name;
  NpzLayout layout;
  NpzChange changes[2];
  ZipEnd end;
  const char *text;
} Row;

#define HEAD(...)                                                                                  \
  {                                                                                                \
    {                                                                                              \
      .member = "head/kernel", __VA_ARGS__                                                         \
    }                                                                                              \
  }
#define RAW(literal) .raw = (literal), .raw_size = sizeof (literal) - 1
#define BLOCK        "Transformer/encoderblock_"
#define STACK        "Transformer/encoderblock/"

static const Row headers[] = {
  { "objects", .changes = HEAD (.descr = "'|O'"), .text = "pickled Python objects" },
  { "objects-bare", .changes = HEAD (.descr = "'O'"), .text = "pickled Python objects" },
  { "fields", .changes = HEAD (.descr = "[('w', '<f4')]"), .text = "structured elements" },
  { "text", .changes = HEAD (.descr = "'<U4'"), .text = "type “<U4” are not read" },
  { "complex", .changes = HEAD (.descr = "'<c8'"), .text = "type “<c8” are not read" },
  { "raw-1", .changes = HEAD (.descr = "'|V1'"), .text = "type “|V1” are not read" },
  { "raw-4", .changes = HEAD (.descr = "'|V4'"), .text = "type “|V4” are not read" },
  { "raw-2-of-4-bytes", .changes = HEAD (.descr = "'|V2'", .bytes = 48),
    .text = "“head/kernel.npy” is longer than its shape says" },
  { "raw-2-of-1-byte", .changes = HEAD (.descr = "'|V2'", .bytes = 12),
    .text = "“head/kernel.npy” is shorter than its shape says" },
  { "integers", .changes = HEAD (.descr = "'<i4'"), .text = "made of integers: head.weight (3×4)" },
  { "booleans", .changes = HEAD (.descr = "'|b1'", .bytes = 12),
    .text = "made of integers: head.weight" },
  { "order-unknown", .changes = HEAD (.order = "Maybe"), .text = "neither True nor False" },
  { "order-number", .changes = HEAD (.order = "1"), .text = "neither True nor False" },
  { "import", .changes = HEAD (.order = "__import__('os')"), .text = "neither True nor False" },
  { "shape-open", .changes = HEAD (.shape = "(4, 3"), .text = "not a size" },
  { "shape-negative", .changes = HEAD (.shape = "(4, -3)"), .text = "not a size" },
  { "shape-real", .changes = HEAD (.shape = "(4, 3.0)"), .text = "not a size" },
  { "shape-product", .changes = HEAD (.shape = "(4294967296, 4294967296)"),
    .text = "multiply to more than memory" },
  { "shape-bytes", .changes = HEAD (.shape = "(4, 4611686018427387904)"),
    .text = "multiply to more than memory" },
  { "shape-huge", .changes = HEAD (.shape = "(4, 99999999999)"),
    .text = "“head/kernel.npy” is shorter than its shape says" },
  { "shape-9-axes", .changes = HEAD (.shape = "(1,1,1,1,1,1,1,4,3)"),
    .text = "more than 8 dimensions" },
  { "one-byte-short", .changes = HEAD (.bytes = 47), .text = "is shorter than its shape says" },
  { "one-byte-long", .changes = HEAD (.bytes = 49), .text = "is longer than its shape says" },
  { "no-elements", .changes = HEAD (.bytes = -1), .text = "is shorter than its shape says" },
  { "empty-member", .changes = HEAD (RAW ("")), .text = "does not begin with" },
  { "magic", .changes = HEAD (RAW ("\x93NUMPZ\1\0\2\0{}")), .text = "does not begin with" },
  { "magic-alone", .changes = HEAD (RAW ("\x93NUMPY")), .text = "does not begin with" },
  { "version-0", .changes = HEAD (RAW ("\x93NUMPY\0\0\2\0{}")), .text = "version 0.0 is not read" },
  { "version-4", .changes = HEAD (RAW ("\x93NUMPY\4\0\2\0\0\0{}")),
    .text = "version 4.0 is not read" },
  { "length-64KB", .changes = HEAD (RAW ("\x93NUMPY\1\0\xff\xff{}")),
    .text = "claims 65535 characters" },
  { "length-4GB", .changes = HEAD (RAW ("\x93NUMPY\2\0\xff\xff\xff\xff{}")),
    .text = "claims 4294967295 characters" },
  { "length-cut", .changes = HEAD (RAW ("\x93NUMPY\3\0\2\0")), .text = "it is truncated" },
  { "length-past-end", .changes = HEAD (RAW ("\x93NUMPY\1\0\x10\0{}")), .text = "it is truncated" },
  { "length-into-elements",
    .changes = HEAD (RAW ("\x93NUMPY\1\0\x39\0{'descr':'|u1','fortran_order':False,'shape':(4,3)}"
                          "123456789012")),
    .text = "something follows the dictionary" },
  { "length-short",
    .changes = HEAD (RAW ("\x93NUMPY\1\0\x20\0{'descr':'|u1','fortran_order':False,'shape':(4,3)}"
                          "123456789012")),
    .text = "neither True nor False" },
};

static const Row networks[] = {
  { "no-first-layer", .changes = { { "embedding/kernel", .gone = TRUE } },
    .text = "make none of the networks" },
  { "no-class-token", .changes = { { "cls", .gone = TRUE } }, .text = "is of no square grid" },
  { "no-positions", .changes = { { "*pos_embedding", .gone = TRUE } },
    .text = "make none of the networks" },
  { "no-classes", .changes = { { "head/*", .gone = TRUE } }, .text = "no ViT has" },
  { "no-query", .changes = { { BLOCK "1/*query/kernel", .gone = TRUE } },
    .text = "1 tensor is missing: blocks.1.attn.qkv.weight (12×4)" },
  { "no-first-query", .changes = { { BLOCK "0/*query/kernel", .gone = TRUE } },
    .text = "no ViT has" },
  { "queries-alone",
    .changes
    = { { BLOCK "1/*/key/kernel", .gone = TRUE }, { BLOCK "1/*/value/kernel", .gone = TRUE } },
    .text = "1 tensor is missing: blocks.1.attn.qkv.weight" },
  { "query-of-other-heads", .changes = { { BLOCK "1/*query/kernel", .shape = "(4, 1, 4)" } },
    .text = "missing: blocks.1.attn.qkv.weight" },
  { "query-of-two-axes", .changes = { { BLOCK "1/*query/kernel", .shape = "(4, 4)" } },
    .text = "missing: blocks.1.attn.qkv.weight" },
  { "heads-not-dividing",
    .changes = { { BLOCK "?/*y/kernel", .shape = "(4, 3, 2)" },
                 { BLOCK "?/*value/kernel", .shape = "(4, 3, 2)" } },
    .text = "no ViT has" },
  { "out-of-other-width", .changes = { { BLOCK "1/*out/kernel", .shape = "(2, 2, 5)" } },
    .text = "blocks.1.attn.proj.weight (5×4, expected 4×4)" },
  { "out-of-other-heads", .changes = { { BLOCK "1/*out/kernel", .shape = "(2, 3, 4)" } },
    .text = "blocks.1.attn.proj.weight (4×6, expected 4×4)" },
  { "block-skipped", .changes = { { BLOCK "1/*", .from = "block_1", .to = "block_2" } },
    .text = "16 tensors are no part of it: " BLOCK "2/LayerNorm_0/scale" },
  { "block-with-zero", .changes = { { BLOCK "1/*", .from = "block_1", .to = "block_01" } },
    .text = "16 tensors are no part of it: " BLOCK "01/LayerNorm_0/scale" },
  { "block-huge",
    .changes = { { BLOCK "1/*", .from = "block_1", .to = "block_18446744073709551617" } },
    .text = "no part of it: " BLOCK "18446744073709551617" },
  { "block-negative", .changes = { { BLOCK "1/*", .from = "block_1", .to = "block_-1" } },
    .text = "no part of it: " BLOCK "-1" },
  { "half-big-vision", .changes = { { "*MlpBlock_3*", .from = "MlpBlock_3", .to = "MlpBlock_0" } },
    .text = "make none of the networks" },
  { "positions-of-two-axes", .changes = { { "*pos_embedding", .shape = "(5, 4)" } },
    .text = "make none of the networks" },
  { "positions-of-other-width", .changes = { { "*pos_embedding", .shape = "(1, 5, 5)" } },
    .text = "no ViT has" },
  { "positions-of-no-width", .changes = { { "*pos_embedding", .shape = "(1, 5, 0)" } },
    .text = "no ViT has" },
  { "positions-of-no-square", .changes = { { "*pos_embedding", .shape = "(1, 4, 4)" } },
    .text = "is of no square grid" },
  { "positions-without-end", .changes = { { "*pos_embedding", .shape = "(1, 262145, 4)" } },
    .text = "no ViT has" },
  { "five-colours", .changes = { { "embedding/kernel", .shape = "(2, 2, 5, 4)" } },
    .text = "no ViT has" },
  { "patches-not-square", .changes = { { "embedding/kernel", .shape = "(2, 3, 3, 4)" } },
    .text = "patch_embed.proj.weight (4×3×2×3, expected 4×3×2×2)" },
  { "patches-of-65", .changes = { { "embedding/kernel", .shape = "(65, 65, 3, 4)" } },
    .text = "no ViT has" },
  { "patches-of-0", .changes = { { "embedding/kernel", .shape = "(0, 0, 3, 4)" } },
    .text = "no ViT has" },
  { "hidden-of-0", .changes = { { BLOCK "0/*Dense_0/kernel", .shape = "(4, 0)" } },
    .text = "no ViT has" },
  { "hidden-of-9-once", .changes = { { BLOCK "1/*Dense_0/kernel", .shape = "(4, 9)" } },
    .text = "blocks.1.mlp.fc1.weight (9×4, expected 8×4)" },
  { "norm-of-two-axes", .changes = { { BLOCK "1/LayerNorm_0/scale", .shape = "(1, 4)" } },
    .text = "blocks.1.norm1.weight (1×4, expected 4)" },
  { "classes-first", .changes = HEAD (.shape = "(3, 4)"), .text = "head.bias (3, expected 4)" },
  { "classes-0", .changes = HEAD (.shape = "(4, 0)"), .text = "no ViT has" },
  { "classes-flat", .changes = HEAD (.shape = "(12,)"), .text = "no ViT has" },
  { "features-0", .changes = HEAD (.shape = "(0, 3)"), .text = "head.weight (3×0, expected 3×4)" },
  { "pre-logits-without-bias", .changes = { { "pre_logits/kernel", .shape = "(4, 4)" } },
    .text = "1 tensor is missing: pre_logits.bias (4)" },
  { "pre-logits-of-other-width",
    .changes
    = { { "pre_logits/kernel", .shape = "(4, 5)" }, { "pre_logits/bias", .shape = "(5,)" } },
    .text = "head.weight (3×4, expected 3×5)" },
  { "another-array", .changes = { { "more" } }, .text = "1 tensor is no part of it: more (2)" },
  { "attention-pool", .changes = { { "MAPHead_0/probe" } }, .text = "a SigLIP image tower" },
  { "hybrid", .changes = { { "conv_root/kernel" } }, .text = "a hybrid of ResNet and ViT" },
  { "state-alone", .changes = { { "*", .prefix = "opt/state/param_states/" } },
    .text = "make none of the networks" },
  { "two-trees", .changes = { { "params/head/kernel", .shape = "(4, 3)" } },
    .text = "no part of it: params/head/kernel" },
  { "mixer-no-square",
    NPZ_MIXER,
    { { "*0/token_mixing/Dense_0/kernel", .shape = "(5, 6)" } },
    .text = "no Mixer has" },
  { "mixer-no-tokens",
    NPZ_MIXER,
    { { "*0/token_mixing/Dense_0/kernel", .shape = "(0, 6)" } },
    .text = "no Mixer has" },
  { "mixer-no-norm",
    NPZ_MIXER,
    { { "MixerBlock_1/LayerNorm_1/scale", .gone = TRUE } },
    .text = "1 tensor is missing: blocks.1.norm2.weight (4)" },
  { "mixer-no-classes", NPZ_MIXER, HEAD (.gone = TRUE), .text = "no Mixer has" },
  { "mixer-four-colours",
    NPZ_MIXER,
    { { "stem/kernel", .shape = "(2, 2, 4, 4)" } },
    .text = "no Mixer has" },
  { "mixer-block-skipped",
    NPZ_MIXER,
    { { "MixerBlock_1/*", .from = "Block_1", .to = "Block_3" } },
    .text = "12 tensors are no part of it: MixerBlock_3/LayerNorm_0/scale" },
};

/* Layers that are one array, with the number of the layer first. */
static const Row stacks[] = {
  { "one-layer-too-many",
    NPZ_VIT_STACKED,
    { { STACK "MlpBlock_0/Dense_0/kernel", .shape = "(3, 4, 8)" } },
    .text = "1 tensor has layers that are not used: " STACK "MlpBlock_0/Dense_0/kernel" },
  { "many-layers-too-many",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_*/bias", .shape = "(1000, 4)" } },
    .text = "2 tensors have layers that are not used: " STACK "LayerNorm_0/bias (1000×4), " },
  { "counted-too-short",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(1, 4)" } },
    .text = "15 tensors have layers that are not used" },
  { "counted-too-long",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(3, 4)" } },
    .text = "11 tensors are missing: blocks.2.norm1.bias (4)" },
  { "one-layer-too-few",
    NPZ_VIT_STACKED,
    { { STACK "MlpBlock_0/Dense_1/kernel", .shape = "(1, 8, 4)" } },
    .text = "1 tensor is missing: blocks.1.mlp.fc2.weight (4×8)" },
  { "no-layer",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(0, 4)" } },
    .text = "make none of the networks" },
  { "no-layers-at-all",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(4,)" } },
    .text = "make none of the networks" },
  { "kernel-of-one-layer",
    NPZ_VIT_STACKED,
    { { STACK "MlpBlock_0/Dense_1/kernel", .shape = "(8, 4)" } },
    .text = "2 tensors are missing: blocks.0.mlp.fc2.weight" },
  { "too-many-layers",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(1001, 4)" } },
    .text = "no ViT has" },
  { "layers-without-end",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(4611686018427387904, 0)" } },
    .text = "is longer than its shape says" },
  { "layers-without-elements",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_0/scale", .shape = "(4611686018427387904, 0)", .bytes = -1 } },
    .text = "no ViT has" },
  { "key-of-more-layers",
    NPZ_VIT_STACKED,
    { { STACK "*key/kernel", .shape = "(3, 4, 2, 2)" } },
    .text = "no ViT has" },
  { "and-single-layers",
    NPZ_VIT_STACKED,
    { { BLOCK "0/LayerNorm_0/scale", .shape = "(4,)" } },
    .text = "no part of it: " BLOCK "0/LayerNorm_0/scale" },
  { "layers-behind",
    NPZ_VIT_STACKED,
    { { STACK "LayerNorm_1/bias", .shape = "(4, 2)" } },
    .text = "blocks.0.norm2.bias (2, expected 4)" },
};

static const Row names[] = {
  { "upwards", .changes = { { "../../etc/passwd" } },
    .text = "1 tensor is no part of it: ../../etc/passwd (2)" },
  { "absolute", .changes = { { "/etc/passwd" } }, .text = "no part of it: /etc/passwd" },
  { "drive", .changes = { { "C:\\net" } }, .text = "no part of it: C:\\net" },
  { "upwards-into-place", .changes = HEAD (.prefix = "x/../"), .text = "no ViT has" },
  { "slash-first", .changes = HEAD (.prefix = "/"), .text = "no ViT has" },
  { "two-slashes", .changes = HEAD (.from = "/", .to = "//"), .text = "no ViT has" },
  { "no-ending", .changes = HEAD (.zip = { .name = "head/kernel" }),
    .text = "“head/kernel” is not a .npy array" },
  { "no-name", .changes = HEAD (.zip = { .name = ".npy" }), .text = "“.npy” is not a .npy array" },
  { "not-text", .changes = HEAD (.zip = { .name = "\xff.npy" }), .text = "" },
  { "lines", .changes = { { "a\nb" } }, .text = "no part of it: " },
  { "twice", .changes = HEAD (.zip = { .name = "head/bias.npy" }),
    .text = "two members are called “head/bias.npy”" },
  { "case", .changes = HEAD (.from = "head", .to = "Head"), .text = "no ViT has" },
};

static const Row archives[] = {
  { "checksum", .changes = HEAD (.zip = { .crc_shift = 1 }),
    .text = "checksum of the member “head/kernel.npy” is wrong" },
  { "checksum-deflated", .changes = HEAD (.zip = { .deflate = TRUE, .crc_shift = 1 }),
    .text = "checksum of the member “head/kernel.npy” is wrong" },
  { "deflated-shorter",
    .changes = HEAD (.zip = { .deflate = TRUE, .size_shift = -4, .local_size_shift = -4 }),
    .text = "is shorter than its shape says" },
  { "deflated-longer",
    .changes
    = HEAD (.bytes = 44, .zip = { .deflate = TRUE, .size_shift = 4, .local_size_shift = 4 }),
    .text = "than the directory says" },
  { "not-deflate", .changes = HEAD (.zip = { .method = 8 }), .text = "than the directory says" },
  { "bomb", .changes = HEAD (.shape = "(4, 100000)", .zip = { .deflate = TRUE }),
    .text = "head.bias (3, expected 100000)" },
  { "bomb-impossible",
    .changes
    = HEAD (.zip = { .deflate = TRUE, .size_shift = 1 << 30, .local_size_shift = 1 << 30 }),
    .text = "beyond what deflate can do" },
  { "encrypted", .changes = HEAD (.zip = { .flags = 1 }), .text = "encrypted or patched" },
  { "method-12", .changes = HEAD (.zip = { .method = 12 }), .text = "compressed by method 12" },
  { "other-name-inside", .changes = HEAD (.zip = { .local_name = "head/kernel.npz" }),
    .text = "differently" },
  { "other-size-inside", .changes = HEAD (.zip = { .local_size_shift = 1 }),
    .text = "the header of the member “head/kernel.npy” disagree" },
  { "stored-size", .changes = HEAD (.zip = { .stored_shift = 1 }), .text = "two different sizes" },
  { "past-end", .changes = HEAD (.zip = { .size_shift = 99999, .stored_shift = 99999 }),
    .text = "runs past the end" },
  { "inside-another", .changes = HEAD (.zip = { .offset_shift = -60 }), .text = "member" },
  { "gap", .changes = HEAD (.zip = { .gap = 5 }), .text = "5 bytes after the member" },
  { "hidden", .changes = HEAD (.zip = { .hidden = TRUE }), .text = "belong to nothing" },
  { "descriptor", .changes = HEAD (.zip = { .descriptor = TRUE, .descriptor_shift = 1 }),
    .text = "descriptor after the member" },
  { "signature", .changes = HEAD (.zip = { .signature = "PK\3\5" }), .text = "has no header" },
  { "second-disk", .changes = HEAD (.zip = { .disk = 1 }), .text = "several parts" },
  { "too-few-counted", .end = { .count_shift = -1 }, .text = "longer than its entries" },
  { "too-many-counted", .end = { .count_shift = 1 }, .text = "of its directory is damaged" },
  { "directory-moved", .end = { .directory_offset_shift = 1 }, .text = "does not lead to its end" },
  { "directory-longer", .end = { .directory_size_shift = 1 }, .text = "does not lead to its end" },
  { "wide-end-moved", .end = { .wide_end = TRUE, .wide_place_shift = 1 },
    .text = "64-bit directory record" },
  { "wide-end-other-count", .end = { .wide_end = TRUE, .wide_count_shift = 1 },
    .text = "disagree" },
  { "no-end", .end = { .no_end = TRUE }, .text = "the file is truncated" },
  { "something-behind", .end = { .trailing = "MZ" }, .text = "something was added to it" },
  { "something-before", .end = { .prefix = "PK\3\4" }, .text = "" },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  guint n = 0;
  g_autoptr (GBytes) bytes = NULL;

  while (n < G_N_ELEMENTS (row->changes) && row->changes[n].member != NULL)
    n++;
  bytes = npz_net_build (row->layout, row->changes, n, &row->end);
  check_refused (bytes, row->text);
}

static void
add_rows (const char *kind, const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/hostile-npz/%s/%s", kind, rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
}

static void
assert_place (KappaModel *model, const char *name, gsize index, double expected)
{
  const KappaParameter *parameter = kappa_model_find_parameter (model, name);
  g_autoptr (GError) error = NULL;
  const double *values = kappa_model_get_parameters_wide (model, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parameter);
  g_assert_cmpuint (index, <, parameter->size);
  g_assert_cmpfloat (values[parameter->offset + index], ==, expected);
}

/* Every element of block 1 and of the ends is where it belongs; @stacked: the places in the file
 * go on from layer to layer. */
static void
check_places (KappaModel *model, gboolean stacked)
{
  for (gsize part = 0; part < 3; part++)
    for (gsize head = 0; head < 2; head++)
      for (gsize i = 0; i < 2; i++)
        {
          const gsize row = part * 4 + head * 2 + i;

          for (gsize c = 0; c < 4; c++)
            assert_place (model, "blocks.1.attn.qkv.weight", row * 4 + c,
                          (double)(c * 4 + head * 2 + i + (stacked ? 16 : 0)));
          assert_place (model, "blocks.1.attn.qkv.bias", row,
                        (double)(head * 2 + i + (stacked ? 4 : 0)));
        }
  for (gsize out = 0; out < 4; out++)
    for (gsize in = 0; in < 8; in++)
      assert_place (model, "blocks.1.mlp.fc2.weight", out * 8 + in,
                    (double)(in * 4 + out + (stacked ? 32 : 0)));
  for (gsize out = 0; out < 4; out++)
    for (gsize in = 0; in < 4; in++)
      assert_place (model, "blocks.1.attn.proj.weight", out * 4 + in,
                    (double)(in * 4 + out + (stacked ? 16 : 0)));
  for (gsize out = 0; out < 4; out++)
    for (gsize colour = 0; colour < 3; colour++)
      for (gsize p = 0; p < 4; p++)
        assert_place (model, "patch_embed.proj.weight", (out * 3 + colour) * 4 + p,
                      (double)(p * 12 + colour * 4 + out));
  assert_place (model, "pos_embed", 7, 7.0);
  assert_place (model, "head.weight", 1 * 4 + 2, 2 * 3 + 1);
}

/* All layouts, under all prefixes, in types and orders of which nothing is left to see. */
static void
test_sound (void)
{
  static const char *const types[] = { "'<f4'", "'>f4'", "'<f8'", "'>f8'", "'|V2'" };
  static const char *const prefixes[] = { "", "opt/target/", "params/", "params/img/" };
  static const struct
  {
    NpzLayout layout;
    const char *scheme;
  } layouts[] = { { NPZ_VIT_GOOGLE, "Google" },
                  { NPZ_VIT_BIG_VISION, "Google big_vision" },
                  { NPZ_VIT_STACKED, "Google big_vision, stacked layers" } };

  for (guint i = 0; i < G_N_ELEMENTS (layouts) * G_N_ELEMENTS (types) * 2; i++)
    {
      const guint layout = i % G_N_ELEMENTS (layouts);
      const NpzChange change
          = { "*", .prefix = prefixes[i % G_N_ELEMENTS (prefixes)],
              .descr = types[i / G_N_ELEMENTS (layouts) % G_N_ELEMENTS (types)],
              .order = i % 2 == 0 ? "True" : "False", .zip = { .deflate = i % 7 == 0 } };
      g_autoptr (GBytes) bytes = npz_net_build (layouts[layout].layout, &change, 1, NULL);
      g_autofree char *path = save (bytes);
      g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);

      g_assert_cmpstr (kappa_model_get_key_scheme (model), ==, layouts[layout].scheme);
      g_assert_cmpuint (kappa_model_get_n_classes (model), ==, 3);
      g_assert_cmpuint (kappa_model_get_parameters_size (model), ==, 443);
      check_places (model, layouts[layout].layout == NPZ_VIT_STACKED);
    }
}

static void
test_sound_mixer (void)
{
  g_autoptr (GBytes) bytes = npz_net_build (NPZ_MIXER, NULL, 0, NULL);
  g_autofree char *path = save (bytes);
  g_autoptr (KappaModel) model = model_open_or_fail (path, NULL, NULL);

  g_assert_cmpstr (kappa_model_get_key_scheme (model), ==, "Google");
  assert_place (model, "blocks.1.mlp_tokens.fc1.weight", 5 * 4 + 3, 3 * 6 + 5);
}

/* A single array is no network, whatever is in it. */
static void
test_npy (void)
{
  static const struct
  {
    const char *header, *text;
    gsize size;
  } cases[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), }", "make none of the networks",
      48 },
    { "{'descr': '|O', 'fortran_order': False, 'shape': (4, 3), }", "pickled Python objects", 48 },
    { "{'descr': '|V2', 'fortran_order': False, 'shape': (4, 3), }", "longer than its shape", 48 },
    { "{'descr': '<f4', 'fortran_order': True, 'shape': (4, 99999999999), }",
      "shorter than its shape", 48 },
    { "{'descr': '<f4', 'fortran_order': True, 'shape': (0,), }", "make none of the networks", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = build_npy (cases[i].header, cases[i].size);

      check_refused (bytes, cases[i].text);
    }
}

/* Wherever a download stopped: in a header, a name, an array, the directory or its end. */
static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = npz_net_build (NPZ_VIT_GOOGLE, NULL, 0, NULL);
  const gsize size = g_bytes_get_size (bytes);

  for (gsize n = 1; n < size; n += n < 100 || n + 100 > size ? 1 : 37)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, n);
      g_autofree char *path = save (part);
      g_autoptr (GError) error = NULL;

      g_assert_false (read_model (path, &error));
      g_assert_true (error->domain == KAPPA_ERROR);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  add_rows ("header", headers, G_N_ELEMENTS (headers));
  add_rows ("network", networks, G_N_ELEMENTS (networks));
  add_rows ("stack", stacks, G_N_ELEMENTS (stacks));
  add_rows ("name", names, G_N_ELEMENTS (names));
  add_rows ("archive", archives, G_N_ELEMENTS (archives));
  g_test_add_func ("/hostile-npz/sound", test_sound);
  g_test_add_func ("/hostile-npz/sound-mixer", test_sound_mixer);
  g_test_add_func ("/hostile-npz/npy", test_npy);
  g_test_add_func ("/hostile-npz/cut", test_cut);
  status = g_test_run ();
  model_remove_folder (folder);
  g_free (folder);
  return status;
}
