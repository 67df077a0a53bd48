#include "core/analysis/block-times.h"
#include "core/analysis/feature-maps.h"
#include "core/analysis/image-probe.h"
#include "core/models/preset.h"
#include "core/models/sample.h"
#include "tests/support/shared.h"

#include <math.h>
#include <string.h>

/* Looking into a network: against the weights themselves, and against each other. */

static KappaWorkers *workers;

static KappaModel *
open_sample (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return model;
}

/* A picture with an edge, a gradient and some noise. */
static KappaImage *
make_image (guint side)
{
  KappaImage *image = kappa_image_new (side, side);

  for (guint i = 0; i < side * side * 3; i++)
    image->pixels[i] = (guint8)((i / 3 % side * 7 + i / 3 / side * 3 + (i * 2654435761u >> 27)
                                 + (i / 3 % side > side / 2 ? 90 : 0))
                                & 255);
  return image;
}

static GPtrArray *
probe (KappaModel *model, const char *const *names, KappaPrecision precision)
{
  guint height, width;
  g_autoptr (KappaImage) image = NULL;
  g_autoptr (KappaImageProbe) self = NULL;
  g_autoptr (GError) error = NULL;
  KappaContext context = { .workers = workers };
  GPtrArray *values;

  kappa_model_get_input_size (model, &height, &width);
  image = make_image (height);
  self = kappa_image_probe_new (model, image, &error);
  g_assert_no_error (error);
  values = kappa_image_probe_run (self, names, precision, &context, &error);
  g_assert_no_error (error);
  return values;
}

static const double *
find_wide (KappaModel *model, const char *name)
{
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    if (strcmp (kappa_model_get_parameter (model, i)->name, name) == 0)
      return kappa_model_get_parameters_wide (model, NULL)
             + kappa_model_get_parameter (model, i)->offset;
  for (guint i = 0; i < kappa_model_get_n_buffers (model); i++)
    if (strcmp (kappa_model_get_buffer (model, i)->name, name) == 0)
      return kappa_model_get_buffers_wide (model, NULL) + kappa_model_get_buffer (model, i)->offset;
  g_assert_not_reached ();
}

/* One number of the first convolution, batch norm and relu, summed up by hand. */
static double
first_by_hand (KappaModel *model, const double *input, guint channel, int row, int column)
{
  const double *weight = find_wide (model, "conv1.weight");
  const KappaPreset *preset = kappa_model_get_preset (model);
  double sum = 0.0;

  for (int c = 0; c < 3; c++)
    for (int dy = -1; dy <= 1; dy++)
      for (int dx = -1; dx <= 1; dx++)
        if (row + dy >= 0 && row + dy < 32 && column + dx >= 0 && column + dx < 32)
          sum += weight[((channel * 3 + (guint)c) * 3 + (guint)(dy + 1)) * 3 + (guint)(dx + 1)]
                 * input[(c * 32 + row + dy) * 32 + column + dx];
  sum = (sum - find_wide (model, "bn1.running_mean")[channel])
            / sqrt (find_wide (model, "bn1.running_var")[channel] + preset->choices.norm_epsilon)
            * find_wide (model, "bn1.weight")[channel]
        + find_wide (model, "bn1.bias")[channel];
  return MAX (sum, 0.0);
}

static void
test_first_layer (void)
{
  static const char *const names[] = { "stem", "conv1", "logits", NULL };
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (GPtrArray) values = probe (model, names, KAPPA_PRECISION_FLOAT64);
  const KappaProbed *stem = values->pdata[0], *conv = values->pdata[1];
  g_autoptr (KappaImage) image = make_image (32);
  const KappaPreprocess *preprocess = &kappa_model_get_preset (model)->preprocess;
  g_autofree guint8 *pixels = g_malloc (kappa_preprocess_get_size (preprocess));
  g_autofree double *input = g_new (double, 3 * 32 * 32);

  g_assert_true (kappa_preprocess_apply (preprocess, image, pixels, NULL));
  kappa_preprocess_normalize (preprocess, pixels, 1, KAPPA_PIXEL_DOUBLE, input);
  g_assert_cmpuint (stem->n, ==, 16 * 32 * 32);
  for (guint channel = 0; channel < 16; channel += 5)
    for (int at = 0; at < 32; at += 31)
      {
        const double expected = first_by_hand (model, input, channel, at, 31 - at / 2);
        const gsize place = (channel * 32 + (gsize)at) * 32 + (gsize)(31 - at / 2);

        g_assert_cmpfloat_with_epsilon (stem->values[place], expected, 1e-12);
        /* The layer itself ends before the relu. */
        g_assert_cmpfloat_with_epsilon (MAX (conv->values[place], 0.0), expected, 1e-12);
      }
}

/* The features the last layer sees give the logits. */
static void
test_pooled_gives_logits (void)
{
  static const char *const names[] = { "logits", "pooled", "layer3", NULL };
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (GPtrArray) values = probe (model, names, KAPPA_PRECISION_FLOAT64);
  const KappaProbed *logits = values->pdata[0], *pooled = values->pdata[1],
                    *last = values->pdata[2];
  const double *weight = find_wide (model, "linear.weight"),
               *bias = find_wide (model, "linear.bias");
  g_autoptr (KappaMaps) maps = kappa_maps_new_for_features (last, 32, 32);

  g_assert_cmpuint (maps->n, ==, 64);
  g_assert_cmpuint (maps->height, ==, 8);
  for (guint c = 0; c < 64; c++)
    g_assert_cmpfloat_with_epsilon (kappa_maps_measure (maps, c, 1).mean, pooled->values[c], 1e-12);
  for (guint k = 0; k < 10; k++)
    {
      double sum = bias[k];

      for (guint c = 0; c < 64; c++)
        sum += weight[k * 64 + c] * pooled->values[c];
      g_assert_cmpfloat_with_epsilon (logits->values[k], sum, 1e-11);
    }
}

static void
test_float32_and_zeros (void)
{
  static const char *const names[] = { "logits", "layer1.0", NULL };
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (GPtrArray) narrow = probe (model, names, KAPPA_PRECISION_FLOAT32),
                        wide = probe (model, names, KAPPA_PRECISION_FLOAT64);
  const KappaProbed *a = narrow->pdata[1], *b = wide->pdata[1];
  gsize differ = 0;

  for (gsize i = 0; i < a->n; i++)
    {
      g_assert_cmpfloat_with_epsilon (a->values[i], b->values[i], 1e-4);
      g_assert_cmpfloat (a->values[i], >=, 0.0);
      differ += (a->values[i] == 0.0) != (b->values[i] == 0.0);
    }
  g_assert_cmpuint (differ, <=, a->n / 1000);
}

static void
test_rank (void)
{
  double logits[] = { 1.0, 3.0, -2.0, 3.0 };
  KappaProbed probed = { .n = 4, .values = logits };
  g_autoptr (GArray) guesses = kappa_image_probe_rank (&probed, 3);
  const double sum = exp (-2.0) + 1.0 + exp (-5.0) + 1.0;

  g_assert_cmpuint (guesses->len, ==, 3);
  g_assert_cmpuint (g_array_index (guesses, KappaGuess, 0).index, ==, 1);
  g_assert_cmpuint (g_array_index (guesses, KappaGuess, 1).index, ==, 3);
  g_assert_cmpuint (g_array_index (guesses, KappaGuess, 2).index, ==, 0);
  g_assert_cmpfloat_with_epsilon (g_array_index (guesses, KappaGuess, 0).probability, 1.0 / sum,
                                  1e-15);
  logits[2] = NAN;
  g_array_unref (g_steal_pointer (&guesses));
  guesses = kappa_image_probe_rank (&probed, 3);
  g_assert_cmpuint (guesses->len, ==, 0);
}

static void
test_unknown_name (void)
{
  static const char *const names[] = { "logits", "layer9", NULL };
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (KappaImage) image = make_image (32);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaImageProbe) self = kappa_image_probe_new (model, image, NULL);
  KappaContext context = { .workers = workers };

  g_assert_null (kappa_image_probe_run (self, names, KAPPA_PRECISION_FLOAT32, &context, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "layer9"));
}

static void
test_leading_tokens (void)
{
  guint rows, columns;

  g_assert_cmpuint (kappa_tokens_find_leading (197, 224, 224, &rows, &columns), ==, 1);
  g_assert_cmpuint (rows, ==, 14);
  g_assert_cmpuint (columns, ==, 14);
  g_assert_cmpuint (kappa_tokens_find_leading (196, 224, 224, &rows, &columns), ==, 0);
  g_assert_cmpuint (kappa_tokens_find_leading (198, 224, 224, &rows, &columns), ==, 2);
  g_assert_cmpuint (kappa_tokens_find_leading (1 + 7 * 14, 224, 448, &rows, &columns), ==, 1);
  g_assert_cmpuint (rows, ==, 7);
  g_assert_cmpuint (columns, ==, 14);
  g_assert_cmpuint (kappa_tokens_find_leading (211, 224, 224, &rows, &columns), ==, G_MAXUINT);
}

/* Two heads over a class token and four patches; rows of attention sum to 1. */
static KappaProbed *
make_attention (guint seed)
{
  KappaProbed *attention = g_new0 (KappaProbed, 1);

  attention->shape = KAPPA_SHAPE (2, 5, 5);
  attention->n = 50;
  attention->values = g_new (double, 50);
  for (guint row = 0; row < 10; row++)
    {
      double sum = 0.0;

      for (guint j = 0; j < 5; j++)
        sum += attention->values[row * 5 + j] = 1.0 + (row * 7 + j * j * 3 + seed) % 5;
      for (guint j = 0; j < 5; j++)
        attention->values[row * 5 + j] /= sum;
    }
  return attention;
}

static void
test_attention (void)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_probed_free);
  const KappaProbed *first, *second;
  g_autoptr (KappaMaps) heads = NULL, rollout = NULL, mean = NULL;

  g_ptr_array_add (layers, make_attention (0));
  g_ptr_array_add (layers, make_attention (3));
  first = layers->pdata[0];
  second = layers->pdata[1];
  heads = kappa_maps_new_for_attention (first, 2, 32, 32);
  mean = kappa_maps_new_for_attention (first, KAPPA_TOKEN_MEAN, 32, 32);
  g_assert_cmpuint (heads->n, ==, 3);
  g_assert_cmpuint (heads->n_leading, ==, 1);
  for (guint t = 0; t < 4; t++)
    {
      const double a = first->values[(0 * 5 + 2) * 5 + t + 1],
                   b = first->values[(1 * 5 + 2) * 5 + t + 1];
      double all = 0.0;

      for (guint row = 0; row < 5; row++)
        all += first->values[row * 5 + t + 1] / 5.0;
      g_assert_cmpfloat (heads->values[t], ==, a);
      g_assert_cmpfloat_with_epsilon (heads->values[8 + t], (a + b) / 2.0, 1e-15);
      g_assert_cmpfloat_with_epsilon (mean->values[t], all, 1e-15);
    }
  /* Matrix by matrix. */
  rollout = kappa_maps_new_for_rollout (layers, 0, 32, 32);
  for (guint t = 0; t < 4; t++)
    {
      double expected = 0.0;

      for (guint k = 0; k < 5; k++)
        {
          const double above
              = 0.5 * ((second->values[k] + second->values[25 + k]) / 2.0 + (k == 0));
          const double below
              = 0.5
                * ((first->values[k * 5 + t + 1] + first->values[25 + k * 5 + t + 1]) / 2.0
                   + (k == t + 1));

          expected += above * below;
        }
      g_assert_cmpfloat_with_epsilon (rollout->values[t], expected, 1e-15);
    }
  g_assert_null (kappa_maps_new_for_attention (first, 5, 32, 32));
}

/* Every block takes the time of what is in it; nothing that computes takes none. */
static void
test_times (void)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (KappaBlocks) blocks = kappa_model_list_blocks (model, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaContext context = { .workers = workers, .cancellable = cancellable };
  g_autofree double *seconds = kappa_block_times_measure (model, blocks, 3, &context, &error);
  guint n_without = 0;

  g_assert_no_error (error);
  g_assert_cmpfloat (seconds[0], >, 0.0);
  for (guint i = 0; i < kappa_blocks_get_n (blocks); i++)
    {
      const KappaBlock *block = kappa_blocks_get (blocks, i);
      double sum = 0.0;

      for (guint k = 0; block->children != NULL && k < block->children->len; k++)
        sum += seconds[g_array_index (block->children, guint, k)];
      if (block->children != NULL && i > 0)
        g_assert_cmpfloat_with_epsilon (seconds[i], sum, 1e-9);
      n_without += block->macs > 0 && seconds[i] <= 0.0;
    }
  g_assert_cmpuint (n_without, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_null (kappa_block_times_measure (model, blocks, 3, &context, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  workers = kappa_workers_new (2);
  g_test_add_func ("/analysis/image-probe/first-layer", test_first_layer);
  g_test_add_func ("/analysis/image-probe/pooled-gives-logits", test_pooled_gives_logits);
  g_test_add_func ("/analysis/image-probe/float32-and-zeros", test_float32_and_zeros);
  g_test_add_func ("/analysis/image-probe/rank", test_rank);
  g_test_add_func ("/analysis/image-probe/unknown-name", test_unknown_name);
  g_test_add_func ("/analysis/image-probe/leading-tokens", test_leading_tokens);
  g_test_add_func ("/analysis/image-probe/attention", test_attention);
  g_test_add_func ("/analysis/image-probe/times", test_times);
  status = g_test_run ();
  kappa_workers_unref (workers);
  return status;
}
