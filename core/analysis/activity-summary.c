#include <math.h>

#include "core/analysis/activity-run.h"

/* What is known of one layer over all images. */
typedef struct
{
  double active; /* share of its neurons */
  double low, high;
  gsize dead_units, saturated_units;
  gsize dead_neurons, saturated_neurons;
  double kink; /* NAN where there is none */
  double norm, pre_rms;
} LayerSummary;

static gsize
n_neurons (const KappaActivityLayer *layer)
{
  return layer->n_units * layer->n_tokens;
}

/* Where neuron (unit, token) of a layer lies. */
static gsize
locate (const KappaActivityLayer *layer, gsize unit, gsize token)
{
  return layer->unit_last ? token * layer->n_units + unit : unit * layer->n_tokens + token;
}

static void
summarise_images (KappaActivityRun *run,
                  const KappaActivityLayer *layer,
                  guint index,
                  LayerSummary *summary)
{
  g_autoptr (KappaArray) shares = kappa_result_dup_array (run->result, "active_by_image");
  g_autoptr (KappaArray) squares = kappa_result_dup_array (run->result, ".squares");
  g_autoptr (KappaArray) before = kappa_result_dup_array (run->result, ".pre_squares");
  g_autoptr (KappaArray) kinks = kappa_result_dup_array (run->result, ".kink");
  gsize n = (gsize)run->n_images, row = index * n;
  double sum = 0.0;

  kappa_mean_interval (shares->values + row, n, &summary->active, &summary->low, &summary->high);
  summary->kink = layer->has_kink ? INFINITY : NAN;
  for (gsize i = row; i < row + n; i++)
    {
      summary->kink = fmin (summary->kink, kinks->values[i]);
      summary->norm += sqrt (squares->values[i]) / (double)n;
      sum += before->values[i];
    }
  summary->pre_rms = sqrt (sum / ((double)n * (double)n_neurons (layer)));
}

static void
summarise_neurons (KappaActivityRun *run,
                   const KappaActivityLayer *layer,
                   const double *cells,
                   LayerSummary *summary)
{
  const double all = (double)run->n_images;

  for (gsize u = 0; u < layer->n_units; u++)
    {
      gsize dead = 0, saturated = 0;

      for (gsize t = 0; t < layer->n_tokens; t++)
        {
          dead += cells[locate (layer, u, t)] == 0.0;
          saturated += cells[locate (layer, u, t)] == all;
        }
      summary->dead_units += dead == layer->n_tokens;
      summary->saturated_units += saturated == layer->n_tokens;
      summary->dead_neurons += dead;
      summary->saturated_neurons += saturated;
    }
}

static double
share_of_unit (const KappaActivityLayer *layer, const double *cells, gsize unit)
{
  double sum = 0.0;

  for (gsize t = 0; t < layer->n_tokens; t++)
    sum += cells[locate (layer, unit, t)];
  return sum / (double)layer->n_tokens;
}

static double
share_of_token (const KappaActivityLayer *layer, const double *cells, gsize token)
{
  double sum = 0.0;

  for (gsize u = 0; u < layer->n_units; u++)
    sum += cells[locate (layer, u, token)];
  return sum / (double)layer->n_units;
}

/* A row for each layer; layers have different numbers of units, so rows end early. */
static void
take_map (KappaActivityRun *run,
          const double *cells,
          gboolean tokens,
          const char *name,
          const char *what)
{
  guint n_layers;
  const KappaActivityLayer *layers = kappa_activity_counter_get_layers (run->counter, &n_layers);
  gsize dims[] = { n_layers, 1 };
  g_autofree char *text
      = g_strdup_printf ("share of the images and of the %s on which a %s is active, %s; of %s",
                         tokens ? "units" : "positions", what, run->rule, run->description);
  KappaArray *array;

  for (guint k = 0; k < n_layers; k++)
    dims[1] = MAX (dims[1], tokens ? layers[k].n_tokens : layers[k].n_units);
  array = kappa_array_new (name, "", text, 2, dims);
  kappa_array_set_axis (array, 0, "layer", NULL);
  kappa_array_set_axis (array, 1, what, NULL);
  for (guint k = 0; k < n_layers; k++)
    for (gsize i = 0; i < (tokens ? layers[k].n_tokens : layers[k].n_units); i++)
      {
        const double *own = cells + layers[k].first;
        double count
            = tokens ? share_of_token (&layers[k], own, i) : share_of_unit (&layers[k], own, i);

        array->values[k * dims[1] + i] = count / (double)run->n_images;
        array->present[k * dims[1] + i] = 1;
      }
  kappa_result_take_array (run->result, array);
}

static KappaTable *
new_layer_table (KappaActivityRun *run)
{
  static const KappaColumn columns[] = {
    { "layer", "", KAPPA_COLUMN_TEXT },
    { "units", "", KAPPA_COLUMN_INTEGER },
    { "positions", "", KAPPA_COLUMN_INTEGER },
    { "active", "", KAPPA_COLUMN_NUMBER },
    { "active_low", "", KAPPA_COLUMN_NUMBER },
    { "active_high", "", KAPPA_COLUMN_NUMBER },
    { "dead_units", "", KAPPA_COLUMN_INTEGER },
    { "saturated_units", "", KAPPA_COLUMN_INTEGER },
    { "dead_neurons", "", KAPPA_COLUMN_INTEGER },
    { "saturated_neurons", "", KAPPA_COLUMN_INTEGER },
    { "nearest_kink", "", KAPPA_COLUMN_NUMBER },
    { "nearest_kink_relative", "", KAPPA_COLUMN_NUMBER },
    { "activation_norm", "", KAPPA_COLUMN_NUMBER },
  };
  g_autofree char *text = g_strdup_printf (
      "by layer: share of active neurons, %s, with its 95 %% interval over images; units (all "
      "their positions) and single neurons that are active on none (dead) or on all (saturated) of "
      "the images; the smallest |h| of what the activation function is applied to, also in units "
      "of the root mean square of h, where the function has a kink at 0, unlike gelu; the mean "
      "Euclidean norm of an image's activations; of %s",
      run->rule, run->description);

  return kappa_table_new ("layers", text, G_N_ELEMENTS (columns), columns);
}

static void
take_weights (KappaActivityRun *run)
{
  static const KappaColumn columns[] = {
    { "tensor", "", KAPPA_COLUMN_TEXT },
    { "layer", "", KAPPA_COLUMN_TEXT },
    { "numbers", "", KAPPA_COLUMN_INTEGER },
    { "norm", "", KAPPA_COLUMN_NUMBER },
    { "root_mean_square", "", KAPPA_COLUMN_NUMBER },
  };
  KappaTable *table
      = kappa_table_new ("weights", "Euclidean norm of every trained tensor, in float64",
                         G_N_ELEMENTS (columns), columns);
  const double *weights = kappa_model_get_parameters_wide (run->model, NULL);
  double all = 0.0;

  for (guint p = 0; weights != NULL && p < kappa_model_get_n_parameters (run->model); p++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (run->model, p);
      double sum = 0.0;

      for (gsize i = 0; i < parameter->size; i++)
        sum += weights[parameter->offset + i] * weights[parameter->offset + i];
      all += sum;
      kappa_table_add_row (table, parameter->name, parameter->layer, (gint64)parameter->size,
                           sqrt (sum), sqrt (sum / (double)parameter->size));
    }
  kappa_result_take_table (run->result, table);
  kappa_result_set_scalar (run->result, "weight_norm", sqrt (all), "", KAPPA_CERTAINTY_EXACT,
                           "Euclidean length of all trained parameters, in float64");
}

/* The share of all neurons of the network, on each image. */
static void
set_active_fraction (KappaActivityRun *run)
{
  guint n_layers;
  const KappaActivityLayer *layers = kappa_activity_counter_get_layers (run->counter, &n_layers);
  g_autoptr (KappaArray) shares = kappa_result_dup_array (run->result, "active_by_image");
  gsize n = (gsize)run->n_images;
  g_autofree double *by_image = g_new0 (double, n), *by_fold = NULL;
  double neurons = (double)kappa_activity_counter_get_n_neurons (run->counter), mean = 0.0;
  const guint n_folds = run->folds != NULL ? kappa_folds_get_n (run->folds) : 0;
  g_autofree char *text = g_strdup_printf (
      "share of active neurons of all layers together, every neuron with the same weight, %s; of "
      "%s",
      run->rule, run->description);

  for (gsize i = 0; i < n; i++)
    {
      for (guint k = 0; k < n_layers; k++)
        by_image[i] += shares->values[k * n + i] * (double)n_neurons (&layers[k]) / neurons;
      mean += by_image[i] / (double)n;
    }
  kappa_result_set_scalar (run->result, "active_fraction", mean, "", KAPPA_CERTAINTY_EXACT, text);
  by_fold = g_new0 (double, n_folds + 1);
  for (guint f = 0; f < n_folds; f++)
    {
      const KappaFold fold = kappa_folds_get (run->folds, f);

      for (gint64 i = 0; i < fold.count; i++)
        by_fold[f] += by_image[fold.images[i]] / (double)fold.count;
    }
  if (n_folds > 0)
    kappa_folds_set_scalar (run->folds, run->result, "active_fraction_over_folds", "", by_fold,
                            text);
}

static void
set_totals (KappaActivityRun *run, const LayerSummary *total)
{
  const struct
  {
    const char *name;
    double value;
    const char *definition;
  } scalars[] = {
    { "dead_units", (double)total->dead_units, "units active on none of the images, anywhere" },
    { "saturated_units", (double)total->saturated_units, "units active on all images, everywhere" },
    { "dead_neurons", (double)total->dead_neurons, "neurons active on none of the images" },
    { "nearest_kink", total->kink,
      "smallest |h| of what an activation function with a kink at 0 is applied to, over all "
      "layers: beside a kink, "
      "differences of gradients say nothing about the Hessian" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("%s; %s; of %s", scalars[i].definition, run->rule, run->description);

      if (isnan (scalars[i].value))
        continue;
      kappa_result_set_scalar (run->result, scalars[i].name, scalars[i].value, "",
                               KAPPA_CERTAINTY_EXACT, text);
    }
}

/**
 * kappa_activity_summarise:
 *
 * Sets the scalars, tables and maps of a complete run.
 */
void
kappa_activity_summarise (KappaActivityRun *run)
{
  g_autoptr (KappaArray) state = kappa_result_dup_array (run->result, ".active_cells");
  const double *cells = state->values + 1;
  guint n_layers;
  const KappaActivityLayer *layers = kappa_activity_counter_get_layers (run->counter, &n_layers);
  KappaTable *table = new_layer_table (run);
  LayerSummary total = { .kink = NAN };

  for (guint k = 0; k < n_layers; k++)
    {
      LayerSummary layer = { 0 };

      summarise_images (run, &layers[k], k, &layer);
      summarise_neurons (run, &layers[k], cells + layers[k].first, &layer);
      kappa_table_add_row (table, layers[k].activation->name, (gint64)layers[k].n_units,
                           (gint64)layers[k].n_tokens, layer.active, layer.low, layer.high,
                           (gint64)layer.dead_units, (gint64)layer.saturated_units,
                           (gint64)layer.dead_neurons, (gint64)layer.saturated_neurons, layer.kink,
                           layer.kink / layer.pre_rms, layer.norm);
      total.dead_units += layer.dead_units;
      total.saturated_units += layer.saturated_units;
      total.dead_neurons += layer.dead_neurons;
      total.kink = fmin (total.kink, layer.kink);
    }
  kappa_result_take_table (run->result, table);
  take_weights (run);
  take_map (run, cells, FALSE, "active_by_unit", "unit");
  take_map (run, cells, TRUE, "active_by_token", "token");
  set_active_fraction (run);
  set_totals (run, &total);
}
