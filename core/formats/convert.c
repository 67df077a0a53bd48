#include "core/formats/convert.h"

#include <string.h>

#include "core/formats/atomic-file.h"
#include "core/formats/npz.h"
#include "core/formats/onnx-file.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor-file-private.h"

/**
 * Writer:
 * @suffix: of names of such files, lower case
 * @metadata: whether there is room for what a file says about itself
 * @save: (nullable): %NULL for a format that has a network in it, not tensors alone
 *
 * A format that files are converted to.
 */
typedef struct
{
  const char *suffix;
  const char *name;
  gboolean metadata;
  gboolean (*save) (const char *path,
                    const KappaExportTensor *tensors,
                    guint n_tensors,
                    const char *const *metadata,
                    GCancellable *cancellable,
                    GError **error);
} Writer;

/* How the name of a model ends that has its network in it. */
#define KAPPA_CONVERT_NETWORK ".onnx"

typedef struct
{
  KappaTensorFile *file;
  const Writer *writer;
  const char *path;
  gboolean replace;
  GArray *tensors;     /* KappaExportTensor */
  GPtrArray *metadata; /* keys and texts by turns, NULL at the end */
  GCancellable *cancellable;
} Job;

static gboolean
save_npz (const char *path,
          const KappaExportTensor *tensors,
          guint n_tensors,
          const char *const *metadata,
          GCancellable *cancellable,
          GError **error)
{
  return kappa_npz_save (path, tensors, n_tensors, cancellable, error);
}

static const Writer writers[] = {
  { ".safetensors", "safetensors", TRUE, kappa_safetensors_save },
  { ".npz", "NumPy archive", FALSE, save_npz },
  { KAPPA_CONVERT_NETWORK, "ONNX model", TRUE, NULL },
};

/**
 * kappa_convert_list_suffixes:
 *
 * Returns: (transfer full): how names of files must end so that it is known what to write, for
 * people
 */
char *
kappa_convert_list_suffixes (void)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    g_string_append_printf (text, "%s%s",
                            i == 0                           ? ""
                            : i + 1 < G_N_ELEMENTS (writers) ? ", "
                                                             : " or ",
                            writers[i].suffix);
  return g_string_free (text, FALSE);
}

static const Writer *
find_writer (const char *path, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  g_autofree char *known = kappa_convert_list_suffixes ();

  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    if (writers[i].save != NULL && g_str_has_suffix (lower, writers[i].suffix))
      return &writers[i];
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
               "%s: the name does not say what to convert to; it must end in %s", path, known);
  return NULL;
}

/**
 * kappa_convert_needs_network:
 *
 * Returns: whether the name is that of a model with its network in it, which takes more than the
 * tensors of a file; see kappa_onnx_export()
 */
gboolean
kappa_convert_needs_network (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, KAPPA_CONVERT_NETWORK);
}

/**
 * kappa_convert_check_target:
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if @path is there already and may not be replaced
 */
gboolean
kappa_convert_check_target (const char *path, gboolean replace, GError **error)
{
  if (replace || !g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  g_set_error (
      error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
      "%s: there is such a file already; it is replaced only if that is asked for (--force)", path);
  return FALSE;
}

static gboolean
read_elements (const KappaExportTensor *tensor, gpointer elements, GError **error)
{
  return kappa_tensor_file_read_elements (tensor->source, tensor->index, elements, error);
}

/* Numbers of a graph are no tensors of a network. */
static gboolean
is_literal (const Job *job, guint index)
{
  KappaOnnxFile *onnx = kappa_onnx_file_from (job->file);

  return onnx != NULL && kappa_onnx_file_is_literal (onnx, index);
}

static void
collect_tensors (Job *job)
{
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (job->file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (job->file, i);
      KappaExportTensor tensor = { .name = info->original_name,
                                   .element = info->element,
                                   .rank = info->rank,
                                   .read = read_elements,
                                   .source = job->file,
                                   .index = i };

      if (is_literal (job, i))
        continue;
      memcpy (tensor.dims, info->dims, sizeof info->dims);
      g_array_append_val (job->tensors, tensor);
    }
}

/* A text may be there under a key once only; the first counts, as for those who look it up. */
static void
collect_metadata (Job *job)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = kappa_tensor_file_get_n_notes (job->file);
       i < kappa_tensor_file_get_n_metadata (job->file); i++)
    {
      const char *key, *text = kappa_tensor_file_get_metadata (job->file, i, &key);

      if (!g_hash_table_add (seen, (gpointer)key))
        continue;
      g_ptr_array_add (job->metadata, (gpointer)key);
      g_ptr_array_add (job->metadata, (gpointer)text);
    }
  g_ptr_array_add (job->metadata, NULL);
}

static gboolean
differ (const Job *job, const char *name, const char *what, GError **error)
{
  g_set_error (
      error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
      "%s: read back, the tensor “%s” %s; the file was not kept. A %s cannot hold it as it is",
      job->path, name, what, job->writer->name);
  return FALSE;
}

static gboolean
read_back (KappaTensorFile *file, guint index, gsize size, gpointer *elements, GError **error)
{
  *elements = g_try_malloc (MAX (size, 1));
  if (*elements != NULL)
    return kappa_tensor_file_read_elements (file, index, *elements, error);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
               "comparing a tensor takes %" G_GSIZE_FORMAT " bytes of memory, which cannot be had",
               size);
  return FALSE;
}

static gboolean
compare_tensor (const Job *job,
                KappaTensorFile *copy,
                guint index,
                GHashTable *names,
                GError **error)
{
  const KappaTensorInfo *info = kappa_tensor_file_get_info (job->file, index), *other;
  gsize size = info->n * kappa_element_get_size (info->element);
  g_autofree gpointer elements = NULL, copied = NULL;
  gpointer number;

  if (!g_hash_table_lookup_extended (names, info->original_name, NULL, &number))
    return differ (job, info->original_name, "is missing", error);
  other = kappa_tensor_file_get_info (copy, GPOINTER_TO_UINT (number));
  if (other->element != info->element || other->rank != info->rank
      || memcmp (other->dims, info->dims, info->rank * sizeof *info->dims) != 0)
    return differ (job, info->original_name, "has another type or shape", error);
  if (!read_back (job->file, index, size, &elements, error)
      || !read_back (copy, GPOINTER_TO_UINT (number), size, &copied, error))
    return FALSE;
  return memcmp (elements, copied, size) == 0
         || differ (job, info->original_name, "has other elements", error);
}

/* What was written is read again, every bit of it, before it gets its name. */
static gboolean
check_copy (const Job *job, const char *path, GError **error)
{
  g_autoptr (KappaTensorFile) copy = kappa_tensor_file_open (path, job->cancellable, error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (copy == NULL)
    return FALSE;
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (copy); i++)
    g_hash_table_insert (names, (gpointer)kappa_tensor_file_get_info (copy, i)->original_name,
                         GUINT_TO_POINTER (i));
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (job->file); i++)
    if (g_cancellable_set_error_if_cancelled (job->cancellable, error)
        || (!is_literal (job, i) && !compare_tensor (job, copy, i, names, error)))
      return FALSE;
  return TRUE;
}

static gboolean
write_copy (const char *path, gpointer data, GError **error)
{
  const Job *job = data;

  return job->writer->save (path, (const KappaExportTensor *)(gpointer)job->tensors->data,
                            job->tensors->len, (const char *const *)job->metadata->pdata,
                            job->cancellable, error)
         && check_copy (job, path, error)
         && kappa_convert_check_target (job->path, job->replace, error);
}

static void
describe (const Job *job, KappaConversion *conversion)
{
  guint n_texts = (job->metadata->len - 1) / 2;

  *conversion = (KappaConversion) { .from = kappa_tensor_file_get_format (job->file),
                                    .to = job->writer->name,
                                    .n_tensors = job->tensors->len,
                                    .n_metadata = job->writer->metadata ? n_texts : 0,
                                    .n_left_out = job->writer->metadata ? 0 : n_texts };
  conversion->n_literals = kappa_tensor_file_get_n_tensors (job->file) - job->tensors->len;
  for (guint i = 0; i < job->tensors->len; i++)
    {
      const guint index = g_array_index (job->tensors, KappaExportTensor, i).index;
      const KappaTensorInfo *info = kappa_tensor_file_get_info (job->file, index);

      conversion->n_bytes += info->n * kappa_element_get_size (info->element);
    }
}

static gboolean
run (Job *job, const char *from, KappaConversion *conversion, GError **error)
{
  if (job->writer == NULL || !kappa_convert_check_target (job->path, job->replace, error))
    return FALSE;
  job->file = kappa_tensor_file_open (from, job->cancellable, error);
  if (job->file == NULL)
    return FALSE;
  collect_tensors (job);
  collect_metadata (job);
  if (!kappa_atomic_write (job->path, write_copy, job, error))
    return FALSE;
  describe (job, conversion);
  return TRUE;
}

/**
 * kappa_convert_file:
 * @from: a checkpoint of any format that is read
 * @to: the file to make; its name says in which format
 * @replace: whether a file that is there already may be replaced
 * @conversion: (out): what was done
 *
 * Tensors keep their names, types and bits: they are read back and compared before the file gets
 * its name. Numbers that stand in the graph of an ONNX model are no tensors. One tensor at a time
 * is in memory, or two.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE if @to is there already or its name says no format,
 * %KAPPA_ERROR_FORMAT if the format cannot hold the tensors, or the error of the reader or writer;
 * @to is then as it was
 */
gboolean
kappa_convert_file (const char *from,
                    const char *to,
                    gboolean replace,
                    KappaConversion *conversion,
                    GCancellable *cancellable,
                    GError **error)
{
  Job job = { .writer = find_writer (to, error),
              .path = to,
              .replace = replace,
              .tensors = g_array_new (FALSE, FALSE, sizeof (KappaExportTensor)),
              .metadata = g_ptr_array_new (),
              .cancellable = cancellable };
  gboolean done = run (&job, from, conversion, error);

  g_array_unref (job.tensors);
  g_ptr_array_unref (job.metadata);
  g_clear_object (&job.file);
  return done;
}
