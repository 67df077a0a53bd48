#pragma once

#include "core/graph/kernel.h"
#include "core/graph/program.h"

/**
 * KappaStepTime:
 * @name: of the primitive; "chain" for fused elementwise primitives, "copy", "pack"
 * @node: of the graph for one micro-batch, for whose sake it runs: the last of a chain, a convolution for all that is
 *   fused with it, what a copy is made for
 * @seconds: median time in its place among the others
 * @alone: median time repeated by itself, its operands warm: what the kernel costs where nothing else is; 0 where it was
 *   not asked for
 * @by_vector: done for each vector
 * @macs: its multiply-adds
 * @output: what it makes
 */
typedef struct
{
  const char *name;
  KappaNode node;
  double seconds;
  double alone;
  gboolean by_vector;
  guint64 macs;
  KappaView output;
} KappaStepTime;

GArray *kappa_program_profile    (KappaProgram *program, const KappaFeed *feed, guint repeats, GError **error);
GArray *kappa_program_time_steps (KappaProgram *program, const KappaFeed *feed, guint repeats, GCancellable *cancellable,
                                  GError **error);
