/* Convolution and its two transposes. */

#include "kernels.h"

typedef enum
{
  CONV,
  INPUT_GRAD,
  WEIGHT_GRAD,
  N_KINDS,
} Kind;

/* n, channels, height, width, outputs, and the window. */
typedef struct
{
  const char *name;
  gint64 n, ic, ih, iw, oc;
  KappaWindow window;
} ConvCase;

static const ConvCase conv_cases[] = {
  { "plain", 2, 3, 8, 9, 16, KAPPA_WINDOW (3, 1, 1) },
  { "one channel", 3, 1, 7, 5, 1, KAPPA_WINDOW (3, 1, 1) },
  { "wide", 1, 64, 6, 6, 64, KAPPA_WINDOW (3, 1, 1) },
  { "odd channels", 2, 17, 5, 7, 19, KAPPA_WINDOW (3, 2, 1) },
  { "1×1", 2, 6, 5, 4, 7, KAPPA_WINDOW (1, 1, 0) },
  { "1×1 by steps", 2, 16, 7, 8, 32, KAPPA_WINDOW (1, 2, 0) },
  { "1×1 padded", 1, 4, 3, 3, 5, KAPPA_WINDOW (1, 2, 1) },
  { "stem", 1, 3, 23, 21, 8, KAPPA_WINDOW (7, 2, 3) },
  { "7×7", 2, 2, 9, 11, 3, KAPPA_WINDOW (7, 1, 0) },
  { "uneven padding", 2, 3, 6, 5, 4, { { 3, 2 }, { 2, 1 }, { 0, 1 }, { 2, 0 }, { 1, 1 }, 1 } },
  { "same as TensorFlow", 1, 3, 8, 8, 8, { { 3, 3 }, { 2, 2 }, { 0, 0 }, { 1, 1 }, { 1, 1 }, 1 } },
  { "dilated", 2, 3, 9, 10, 5, { { 3, 3 }, { 1, 2 }, { 2, 1 }, { 2, 3 }, { 2, 3 }, 1 } },
  { "groups", 2, 8, 6, 5, 12, { { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 4 } },
  { "wide groups", 1, 32, 5, 5, 32, { { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 2 } },
  { "depthwise", 2, 10, 7, 6, 10, { { 3, 3 }, { 2, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 10 } },
  { "depthwise, two each", 1, 6, 7, 6, 12, { { 5, 3 }, { 1, 1 }, { 2, 1 }, { 2, 1 }, { 1, 1 }, 6 } },
  { "image smaller than kernel", 2, 3, 2, 3, 4, KAPPA_WINDOW (5, 1, 2) },
  { "one pixel", 2, 5, 1, 1, 6, KAPPA_WINDOW (3, 1, 1) },
  { "kernel as large as the image", 3, 4, 5, 6, 7, { { 5, 6 }, { 1, 1 }, { 0, 0 }, { 0, 0 }, { 1, 1 }, 1 } },
  { "rows", 2, 3, 1, 12, 5, { { 1, 3 }, { 1, 1 }, { 0, 1 }, { 0, 1 }, { 1, 1 }, 1 } },
  { "columns", 2, 3, 12, 1, 5, { { 3, 1 }, { 2, 1 }, { 1, 0 }, { 1, 0 }, { 1, 1 }, 1 } },
  { "steps larger than the kernel", 1, 3, 11, 11, 4, KAPPA_WINDOW (2, 4, 0) },
};

typedef struct
{
  Kind kind;
  const ConvCase *c;
  LabArrangement arrangements[2];
  KappaShape shapes[2];
} ConvJob;

static KappaNode
build_conv (KappaGraph *g, const KappaNode *inputs, gpointer data)
{
  const ConvJob *job = data;
  KappaNode a = lab_arranged (g, inputs[0], &job->shapes[0], job->arrangements[0]);
  KappaNode b = lab_arranged (g, inputs[1], &job->shapes[1], job->arrangements[1]);

  switch (job->kind)
    {
    case CONV:
      return kappa_conv (g, a, b, &job->c->window);
    case INPUT_GRAD:
      return kappa_conv_input_grad (g, a, b, &job->c->window, job->c->ih, job->c->iw);
    default:
      return kappa_conv_weight_grad (g, a, b, &job->c->window);
    }
}

static LabTensor *
expected_conv (const ConvJob *job, const LabTensor *a, const LabTensor *b)
{
  switch (job->kind)
    {
    case CONV:
      return naive_conv (a, b, &job->c->window);
    case INPUT_GRAD:
      return naive_conv_input_grad (a, b, &job->c->window, job->c->ih, job->c->iw);
    default:
      return naive_conv_weight_grad (a, b, &job->c->window);
    }
}

static void
check_conv (Kind kind, const ConvCase *c, KappaDtype dtype, LabArrangement first, LabArrangement second)
{
  static const char *const kinds[] = { "conv", "conv_input_grad", "conv_weight_grad" };
  KappaDtype real = dtype == KAPPA_F64 ? KAPPA_F64 : KAPPA_F32;
  g_autoptr (LabTensor) x = lab_tensor_random (&KAPPA_SHAPE (c->n, c->ic, c->ih, c->iw), 1, dtype, -1, 1);
  g_autoptr (LabTensor) w = lab_tensor_random (
      &KAPPA_SHAPE (c->oc, c->ic / c->window.groups, c->window.kernel[0], c->window.kernel[1]), 2, dtype, -1, 1);
  g_autoptr (LabTensor) shape_of_y = naive_conv (x, w, &c->window);
  g_autoptr (LabTensor) y = lab_tensor_random (&shape_of_y->shape, 3, dtype, -1, 1);
  LabTensor *a = kind == INPUT_GRAD ? y : x, *b = kind == WEIGHT_GRAD ? y : w;
  ConvJob job = { kind, c, { first, second }, { a->shape, b->shape } };
  g_autoptr (LabTensor) fed_a = lab_arrange (a, first);
  g_autoptr (LabTensor) fed_b = lab_arrange (b, second);
  LabTensor *fed[] = { fed_a, fed_b };
  g_autoptr (LabTensor) expected = expected_conv (&job, a, b);
  g_autoptr (LabTensor) found = lab_run (real, dtype, fed, 2, build_conv, &job);
  g_autofree char *what = g_strdup_printf ("%s, %s, operands lying %d and %d,", kinds[kind], c->name, first, second);

  lab_compare (what, dtype, found, expected);
}

static void
test_conv (gconstpointer data)
{
  const ConvCase *c = data;
  guint turn = (guint) (c - conv_cases);

  for (guint kind = 0; kind < N_KINDS; kind++)
    for (guint a = 0; a < LAB_N_ARRANGEMENTS; a++)
      {
        check_conv (kind, c, KAPPA_F64, a, (a + turn) % LAB_N_ARRANGEMENTS);
        check_conv (kind, c, KAPPA_F32, a, (a + turn) % LAB_N_ARRANGEMENTS);
        if (kind == CONV)
          check_conv (kind, c, KAPPA_BF16, a, (a + turn) % LAB_N_ARRANGEMENTS);
      }
}

void
add_convolution_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (conv_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernels/conv/%s", conv_cases[i].name);

      g_test_add_data_func (path, &conv_cases[i], test_conv);
    }
}
