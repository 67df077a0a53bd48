#include "core/graph/plan.h"

guint64
kappa_plan_get_macs (const KappaPlan *self, KappaStage stage)
{
  guint64 macs = 0;

  for (guint i = 0; i < self->stages[stage]->len; i++)
    macs += ((const KappaStep *) self->stages[stage]->pdata[i])->macs;
  return macs;
}

/**
 * kappa_plan_value_bytes:
 *
 * Returns: how much memory a value fills: of one in an arena its buffer's size
 */
gsize
kappa_plan_value_bytes (const KappaPlan *self, const KappaValue *value)
{
  gsize bytes = kappa_dtype_size (value->view.dtype);

  if (value->place.memory < KAPPA_N_ARENAS)
    return g_array_index (self->buffers, KappaBuffer, value->place.buffer).size;
  for (guint d = 0; d < value->view.rank; d++)
    bytes *= (gsize) value->view.dims[d];
  return bytes;
}

static char *
place_address (const KappaPlan *self, const KappaRunMemory *memory, const KappaPlace *place)
{
  char *base = memory->base[place->memory];

  if (place->memory < KAPPA_N_ARENAS)
    return base + g_array_index (self->buffers, KappaBuffer, place->buffer).offset;
  return base + (gsize) place->buffer * (place->memory < KAPPA_PLACE_SUMS ? memory->element : sizeof (double));
}

/**
 * kappa_plan_address:
 *
 * Returns: (transfer none): the first element of a value's view
 */
void *
kappa_plan_address (const KappaPlan *self, const KappaRunMemory *memory, const KappaValue *value)
{
  return place_address (self, memory, &value->place) + (gsize) value->view.offset * kappa_dtype_size (value->view.dtype);
}

static void
run_kernel (const KappaPlan *self, const KappaStep *step, const KappaRunMemory *memory)
{
  KappaKernelArgs args = { .views = step->views, .out_view = &step->output.view, .scratch = memory->scratch,
                           .cancellable = memory->cancellable };
  guint n = 0;

  for (; n < step->n_own; n++)
    args.inputs[n] = kappa_plan_address (self, memory, &step->inputs[n]);
  if (step->has_bias)
    args.bias = kappa_plan_address (self, memory, &step->inputs[n++]);
  for (guint i = 0; i < step->n_links; i++)
    if (step->links[i] != KAPPA_LINK_RELU)
      args.linked[i] = kappa_plan_address (self, memory, &step->inputs[n++]);
  args.output = kappa_plan_address (self, memory, &step->output);
  step->kernel->run (step->state, &args);
}

static void
run_step (const KappaPlan *self, const KappaStep *step, const KappaRunMemory *memory)
{
  const void *operands[KAPPA_TILE_MAX_OPERANDS];

  switch (step->kind)
    {
    case KAPPA_STEP_KERNEL:
      run_kernel (self, step, memory);
      return;
    case KAPPA_STEP_PACK:
      step->kernel->pack (step->state, step->pack_operand, &step->inputs[0].view,
                          kappa_plan_address (self, memory, &step->inputs[0]), kappa_plan_address (self, memory, &step->output));
      return;
    case KAPPA_STEP_TILE:
      for (guint i = 0; i < step->n_inputs; i++)
        operands[i] = kappa_plan_address (self, memory, &step->inputs[i]);
      kappa_tile_program_run (step->tile, kappa_plan_address (self, memory, &step->output), operands, memory->scratch,
                              memory->cancellable);
      return;
    }
}

void
kappa_plan_run_step (const KappaPlan *self, KappaStage stage, guint step, const KappaRunMemory *memory)
{
  run_step (self, self->stages[stage]->pdata[step], memory);
}

/**
 * kappa_plan_run:
 * @first: the step to begin with
 * @stopped_at: (out) (optional): the step after a barrier, or the number of steps at the end
 *
 * Runs a stage up to and with its next barrier, or to its end.
 *
 * Returns: %FALSE if the run was cancelled on the way
 */
gboolean
kappa_plan_run (const KappaPlan *self, KappaStage stage, guint first, const KappaRunMemory *memory, guint *stopped_at)
{
  GPtrArray *steps = self->stages[stage];
  guint i = first;

  while (i < steps->len)
    {
      const KappaStep *step = steps->pdata[i++];

      if (g_cancellable_is_cancelled (memory->cancellable))
        return FALSE;
      run_step (self, step, memory);
      if (step->barrier)
        break;
    }
  if (stopped_at != NULL)
    *stopped_at = i;
  return !g_cancellable_is_cancelled (memory->cancellable);
}
