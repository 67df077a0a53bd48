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
    shape.dims[shape.rank++] = (gint64) dims[d];
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
      &KAPPA_SHAPE ((gint64) classes,
                    kappa_tensor_table_lookup (table, "fc.weight")->shape.dims[1]),
      TRUE, 0);
  kappa_tensor_table_add (renewed, "fc.bias", &KAPPA_SHAPE ((gint64) classes), TRUE, 0);
  kappa_tensor_table_free (table);
  return renewed;
}

/* The weights depend on names alone, so they are made in the builder's order. */
static void
fill_weights (GoldenNet *net, const char *seed, double gain)
{
  gsize at[2] = { 0 };

  for (guint i = 0; i < net->listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (net->listing->tensors, KappaTensorSpec, i);
      const gboolean trained = spec->role == KAPPA_ROLE_PARAMETER;
      const gsize size = (gsize) kappa_shape_size (&spec->shape);
      double *target = (trained ? net->weights : net->buffers) + at[trained];
      g_autofree float *values = g_new (float, size);

      kappa_formula_tensor (seed, spec->name, &spec->shape, gain, values);
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
  const gsize size = (gsize) kappa_shape_size (&file->net.image);
  const float *from = file->input + (gsize) first * size;

  for (gsize i = 0; i < (gsize) n * size; i++)
    if (real == KAPPA_F64)
      ((double *) values)[i] = from[i];
    else
      ((float *) values)[i] = from[i];
  return TRUE;
}

static void
fetch_labels (gint64 first, gint64 n, gint32 *labels, gpointer data)
{
  memcpy (labels, ((const GoldenFile *) data)->labels + first, (gsize) n * sizeof *labels);
}

/* Cross-entropy has a label for each image; what explains a logit has one target. */
static void
read_labels (GoldenFile *file)
{
  gsize n = 0;
  guint32 list = kappa_json_lookup (file->json, 0, "labels");
  g_autofree double *labels = NULL;
  guint64 target;

  file->labels = g_new0 (gint32, (gsize) file->net.n_samples);
  file->net.explain
      = kappa_json_get_unsigned (file->json, kappa_json_lookup (file->json, 0, "target"), &target);
  if (file->net.explain)
    file->labels[0] = (gint32) target;
  if (list == KAPPA_JSON_MISSING)
    return;
  labels = golden_numbers (file, list, &n);
  for (gsize i = 0; i < n && i < (gsize) file->net.n_samples; i++)
    file->labels[i] = (gint32) labels[i];
}

gboolean
golden_formula_open (GoldenFile *file, GError **error)
{
  g_autoptr (KappaTensorTable) table = read_tensors (file);
  g_autoptr (KappaMatch) match = NULL;
  g_autofree char *seed = golden_text (file, "seed", "");
  KappaShape input = read_shape (file, kappa_json_lookup (file->json, 0, "input"));
  double gain = 1.0;

  file->net.recognition = kappa_recognise (table, error);
  if (file->net.recognition == NULL)
    return FALSE;
  match = kappa_recognition_match (file->net.recognition, table, error);
  if (match == NULL)
    return FALSE;
  file->net.listing = g_steal_pointer (&match->listing);
  golden_net_init (&file->net, file->net.listing);
  kappa_json_get_double (file->json, kappa_json_lookup (file->json, 0, "gain"), &gain);
  fill_weights (&file->net, seed, gain);
  fill_vector (file, seed);
  file->input = g_new (float, (gsize) kappa_shape_size (&input));
  kappa_formula_fill (seed, "input", -2.0, 2.0, (gsize) kappa_shape_size (&input), file->input);
  file->net.n_samples = input.dims[0];
  file->net.image = KAPPA_SHAPE (input.dims[1], input.dims[2], input.dims[3]);
  file->net.fetch_images = fetch_images;
  file->net.fetch_labels = fetch_labels;
  file->net.data = file;
  read_labels (file);
  return TRUE;
}

static void
check_parameters (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_compare ("parameters", (double) file->net.n_weights, golden_number (file, value), 0.0);
}

static double
largest_logit (const GoldenRun *run)
{
  double largest = 0.0;

  for (gsize i = 0; i < run->n_samples * run->n_classes; i++)
    largest = MAX (largest, fabs (run->logits[i]));
  return largest;
}

static void
check_logits (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const double allowed = largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);
  const gsize per_sample = n / run->n_samples;

  g_assert_cmpuint (per_sample, <=, run->n_classes);
  for (gsize i = 0; i < n; i++)
    golden_compare ("logit", run->logits[i / per_sample * run->n_classes + i % per_sample],
                    expected[i], allowed);
}

static double
mean_of (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum / (double) n;
}

static void
check_logits_mean (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    golden_compare ("mean", mean_of (run->logits + i * run->n_classes, run->n_classes), expected[i],
                    largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

/* The deviation with n, not n - 1, below the sum. */
static void
check_logits_std (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    {
      const double *logits = run->logits + i * run->n_classes;
      const double mean = mean_of (logits, run->n_classes);
      double sum = 0.0;

      for (gsize c = 0; c < run->n_classes; c++)
        sum += (logits[c] - mean) * (logits[c] - mean);
      golden_first_order ("deviation", real, sqrt (sum / (double) run->n_classes), expected[i]);
    }
}

static void
check_argmax (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  gsize n;
  g_autofree double *expected = golden_numbers (file, value, &n);

  g_assert_cmpuint (n, ==, run->n_samples);
  for (gsize i = 0; i < n; i++)
    golden_compare ("class", (double) golden_run_best (run, i), expected[i], 0.0);
}

static void
check_loss (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_first_order ("loss", real, golden_file_run (file, real)->loss,
                      golden_number (file, value));
}

static void
check_logit (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_compare ("logit", run->loss, golden_number (file, value),
                  largest_logit (run) * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

static void
check_grad_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_first_order ("gradient", real, golden_norm (run->gradient, file->net.n_weights),
                      golden_number (file, value));
}

static void
check_grad_norms (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  for (guint32 v = kappa_json_get_first (file->json, value); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v))
    {
      g_autofree char *name = kappa_json_get_key (file->json, v);
      gboolean found = FALSE;

      for (guint i = 0; i < file->net.parameters->len; i++)
        {
          const GoldenParameter *parameter
              = &g_array_index (file->net.parameters, GoldenParameter, i);

          if (strcmp (parameter->name, name) != 0)
            continue;
          found = TRUE;
          golden_first_order (name, real,
                              golden_norm (run->gradient + parameter->offset, parameter->size),
                              golden_number (file, v));
        }
      if (!found)
        g_test_fail_printf ("the network has no parameter %s", name);
    }
}

static void
check_input_grad_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_first_order ("input gradient", real, golden_norm (run->input_gradient, run->n_inputs),
                      golden_number (file, value));
}

/* A map's norm, and values of it at equal distances. */
static void
check_gradient (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const double norm = golden_number (file, kappa_json_lookup (file->json, value, "norm"));
  gsize n;
  g_autofree double *expected
      = golden_numbers (file, kappa_json_lookup (file->json, value, "values"), &n);

  golden_first_order ("norm", real, golden_norm (run->input_gradient, run->n_inputs), norm);
  for (gsize i = 0; i < n; i++)
    golden_compare ("value", run->input_gradient[i * (run->n_inputs / n)], expected[i],
                    norm * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

static void
check_v_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_first_order ("direction", real, golden_norm (file->vector, file->net.n_weights),
                      golden_number (file, value));
}

static void
check_curvature (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  double curvature = 0.0;

  for (gsize i = 0; i < file->net.n_weights; i++)
    curvature += file->vector[i] * run->product[i];
  golden_second_order ("vHv", real, curvature, golden_number (file, value));
}

static void
check_product_norm (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);

  golden_second_order ("Hv", real, golden_norm (run->product, file->net.n_weights),
                       golden_number (file, value));
}

#define MAP "saliency maps other than the gradient are not computed here"

const GoldenCheck golden_formula_checks[] = {
  { "parameters", check_parameters },
  { "logits_first8", check_logits },
  { "logits_mean", check_logits_mean },
  { "logits_std", check_logits_std },
  { "argmax", check_argmax },
  { "loss", check_loss },
  { "grad_norm", check_grad_norm },
  { "grad_norms", check_grad_norms },
  { "input_grad_norm", check_input_grad_norm },
  { "v_norm", check_v_norm },
  { "vHv", check_curvature },
  { "Hv_norm", check_product_norm },
  { "logit", check_logit },
  { "gradient", check_gradient },
  { "integrated_gradients", NULL, MAP },
  { "gradcam_layer3", NULL, MAP },
  { "gradcam_layer4", NULL, MAP },
  { "hirescam_layer4", NULL, MAP },
  { "guided_backprop", NULL, MAP },
  { "occlusion_16_8", NULL, MAP },
};
const guint golden_n_formula_checks = G_N_ELEMENTS (golden_formula_checks);
