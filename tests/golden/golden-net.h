#pragma once

#include "core/graph/program.h"
#include "core/models/model.h"
#include "core/models/preset.h"
#include "core/models/recogniser.h"

/**
 * GoldenParameter:
 *
 * One trained tensor among the flat weights.
 */
typedef struct
{
  const char *name;
  KappaShape shape;
  gsize offset;
  gsize size;
} GoldenParameter;

/**
 * GoldenNet:
 * @model: (nullable): a network from a file; otherwise @recognition is one without, and @preset what
 *   its family has for what no tensor shows
 * @weights: all trained numbers in flat order
 * @image: shape of one image
 * @explain: whether the scalar is the logit at the label instead of the cross-entropy
 * @fetch_images: writes images as float32 or float64
 * @fetch_labels: writes labels
 *
 * A network with its weights and the images it is tried on.
 */
typedef struct
{
  KappaModel *model;
  KappaRecognition *recognition;
  KappaPreset *preset;
  KappaNetworkListing *listing;
  GArray *parameters;
  double *weights;
  double *buffers;
  gsize n_weights;
  gsize n_buffers;
  gint64 n_samples;
  KappaShape image;
  gboolean explain;
  gboolean (*fetch_images) (gint64 first, gint64 n, KappaDtype real, void *values, gpointer data, GError **error);
  void (*fetch_labels) (gint64 first, gint64 n, gint32 *labels, gpointer data);
  gpointer data;
} GoldenNet;

/* What is wanted of a run besides logits and loss. */
typedef enum
{
  GOLDEN_FORWARD,
  GOLDEN_GRADIENT,
  GOLDEN_SECOND_ORDER,
} GoldenOrder;

/**
 * GoldenRun:
 * @logits: (array): samples × classes
 * @labels: (array): of the samples
 * @loss: the mean of the scalar
 * @gradient: (array): of the loss by the weights, in flat order
 * @input_gradient: (array): of the loss by the images
 * @product: (array): the Hessian of the loss times a vector
 */
typedef struct
{
  gsize n_samples;
  gsize n_classes;
  double *logits;
  gint32 *labels;
  double loss;
  double *gradient;
  double *input_gradient;
  gsize n_inputs;
  double *product;
} GoldenRun;

void       golden_net_init   (GoldenNet *net, const KappaNetworkListing *listing);
void       golden_net_clear  (GoldenNet *net);
GoldenRun *golden_net_run    (const GoldenNet *net, KappaDtype real, GoldenOrder order, const double *weights,
                              const double *vector, GError **error);
void       golden_run_free   (GoldenRun *run);
gsize      golden_run_count  (const GoldenRun *run);
gsize      golden_run_best   (const GoldenRun *run, gsize sample);
double     golden_norm       (const double *values, gsize n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoldenRun, golden_run_free)
