#include "tests/golden/golden.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/core/models/key-list.h"
#include "tests/support/formula.h"
#include "tests/support/shared.h"

/*
 * Files about networks whose weights follow a formula: nothing but names and shapes travels.
 */

gboolean
golden_formula_fits (const GoldenFile *file)
{
  return kappa_json_lookup (file->json, 0, "model") != KAPPA_JSON_MISSING
         && kappa_json_lookup (file->json, 0, "input") != KAPPA_JSON_MISSING;
}

static KappaShape
read_shape (const GoldenFile *file, guint32 value)
{
  KappaShape shape = { 0 };
  gsize n;
  g_autofree double *dims = golden_numbers (file, value, &n);

  for (gsize d = 0; d < n && d < KAPPA_MAX_RANK; d++)
    shape.dims[shape.rank++] = (gint64)dims[d];
  return shape;
}

/* The names and shapes in the file itself; files without any are about a published layout with
 * other classes. */
static KappaTensorTable *
read_tensors (const GoldenFile *file)
{
  guint32 list = kappa_json_lookup (file->json, 0, "tensors");
  g_autofree char *model = golden_text (file, "model", ""), *relative = NULL, *path = NULL;
  KappaTensorTable *table, *renewed;
  guint64 classes = 1000;

  if (list != KAPPA_JSON_MISSING)
    {
      table = kappa_tensor_table_new ();
      for (guint32 v = kappa_json_get_first (file->json, list); v != KAPPA_JSON_MISSING;
           v = kappa_json_get_next (file->json, v))
        {
          guint32 first = kappa_json_get_first (file->json, v);
          g_autofree char *name = kappa_json_get_string (file->json, first);
          const KappaShape shape = read_shape (file, kappa_json_get_next (file->json, first));

          kappa_tensor_table_add (table, name, &shape,
                                  !g_str_has_suffix (name, "num_batches_tracked"), 0);
        }
      return table;
    }
  relative = g_strdup_printf ("facts/keys/%s.tsv", model);
  path = kappa_test_shared_path (relative);
  if (path == NULL)
    return kappa_tensor_table_new ();
  kappa_json_get_unsigned (file->json, kappa_json_lookup (file->json, 0, "classes"), &classes);
  table = kappa_test_read_keys (path);
  renewed = kappa_test_copy_table (table, "fc.*");
  kappa_tensor_table_add (
      renewed, "fc.weight",
      &KAPPA_SHAPE ((gint64)classes, kappa_tensor_table_lookup (table, "fc.weight")->shape.dims[1]),
      TRUE, 0);
  kappa_tensor_table_add (renewed, "fc.bias", &KAPPA_SHAPE ((gint64)classes), TRUE, 0);
  kappa_tensor_table_free (table);
  return renewed;
}

/* Google's kernels have their outputs last; those of query, key and value in two axes. */
static gint64
count_inputs (const char *name, const KappaShape *shape)
{
  const gboolean heads = g_str_has_suffix (name, "query/kernel")
                         || g_str_has_suffix (name, "key/kernel")
                         || g_str_has_suffix (name, "value/kernel");
  gint64 n = 1;

  for (guint d = 0; d + (heads ? 2 : 1) < shape->rank; d++)
    n *= shape->dims[d];
  return n;
}

/* Names of Google's npz files have rules of their own, which such a file states. */
static void
fill_google (const char *seed, const char *name, const KappaShape *shape, float *values)
{
  const gsize n = (gsize)kappa_shape_size (shape);
  double limit = 0.1;

  if (g_str_has_suffix (name, "scale"))
    {
      kappa_formula_fill (seed, name, 0.8, 1.2, n, values);
      return;
    }
  if (strcmp (name, "cls") == 0 || g_str_has_suffix (name, "pos_embedding"))
    limit = 0.5;
  else if (g_str_has_suffix (name, "kernel"))
    limit = sqrt (3.0 / (double)count_inputs (name, shape));
  kappa_formula_fill (seed, name, -limit, limit, n, values);
}

static void
fill_part (const KappaTensorPlace *place,
           guint part,
           gboolean google,
           const char *seed,
           double gain,
           float *values)
{
  const KappaTensorEntry *entry = place->parts[part];
  const gsize n = (gsize)kappa_shape_size (&entry->shape);
  g_autofree float *unordered = g_new (float, n);

  if (google)
    fill_google (seed, entry->name, &entry->shape, unordered);
  else
    kappa_formula_tensor (seed, entry->name, &entry->shape, gain, unordered);
  if (place->axes != NULL)
    kappa_key_axes_permute (place->axes, &entry->shape, unordered, values, sizeof (float));
  else
    memcpy (values, unordered, n * sizeof *values);
}

/* The weights depend on names, as the file has them, alone. */
static void
fill_weights (GoldenNet *net,
              const KappaMatch *match,
              gboolean google,
              const char *seed,
              double gain)
{
  gsize at[2] = { 0 };

  for (guint i = 0; i < net->listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (net->listing->tensors, KappaTensorSpec, i);
      const KappaTensorPlace *place = &match->places[i];
      const gboolean trained = spec->role == KAPPA_ROLE_PARAMETER;
      const gsize size = (gsize)kappa_shape_size (&spec->shape);
      double *target = (trained ? net->weights : net->buffers) + at[trained];
      g_autofree float *values = g_new (float, size);

      for (guint part = 0; part < place->n_parts; part++)
        fill_part (place, part, google, seed, gain, values + part * (size / place->n_parts));
      for (gsize j = 0; j < size; j++)
        target[j] = values[j];
      at[trained] += size;
    }
}

static void
fill_vector (GoldenFile *file, const char *seed)
{
  file->vector = g_new (double, file->net.n_weights);
  for (guint i = 0; i < file->net.parameters->len; i++)
    {
      const GoldenParameter *parameter = &g_array_index (file->net.parameters, GoldenParameter, i);
      g_autofree char *name = g_strconcat ("v:", parameter->name, NULL);
      g_autofree float *values = g_new (float, parameter->size);

      kappa_formula_fill (seed, name, -1.0, 1.0, parameter->size, values);
      for (gsize j = 0; j < parameter->size; j++)
        file->vector[parameter->offset + j] = values[j];
    }
}

static gboolean
fetch_images (gint64 first, gint64 n, KappaDtype real, void *values, gpointer data, GError **error)
{
  const GoldenFile *file = data;
  const gsize size = (gsize)kappa_shape_size (&file->net.image);
  const float *from = file->input + (gsize)first * size;

  for (gsize i = 0; i < (gsize)n * size; i++)
    if (real == KAPPA_F64)
      ((double *)values)[i] = from[i];
    else
      ((float *)values)[i] = from[i];
  return TRUE;
}

static void
fetch_labels (gint64 first, gint64 n, gint32 *labels, gpointer data)
{
  memcpy (labels, ((const GoldenFile *)data)->labels + first, (gsize)n * sizeof *labels);
}

/* Cross-entropy has a label for each image; what explains a logit has one target. */
static void
read_labels (GoldenFile *file)
{
  gsize n = 0;
  guint32 list = kappa_json_lookup (file->json, 0, "labels");
  g_autofree double *labels = NULL;
  guint64 target;

  file->labels = g_new0 (gint32, (gsize)file->net.n_samples);
  file->net.explain
      = kappa_json_get_unsigned (file->json, kappa_json_lookup (file->json, 0, "target"), &target);
  if (file->net.explain)
    file->labels[0] = (gint32)target;
  if (list == KAPPA_JSON_MISSING)
    return;
  labels = golden_numbers (file, list, &n);
  for (gsize i = 0; i < n && i < (gsize)file->net.n_samples; i++)
    file->labels[i] = (gint32)labels[i];
}

/* Finds out what the network is; weights take room, and are made by golden_formula_load(). */
gboolean
golden_formula_open (GoldenFile *file, GError **error)
{
  const KappaPresetHints hints = { .file_name = file->name };
  const KappaModelOptions options = { NULL, NULL };

  file->table = read_tensors (file);
  file->net.recognition = kappa_recognise (file->table, error);
  if (file->net.recognition == NULL)
    return FALSE;
  file->net.preset = kappa_preset_choose (file->net.recognition, &hints, &options, error);
  if (file->net.preset == NULL)
    return FALSE;
  file->match = kappa_recognition_match (file->net.recognition, file->table, error);
  if (file->match == NULL)
    return FALSE;
  golden_net_init (&file->net, file->match->listing);
  file->net.listing = g_steal_pointer (&file->match->listing);
  return TRUE;
}

void
golden_formula_load (GoldenFile *file)
{
  GoldenNet *net = &file->net;
  const KappaShape input = read_shape (file, kappa_json_lookup (file->json, 0, "input"));
  const gsize n_input = (gsize)kappa_shape_size (&input);
  g_autofree char *seed = golden_text (file, "seed", ""),
                  *layout = golden_text (file, "layout", "");
  double gain = 1.0;

  net->weights = g_new (double, net->n_weights);
  net->buffers = g_new (double, net->n_buffers);
  kappa_json_get_double (file->json, kappa_json_lookup (file->json, 0, "gain"), &gain);
  fill_weights (net, file->match, g_str_has_prefix (layout, "Google"), seed, gain);
  fill_vector (file, seed);
  file->input = g_new (float, n_input);
  kappa_formula_fill (seed, "input", -2.0, 2.0, n_input, file->input);
  net->n_samples = input.dims[0];
  net->image = KAPPA_SHAPE (input.dims[1], input.dims[2], input.dims[3]);
  net->fetch_images = fetch_images;
  net->fetch_labels = fetch_labels;
  net->data = file;
  read_labels (file);
}

/* All that takes room; the file can be loaded again. */
void
golden_formula_unload (GoldenFile *file)
{
  g_clear_pointer (&file->net.weights, g_free);
  g_clear_pointer (&file->net.buffers, g_free);
  g_clear_pointer (&file->vector, g_free);
  g_clear_pointer (&file->input, g_free);
  g_clear_pointer (&file->labels, g_free);
}
