#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/half.h"
#include "core/base/random.h"
#include "core/graph/program.h"
#include "core/ops/ops.h"

/* The engine's memory comes from here. It is full of NaN in every dtype, so that what is read before it was written
 * shows; but very large memory takes too long to fill.
 */
void *
aligned_alloc (size_t alignment, size_t size)
{
  void *memory = NULL;

  if (posix_memalign (&memory, alignment, size) != 0)
    return NULL;
  return size <= 64 << 20 ? memset (memory, 0xff, size) : memory;
}

LabTensor *
lab_tensor_new (const KappaShape *shape)
{
  LabTensor *self = g_new0 (LabTensor, 1);

  self->shape = *shape;
  self->size = (gsize) kappa_shape_size (shape);
  self->values = g_new0 (double, self->size);
  return self;
}

LabTensor *
lab_tensor_copy (const LabTensor *x)
{
  LabTensor *copy = lab_tensor_new (&x->shape);

  copy->integer = x->integer;
  memcpy (copy->values, x->values, x->size * sizeof *x->values);
  return copy;
}

static double
rounded (double value, KappaDtype dtype)
{
  switch (dtype)
    {
    case KAPPA_F32:
      return (double) (float) value;
    case KAPPA_BF16:
      return (double) kappa_bfloat16_to_float (kappa_bfloat16_from_float ((float) value));
    default:
      return value;
    }
}

/**
 * lab_tensor_random:
 * @dtype: numbers are such that this dtype holds them exactly
 */
LabTensor *
lab_tensor_random (const KappaShape *shape, guint64 seed, KappaDtype dtype, double low, double high)
{
  LabTensor *self = lab_tensor_new (shape);
  KappaStream stream = kappa_stream_init (seed, "tensor");

  for (gsize i = 0; i < self->size; i++)
    self->values[i] = rounded (low + (high - low) * kappa_stream_uniform (&stream, i), dtype);
  return self;
}

LabTensor *
lab_tensor_integers (const KappaShape *shape, guint64 seed, gint64 below)
{
  LabTensor *self = lab_tensor_new (shape);
  KappaStream stream = kappa_stream_init (seed, "integers");

  self->integer = TRUE;
  for (gsize i = 0; i < self->size; i++)
    self->values[i] = (double) kappa_stream_below (&stream, i, (guint64) below);
  return self;
}

void
lab_tensor_free (LabTensor *self)
{
  g_free (self->values);
  g_free (self);
}

/* Steps to the next index in row-major order; FALSE after the last, with the index back at its
 * start. */
gboolean
lab_next (const KappaShape *shape, gint64 *index)
{
  for (guint d = shape->rank; d-- > 0;)
    {
      if (++index[d] < shape->dims[d])
        return TRUE;
      index[d] = 0;
    }
  return FALSE;
}

gsize
lab_at (const KappaShape *shape, const gint64 *index)
{
  gint64 at = 0;

  for (guint d = 0; d < shape->rank; d++)
    at = at * shape->dims[d] + index[d];
  return (gsize) at;
}

static LabTensor *
turned (const LabTensor *x)
{
  KappaShape shape = { .rank = x->shape.rank };
  gint64 index[KAPPA_MAX_RANK] = { 0 }, other[KAPPA_MAX_RANK];
  LabTensor *y;

  for (guint d = 0; d < shape.rank; d++)
    shape.dims[d] = x->shape.dims[shape.rank - 1 - d];
  y = lab_tensor_new (&shape);
  do
    {
      for (guint d = 0; d < shape.rank; d++)
        other[d] = index[shape.rank - 1 - d];
      y->values[lab_at (&shape, other)] = x->values[lab_at (&x->shape, index)];
    }
  while (lab_next (&x->shape, index));
  return y;
}

static LabTensor *
spread (const LabTensor *x)
{
  KappaShape shape = x->shape;
  gint64 index[KAPPA_MAX_RANK] = { 0 }, other[KAPPA_MAX_RANK];
  LabTensor *y;

  for (guint d = 0; d < shape.rank; d++)
    shape.dims[d] = 2 * shape.dims[d] + 1;
  y = lab_tensor_new (&shape);
  for (gsize i = 0; i < y->size; i++)
    y->values[i] = 4096.0;
  do
    {
      for (guint d = 0; d < shape.rank; d++)
        other[d] = 2 * index[d] + 1;
      y->values[lab_at (&shape, other)] = x->values[lab_at (&x->shape, index)];
    }
  while (lab_next (&x->shape, index));
  return y;
}

/**
 * lab_arrange:
 *
 * Returns: what is to be fed so that lab_arranged() has the values of @x
 */
LabTensor *
lab_arrange (const LabTensor *x, LabArrangement arrangement)
{
  LabTensor *y;

  switch (arrangement)
    {
    case LAB_TURNED:
      y = turned (x);
      break;
    case LAB_SLICED:
      y = spread (x);
      break;
    default:
      y = lab_tensor_copy (x);
    }
  y->integer = x->integer;
  return y;
}

/* A depthwise convolution with ones: every number stays what it is, and lands channels-last. */
static KappaNode
through_convolution (KappaGraph *g, KappaNode x)
{
  const KappaShape shape = *kappa_graph_get_shape (g, x);
  KappaWindow window = KAPPA_WINDOW (1, 1, 0);
  KappaDtype dtype = kappa_graph_get_dtype (g, x);

  if (shape.rank != 4 || dtype == KAPPA_I32)
    return x;
  window.groups = shape.dims[1];
  return kappa_cast (g, kappa_conv (g, x, kappa_fill (g, 1.0, &KAPPA_SHAPE (shape.dims[1], 1, 1, 1)), &window), dtype);
}

KappaNode
lab_arranged (KappaGraph *g, KappaNode fed, const KappaShape *shape, LabArrangement arrangement)
{
  gint64 start[KAPPA_MAX_RANK], step[KAPPA_MAX_RANK];
  guint reversed[KAPPA_MAX_RANK];

  for (guint d = 0; d < shape->rank; d++)
    {
      start[d] = 1;
      step[d] = 2;
      reversed[d] = shape->rank - 1 - d;
    }
  switch (arrangement)
    {
    case LAB_TURNED:
      return kappa_transpose (g, fed, reversed);
    case LAB_SLICED:
      return kappa_slice (g, fed, start, shape->dims, step);
    case LAB_CHANNELS_LAST:
      return through_convolution (g, fed);
    default:
      return fed;
    }
}

typedef struct
{
  KappaDtype real;
  LabTensor *const *inputs;
  guint n_inputs;
  LabBuild build;
  gpointer data;
  KappaShape result;
} Job;

/* Real inputs are parameters and samples in turn, so that both parts of a plan have work. */
static gboolean
is_sample (const Job *job, guint input)
{
  return job->inputs[input]->integer || input % 2 == 1;
}

static gboolean
build_job (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Job *job = data;
  KappaNode inputs[64], result;

  g_assert_cmpuint (job->n_inputs, <=, G_N_ELEMENTS (inputs));
  for (guint i = 0; i < job->n_inputs; i++)
    inputs[i] = kappa_graph_input (g, is_sample (job, i) ? KAPPA_ROLE_SAMPLE : KAPPA_ROLE_PARAMETER, NULL,
                                   job->inputs[i]->integer ? KAPPA_I32 : job->real, &job->inputs[i]->shape);
  result = job->build (g, inputs, job->data);
  if (!kappa_graph_check (g, error))
    return FALSE;
  job->result = *kappa_graph_get_shape (g, result);
  kappa_outputs_add (outputs, "result",
                     kappa_graph_get_rate (g, result) & KAPPA_RATE_SAMPLE ? KAPPA_OUTPUT_SUM : KAPPA_OUTPUT_ONCE,
                     result);
  return TRUE;
}

static gboolean
fetch_job (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Job *job = data;
  const LabTensor *x;
  guint i = 0;

  for (guint left = input + 1; left > 0; i++)
    left -= is_sample (job, i) ? 1 : 0;
  x = job->inputs[i - 1];
  for (gsize k = 0; k < x->size; k++)
    if (x->integer)
      ((gint32 *) values)[k] = (gint32) x->values[k];
    else if (job->real == KAPPA_F64)
      ((double *) values)[k] = x->values[k];
    else
      ((float *) values)[k] = (float) x->values[k];
  return TRUE;
}

static double *
all_parameters (const Job *job)
{
  gsize size = 0, at = 0;
  double *all;

  for (guint i = 0; i < job->n_inputs; i++)
    size += is_sample (job, i) ? 0 : job->inputs[i]->size;
  all = g_new (double, MAX (size, 1));
  for (guint i = 0; i < job->n_inputs; i++)
    if (!is_sample (job, i))
      {
        memcpy (all + at, job->inputs[i]->values, job->inputs[i]->size * sizeof *all);
        at += job->inputs[i]->size;
      }
  return all;
}

/**
 * lab_run:
 *
 * Returns: (transfer full): what the node that @build returned came to
 */
LabTensor *
lab_run (KappaDtype real, KappaDtype compute, LabTensor *const *inputs, guint n_inputs, LabBuild build, gpointer data)
{
  Job job = { real, inputs, n_inputs, build, data };
  KappaProgramOptions options = { .real = real, .compute = compute, .micro_batch = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build_job, &job, NULL, &error);
  g_autofree double *parameters = all_parameters (&job);
  KappaFeed feed = { .n_samples = 1, .wide = TRUE, .parameters = parameters, .fetch = fetch_job, .data = &job };
  KappaEnvironment environment = { .workers = lab_workers (1) };
  LabTensor *result;
  gsize size;

  g_assert_no_error (error);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  result = lab_tensor_new (&job.result);
  kappa_program_get_output (program, "result", &size);
  g_assert_cmpuint (size, ==, result->size);
  memcpy (result->values, kappa_program_get_output (program, "result", NULL), size * sizeof *result->values);
  return result;
}

/**
 * lab_error:
 *
 * Returns: the largest deviation, in units of the largest finite expected number (at least 1);
 * infinite if the shapes differ or what is not finite is not the same in both
 */
double
lab_error (const LabTensor *found, const LabTensor *expected)
{
  double worst = 0.0, scale = 1.0;

  if (!kappa_shape_equal (&found->shape, &expected->shape))
    return INFINITY;
  for (gsize i = 0; i < expected->size; i++)
    {
      double a = found->values[i], b = expected->values[i];

      if (isfinite (b))
        scale = fmax (scale, fabs (b));
      if (isnan (b) ? isnan (a) : a == b)
        continue;
      if (!isfinite (a) || !isfinite (b))
        return INFINITY;
      worst = fmax (worst, fabs (a - b));
    }
  return worst / scale;
}

static double worst_errors[KAPPA_I32 + 1];
static guint compared[KAPPA_I32 + 1];

static double
tolerance (KappaDtype dtype)
{
  switch (dtype)
    {
    case KAPPA_F64:
      return 1e-12;
    case KAPPA_F32:
      return 1e-5;
    case KAPPA_BF16:
      return 8e-3;
    default:
      return 0.0;
    }
}

void
lab_compare (const char *what, KappaDtype dtype, const LabTensor *found, const LabTensor *expected)
{
  double error = lab_error (found, expected);

  compared[dtype]++;
  if (error > tolerance (dtype))
    g_test_fail_printf ("%s in %s is off by %g", what, kappa_dtype_name (dtype), error);
  else
    worst_errors[dtype] = fmax (worst_errors[dtype], error);
}

/* How close it was, for the log. */
void
lab_report (void)
{
  for (guint dtype = 0; dtype < G_N_ELEMENTS (compared); dtype++)
    if (compared[dtype] > 0)
      g_test_message ("%u results in %s, the worst off by %.2g", compared[dtype], kappa_dtype_name (dtype),
                      worst_errors[dtype]);
}

/**
 * lab_workers:
 *
 * Returns: (transfer none): a pool of @n threads, made when it is first asked for; @n below 8
 */
KappaWorkers *
lab_workers (guint n)
{
  static KappaWorkers *pools[8];

  if (pools[n] == NULL)
    pools[n] = kappa_workers_new (n);
  return pools[n];
}
