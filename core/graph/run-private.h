#pragma once

#include "core/graph/program-private.h"

/* One run of a program, in parts: memory, micro-batches, what is collected from them, shards. Private to core/graph. */

/* The plan of whole micro-batches, and that of what is left over. */
enum
{
  KAPPA_RUN_MAIN,
  KAPPA_RUN_REST,
  KAPPA_RUN_N_PLANS,
};

typedef struct
{
  KappaProgram *program;
  const KappaFeed *feed;
  const KappaEnvironment *environment;
  KappaPlan *plans[KAPPA_RUN_N_PLANS];
  gint64 micro, n_tasks;
  guint n_vectors;
  gsize element;

  char *parameters, *buffers, **vectors; /* in the real dtype */
  GPtrArray *owned;                      /* of memory freed at the end */
  char *once[KAPPA_RUN_N_PLANS];
  char **by_vector[KAPPA_RUN_N_PLANS];
  double *sums, **vector_sums; /* of the main plan */

  KappaProgramResult **results; /* by output */
  GMutex mutex;
  GCond turned;
  gint64 *turns; /* by output or sum and by vector: the micro-batch whose turn it is */
  gboolean failed;

  /* Where there are barriers: for each shard the step it has come to. */
  guint *reached;
  KappaStage stage;
  guint vector;
} KappaRun;

void          *kappa_run_allocate     (KappaRun *run, gsize size);
KappaPlan     *kappa_run_plan_of_task (const KappaRun *run, gsize task);
KappaRunMemory kappa_run_memory_for   (const KappaRun *run, const KappaPlan *plan, char *seat, guint vector);
void           kappa_run_prepare      (KappaRun *run);
void           kappa_run_release      (KappaRun *run);
gboolean       kappa_run_may_go_on    (KappaRun *run, GError **error);
gboolean       kappa_run_fetch        (KappaRun *run, const KappaPlan *plan, gsize task, const KappaRunMemory *memory,
                                       GError **error);
void           kappa_run_give_up      (KappaRun *run);
void           kappa_run_add_value    (double *sums, const KappaView *view, const void *from, gsize n);
gboolean       kappa_run_collect      (KappaRun *run, const KappaPlan *plan, KappaStage stage, gsize task,
                                       const KappaRunMemory *memory, guint vector);
void           kappa_run_collect_once (KappaRun *run);
gboolean       kappa_run_shards       (KappaRun *run, GError **error);
