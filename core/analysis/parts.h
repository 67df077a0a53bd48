#pragma once

#include "core/models/model.h"

/**
 * KappaPer:
 * @KAPPA_PER_NONE: the whole network is one part
 * @KAPPA_PER_TENSOR: every trained tensor is one
 * @KAPPA_PER_LAYER: the tensors of a layer together
 * @KAPPA_PER_BLOCK: the layers of a block together; what lies before the first block is the stem, what lies behind the
 *   last one the head
 *
 * What the trained tensors of a network are taken together to.
 */
typedef enum
{
  KAPPA_PER_NONE,
  KAPPA_PER_TENSOR,
  KAPPA_PER_LAYER,
  KAPPA_PER_BLOCK,
} KappaPer;

/* The first is for those who always want parts, the second for those who may want none. */
#define KAPPA_TYPE_PER         (kappa_per_get_type ())
#define KAPPA_TYPE_PER_OR_NONE (kappa_per_or_none_get_type ())
GType kappa_per_get_type         (void);
GType kappa_per_or_none_get_type (void);

/**
 * KappaPart:
 * @name: of the tensor, layer or block, e.g. "layer1.0"
 * @size: trained numbers in it
 * @tensors: (element-type guint): which parameters, in flat order
 *
 * A part of the parameters.
 */
typedef struct
{
  char *name;
  gsize size;
  GArray *tensors;
} KappaPart;

GPtrArray  *kappa_parts_new    (KappaModel *model, KappaPer per);
const char *kappa_per_get_name (KappaPer per);
void        kappa_part_gather  (const KappaPart *self, KappaModel *model, const double *flat, double *part);
void        kappa_part_scatter (const KappaPart *self, KappaModel *model, const double *part, double *flat);
