#pragma once

#include "core/graph/op.h"
#include "naive.h"

/*
 * The values of every primitive against loops over single elements, in every dtype and whatever way
 * the operands lie: one file for each family, each with a function that adds its tests.
 */

/**
 * Trial:
 *
 * One test of one operation: operands as they are logically, how they lie, and what the operation
 * is; @numbers are the operation's affair. It is the data of @operation.
 */
typedef struct
{
  LabBuild operation;
  guint n;
  LabTensor *operands[4];
  LabArrangement arrangements[4];
  gint64 numbers[3 * KAPPA_MAX_RANK];
  const KappaOp *op;
  KappaAttrs attrs;
} Trial;

LabTensor *trial_run             (Trial *trial, KappaDtype dtype);
void       trial_check           (Trial *trial, const char *what, KappaDtype dtype, const LabTensor *expected);
void       trial_check_all       (Trial *trial, const char *what, KappaDtype dtype, const LabTensor *expected);
void       add_for_dtype         (const char *path, KappaDtype dtype, GTestDataFunc test);

void       add_elementwise_tests (void);
gboolean   elementwise_is_tested (const char *op);
void       add_reduction_tests   (void);
void       add_product_tests     (void);
void       add_movement_tests    (void);
void       add_convolution_tests (void);
void       add_pooling_tests     (void);
void       add_refusal_tests     (void);
