#include "core/base/error.h"
#include "core/models/architecture.h"

/*
 * Convolutions one after the other, max pools between, and linear layers: LeNet (LeCun et al. 1998)
 * with ReLU and max pools as it is written today, and VGG (Simonyan and Zisserman 2014) with or
 * without batch norm as torchvision writes it, where numbers of layers tell what stands between.
 */

#define MAX_CONVOLUTIONS 64
#define MAX_LINEARS      16

/* A convolution, the batch norm behind it if there is one, and the max pool behind its ReLU. */
typedef struct
{
  char name[24];
  char norm[24];
  gint64 outputs;
  gint64 padding;
  gint64 kernel;
  gboolean pool;
} Convolution;

typedef struct
{
  char name[24];
  gint64 outputs;
} Linear;

typedef struct
{
  KappaConfig base;
  guint n_convolutions, n_linears;
  Convolution convolutions[MAX_CONVOLUTIONS];
  Linear linears[MAX_LINEARS];
} StackConfig;

static gint64
get_dim (const KappaTensorView *view, const char *layer, guint rank, guint axis)
{
  g_autofree char *name = g_strconcat (layer, ".weight", NULL);

  return kappa_tensor_view_get_dim (view, name, rank, axis);
}

static gboolean
refuse (GError **error, const char *what, const char *family)
{
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL, "%s; no %s is like that", what, family);
  return FALSE;
}

static Convolution *
add_convolution (StackConfig *config, const KappaTensorView *view, const char *name)
{
  Convolution *convolution = &config->convolutions[config->n_convolutions++];

  g_strlcpy (convolution->name, name, sizeof convolution->name);
  convolution->outputs = get_dim (view, name, 4, 0);
  convolution->kernel = get_dim (view, name, 4, 2);
  convolution->padding = convolution->kernel / 2;
  return convolution;
}

static gboolean
add_linear (StackConfig *config, const KappaTensorView *view, const char *name)
{
  Linear *linear = &config->linears[config->n_linears];

  g_strlcpy (linear->name, name, sizeof linear->name);
  linear->outputs = get_dim (view, name, 2, 0);
  config->base.classes = (guint)CLAMP (linear->outputs, 0, G_MAXINT32);
  config->n_linears += linear->outputs > 0;
  return linear->outputs > 0;
}

/* The side of what the first linear layer sees does not tell 28 padded pixels from 32: grey digits
 * have 28, colour images 32. */
static gboolean
lenet_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  static const char *const linears[] = { "fc1", "fc2", "fc3" };
  StackConfig *config = data;
  const gint64 channels = get_dim (view, "conv1", 4, 1), inputs = get_dim (view, "fc1", 2, 1);
  const guint side = channels == 1 ? 28 : 32;

  if (channels != 1 && channels != 3)
    return refuse (error, "the first convolution sees neither grey nor colour images", "LeNet");
  config->base
      = (KappaConfig) { .channels = (guint)channels, .height = side, .width = side };
  for (guint i = 0; i < 2; i++)
    {
      Convolution *convolution = add_convolution (config, view, i == 0 ? "conv1" : "conv2");

      convolution->pool = TRUE;
      convolution->padding = i == 0 && side == 28 ? 2 : 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (linears); i++)
    if (!add_linear (config, view, linears[i]))
      return refuse (error, "a linear layer is missing or empty", "LeNet");
  if (inputs != 25 * config->convolutions[1].outputs)
    return refuse (error, "the first linear layer does not see 5 × 5 pixels of each channel",
                   "LeNet");
  return TRUE;
}

/* Where a VGG's next convolution, or its end, is tells what was between: ReLU has a number of its
 * own, batch norm and max pool too. */
static gboolean
vgg_add_next (StackConfig *config, const KappaTensorView *view, guint *number)
{
  g_autofree char *name = g_strdup_printf ("features.%u", *number);
  g_autofree char *norm = g_strdup_printf ("features.%u", *number + 1);
  Convolution *convolution;
  guint next;

  if (config->n_convolutions == MAX_CONVOLUTIONS || get_dim (view, name, 4, 0) < 1)
    return FALSE;
  convolution = add_convolution (config, view, name);
  if (get_dim (view, norm, 1, 0) > 0)
    g_strlcpy (convolution->norm, norm, sizeof convolution->norm);
  next = *number + (convolution->norm[0] != '\0' ? 3 : 2);
  {
    g_autofree char *following = g_strdup_printf ("features.%u", next);

    convolution->pool = get_dim (view, following, 4, 0) < 1;
  }
  *number = next + convolution->pool;
  return TRUE;
}

static gboolean
vgg_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  static const char *const linears[] = { "classifier.0", "classifier.3", "classifier.6" };
  StackConfig *config = data;
  guint number = 0;

  config->base = (KappaConfig) { .channels = 3, .height = 224, .width = 224 };
  while (vgg_add_next (config, view, &number))
    ;
  for (guint i = 0; i < G_N_ELEMENTS (linears); i++)
    if (!add_linear (config, view, linears[i]))
      return refuse (error, "a linear layer is missing or empty", "VGG");
  if (config->n_convolutions == 0)
    return refuse (error, "there is no convolution", "VGG");
  if (get_dim (view, "classifier.0", 2, 1)
      != 49 * config->convolutions[config->n_convolutions - 1].outputs)
    return refuse (error, "the first linear layer does not see 7 × 7 pixels of each channel",
                   "VGG");
  return TRUE;
}

static char *
lenet_describe (gconstpointer data)
{
  return g_strdup ("LeNet");
}

static char *
vgg_describe (gconstpointer data)
{
  const StackConfig *config = data;

  return g_strdup_printf ("VGG-%u%s", config->n_convolutions + config->n_linears,
                          config->convolutions[0].norm[0] != '\0' ? " with batch norm" : "");
}

static KappaNode
convolve (KappaBuilder *builder, KappaNode x, const Convolution *convolution, gboolean first)
{
  const KappaWindow window = KAPPA_WINDOW (convolution->kernel, 1, convolution->padding);
  const KappaWindow half = KAPPA_WINDOW (2, 2, 0);
  g_autofree char *relu = g_strconcat (convolution->name, ".relu", NULL),
                  *pool = g_strconcat (convolution->name, ".pool", NULL);

  x = kappa_builder_conv (builder, x, convolution->name, convolution->outputs, &window);
  if (convolution->norm[0] != '\0')
    x = kappa_builder_norm (builder, x, convolution->norm);
  x = kappa_builder_relu (builder, x, relu, first ? KAPPA_ACTIVATION_STEM : 0);
  return convolution->pool ? kappa_builder_max_pool (builder, x, pool, &half) : x;
}

static KappaNode
stack_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const StackConfig *config = data;
  KappaNode x = images;
  KappaShape shape;

  for (guint i = 0; i < config->n_convolutions; i++)
    x = convolve (builder, x, &config->convolutions[i], i == 0);
  shape = *kappa_graph_get_shape (builder->graph, x);
  x = kappa_reshape (builder->graph, x,
                     &KAPPA_SHAPE (shape.dims[0], shape.dims[1] * shape.dims[2] * shape.dims[3]));
  kappa_builder_mark (builder, x, "features", KAPPA_ACTIVATION_POOLED);
  for (guint i = 0; i < config->n_linears; i++)
    {
      const gboolean last = i + 1 == config->n_linears;
      g_autofree char *relu = g_strconcat (config->linears[i].name, ".relu", NULL);

      x = kappa_builder_linear (builder, x, config->linears[i].name, config->linears[i].outputs);
      if (!last)
        x = kappa_builder_relu (builder, x, relu, 0);
    }
  kappa_builder_mark (builder, x, "logits", KAPPA_ACTIVATION_LOGITS);
  return x;
}

static const char *const lenet_evidence[]
    = { "conv1.weight ?x?x5x5", "conv2.weight ?x?x5x5", "fc1.weight ?x?", "fc3.weight ?x?", NULL };
static const char *const lenet_absent[] = { "conv3.weight", "fc4.weight", "bn1.weight", NULL };
static const char *const vgg_evidence[]
    = { "features.0.weight ?x3x3x3", "classifier.0.weight ?x?", "classifier.6.weight ?x?", NULL };
static const KappaKeyScheme *const schemes[] = { &kappa_key_scheme_torch, NULL };

const KappaArchitecture kappa_architecture_lenet = {
  .id = "lenet",
  .preset = "mnist",
  .evidence = lenet_evidence,
  .absent = lenet_absent,
  .schemes = schemes,
  .config_size = sizeof (StackConfig),
  .configure = lenet_configure,
  .describe = lenet_describe,
  .build = stack_build,
};

const KappaArchitecture kappa_architecture_vgg = {
  .id = "vgg",
  .preset = "torchvision-v1",
  .evidence = vgg_evidence,
  .schemes = schemes,
  .config_size = sizeof (StackConfig),
  .configure = vgg_configure,
  .describe = vgg_describe,
  .build = stack_build,
};
