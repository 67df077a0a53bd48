#pragma once

#include "core/graph/late.h"
#include "core/graph/op.h"
#include "core/graph/program.h"
#include "core/graph/tile.h"

/*
 * A plan is a graph made ready to run: steps in order, every intermediate value at a fixed place. Private to
 * core/graph.
 *
 * Steps are split by how often they run. Values that no sample changes are made once for each setting of the
 * parameters, and shared by all workers; of those that do depend on samples, the part that no vector changes is made
 * once for each micro-batch and kept while the vectors pass. What is linear in sums over samples is done in the end.
 */

typedef enum
{
  KAPPA_STAGE_ONCE,          /* parameters only */
  KAPPA_STAGE_VECTOR,        /* parameters and vectors */
  KAPPA_STAGE_SAMPLE,        /* samples */
  KAPPA_STAGE_SAMPLE_VECTOR, /* samples and vectors */
  KAPPA_STAGE_LATE,          /* sums over samples */
  KAPPA_STAGE_LATE_VECTOR,   /* such sums for one vector */
  KAPPA_N_STAGES,
} KappaStage;

/* Three memories: one shared, one for each vector, one for each worker (for each shard where there are barriers). */
typedef enum
{
  KAPPA_ARENA_ONCE,
  KAPPA_ARENA_VECTOR,
  KAPPA_ARENA_WORKER,
  KAPPA_N_ARENAS,
  KAPPA_PLACE_PARAMETERS = KAPPA_N_ARENAS,
  KAPPA_PLACE_BUFFERS,
  KAPPA_PLACE_VECTORS,
  KAPPA_PLACE_SUMS, /* float64 */
  KAPPA_PLACE_VECTOR_SUMS,
  KAPPA_N_PLACES,
} KappaMemory;

/**
 * KappaPlace:
 * @buffer: for arenas: which buffer; else the first element in the flat array
 */
typedef struct
{
  KappaMemory memory;
  gint64 buffer;
} KappaPlace;

typedef struct
{
  KappaPlace place;
  KappaView view;
} KappaValue;

typedef struct
{
  KappaMemory arena;
  gsize size;
  gint first; /* positions of steps in the arena's time */
  gint last;
  gsize offset;
  gint64 over; /* it takes the place of that buffer, whose values have served; or -1 */
} KappaBuffer;

typedef enum
{
  KAPPA_STEP_TILE,
  KAPPA_STEP_KERNEL,
  KAPPA_STEP_PACK,
} KappaStepKind;

typedef struct
{
  KappaStepKind kind;
  KappaStage stage;
  gboolean barrier; /* what the step wrote is then summed over the shards */
  guint n_inputs;
  guint n_own; /* of them the primitive's own */
  KappaValue inputs[KAPPA_TILE_MAX_OPERANDS];
  KappaView views[KAPPA_MAX_INPUTS];
  KappaValue output;
  gboolean has_bias; /* inputs after the primitive's own: the bias, then what the links take */
  KappaLink links[KAPPA_MAX_LINKS];
  guint n_links;
  gboolean adds_in_place; /* the result may lie over what the first link takes */
  const KappaKernelClass *kernel;
  gpointer state;     /* of the kernel; owned by the step unless it is a pack */
  guint pack_operand;
  KappaTileProgram *tile;
  guint64 macs;
  const char *name; /* of the primitive, for a profile */
  KappaNode node;   /* for whose sake it runs, likewise */
} KappaStep;

typedef struct
{
  char *name;
  KappaOutputKind kind;
  KappaNode node;
  KappaValue value;
  KappaStage stage;
} KappaOutput;

/**
 * KappaSum:
 * @values: what a micro-batch adds, one after the other
 * @offset: of the first number among the sums, or among those of a vector if @stage is of one
 */
typedef struct
{
  KappaStage stage;
  KappaValue values[KAPPA_MAX_ADDENDS];
  guint n_values;
  gsize offset;
  gsize size;
} KappaSum;

struct _KappaOutputs
{
  GArray *list; /* of KappaOutput */
};

typedef struct
{
  KappaGraph *graph;
  gint64 batch;
  GPtrArray *stages[KAPPA_N_STAGES]; /* of KappaStep */
  GArray *buffers;                   /* of KappaBuffer */
  GArray *outputs;                   /* of KappaOutput */
  GArray *samples;                   /* of KappaValue: where sample inputs are put */
  GArray *sums;                      /* of KappaSum; empty where outputs are summed as they are */
  gsize arena_sizes[KAPPA_N_ARENAS];
  gsize scratch;                     /* bytes of one worker */
  gsize n_parameters, n_buffers, n_vector;
  gsize n_sums, n_vector_sums;
  gboolean has_barriers;
} KappaPlan;

/**
 * KappaRunMemory:
 *
 * Where a worker finds everything: base addresses by KappaMemory, in the graph's real dtype.
 */
typedef struct
{
  char *base[KAPPA_N_PLACES];
  gsize element;
  void *scratch;
  GCancellable *cancellable;
} KappaRunMemory;

KappaPlan *kappa_plan_new       (KappaGraph *graph, gint64 batch, GArray *outputs, gboolean late, GError **error);
void       kappa_plan_free      (KappaPlan *self);
void       kappa_plan_place     (KappaPlan *self);
guint64    kappa_plan_get_macs  (const KappaPlan *self, KappaStage stage);
gsize      kappa_plan_value_bytes (const KappaPlan *self, const KappaValue *value);
void      *kappa_plan_address   (const KappaPlan *self, const KappaRunMemory *memory, const KappaValue *value);
void       kappa_plan_run_step  (const KappaPlan *self, KappaStage stage, guint step, const KappaRunMemory *memory);
gboolean   kappa_plan_run       (const KappaPlan *self, KappaStage stage, guint first, const KappaRunMemory *memory,
                                 guint *stopped_at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPlan, kappa_plan_free)
