/* What a file is. */

#include "app/cli-commands.h"

#include <stdio.h>

#include "app/cli-options.h"
#include "app/cli-print.h"
#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/tensor-file.h"
#include "core/models/preset.h"

/* A file of tensors, and the network they make, if they make one. */
typedef struct
{
  const char *path;
  KappaTensorFile *file;
  KappaModel *model;
  GError *refusal; /* why there is no model */
} Subject;

static void
subject_clear (Subject *subject)
{
  g_clear_object (&subject->file);
  g_clear_object (&subject->model);
  g_clear_error (&subject->refusal);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

/* A file whose tensors make no known network is listed all the same, unless what was asked for is
 * wrong. */
static gboolean
open_subject (Subject *subject, CliArguments *arguments, GError **error)
{
  const KappaModelOptions options
      = { cli_arguments_get (arguments, "preset"), cli_arguments_get (arguments, "set") };
  g_autoptr (GError) failure = NULL;

  subject->model = kappa_model_open (subject->path, &options, NULL, &subject->refusal);
  if (subject->model != NULL)
    {
      subject->file = g_object_ref (kappa_model_get_file (subject->model));
      return TRUE;
    }
  if (g_error_matches (subject->refusal, KAPPA_ERROR, KAPPA_ERROR_MODEL))
    subject->file = kappa_tensor_file_open (subject->path, NULL, &failure);
  if (subject->file != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&subject->refusal));
  return FALSE;
}

static char *
shape_to_text (const KappaTensorInfo *info)
{
  GString *text = g_string_new (NULL);

  for (guint d = 0; d < info->rank; d++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, d > 0 ? " × " : "", info->dims[d]);
  return g_string_free (text, FALSE);
}

static char *
group_digits (guint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  GString *text = g_string_new (digits);

  for (gssize at = (gssize) text->len - 3; at > 0; at -= 3)
    g_string_insert_c (text, at, ',');
  return g_string_free (text, FALSE);
}

static void
print_row (const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    g_print ("%-14s %s\n", label, text);
}

static void
print_count (const char *label, guint64 number)
{
  g_autofree char *text = group_digits (number);

  print_row (label, text);
}

static char *
describe_input (KappaModel *model)
{
  guint height, width;

  kappa_model_get_input_size (model, &height, &width);
  return g_strdup_printf ("%u × %u × %u (channels, height, width)",
                          kappa_model_get_channels (model), height, width);
}

static void
print_model (KappaModel *model)
{
  const KappaPreset *preset = kappa_model_get_preset (model);
  g_autofree char *settings = kappa_preset_to_text (preset);
  g_autofree char *input = describe_input (model);

  print_row ("wrapper", kappa_model_get_wrapper (model));
  print_row ("architecture", kappa_model_get_architecture (model));
  print_row ("names", kappa_model_get_key_scheme (model));
  print_row ("evidence", kappa_model_get_evidence (model));
  print_count ("classes", kappa_model_get_n_classes (model));
  print_row ("", kappa_model_get_class_evidence (model, NULL));
  print_row ("input", input);
  print_count ("parameters", kappa_model_get_parameters_size (model));
  print_count ("multiply-adds", kappa_model_get_macs (model));
  print_row ("preset", preset->name);
  print_row ("", settings);
  print_row ("", preset->evidence);
  print_row ("licence", kappa_model_get_licence (model));
}

static void
print_tensors (KappaTensorFile *file)
{
  static const KappaColumn columns[] = { { "tensor", NULL, KAPPA_COLUMN_TEXT },
                                         { "shape", NULL, KAPPA_COLUMN_TEXT },
                                         { "dtype", NULL, KAPPA_COLUMN_TEXT } };
  g_autoptr (KappaTable) table = kappa_table_new ("tensors", "", G_N_ELEMENTS (columns), columns);

  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);
      g_autofree char *shape = shape_to_text (info);

      kappa_table_add_row (table, info->name, shape, kappa_element_get_name (info->element));
    }
  g_print ("\n");
  cli_print_table (table);
}

static void
write_preset (KappaModel *model, KappaJsonWriter *writer)
{
  const KappaPreset *preset = kappa_model_get_preset (model);
  g_autofree char *settings = kappa_preset_to_text (preset);

  kappa_json_writer_begin_object (writer, "preset");
  kappa_json_writer_add_string (writer, "name", preset->name);
  kappa_json_writer_add_string (writer, "settings", settings);
  kappa_json_writer_add_string (writer, "evidence", preset->evidence);
  kappa_json_writer_end_object (writer);
}

static void
write_layers (KappaModel *model, KappaJsonWriter *writer)
{
  guint n;
  const KappaLayer *layers = kappa_model_get_layers (model, &n);

  kappa_json_writer_begin_array (writer, "layers");
  for (guint i = 0; i < n; i++)
    {
      kappa_json_writer_begin_object (writer, NULL);
      kappa_json_writer_add_string (writer, "name", layers[i].name);
      kappa_json_writer_add_string (writer, "kind", layers[i].kind);
      kappa_json_writer_begin_row (writer, "output");
      for (guint d = 0; d < layers[i].output.rank; d++)
        kappa_json_writer_add_integer (writer, NULL, layers[i].output.dims[d]);
      kappa_json_writer_end_array (writer);
      kappa_json_writer_add_integer (writer, "parameters", (gint64) layers[i].n_parameters);
      kappa_json_writer_add_integer (writer, "multiply_adds", (gint64) layers[i].macs);
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_array (writer);
}

static void
write_class_names (KappaModel *model, KappaJsonWriter *writer)
{
  if (kappa_model_get_class_name (model, 0) == NULL)
    return;
  kappa_json_writer_add_string (writer, "class_evidence",
                                kappa_model_get_class_evidence (model, NULL));
  kappa_json_writer_begin_row (writer, "class_names");
  for (guint c = 0; c < kappa_model_get_n_classes (model); c++)
    kappa_json_writer_add_string (writer, NULL, kappa_model_get_class_name (model, c));
  kappa_json_writer_end_array (writer);
}

static void
write_model (KappaModel *model, KappaJsonWriter *writer)
{
  guint height, width;

  kappa_model_get_input_size (model, &height, &width);
  kappa_json_writer_add_string (writer, "wrapper", kappa_model_get_wrapper (model));
  kappa_json_writer_add_string (writer, "architecture", kappa_model_get_architecture (model));
  kappa_json_writer_add_string (writer, "key_scheme", kappa_model_get_key_scheme (model));
  kappa_json_writer_add_string (writer, "evidence", kappa_model_get_evidence (model));
  kappa_json_writer_add_integer (writer, "classes", kappa_model_get_n_classes (model));
  write_class_names (model, writer);
  kappa_json_writer_begin_row (writer, "input");
  kappa_json_writer_add_integer (writer, NULL, kappa_model_get_channels (model));
  kappa_json_writer_add_integer (writer, NULL, height);
  kappa_json_writer_add_integer (writer, NULL, width);
  kappa_json_writer_end_array (writer);
  kappa_json_writer_add_integer (writer, "parameters",
                                 (gint64) kappa_model_get_parameters_size (model));
  kappa_json_writer_add_integer (writer, "buffers", (gint64) kappa_model_get_buffers_size (model));
  kappa_json_writer_add_integer (writer, "multiply_adds", (gint64) kappa_model_get_macs (model));
  write_preset (model, writer);
  kappa_json_writer_add_string (writer, "licence", kappa_model_get_licence (model));
  write_layers (model, writer);
}

static void
write_tensors (KappaTensorFile *file, KappaJsonWriter *writer)
{
  kappa_json_writer_begin_array (writer, "tensors");
  for (guint i = 0; i < kappa_tensor_file_get_n_tensors (file); i++)
    {
      const KappaTensorInfo *info = kappa_tensor_file_get_info (file, i);

      kappa_json_writer_begin_object (writer, NULL);
      kappa_json_writer_add_string (writer, "name", info->name);
      kappa_json_writer_add_string (writer, "file_name", info->original_name);
      kappa_json_writer_begin_row (writer, "shape");
      for (guint d = 0; d < info->rank; d++)
        kappa_json_writer_add_integer (writer, NULL, (gint64) info->dims[d]);
      kappa_json_writer_end_array (writer);
      kappa_json_writer_add_string (writer, "dtype", kappa_element_get_name (info->element));
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_array (writer);
}

static gboolean
print_json (const Subject *subject, GError **error)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();
  g_autofree char *text = NULL;

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_string (writer, "path", subject->path);
  kappa_json_writer_add_string (writer, "format", kappa_tensor_file_get_format (subject->file));
  if (subject->model != NULL)
    {
      const char *hash = kappa_model_get_sha256 (subject->model, NULL, error);

      if (hash == NULL)
        return FALSE;
      kappa_json_writer_add_string (writer, "sha256", hash);
      write_model (subject->model, writer);
    }
  else
    {
      kappa_json_writer_add_null (writer, "architecture");
      kappa_json_writer_add_string (writer, "refusal", subject->refusal->message);
    }
  write_tensors (subject->file, writer);
  kappa_json_writer_end_object (writer);
  text = kappa_json_writer_finish (writer);
  g_print ("%s", text);
  return TRUE;
}

static gboolean
inspect (CliArguments *arguments, GError **error)
{
  g_auto (Subject) subject = { 0 };
  guint n;

  if (!cli_need_places (arguments, 1, "FILE: a checkpoint, or a folder that holds one", error))
    return FALSE;
  subject.path = cli_arguments_get_places (arguments, &n)[0];
  if (!open_subject (&subject, arguments, error))
    return FALSE;
  if (cli_arguments_get_switch (arguments, "json"))
    return print_json (&subject, error);
  print_row ("file", subject.path);
  print_row ("format", kappa_tensor_file_get_format (subject.file));
  if (subject.model != NULL)
    print_model (subject.model);
  else
    print_row ("architecture", subject.refusal->message);
  print_tensors (subject.file);
  return TRUE;
}

static void
declare (CliArguments *arguments)
{
  cli_declare_model (arguments);
  cli_arguments_declare (arguments, "Output", "json", NULL, NULL, "print one JSON object");
}

const CliCommand cli_command_inspect = {
  "inspect",
  "FILE",
  "Says what a checkpoint is: format, network, preset and why, and every tensor.",
  declare,
  inspect,
};
