#include "app/cli-commands.h"
#include "app/cli-figure.h"
#include "app/cli-options.h"
#include "app/cli-session.h"
#include "core/analysis/feature-maps.h"
#include "core/analysis/json-writer.h"
#include "core/base/error.h"
#include "core/formats/npz.h"
#include "core/models/preset.h"
#include "ui/plot/export.h"
#include "ui/plot/maps-figure.h"

#include <stdlib.h>
#include <string.h>

/* What a network takes single images for, and what it makes of them inside. */

#define MOST_TOP 100000

typedef struct
{
  CliArguments *arguments;
  KappaContext *context;
  KappaModel *model;
  const char *const *images;
  guint n_images;
  guint top;
  KappaPrecision precision;
  const char *maps; /* a layer, or NULL */
  const char *output;
  GPtrArray *guesses; /* of GArray of KappaGuess, or NULL */
} Classify;

static void
unref_guesses (gpointer data)
{
  g_array_unref (data);
}

static gboolean
usage_error (GError **error, const char *format, const char *what)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, format, what);
  return FALSE;
}

static gboolean
read_top (Classify *self, GError **error)
{
  const char *text = cli_arguments_get (self->arguments, "top");
  guint64 top = 5;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, MOST_TOP, &top, NULL))
    return usage_error (error, "--top=%s is no number of classes; expected 1 or more", text);
  self->top = (guint)top;
  return TRUE;
}

static gboolean
read_precision (Classify *self, GError **error)
{
  const char *text = cli_arguments_get (self->arguments, "precision");

  self->precision = KAPPA_PRECISION_FLOAT32;
  if (text == NULL || strcmp (text, "float32") == 0)
    return TRUE;
  self->precision = KAPPA_PRECISION_FLOAT64;
  return strcmp (text, "float64") == 0
         || usage_error (error, "--precision=%s is not known; expected float32 or float64", text);
}

static gboolean
is_npz (const char *path)
{
  return g_str_has_suffix (path, ".npz");
}

static gboolean
read_output (Classify *self, GError **error)
{
  self->maps = cli_arguments_get (self->arguments, "maps");
  self->output = cli_arguments_get (self->arguments, "output");
  if (self->maps == NULL && self->output == NULL)
    return TRUE;
  if (self->maps == NULL)
    return usage_error (error, "--output=%s needs --maps LAYER, which says what is written",
                        self->output);
  if (self->output == NULL)
    return usage_error (error, "--maps=%s needs --output FILE, where the maps go", self->maps);
  if (!is_npz (self->output) && !kappa_figure_can_export (self->output))
    return usage_error (error, "--output=%s: expected a name that ends in .png, .svg, .pdf or .npz",
                        self->output);
  if (self->n_images > 1)
    return usage_error (error, "--maps=%s: the maps of one image are written, give one IMAGE",
                        self->maps);
  return cli_check_place (self->output, error);
}

static gboolean
write_figure (const Classify *self, const KappaProbed *probed, GError **error)
{
  static const KappaMapsWords words = { "channel", NULL };
  const KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  g_autoptr (KappaFigure) figure = kappa_maps_figure_new ();
  g_autofree char *title
      = g_strdup_printf ("%s of %s", probed->name, kappa_model_get_architecture (self->model));
  g_autofree char *name = g_path_get_basename (self->images[0]);
  g_autofree char *caption
      = g_strdup_printf ("%s; each map from its smallest to its largest number", name);
  guint height, width;
  KappaMaps *maps;

  kappa_model_get_input_size (self->model, &height, &width);
  maps = kappa_maps_new_for_features (probed, height, width);
  if (maps == NULL)
    {
      g_autofree char *shape = kappa_shape_to_string (&probed->shape);

      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_SHAPE,
                   "%s is of the shape %s, which makes no maps; write it to an .npz file",
                   probed->name, shape);
      return FALSE;
    }
  kappa_maps_figure_take (KAPPA_MAPS_FIGURE (figure), maps, &words);
  kappa_figure_set_title (figure, title);
  kappa_figure_set_caption (figure, caption);
  return kappa_figure_export (figure, self->output, &options, error);
}

static gboolean
write_npz (const Classify *self, const KappaProbed *probed, GError **error)
{
  KappaExportTensor tensor = { .name = probed->name,
                               .element = KAPPA_ELEMENT_F64,
                               .rank = probed->shape.rank,
                               .data = probed->values };

  for (guint d = 0; d < probed->shape.rank; d++)
    tensor.dims[d] = (gsize)probed->shape.dims[d];
  return kappa_npz_save (self->output, &tensor, 1, self->context->cancellable, error);
}

static gboolean
classify_one (Classify *self, guint i, GError **error)
{
  const char *names[] = { "logits", self->maps, NULL };
  g_autoptr (KappaImage) image
      = kappa_image_load (self->images[i], self->context->cancellable, error);
  g_autoptr (KappaImageProbe) probe
      = image != NULL ? kappa_image_probe_new (self->model, image, error) : NULL;
  g_autoptr (GPtrArray) values
      = probe != NULL ? kappa_image_probe_run (probe, names, self->precision, self->context, error)
                      : NULL;

  if (values == NULL)
    return FALSE;
  g_ptr_array_add (self->guesses, kappa_image_probe_rank (values->pdata[0], self->top));
  if (self->maps == NULL)
    return TRUE;
  return is_npz (self->output) ? write_npz (self, values->pdata[1], error)
                               : write_figure (self, values->pdata[1], error);
}

static gboolean
classify_all (gpointer data, GError **error)
{
  Classify *self = data;
  const KappaModelOptions options = { cli_arguments_get (self->arguments, "preset"),
                                      cli_arguments_get (self->arguments, "set") };
  guint n;

  self->model = kappa_model_open (cli_arguments_get_places (self->arguments, &n)[0], &options,
                                  self->context->cancellable, error);
  if (self->model == NULL)
    return FALSE;
  kappa_progress_start (self->context->progress, self->n_images, "Images");
  for (guint i = 0; i < self->n_images; i++)
    {
      if (!classify_one (self, i, error))
        return FALSE;
      kappa_progress_advance (self->context->progress, 1.0);
    }
  return TRUE;
}

static void
print_text (const Classify *self)
{
  for (guint i = 0; i < self->n_images; i++)
    {
      const GArray *guesses = self->guesses->pdata[i];

      g_print ("%s%s\n", i > 0 ? "\n" : "", self->images[i]);
      if (guesses->len == 0)
        g_print ("  a logit is not a number\n");
      for (guint k = 0; k < guesses->len; k++)
        {
          const KappaGuess *guess = &g_array_index (guesses, KappaGuess, k);
          const char *name = kappa_model_get_class_name (self->model, guess->index);

          g_print ("%8.2f %%  %4u  %s\n", 100.0 * guess->probability, guess->index,
                   name != NULL ? name : "");
        }
    }
}

static void
write_guess (const Classify *self, const KappaGuess *guess, KappaJsonWriter *writer)
{
  const char *name = kappa_model_get_class_name (self->model, guess->index);

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_integer (writer, "class", guess->index);
  if (name != NULL)
    kappa_json_writer_add_string (writer, "name", name);
  else
    kappa_json_writer_add_null (writer, "name");
  kappa_json_writer_add_number (writer, "logit", guess->logit);
  kappa_json_writer_add_number (writer, "probability", guess->probability);
  kappa_json_writer_end_object (writer);
}

static void
print_json (const Classify *self)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();
  g_autofree char *settings = kappa_preset_to_text (kappa_model_get_preset (self->model));
  g_autofree char *text = NULL;

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_string (writer, "architecture", kappa_model_get_architecture (self->model));
  kappa_json_writer_add_string (writer, "settings", settings);
  kappa_json_writer_add_string (writer, "precision",
                                self->precision == KAPPA_PRECISION_FLOAT64 ? "float64" : "float32");
  if (kappa_model_get_class_evidence (self->model, NULL) != NULL)
    kappa_json_writer_add_string (writer, "class_evidence",
                                  kappa_model_get_class_evidence (self->model, NULL));
  kappa_json_writer_begin_array (writer, "images");
  for (guint i = 0; i < self->n_images; i++)
    {
      const GArray *guesses = self->guesses->pdata[i];

      kappa_json_writer_begin_object (writer, NULL);
      kappa_json_writer_add_string (writer, "image", self->images[i]);
      kappa_json_writer_begin_array (writer, "top");
      for (guint k = 0; k < guesses->len; k++)
        write_guess (self, &g_array_index (guesses, KappaGuess, k), writer);
      kappa_json_writer_end_array (writer);
      kappa_json_writer_end_object (writer);
    }
  kappa_json_writer_end_array (writer);
  kappa_json_writer_end_object (writer);
  text = kappa_json_writer_finish (writer);
  g_print ("%s", text);
}

static gboolean
classify (CliArguments *arguments, GError **error)
{
  KappaContext context = { 0 };
  Classify self = { .arguments = arguments, .context = &context };
  const gboolean json = cli_arguments_get_switch (arguments, "json"),
                 quiet = json || cli_arguments_get_switch (arguments, "quiet");
  const char *const *places;
  gboolean done;
  guint n;

  places = cli_arguments_get_places (arguments, &n);
  if (n < 2)
    return cli_need_places (arguments, 2, "MODEL IMAGE…: a trained network, and JPEG or PNG files",
                            error);
  self.images = places + 1;
  self.n_images = n - 1;
  if (!read_top (&self, error) || !read_precision (&self, error) || !read_output (&self, error)
      || !cli_read_context (arguments, &context, error))
    return FALSE;
  self.guesses = g_ptr_array_new_with_free_func (unref_guesses);
  done = cli_session_run (classify_all, &self, &context, quiet, error);
  if (done && json)
    print_json (&self);
  else if (done)
    print_text (&self);
  g_ptr_array_unref (self.guesses);
  g_clear_object (&self.model);
  kappa_workers_unref (context.workers);
  return done;
}

static void
declare (CliArguments *arguments)
{
  cli_declare_model (arguments);
  cli_arguments_declare (arguments, "Running", "threads", "N", "all processors",
                         "how many threads");
  cli_arguments_declare (arguments, "Running", "memory", "SIZE", "most that is free",
                         "the most memory to use, e.g. 4GiB");
  cli_arguments_declare (arguments, "Running", "precision", "float32|float64", "float32",
                         "the arithmetic");
  cli_arguments_declare (arguments, "Running", "quiet", NULL, NULL,
                         "no progress on standard error");
  cli_arguments_declare (arguments, "Output", "top", "N", "5",
                         "how many classes, by the softmax of the logits, each with its number");
  cli_arguments_declare (arguments, "Output", "maps", "LAYER", NULL,
                         "what a layer, a block or an activation makes of the image");
  cli_arguments_declare (
      arguments, "Output", "output", "FILE", NULL,
      "where the maps go: .png, .svg and .pdf show them, .npz holds their numbers");
  cli_arguments_declare (arguments, "Output", "json", NULL, NULL, "print one JSON object");
}

const CliCommand cli_command_classify = {
  "classify",
  "MODEL IMAGE…",
  "Says what a network takes single images for; shows what a layer makes of one.",
  declare,
  classify,
};
