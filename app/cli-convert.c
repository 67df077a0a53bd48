#include "app/cli-commands.h"
#include "app/cli-options.h"
#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/convert.h"
#include "core/models/onnx-export.h"

static void
print_json (const char *from, const char *to, const KappaConversion *conversion)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();
  g_autofree char *text = NULL;

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_string (writer, "from", from);
  kappa_json_writer_add_string (writer, "from_format", conversion->from);
  kappa_json_writer_add_string (writer, "to", to);
  kappa_json_writer_add_string (writer, "to_format", conversion->to);
  kappa_json_writer_add_integer (writer, "tensors", conversion->n_tensors);
  kappa_json_writer_add_integer (writer, "bytes", (gint64)conversion->n_bytes);
  kappa_json_writer_add_integer (writer, "metadata", conversion->n_metadata);
  kappa_json_writer_add_integer (writer, "metadata_left_out", conversion->n_left_out);
  kappa_json_writer_add_integer (writer, "literals_left_out", conversion->n_literals);
  if (conversion->has_network)
    {
      kappa_json_writer_add_number (writer, "largest_difference", conversion->difference);
      kappa_json_writer_add_number (writer, "largest_logit", conversion->largest);
    }
  kappa_json_writer_end_object (writer);
  text = kappa_json_writer_finish (writer);
  g_print ("%s", text);
}

static void
print_text (const char *to, const KappaConversion *conversion)
{
  g_print ("%s: %u tensors, %" G_GUINT64_FORMAT
           " bytes, from %s to %s; read back, all bits are the same\n",
           to, conversion->n_tensors, conversion->n_bytes, conversion->from, conversion->to);
  if (conversion->has_network && conversion->difference == 0.0)
    g_print ("network read back: the logits of an image of noise are the same, bit by bit\n");
  else if (conversion->has_network)
    g_print (
        "network read back: the logits of an image of noise differ by at most %.3g, the largest "
        "is %.3g\n",
        conversion->difference, conversion->largest);
  if (conversion->n_literals > 0)
    g_print ("constants of the graph, which are no tensors of the network, left out: %u\n",
             conversion->n_literals);
  if (conversion->n_metadata > 0)
    g_print ("metadata kept: %u\n", conversion->n_metadata);
  if (conversion->n_left_out > 0)
    g_print ("metadata left out, for which a %s has no room: %u\n", conversion->to,
             conversion->n_left_out);
}

static gboolean
convert_network (CliArguments *arguments,
                 const char *from,
                 const char *to,
                 KappaConversion *conversion,
                 GError **error)
{
  const KappaModelOptions options
      = { cli_arguments_get (arguments, "preset"), cli_arguments_get (arguments, "set") };
  g_autoptr (KappaModel) model = kappa_model_open (from, &options, NULL, error);

  return model != NULL
         && kappa_onnx_export (model, to, cli_arguments_get_switch (arguments, "force"), conversion,
                               NULL, error);
}

static gboolean
convert_tensors (CliArguments *arguments,
                 const char *from,
                 const char *to,
                 KappaConversion *conversion,
                 GError **error)
{
  if (cli_arguments_has (arguments, "preset") || cli_arguments_has (arguments, "set"))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s: --preset and --set are for a network; tensors alone are converted as they "
                   "are",
                   to);
      return FALSE;
    }
  return kappa_convert_file (from, to, cli_arguments_get_switch (arguments, "force"), conversion,
                             NULL, error);
}

static gboolean
convert (CliArguments *arguments, GError **error)
{
  const char *const *places;
  KappaConversion conversion;
  guint n;

  if (!cli_need_places (arguments, 2, "IN OUT: a checkpoint, and the file to make of it", error))
    return FALSE;
  places = cli_arguments_get_places (arguments, &n);
  if (kappa_convert_needs_network (places[1])
          ? !convert_network (arguments, places[0], places[1], &conversion, error)
          : !convert_tensors (arguments, places[0], places[1], &conversion, error))
    return FALSE;
  if (cli_arguments_get_switch (arguments, "json"))
    print_json (places[0], places[1], &conversion);
  else
    print_text (places[1], &conversion);
  return TRUE;
}

static void
declare (CliArguments *arguments)
{
  g_autofree char *suffixes = kappa_convert_list_suffixes ();
  g_autofree char *note
      = g_strdup_printf ("the name of OUT says to which format: it ends in %s\n", suffixes);

  cli_declare_model (arguments);
  cli_arguments_add_note (arguments, "these are for OUT with a network in it: an ONNX model\n");
  cli_arguments_declare (arguments, "Output", "force", NULL, NULL,
                         "replace OUT if it is there already");
  cli_arguments_add_note (arguments, note);
  cli_arguments_declare (arguments, "Output", "json", NULL, NULL, "print one JSON object");
}

const CliCommand cli_command_convert = {
  "convert",
  "IN OUT",
  "Writes the tensors of a checkpoint, or its network, in another format, bit by bit the same. An "
  "ONNX model gets the whole network, for images that are prepared already; how, its metadata say.",
  declare,
  convert,
};
