#include <string.h>

#include "core/base/error.h"
#include "core/graph/fuse.h"
#include "core/graph/plan.h"
#include "core/graph/view.h"

/* From nodes to steps: every value gets a place, every kernel its operands in the layout it asked for. */

typedef struct
{
  KappaPlan *plan;
  KappaGraph *graph;
  KappaLate *late;
  KappaFusion *fusion;
  KappaValue *values;   /* of each node, once it has one */
  gboolean *known;
  KappaNode node;       /* being lowered */
  GHashTable *converted; /* text of (value, form) → KappaValue: no value is converted twice the same way */
  GError *error;
} Lowering;

static KappaMemory
arena_of_stage (KappaStage stage)
{
  return stage == KAPPA_STAGE_ONCE ? KAPPA_ARENA_ONCE : stage == KAPPA_STAGE_VECTOR ? KAPPA_ARENA_VECTOR : KAPPA_ARENA_WORKER;
}

static KappaPlace
new_buffer (Lowering *l, KappaStage stage, gsize size)
{
  KappaBuffer buffer = { .arena = arena_of_stage (stage), .size = (size + 63) & ~(gsize) 63, .first = -1, .last = -1, .over = -1 };

  g_array_append_val (l->plan->buffers, buffer);
  return (KappaPlace){ buffer.arena, (gint64) l->plan->buffers->len - 1 };
}

static gsize
view_bytes (const KappaView *view)
{
  gsize size = kappa_dtype_size (view->dtype);

  for (guint d = 0; d < view->rank; d++)
    size *= (gsize) view->dims[d];
  return size;
}

static KappaValue
new_value (Lowering *l, KappaStage stage, const KappaView *view)
{
  return (KappaValue){ new_buffer (l, stage, view_bytes (view)), *view };
}

static void
add_step (Lowering *l, KappaStep *step)
{
  step->node = l->node;
  g_ptr_array_add (l->plan->stages[step->stage], g_memdup2 (step, sizeof *step));
}

static KappaStage
stage_of_value (const KappaValue *value, KappaStage otherwise)
{
  switch (value->place.memory)
    {
    case KAPPA_PLACE_PARAMETERS:
    case KAPPA_PLACE_BUFFERS:
    case KAPPA_ARENA_ONCE:
      return KAPPA_STAGE_ONCE;
    case KAPPA_PLACE_VECTORS:
    case KAPPA_ARENA_VECTOR:
      return KAPPA_STAGE_VECTOR;
    case KAPPA_PLACE_SUMS:
      return KAPPA_STAGE_LATE;
    case KAPPA_PLACE_VECTOR_SUMS:
      return KAPPA_STAGE_LATE_VECTOR;
    default:
      return otherwise;
    }
}

static KappaShape
view_shape (const KappaView *view)
{
  KappaShape shape = { .rank = view->rank };

  memcpy (shape.dims, view->dims, sizeof shape.dims);
  return shape;
}

static char *
conversion_key (const KappaValue *value, KappaStage stage, const char *form)
{
  GString *key = g_string_new (NULL);

  g_string_printf (key, "%d/%d/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%s", stage, value->place.memory, value->place.buffer,
                   value->view.offset, form);
  for (guint d = 0; d < value->view.rank; d++)
    g_string_append_printf (key, "/%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, value->view.dims[d], value->view.strides[d]);
  return g_string_free (key, FALSE);
}

/* A copy is an elementwise chain of no links; integers pass through float64, which holds them all. */
static KappaValue
copied (Lowering *l, const KappaValue *value, KappaStage stage, KappaLayout layout)
{
  KappaShape shape = view_shape (&value->view);
  KappaView dense = kappa_view_dense (value->view.dtype, &shape, layout);
  KappaDtype compute = value->view.dtype == KAPPA_F64 || value->view.dtype == KAPPA_I32 ? KAPPA_F64 : KAPPA_F32;
  KappaStep step = { .kind = KAPPA_STEP_TILE, .stage = stage, .n_inputs = 1, .inputs = { *value }, .name = "copy" };
  gsize scratch;

  step.output = new_value (l, stage, &dense);
  step.tile = kappa_tile_program_new (compute);
  scratch = kappa_tile_program_finish (step.tile, kappa_tile_program_load (step.tile, 0), &dense, &value->view, 1);
  l->plan->scratch = MAX (l->plan->scratch, scratch);
  add_step (l, &step);
  return step.output;
}

static KappaValue
in_layout (Lowering *l, const KappaValue *value, KappaStage node_stage, KappaLayout layout)
{
  KappaStage stage = stage_of_value (value, node_stage);
  g_autofree char *key = NULL;
  KappaValue *known;

  if (layout == KAPPA_LAYOUT_ANY || kappa_view_is_dense (&value->view, layout))
    return *value;
  key = conversion_key (value, stage, layout == KAPPA_LAYOUT_ROWS ? "rows" : "channels-last");
  known = g_hash_table_lookup (l->converted, key);
  if (known == NULL)
    {
      KappaValue fresh = copied (l, value, stage, layout);

      known = g_memdup2 (&fresh, sizeof fresh);
      g_hash_table_insert (l->converted, g_steal_pointer (&key), known);
    }
  return *known;
}

static KappaValue
packed (Lowering *l, const KappaValue *value, KappaStage node_stage, const KappaKernelClass *kernel,
        const KappaKernelPlan *plan, guint operand)
{
  KappaStage stage = stage_of_value (value, node_stage);
  g_autofree char *key = conversion_key (value, stage, plan->pack_keys[operand]);
  KappaValue *known = g_hash_table_lookup (l->converted, key);
  KappaStep step = { .kind = KAPPA_STEP_PACK, .stage = stage, .n_inputs = 1, .inputs = { *value }, .kernel = kernel,
                     .state = plan->state, .pack_operand = operand, .name = "pack" };

  if (known != NULL)
    return *known;
  step.output = (KappaValue){ new_buffer (l, stage, plan->pack_sizes[operand]), { .dtype = value->view.dtype } };
  add_step (l, &step);
  g_hash_table_insert (l->converted, g_steal_pointer (&key), g_memdup2 (&step.output, sizeof step.output));
  return step.output;
}

static KappaValue value_of (Lowering *l, KappaNode node);

static KappaStage
stage_of_node (const Lowering *l, KappaNode node)
{
  return (KappaStage) kappa_fuse_stage (l->graph, l->late, node);
}

/* The sums of a node over the micro-batches. */
static KappaValue
sums_of (const Lowering *l, KappaNode node)
{
  const KappaSum *sum = &g_array_index (l->plan->sums, KappaSum, l->late->place[node]);
  KappaMemory memory = sum->stage == KAPPA_STAGE_SAMPLE ? KAPPA_PLACE_SUMS : KAPPA_PLACE_VECTOR_SUMS;

  return (KappaValue){ { memory, (gint64) sum->offset },
                       kappa_view_dense (KAPPA_F64, kappa_graph_get_shape (l->graph, node), KAPPA_LAYOUT_ROWS) };
}

/* An operand as @user sees it: what is late sees sums. */
static KappaValue
operand_of (Lowering *l, KappaNode user, KappaNode operand)
{
  return l->late->late[user] && l->late->place[operand] >= 0 ? sums_of (l, operand) : value_of (l, operand);
}

static KappaStage
stage_of_operand (const Lowering *l, KappaNode user, KappaNode operand)
{
  return l->late->late[user] && l->late->place[operand] >= 0 ? stage_of_node (l, user) : stage_of_node (l, operand);
}

/* Sums are float64, and so is all that is made of them. */
static KappaDtype
dtype_of (const Lowering *l, KappaNode node)
{
  KappaDtype dtype = kappa_graph_get_dtype (l->graph, node);

  return l->late->late[node] ? KAPPA_F64 : dtype;
}

static KappaValue
viewed (Lowering *l, KappaNode node)
{
  const KappaOp *op = kappa_graph_get_op (l->graph, node);
  KappaNode operand = kappa_graph_get_operand (l->graph, node, 0);
  KappaValue source = operand_of (l, node, operand), result = source;

  if (!op->view (kappa_graph_get_attrs (l->graph, node), &source.view, kappa_graph_get_shape (l->graph, node), &result.view))
    {
      result = source = in_layout (l, &source, stage_of_operand (l, node, operand), KAPPA_LAYOUT_ROWS);
      op->view (kappa_graph_get_attrs (l->graph, node), &source.view, kappa_graph_get_shape (l->graph, node), &result.view);
    }
  return result;
}

/* A chain under construction: the operands it loads, and the value of each node that is part of it. */
typedef struct
{
  Lowering *lowering;
  KappaNode last;
  KappaTileProgram *program;
  guint n_operands;
  KappaNode nodes[KAPPA_TILE_MAX_OPERANDS];
  KappaValue operands[KAPPA_TILE_MAX_OPERANDS];
  GHashTable *values; /* node → value + 1 */
} Chain;

static int
load (Chain *c, KappaNode node)
{
  guint i = 0;

  while (i < c->n_operands && c->nodes[i] != node)
    i++;
  if (i == c->n_operands)
    {
      g_assert (i < KAPPA_TILE_MAX_OPERANDS);
      c->nodes[i] = node;
      c->operands[i] = operand_of (c->lowering, c->last, node);
      c->n_operands++;
    }
  return kappa_tile_program_load (c->program, i);
}

static int
link_node (Chain *c, KappaNode node, gboolean last)
{
  KappaGraph *graph = c->lowering->graph;
  const KappaOp *op = kappa_graph_get_op (graph, node);
  gpointer known = g_hash_table_lookup (c->values, GINT_TO_POINTER (node));
  int operands[3], value;
  guint n = kappa_graph_get_arity (graph, node);

  if (known != NULL)
    return GPOINTER_TO_INT (known) - 1;
  if (!last
      && (!c->lowering->fusion[node].absorbed || c->lowering->fusion[node].leader != node
          || (c->lowering->late->late[c->last] && c->lowering->late->place[node] >= 0)))
    value = load (c, node);
  else
    {
      for (guint i = 0; i < n; i++)
        operands[i] = link_node (c, kappa_graph_get_operand (graph, node, i), FALSE);
      value = kappa_tile_program_apply (c->program, &op->tile, kappa_graph_get_attrs (graph, node)->f, operands, n);
    }
  g_hash_table_insert (c->values, GINT_TO_POINTER (node), GINT_TO_POINTER (value + 1));
  return value;
}

/* The order in memory most operands of rank 4 have. */
static KappaLayout
chain_layout (const Chain *c)
{
  for (guint i = 0; i < c->n_operands; i++)
    {
      const KappaView *view = &c->operands[i].view;

      if (view->rank == 4 && view->dims[1] > 1 && view->strides[1] == 1 && view->dims[2] * view->dims[3] > 1
          && view->strides[3] > 1)
        return KAPPA_LAYOUT_CHANNELS_LAST;
    }
  return KAPPA_LAYOUT_ROWS;
}

static KappaValue
chained (Lowering *l, KappaNode node)
{
  KappaDtype dtype = dtype_of (l, node);
  g_autoptr (GHashTable) values = g_hash_table_new (NULL, NULL);
  Chain chain = { .lowering = l, .last = node, .values = values };
  KappaStep step = { .kind = KAPPA_STEP_TILE, .stage = stage_of_node (l, node), .name = "chain" };
  KappaView view, views[KAPPA_TILE_MAX_OPERANDS];
  int result;
  gsize scratch;

  chain.program = kappa_tile_program_new (dtype == KAPPA_F64 || dtype == KAPPA_I32 ? KAPPA_F64 : KAPPA_F32);
  result = link_node (&chain, node, TRUE);
  view = kappa_view_dense (dtype, kappa_graph_get_shape (l->graph, node), chain_layout (&chain));
  for (guint i = 0; i < chain.n_operands; i++)
    {
      step.inputs[i] = chain.operands[i];
      views[i] = chain.operands[i].view;
    }
  step.n_inputs = chain.n_operands;
  step.output = new_value (l, step.stage, &view);
  l->node = node;
  step.tile = chain.program;
  scratch = kappa_tile_program_finish (step.tile, result, &view, views, step.n_inputs);
  l->plan->scratch = MAX (l->plan->scratch, scratch);
  add_step (l, &step);
  return step.output;
}

/* What a fused product adds, in the form it wants: a dense vector, an image of the result's layout. */
static void
attach_tail (Lowering *l, KappaStep *step, const KappaFusion *f)
{
  if (f->bias != KAPPA_NONE)
    {
      KappaValue bias = value_of (l, f->bias);

      bias = in_layout (l, &bias, stage_of_node (l, f->bias), KAPPA_LAYOUT_ROWS);
      step->inputs[step->n_inputs++] = bias;
      step->has_bias = TRUE;
    }
  for (guint i = 0; i < f->n_links; i++)
    if (f->links[i] != KAPPA_LINK_RELU)
      {
        KappaValue linked = value_of (l, f->linked[i]);

        linked = in_layout (l, &linked, stage_of_node (l, f->linked[i]), KAPPA_LAYOUT_CHANNELS_LAST);
        step->inputs[step->n_inputs++] = linked;
      }
  memcpy (step->links, f->links, sizeof step->links);
  step->n_links = f->n_links;
}

/* Neither samples nor vectors change the operand, samples do change the result. */
static gboolean
is_fixed (const Lowering *l, KappaNode node, KappaNode operand)
{
  KappaStage stage = stage_of_node (l, node);

  return stage_of_operand (l, node, operand) == KAPPA_STAGE_ONCE
         && (stage == KAPPA_STAGE_SAMPLE || stage == KAPPA_STAGE_SAMPLE_VECTOR);
}

static KappaValue
computed (Lowering *l, KappaNode node)
{
  const KappaOp *op = kappa_graph_get_op (l->graph, node);
  const KappaFusion *f = &l->fusion[node];
  KappaKernelPlan kernel = { 0 };
  KappaKernelSpec spec = { .attrs = kappa_graph_get_attrs (l->graph, node), .n_inputs = kappa_graph_get_arity (l->graph, node),
                           .bias = f->bias != KAPPA_NONE, .n_links = f->n_links };
  KappaStep step = { .kind = KAPPA_STEP_KERNEL, .stage = stage_of_node (l, node), .kernel = op->kernel, .name = op->name,
                     .barrier = strcmp (op->name, "shard_sum") == 0 && stage_of_node (l, node) >= KAPPA_STAGE_SAMPLE };
  KappaValue operands[KAPPA_MAX_INPUTS];
  KappaView view;

  memcpy (spec.links, f->links, sizeof spec.links);
  for (guint i = 0; i < spec.n_inputs; i++)
    {
      operands[i] = operand_of (l, node, kappa_graph_get_operand (l->graph, node, i));
      spec.inputs[i] = operands[i].view;
      spec.fixed[i] = is_fixed (l, node, kappa_graph_get_operand (l->graph, node, i));
    }
  spec.output = kappa_view_dense (dtype_of (l, node), kappa_graph_get_shape (l->graph, node),
                                  KAPPA_LAYOUT_ROWS);
  if (l->error != NULL || !op->kernel->prepare (&spec, &kernel, &l->error))
    return (KappaValue){ { KAPPA_ARENA_ONCE, 0 }, spec.output };
  for (guint i = 0; i < spec.n_inputs; i++)
    {
      KappaStage stage = stage_of_operand (l, node, kappa_graph_get_operand (l->graph, node, i));

      step.inputs[i] = kernel.layouts[i] == KAPPA_LAYOUT_PACKED
                           ? packed (l, &operands[i], stage, op->kernel, &kernel, i)
                           : in_layout (l, &operands[i], stage, kernel.layouts[i]);
      step.views[i] = kernel.layouts[i] == KAPPA_LAYOUT_PACKED ? operands[i].view : step.inputs[i].view;
      g_free (kernel.pack_keys[i]);
    }
  step.n_inputs = step.n_own = spec.n_inputs;
  attach_tail (l, &step, f);
  view = kappa_view_dense (spec.output.dtype, kappa_graph_get_shape (l->graph, node), kernel.output);
  step.output = new_value (l, step.stage, &view);
  step.state = kernel.state;
  step.adds_in_place = kernel.adds_in_place;
  step.macs = kernel.macs;
  l->plan->scratch = MAX (l->plan->scratch, kernel.scratch);
  l->plan->has_barriers |= step.barrier;
  l->node = node;
  add_step (l, &step);
  return step.output;
}

/* The value of a node, made now if it has none yet. Operands come first in the graph, so they are known or views. */
static KappaValue
value_of (Lowering *l, KappaNode node)
{
  const KappaOp *op = kappa_graph_get_op (l->graph, node);
  KappaFusion *f = &l->fusion[node];

  if (l->known[node])
    return l->values[node];
  l->node = f->leader;
  if (f->leader != node)
    l->values[node] = value_of (l, f->leader);
  else if (op->kind == KAPPA_OP_VIEW)
    l->values[node] = viewed (l, node);
  else if (op->kind == KAPPA_OP_ELEMENTWISE)
    l->values[node] = chained (l, node);
  else
    l->values[node] = computed (l, node);
  l->known[node] = TRUE;
  return l->values[node];
}

static void
place_inputs (Lowering *l, KappaRole role, KappaMemory memory, gsize *total)
{
  for (guint i = 0; i < kappa_graph_get_n_inputs (l->graph, role); i++)
    {
      KappaNode node = kappa_graph_get_input (l->graph, role, i);
      const KappaShape *shape = kappa_graph_get_shape (l->graph, node);
      KappaView view = kappa_view_dense (kappa_graph_get_dtype (l->graph, node), shape, KAPPA_LAYOUT_ROWS);

      l->values[node] = (KappaValue){ { memory, (gint64) *total }, view };
      l->known[node] = TRUE;
      *total += (gsize) kappa_shape_size (shape);
    }
}

static void
place_samples (Lowering *l)
{
  for (guint i = 0; i < kappa_graph_get_n_inputs (l->graph, KAPPA_ROLE_SAMPLE); i++)
    {
      KappaNode node = kappa_graph_get_input (l->graph, KAPPA_ROLE_SAMPLE, i);
      KappaView view = kappa_view_dense (kappa_graph_get_dtype (l->graph, node), kappa_graph_get_shape (l->graph, node),
                                         KAPPA_LAYOUT_ROWS);

      l->values[node] = new_value (l, KAPPA_STAGE_SAMPLE, &view);
      l->known[node] = TRUE;
      g_array_append_val (l->plan->samples, l->values[node]);
    }
}

static void
lower_all (Lowering *l)
{
  guint n = kappa_graph_get_n_nodes (l->graph);

  /* A fused convolution runs where its tail stands, when what it adds is there. */
  for (guint node = 0; node < n && l->error == NULL; node++)
    {
      const KappaFusion *f = &l->fusion[node];
      KappaNode leader = f->leader;
      const KappaOp *op = kappa_graph_get_op (l->graph, (KappaNode) node);

      if (!f->needed || l->known[node] || op->kind == KAPPA_OP_VIEW)
        continue;
      if (leader != (KappaNode) node ? l->fusion[leader].tail != (KappaNode) node
                                     : f->tail != (KappaNode) node || f->absorbed)
        continue;
      value_of (l, (KappaNode) node);
    }
}

static gboolean
same_place (const KappaPlace *a, const KappaPlace *b)
{
  return a->memory == b->memory && a->buffer == b->buffer;
}

static void
move_step (GPtrArray *from, guint i, GPtrArray *to)
{
  g_ptr_array_add (to, from->pdata[i]);
  from->pdata[i] = NULL;
}

/* What is packed is packed as soon as it is there: so a folded weight makes room for the next one. */
static void
pack_early (KappaPlan *plan, KappaStage stage)
{
  g_autoptr (GPtrArray) steps = plan->stages[stage];

  plan->stages[stage] = g_ptr_array_new ();
  for (guint i = 0; i < steps->len; i++)
    {
      const KappaStep *step = steps->pdata[i];

      if (step == NULL)
        continue;
      move_step (steps, i, plan->stages[stage]);
      for (guint k = i + 1; k < steps->len; k++)
        {
          const KappaStep *other = steps->pdata[k];

          if (other != NULL && other->kind == KAPPA_STEP_PACK && same_place (&other->inputs[0].place, &step->output.place))
            move_step (steps, k, plan->stages[stage]);
        }
    }
}

static void
lower_outputs (Lowering *l)
{
  for (guint i = 0; i < l->plan->outputs->len; i++)
    {
      KappaOutput *output = &g_array_index (l->plan->outputs, KappaOutput, i);

      if (l->late->place[output->node] >= 0 && output->kind == KAPPA_OUTPUT_SUM)
        {
          output->value = sums_of (l, output->node);
          output->stage = stage_of_value (&output->value, KAPPA_STAGE_LATE);
        }
      else
        {
          output->value = value_of (l, output->node);
          output->stage = stage_of_node (l, output->node);
        }
    }
}

static void
place_sums (Lowering *l)
{
  for (guint i = 0; i < l->late->summed->len; i++)
    {
      const KappaSummed *summed = &g_array_index (l->late->summed, KappaSummed, i);
      KappaSum sum = { .stage = stage_of_node (l, summed->addends[0]), .n_values = summed->n_addends,
                       .size = (gsize) kappa_shape_size (kappa_graph_get_shape (l->graph, summed->node)) };
      gsize *total = sum.stage == KAPPA_STAGE_SAMPLE ? &l->plan->n_sums : &l->plan->n_vector_sums;

      sum.offset = *total;
      *total += sum.size;
      g_array_append_val (l->plan->sums, sum);
    }
}

static void
lower_sums (Lowering *l)
{
  for (guint i = 0; i < l->plan->sums->len; i++)
    {
      const KappaSummed *summed = &g_array_index (l->late->summed, KappaSummed, i);

      for (guint k = 0; k < summed->n_addends; k++)
        g_array_index (l->plan->sums, KappaSum, i).values[k] = value_of (l, summed->addends[k]);
    }
}

/* A barrier sums over shards in the middle of a graph: there everything stays where it is. */
static gboolean
has_shards (KappaGraph *graph)
{
  for (guint node = 0; node < kappa_graph_get_n_nodes (graph); node++)
    if (strcmp (kappa_graph_get_op (graph, (KappaNode) node)->name, "shard_sum") == 0)
      return TRUE;
  return FALSE;
}

static KappaLate *
find_late (KappaGraph *graph, const GArray *outputs, gboolean late)
{
  g_autofree KappaNode *sums = g_new (KappaNode, outputs->len), *others = g_new (KappaNode, outputs->len);
  guint n_sums = 0, n_others = 0;

  late = late && !has_shards (graph);
  for (guint i = 0; i < outputs->len; i++)
    {
      const KappaOutput *output = &g_array_index (outputs, KappaOutput, i);

      if (late && output->kind == KAPPA_OUTPUT_SUM)
        sums[n_sums++] = output->node;
      else
        others[n_others++] = output->node;
    }
  return kappa_late_find (graph, sums, n_sums, others, n_others);
}

static KappaPlan *
plan_init (KappaGraph *graph, gint64 batch, GArray *outputs)
{
  KappaPlan *plan = g_new0 (KappaPlan, 1);

  plan->graph = kappa_graph_ref (graph);
  plan->batch = batch;
  for (guint stage = 0; stage < KAPPA_N_STAGES; stage++)
    plan->stages[stage] = g_ptr_array_new ();
  plan->buffers = g_array_new (FALSE, FALSE, sizeof (KappaBuffer));
  plan->samples = g_array_new (FALSE, FALSE, sizeof (KappaValue));
  plan->sums = g_array_new (FALSE, TRUE, sizeof (KappaSum));
  plan->outputs = g_array_ref (outputs);
  return plan;
}

/**
 * kappa_plan_new:
 * @batch: how many samples the graph was built for
 * @outputs: of KappaOutput; their values are filled in
 * @late: whether to put off what can be done to sums; for a plan that runs once it is no gain
 *
 * Returns: (nullable): the plan; %NULL with the reason if the graph has a fault or a kernel refuses its operands
 */
KappaPlan *
kappa_plan_new (KappaGraph *graph, gint64 batch, GArray *outputs, gboolean late, GError **error)
{
  g_autoptr (KappaPlan) plan = NULL;
  Lowering l = { .graph = graph };
  g_autofree KappaNode *nodes = g_new (KappaNode, outputs->len);
  guint n = kappa_graph_get_n_nodes (graph);

  if (!kappa_graph_check (graph, error))
    return NULL;
  for (guint i = 0; i < outputs->len; i++)
    nodes[i] = g_array_index (outputs, KappaOutput, i).node;
  l.plan = plan = plan_init (graph, batch, outputs);
  l.late = find_late (graph, outputs, late);
  l.fusion = kappa_fuse (graph, l.late, nodes, outputs->len);
  l.values = g_new0 (KappaValue, n);
  l.known = g_new0 (gboolean, n);
  l.converted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  place_inputs (&l, KAPPA_ROLE_PARAMETER, KAPPA_PLACE_PARAMETERS, &plan->n_parameters);
  place_inputs (&l, KAPPA_ROLE_BUFFER, KAPPA_PLACE_BUFFERS, &plan->n_buffers);
  place_inputs (&l, KAPPA_ROLE_VECTOR, KAPPA_PLACE_VECTORS, &plan->n_vector);
  place_samples (&l);
  place_sums (&l);
  lower_all (&l);
  if (l.error == NULL)
    {
      lower_sums (&l);
      lower_outputs (&l);
      pack_early (plan, KAPPA_STAGE_ONCE);
      pack_early (plan, KAPPA_STAGE_VECTOR);
    }
  g_hash_table_unref (l.converted);
  g_free (l.fusion);
  kappa_late_free (l.late);
  g_free (l.values);
  g_free (l.known);
  if (l.error != NULL)
    {
      g_propagate_error (error, l.error);
      return NULL;
    }
  kappa_plan_place (plan);
  return g_steal_pointer (&plan);
}

static void
step_free (KappaStep *step)
{
  if (step->tile != NULL)
    kappa_tile_program_free (step->tile);
  if (step->kind == KAPPA_STEP_KERNEL && step->kernel->release != NULL)
    step->kernel->release (step->state);
  g_free (step);
}

void
kappa_plan_free (KappaPlan *self)
{
  for (guint stage = 0; stage < KAPPA_N_STAGES; stage++)
    {
      for (guint i = 0; i < self->stages[stage]->len; i++)
        step_free (self->stages[stage]->pdata[i]);
      g_ptr_array_unref (self->stages[stage]);
    }
  g_array_unref (self->buffers);
  g_array_unref (self->samples);
  g_array_unref (self->sums);
  g_array_unref (self->outputs);
  kappa_graph_unref (self->graph);
  g_free (self);
}
