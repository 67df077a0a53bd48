#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/formats/tensor-file.h"
#include "core/models/onnx-emit.h"
#include "core/models/onnx-export.h"
#include "core/models/preset.h"
#include "core/models/sample.h"
#include "core/ops/ops.h"
#include "tests/core/models/model-checks.h"
#include "tests/support/proto-text.h"

/* Models that are written: types are kept, and whatever goes wrong damages no file. */

typedef struct
{
  char *folder;
  char *target;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("kappa-export-XXXXXX", NULL);
  fixture->target = g_build_filename (fixture->folder, "target.onnx", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  model_remove_folder (fixture->folder);
  g_free (fixture->target);
  g_free (fixture->folder);
}

static char *
sample_path (void)
{
  g_autofree char *folder = kappa_sample_dir ();

  return g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
}

static KappaModel *
open_sample (void)
{
  g_autofree char *path = sample_path ();

  return model_open_or_fail (path, NULL, NULL);
}

/* A target that was there stays as it was; one that was not is not there; nothing lies beside. */
static void
assert_untouched (Fixture *fixture, gboolean there)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  g_autofree char *text = NULL;
  const char *name;

  if (there)
    {
      g_assert_true (g_file_get_contents (fixture->target, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "precious");
    }
  else
    g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
  while ((name = g_dir_read_name (folder)) != NULL)
    g_assert_false (g_str_has_prefix (name, "."));
}

static void
test_existing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaModel) model = open_sample (), copy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = g_build_filename (fixture->folder, "link.onnx", NULL);
  KappaConversion conversion;

  g_assert_true (g_file_set_contents (fixture->target, "precious", -1, NULL));
  g_assert_false (kappa_onnx_export (model, fixture->target, FALSE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  assert_untouched (fixture, TRUE);
  g_clear_error (&error);
  g_assert_true (kappa_onnx_export (model, fixture->target, TRUE, &conversion, NULL, &error));
  g_assert_no_error (error);
  /* Not even when it is asked for, and under no other name. */
  copy = model_open_or_fail (fixture->target, NULL, NULL);
  g_assert_cmpint (symlink ("target.onnx", link), ==, 0);
  g_assert_false (kappa_onnx_export (copy, fixture->target, TRUE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "the file that is converted"));
  g_clear_error (&error);
  g_assert_false (kappa_onnx_export (copy, link, TRUE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (kappa_onnx_export (model, link, FALSE, &conversion, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  for (guint there = 0; there < 2; there++)
    {
      g_autoptr (GError) error = NULL;
      KappaConversion conversion;

      if (there)
        g_assert_true (g_file_set_contents (fixture->target, "precious", -1, NULL));
      g_assert_false (
          kappa_onnx_export (model, fixture->target, TRUE, &conversion, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      assert_untouched (fixture, there);
    }
}

/* A disk that is full after so many bytes: in the graph, in the first tensors, near the end. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  static const rlim_t sizes[] = { 0, 1000, 20000, 700000, 1090000 };
  g_autoptr (KappaModel) model = open_sample ();
  struct rlimit before, limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_true (g_file_set_contents (fixture->target, "precious", -1, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      KappaConversion conversion;
      gboolean done;

      limit = before;
      limit.rlim_cur = sizes[i];
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      done = kappa_onnx_export (model, fixture->target, TRUE, &conversion, NULL, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
      g_assert_false (done);
      g_assert_true (error->domain == G_IO_ERROR);
      assert_untouched (fixture, TRUE);
    }
}

static void
test_nowhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaModel) model = open_sample ();
  g_autofree char *path = g_build_filename (fixture->folder, "nowhere", "target.onnx", NULL);
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  g_assert_false (kappa_onnx_export (model, path, FALSE, &conversion, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

#define IMAGES "11{1'x'2{1{1=1 2{1{2'N'}1{1=1}1{1=2}1{1=1}}}}}12{1'y'}"
#define NET(weight)                                                                                \
  "1=8 8{2=13}7{1{1'x'2'f'4'Flatten'}1{1'f'1'w'2'y'4'Gemm'5{1'transB'3=1 20=2}}" weight IMAGES "}"

/* Two rows of two: 1, −2 and, where the type has them, numbers float32 has not. */
static const struct
{
  const char *text;
  KappaElement element;
} types[] = {
  { NET ("5{1=2 1=2 2=1 8'w'4~1 4~-2 4~0.1 4~3}"), KAPPA_ELEMENT_F32 },
  { NET ("5{1=2 1=2 2=10 8'w'5=15360 5=49152 5=1 5=31743}"), KAPPA_ELEMENT_F16 },
  { NET ("5{1=2 1=2 2=16 8'w'5=16256 5=49152 5=1 5=32639}"), KAPPA_ELEMENT_BF16 },
  { NET ("5{1=2 1=2 2=11 8'w'!5220000000000000f03f00000000000000c09a9999999999b93f555555555555d53f "
         "}"),
    KAPPA_ELEMENT_F64 },
};

static void
test_types (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, "source.onnx", NULL);
      g_autoptr (GBytes) bytes = proto_from_text (types[i].text);
      g_autoptr (KappaModel) model = NULL, copy = NULL;
      g_autoptr (GError) error = NULL;
      KappaConversion conversion;
      guint8 before[32], after[32];
      const KappaTensorInfo *info;
      guint index;

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                          (gssize)g_bytes_get_size (bytes), NULL));
      model = model_open_or_fail (path, NULL, NULL);
      kappa_onnx_export (model, fixture->target, TRUE, &conversion, NULL, &error);
      g_assert_no_error (error);
      copy = model_open_or_fail (fixture->target, NULL, NULL);
      info = kappa_tensor_file_lookup (kappa_model_get_file (copy), "w", &index);
      g_assert_cmpint (info->element, ==, types[i].element);
      g_assert_true (
          kappa_tensor_file_read_elements (kappa_model_get_file (copy), index, after, &error));
      kappa_tensor_file_lookup (kappa_model_get_file (model), "w", &index);
      g_assert_true (
          kappa_tensor_file_read_elements (kappa_model_get_file (model), index, before, &error));
      g_assert_cmpmem (before, 4 * kappa_element_get_size (info->element), after,
                       4 * kappa_element_get_size (info->element));
      g_assert_cmpfloat (kappa_model_get_parameters_wide (copy, NULL)[1], ==, -2.0);
    }
}

/* What is said of images and classes goes along. */
static void
test_metadata (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = sample_path ();
  g_autoptr (KappaModel) model
      = model_open_or_fail (path, NULL, "channels=bgr,divisor=1,mean=103.5:116:123,std=1:2:3");
  g_autoptr (KappaModel) copy = NULL;
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  kappa_onnx_export (model, fixture->target, TRUE, &conversion, NULL, &error);
  g_assert_no_error (error);
  copy = model_open_or_fail (fixture->target, NULL, NULL);
  g_assert_true (kappa_preprocess_equal (&kappa_model_get_preset (model)->preprocess,
                                         &kappa_model_get_preset (copy)->preprocess));
  g_assert_cmpstr (kappa_model_get_class_name (copy, 3), ==, "cat");
  g_assert_cmpstr (kappa_model_get_metadata (copy, "kappa.network"), ==, "ResNet-20 (CIFAR)");
  g_assert_nonnull (kappa_model_get_metadata (copy, "best_prec1"));
  g_assert_cmpuint (kappa_model_get_macs (copy), ==, kappa_model_get_macs (model));
}

static KappaNode
build_step (KappaGraph *graph, gint64 samples)
{
  return kappa_step (graph, kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32,
                                               &KAPPA_SHAPE (samples, 4)));
}

/* Steps ONNX has no operator for are named. */
static void
test_no_operator (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32), twin = kappa_graph_new (KAPPA_F32);
  g_autoptr (KappaOnnxWriter) writer = kappa_onnx_writer_new ("step");
  KappaNode logits = build_step (graph, 5);
  g_autoptr (GError) error = NULL;

  build_step (twin, 7);
  g_assert_false (kappa_onnx_emit (graph, twin, logits, NULL, 0, writer, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "“step”"));
}

static gboolean
read_nothing (const KappaExportTensor *tensor, gpointer elements, GError **error)
{
  g_assert_not_reached ();
}

/* More than 2 GB is refused before anything is written. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KappaOnnxWriter) writer = kappa_onnx_writer_new ("large");
  const KappaExportTensor tensor = { .name = "w",
                                     .element = KAPPA_ELEMENT_F32,
                                     .rank = 2,
                                     .dims = { 1 << 15, 1 << 14 },
                                     .read = read_nothing };
  g_autoptr (GError) error = NULL;

  kappa_onnx_writer_add_tensor (writer, &tensor);
  g_assert_false (kappa_onnx_writer_save (writer, fixture->target, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED);
  assert_untouched (fixture, FALSE);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/onnx-export/existing", test_existing);
  ADD ("/onnx-export/cancelled", test_cancelled);
  ADD ("/onnx-export/full", test_full);
  ADD ("/onnx-export/nowhere", test_nowhere);
  ADD ("/onnx-export/types", test_types);
  ADD ("/onnx-export/metadata", test_metadata);
  ADD ("/onnx-export/no-operator", test_no_operator);
  ADD ("/onnx-export/too-large", test_too_large);
  return g_test_run ();
}
