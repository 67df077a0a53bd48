#include "core/models/activation.h"
#include "tests/core/models/onnx-lab.h"

/* Gelus and attention are known in graphs that have neither as an operator. */

#define STEP(inputs, output, operator) NODE (inputs, output, operator, "")

/* Φ by erf, from x/√2, which the file has as a float32 */
#define BY_ERF                                                                                     \
  STEP (IN ("x") IN ("n:1.4142135381698608"), "a", "Div")                                          \
  STEP (IN ("a"), "b", "Erf") STEP (IN ("b") IN ("n:1"), "c", "Add")
#define INNER_BY_TANH                                                                              \
  STEP (IN ("x") IN ("n:3"), "d", "Pow")                                                           \
  STEP (IN ("d") IN ("n:0.044715"), "e", "Mul")                                                    \
  STEP (IN ("x") IN ("e"), "f", "Add") STEP (IN ("f") IN ("n:0.7978845608"), "g", "Mul")
#define BY_TANH INNER_BY_TANH STEP (IN ("g"), "b", "Tanh") STEP (IN ("b") IN ("n:1"), "c", "Add")

static const struct
{
  OnnxCase model;
  gboolean marked;
} gelus[] = {
  { { "erf-half-last", 13,
      BY_ERF STEP (IN ("x") IN ("c"), "h", "Mul") STEP (IN ("h") IN ("n:0.5"), "v", "Mul") },
    TRUE },
  { { "erf-half-first", 9,
      BY_ERF STEP (IN ("x") IN ("n:0.5"), "h", "Mul") STEP (IN ("h") IN ("c"), "v", "Mul") },
    TRUE },
  { { "erf-half-inside", 13,
      BY_ERF STEP (IN ("c") IN ("n:0.5"), "h", "Mul") STEP (IN ("x") IN ("h"), "v", "Mul") },
    TRUE },
  { { "erf-halved-by-two", 13,
      BY_ERF STEP (IN ("c") IN ("x"), "h", "Mul") STEP (IN ("h") IN ("n:2"), "v", "Div") },
    TRUE },
  { { "tanh-half-first", 13,
      BY_TANH STEP (IN ("x") IN ("n:0.5"), "h", "Mul") STEP (IN ("h") IN ("c"), "v", "Mul") },
    TRUE },
  { { "tanh-half-last", 17,
      BY_TANH STEP (IN ("x") IN ("c"), "h", "Mul") STEP (IN ("n:0.5") IN ("h"), "v", "Mul") },
    TRUE },
  { { "operator", 20, STEP (IN ("x"), "v", "Gelu") }, TRUE },
  { { "operator-tanh", 20, NODE (IN ("x"), "v", "Gelu", A_TEXT ("approximate", "tanh")) }, TRUE },
  { { "not-halved", 13, BY_ERF STEP (IN ("x") IN ("c"), "v", "Mul") }, FALSE },
  { { "of-two", 13,
      BY_ERF STEP (IN ("x"), "z", "Neg") STEP (IN ("z") IN ("n:0.5"), "h", "Mul")
          STEP (IN ("h") IN ("c"), "v", "Mul") },
    FALSE },
  { { "by-sigmoid", 13,
      STEP (IN ("x") IN ("n:1.702"), "a", "Mul") STEP (IN ("a"), "b", "Sigmoid")
          STEP (IN ("x") IN ("b"), "v", "Mul") },
    FALSE },
  { { "by-tanh-alone", 13,
      STEP (IN ("x"), "b", "Tanh") STEP (IN ("b") IN ("n:1"), "c", "Add")
          STEP (IN ("x") IN ("c"), "h", "Mul") STEP (IN ("h") IN ("n:0.5"), "v", "Mul") },
    FALSE },
};

static void
test_gelu (gconstpointer data)
{
  const guint row = GPOINTER_TO_UINT (data);
  g_autoptr (KappaModel) model = onnx_lab_open (&gelus[row].model);
  const KappaActivation *activation = kappa_model_find_activation (model, "v");
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F64);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F64,
                                        &KAPPA_SHAPE (2, LAB_CHANNELS, LAB_HEIGHT, LAB_WIDTH));
  KappaNode logits = kappa_model_build (model, graph, images);

  g_assert_cmpint (logits, >=, 0);
  if (!gelus[row].marked)
    {
      g_assert_null (activation);
      return;
    }
  g_assert_nonnull (activation);
  g_assert_cmpuint (activation->flags, ==, KAPPA_ACTIVATION_GELU);
  g_assert_cmpint (kappa_activation_find_input (activation, graph), ==, images);
}

#define TURNED        NODE (IN ("x"), "t", "Transpose", A_INTS ("perm", "8=0 8=1 8=3 8=2"))
#define SCORES        TURNED STEP (IN ("x") IN ("t"), "s", "MatMul")
#define SOFTMAX(from) NODE (IN (from), "v", "Softmax", A_INT ("axis", "-1"))

static const struct
{
  OnnxCase model;
  gboolean marked;
} attentions[] = {
  { { "plain", 13, SCORES SOFTMAX ("s") }, TRUE },
  { { "scaled", 13, SCORES STEP (IN ("s") IN ("n:0.4"), "q", "Mul") SOFTMAX ("q") }, TRUE },
  { { "masked", 13,
      SCORES STEP (IN ("s") IN ("n:2"), "q", "Div") STEP (IN ("q") IN ("w:4,4"), "r", "Add")
          SOFTMAX ("r") },
    TRUE },
  { { "no-product", 13,
      NODE (IN ("x") IN ("i:0,1,2,3"), "s", "Gather", A_INT ("axis", "3")) SOFTMAX ("s") },
    FALSE },
  { { "no-square", 13, STEP (IN ("x") IN ("w:5,3"), "s", "MatMul") SOFTMAX ("s") }, FALSE },
};

static void
test_attention (gconstpointer data)
{
  const guint row = GPOINTER_TO_UINT (data);
  g_autoptr (KappaModel) model = onnx_lab_open (&attentions[row].model);
  const KappaActivation *activation = kappa_model_find_activation (model, "v");

  g_assert_cmpint (activation != NULL, ==, attentions[row].marked);
  if (activation == NULL)
    return;
  g_assert_cmpuint (activation->flags, ==, KAPPA_ACTIVATION_ATTENTION);
  g_assert_true (kappa_shape_equal (&activation->shape, &KAPPA_SHAPE (LAB_CHANNELS, 4, 4)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (gelus); i++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx/gelu/%s", gelus[i].model.name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_gelu);
    }
  for (guint i = 0; i < G_N_ELEMENTS (attentions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx/attention/%s", attentions[i].model.name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_attention);
    }
  return g_test_run ();
}
