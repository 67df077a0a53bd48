#include "core/models/onnx-export.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/formats/atomic-file.h"
#include "core/formats/save.h"
#include "core/models/model-private.h"
#include "core/models/onnx-emit.h"

/* Two numbers of images tell what depends on them; neither is likely to be a size by chance. */
#define SAMPLES 5
#define TWIN    7

typedef struct
{
  KappaModel *model;
  const char *path;
  gboolean replace;
  GArray *tensors; /* KappaExportTensor */
  KappaOnnxWriter *writer;
  KappaConversion *conversion;
  GCancellable *cancellable;
} Job;

static gboolean
read_elements (const KappaExportTensor *tensor, gpointer elements, GError **error)
{
  return kappa_weights_read_elements (tensor->source, tensor->index, elements, error);
}

static gboolean
add_tensor (Job *job, KappaWeights *weights, guint index, GError **error)
{
  const KappaParameter *parameter = kappa_weights_get (weights, index);
  KappaExportTensor tensor = { .name = parameter->name,
                               .rank = parameter->shape.rank,
                               .read = read_elements,
                               .source = weights,
                               .index = index };

  if (!kappa_weights_get_element (weights, index, &tensor.element))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "the tensor “%s” is made of several with elements of different types (%s)",
                   parameter->name, parameter->file_name);
      return FALSE;
    }
  for (guint d = 0; d < tensor.rank; d++)
    tensor.dims[d] = (gsize)parameter->shape.dims[d];
  g_array_append_val (job->tensors, tensor);
  return TRUE;
}

/* In the order of the builder's requests, which is the order a reader gives to parameters. */
static gboolean
collect_tensors (Job *job, GError **error)
{
  GArray *specs = job->model->match->listing->tensors;
  guint n_parameters = 0, n_buffers = 0;

  for (guint i = 0; i < specs->len; i++)
    if (g_array_index (specs, KappaTensorSpec, i).role == KAPPA_ROLE_PARAMETER
            ? !add_tensor (job, job->model->parameters, n_parameters++, error)
            : !add_tensor (job, job->model->buffers, n_buffers++, error))
      return FALSE;
  return TRUE;
}

static KappaGraph *
build (KappaModel *model, gint64 samples, KappaNode *logits, GError **error)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  KappaShape shape = KAPPA_SHAPE (samples, kappa_model_get_channels (model), 0, 0);
  guint height, width;

  kappa_model_get_input_size (model, &height, &width);
  shape.dims[2] = height;
  shape.dims[3] = width;
  *logits = kappa_model_build (
      model, graph, kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape));
  return kappa_graph_check (graph, error) ? g_steal_pointer (&graph) : NULL;
}

static gboolean
is_readers_key (const char *key)
{
  static const char *const keys[]
      = { "producer", "producer version", "operator set", "wrapper", "prefix", NULL };

  return g_strv_contains (keys, key) || g_str_has_prefix (key, "kappa.");
}

static gboolean
add_text (Job *job, GHashTable *seen, const char *key, const char *text)
{
  if (text == NULL || !g_hash_table_add (seen, g_strdup (key)))
    return FALSE;
  kappa_onnx_writer_add_metadata (job->writer, key, text);
  return TRUE;
}

/* One name in a line, since names have commas in them; what is only assumed is not written down. */
static char *
join_classes (KappaModel *model)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (model->classes.assumed)
    return NULL;
  for (guint i = 0; i < kappa_model_get_n_classes (model); i++)
    {
      const char *name = kappa_model_get_class_name (model, i);

      if (name == NULL || strchr (name, '\n') != NULL)
        return NULL;
      g_string_append_printf (text, "%s\n", name);
    }
  return g_strdup (text->str);
}

/* What the file said about itself, and what it could not say. */
static void
add_metadata (Job *job)
{
  KappaModel *model = job->model;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *settings = kappa_preset_to_text (model->preset);
  g_autofree char *images = kappa_preprocess_describe (&model->preset->preprocess);
  g_autofree char *classes = join_classes (model), *name = g_path_get_basename (model->path);
  g_autofree char *text = g_strdup_printf (
      "%s, made from %s. Images: %s. Batch norm is in inference mode. Tensors have the names and "
      "bits of the original.",
      kappa_model_get_architecture (model), name, images);

  for (guint i = 0; i < kappa_tensor_file_get_n_metadata (model->file); i++)
    {
      const char *key, *value = kappa_tensor_file_get_metadata (model->file, i, &key);

      if (!is_readers_key (key))
        job->conversion->n_metadata += add_text (job, seen, key, value);
    }
  add_text (job, seen, "classes", classes);
  add_text (job, seen, "kappa.network", kappa_model_get_architecture (model));
  add_text (job, seen, "kappa.preset", model->preset->name);
  add_text (job, seen, KAPPA_PRESET_KEY, settings);
  kappa_onnx_writer_set_description (job->writer, text);
}

static gboolean
make_model (Job *job, GError **error)
{
  KappaNode logits, other;
  g_autoptr (KappaGraph) graph = build (job->model, SAMPLES, &logits, error);
  g_autoptr (KappaGraph) twin = graph != NULL ? build (job->model, TWIN, &other, error) : NULL;

  if (twin == NULL || !collect_tensors (job, error))
    return FALSE;
  add_metadata (job);
  return kappa_onnx_emit (graph, twin, logits,
                          (const KappaExportTensor *)(gpointer)job->tensors->data,
                          job->tensors->len, job->writer, error);
}

static gboolean
check_target (const Job *job, GError **error)
{
  struct stat from, to;

  if (stat (job->path, &to) == 0 && stat (kappa_tensor_file_get_path (job->model->file), &from) == 0
      && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s: this is the file that is converted; give the model another name",
                   job->path);
      return FALSE;
    }
  return kappa_convert_check_target (job->path, job->replace, error);
}

static gboolean
write_model (const char *path, gpointer data, GError **error)
{
  Job *job = data;

  return kappa_onnx_writer_save (job->writer, path, job->cancellable, error)
         && kappa_onnx_export_check (job->model, path, job->conversion, job->cancellable, error)
         && check_target (job, error);
}

static gboolean
run (Job *job, GError **error)
{
  if (!check_target (job, error))
    return FALSE;
  if (!make_model (job, error))
    {
      g_prefix_error (error, "%s: ", job->model->path);
      return FALSE;
    }
  if (!kappa_atomic_write (job->path, write_model, job, error))
    return FALSE;
  job->conversion->from = kappa_model_get_format (job->model);
  job->conversion->to = "ONNX model";
  job->conversion->n_tensors = job->tensors->len;
  for (guint i = 0; i < job->tensors->len; i++)
    {
      const KappaExportTensor *tensor = &g_array_index (job->tensors, KappaExportTensor, i);
      gsize size = 0;

      kappa_save_size (tensor, &size, NULL);
      job->conversion->n_bytes += size;
    }
  return TRUE;
}

/**
 * kappa_onnx_export:
 * @path: the file to make
 * @replace: whether a file that is there already may be replaced; never the model's own
 * @conversion: (out): what was done
 *
 * Writes the network as an ONNX model with operators of version 17, for images of the size the
 * preset makes and any number of them. Batch norm stays an operator of its own, in inference mode.
 * Parameters and buffers have their canonical names, their axes as the builder has them, and the
 * elements of the file, with all their bits, in their own type: what is no float32 is cast by a
 * node of the graph. Before it gets its name the file is opened again, all tensors are compared,
 * and the logits of one image.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if @path is there already, %KAPPA_ERROR_UNSUPPORTED for
 * a network with a step ONNX has no operator for or of more than 2 GB, %KAPPA_ERROR_FORMAT if what
 * was read back was another network, or the error of the reader or writer; @path is then as it was
 */
gboolean
kappa_onnx_export (KappaModel *model,
                   const char *path,
                   gboolean replace,
                   KappaConversion *conversion,
                   GCancellable *cancellable,
                   GError **error)
{
  Job job = { .model = model,
              .path = path,
              .replace = replace,
              .tensors = g_array_new (FALSE, FALSE, sizeof (KappaExportTensor)),
              .writer = kappa_onnx_writer_new (kappa_model_get_architecture (model)),
              .conversion = conversion,
              .cancellable = cancellable };
  gboolean done;

  *conversion = (KappaConversion) { .has_network = TRUE };
  done = run (&job, error);
  kappa_onnx_writer_free (job.writer);
  g_array_unref (job.tensors);
  return done;
}
