#include "tests/core/models/npz-net.h"

#include <string.h>

/*
 * The smallest networks in Google's names: two blocks, four channels, two heads, patches of 2 × 2
 * pixels and images of 4 × 4. An element's value is its place in row-major order, whatever type and
 * order it is stored in.
 */

#define DEPTH 2

typedef struct
{
  const char *name; /* %u: the block */
  const char *shape;
} Array;

static const Array google[] = {
  { "cls", "(1, 1, 4)" },
  { "embedding/bias", "(4,)" },
  { "embedding/kernel", "(2, 2, 3, 4)" },
  { "head/bias", "(3,)" },
  { "head/kernel", "(4, 3)" },
  { "Transformer/posembed_input/pos_embedding", "(1, 5, 4)" },
  { "Transformer/encoder_norm/scale", "(4,)" },
  { "Transformer/encoder_norm/bias", "(4,)" },
  { "Transformer/encoderblock_%u/LayerNorm_0/scale", "(4,)" },
  { "Transformer/encoderblock_%u/LayerNorm_0/bias", "(4,)" },
  { "Transformer/encoderblock_%u/LayerNorm_2/scale", "(4,)" },
  { "Transformer/encoderblock_%u/LayerNorm_2/bias", "(4,)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/query/kernel", "(4, 2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/query/bias", "(2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/key/kernel", "(4, 2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/key/bias", "(2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/value/kernel", "(4, 2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/value/bias", "(2, 2)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/out/kernel", "(2, 2, 4)" },
  { "Transformer/encoderblock_%u/MultiHeadDotProductAttention_1/out/bias", "(4,)" },
  { "Transformer/encoderblock_%u/MlpBlock_3/Dense_0/kernel", "(4, 8)" },
  { "Transformer/encoderblock_%u/MlpBlock_3/Dense_0/bias", "(8,)" },
  { "Transformer/encoderblock_%u/MlpBlock_3/Dense_1/kernel", "(8, 4)" },
  { "Transformer/encoderblock_%u/MlpBlock_3/Dense_1/bias", "(4,)" },
};

static const Array mixer[] = {
  { "stem/kernel", "(2, 2, 3, 4)" },
  { "stem/bias", "(4,)" },
  { "MixerBlock_%u/LayerNorm_0/scale", "(4,)" },
  { "MixerBlock_%u/LayerNorm_0/bias", "(4,)" },
  { "MixerBlock_%u/LayerNorm_1/scale", "(4,)" },
  { "MixerBlock_%u/LayerNorm_1/bias", "(4,)" },
  { "MixerBlock_%u/token_mixing/Dense_0/kernel", "(4, 6)" },
  { "MixerBlock_%u/token_mixing/Dense_0/bias", "(6,)" },
  { "MixerBlock_%u/token_mixing/Dense_1/kernel", "(6, 4)" },
  { "MixerBlock_%u/token_mixing/Dense_1/bias", "(4,)" },
  { "MixerBlock_%u/channel_mixing/Dense_0/kernel", "(4, 8)" },
  { "MixerBlock_%u/channel_mixing/Dense_0/bias", "(8,)" },
  { "MixerBlock_%u/channel_mixing/Dense_1/kernel", "(8, 4)" },
  { "MixerBlock_%u/channel_mixing/Dense_1/bias", "(4,)" },
  { "pre_head_layer_norm/scale", "(4,)" },
  { "pre_head_layer_norm/bias", "(4,)" },
  { "head/kernel", "(4, 3)" },
  { "head/bias", "(3,)" },
};

/* A big_vision file's name for what an older one calls @name. */
static char *
rename_to_big_vision (const char *name)
{
  static const char *const pairs[][2]
      = { { "Transformer/posembed_input/pos_embedding", "pos_embedding" },
          { "MultiHeadDotProductAttention_1", "MultiHeadDotProductAttention_0" },
          { "LayerNorm_2", "LayerNorm_1" },
          { "MlpBlock_3", "MlpBlock_0" } };
  g_autoptr (GString) text = g_string_new (name);

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_string_replace (text, pairs[i][0], pairs[i][1], 0);
  return g_strdup (text->str);
}

/* Returns: the number of sizes, 0 if @text is no shape such small networks have */
static guint
parse_shape (const char *text, gsize dims[8])
{
  g_auto (GStrv) parts = g_strsplit_set (text, "(,) ", -1);
  gsize n = 1;
  guint rank = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      {
        guint64 size;

        if (rank == 8 || !g_ascii_string_to_unsigned (parts[i], 10, 0, 1 << 24, &size, NULL))
          return 0;
        dims[rank++] = size;
        n *= size;
        if (n > (gsize)1 << 24)
          return 0;
      }
  return rank;
}

/* The place in row-major order of what is stored as number @i, in column-major order. */
static gsize
find_place (gsize i, const gsize *dims, guint rank)
{
  gsize place = 0, index[8];

  for (guint d = 0; d < rank; d++)
    {
      index[d] = i % dims[d];
      i /= dims[d];
    }
  for (guint d = 0; d < rank; d++)
    place = place * dims[d] + index[d];
  return place;
}

/* Real numbers of any type; other types get bytes. */
static void
put_element (GByteArray *bytes, const char *descr, gsize place)
{
  const gboolean swap = strstr (descr, ">") != NULL;
  union
  {
    double real;
    float single;
    guint64 bits;
  } value = { .real = (double)place };
  const guint size = strchr (descr, '8') != NULL ? 8 : strchr (descr, '4') != NULL ? 4 : 2;
  guint8 element[8];

  if (size < 8)
    value.bits = 0;
  if (size < 8)
    value.single = (float)place;
  if (size == 2)
    value.bits >>= 16;
  for (guint b = 0; b < size; b++)
    element[swap ? size - 1 - b : b] = (guint8)(value.bits >> 8 * b);
  g_byte_array_append (bytes, element, size);
}

static GBytes *
build_array (const char *own_shape, const NpzChange *change)
{
  const char *descr = change->descr != NULL ? change->descr : "'<f4'";
  const char *order = change->order != NULL ? change->order : "False";
  const char *shape = change->shape != NULL ? change->shape : own_shape;
  const gboolean columns = strcmp (order, "True") == 0;
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GString) header = g_string_new (NULL);
  gsize dims[8], n = 1, start;
  guint rank = parse_shape (shape, dims);

  if (rank == 0)
    rank = parse_shape (own_shape, dims);
  for (guint d = 0; d < rank; d++)
    n *= dims[d];
  g_string_printf (header, "{'descr': %s, 'fortran_order': %s, 'shape': %s, }", descr, order,
                   shape);
  put_data (bytes, BYTES ("\x93NUMPY\1\0"));
  put (bytes, header->len + 1, 2);
  put_text (bytes, header->str);
  put_text (bytes, "\n");
  start = bytes->len;
  for (gsize i = 0; i < n; i++)
    put_element (bytes, descr, columns ? find_place (i, dims, rank) : i);
  if (change->bytes != 0)
    {
      const gsize old = bytes->len, size = start + (gsize)MAX (change->bytes, 0);

      g_byte_array_set_size (bytes, (guint)size);
      if (size > old)
        memset (bytes->data + old, 0, size - old);
    }
  return take (bytes);
}

/* What is collected for build_zip(). */
typedef struct
{
  GArray *members;
  GPtrArray *names;
  GPtrArray *contents;
} Archive;

/* @name: without ".npy" */
static void
add_array (Archive *archive, const char *name, const char *shape, const NpzChange *change)
{
  ZipMember member = change->zip;
  GBytes *content = change->raw != NULL ? g_bytes_new_static (change->raw, change->raw_size)
                                        : build_array (shape, change);

  if (member.name == NULL)
    {
      char *full = g_strconcat (name, ".npy", NULL);

      g_ptr_array_add (archive->names, full);
      member.name = full;
    }
  g_ptr_array_add (archive->contents, content);
  member.data = g_bytes_get_data (content, &member.size);
  g_array_append_val (archive->members, member);
}

/* Applies the first change that fits. */
static void
add_changed (Archive *archive,
             const char *name,
             const char *shape,
             const NpzChange *changes,
             guint n,
             gboolean *fits)
{
  static const NpzChange none = { 0 };
  g_autoptr (GString) changed = g_string_new (name);
  guint i = 0;

  while (i < n && !g_pattern_match_simple (changes[i].member, name))
    i++;
  if (i == n)
    {
      add_array (archive, name, shape, &none);
      return;
    }
  fits[i] = TRUE;
  if (changes[i].gone)
    return;
  if (changes[i].from != NULL)
    g_string_replace (changed, changes[i].from, changes[i].to, 1);
  if (changes[i].prefix != NULL)
    g_string_prepend (changed, changes[i].prefix);
  add_array (archive, changed->str, shape, &changes[i]);
}

static void
add_arrays (Archive *archive, NpzLayout layout, const NpzChange *changes, guint n, gboolean *fits)
{
  const Array *arrays = layout == NPZ_MIXER ? mixer : google;
  const guint n_arrays = layout == NPZ_MIXER ? G_N_ELEMENTS (mixer) : G_N_ELEMENTS (google);

  for (guint i = 0; i < n_arrays; i++)
    for (guint block = 0; block < (strstr (arrays[i].name, "%u") != NULL ? DEPTH : 1); block++)
      {
        g_autoptr (GString) name = g_string_new (arrays[i].name),
                            shape = g_string_new (arrays[i].shape);
        g_autofree char *number = g_strdup_printf ("%u", block), *final = NULL;
        const gboolean stack
            = layout == NPZ_VIT_STACKED && g_string_replace (name, "_%u", "", 0) > 0;

        if (stack && block > 0)
          continue;
        if (stack)
          {
            g_string_erase (shape, 0, 1);
            g_string_prepend (shape, "(2, ");
          }
        g_string_replace (name, "%u", number, 0);
        final = layout == NPZ_VIT_GOOGLE || layout == NPZ_MIXER ? g_strdup (name->str)
                                                                : rename_to_big_vision (name->str);
        add_changed (archive, final, shape->str, changes, n, fits);
        if (stack)
          break;
      }
}

/**
 * npz_net_build:
 * @changes: (array length=n): what is wrong; the first that fits a name counts
 * @end: (nullable): what is wrong with the archive's end
 *
 * Returns: (transfer full): an npz archive
 */
GBytes *
npz_net_build (NpzLayout layout, const NpzChange *changes, guint n, const ZipEnd *end)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (ZipMember));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contents = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autofree gboolean *fits = g_new0 (gboolean, MAX (n, 1));
  Archive archive = { members, names, contents };

  add_arrays (&archive, layout, changes, n, fits);
  for (guint i = 0; i < n; i++)
    if (!fits[i])
      add_array (&archive, changes[i].member, "(2,)", &changes[i]);
  return build_zip ((const ZipMember *)members->data, members->len, end);
}
