#pragma once

#include "core/models/builder.h"

/*
 * What the Inception networks are made of: convolutions with batch norm and relu, in branches side by side whose
 * results are put one behind the other along the channels.
 */

/**
 * KappaInceptionUnit:
 * @outputs: channels; 0 ends a branch
 * @kernel: height and width, pixels
 * @stride: pixels
 * @padded: whether the result is as large as what comes in (at stride 1); else nothing is added at the border
 */
typedef struct
{
  gint64 outputs;
  gint64 kernel[2];
  gint64 stride;
  gboolean padded;
} KappaInceptionUnit;

/* As large as what comes in; half as large, nothing added; nothing added. */
#define KAPPA_INCEPTION_UNIT(n, h, w)      { (n), { (h), (w) }, 1, TRUE }
#define KAPPA_INCEPTION_SHRINKING(n, h, w) { (n), { (h), (w) }, 2, FALSE }
#define KAPPA_INCEPTION_BARE(n, h, w)      { (n), { (h), (w) }, 1, FALSE }

typedef enum
{
  KAPPA_INCEPTION_NO_POOL,
  KAPPA_INCEPTION_MAX,     /* 3×3, stride 2, nothing added at the border */
  KAPPA_INCEPTION_AVERAGE, /* 3×3, stride 1, over the pixels that are there */
} KappaInceptionPool;

#define KAPPA_INCEPTION_MAX_UNITS 6

/**
 * KappaInceptionBranch:
 * @pool: what comes first
 * @units: what follows, up to the first without outputs
 */
typedef struct
{
  KappaInceptionPool pool;
  KappaInceptionUnit units[KAPPA_INCEPTION_MAX_UNITS];
} KappaInceptionBranch;

KappaNode kappa_inception_unit     (KappaBuilder *builder, KappaNode x, const char *name, const KappaInceptionUnit *unit);
KappaNode kappa_inception_max_pool (KappaBuilder *builder, KappaNode x, const char *name);
KappaNode kappa_inception_mix      (KappaBuilder *builder, KappaNode x, const char *name,
                                    const KappaInceptionBranch *branches, guint n_branches);
