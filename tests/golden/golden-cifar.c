#include "tests/golden/golden.h"

#include <math.h>
#include <string.h>

#include "core/data/batch.h"
#include "core/models/preset.h"
#include "tests/support/formula.h"
#include "tests/support/shared.h"

/*
 * Files about a published CIFAR checkpoint on test images: everything from the file to the number
 * is tried.
 */

gboolean
golden_cifar_fits (const GoldenFile *file)
{
  return kappa_json_lookup (file->json, 0, "file") != KAPPA_JSON_MISSING
         && kappa_json_lookup (file->json, 0, "images") != KAPPA_JSON_MISSING;
}

static gboolean
fetch_images (gint64 first, gint64 n, KappaDtype real, void *values, gpointer data, GError **error)
{
  return kappa_batch_source_fetch (KAPPA_BATCH_SOURCE (data), first, n,
                                   real == KAPPA_F64 ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT,
                                   values, error);
}

static void
fetch_labels (gint64 first, gint64 n, gint32 *labels, gpointer data)
{
  kappa_batch_source_fetch_labels (KAPPA_BATCH_SOURCE (data), first, n, labels);
}

/* Test images number @first … @last - 1, or all of them if @last is 0. */
static KappaBatchSource *
open_images (KappaModel *model, guint first, guint last, GError **error)
{
  const KappaBatchOptions options
      = { .n_classes = kappa_model_get_n_classes (model), .need_labels = TRUE };
  const KappaDatasetOptions defaults = { 0 };
  g_autofree char *path = kappa_test_shared_path ("data/cifar10/test_batch.bin");
  g_autofree char *spec = g_strdup_printf ("cifar10:%s", path != NULL ? path : "");
  g_autoptr (KappaDataset) dataset = kappa_dataset_open (spec, &defaults, NULL, error);
  g_autoptr (KappaSelection) selection = NULL;
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  g_autofree char *range = NULL;

  if (dataset == NULL)
    return NULL;
  range = g_strdup_printf ("%u:%u", first, last > 0 ? last : kappa_dataset_get_n_items (dataset));
  selection = kappa_selection_new (dataset, range, 0, 0, error);
  if (selection == NULL)
    return NULL;
  return kappa_batch_source_new (dataset, selection, &kappa_model_get_preset (model)->preprocess,
                                 &options, workers, NULL, NULL, error);
}

static gboolean
load_weights (GoldenNet *net, GError **error)
{
  const double *weights = kappa_model_get_parameters_wide (net->model, error);
  const double *buffers = weights != NULL ? kappa_model_get_buffers_wide (net->model, error) : NULL;

  if (buffers == NULL)
    return FALSE;
  net->parameters = g_array_new (FALSE, FALSE, sizeof (GoldenParameter));
  for (guint i = 0; i < kappa_model_get_n_parameters (net->model); i++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (net->model, i);
      GoldenParameter entry
          = { parameter->name, parameter->shape, parameter->offset, parameter->size };

      g_array_append_val (net->parameters, entry);
    }
  net->n_weights = kappa_model_get_parameters_size (net->model);
  net->n_buffers = kappa_model_get_buffers_size (net->model);
  net->weights = g_memdup2 (weights, net->n_weights * sizeof *weights);
  net->buffers = g_memdup2 (buffers, net->n_buffers * sizeof *buffers);
  return TRUE;
}

static void
fill_direction (const GoldenNet *net, const char *prefix, double *direction)
{
  for (guint i = 0; i < net->parameters->len; i++)
    {
      const GoldenParameter *parameter = &g_array_index (net->parameters, GoldenParameter, i);
      g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);
      g_autofree float *values = g_new (float, parameter->size);

      kappa_formula_fill ("", name, -1.0, 1.0, parameter->size, values);
      for (gsize j = 0; j < parameter->size; j++)
        direction[parameter->offset + j] = values[j];
    }
}

gboolean
golden_cifar_open (GoldenFile *file, GError **error)
{
  g_autofree char *name = golden_text (file, "file", ""),
                  *relative = g_build_filename ("data", "cifar-resnet", name, NULL);
  g_autofree char *path = kappa_test_shared_path (relative);
  GoldenNet *net = &file->net;
  gsize n;
  g_autofree double *images
      = golden_numbers (file, kappa_json_lookup (file->json, 0, "images"), &n);

  net->model = kappa_model_open (path != NULL ? path : name, NULL, NULL, error);
  if (net->model == NULL || !load_weights (net, error))
    return FALSE;
  file->images = (GObject *)open_images (net->model, (guint)images[0], (guint)images[1], error);
  if (file->images == NULL)
    return FALSE;
  net->n_samples = kappa_batch_source_get_n (KAPPA_BATCH_SOURCE (file->images));
  net->image = KAPPA_SHAPE (3, 32, 32);
  net->fetch_images = fetch_images;
  net->fetch_labels = fetch_labels;
  net->data = file->images;
  file->vector = g_new (double, net->n_weights);
  fill_direction (net, "v:", file->vector);
  return TRUE;
}

static void
check_correct (GoldenFile *file, KappaDtype real, guint32 value)
{
  golden_compare ("correct", (double)golden_run_count (golden_file_run (file, real)),
                  golden_number (file, value), 0.0);
}

static void
check_formula_v (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const gsize n = file->net.n_weights;
  double curvature = 0.0;

  for (gsize i = 0; i < n; i++)
    curvature += file->vector[i] * run->product[i];
  golden_first_order ("direction", real, golden_norm (file->vector, n),
                      golden_number (file, kappa_json_lookup (file->json, value, "v_norm")));
  golden_second_order ("vHv", real, curvature,
                       golden_number (file, kappa_json_lookup (file->json, value, "vHv")));
  golden_second_order ("Hv", real, golden_norm (run->product, n),
                       golden_number (file, kappa_json_lookup (file->json, value, "Hv_norm")));
}

/* Returns: the loss @a along @x and @b along @y from the weights; @y may be %NULL */
static double
loss_at (const GoldenNet *net,
         KappaDtype real,
         const double *x,
         double a,
         const double *y,
         double b)
{
  g_autofree double *weights = g_new (double, net->n_weights);
  g_autoptr (GoldenRun) run = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < net->n_weights; i++)
    weights[i] = net->weights[i] + a * x[i] + (y != NULL ? b * y[i] : 0.0);
  run = golden_net_run (net, real, GOLDEN_FORWARD, weights, NULL, &error);
  g_assert_no_error (error);
  return run->loss;
}

/* A difference of two losses is as exact as they are. */
static void
check_sam (GoldenFile *file, KappaDtype real, guint32 value)
{
  const GoldenRun *run = golden_file_run (file, real);
  const double norm = golden_norm (run->gradient, file->net.n_weights);

  for (guint32 v = kappa_json_get_first (file->json, value); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v))
    {
      g_autofree char *rho = kappa_json_get_key (file->json, v);
      const double there
          = loss_at (&file->net, real, run->gradient, g_ascii_strtod (rho, NULL) / norm, NULL, 0.0);

      golden_compare (rho, there - run->loss, golden_number (file, v),
                      there * (real == KAPPA_F64 ? 1e-8 : 1e-5));
    }
}

/* Filter normalisation (Li et al. 2018): each filter as long as the weights' filter, vectors zero.
 */
static void
normalise (const GoldenNet *net, double *direction)
{
  for (guint i = 0; i < net->parameters->len; i++)
    {
      const GoldenParameter *parameter = &g_array_index (net->parameters, GoldenParameter, i);
      const gsize n_filters = parameter->shape.rank > 1 ? (gsize)parameter->shape.dims[0] : 1;
      const gsize size = parameter->size / n_filters;

      for (gsize f = 0; f < n_filters; f++)
        {
          double *d = direction + parameter->offset + f * size;
          const double *w = net->weights + parameter->offset + f * size;
          const double factor
              = parameter->shape.rank > 1 ? golden_norm (w, size) / golden_norm (d, size) : 0.0;

          for (gsize j = 0; j < size; j++)
            d[j] *= factor;
        }
    }
}

static void
check_plane (GoldenFile *file, KappaDtype real, guint32 value)
{
  g_autofree double *x = g_new (double, file->net.n_weights),
                    *y = g_new (double, file->net.n_weights);
  gsize n, n_losses;
  g_autofree double *coordinates
      = golden_numbers (file, kappa_json_lookup (file->json, value, "coords"), &n);
  g_autofree double *losses
      = golden_numbers (file, kappa_json_lookup (file->json, value, "loss"), &n_losses);

  g_assert_cmpuint (n * n, ==, n_losses);
  fill_direction (&file->net, "x:", x);
  fill_direction (&file->net, "y:", y);
  normalise (&file->net, x);
  normalise (&file->net, y);
  for (gsize i = 0; i < n_losses; i++)
    golden_first_order ("loss", real,
                        loss_at (&file->net, real, x, coordinates[i / n], y, coordinates[i % n]),
                        losses[i]);
}

static void
check_test_set (GoldenFile *file, KappaDtype real, guint32 value)
{
  GoldenNet net = file->net;
  g_autoptr (KappaBatchSource) images = NULL;
  g_autoptr (GoldenRun) run = NULL;
  g_autoptr (GError) error = NULL;

  if (real == KAPPA_F64 && g_getenv ("KAPPA_SLOW") == NULL)
    {
      g_test_skip ("10,000 images in float64 take long; KAPPA_SLOW=1 runs them");
      return;
    }
  images = open_images (net.model, 0, 0, &error);
  g_assert_no_error (error);
  net.n_samples = kappa_batch_source_get_n (images);
  net.data = images;
  run = golden_net_run (&net, real, GOLDEN_FORWARD, net.weights, NULL, &error);
  g_assert_no_error (error);
  golden_first_order ("loss", real, run->loss,
                      golden_number (file, kappa_json_lookup (file->json, value, "loss")));
  golden_compare ("correct", (double)golden_run_count (run),
                  golden_number (file, kappa_json_lookup (file->json, value, "correct")), 0.0);
}

const GoldenCheck golden_cifar_checks[] = {
  { "loss", golden_check_loss },
  { "correct", check_correct },
  { .key = "grad_norm", .check = golden_check_grad_norm, .order = GOLDEN_GRADIENT },
  { .key = "formula_v", .check = check_formula_v, .order = GOLDEN_SECOND_ORDER },
  { .key = "sam", .check = check_sam, .order = GOLDEN_GRADIENT },
  { "plane", check_plane },
  { "test_set", check_test_set },
  { "eigenvalues", golden_check_eigenvalues },
  { "smallest", golden_check_smallest },
  { "ritz", golden_check_ritz },
};
const guint golden_n_cifar_checks = G_N_ELEMENTS (golden_cifar_checks);
