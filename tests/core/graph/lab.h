#pragma once

#include "core/base/workers.h"
#include "core/graph/graph.h"

/*
 * A bench on which one graph is run once, on tensors whose every number is known, and what comes
 * out is held against a second computation. The tensors are dense, row-major and float64, whatever
 * the graph computes in.
 */

typedef struct
{
  KappaShape shape;
  gboolean integer;
  gsize size;
  double *values;
} LabTensor;

/**
 * LabArrangement:
 *
 * How a tensor lies in the graph's memory although its logical values are the same.
 * @LAB_DENSE: row-major
 * @LAB_TURNED: with its dimensions in reverse order
 * @LAB_SLICED: every second element of a larger one, with large numbers in between
 * @LAB_CHANNELS_LAST: as a convolution leaves it; for rank 4, else dense
 */
typedef enum
{
  LAB_DENSE,
  LAB_TURNED,
  LAB_SLICED,
  LAB_CHANNELS_LAST,
  LAB_N_ARRANGEMENTS,
} LabArrangement;

/* Builds the graph on its inputs and returns the node that is wanted. */
typedef KappaNode (*LabBuild) (KappaGraph *g, const KappaNode *inputs, gpointer data);

LabTensor    *lab_tensor_new      (const KappaShape *shape);
LabTensor    *lab_tensor_copy     (const LabTensor *x);
LabTensor    *lab_tensor_random   (const KappaShape *shape, guint64 seed, KappaDtype dtype, double low, double high);
LabTensor    *lab_tensor_integers (const KappaShape *shape, guint64 seed, gint64 below);
void          lab_tensor_free     (LabTensor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTensor, lab_tensor_free)
gboolean      lab_next            (const KappaShape *shape, gint64 *index);
gsize         lab_at              (const KappaShape *shape, const gint64 *index);

LabTensor    *lab_arrange         (const LabTensor *x, LabArrangement arrangement);
KappaNode     lab_arranged        (KappaGraph *g, KappaNode fed, const KappaShape *shape, LabArrangement arrangement);
LabTensor    *lab_run             (KappaDtype real, KappaDtype compute, LabTensor *const *inputs, guint n_inputs,
                                   LabBuild build, gpointer data);
double        lab_error           (const LabTensor *found, const LabTensor *expected);
void          lab_compare         (const char *what, KappaDtype dtype, const LabTensor *found,
                                   const LabTensor *expected);
void          lab_report          (void);
KappaWorkers *lab_workers         (guint n);
