#pragma once

#include "core/analysis/property.h"
#include "core/models/model.h"

/*
 * What the trained tensors of a network are taken together to: each for itself, layer by layer, block by block.
 */

typedef enum
{
  KAPPA_PER_TENSOR,
  KAPPA_PER_LAYER,
  KAPPA_PER_BLOCK,
} KappaPer;

#define KAPPA_TYPE_PER (kappa_per_get_type ())
GType kappa_per_get_type (void);

extern const char *const kappa_per_blurbs[];

/**
 * KappaPart:
 * @name: of the tensor, layer or block
 * @size: numbers in it
 */
typedef struct
{
  const char *name;
  gsize size;
} KappaPart;

/**
 * KappaParts:
 * @n: how many parts
 * @parts: in the order of their first tensors
 * @part_of_tensor: for each tensor of the model the number of its part
 */
typedef struct
{
  guint n;
  KappaPart *parts;
  guint *part_of_tensor;
  GStringChunk *names;
} KappaParts;

KappaParts *kappa_parts_new  (KappaModel *model, KappaPer per);
void        kappa_parts_free (KappaParts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaParts, kappa_parts_free)
