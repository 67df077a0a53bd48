#pragma once

#include "core/base/workers.h"
#include "core/graph/program.h"

/*
 * A small convolutional network with everything a residual network has, and what one asks of it: loss, rows, gradient,
 * Hessian-vector products. Its parameters and images come from random streams.
 */

typedef enum
{
  NETWORK_ROWS = 1 << 0,         /* losses, per sample; logits */
  NETWORK_GRADIENT = 1 << 1,     /* one output g0, g1, … for each parameter */
  NETWORK_HVP = 1 << 2,          /* h0, h1, …; one vector input for each parameter */
  NETWORK_EVERYTHING = 1 << 3,   /* every node of the forward pass is an output, so that nothing fuses */
  NETWORK_BATCH_NORM = 1 << 4,   /* BatchNorm in training mode over the declared batch */
} NetworkFlags;

/**
 * Network:
 * @side: of the square images
 * @width: channels of the first stage
 * @declared: samples in the declared batch, for training mode
 */
typedef struct
{
  NetworkFlags flags;
  gint64 side;
  gint64 width;
  gint64 declared;
} Network;

enum
{
  NETWORK_CLASSES = 5,
};

/**
 * NetworkRun:
 *
 * A program of the network and what it is fed; @feed may be changed between runs.
 */
typedef struct
{
  const Network *network;
  KappaDtype real;
  KappaProgram *program;
  double *parameters;
  double *buffers;
  double *vectors[8];
  KappaFeed feed;
} NetworkRun;

KappaProgram *network_program  (const Network *network, KappaDtype real, KappaDtype compute, gint64 micro_batch);
NetworkRun   *network_run_new  (const Network *network, KappaDtype real, KappaDtype compute, gint64 micro_batch,
                                gint64 n_samples, guint n_vectors);
void          network_run_free (NetworkRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetworkRun, network_run_free)
void          network_run      (NetworkRun *self, guint n_workers);
double        network_loss     (const NetworkRun *self);
double       *network_collect  (const NetworkRun *self, char prefix, guint vector);
double        network_distance (const double *a, const double *b, gsize n);
double        network_inner    (const double *a, const double *b, gsize n);
