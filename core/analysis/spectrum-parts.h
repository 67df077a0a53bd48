#pragma once

#include "core/models/model.h"

/**
 * KappaSpectrumPer:
 * @KAPPA_SPECTRUM_PER_NONE: the whole network only
 * @KAPPA_SPECTRUM_PER_TENSOR: each trained tensor
 * @KAPPA_SPECTRUM_PER_LAYER: the tensors of a layer together
 * @KAPPA_SPECTRUM_PER_BLOCK: the layers of a residual block, a stem, a head together
 *
 * Of what parts the diagonal blocks of the matrix are looked at.
 */
typedef enum
{
  KAPPA_SPECTRUM_PER_NONE,
  KAPPA_SPECTRUM_PER_TENSOR,
  KAPPA_SPECTRUM_PER_LAYER,
  KAPPA_SPECTRUM_PER_BLOCK,
} KappaSpectrumPer;

#define KAPPA_TYPE_SPECTRUM_PER (kappa_spectrum_per_get_type ())
GType kappa_spectrum_per_get_type (void);

/**
 * KappaSpectrumPart:
 * @name: e.g. "layer1.0"
 * @n: trained numbers in it
 * @tensors: (element-type guint): which parameters, in flat order
 *
 * A part of the parameters.
 */
typedef struct
{
  char *name;
  gsize n;
  GArray *tensors;
} KappaSpectrumPart;

GPtrArray *kappa_spectrum_parts_new    (KappaModel *model, KappaSpectrumPer per);
void       kappa_spectrum_part_gather  (const KappaSpectrumPart *self, KappaModel *model, const double *flat, double *part);
void       kappa_spectrum_part_scatter (const KappaSpectrumPart *self, KappaModel *model, const double *part, double *flat);
