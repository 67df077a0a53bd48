#include "core/graph/tile.h"

#include <string.h>

#include "core/base/clones.h"
#include "core/base/half.h"
#include "core/graph/view.h"

/* A tile has about this many numbers: a handful of them fit the first-level cache. */
static const gint64 tile_target = 1024;

/* So many numbers take a few milliseconds at most. */
static const gint64 between_looks = 1 << 18;

typedef struct
{
  const KappaTile *tile; /* NULL: load an operand */
  double constants[2];
  guint n_values;
  int values[3];
  guint operand;
  int last_use;
  int slot; /* in scratch, or -1 for memory used where it lies */
} Instruction;

/* How an operand's tiles come about. */
typedef enum
{
  DIRECT,   /* it lies as the result does: no copy */
  CONSTANT, /* the same tile every time: loaded once */
  STRIDED,
} Access;

typedef struct
{
  Access access;
  KappaDtype dtype;
  gint64 strides[KAPPA_MAX_RANK];
} Operand;

struct _KappaTileProgram
{
  KappaDtype compute;
  GArray *code; /* of Instruction */
  int result;

  guint rank;
  gint64 dims[KAPPA_MAX_RANK]; /* in the order of the result's memory, joined */
  gint64 size;
  gint64 tile;
  guint n_slots;
  KappaDtype out_dtype;
  guint n_operands;
  Operand operands[KAPPA_TILE_MAX_OPERANDS];
};

KappaTileProgram *
kappa_tile_program_new (KappaDtype compute)
{
  KappaTileProgram *self = g_new0 (KappaTileProgram, 1);

  self->compute = compute;
  self->code = g_array_new (FALSE, TRUE, sizeof (Instruction));
  return self;
}

void
kappa_tile_program_free (KappaTileProgram *self)
{
  g_array_unref (self->code);
  g_free (self);
}

/**
 * kappa_tile_program_load:
 *
 * Returns: a value: operand number @operand
 */
int
kappa_tile_program_load (KappaTileProgram *self, guint operand)
{
  Instruction load = { .operand = operand };

  for (guint i = 0; i < self->code->len; i++)
    if (g_array_index (self->code, Instruction, i).tile == NULL && g_array_index (self->code, Instruction, i).operand == operand)
      return (int) i;
  g_array_append_val (self->code, load);
  return (int) self->code->len - 1;
}

int
kappa_tile_program_apply (KappaTileProgram *self,
                          const KappaTile *tile,
                          const double *constants,
                          const int *values,
                          guint n_values)
{
  Instruction apply = { .tile = tile, .constants = { constants[0], constants[1] }, .n_values = n_values };

  for (guint i = 0; i < n_values; i++)
    apply.values[i] = values[i];
  g_array_append_val (self->code, apply);
  return (int) self->code->len - 1;
}

/* Dimensions in the order of the result's memory, those that all tensors walk without gaps joined. */
static void
fix_iteration (KappaTileProgram *self, const KappaView *output, const KappaView *operands, guint n_operands)
{
  gint64 out_strides[KAPPA_MAX_RANK];
  gint64 *strides[KAPPA_TILE_MAX_OPERANDS + 1];
  guint order[KAPPA_MAX_RANK];

  self->rank = 0;
  for (guint d = 0; d < output->rank; d++)
    {
      guint place = self->rank;

      if (output->dims[d] == 1) /* its stride says nothing about the order */
        continue;
      for (; place > 0 && output->strides[order[place - 1]] < output->strides[d]; place--)
        order[place] = order[place - 1];
      order[place] = d;
      self->rank++;
    }
  self->size = 1;
  for (guint d = 0; d < self->rank; d++)
    {
      self->dims[d] = output->dims[order[d]];
      self->size *= self->dims[d];
      out_strides[d] = output->strides[order[d]];
      for (guint i = 0; i < n_operands; i++)
        self->operands[i].strides[d] = operands[i].strides[order[d]];
    }
  for (guint i = 0; i < n_operands; i++)
    strides[i] = self->operands[i].strides;
  strides[n_operands] = out_strides;
  kappa_view_coalesce (&self->rank, self->dims, strides, n_operands + 1);
  if (self->rank == 0)
    {
      self->rank = 1;
      self->dims[0] = 1;
      for (guint i = 0; i < n_operands; i++)
        self->operands[i].strides[0] = 1;
    }
}

static gboolean
lies_as_result (const KappaTileProgram *self, const Operand *operand)
{
  gint64 stride = 1;

  for (guint d = self->rank; d-- > 0; stride *= self->dims[d])
    if (operand->strides[d] != stride)
      return FALSE;
  return TRUE;
}

static Access
access_of (const KappaTileProgram *self, const Operand *operand)
{
  const guint inner = self->rank - 1;
  gboolean repeats = TRUE;

  if (lies_as_result (self, operand))
    return operand->dtype == self->compute ? DIRECT : STRIDED;
  for (guint d = 0; d < inner; d++)
    repeats &= operand->strides[d] == 0;
  if (repeats && (operand->strides[inner] == 0 || (self->rank > 1 && self->tile % self->dims[inner] == 0)))
    return CONSTANT;
  return STRIDED;
}

static void
find_last_uses (KappaTileProgram *self)
{
  Instruction *code = (Instruction *) self->code->data;

  for (guint i = 0; i < self->code->len; i++)
    for (guint v = 0; v < code[i].n_values; v++)
      code[code[i].values[v]].last_use = (int) i;
  code[self->result].last_use = G_MAXINT;
}

/* Gives every value a slot of scratch, used again after its last use. What is loaded once for all tiles has a slot to
 * itself: it is still there when the next tile writes the values that come before it.
 */
static void
assign_slots (KappaTileProgram *self)
{
  Instruction *code = (Instruction *) self->code->data;
  guint8 busy[256] = { 0 };
  guint n_constant = 0;

  find_last_uses (self);
  for (guint i = 0; i < self->code->len; i++)
    {
      code[i].slot = -1;
      if (code[i].tile == NULL && self->operands[code[i].operand].access == CONSTANT)
        code[i].slot = (int) n_constant++;
    }
  self->n_slots = n_constant;
  for (guint i = 0; i < self->code->len; i++)
    {
      guint slot = n_constant;

      if (code[i].tile == NULL && self->operands[code[i].operand].access != STRIDED)
        continue;
      while (busy[slot])
        slot++;
      g_assert (slot < G_N_ELEMENTS (busy) - 1);
      code[i].slot = (int) slot;
      busy[slot] = 1;
      self->n_slots = MAX (self->n_slots, slot + 1);
      for (guint j = 0; j <= i; j++)
        if (code[j].slot >= (int) n_constant && code[j].last_use == (int) i)
          busy[code[j].slot] = 0;
    }
}

/**
 * kappa_tile_program_finish:
 * @result: the value to be stored
 * @output: dense in some order
 * @operands: as they lie; of the output's dimensions
 *
 * Returns: bytes of scratch memory a run needs
 */
gsize
kappa_tile_program_finish (KappaTileProgram *self,
                           int result,
                           const KappaView *output,
                           const KappaView *operands,
                           guint n_operands)
{
  g_assert (n_operands <= KAPPA_TILE_MAX_OPERANDS);
  self->result = result;
  self->out_dtype = output->dtype;
  self->n_operands = n_operands;
  for (guint i = 0; i < n_operands; i++)
    self->operands[i].dtype = operands[i].dtype;
  fix_iteration (self, output, operands, n_operands);
  self->tile = tile_target;
  if (self->rank > 1 && self->dims[self->rank - 1] <= tile_target)
    self->tile = tile_target / self->dims[self->rank - 1] * self->dims[self->rank - 1];
  for (guint i = 0; i < n_operands; i++)
    self->operands[i].access = access_of (self, &self->operands[i]);
  assign_slots (self);
  return self->n_slots * (gsize) tile_target * sizeof (double);
}

#define LOAD_RUN(name, type)                                                                                        \
  KAPPA_CLONES static void name (type *to, KappaDtype dtype, const char *from, gint64 stride, gint64 n)                          \
  {                                                                                                                 \
    if (dtype == KAPPA_F32 && stride == 0)                                                                          \
      {                                                                                                             \
        const type value = (type) *(const float *) from;                                                            \
        for (gint64 i = 0; i < n; i++)                                                                              \
          to[i] = value;                                                                                            \
      }                                                                                                             \
    else if (dtype == KAPPA_F32 && stride == 1)                                                                     \
      for (gint64 i = 0; i < n; i++)                                                                                \
        to[i] = (type) ((const float *) from)[i];                                                                   \
    else if (dtype == KAPPA_F32)                                                                                    \
      for (gint64 i = 0; i < n; i++)                                                                                \
        to[i] = (type) ((const float *) from)[i * stride];                                                          \
    else if (dtype == KAPPA_F64)                                                                                    \
      for (gint64 i = 0; i < n; i++)                                                                                \
        to[i] = (type) ((const double *) from)[i * stride];                                                         \
    else if (dtype == KAPPA_BF16)                                                                                   \
      for (gint64 i = 0; i < n; i++)                                                                                \
        to[i] = (type) kappa_bfloat16_to_float (((const guint16 *) from)[i * stride]);                              \
    else                                                                                                            \
      for (gint64 i = 0; i < n; i++)                                                                                \
        to[i] = (type) ((const gint32 *) from)[i * stride];                                                         \
  }

LOAD_RUN (load_run_f32, float)
LOAD_RUN (load_run_f64, double)

/* Elements first … first + n - 1 of the iteration, one innermost run after the other. */
static void
load_tile (const KappaTileProgram *self, const Operand *operand, const char *memory, gint64 first, gint64 n, char *to)
{
  const guint inner = self->rank - 1;
  gsize element = kappa_dtype_size (operand->dtype), step = kappa_dtype_size (self->compute);
  gint64 index[KAPPA_MAX_RANK], rest = first, at = 0;

  for (guint d = self->rank; d-- > 0; rest /= self->dims[d])
    {
      index[d] = rest % self->dims[d];
      at += index[d] * operand->strides[d];
    }
  while (n > 0)
    {
      gint64 run = MIN (n, self->dims[inner] - index[inner]);
      const char *from = memory + at * (gint64) element;

      if (self->compute == KAPPA_F64)
        load_run_f64 ((double *) to, operand->dtype, from, operand->strides[inner], run);
      else
        load_run_f32 ((float *) to, operand->dtype, from, operand->strides[inner], run);
      n -= run;
      to += (gsize) run * step;
      at += run * operand->strides[inner];
      index[inner] += run;
      for (guint d = inner; d > 0 && index[d] == self->dims[d]; d--)
        {
          at += operand->strides[d - 1] - self->dims[d] * operand->strides[d];
          index[d] = 0;
          index[d - 1]++;
        }
    }
}

static void
store_bf16 (guint16 *to, const float *from, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    to[i] = kappa_bfloat16_from_float (from[i]);
}

static void
store_other (KappaDtype dtype, void *to, KappaDtype compute, const void *from, gint64 n)
{
  KappaShape shape = KAPPA_SHAPE (n);
  KappaView target = kappa_view_dense (dtype, &shape, KAPPA_LAYOUT_ROWS);
  KappaView source = kappa_view_dense (compute, &shape, KAPPA_LAYOUT_ROWS);

  if (dtype == KAPPA_BF16 && compute == KAPPA_F32)
    store_bf16 (to, from, n);
  else
    kappa_view_copy (&target, to, &source, from);
}

static void
apply (const KappaTileProgram *self, const Instruction *step, void *out, void *const *values, gint64 n)
{
  const void *in[3];

  for (guint v = 0; v < 3; v++)
    in[v] = step->n_values > 0 ? values[step->values[MIN (v, step->n_values - 1)]] : out;
  if (self->compute == KAPPA_F64)
    step->tile->f64 (out, (const double *const *) in, (gsize) n, step->constants);
  else
    step->tile->f32 (out, (const float *const *) in, (gsize) n, step->constants);
}

/**
 * kappa_tile_program_run:
 * @output: where the result's first element goes
 * @operands: the first element of each operand's view
 * @scratch: as many bytes as kappa_tile_program_finish() said
 * @cancellable: (nullable): when cancelled the rest is left undone
 */
void
kappa_tile_program_run (const KappaTileProgram *self,
                        void *output,
                        const void *const *operands,
                        void *scratch,
                        GCancellable *cancellable)
{
  const Instruction *code = (const Instruction *) self->code->data;
  gsize element = kappa_dtype_size (self->compute), out_element = kappa_dtype_size (self->out_dtype);
  gboolean converts = self->out_dtype != self->compute;
  void *values[256];

  g_assert (self->code->len <= G_N_ELEMENTS (values));
  for (gint64 first = 0; first < self->size; first += self->tile)
    {
      gint64 n = MIN (self->tile, self->size - first);
      char *out = (char *) output + (gsize) first * out_element;

      if (first % between_looks < self->tile && g_cancellable_is_cancelled (cancellable))
        return;
      for (guint i = 0; i < self->code->len; i++)
        {
          const Operand *operand = &self->operands[code[i].operand];
          char *slot = (char *) scratch + (gsize) MAX (code[i].slot, 0) * (gsize) tile_target * sizeof (double);

          values[i] = slot;
          if (code[i].tile != NULL)
            {
              if ((int) i == self->result && !converts)
                values[i] = out;
              apply (self, &code[i], values[i], values, n);
            }
          else if (operand->access == DIRECT)
            values[i] = (char *) operands[code[i].operand] + (gsize) first * element;
          else if (operand->access == STRIDED || first == 0)
            load_tile (self, operand, operands[code[i].operand], first, n, slot);
        }
      if (converts)
        store_other (self->out_dtype, out, self->compute, values[self->result], n);
      else if (values[self->result] != out)
        memcpy (out, values[self->result], (gsize) n * element);
    }
}
