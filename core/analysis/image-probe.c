#include "core/analysis/image-probe.h"

#include <math.h>
#include <string.h>

#include "core/analysis/memory.h"
#include "core/base/error.h"
#include "core/graph/program.h"
#include "core/models/preset.h"

/**
 * KappaImageProbe:
 *
 * One image in a network: what it is taken for, and every result on the way there. The network is
 * compiled for the results that are asked for, no others are kept.
 */
struct _KappaImageProbe
{
  KappaModel *model;
  guint8 *pixels; /* channels × height × width, as the network sees them */
};

/* One run: what is wanted, and what came of it. */
typedef struct
{
  KappaImageProbe *probe;
  const char *const *names;
  guint n_names;
  gboolean wide;
  KappaNode *nodes;
  KappaShape *shapes;
} Run;

void
kappa_probed_free (KappaProbed *self)
{
  g_free (self->name);
  g_free (self->values);
  g_free (self);
}

static const KappaPreprocess *
get_preprocess (KappaImageProbe *self)
{
  return &kappa_model_get_preset (self->model)->preprocess;
}

/**
 * kappa_image_probe_new:
 * @image: of any size; it is prepared as the model's preset says
 *
 * Returns: (transfer full): %NULL with KAPPA_ERROR_SHAPE if the image does not fit
 */
KappaImageProbe *
kappa_image_probe_new (KappaModel *model, KappaImage *image, GError **error)
{
  g_autoptr (KappaImageProbe) self = g_new0 (KappaImageProbe, 1);

  self->model = g_object_ref (model);
  self->pixels = g_malloc (kappa_preprocess_get_size (get_preprocess (self)));
  if (!kappa_preprocess_apply (get_preprocess (self), image, self->pixels, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
kappa_image_probe_free (KappaImageProbe *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->model);
  g_free (self->pixels);
  g_free (self);
}

KappaModel *
kappa_image_probe_get_model (KappaImageProbe *self)
{
  return self->model;
}

/**
 * kappa_image_probe_dup_seen:
 *
 * Returns: (transfer full): the image as the network sees it: cut out, of the network's size, in
 *   colours for people whatever the order of channels
 */
KappaImage *
kappa_image_probe_dup_seen (KappaImageProbe *self)
{
  const KappaPreprocess *preprocess = get_preprocess (self);
  const gsize plane = (gsize)preprocess->width * preprocess->height;
  const guint8 *channels[3];
  KappaImage *image = kappa_image_new (preprocess->width, preprocess->height);

  for (guint c = 0; c < 3; c++)
    {
      guint from = preprocess->channels == KAPPA_CHANNELS_GREY  ? 0
                   : preprocess->channels == KAPPA_CHANNELS_BGR ? 2 - c
                                                                : c;

      channels[c] = self->pixels + from * plane;
    }
  for (gsize i = 0; i < plane; i++)
    for (guint c = 0; c < 3; c++)
      image->pixels[3 * i + c] = channels[c][i];
  return image;
}

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Run *run = data;
  const KappaPreprocess *preprocess = get_preprocess (run->probe);
  const KappaShape shape = KAPPA_SHAPE (batch, kappa_preprocess_get_n_channels (preprocess),
                                        preprocess->height, preprocess->width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images",
                                        kappa_graph_get_real (graph), &shape);

  kappa_model_build_named (run->probe->model, graph, images, run->names, run->nodes);
  if (!kappa_graph_check (graph, error))
    return FALSE;
  for (guint i = 0; i < run->n_names; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      gboolean by_sample;

      if (run->nodes[i] < 0)
        {
          g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                       "“%s” is no layer, block or activation of this network; "
                       "“kappa-cli inspect” lists its layers",
                       run->names[i]);
          return FALSE;
        }
      by_sample = (kappa_graph_get_rate (graph, run->nodes[i]) & KAPPA_RATE_SAMPLE) != 0;
      run->shapes[i] = *kappa_graph_get_shape (graph, run->nodes[i]);
      kappa_outputs_add (outputs, name, by_sample ? KAPPA_OUTPUT_ROWS : KAPPA_OUTPUT_ONCE,
                         run->nodes[i]);
    }
  return TRUE;
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Run *run = data;

  kappa_preprocess_normalize (get_preprocess (run->probe), run->probe->pixels, (gsize)n,
                              run->wide ? KAPPA_PIXEL_DOUBLE : KAPPA_PIXEL_FLOAT, values);
  return TRUE;
}

static gboolean
provide_weights (KappaModel *model, gboolean wide, KappaFeed *feed, GError **error)
{
  feed->parameters = wide ? (const void *)kappa_model_get_parameters_wide (model, error)
                          : kappa_model_get_parameters (model, error);
  if (feed->parameters == NULL || kappa_model_get_buffers_size (model) == 0)
    return feed->parameters != NULL;
  feed->buffers = wide ? (const void *)kappa_model_get_buffers_wide (model, error)
                       : kappa_model_get_buffers (model, error);
  return feed->buffers != NULL;
}

/* A relu in float32 may leave specks of −1e-37 where it says 0, see core/ops/conv-dnnl.c. */
static void
sweep_specks (KappaProbed *probed)
{
  for (gsize i = 0; i < probed->n; i++)
    if (fabs (probed->values[i]) < 1e-30)
      probed->values[i] = 0.0;
}

static KappaProbed *
collect (const Run *run, KappaProgram *program, guint i)
{
  g_autofree char *name = g_strdup_printf ("%u", i);
  KappaProbed *probed = g_new0 (KappaProbed, 1);
  gsize size;
  const double *values = kappa_program_get_output (program, name, &size);

  probed->name = g_strdup (run->names[i]);
  for (guint d = 1; d < run->shapes[i].rank; d++)
    probed->shape.dims[probed->shape.rank++] = run->shapes[i].dims[d];
  probed->n = size;
  probed->values = g_memdup2 (values, size * sizeof *values);
  if (!run->wide)
    sweep_specks (probed);
  return probed;
}

/**
 * kappa_image_probe_run:
 * @names: (array zero-terminated=1): of activations, stages or layers, "logits" among them; see
 *   kappa_model_build_named()
 * @precision: float32 or float64
 *
 * Returns: (transfer full) (element-type KappaProbed): a value for each name, in their order; %NULL
 * with KAPPA_ERROR_USAGE for a name the network does not have, KAPPA_ERROR_MEMORY, the error of a
 * weight or %G_IO_ERROR_CANCELLED
 */
GPtrArray *
kappa_image_probe_run (KappaImageProbe *self,
                       const char *const *names,
                       KappaPrecision precision,
                       KappaContext *context,
                       GError **error)
{
  const guint n = g_strv_length ((char **)names);
  const gboolean wide = precision == KAPPA_PRECISION_FLOAT64;
  const KappaDtype real = wide ? KAPPA_F64 : KAPPA_F32;
  const KappaProgramOptions options = { .real = real, .compute = real, .micro_batch = 1 };
  g_autofree KappaNode *nodes = g_new (KappaNode, n + 1);
  g_autofree KappaShape *shapes = g_new (KappaShape, n + 1);
  Run run = { self, names, n, wide, nodes, shapes };
  KappaFeed feed = { .n_samples = 1, .wide = wide, .fetch = fetch, .data = &run };
  const KappaEnvironment environment
      = { .workers = context->workers, .cancellable = context->cancellable };
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build, &run, NULL, error);
  g_autoptr (GPtrArray) probed = NULL;

  if (program == NULL || !provide_weights (self->model, wide, &feed, error)
      || !kappa_memory_check (context, kappa_program_get_memory (program, 1, 0, 1),
                              "looking into the network", error)
      || !kappa_program_run (program, &feed, &environment, error))
    return NULL;
  probed = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_probed_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (probed, collect (&run, program, i));
  return g_steal_pointer (&probed);
}

static int
compare_guesses (gconstpointer a, gconstpointer b)
{
  const KappaGuess *x = a, *y = b;

  if (x->logit != y->logit)
    return x->logit < y->logit ? 1 : -1;
  return (x->index > y->index) - (x->index < y->index);
}

/**
 * kappa_image_probe_rank:
 * @n: how many at most
 *
 * Returns: (transfer full) (element-type KappaGuess): the classes with the largest logits, the
 * first of equals first; none if a logit is not a number
 */
GArray *
kappa_image_probe_rank (const KappaProbed *logits, guint n)
{
  GArray *guesses = g_array_sized_new (FALSE, FALSE, sizeof (KappaGuess), (guint)logits->n);
  double largest = -INFINITY, sum = 0.0;

  for (gsize i = 0; i < logits->n; i++)
    {
      if (isnan (logits->values[i]))
        return guesses;
      largest = MAX (largest, logits->values[i]);
    }
  for (gsize i = 0; i < logits->n; i++)
    sum += exp (logits->values[i] - largest);
  for (gsize i = 0; i < logits->n; i++)
    {
      KappaGuess guess = { (guint)i, logits->values[i], exp (logits->values[i] - largest) / sum };

      g_array_append_val (guesses, guess);
    }
  g_array_sort (guesses, compare_guesses);
  g_array_set_size (guesses, MIN (n, guesses->len));
  return guesses;
}
