#include "core/analysis/activity-run.h"

#include <math.h>

/* Images between two looks at what was found; what is in flight is lost when the process is killed.
 */
#define IMAGES_AT_ONCE 256

/* By layer and image. */
static const struct
{
  const char *array, *unit, *definition;
} kept[KAPPA_ACTIVITY_N_FIGURES] = {
  [KAPPA_ACTIVITY_ACTIVE] = { "active_by_image", "", "share of a layer's neurons that are active" },
  [KAPPA_ACTIVITY_SQUARES] = { ".squares", "", "sum of the squares of a layer's activations" },
  [KAPPA_ACTIVITY_PRE_SQUARES]
  = { ".pre_squares", "",
      "sum of the squares of what a layer's activation function is applied to" },
  [KAPPA_ACTIVITY_KINK]
  = { ".kink", "", "smallest size of what a layer's activation function is applied to" },
};

/**
 * kappa_activity_declare:
 *
 * Adds the arrays that fill image by image, or keeps those that are there.
 */
void
kappa_activity_declare (KappaActivityRun *run)
{
  guint n_layers;
  gsize cells = 1 + kappa_activity_counter_get_n_neurons (run->counter), dims[2];
  KappaArray *state;

  kappa_activity_counter_get_layers (run->counter, &n_layers);
  dims[0] = n_layers;
  dims[1] = (gsize)run->n_images;
  for (guint f = 0; f < KAPPA_ACTIVITY_N_FIGURES; f++)
    {
      g_autofree char *text
          = g_strdup_printf ("%s, %s; of %s", kept[f].definition, run->rule, run->description);
      KappaArray *array = kappa_array_new (kept[f].array, kept[f].unit, text, 2, dims);

      kappa_array_set_axis (array, 0, "layer", NULL);
      kappa_array_set_axis (array, 1, "image", NULL);
      kappa_result_take_array (run->result, array);
    }
  state = kappa_array_new (".active_cells", "",
                           "images so far; for each neuron, on how many of them it was active", 1,
                           &cells);
  kappa_array_set_axis (state, 0, "neuron", NULL);
  kappa_result_take_array (run->result, state);
}

/**
 * kappa_activity_count_done:
 *
 * Returns: how many images are counted already
 */
gint64
kappa_activity_count_done (KappaActivityRun *run)
{
  double done;

  return kappa_result_get_value (run->result, ".active_cells", 0, &done) ? (gint64)done : 0;
}

static void
keep_figures (KappaActivityRun *run, guint layer, gint64 first, gint64 count)
{
  guint n_layers;
  const KappaActivityLayer *layers = kappa_activity_counter_get_layers (run->counter, &n_layers);
  gsize at = layer * (gsize)run->n_images + (gsize)first;
  double n = (double)(layers[layer].n_units * layers[layer].n_tokens);
  g_autofree double *shares = g_new (double, count);

  for (guint f = 0; f < KAPPA_ACTIVITY_N_FIGURES; f++)
    {
      const double *values = kappa_activity_counter_get_figure (run->counter, f, layer);

      if (values == NULL)
        continue;
      for (gint64 i = 0; i < count; i++)
        shares[i] = f == KAPPA_ACTIVITY_ACTIVE ? values[i] / n : values[i];
      kappa_result_set_values (run->result, kept[f].array, at, (gsize)count, shares);
    }
}

/* Adds the last run to @cells, the state, and keeps it all. */
static void
keep (KappaActivityRun *run, double *cells, gint64 first, gint64 count)
{
  guint n_layers;
  const KappaActivityLayer *layers = kappa_activity_counter_get_layers (run->counter, &n_layers);

  for (guint k = 0; k < n_layers; k++)
    {
      const double *counts = kappa_activity_counter_get_cells (run->counter, k);

      keep_figures (run, k, first, count);
      for (gsize i = 0; i < layers[k].n_units * layers[k].n_tokens; i++)
        cells[1 + layers[k].first + i] += counts[i];
    }
  cells[0] = (double)(first + count);
  kappa_result_set_values (run->result, ".active_cells", 0,
                           1 + kappa_activity_counter_get_n_neurons (run->counter), cells);
}

/**
 * kappa_activity_compute:
 *
 * Counts the images that are not counted yet.
 */
gboolean
kappa_activity_compute (KappaActivityRun *run, GError **error)
{
  g_autoptr (KappaArray) state = kappa_result_dup_array (run->result, ".active_cells");
  gint64 done = kappa_activity_count_done (run);

  for (gsize i = 0; done == 0 && i < kappa_array_get_size (state); i++)
    state->values[i] = 0.0;
  for (gint64 first = done; first < run->n_images; first += IMAGES_AT_ONCE)
    {
      gint64 count = MIN (IMAGES_AT_ONCE, run->n_images - first);

      if (!kappa_activity_counter_run (run->counter, first, count, run->context, error))
        return FALSE;
      keep (run, state->values, first, count);
    }
  return TRUE;
}
