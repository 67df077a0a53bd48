#pragma once

#include "core/graph/plan.h"

typedef struct
{
  KappaOutputKind kind;
  double *values;
  gsize size;
} KappaProgramResult;

struct _KappaProgram
{
  KappaProgramOptions options;
  KappaBuildFunc build;
  gpointer data;
  GDestroyNotify destroy;
  gint64 micro_batch;
  GHashTable *plans;   /* batch, negative for those that put nothing off → KappaPlan */
  GHashTable *results; /* name → KappaProgramResult */

  /* Memory kept from run to run, by worker or shard. */
  GPtrArray *arenas;
  GArray *arena_sizes;
};

KappaPlan *kappa_program_get_plan (KappaProgram *self, gint64 batch, gboolean late, GError **error);
gsize      kappa_program_row_size (const KappaPlan *plan, const KappaOutput *output);
gboolean   kappa_program_output_has_vectors (const KappaOutput *output);
