#pragma once

#include "core/graph/op.h"

/*
 * A chain of elementwise primitives as one program, run over tiles small enough that all intermediate values stay in
 * the first-level cache. Operands may have any strides; the result is dense.
 */

#define KAPPA_TILE_MAX_OPERANDS 24

typedef struct _KappaTileProgram KappaTileProgram;

KappaTileProgram *kappa_tile_program_new         (KappaDtype compute);
void              kappa_tile_program_free        (KappaTileProgram *self);
int               kappa_tile_program_load        (KappaTileProgram *self, guint operand);
int               kappa_tile_program_apply       (KappaTileProgram *self, const KappaTile *tile, const double *constants,
                                                  const int *values, guint n_values);
gsize             kappa_tile_program_finish      (KappaTileProgram *self, int result, const KappaView *output,
                                                  const KappaView *operands, guint n_operands);
void              kappa_tile_program_run         (const KappaTileProgram *self, void *output, const void *const *operands,
                                                  void *scratch, GCancellable *cancellable);
