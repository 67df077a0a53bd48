#include "tests/core/models/onnx-lab.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/graph/program.h"
#include "core/models/onnx-export.h"
#include "tests/support/proto-text.h"

#define SAMPLES 2

/* Of the largest number of the result. */
#define TOLERANCE 1e-12

double
onnx_lab_weight (gsize i)
{
  return (float)cos (0.9 * (double)i + 0.1);
}

double
onnx_lab_positive (gsize i)
{
  return (float)(1.2 + 0.7 * cos (0.9 * (double)i + 0.1));
}

/* Both signs, nothing twice. */
static double
pixel (gsize sample, gsize i)
{
  return (float)(1.5 * sin (1.7 * (double)i + 0.3 + 0.9 * (double)sample));
}

/**
 * onnx_lab_at:
 *
 * Returns: a number of an image; 0 beside it
 */
double
onnx_lab_at (const double *x, gint64 channel, gint64 row, gint64 column)
{
  return row >= 0 && row < LAB_HEIGHT && column >= 0 && column < LAB_WIDTH
             ? x[(channel * LAB_HEIGHT + row) * LAB_WIDTH + column]
             : 0.0;
}

static void
append_floats (GString *text, const char *dims, double (*value) (gsize i))
{
  g_auto (GStrv) sizes = g_strsplit (dims, ",", -1);
  gsize n = 1;

  for (guint d = 0; sizes[d] != NULL; d++)
    {
      g_string_append_printf (text, "1=%s ", sizes[d]);
      n *= (gsize)g_ascii_strtoull (sizes[d], NULL, 10);
    }
  for (gsize i = 0; i < n; i++)
    {
      char digits[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (text, "4~%s ", g_ascii_dtostr (digits, sizeof digits, value (i)));
    }
}

static void
append_integers (GString *text, const char *values)
{
  g_auto (GStrv) list = g_strsplit (values, ",", -1);

  g_string_append_printf (text, "1=%u ", g_strv_length (list));
  for (guint i = 0; list[i] != NULL; i++)
    g_string_append_printf (text, "7=%s ", list[i]);
}

static void
append_tensor (GString *text, const char *name)
{
  const char *rest = name + 2;

  g_string_append_printf (text, "5{8'%s' 2=%d ", name,
                          strchr ("wpn", *name) != NULL ? 1
                          : *name == 't'                ? 9
                                                        : 7);
  switch (*name)
    {
    case 'w':
    case 'p':
      append_floats (text, rest, *name == 'w' ? onnx_lab_weight : onnx_lab_positive);
      break;
    case 'i':
      append_integers (text, rest);
      break;
    default:
      g_string_append_printf (text, "%s%s", *name == 'n' ? "4~" : *name == 't' ? "5=" : "7=", rest);
      break;
    }
  g_string_append (text, "}");
}

/* The tensors the nodes name. */
static void
append_tensors (GString *text, const char *nodes)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *at = strstr (nodes, "1'"); at != NULL; at = strstr (at + 2, "1'"))
    {
      const char *end = strchr (at + 2, '\'');
      char *name = g_strndup (at + 2, end - at - 2);
      const gboolean wanted
          = name[0] != '\0' && strchr ("wpinkt", name[0]) != NULL && name[1] == ':';

      if (wanted && g_hash_table_add (seen, g_strdup (name)))
        append_tensor (text, name);
      g_free (name);
    }
}

/**
 * onnx_lab_open:
 *
 * Returns: (transfer full) (nullable): the case as a model; %NULL if it cannot be opened, which
 * fails the test
 */
KappaModel *
onnx_lab_open (const OnnxCase *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("kappa-onnx-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  KappaModel *model;

  g_string_append_printf (text, "1=8 8{2=%u}7{%s1{1'v'2'y'4'Flatten'}", self->opset, self->nodes);
  append_tensors (text, self->nodes);
  g_string_append (text, "11{1'x'2{1{1=1 2{1{2'N'}1{1=3}1{1=4}1{1=5}}}}}12{1'y'}}");
  bytes = proto_from_text (text->str);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize)g_bytes_get_size (bytes), NULL));
  model = kappa_model_open (path, NULL, NULL, &error);
  g_remove (path);
  g_rmdir (folder);
  if (model == NULL)
    g_test_fail_printf ("%s", error->message);
  return model;
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  for (gsize i = 0; i < (gsize)n * LAB_SIZE; i++)
    ((double *)values)[i] = pixel ((gsize)first + i / LAB_SIZE, i % LAB_SIZE);
  return TRUE;
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  const KappaShape shape = KAPPA_SHAPE (batch, LAB_CHANNELS, LAB_HEIGHT, LAB_WIDTH);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F64, &shape);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, kappa_model_build (data, graph, images));
  return kappa_graph_check (graph, error);
}

static void
compare (const OnnxCase *self, const double *found, gsize sample)
{
  double x[LAB_SIZE], scale = 0.0;
  g_autofree double *wanted = g_new (double, self->n);

  for (gsize i = 0; i < LAB_SIZE; i++)
    x[i] = pixel (sample, i);
  if (self->whole != NULL)
    self->whole (x, wanted);
  else
    for (gsize i = 0; i < self->n; i++)
      wanted[i] = self->each (x[i]);
  for (gsize i = 0; i < self->n; i++)
    scale = fmax (scale, fabs (wanted[i]));
  for (gsize i = 0; i < self->n; i++)
    if (!(fabs (found[i] - wanted[i]) <= TOLERANCE * scale))
      {
        g_test_fail_printf ("number %" G_GSIZE_FORMAT " of image %" G_GSIZE_FORMAT
                            " is %.17g, expected %.17g",
                            i, sample, found[i], wanted[i]);
        return;
      }
}

static void
test_case (gconstpointer data)
{
  const OnnxCase *self = data;
  const KappaProgramOptions options = { .real = KAPPA_F64, .compute = KAPPA_F64 };
  g_autoptr (KappaModel) model = onnx_lab_open (self);
  g_autoptr (KappaWorkers) workers = kappa_workers_new (1);
  const KappaEnvironment environment = { .workers = workers };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = NULL;
  KappaFeed feed = { .n_samples = SAMPLES, .wide = TRUE, .fetch = fetch };
  const double *logits;
  gsize n;

  if (model == NULL)
    return;
  program = kappa_program_new (&options, build, model, NULL, &error);
  g_assert_no_error (error);
  feed.parameters = kappa_model_get_parameters_wide (model, NULL);
  feed.buffers = kappa_model_get_buffers_wide (model, NULL);
  kappa_program_run (program, &feed, &environment, &error);
  g_assert_no_error (error);
  logits = kappa_program_get_output (program, "logits", &n);
  g_assert_cmpuint (n, ==, SAMPLES * self->n);
  for (gsize sample = 0; sample < SAMPLES; sample++)
    compare (self, logits + sample * self->n, sample);
}

/* What was read can be written: the same tensors, and the same result bit by bit. */
static void
test_written (gconstpointer data)
{
  const OnnxCase *self = data;
  g_autoptr (KappaModel) model = onnx_lab_open (data);
  g_autofree char *folder = g_dir_make_tmp ("kappa-onnx-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "written.onnx", NULL);
  g_autoptr (GError) error = NULL;
  KappaConversion conversion;

  if (model == NULL)
    return;
  kappa_onnx_export (model, path, FALSE, &conversion, NULL, &error);
  if (self->refusal == NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpfloat (conversion.difference, ==, 0.0);
      g_assert_cmpuint (conversion.n_tensors, ==,
                        kappa_model_get_n_parameters (model) + kappa_model_get_n_buffers (model));
    }
  else
    g_assert_nonnull (strstr (error->message, self->refusal));
  g_remove (path);
  g_rmdir (folder);
}

void
onnx_lab_add (const char *group, const OnnxCase *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/onnx/%s/%s/opset-%u", group, cases[i].name, cases[i].opset);

      g_autofree char *written = g_strdup_printf ("/onnx/written/%s/%s", group, cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
      g_test_add_data_func (written, &cases[i], test_written);
    }
}
