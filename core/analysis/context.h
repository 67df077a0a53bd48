#pragma once

#include "core/base/progress.h"
#include "core/base/workers.h"

typedef struct _KappaWorkspace KappaWorkspace;

/**
 * KappaContext:
 * @progress: (nullable): where to report how far the run is; also how it is paused
 * @cancellable: (nullable)
 * @memory_budget: bytes a run may use; 0 for most of what the machine has free
 * @workspace: (nullable): where an analysis made of others keeps their runs, and finds them again
 * @fresh: whether such an analysis computes those runs though the workspace knows them
 *
 * What a run may use. Nothing in it changes a result: that is the analysis' properties and inputs alone.
 */
typedef struct
{
  KappaWorkers *workers;
  KappaProgress *progress;
  GCancellable *cancellable;
  guint64 memory_budget;
  KappaWorkspace *workspace;
  gboolean fresh;
} KappaContext;
