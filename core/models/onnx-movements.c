#include "core/models/onnx-walk.h"

#include <string.h>

/* Operators that move numbers, and those that tell how many there are. */

static KappaNode
operand (KappaOnnxWalk *walk)
{
  return kappa_onnx_node (walk, kappa_onnx_input (walk, 0), KAPPA_PARAMETER_EMBEDDING);
}

/* Another shape with as many elements. A weight stays one, whatever shape it is used in. */
static gboolean
give_reshaped (KappaOnnxWalk *walk, const KappaOnnxValue *x, const KappaShape *shape)
{
  KappaOnnxValue same = *x;
  gint64 n = 1;

  for (guint d = 0; d < shape->rank; d++)
    if (shape->dims[d] < 0 || (shape->dims[d] > 0 && n > G_MAXINT64 / shape->dims[d]))
      return kappa_onnx_fail (walk, "its shape makes no sense");
    else
      n *= shape->dims[d];
  if (n != kappa_shape_size (&x->shape))
    {
      g_autofree char *from = kappa_shape_to_string (&x->shape),
                      *to = kappa_shape_to_string (shape);

      return kappa_onnx_fail (walk, "the shape %s cannot become %s", from, to);
    }
  if (x->node != KAPPA_NONE)
    return kappa_onnx_give (walk, 0, kappa_reshape (walk->graph, x->node, shape));
  if (x->numbers != NULL)
    return kappa_onnx_give_numbers (walk, 0, kappa_onnx_numbers_reshape (x->numbers, shape));
  if (x->transposed)
    return kappa_onnx_give (walk, 0, kappa_reshape (walk->graph, operand (walk), shape));
  same.shape = *shape;
  return kappa_onnx_give_value (walk, 0, &same);
}

/* A file made for one batch size has it written in its shapes; there the first size is the batch.
 */
static void
free_batch (KappaOnnxWalk *walk, const KappaOnnxValue *x, KappaShape *shape)
{
  const gint64 batch = walk->network->batch;

  if (x->node >= 0 && batch > 0 && shape->rank > 0 && x->shape.rank > 0
      && x->shape.dims[0] == walk->samples && shape->dims[0] == batch
      && (kappa_graph_get_rate (walk->graph, x->node) & KAPPA_RATE_SAMPLE) != 0)
    shape->dims[0] = walk->samples;
}

static gboolean
run_reshape (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  gint64 list[KAPPA_MAX_RANK], known = 1, size = kappa_shape_size (&x->shape);
  KappaShape shape;
  gint n, open = -1;

  if (!kappa_onnx_get_list (walk, "shape", 1, list, KAPPA_MAX_RANK, &n))
    return FALSE;
  shape.rank = (guint)MAX (n, 0);
  memcpy (shape.dims, list, sizeof list);
  for (guint d = 0; d < shape.rank; d++)
    if (shape.dims[d] == 0 && kappa_onnx_get_int (walk, "allowzero", 0) == 0 && d < x->shape.rank)
      shape.dims[d] = x->shape.dims[d];
  free_batch (walk, x, &shape);
  for (guint d = 0; d < shape.rank; d++)
    if (shape.dims[d] == -1 && open < 0)
      open = (gint)d;
    else if (shape.dims[d] < 1 || shape.dims[d] > size)
      return kappa_onnx_fail (walk, "its shape has the size %" G_GINT64_FORMAT, shape.dims[d]);
    else if (known > size / shape.dims[d])
      return kappa_onnx_fail (walk, "its shape has more elements than there are");
    else
      known *= shape.dims[d];
  if (open >= 0)
    shape.dims[open] = size / known;
  return give_reshaped (walk, x, &shape);
}

static gboolean
run_flatten (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  const gint64 axis = kappa_onnx_get_int (walk, "axis", 1);
  KappaShape shape = KAPPA_SHAPE (1, 1);

  if (axis < -(gint64)x->shape.rank || axis > (gint64)x->shape.rank)
    return kappa_onnx_fail (walk, "there is no axis %" G_GINT64_FORMAT, axis);
  for (guint d = 0; d < x->shape.rank; d++)
    shape.dims[d < axis + (axis < 0 ? (gint64)x->shape.rank : 0) ? 0 : 1] *= x->shape.dims[d];
  return give_reshaped (walk, x, &shape);
}

/* The bits of the axes of an attribute or input. */
static gboolean
get_axes (KappaOnnxWalk *walk, guint input, guint rank, gboolean *given, guint *bits)
{
  gint64 list[KAPPA_MAX_RANK];
  gint n;

  *bits = 0;
  if (!kappa_onnx_get_list (walk, "axes", input, list, KAPPA_MAX_RANK, &n))
    return FALSE;
  *given = n >= 0;
  for (gint i = 0; i < n; i++)
    {
      guint axis;

      if (!kappa_onnx_get_axis (walk, list[i], rank, &axis))
        return FALSE;
      if ((*bits & 1u << axis) != 0)
        return kappa_onnx_fail (walk, "an axis is named twice");
      *bits |= 1u << axis;
    }
  return TRUE;
}

static gboolean
run_squeeze (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  KappaShape shape = { 0 };
  gboolean given;
  guint bits;

  if (!get_axes (walk, 1, x->shape.rank, &given, &bits))
    return FALSE;
  for (guint d = 0; d < x->shape.rank; d++)
    {
      /* The batch may be 1 by chance. */
      const gboolean drop
          = given ? (bits & 1u << d) != 0 : x->shape.dims[d] == 1 && !(d == 0 && x->node >= 0);

      if (drop && x->shape.dims[d] != 1)
        return kappa_onnx_fail (walk, "the size of the axis %u is %" G_GINT64_FORMAT ", expected 1",
                                d, x->shape.dims[d]);
      if (!drop)
        shape.dims[shape.rank++] = x->shape.dims[d];
    }
  return give_reshaped (walk, x, &shape);
}

static gboolean
run_unsqueeze (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  gint64 list[KAPPA_MAX_RANK];
  KappaShape shape = { 0 };
  gboolean given;
  guint bits, at = 0;
  gint n;

  if (!kappa_onnx_get_list (walk, "axes", 1, list, KAPPA_MAX_RANK, &n))
    return FALSE;
  shape.rank = x->shape.rank + (guint)MAX (n, 0);
  if (n < 1 || shape.rank > KAPPA_MAX_RANK)
    return kappa_onnx_fail (walk, "it has no axes, or makes more than 8");
  if (!get_axes (walk, 1, shape.rank, &given, &bits))
    return FALSE;
  for (guint d = 0; d < shape.rank; d++)
    shape.dims[d] = (bits & 1u << d) != 0 ? 1 : x->shape.dims[at++];
  return give_reshaped (walk, x, &shape);
}

static gboolean
run_transpose (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  KappaOnnxValue turned = *x;
  gint64 list[KAPPA_MAX_RANK];
  guint permutation[KAPPA_MAX_RANK], seen = 0;
  gint n;

  if (!kappa_onnx_get_list (walk, "perm", G_MAXUINT, list, KAPPA_MAX_RANK, &n))
    return FALSE;
  if (n >= 0 && (guint)n != x->shape.rank)
    return kappa_onnx_fail (walk, "it permutes %d axes of %u", n, x->shape.rank);
  for (guint d = 0; d < x->shape.rank; d++)
    {
      if (!kappa_onnx_get_axis (walk, n >= 0 ? list[d] : x->shape.rank - 1 - d, x->shape.rank,
                                &permutation[d]))
        return FALSE;
      seen |= 1u << permutation[d];
    }
  if (seen != (1u << x->shape.rank) - 1)
    return kappa_onnx_fail (walk, "its “perm” is no permutation");
  if (x->numbers != NULL)
    return kappa_onnx_give_numbers (walk, 0,
                                    kappa_onnx_numbers_transpose (x->numbers, permutation));
  if (x->node != KAPPA_NONE || x->shape.rank != 2 || permutation[0] == 0)
    return kappa_onnx_give (walk, 0, kappa_transpose (walk->graph, operand (walk), permutation));
  turned.transposed = !x->transposed;
  turned.shape = KAPPA_SHAPE (x->shape.dims[1], x->shape.dims[0]);
  return kappa_onnx_give_value (walk, 0, &turned);
}

/* A part that is the same for all images, written down for one, stands for all of them. */
static KappaNode
for_each_image (KappaOnnxWalk *walk, KappaNode part, const KappaShape *wanted)
{
  KappaShape shape = *kappa_graph_get_shape (walk->graph, part);

  if (part < 0 || shape.rank != wanted->rank || shape.dims[0] != 1
      || wanted->dims[0] != walk->samples
      || (kappa_graph_get_rate (walk->graph, part) & KAPPA_RATE_SAMPLE) != 0)
    return part;
  shape.dims[0] = walk->samples;
  return kappa_onnx_stretch (walk, part, &shape);
}

static KappaNode
join (KappaOnnxWalk *walk, KappaNode *parts, guint n, guint axis)
{
  while (n > 1)
    {
      guint joined = 0;

      for (guint i = 0; i < n; i += KAPPA_MAX_INPUTS)
        {
          const guint here = MIN (KAPPA_MAX_INPUTS, n - i);

          parts[joined++]
              = here == 1 ? parts[i] : kappa_concat (walk->graph, parts + i, here, axis);
        }
      n = joined;
    }
  return parts[0];
}

static gboolean
concat_numbers (KappaOnnxWalk *walk, guint n, guint axis)
{
  g_autofree KappaOnnxNumbers **parts = g_new (KappaOnnxNumbers *, n);

  for (guint i = 0; i < n; i++)
    parts[i] = kappa_onnx_input (walk, i)->numbers;
  return kappa_onnx_give_numbers (walk, 0, kappa_onnx_numbers_concat (parts, n, axis));
}

static gboolean
run_concat (KappaOnnxWalk *walk)
{
  const guint n = kappa_onnx_n_inputs (walk);
  g_autofree KappaNode *parts = g_new (KappaNode, n);
  KappaShape wanted = kappa_onnx_input (walk, 0)->shape;
  guint axis;

  for (guint i = 0; i < n; i++)
    if (kappa_onnx_input (walk, i) == NULL)
      return kappa_onnx_fail (walk, "its input %u is left out", i);
  if (kappa_onnx_get_attribute (walk, "axis") == NULL)
    return kappa_onnx_fail (walk, "it has no “axis”");
  if (!kappa_onnx_get_axis (walk, kappa_onnx_get_int (walk, "axis", 0), wanted.rank, &axis))
    return FALSE;
  if (kappa_onnx_all_known (walk))
    return concat_numbers (walk, n, axis);
  for (guint i = 0; i < n; i++)
    {
      const KappaOnnxValue *part = kappa_onnx_input (walk, i);

      parts[i] = kappa_onnx_node (walk, part, KAPPA_PARAMETER_EMBEDDING);
      if (part->shape.rank == wanted.rank)
        wanted.dims[0] = MAX (wanted.dims[0], part->shape.dims[0]);
    }
  for (guint i = 0; i < n && axis != 0; i++)
    parts[i] = for_each_image (walk, parts[i], &wanted);
  return kappa_onnx_give (walk, 0, join (walk, parts, n, axis));
}

static gboolean
slice (KappaOnnxWalk *walk, guint output, const KappaOnnxValue *x, const KappaOnnxRange *range)
{
  if (x->numbers != NULL)
    return kappa_onnx_give_numbers (walk, output, kappa_onnx_numbers_slice (x->numbers, range));
  for (guint d = 0; d < x->shape.rank; d++)
    if (range->step[d] < 1 || range->size[d] < 1)
      return kappa_onnx_fail (walk, "it takes nothing, or goes backwards, which is not built");
  return kappa_onnx_give (walk, output,
                          kappa_slice (walk->graph,
                                       kappa_onnx_node (walk, x, KAPPA_PARAMETER_EMBEDDING),
                                       range->start, range->size, range->step));
}

static void
take_all (const KappaShape *shape, KappaOnnxRange *range)
{
  for (guint d = 0; d < shape->rank; d++)
    {
      range->start[d] = 0;
      range->size[d] = shape->dims[d];
      range->step[d] = 1;
    }
}

/* From @start to before @end as Python counts. */
static gboolean
cut (KappaOnnxWalk *walk, KappaOnnxRange *range, guint axis, gint64 start, gint64 end, gint64 step)
{
  const gint64 size = range->size[axis];

  if (step == 0 || step == G_MININT64)
    return kappa_onnx_fail (walk, "its step is %" G_GINT64_FORMAT, step);
  if (size == 0)
    return TRUE;
  start = start < 0 ? MAX (start, -size - 1) + size : start;
  end = end < 0 ? MAX (end, -size - 1) + size : end;
  start = step > 0 ? CLAMP (start, 0, size) : CLAMP (start, 0, size - 1);
  end = step > 0 ? CLAMP (end, 0, size) : CLAMP (end, -1, size - 1);
  range->start[axis] = start;
  range->step[axis] = CLAMP (step, -size - 1, size + 1);
  range->size[axis] = step > 0 ? MAX (end - start, 0) : MAX (start - end, 0);
  range->size[axis] = (range->size[axis] + ABS (range->step[axis]) - 1) / ABS (range->step[axis]);
  return TRUE;
}

static gboolean
run_slice (KappaOnnxWalk *walk)
{
  const KappaOnnxValue *x = kappa_onnx_input (walk, 0);
  gint64 starts[KAPPA_MAX_RANK], ends[KAPPA_MAX_RANK], axes[KAPPA_MAX_RANK], steps[KAPPA_MAX_RANK];
  gint n_starts, n_ends, n_axes, n_steps;
  KappaOnnxRange range = { 0 };
  guint seen = 0;

  if (!kappa_onnx_get_list (walk, "starts", 1, starts, KAPPA_MAX_RANK, &n_starts)
      || !kappa_onnx_get_list (walk, "ends", 2, ends, KAPPA_MAX_RANK, &n_ends)
      || !kappa_onnx_get_list (walk, "axes", 3, axes, KAPPA_MAX_RANK, &n_axes)
      || !kappa_onnx_get_list (walk, "steps", 4, steps, KAPPA_MAX_RANK, &n_steps))
    return FALSE;
  if (n_starts < 0 || n_ends != n_starts || (n_axes >= 0 && n_axes != n_starts)
      || (n_steps >= 0 && n_steps != n_starts))
    return kappa_onnx_fail (walk, "its starts, ends, axes and steps are not equally many");
  take_all (&x->shape, &range);
  for (gint i = 0; i < n_starts; i++)
    {
      guint axis;

      if (!kappa_onnx_get_axis (walk, n_axes >= 0 ? axes[i] : i, x->shape.rank, &axis)
          || !cut (walk, &range, axis, starts[i], ends[i], n_steps >= 0 ? steps[i] : 1))
        return FALSE;
      if ((seen & 1u << axis) != 0)
        return kappa_onnx_fail (walk, "an axis is named twice");
      seen |= 1u << axis;
    }
  return slice (walk, 0, x, &range);
}

static gboolean
run_split (KappaOnnxWalk *walk)
{
  const KappaOnnxValue x = *kappa_onnx_input (walk, 0);
  const guint n_outputs = (guint)walk->step->node->n_output;
  gint64 sizes[64], at = 0;
  KappaOnnxRange range = { 0 };
  guint axis;
  gint n;

  if (!kappa_onnx_get_axis (walk, kappa_onnx_get_int (walk, "axis", 0), x.shape.rank, &axis)
      || !kappa_onnx_get_list (walk, "split", 1, sizes, G_N_ELEMENTS (sizes), &n))
    return FALSE;
  if (n_outputs > G_N_ELEMENTS (sizes) || (n >= 0 && (guint)n != n_outputs))
    return kappa_onnx_fail (walk, "it has %u outputs, which do not fit its sizes", n_outputs);
  take_all (&x.shape, &range);
  for (guint i = 0; i < n_outputs; i++)
    {
      const gint64 equal = (x.shape.dims[axis] + n_outputs - 1) / n_outputs;
      const gint64 left = x.shape.dims[axis] - at;

      range.start[axis] = at;
      range.size[axis] = n >= 0 ? sizes[i] : MIN (equal, left);
      if (range.size[axis] < 0 || range.size[axis] > left)
        return kappa_onnx_fail (walk, "its sizes do not fit its input");
      if (!slice (walk, i, &x, &range))
        return FALSE;
      at += range.size[axis];
    }
  return at == x.shape.dims[axis] || kappa_onnx_fail (walk, "its sizes do not fit its input");
}

/* Parts of a value by numbers that are known: slices, joined. */
static gboolean
gather_node (KappaOnnxWalk *walk,
             const KappaOnnxValue *x,
             const KappaOnnxNumbers *index,
             guint axis)
{
  g_autofree KappaNode *parts = g_new (KappaNode, index->n + 1);
  KappaNode node = kappa_onnx_node (walk, x, KAPPA_PARAMETER_EMBEDDING);
  KappaShape shape = { 0 };
  KappaOnnxRange range = { 0 };

  if (index->n < 1 || index->n > 4096 || x->shape.rank - 1 + index->shape.rank > KAPPA_MAX_RANK)
    return kappa_onnx_fail (walk, "it takes nothing, or more than 4096 parts");
  take_all (&x->shape, &range);
  range.size[axis] = 1;
  for (gsize i = 0; i < index->n; i++)
    {
      const gint64 at = kappa_onnx_numbers_get (index, i);

      if (at < -x->shape.dims[axis] || at >= x->shape.dims[axis])
        return kappa_onnx_fail (walk, "there is no part %" G_GINT64_FORMAT, at);
      range.start[axis] = at < 0 ? at + x->shape.dims[axis] : at;
      parts[i] = kappa_slice (walk->graph, node, range.start, range.size, range.step);
    }
  for (guint d = 0; d < axis; d++)
    shape.dims[shape.rank++] = x->shape.dims[d];
  for (guint d = 0; d < index->shape.rank; d++)
    shape.dims[shape.rank++] = index->shape.dims[d];
  for (guint d = axis + 1; d < x->shape.rank; d++)
    shape.dims[shape.rank++] = x->shape.dims[d];
  return kappa_onnx_give (
      walk, 0, kappa_reshape (walk->graph, join (walk, parts, (guint)index->n, axis), &shape));
}

static gboolean
run_gather (KappaOnnxWalk *walk)
{
  const KappaOnnxValue x = *kappa_onnx_input (walk, 0);
  const KappaOnnxNumbers *index = kappa_onnx_input (walk, 1)->numbers;
  guint axis;

  if (!kappa_onnx_get_axis (walk, kappa_onnx_get_int (walk, "axis", 0), x.shape.rank, &axis))
    return FALSE;
  if (index == NULL)
    return kappa_onnx_fail (walk, "its numbers are not known beforehand, which is not built");
  if (x.numbers != NULL)
    return kappa_onnx_give_numbers (walk, 0, kappa_onnx_numbers_gather (x.numbers, axis, index));
  return gather_node (walk, &x, index, axis);
}

static gboolean
run_expand (KappaOnnxWalk *walk)
{
  const KappaOnnxValue x = *kappa_onnx_input (walk, 0);
  KappaShape shape = { 0 }, both;
  gint n;

  if (!kappa_onnx_get_list (walk, "shape", 1, shape.dims, KAPPA_MAX_RANK, &n))
    return FALSE;
  shape.rank = (guint)MAX (n, 0);
  for (guint d = 0; d < shape.rank; d++)
    if (shape.dims[d] < 1)
      return kappa_onnx_fail (walk, "its shape has the size %" G_GINT64_FORMAT, shape.dims[d]);
  if (!kappa_onnx_broadcast_shapes (&x.shape, &shape, &both))
    return kappa_onnx_fail (walk, "its shape does not fit its input");
  if (x.numbers != NULL && x.numbers->whole)
    return kappa_onnx_give_numbers (walk, 0, kappa_onnx_numbers_expand (x.numbers, &both));
  return kappa_onnx_give (
      walk, 0,
      kappa_onnx_stretch (walk, kappa_onnx_node (walk, &x, KAPPA_PARAMETER_EMBEDDING), &both));
}

static gboolean
run_shape (KappaOnnxWalk *walk)
{
  const KappaShape shape = kappa_onnx_input (walk, 0)->shape;
  KappaOnnxRange range = { { 0 }, { shape.rank }, { 1 } };
  KappaOnnxNumbers *numbers;

  if (!cut (walk, &range, 0, kappa_onnx_get_int (walk, "start", 0),
            kappa_onnx_get_int (walk, "end", shape.rank), 1))
    return FALSE;
  numbers = kappa_onnx_numbers_new (&KAPPA_SHAPE (range.size[0]), TRUE);
  for (gint64 i = 0; i < range.size[0]; i++)
    numbers->values[i] = (double)shape.dims[range.start[0] + i];
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

static gboolean
run_size (KappaOnnxWalk *walk)
{
  KappaOnnxNumbers *numbers = kappa_onnx_numbers_new (&(KappaShape) { 0 }, TRUE);

  numbers->values[0] = (double)kappa_shape_size (&kappa_onnx_input (walk, 0)->shape);
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

/* Literals that are not tensors; those that are have become tensors of the file. */
static gboolean
run_constant (KappaOnnxWalk *walk)
{
  const Onnx__AttributeProto *attribute
      = walk->step->node->n_attribute == 1 ? walk->step->node->attribute[0] : NULL;
  const gboolean whole = attribute != NULL && strstr (attribute->name, "int") != NULL;
  const gboolean several = attribute != NULL && g_str_has_suffix (attribute->name, "s");
  KappaShape shape = { several ? 1 : 0, { 0 } };
  KappaOnnxNumbers *numbers;

  if (attribute == NULL || strcmp (attribute->name, "value") == 0)
    return kappa_onnx_fail (walk, "it has no value");
  shape.dims[0] = (gint64)(whole ? attribute->n_ints : attribute->n_floats);
  numbers = kappa_onnx_numbers_new (&shape, whole);
  for (gsize i = 0; numbers != NULL && i < numbers->n; i++)
    if (several)
      numbers->values[i] = whole ? (double)attribute->ints[i] : (double)attribute->floats[i];
    else
      numbers->values[i] = whole ? (double)attribute->i : (double)attribute->f;
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

/* What fills the constant is a tensor of the file, too. */
static gboolean
get_filling (KappaOnnxWalk *walk, double *value, gboolean *whole)
{
  const Onnx__AttributeProto *attribute = kappa_onnx_get_attribute (walk, "value");
  guint index;

  *value = 0.0;
  *whole = FALSE;
  if (attribute == NULL)
    return TRUE;
  if (attribute->t == NULL || !kappa_onnx_file_find (walk->network->file, attribute->t, &index))
    return kappa_onnx_fail (walk, "its value is no tensor");
  if (kappa_tensor_file_get_info ((KappaTensorFile *)walk->network->file, index)->n != 1
      || !kappa_tensor_file_read_doubles ((KappaTensorFile *)walk->network->file, index, value,
                                          NULL))
    return kappa_onnx_fail (walk, "its value is no single number");
  *whole = !kappa_element_is_float (
      kappa_tensor_file_get_info ((KappaTensorFile *)walk->network->file, index)->element);
  return TRUE;
}

static gboolean
run_constant_of_shape (KappaOnnxWalk *walk)
{
  KappaShape shape = { 0 };
  KappaOnnxNumbers *numbers;
  gboolean whole;
  double value;
  gint n;

  if (!kappa_onnx_get_list (walk, "shape", 0, shape.dims, KAPPA_MAX_RANK, &n)
      || !get_filling (walk, &value, &whole))
    return FALSE;
  shape.rank = (guint)MAX (n, 0);
  if (!whole)
    {
      const KappaShape none = { 0 };

      return kappa_onnx_give (
          walk, 0, kappa_onnx_stretch (walk, kappa_fill (walk->graph, value, &none), &shape));
    }
  numbers = kappa_onnx_numbers_new (&shape, whole);
  for (gsize i = 0; numbers != NULL && i < numbers->n; i++)
    numbers->values[i] = value;
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

static gboolean
run_range (KappaOnnxWalk *walk)
{
  const KappaOnnxNumbers *start, *end, *step;
  KappaOnnxNumbers *numbers = NULL;
  double n;

  if (!kappa_onnx_all_known (walk))
    return kappa_onnx_fail (walk, "it depends on the image, which is not built");
  start = kappa_onnx_input (walk, 0)->numbers;
  end = kappa_onnx_input (walk, 1)->numbers;
  step = kappa_onnx_input (walk, 2)->numbers;
  if (start->n != 1 || end->n != 1 || step->n != 1 || step->values[0] == 0.0)
    return kappa_onnx_fail (walk, "its limits are no single numbers");
  n = (end->values[0] - start->values[0]) / step->values[0];
  if (n <= (double)KAPPA_ONNX_MAX_NUMBERS)
    numbers = kappa_onnx_numbers_new (&KAPPA_SHAPE ((gint64)MAX (n + 0.999999, 0.0)), start->whole);
  for (gsize i = 0; numbers != NULL && i < numbers->n; i++)
    numbers->values[i] = start->values[0] + (double)i * step->values[0];
  return kappa_onnx_give_numbers (walk, 0, numbers);
}

static gboolean
get_padding (KappaOnnxWalk *walk, guint rank, gint64 *before, gint64 *after)
{
  static const char *const modes[] = { "constant", NULL };
  gint64 list[2 * KAPPA_MAX_RANK], axes[KAPPA_MAX_RANK];
  const KappaOnnxValue *value = kappa_onnx_input (walk, 2);
  guint mode;
  gint n, n_axes;

  if (!kappa_onnx_get_choice (walk, "mode", modes, &mode)
      || !kappa_onnx_get_list (walk, "pads", 1, list, G_N_ELEMENTS (list), &n)
      || !kappa_onnx_get_list (walk, "axes", 3, axes, KAPPA_MAX_RANK, &n_axes))
    return FALSE;
  if (n < 0 || (guint)n != 2 * (n_axes >= 0 ? (guint)n_axes : rank))
    return kappa_onnx_fail (walk, "its “pads” are %d, which do not fit its input", n);
  if (kappa_onnx_get_float (walk, "value", 0.0) != 0.0
      || (value != NULL
          && (value->numbers == NULL || value->numbers->n != 1
              || value->numbers->values[0] != 0.0)))
    return kappa_onnx_fail (walk, "it pads with something else than zeros, which is not built");
  for (gint i = 0; i < n / 2; i++)
    {
      guint axis;

      if (!kappa_onnx_get_axis (walk, n_axes >= 0 ? axes[i] : i, rank, &axis))
        return FALSE;
      before[axis] = list[i];
      after[axis] = list[n / 2 + i];
      if (ABS (before[axis] / 2) > 1 << 15 || ABS (after[axis] / 2) > 1 << 15)
        return kappa_onnx_fail (walk, "its “pads” are too large");
    }
  return TRUE;
}

/* Negative padding cuts off. */
static gboolean
run_pad (KappaOnnxWalk *walk)
{
  const KappaOnnxValue x = *kappa_onnx_input (walk, 0);
  gint64 before[KAPPA_MAX_RANK] = { 0 }, after[KAPPA_MAX_RANK] = { 0 }, one[KAPPA_MAX_RANK];
  KappaOnnxRange range = { 0 };
  KappaNode node;

  if (!get_padding (walk, x.shape.rank, before, after))
    return FALSE;
  take_all (&x.shape, &range);
  for (guint d = 0; d < x.shape.rank; d++)
    {
      range.start[d] = MAX (-before[d], 0);
      range.size[d] -= range.start[d] + MAX (-after[d], 0);
      before[d] = MAX (before[d], 0);
      after[d] = MAX (after[d], 0);
      one[d] = 1;
      if (range.size[d] < 1)
        return kappa_onnx_fail (walk, "it cuts off everything");
    }
  node = kappa_slice (walk->graph, operand (walk), range.start, range.size, range.step);
  return kappa_onnx_give (walk, 0, kappa_pad (walk->graph, node, before, after, one));
}

const KappaOnnxOperator kappa_onnx_movements[] = {
  { "Reshape", "allowzero", 2, 2, 7, run_reshape },
  { "Flatten", "axis", 1, 1, 7, run_flatten },
  { "Squeeze", "axes", 1, 2, 7, run_squeeze },
  { "Unsqueeze", "axes", 1, 2, 7, run_unsqueeze },
  { "Transpose", "perm", 1, 1, 7, run_transpose },
  { "Concat", "axis", 1, 4096, 7, run_concat },
  { "Slice", "starts ends axes", 1, 5, 7, run_slice },
  { "Split", "axis split num_outputs", 1, 2, 7, run_split },
  { "Gather", "axis", 2, 2, 7, run_gather },
  { "Expand", "", 2, 2, 8, run_expand },
  { "Shape", "start end", 1, 1, 7, run_shape },
  { "Size", "", 1, 1, 7, run_size },
  { "Constant", "value value_int value_ints value_float value_floats", 0, 0, 7, run_constant },
  { "ConstantOfShape", "value", 1, 1, 9, run_constant_of_shape },
  { "Range", "", 3, 3, 11, run_range },
  { "Pad", "mode pads value", 1, 4, 7, run_pad },
  { NULL },
};
