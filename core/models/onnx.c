#include "core/models/onnx.h"

#include <string.h>

#include "core/base/error.h"
#include "core/models/onnx-network.h"

/*
 * Networks that come with their graph. They are no family: nothing is recognised by names, and the
 * file's nodes are the builder.
 */

static KappaNode
onnx_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const KappaOnnxConfig *config = data;

  return kappa_onnx_network_build (config->network, builder, images, FALSE, NULL);
}

static gboolean
onnx_find (gconstpointer data,
           const KappaTensorTable *table,
           const char *canonical,
           KappaTensorPlace *place)
{
  const KappaOnnxConfig *config = data;
  GArray *tensors = config->network->tensors;

  for (guint i = 0; i < tensors->len; i++)
    {
      const KappaOnnxTensor *tensor = &g_array_index (tensors, KappaOnnxTensor, i);
      const KappaTensorEntry *entry;

      if (tensor->role == KAPPA_ROLE_NONE || strcmp (tensor->name, canonical) != 0)
        continue;
      entry = kappa_tensor_table_lookup (table, canonical);
      *place = (KappaTensorPlace) { .n_parts = 1, .parts = { entry }, .slice = -1 };
      place->axes = tensor->swapped ? "10" : NULL;
      place->stored = place->shape = tensor->stored;
      if (tensor->swapped)
        place->shape = KAPPA_SHAPE (tensor->stored.dims[1], tensor->stored.dims[0]);
      return entry != NULL;
    }
  return FALSE;
}

static void
onnx_clear (gpointer data)
{
  g_clear_pointer (&((KappaOnnxConfig *)data)->network, kappa_onnx_network_free);
}

static const KappaKeyScheme scheme = { .name = "the file itself" };
static const KappaKeyScheme *const schemes[] = { &scheme, NULL };

static const KappaArchitecture architecture = {
  .id = "onnx",
  .preset = "onnx",
  .schemes = schemes,
  .config_size = sizeof (KappaOnnxConfig),
  .build = onnx_build,
  .find = onnx_find,
  .clear = onnx_clear,
};

/* Builds the network once to see whether it can be; fills in the number of classes. */
static gboolean
try_build (KappaOnnxConfig *config,
           gint64 samples,
           gboolean note,
           KappaNetworkListing *listing,
           GError **error)
{
  static const KappaChoices choices = { .norm_epsilon = 1e-5 };
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  const KappaShape shape
      = KAPPA_SHAPE (samples, config->base.channels, config->base.height, config->base.width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);
  KappaBuilder builder = { .graph = graph, .choices = &choices, .listing = listing };
  const char *where = NULL;
  g_autoptr (GError) cause = NULL;
  KappaNode logits = kappa_onnx_network_build (config->network, &builder, images, note, &where);

  if (logits >= 0 && kappa_graph_check (graph, &cause))
    {
      config->base.classes = (guint)kappa_graph_get_shape (graph, logits)->dims[1];
      return TRUE;
    }
  if (cause == NULL)
    kappa_graph_check (graph, &cause);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
               "ONNX: %s%s%s%s for %" G_GINT64_FORMAT " images at once: %s",
               where != NULL ? "the node that makes “" : "the network", where != NULL ? where : "",
               where != NULL ? "”" : "", " cannot be built", samples,
               cause != NULL ? cause->message : "its operands do not fit");
  return FALSE;
}

static char *
describe (const KappaNetworkListing *listing)
{
  guint n_convolutions = 0, n_linears = 0;

  for (guint i = 0; i < listing->layers->len; i++)
    {
      const KappaLayer *layer = &g_array_index (listing->layers, KappaLayer, i);

      n_convolutions += strcmp (layer->kind, "convolution") == 0;
      n_linears += strcmp (layer->kind, "linear") == 0;
    }
  return g_strdup_printf ("ONNX graph (%u %s, %u %s)", n_convolutions,
                          n_convolutions == 1 ? "convolution" : "convolutions", n_linears,
                          n_linears == 1 ? "linear layer" : "linear layers");
}

/**
 * kappa_onnx_recognise:
 *
 * Reads the network out of a file that has it. It must be buildable for one image and for two,
 * since every analysis decides itself how many it takes at once.
 *
 * Returns: (transfer full): %NULL with %KAPPA_ERROR_UNSUPPORTED, which names the node, or
 * %KAPPA_ERROR_FORMAT
 */
KappaRecognition *
kappa_onnx_recognise (KappaOnnxFile *file, GError **error)
{
  g_autoptr (KappaRecognition) self = g_new0 (KappaRecognition, 1);
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  g_autoptr (KappaNetworkListing) second = kappa_network_listing_new ();
  KappaOnnxConfig *config = g_new0 (KappaOnnxConfig, 1);

  self->architecture = &architecture;
  self->scheme = &scheme;
  self->config = &config->base;
  config->network = kappa_onnx_network_new (file, &config->base, error);
  if (config->network == NULL || !try_build (config, 1, TRUE, listing, error)
      || !try_build (config, 2, FALSE, second, error))
    return NULL;
  self->name = describe (listing);
  self->evidence = kappa_onnx_network_tell (config->network);
  return g_steal_pointer (&self);
}
