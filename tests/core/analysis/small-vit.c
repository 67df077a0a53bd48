#include "tests/core/analysis/small-vit.h"

#include <math.h>

#include <glib/gstdio.h>

#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "tests/core/analysis/fixture.h"

#define N_CLASSES 10
#define N_BLOCKS  2

typedef struct
{
  GArray *tensors;
  GPtrArray *owned;
} File;

/* @name: taken over */
static void
add (File *file, char *name, double mean, double deviation, guint rank, const gsize *dims)
{
  KappaExportTensor tensor = { .name = name, .element = KAPPA_ELEMENT_F32, .rank = rank };
  const KappaStream stream = kappa_stream_init (7, name);
  gsize n = 1;
  float *values;

  for (guint d = 0; d < rank; d++)
    n *= tensor.dims[d] = dims[d];
  values = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    values[i] = (float)(mean + deviation * kappa_stream_normal (&stream, i));
  tensor.data = values;
  g_array_append_val (file->tensors, tensor);
  g_ptr_array_add (file->owned, name);
  g_ptr_array_add (file->owned, values);
}

/* Kernels lie with their inputs first. */
static void
add_dense (File *file, const char *layer, guint rank, const gsize *dims, gsize inputs)
{
  const guint rank_of_inputs = inputs == dims[0] ? 1 : rank - 1;

  add (file, g_strconcat (layer, "/kernel", NULL), 0.0, 1.0 / sqrt ((double)inputs), rank, dims);
  add (file, g_strconcat (layer, "/bias", NULL), 0.0, 0.2, rank - rank_of_inputs,
       dims + rank_of_inputs);
}

static void
add_norm (File *file, const char *layer, gsize width)
{
  add (file, g_strconcat (layer, "/scale", NULL), 1.0, 0.2, 1, &width);
  add (file, g_strconcat (layer, "/bias", NULL), 0.0, 0.2, 1, &width);
}

static void
add_block (File *file, const SmallVit *vit, guint index)
{
  static const char *const projections[] = { "query", "key", "value" };
  const gsize split[] = { vit->width, vit->heads, vit->width / vit->heads },
              joined[] = { vit->heads, vit->width / vit->heads, vit->width };
  const gsize up[] = { vit->width, vit->hidden }, down[] = { vit->hidden, vit->width };
  g_autofree char *block = g_strdup_printf ("Transformer/encoderblock_%u/", index);
  g_autofree char *norm1 = g_strconcat (block, "LayerNorm_0", NULL),
                  *norm2 = g_strconcat (block, "LayerNorm_2", NULL),
                  *attention = g_strconcat (block, "MultiHeadDotProductAttention_1/", NULL),
                  *out = g_strconcat (attention, "out", NULL),
                  *first = g_strconcat (block, "MlpBlock_3/Dense_0", NULL),
                  *second = g_strconcat (block, "MlpBlock_3/Dense_1", NULL);

  add_norm (file, norm1, vit->width);
  for (guint i = 0; i < G_N_ELEMENTS (projections); i++)
    {
      g_autofree char *name = g_strconcat (attention, projections[i], NULL);

      add_dense (file, name, 3, split, vit->width);
    }
  add_dense (file, out, 3, joined, vit->heads * joined[1]);
  add_norm (file, norm2, vit->width);
  add_dense (file, first, 2, up, vit->width);
  add_dense (file, second, 2, down, vit->hidden);
}

static void
save (const SmallVit *vit, const char *path)
{
  const gsize patches[] = { vit->patch, vit->patch, 3, vit->width }, token[] = { 1, 1, vit->width },
              positions[] = { 1, 1 + 2 * 2, vit->width }, head[] = { vit->width, N_CLASSES };
  File file = { g_array_new (FALSE, FALSE, sizeof (KappaExportTensor)),
                g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (GError) error = NULL;

  add_dense (&file, "embedding", 4, patches, 3 * vit->patch * vit->patch);
  add (&file, g_strdup ("cls"), 0.0, 0.5, 3, token);
  add (&file, g_strdup ("Transformer/posembed_input/pos_embedding"), 0.0, 0.5, 3, positions);
  for (guint i = 0; i < N_BLOCKS; i++)
    add_block (&file, vit, i);
  add_norm (&file, "Transformer/encoder_norm", vit->width);
  add_dense (&file, "head", 2, head, vit->width);
  kappa_safetensors_save (path, (const KappaExportTensor *)file.tensors->data, file.tensors->len,
                          NULL, NULL, &error);
  g_assert_no_error (error);
  g_array_unref (file.tensors);
  g_ptr_array_unref (file.owned);
}

KappaInputs *
small_vit_open_inputs (const SmallVit *vit, const char *images)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("kappa-vit-XXXXXX", &error),
                  *path = g_build_filename (directory, "vit.safetensors", NULL);
  g_autofree char *settings
      = g_strdup_printf ("size=%" G_GSIZE_FORMAT ",crop=1,gelu=%s", 2 * vit->patch, vit->gelu);
  KappaInputs *inputs = kappa_inputs_new ();

  g_assert_no_error (error);
  save (vit, path);
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, path);
  g_assert_true (kappa_inputs_set_option (inputs, "model", 0, "set", settings, NULL));
  fixture_add_images (inputs, images);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  /* What is open stays readable. */
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  return inputs;
}
