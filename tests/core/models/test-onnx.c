#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/graph/program.h"
#include "core/models/model.h"
#include "tests/support/proto-text.h"
#include "tests/support/shared.h"

/* Fields of a model: 1 version, 8 operators, 7 graph; of a graph: 1 node, 5 initialiser, 11 input,
 * 12 output; of a node: 1 input, 2 output, 4 operator, 5 attribute; of a tensor: 1 size, 2 type,
 * 8 name, 9 bytes. */
#define SHAPE(n, c, h, w) "2{1{1=1 2{1{1=" n "}1{1=" c "}1{1=" h "}1{1=" w "}}}}"
#define IMAGES            "11{1'x'" SHAPE ("1", "1", "4", "4") "}12{1'y'}"
#define MODEL(graph)      "1=8 8{2=13}7{" graph "}"
#define NET(graph)        MODEL (graph IMAGES)
#define WEIGHT            "5{1=2 1=16 2=1 8'w'9#128}"
#define FLAT              "1{1'x'2'f'4'Flatten'}"
#define GEMM              "1{1'f'1'w'2'y'4'Gemm'5{1'transB'3=1 20=2}}"
#define TAIL              FLAT GEMM WEIGHT
#define TENSOR(fields)    NET (FLAT GEMM "5{" fields "}")
#define STEP(node)                                                                                 \
  NET ("1{" node "}"                                                                               \
       "1{1'v'2'f'4'Flatten'}" GEMM WEIGHT)
#define INTS(name, n)    "5{1=" n " 2=7 8'" name "'"
#define EXTERNAL(pairs)  TENSOR ("1=2 1=16 2=1 8'w'14=1 " pairs)
#define PAIR(key, value) "13{1'" key "'2'" value "'}"

static const struct
{
  const char *name;
  const char *text;
  const char *message;
} hostile[] = {
  { "varint-long", "1=8 !3affffffffffffffffffff01", "more than 10 bytes" },
  { "length-past-end", "1=8 8{2=13}!3aff01", "bytes are promised" },
  { "field-zero", "1=8 8{2=13}!0000", "there is no field 0" },
  { "group", "1=8 8{2=13}!7b7c", "wire type 3" },
  { "wire-6", "1=8 8{2=13}!7e", "wire type 6" },
  { "wire-7", "1=8 8{2=13}!7f", "wire type 7" },
  { "cut-varint", "1=8 8{2=13}!3080", "ends beyond its message" },
  { "graph-varint", "1=8 8{2=13}7=1", "the graph at byte" },
  { "graph-twice", "1=8 8{2=13}7{" TAIL IMAGES "}7{1{}}", "the graph appears twice" },
  { "no-graph", "1=8 8{2=13}14{1'a'2'b'}", "there is no graph" },
  { "no-opset", "1=8 7{" TAIL IMAGES "}", "names 0 versions" },
  { "two-opsets", "1=8 8{2=13}8{1'ai.onnx'2=14}7{" TAIL IMAGES "}", "names 2 versions" },
  { "opset-6", "1=8 8{2=6}7{" TAIL IMAGES "}", "of version 6" },
  { "opset-21", "1=8 8{2=21}7{" TAIL IMAGES "}", "of version 21" },
  { "opset-negative", "1=8 8{2=-1}7{" TAIL IMAGES "}", "of version -1" },
  { "sparse", NET (TAIL "15{}"), "sparse initialisers" },
  { "subgraph", NET (TAIL "1{1'x'2'q'4'If'5{1'then_branch'6{}20=5}}"), "a graph inside" },
  { "segment", TENSOR ("1=2 1=16 2=1 8'w'3{}9#128"), "in segments" },
  { "no-initialiser-name", TENSOR ("1=2 1=16 2=1 9#128"), "an initialiser has no name" },
  { "initialiser-twice", NET (TAIL WEIGHT), "“w” is made twice" },
  { "initialiser-is-output", NET (TAIL "5{1=1 2=1 8'y'9#4}"), "“y” is made twice" },
  { "name-not-utf8", TENSOR ("1=2 1=16 2=1 !4202c328 9#128"), "is not UTF-8" },
  { "type-unknown", TENSOR ("1=2 1=16 2=99 8'w'9#128"), "type 99" },
  { "type-string", TENSOR ("1=1 2=8 8'w'6'abc'"), "type 8" },
  { "type-float8", TENSOR ("1=2 1=16 2=17 8'w'9#32"), "type 17" },
  { "type-none", TENSOR ("1=2 1=16 8'w'9#128"), "type 0" },
  { "dim-negative", TENSOR ("1=-2 1=16 2=1 8'w'9#128"), "negative size" },
  { "dim-overflow", TENSOR ("1=4294967296 1=4294967296 2=1 8'w'"), "more than memory" },
  { "dim-overflow-bytes", TENSOR ("1=4611686018427387904 2=1 8'w'"), "more than memory" },
  { "rank-9", TENSOR ("1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 1=1 2=1 8'w'9#4"), "more than 8 dim" },
  { "too-short", TENSOR ("1=2 1=16 2=1 8'w'9#124"), "has 124 bytes of elements" },
  { "too-long", TENSOR ("1=2 1=16 2=1 8'w'9#132"), "has 132 bytes of elements" },
  { "no-elements", TENSOR ("1=2 1=16 2=1 8'w'"), "has 0 bytes of elements" },
  { "two-places", TENSOR ("1=1 2=1 8'w'9#4 4~1"), "in two places at once" },
  { "raw-twice", TENSOR ("1=1 2=1 8'w'9#4 9#4"), "appears twice" },
  { "wrong-field", TENSOR ("1=1 2=1 8'w'7=1"), "not for its type F32" },
  { "int-too-large", NET (TAIL "5{1=1 2=6 8'i'5=4294967296}"), "too large for its type" },
  { "packed-broken", TENSOR ("1=1 2=1 8'w'4#3"), "bytes of elements" },
  { "external-and-raw", EXTERNAL (PAIR ("location", "w.bin") "9#128"), "here and in another file" },
  { "external-no-location", EXTERNAL (PAIR ("offset", "0")), "not beneath the model's folder" },
  { "external-empty", EXTERNAL (PAIR ("location", "")), "not beneath the model's folder" },
  { "external-absolute", EXTERNAL (PAIR ("location", "/etc/passwd")), "not beneath" },
  { "external-up", EXTERNAL (PAIR ("location", "../w.bin")), "not beneath" },
  { "external-up-inside", EXTERNAL (PAIR ("location", "a/../../w.bin")), "not beneath" },
  { "external-dot", EXTERNAL (PAIR ("location", "./w.bin")), "not beneath" },
  { "external-drive", EXTERNAL (PAIR ("location", "C:w.bin")), "not beneath" },
  { "external-backslash", EXTERNAL (PAIR ("location", "..\\w.bin")), "not beneath" },
  { "external-key", EXTERNAL (PAIR ("location", "w.bin") PAIR ("basepath", "/")),
    "makes no sense" },
  { "external-twice", EXTERNAL (PAIR ("location", "w.bin") PAIR ("location", "v")),
    "makes no sense" },
  { "external-offset", EXTERNAL (PAIR ("location", "w.bin") PAIR ("offset", "-1")),
    "makes no sense" },
  { "external-hex", EXTERNAL (PAIR ("location", "w.bin") PAIR ("offset", "0x1")),
    "makes no sense" },
  { "external-missing", EXTERNAL (PAIR ("location", "nothing.bin")), "No such file" },
  { "external-short", EXTERNAL (PAIR ("location", "w.bin") PAIR ("offset", "4")), "too short" },
  { "external-length", EXTERNAL (PAIR ("location", "w.bin") PAIR ("length", "64")),
    "does not fit" },
  { "external-link", EXTERNAL (PAIR ("location", "link.bin")), "symbolic link" },
  { "external-folder", EXTERNAL (PAIR ("location", "folder")), "not a regular file" },
  { "node-no-operator", STEP ("1'x'2'v'"), "has no operator" },
  { "node-no-output", NET ("1{1'x'4'Relu'}" TAIL), "makes nothing" },
  { "circle", NET ("1{1'b'2'a'4'Relu'}1{1'a'2'b'4'Relu'}" TAIL), "before it is made" },
  { "itself", NET ("1{1'a'2'a'4'Relu'}" TAIL), "before it is made" },
  { "wrong-order", NET (GEMM FLAT WEIGHT), "before it is made" },
  { "made-nowhere", STEP ("1'q'2'v'4'Relu'"), "made nowhere" },
  { "output-twice", NET (FLAT GEMM GEMM WEIGHT), "“y” is made twice" },
  { "output-nowhere", MODEL (TAIL "11{1'x'" SHAPE ("1", "1", "4", "4") "}12{1'q'}"),
    "made nowhere" },
  { "no-output", MODEL (TAIL "11{1'x'" SHAPE ("1", "1", "4", "4") "}"), "no output" },
  { "no-input", MODEL ("1{2'y'4'Constant'5{1'value'5{1=1 2=1 9#4}20=4}}12{1'y'}"), "0 inputs" },
  { "two-inputs", NET (TAIL "11{1'z'" SHAPE ("1", "1", "4", "4") "}"), "2 inputs" },
  { "input-twice", NET (TAIL "11{1'x'}"), "no sound name" },
  { "input-rank", MODEL (TAIL "11{1'x'2{1{1=1 2{1{1=1}1{1=16}}}}}12{1'y'}"), "2 dimensions" },
  { "input-channels", MODEL (TAIL "11{1'x'" SHAPE ("1", "7", "4", "4") "}12{1'y'}"),
    "1 or 3 chan" },
  { "input-huge", MODEL (TAIL "11{1'x'" SHAPE ("1", "1", "4", "99999") "}12{1'y'}"),
    "1 or 3 chan" },
  { "operator-unknown", STEP ("1'x'2'v'4'Frobnicate'"), "the operator Frobnicate" },
  { "operator-foreign", STEP ("1'x'2'v'4'Relu'7'com.evil'"), "Relu of com.evil" },
  { "operator-quantised", STEP ("1'x'1'x'1'x'2'v'4'QuantizeLinear'"), "operator QuantizeLinear" },
  { "operator-too-new", STEP ("1'x'2'v'4'Gelu'"), "the operator Gelu" },
  { "inputs-few", STEP ("1'x'2'v'4'Conv'"), "has 1 inputs" },
  { "inputs-many", STEP ("1'x'1'x'2'v'4'Relu'"), "has 2 inputs" },
  { "input-empty", STEP ("1''2'v'4'Relu'"), "lacks its input" },
  { "attribute-unknown", STEP ("1'x'2'v'4'Relu'5{1'zz'3=1 20=2}"), "attribute “zz”" },
  { "attribute-twice", STEP ("1'x'2'v'4'LeakyRelu'5{1'alpha'2~1 20=1}5{1'alpha'2~2 20=1}"),
    "twice" },
  { "attribute-type", STEP ("1'x'2'v'4'LeakyRelu'5{1'alpha'3=1 20=2}"), "of another type" },
  { "attribute-no-name", STEP ("1'x'2'v'4'Relu'5{3=1}"), "has no name" },
  { "classes-misfit", NET (FLAT "1{1'f'1'w'2'y'4'MatMul'}" WEIGHT), "do not fit" },
  { "not-samples", NET ("1{1'x'2'y'4'Relu'}"), "expected samples × classes" },
  { "reshape-two-open",
    NET ("1{1'x'1's'2'v'4'Reshape'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT INTS ("s", "2") "7=-1 7=-1}"),
    "size -1" },
  { "reshape-overflow",
    NET ("1{1'x'1's'2'v'4'Reshape'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT
             INTS ("s", "2") "7=4611686018427387904 7=4}"),
    "its shape has" },
  { "transpose-twice", STEP ("1'x'2'v'4'Transpose'5{1'perm'8=0 8=0 8=1 8=2 20=7}"),
    "no permutation" },
  { "transpose-axis", STEP ("1'x'2'v'4'Transpose'5{1'perm'8=0 8=1 8=2 8=9 20=7}"), "no axis 9" },
  { "pool-no-kernel", STEP ("1'x'2'v'4'MaxPool'"), "no “kernel_shape”" },
  { "pool-zero-stride",
    STEP ("1'x'2'v'4'MaxPool'5{1'kernel_shape'8=2 8=2 20=7}5{1'strides'8=0 8=1 20=7}"),
    "expected 1 to" },
  { "pool-3d", STEP ("1'x'2'v'4'MaxPool'5{1'kernel_shape'8=2 8=2 8=2 20=7}"), "at most 2" },
  { "pool-larger", STEP ("1'x'2'v'4'MaxPool'5{1'kernel_shape'8=9 8=9 20=7}"), "images at once" },
  { "pool-pads",
    STEP ("1'x'2'v'4'AveragePool'5{1'kernel_shape'8=2 8=2 20=7}5{1'pads'8=-1 8=0 8=0 8=0 20=7}"),
    "0 or more" },
  { "pool-auto-pad",
    STEP ("1'x'2'v'4'MaxPool'5{1'kernel_shape'8=2 8=2 20=7}5{1'auto_pad'4'SAME'20=3}"),
    "none that is read" },
  { "concat-no-axis", STEP ("1'x'1'x'2'v'4'Concat'"), "no “axis”" },
  { "flatten-axis", STEP ("1'x'2'v'4'Flatten'5{1'axis'3=-99 20=2}"), "no axis -99" },
  { "expand-huge",
    NET ("1{1'x'1's'2'v'4'Expand'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT
             INTS ("s", "2") "7=4294967296 7=1}"),
    "images at once" },
  { "zeros-huge",
    NET ("1{1's'2'v'4'ConstantOfShape'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT
             INTS ("s", "1") "7=4611686018427387904}"),
    "larger than any" },
  { "conv-empty",
    NET ("1{1'x'1'e'2'v'4'Conv'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT "5{1=0 1=1 1=3 1=3 2=1 8'e'}"),
    "images at once" },
  { "conv-groups",
    NET ("1{1'x'1'e'2'v'4'Conv'5{1'group'3=-1 20=2}}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT
         "5{1=1 1=1 1=1 1=1 2=1 8'e'9#4}"),
    "does not fit its kernel" },
  { "conv-kernel-huge",
    NET ("1{1'x'1'e'2'v'4'Conv'}1{1'v'2'f'4'Flatten'}" GEMM WEIGHT
         "5{1=0 1=1 1=99999999 1=3 2=1 8'e'}"),
    "expected 1 to" },
  { "norm-misfit", STEP ("1'x'1'w'1'w'1'w'1'w'2'v'4'BatchNormalization'"),
    "for each of 1 channels" },
  { "settings-huge", NET (TAIL) "14{1'kappa.settings'2'size=99999999'}", "“kappa.settings”" },
  { "settings-unknown", NET (TAIL) "14{1'kappa.settings'2'a=b'}", "the setting “a” is unknown" },
  { "settings-no-pair", NET (TAIL) "14{1'kappa.settings'2'size'}", "not of the form key=value" },
  { "settings-channels", NET (TAIL) "14{1'kappa.settings'2'channels=bgr'}", "sees 1 channels" },
  { "pow-by-image", STEP ("1'x'1'x'2'v'4'Pow'"), "no single number" },
};

static char *folder;

static KappaModel *
open_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = proto_from_text (text);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize)g_bytes_get_size (bytes), NULL));
  return kappa_model_open (path, NULL, NULL, error);
}

static void
test_hostile (gconstpointer data)
{
  const guint row = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = open_text (hostile[row].text, &error);

  g_assert_null (model);
  g_assert_true (error->domain == KAPPA_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, hostile[row].message) == NULL)
    g_test_fail_printf ("the message is “%s”; expected “%s”", error->message, hostile[row].message);
}

static void
test_sound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = open_text (NET (TAIL), &error);
  const KappaParameter *weight;

  g_assert_no_error (error);
  g_assert_cmpuint (kappa_model_get_n_classes (model), ==, 2);
  g_assert_cmpuint (kappa_model_get_n_parameters (model), ==, 1);
  weight = kappa_model_get_parameter (model, 0);
  g_assert_cmpstr (weight->name, ==, "w");
  g_assert_cmpint (weight->kind, ==, KAPPA_PARAMETER_LINEAR);
  g_assert_cmpuint (weight->n_filters, ==, 2);
}

static void
test_external (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = open_text (EXTERNAL (PAIR ("location", "w.bin")), &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (kappa_model_get_parameters (model, &error)[31], ==, 31.0f);
}

/* Whatever is left out of a sound file, it is refused or read; nothing worse. */
static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = proto_from_text (NET (TAIL));
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);

  for (gsize n = 1; n < g_bytes_get_size (bytes); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)n, NULL));
      g_assert_null (kappa_model_open (path, NULL, NULL, &error));
      g_assert_true (error->domain == KAPPA_ERROR);
    }
}

typedef struct
{
  KappaModel *model;
  const guint8 *pixels;
} Digits;

static gboolean
fetch_digits (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Digits *digits = data;

  for (gint64 i = 0; i < n * 784; i++)
    ((float *)values)[i] = (float)digits->pixels[first * 784 + i] / 255.0f;
  return TRUE;
}

static gboolean
build_digits (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const Digits *digits = data;
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32,
                                        &KAPPA_SHAPE (batch, 1, 28, 28));

  kappa_outputs_add (outputs, "result", KAPPA_OUTPUT_ROWS,
                     kappa_model_build (digits->model, graph, images));
  return kappa_graph_check (graph, error);
}

static guint
count_right (const double *logits, const guint8 *labels, gsize n)
{
  guint right = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint best = 0;

      for (guint c = 1; c < 10; c++)
        if (logits[10 * i + c] > logits[10 * i + best])
          best = c;
      right += best == labels[i];
    }
  return right;
}

/* The network of the ONNX zoo: one image at a time is written in its shapes, many are run. */
static void
test_digits (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/onnx/mnist-8.onnx");
  g_autofree char *images_path = kappa_test_need_shared ("data/mnist/t10k-images-idx3-ubyte");
  g_autofree char *labels_path = kappa_test_need_shared ("data/mnist/t10k-labels-idx1-ubyte");
  g_autofree char *images = NULL, *labels = NULL;
  const KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32 };
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers };
  g_autoptr (KappaModel) model = NULL;
  g_autoptr (KappaProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  KappaFeed feed = { .n_samples = 10000, .fetch = fetch_digits };
  Digits digits;
  gsize n;

  if (path == NULL || images_path == NULL || labels_path == NULL)
    return;
  model = kappa_model_open (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kappa_model_get_parameters_size (model), ==, 5994);
  g_assert_true (g_file_get_contents (images_path, &images, NULL, NULL));
  g_assert_true (g_file_get_contents (labels_path, &labels, NULL, NULL));
  digits = (Digits) { model, (const guint8 *)images + 16 };
  feed.data = &digits;
  feed.parameters = kappa_model_get_parameters (model, &error);
  feed.buffers = kappa_model_get_buffers (model, &error);
  program = kappa_program_new (&options, build_digits, &digits, NULL, &error);
  g_assert_no_error (error);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_right (kappa_program_get_output (program, "result", &n),
                                 (const guint8 *)labels + 8, 10000),
                    ==, 9890);
}

static void
test_channels_last (void)
{
  g_autofree char *path = kappa_test_need_shared ("data/onnx/untrained_nhwc_cnn.onnx");
  g_autoptr (KappaModel) model = NULL;
  g_autoptr (GError) error = NULL;
  guint height, width;

  if (path == NULL)
    return;
  model = kappa_model_open (path, NULL, NULL, &error);
  g_assert_no_error (error);
  kappa_model_get_input_size (model, &height, &width);
  g_assert_cmpuint (height, ==, 224);
  g_assert_cmpuint (kappa_model_get_channels (model), ==, 3);
  g_assert_cmpuint (kappa_model_get_n_classes (model), ==, 5);
  g_assert_nonnull (strstr (kappa_model_get_evidence (model), "ends in Softmax"));
}

static void
fill_folder (void)
{
  g_autofree char *weights = g_build_filename (folder, "w.bin", NULL);
  g_autofree char *link = g_build_filename (folder, "link.bin", NULL);
  g_autofree char *inner = g_build_filename (folder, "folder", NULL);
  float values[32];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = (float)i;
  g_assert_true (g_file_set_contents (weights, (const char *)values, sizeof values, NULL));
  g_assert_cmpint (symlink ("w.bin", link), ==, 0);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
}

static void
empty_folder (void)
{
  static const char *const names[] = { "w.bin", "link.bin", "folder", "model.onnx", NULL };

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("kappa-onnx-XXXXXX", NULL);
  fill_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strdup_printf ("/onnx/hostile/%s", hostile[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_hostile);
    }
  g_test_add_func ("/onnx/sound", test_sound);
  g_test_add_func ("/onnx/external", test_external);
  g_test_add_func ("/onnx/cut", test_cut);
  g_test_add_func ("/onnx/digits", test_digits);
  g_test_add_func ("/onnx/channels-last", test_channels_last);
  status = g_test_run ();
  empty_folder ();
  return status;
}
