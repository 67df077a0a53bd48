/* Random graphs in which values change their layout on the way. Every node is made together with what it should come
 * to. Everything stays about as large as it was, and nothing jumps: so rounding stays rounding.
 */

#include <math.h>

#include "core/base/random.h"
#include "naive.h"

/* A node and what it should come to, made by the same call. */
typedef struct
{
  KappaNode node;
  LabTensor *value;
} Twin;

typedef struct
{
  KappaGraph *graph;
  KappaStream stream;
  guint64 drawn;
  GArray *twins; /* of Twin */
} Pair;

static guint
roll (Pair *p, guint below)
{
  return (guint) kappa_stream_below (&p->stream, p->drawn++, below);
}

static void
keep (Pair *p, KappaNode node, LabTensor *value)
{
  Twin twin = { node, value };

  g_assert_cmpint (node, >=, 0);
  g_assert_true (kappa_shape_equal (kappa_graph_get_shape (p->graph, node), &value->shape));
  g_array_append_val (p->twins, twin);
}

static void
twin_clear (gpointer twin)
{
  lab_tensor_free (((Twin *) twin)->value);
}

static Twin
twin_at (const Pair *p, guint i)
{
  return g_array_index (p->twins, Twin, i);
}

static double
product (const double *v)
{
  return v[0] * v[1];
}

static double
sum (const double *v)
{
  return v[0] + v[1];
}

static double
difference (const double *v)
{
  return v[0] - v[1];
}

static double
hyperbolic (const double *v)
{
  return tanh (v[0]);
}

static double
rectified (const double *v)
{
  return fmax (v[0], 0.0);
}

static double
shrunk (const double *v)
{
  return v[0] * 0.625;
}

static double
moved (const double *v)
{
  return v[0] + 0.25;
}

static double
larger (const double *v)
{
  return fmax (v[0], v[1]);
}

static double
inverse_of_positive (const double *v)
{
  return 1.0 / (2.0 + v[0] * v[0]);
}

static void
grow_unary (Pair *p, Twin x)
{
  switch (roll (p, 5))
    {
    case 0:
      keep (p, kappa_tanh (p->graph, x.node), naive_map (hyperbolic, &x.value, 1));
      break;
    case 1:
      keep (p, kappa_relu (p->graph, x.node), naive_map (rectified, &x.value, 1));
      break;
    case 2:
      keep (p, kappa_scale (p->graph, x.node, 0.625), naive_map (shrunk, &x.value, 1));
      break;
    case 3:
      keep (p, kappa_shift (p->graph, x.node, 0.25), naive_map (moved, &x.value, 1));
      break;
    default:
      keep (p, kappa_reciprocal (p->graph, kappa_shift (p->graph, kappa_mul (p->graph, x.node, x.node), 2.0)),
            naive_map (inverse_of_positive, &x.value, 1));
    }
}

static void
grow_binary (Pair *p, Twin a, Twin b)
{
  g_autoptr (LabTensor) full = naive_broadcast (b.value, &a.value->shape);
  KappaNode other = kappa_broadcast (p->graph, b.node, &a.value->shape);
  LabTensor *operands[] = { a.value, full };

  switch (roll (p, 4))
    {
    case 0:
      keep (p, kappa_add (p->graph, a.node, other), naive_map (sum, operands, 2));
      break;
    case 1:
      keep (p, kappa_sub (p->graph, a.node, other), naive_map (difference, operands, 2));
      break;
    case 2:
      keep (p, kappa_tanh (p->graph, kappa_mul (p->graph, a.node, other)), naive_map (product, operands, 2));
      for (gsize i = 0; i < full->size; i++)
        twin_at (p, p->twins->len - 1).value->values[i] = tanh (twin_at (p, p->twins->len - 1).value->values[i]);
      break;
    default:
      keep (p, kappa_maximum (p->graph, a.node, other), naive_map (larger, operands, 2));
    }
}

static void
grow_convolution (Pair *p, Twin x)
{
  gint64 channels = x.value->shape.dims[1];
  g_autoptr (LabTensor) weight = lab_tensor_new (&KAPPA_SHAPE (channels, channels, 3, 3));
  KappaWindow window = KAPPA_WINDOW (3, 1, 1);
  double value = 0.5 / (9.0 * (double) channels);

  for (gsize i = 0; i < weight->size; i++)
    weight->values[i] = value;
  keep (p, kappa_conv (p->graph, x.node, kappa_fill (p->graph, value, &weight->shape), &window),
        naive_conv (x.value, weight, &window));
}

/* There and back: flat dimensions in between, so that views of views arise. */
static void
grow_movement (Pair *p, Twin x)
{
  const KappaShape *s = &x.value->shape;
  gint64 start[] = { 0, roll (p, (guint) s->dims[1]), roll (p, (guint) s->dims[2]), 0 };
  gint64 size[] = { s->dims[0], s->dims[1] - start[1], s->dims[2] - start[2], s->dims[3] }, none[4] = { 0 };
  static const gint64 ones[] = { 1, 1, 1, 1 };
  static const guint turns[][4] = { { 1, 0, 2, 3 }, { 0, 2, 3, 1 }, { 3, 2, 1, 0 }, { 0, 1, 3, 2 } };
  const guint *turn = turns[roll (p, G_N_ELEMENTS (turns))];
  guint back[4];

  for (guint d = 0; d < 4; d++)
    back[turn[d]] = d;
  switch (roll (p, 4))
    {
    case 0:
      {
        g_autoptr (LabTensor) part = naive_slice (x.value, start, size, ones);
        KappaNode sliced = kappa_slice (p->graph, x.node, start, size, NULL);

        keep (p, kappa_pad (p->graph, sliced, start, none, NULL), naive_pad (part, start, none, ones));
        break;
      }
    case 1:
      {
        g_autoptr (LabTensor) turned = naive_transpose (x.value, turn), bent = naive_map (hyperbolic, &turned, 1);

        keep (p, kappa_transpose (p->graph, kappa_tanh (p->graph, kappa_transpose (p->graph, x.node, turn)), back),
              naive_transpose (bent, back));
        break;
      }
    case 2:
      {
        KappaShape flat = KAPPA_SHAPE (s->dims[0] * s->dims[1], s->dims[2] * s->dims[3]);
        g_autoptr (LabTensor) joined = naive_reshape (x.value, &flat), bent = naive_map (shrunk, &joined, 1);

        keep (p, kappa_reshape (p->graph, kappa_scale (p->graph, kappa_reshape (p->graph, x.node, &flat), 0.625), s),
              naive_reshape (bent, s));
        break;
      }
    default:
      {
        guint axis = roll (p, 3);
        gint64 half[] = { s->dims[0], s->dims[1], s->dims[2], s->dims[3] };
        gint64 middle[4] = { 0 }, rest[] = { s->dims[0], s->dims[1], s->dims[2], s->dims[3] };
        KappaNode parts[2];

        if (s->dims[axis] < 2)
          return;
        half[axis] = middle[axis] = s->dims[axis] / 2;
        rest[axis] -= half[axis];
        parts[1] = kappa_slice (p->graph, x.node, NULL, half, NULL);
        parts[0] = kappa_slice (p->graph, x.node, middle, rest, NULL);
        {
          LabTensor *pieces[] = { naive_slice (x.value, middle, rest, ones), naive_slice (x.value, none, half, ones) };

          keep (p, kappa_concat (p->graph, parts, 2, axis), naive_concat (pieces, 2, axis));
          lab_tensor_free (pieces[0]);
          lab_tensor_free (pieces[1]);
        }
      }
    }
}

static void
grow_reduction (Pair *p, Twin x)
{
  guint axes = 1 + roll (p, 15);
  LabTensor *mean = naive_reduce_sum (x.value, axes);

  for (gsize i = 0; i < mean->size; i++)
    mean->values[i] *= (double) mean->size / (double) x.value->size;
  keep (p, kappa_reduce_mean (p->graph, x.node, axes), mean);
}

/* A twin that can be broadcast to the shape. */
static Twin
fitting (Pair *p, const KappaShape *shape)
{
  for (;;)
    {
      Twin twin = twin_at (p, roll (p, p->twins->len));
      gboolean fits = TRUE;

      for (guint d = 0; d < shape->rank; d++)
        fits &= twin.value->shape.dims[d] == 1 || twin.value->shape.dims[d] == shape->dims[d];
      if (fits)
        return twin;
    }
}

static void
grow (Pair *p)
{
  Twin x = twin_at (p, roll (p, p->twins->len));

  switch (roll (p, 10))
    {
    case 0:
    case 1:
    case 2:
      grow_unary (p, x);
      break;
    case 3:
    case 4:
    case 5:
    case 6:
      grow_binary (p, x, fitting (p, &x.value->shape));
      break;
    case 7:
      grow_convolution (p, x);
      break;
    case 8:
      grow_movement (p, x);
      break;
    default:
      grow_reduction (p, x);
    }
}

static KappaShape
masked_shape (const KappaShape *full, guint mask)
{
  KappaShape shape = *full;

  for (guint d = 0; d < shape.rank; d++)
    if (!(mask >> d & 1))
      shape.dims[d] = 1;
  return shape;
}

typedef struct
{
  guint64 seed;
  LabTensor *const *inputs;
  guint n_inputs;
  LabTensor *expected;
} Growth;

/* All that has grown takes part in the result, so that everything is computed and some values are
 * wanted late. */
static KappaNode
build_random (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  Growth *growth = data;
  g_autoptr (GArray) twins = g_array_new (FALSE, FALSE, sizeof (Twin));
  Pair p = { g, kappa_stream_init (growth->seed, "graph"), 0, twins };
  KappaNode total = KAPPA_NONE;

  g_array_set_clear_func (twins, twin_clear);
  for (guint i = 0; i < growth->n_inputs; i++)
    keep (&p, inputs[i], lab_tensor_copy (growth->inputs[i]));
  for (guint i = 0; i < 40; i++)
    grow (&p);
  growth->expected = lab_tensor_new (&growth->inputs[0]->shape);
  for (guint i = growth->n_inputs; i < twins->len; i++)
    {
      g_autoptr (LabTensor) full = naive_broadcast (twin_at (&p, i).value, &growth->expected->shape);
      KappaNode other = kappa_broadcast (g, twin_at (&p, i).node, &growth->expected->shape);

      total = i == growth->n_inputs ? other : kappa_add (g, total, other);
      for (gsize k = 0; k < full->size; k++)
        growth->expected->values[k] += full->values[k];
    }
  return total;
}

static void
test_random (void)
{
  static const KappaShape shapes[] = { { 4, { 2, 3, 5, 4 } },  { 4, { 3, 8, 7, 9 } }, { 4, { 2, 3, 1, 11 } },
                                       { 4, { 1, 5, 13, 1 } }, { 4, { 1, 1, 6, 7 } }, { 4, { 5, 4, 1, 1 } } };

  for (guint64 seed = 0; seed < 240; seed++)
    {
      const KappaShape *shape = &shapes[seed % G_N_ELEMENTS (shapes)];
      KappaDtype dtype = seed / G_N_ELEMENTS (shapes) % 2 == 0 ? KAPPA_F64 : KAPPA_F32;
      const guint masks[] = { 15, 15, 2, 5, 12 };
      LabTensor *inputs[G_N_ELEMENTS (masks)];
      Growth growth = { seed, inputs, G_N_ELEMENTS (masks) };
      g_autoptr (LabTensor) found = NULL;
      g_autofree char *what = g_strdup_printf ("random graph %" G_GUINT64_FORMAT, seed);

      for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
        {
          KappaShape small = masked_shape (shape, masks[i]);

          inputs[i] = lab_tensor_random (&small, seed + i, dtype, -1, 1);
        }
      found = lab_run (dtype, dtype, inputs, G_N_ELEMENTS (masks), build_random, &growth);
      lab_compare (what, dtype, found, growth.expected);
      lab_tensor_free (growth.expected);
      for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
        lab_tensor_free (inputs[i]);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random-graphs", test_random);
  status = g_test_run ();
  lab_report ();
  return status;
}
