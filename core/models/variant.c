#include "core/models/variant.h"

#include <string.h>

#include "core/base/error.h"
#include "core/graph/op.h"
#include "core/models/model-private.h"

struct _KappaVariant
{
  GObject parent_instance;

  char *name;
  KappaModel *model;         /* NULL for one of shapes alone */
  const KappaFamily *family; /* NULL where none is known */
  guint depth;
  double width;
  const KappaArchitecture *architecture;
  KappaConfig *config; /* borrowed from the model if there is one */
  KappaChoices choices;
  guint size[2];
};

G_DEFINE_FINAL_TYPE (KappaVariant, kappa_variant, G_TYPE_OBJECT)

static void
kappa_variant_finalize (GObject *object)
{
  KappaVariant *self = KAPPA_VARIANT (object);

  if (self->model == NULL)
    g_free (self->config);
  g_clear_object (&self->model);
  g_free (self->name);
  G_OBJECT_CLASS (kappa_variant_parent_class)->finalize (object);
}

static void
kappa_variant_class_init (KappaVariantClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_variant_finalize;
}

static void
kappa_variant_init (KappaVariant *self)
{
  self->choices.norm_epsilon = 1e-5;
}

static gboolean
configure (KappaVariant *self, const KappaTensorTable *table, GError **error)
{
  const KappaTensorView view = { table, &kappa_key_scheme_torch };

  self->config = g_malloc0 (self->architecture->config_size);
  return self->architecture->configure (&view, self->config, error);
}

static char *
make_name (const KappaFamily *family, guint depth, double width)
{
  if (width == 1.0)
    return g_strdup_printf ("%s%u%s", family->title, depth, family->suffix);
  return g_strdup_printf ("%s%u%s ×%g", family->title, depth, family->suffix, width);
}

/**
 * kappa_variant_new:
 * @depth: the number in the network's name
 * @width: a factor for the channels of every layer: see kappa_family_make_table()
 * @like: (nullable): a network of the family whose number of classes, biases and place of strides
 *   are kept; as published if %NULL
 *
 * Makes a network of a family from its shapes.
 *
 * Returns: (transfer full): %NULL with KAPPA_ERROR_USAGE if there is no such network
 */
KappaVariant *
kappa_variant_new (const KappaFamily *family,
                   guint depth,
                   double width,
                   KappaVariant *like,
                   GError **error)
{
  g_autoptr (KappaVariant) self = g_object_new (KAPPA_TYPE_VARIANT, NULL);
  g_autoptr (KappaTensorTable) table = NULL;
  KappaFamilyMember member;

  if (!kappa_family_get_member (family, depth, &member, error))
    return NULL;
  table = kappa_family_make_table (family, &member, width,
                                   like != NULL ? like->config->classes : family->classes, error);
  if (table == NULL)
    return NULL;
  self->name = make_name (family, depth, width);
  self->family = family;
  self->depth = depth;
  self->width = width;
  self->architecture = family->architecture;
  self->size[0] = self->size[1] = member.size;
  if (!configure (self, table, error))
    return NULL;
  if (like != NULL)
    {
      self->config->conv_bias = like->config->conv_bias;
      self->choices = like->choices;
    }
  return g_steal_pointer (&self);
}

static guint
count_blocks (KappaModel *model, guint stage)
{
  for (guint block = 0;; block++)
    {
      g_autofree char *name = g_strdup_printf ("layer%u.%u.conv1.weight", stage + 1, block);

      if (kappa_model_find_parameter (model, name) == NULL)
        return block;
    }
}

/* The depth that a member with the model's blocks has; 0 if none has so many. */
static guint
find_depth (const KappaFamily *family, KappaModel *model)
{
  const gboolean deep = kappa_model_find_parameter (model, "layer1.0.conv3.weight") != NULL;
  guint blocks[4] = { 0 };

  for (guint stage = 0; stage < family->n_stages; stage++)
    blocks[stage] = count_blocks (model, stage);
  if (family->six_n_plus_two)
    return 6 * blocks[0] + 2;
  for (guint i = 0; i < family->n_members; i++)
    if (memcmp (family->members[i].blocks, blocks, sizeof blocks) == 0
        && (family->members[i].depth >= 50) == deep)
      return family->members[i].depth;
  return 0;
}

/* Whether both networks have the same tensors, one by one. */
static gboolean
same_tensors (KappaModel *model, KappaVariant *variant)
{
  g_autoptr (KappaNetworkListing) listing
      = kappa_variant_list (variant, variant->size[0], variant->size[1], NULL);
  guint n = 0;

  for (guint i = 0; listing != NULL && i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);
      const KappaParameter *parameter
          = n < kappa_model_get_n_parameters (model) ? kappa_model_get_parameter (model, n) : NULL;

      if (spec->role != KAPPA_ROLE_PARAMETER)
        continue;
      if (parameter == NULL || strcmp (spec->name, parameter->name) != 0
          || !kappa_shape_equal (&spec->shape, &parameter->shape))
        return FALSE;
      n++;
    }
  return listing != NULL && n == kappa_model_get_n_parameters (model);
}

/* A model is of a family if the family's member of its depth has the same tensors, all of them. */
static void
find_family (KappaVariant *self)
{
  guint n;
  const KappaFamily *families = kappa_family_list (&n);

  for (guint i = 0; i < n && self->family == NULL; i++)
    {
      g_autoptr (KappaVariant) member = NULL;
      guint depth = families[i].architecture == self->architecture
                        ? find_depth (&families[i], self->model)
                        : 0;

      if (depth > 0)
        member = kappa_variant_new (&families[i], depth, 1.0, self, NULL);
      if (member == NULL || !same_tensors (self->model, member))
        continue;
      self->family = &families[i];
      self->depth = depth;
    }
}

/**
 * kappa_variant_new_for_model:
 *
 * Returns: (transfer full): the network of a model, and the family it is of, if it is of one
 */
KappaVariant *
kappa_variant_new_for_model (KappaModel *model)
{
  KappaVariant *self = g_object_new (KAPPA_TYPE_VARIANT, NULL);

  self->model = g_object_ref (model);
  self->name = g_strdup (kappa_model_get_architecture (model));
  self->architecture = model->recognition->architecture;
  self->config = model->recognition->config;
  self->choices = model->preset->choices;
  self->width = 1.0;
  kappa_model_get_input_size (model, &self->size[0], &self->size[1]);
  find_family (self);
  return self;
}

const char *
kappa_variant_get_name (KappaVariant *self)
{
  return self->name;
}

/**
 * kappa_variant_get_model:
 *
 * Returns: (transfer none) (nullable): the model it is the network of, %NULL for one of shapes
 * alone
 */
KappaModel *
kappa_variant_get_model (KappaVariant *self)
{
  return self->model;
}

/**
 * kappa_variant_get_family:
 *
 * Returns: (nullable): the family whose depths and widths it can be compared with
 */
const KappaFamily *
kappa_variant_get_family (KappaVariant *self)
{
  return self->family;
}

/**
 * kappa_variant_get_depth:
 *
 * Returns: the number in the name; 0 without a family
 */
guint
kappa_variant_get_depth (KappaVariant *self)
{
  return self->depth;
}

double
kappa_variant_get_width (KappaVariant *self)
{
  return self->width;
}

guint
kappa_variant_get_channels (KappaVariant *self)
{
  return self->config->channels;
}

/**
 * kappa_variant_get_size:
 * @height: (out): of the images the model's preset makes, or the published weights were trained on
 * @width: (out): likewise, pixels
 */
void
kappa_variant_get_size (KappaVariant *self, guint *height, guint *width)
{
  *height = self->size[0];
  *width = self->size[1];
}

/* For one image of the given size. */
static KappaGraph *
build_one (KappaVariant *self,
           guint height,
           guint width,
           KappaNetworkListing *listing,
           KappaNode *logits,
           GError **error)
{
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  const KappaShape shape = KAPPA_SHAPE (1, self->config->channels, height, width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);

  *logits = kappa_network_build (self->architecture, self->config, &self->choices, graph, images,
                                 listing);
  if (kappa_graph_check (graph, error))
    return g_steal_pointer (&graph);
  g_prefix_error (error, "%s cannot see images of %u × %u pixels: ", self->name, width, height);
  return NULL;
}

/**
 * kappa_variant_list:
 *
 * Returns: (transfer full): what the network consists of, for an image of that size; %NULL with
 * KAPPA_ERROR_SHAPE if it cannot see such an image
 */
KappaNetworkListing *
kappa_variant_list (KappaVariant *self, guint height, guint width, GError **error)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  KappaNode logits;
  g_autoptr (KappaGraph) graph = build_one (self, height, width, listing, &logits, error);

  return graph != NULL ? g_steal_pointer (&listing) : NULL;
}

/* What is computed from weights alone, such as positions for another grid, is no activation; nor is
 * what nobody asks for, such as an ONNX convolution that its batch norm has taken over. Operands
 * come before what is made of them. */
static guint64
count_activations (KappaGraph *graph, KappaNode logits)
{
  g_autofree guint8 *needed = g_new0 (guint8, (gsize)logits + 1);
  guint64 sum = 0;

  needed[logits] = TRUE;
  for (KappaNode node = logits; node >= 0; node--)
    {
      const char *op = kappa_graph_get_op (graph, node)->name;

      if (!needed[node])
        continue;
      for (guint i = 0; i < kappa_graph_get_arity (graph, node); i++)
        needed[kappa_graph_get_operand (graph, node, i)] = TRUE;
      if ((strcmp (op, "conv") == 0 || strcmp (op, "matmul") == 0)
          && (kappa_graph_get_rate (graph, node) & KAPPA_RATE_SAMPLE) != 0)
        sum += (guint64)kappa_shape_size (kappa_graph_get_shape (graph, node));
    }
  return sum;
}

/**
 * kappa_variant_count:
 * @counts: (out): of one image of @height × @width pixels
 *
 * Activations are counted as in P. Dollár, M. Singh, R. Girshick: "Fast and accurate model
 * scaling", CVPR 2021, where they foretell run time better than multiply-adds do; here the products
 * of matrices count as the convolutions do.
 *
 * Returns: %FALSE with KAPPA_ERROR_SHAPE if the network cannot see such an image
 */
gboolean
kappa_variant_count (KappaVariant *self,
                     guint height,
                     guint width,
                     KappaVariantCounts *counts,
                     GError **error)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  KappaNode logits;
  g_autoptr (KappaGraph) graph = build_one (self, height, width, listing, &logits, error);

  *counts = (KappaVariantCounts) { 0 };
  if (graph == NULL)
    return FALSE;
  for (guint i = 0; i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);

      if (spec->role == KAPPA_ROLE_PARAMETER)
        counts->parameters += (guint64)kappa_shape_size (&spec->shape);
    }
  for (guint i = 0; i < listing->layers->len; i++)
    counts->macs += g_array_index (listing->layers, KappaLayer, i).macs;
  counts->activations = count_activations (graph, logits);
  return TRUE;
}

/**
 * kappa_variant_build:
 * @images: N × C × H × W
 *
 * Returns: the logits, as kappa_model_build() does
 */
KappaNode
kappa_variant_build (KappaVariant *self, KappaGraph *graph, KappaNode images)
{
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();

  return kappa_network_build (self->architecture, self->config, &self->choices, graph, images,
                              listing);
}
