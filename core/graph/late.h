#pragma once

#include "core/graph/op.h"

#define KAPPA_MAX_ADDENDS 4

/**
 * KappaSummed:
 * @node: what is summed over the micro-batches
 * @addends, @n_addends: it is the sum of these, which are added without having been put together; or @node itself
 */
typedef struct
{
  KappaNode node;
  KappaNode addends[KAPPA_MAX_ADDENDS];
  guint n_addends;
} KappaSummed;

/**
 * KappaLate:
 * @late: by node: done once to the sums over all micro-batches rather than to every summand
 * @place: by node: its place in @summed, or -1
 * @summed: of KappaSummed
 */
typedef struct
{
  gboolean *late;
  gint *place;
  GArray *summed;
} KappaLate;

KappaLate *kappa_late_find (KappaGraph *graph, const KappaNode *sums, guint n_sums, const KappaNode *others, guint n_others);
void       kappa_late_free (KappaLate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLate, kappa_late_free)
