/* What a convolution, or a product of matrices, does to its result before it is written: sums, products and a relu, in
 * every order and in more numbers than one step takes. In float64 nothing is joined, so the two precisions are two computations.
 */

#include "core/ops/ops.h"
#include "lab.h"

/* b: a number for each channel is added; a: a tensor is added; m: multiplied; r: relu */
static const char *const tails[]
    = { "", "b", "ab", "aab", "am", "abm", "bam", "amr", "mab", "mb", "r", "br", "abr", "mm", "aaaam", "maaamar", "amrab" };

static const KappaWindow windows[] = {
  { { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 }, { { 1, 1 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, { 1, 1 }, 1 },
  { { 3, 2 }, { 1, 1 }, { 0, 1 }, { 2, 0 }, { 1, 1 }, 1 }, { { 2, 3 }, { 1, 1 }, { 1, 0 }, { 0, 2 }, { 2, 1 }, 1 },
  { { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 }, { { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 2 },
  { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1 },
};

enum
{
  CHANNELS = 6,
  OUTPUTS = 4,
  HEIGHT = 9,
  WIDTH = 7,
  N_INPUTS = 4,
};

typedef struct
{
  const char *tail;
  const KappaWindow *window;
  gboolean transposed;
} Case;

static gint64
output_side (const KappaWindow *w, guint d, gint64 side)
{
  return (side + w->pad_begin[d] + w->pad_end[d] - w->dilation[d] * (w->kernel[d] - 1) - 1) / w->stride[d] + 1;
}

static KappaNode
append_tail (KappaGraph *g, KappaNode x, const char *tail, KappaNode other, KappaNode bias)
{
  for (const char *link = tail; *link != '\0'; link++)
    switch (*link)
      {
      case 'a':
        x = kappa_add (g, x, other = kappa_scale (g, other, -0.75));
        break;
      case 'm':
        x = kappa_mul (g, x, other = kappa_shift (g, other, 0.125));
        break;
      case 'b':
        x = kappa_add_channel (g, x, bias);
        break;
      default:
        x = kappa_relu (g, x);
      }
  return x;
}

static KappaNode
build (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const Case *c = data;
  KappaNode x = c->transposed ? kappa_conv_input_grad (g, inputs[0], inputs[1], c->window, HEIGHT, WIDTH)
                              : kappa_conv (g, inputs[0], inputs[1], c->window);

  return append_tail (g, x, c->tail, inputs[2], inputs[3]);
}

static void
check (Case *c)
{
  const KappaWindow *w = c->window;
  const KappaShape image = KAPPA_SHAPE (3, CHANNELS, HEIGHT, WIDTH);
  const KappaShape result = KAPPA_SHAPE (3, OUTPUTS, output_side (w, 0, HEIGHT), output_side (w, 1, WIDTH));
  const KappaShape weight = KAPPA_SHAPE (OUTPUTS, CHANNELS / w->groups, w->kernel[0], w->kernel[1]);
  const KappaShape shapes[N_INPUTS] = { c->transposed ? result : image, weight, c->transposed ? image : result,
                                        KAPPA_SHAPE (c->transposed ? CHANNELS : OUTPUTS) };
  LabTensor *inputs[N_INPUTS];
  g_autoptr (LabTensor) narrow = NULL, wide = NULL;
  g_autofree char *what = g_strdup_printf ("window %d, %s, tail “%s”,", (int) (w - windows),
                                           c->transposed ? "transposed" : "forward", c->tail);

  for (guint i = 0; i < N_INPUTS; i++)
    inputs[i] = lab_tensor_random (&shapes[i], i, KAPPA_F32, -1, 1);
  narrow = lab_run (KAPPA_F32, KAPPA_F32, inputs, N_INPUTS, build, c);
  wide = lab_run (KAPPA_F64, KAPPA_F64, inputs, N_INPUTS, build, c);
  lab_compare (what, KAPPA_F32, narrow, wide);
  for (guint i = 0; i < N_INPUTS; i++)
    lab_tensor_free (inputs[i]);
}

static void
test_links (void)
{
  for (guint w = 0; w < G_N_ELEMENTS (windows); w++)
    for (guint t = 0; t < G_N_ELEMENTS (tails); t++)
      {
        check (&(Case){ tails[t], &windows[w], FALSE });
        check (&(Case){ tails[t], &windows[w], TRUE });
      }
  lab_report ();
}

/* Rows times a square weight, and the result times its transpose: two forms of one parameter. */
static KappaNode
build_product (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const char *tail = data;
  KappaNode weight = inputs[0], x = inputs[1], other = inputs[3], bias = inputs[2];

  x = append_tail (g, kappa_matmul (g, x, weight, FALSE, TRUE), tail, other, bias);
  return append_tail (g, kappa_matmul (g, x, weight, FALSE, FALSE), tail, other, bias);
}

static void
test_products (void)
{
  const KappaShape rows = KAPPA_SHAPE (5, 24), shapes[N_INPUTS] = { KAPPA_SHAPE (24, 24), rows, KAPPA_SHAPE (24), rows };

  for (guint t = 0; t < G_N_ELEMENTS (tails); t++)
    {
      LabTensor *inputs[N_INPUTS];
      g_autoptr (LabTensor) narrow = NULL, wide = NULL;
      g_autofree char *what = g_strdup_printf ("product, tail “%s”,", tails[t]);

      for (guint i = 0; i < N_INPUTS; i++)
        inputs[i] = lab_tensor_random (&shapes[i], i, KAPPA_F32, -1, 1);
      narrow = lab_run (KAPPA_F32, KAPPA_F32, inputs, N_INPUTS, build_product, (gpointer) tails[t]);
      wide = lab_run (KAPPA_F64, KAPPA_F64, inputs, N_INPUTS, build_product, (gpointer) tails[t]);
      lab_compare (what, KAPPA_F32, narrow, wide);
      for (guint i = 0; i < N_INPUTS; i++)
        lab_tensor_free (inputs[i]);
    }
  lab_report ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/links/every-order", test_links);
  g_test_add_func ("/links/products", test_products);
  return g_test_run ();
}
