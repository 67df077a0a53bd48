#include "core/graph/plan.h"

/* Where each buffer lies: those that live at the same time side by side, others in the same place. */

typedef struct
{
  gint position;
  gboolean later; /* the step runs after the arena's own time: what it uses must stay to the end */
} Moment;

static Moment
moment (const KappaPlan *plan, const KappaBuffer *buffer, KappaStage stage, guint step)
{
  guint samples = plan->stages[KAPPA_STAGE_SAMPLE]->len;

  switch (buffer->arena)
    {
    case KAPPA_ARENA_ONCE:
      return (Moment){ (gint) step, stage != KAPPA_STAGE_ONCE };
    case KAPPA_ARENA_VECTOR:
      return (Moment){ (gint) step, stage != KAPPA_STAGE_VECTOR };
    default:
      for (guint s = KAPPA_STAGE_SAMPLE; s < stage; s++)
        step += plan->stages[s]->len;
      return (Moment){ (gint) step,
                       stage == KAPPA_STAGE_SAMPLE_VECTOR && buffer->first >= 0 && buffer->first < (gint) samples };
    }
}

static KappaBuffer *
buffer_of (const KappaPlan *plan, const KappaPlace *place)
{
  return place->memory < KAPPA_N_ARENAS ? &g_array_index (plan->buffers, KappaBuffer, place->buffer) : NULL;
}

static void
live_through (const KappaPlan *plan, const KappaPlace *place, KappaStage stage, guint step)
{
  KappaBuffer *buffer = buffer_of (plan, place);
  Moment m;

  if (buffer == NULL)
    return;
  m = moment (plan, buffer, stage, step);
  if (buffer->first < 0)
    buffer->first = m.position;
  buffer->last = m.later ? G_MAXINT : MAX (buffer->last, m.position);
}

/* What is summed is taken at the end of its stage. */
static void
live_through_stage (const KappaPlan *plan, const KappaSum *sum)
{
  for (guint i = 0; i < sum->n_values; i++)
    live_through (plan, &sum->values[i].place, sum->stage, plan->stages[sum->stage]->len - 1);
}

static void
find_lifetimes (KappaPlan *plan)
{
  for (guint i = 0; i < plan->samples->len; i++)
    live_through (plan, &g_array_index (plan->samples, KappaValue, i).place, KAPPA_STAGE_SAMPLE, 0);
  for (guint stage = 0; stage < KAPPA_N_STAGES; stage++)
    for (guint i = 0; i < plan->stages[stage]->len; i++)
      {
        const KappaStep *step = plan->stages[stage]->pdata[i];

        live_through (plan, &step->output.place, stage, i);
        for (guint k = 0; k < step->n_inputs; k++)
          live_through (plan, &step->inputs[k].place, stage, i);
      }
  for (guint i = 0; i < plan->sums->len; i++)
    live_through_stage (plan, &g_array_index (plan->sums, KappaSum, i));
  for (guint i = 0; i < plan->outputs->len; i++)
    {
      KappaBuffer *buffer = buffer_of (plan, &g_array_index (plan->outputs, KappaOutput, i).value.place);

      if (buffer != NULL)
        buffer->last = G_MAXINT;
    }
}

static KappaBuffer *
root_of (const KappaPlan *plan, KappaBuffer *buffer)
{
  while (buffer->over >= 0)
    buffer = &g_array_index (plan->buffers, KappaBuffer, buffer->over);
  return buffer;
}

/* What the first link of a product takes. */
static guint
first_linked (const KappaStep *step)
{
  return step->n_own + (step->has_bias ? 1 : 0);
}

static gboolean
is_used_twice (const KappaStep *step, guint input)
{
  for (guint i = 0; i < step->n_inputs; i++)
    if (i != input && step->inputs[i].place.memory == step->inputs[input].place.memory
        && step->inputs[i].place.buffer == step->inputs[input].place.buffer)
      return TRUE;
  return FALSE;
}

/* A result that is added to what it is the last to use takes its place. */
static void
lay_over (KappaPlan *plan, const KappaStep *step)
{
  const KappaPlace *place = &step->inputs[first_linked (step)].place;
  KappaBuffer *from = buffer_of (plan, place), *to = buffer_of (plan, &step->output.place), *root;

  if (from == NULL || from->arena != to->arena || from->size != to->size || from->last != to->first
      || is_used_twice (step, first_linked (step)))
    return;
  to->over = place->buffer;
  root = root_of (plan, from);
  root->last = MAX (root->last, to->last);
}

static void
lay_all_over (KappaPlan *plan)
{
  for (guint stage = 0; stage < KAPPA_N_STAGES; stage++)
    for (guint i = 0; i < plan->stages[stage]->len; i++)
      {
        const KappaStep *step = plan->stages[stage]->pdata[i];

        if (step->adds_in_place)
          lay_over (plan, step);
      }
}

static gint
by_first (gconstpointer a, gconstpointer b)
{
  const KappaBuffer *const *x = a, *const *y = b;

  return (*x)->first != (*y)->first ? (*x)->first - (*y)->first : (*x < *y ? -1 : 1);
}

/* Puts a buffer into the smallest gap between those alive that holds it; they are sorted by offset. */
static gsize
put (GPtrArray *alive, KappaBuffer *buffer)
{
  gsize end = 0, best = G_MAXSIZE, offset = 0;
  guint at = alive->len;

  for (guint i = 0; i <= alive->len; i++)
    {
      gsize next = i < alive->len ? ((KappaBuffer *) alive->pdata[i])->offset : G_MAXSIZE;

      if (next - end >= buffer->size && next - end < best)
        {
          best = next - end;
          offset = end;
          at = i;
        }
      if (i < alive->len)
        end = next + ((KappaBuffer *) alive->pdata[i])->size;
    }
  buffer->offset = offset;
  g_ptr_array_insert (alive, (gint) at, buffer);
  return offset + buffer->size;
}

static gsize
place_arena (KappaPlan *plan, KappaMemory arena)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) alive = g_ptr_array_new ();
  gsize size = 0;

  for (guint i = 0; i < plan->buffers->len; i++)
    {
      KappaBuffer *buffer = &g_array_index (plan->buffers, KappaBuffer, i);

      if (buffer->arena == arena && buffer->first >= 0 && buffer->over < 0)
        g_ptr_array_add (order, buffer);
    }
  g_ptr_array_sort (order, by_first);
  for (guint i = 0; i < order->len; i++)
    {
      KappaBuffer *buffer = order->pdata[i];

      for (guint k = alive->len; k-- > 0;)
        if (((KappaBuffer *) alive->pdata[k])->last < buffer->first)
          g_ptr_array_remove_index (alive, k);
      size = MAX (size, put (alive, buffer));
    }
  return size;
}

/**
 * kappa_plan_place:
 *
 * Decides where every buffer lies and how large each memory is. A step's result shares memory with none of its operands
 * but one that it is added to.
 */
void
kappa_plan_place (KappaPlan *plan)
{
  find_lifetimes (plan);
  lay_all_over (plan);
  for (guint arena = 0; arena < KAPPA_N_ARENAS; arena++)
    plan->arena_sizes[arena] = place_arena (plan, arena);
  for (guint i = 0; i < plan->buffers->len; i++)
    {
      KappaBuffer *buffer = &g_array_index (plan->buffers, KappaBuffer, i);

      buffer->offset = root_of (plan, buffer)->offset;
    }
}
