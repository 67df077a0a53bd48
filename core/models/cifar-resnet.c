#include "core/base/error.h"
#include "core/models/architecture.h"

/*
 * The ResNets of He et al. (2016) for CIFAR: 6 n + 2 layers, three stages of n basic blocks with
 * 16, 32 and 64 channels. Where the shape changes the shortcut has no parameters ("option A"):
 * every second pixel of every second row, and zero channels on both sides.
 */

#define N_STAGES 3

typedef struct
{
  KappaConfig base;
  guint blocks;
  gint64 width; /* channels of the first stage */
} CifarResnetConfig;

static gboolean
cifar_resnet_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  CifarResnetConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "linear.weight", 2, 0);
  guint blocks = kappa_tensor_view_count (view, "layer1.", ".conv1.weight");

  if (classes < 1 || classes > G_MAXINT32 || blocks < 1 || blocks > KAPPA_MAX_BLOCKS)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "the first stage has %u blocks and the last layer, “linear.weight”, "
                   "%s; no CIFAR ResNet is like that",
                   blocks, classes < 0 ? "is missing or no matrix" : "has no rows");
      return FALSE;
    }
  config->base
      = (KappaConfig) { .classes = (guint) classes, .channels = 3, .height = 32, .width = 32 };
  config->blocks = blocks;
  config->width = MAX (kappa_tensor_view_get_dim (view, "layer1.0.conv1.weight", 4, 0), 1);
  return TRUE;
}

static char *
cifar_resnet_describe (gconstpointer data)
{
  return g_strdup_printf ("ResNet-%u (CIFAR)", 6 * ((const CifarResnetConfig *) data)->blocks + 2);
}

/* @x: N × C × H × W. Returns: N × @channels × ⌈H / 2⌉ × ⌈W / 2⌉ */
static KappaNode
option_a (KappaGraph *graph, KappaNode x, gint64 channels)
{
  const KappaShape *from = kappa_graph_get_shape (graph, x);
  const gint64 n_new = channels - from->dims[1];
  const gint64 start[] = { 0, 0, 0, 0 }, step[] = { 1, 1, 2, 2 }, whole[] = { 1, 1, 1, 1 };
  const gint64 size[]
      = { from->dims[0], from->dims[1], (from->dims[2] + 1) / 2, (from->dims[3] + 1) / 2 };
  const gint64 before[] = { 0, n_new / 2, 0, 0 }, after[] = { 0, n_new - n_new / 2, 0, 0 };

  return kappa_pad (graph, kappa_slice (graph, x, start, size, step), before, after, whole);
}

static KappaNode
basic_block (KappaBuilder *builder, KappaNode x, const char *name, gint64 channels, gint64 stride)
{
  const KappaWindow first = KAPPA_WINDOW (3, stride, 1), second = KAPPA_WINDOW (3, 1, 1);
  g_autofree char *conv1 = g_strconcat (name, ".conv1", NULL),
                  *bn1 = g_strconcat (name, ".bn1", NULL);
  g_autofree char *conv2 = g_strconcat (name, ".conv2", NULL),
                  *bn2 = g_strconcat (name, ".bn2", NULL);
  g_autofree char *relu1 = g_strconcat (name, ".relu1", NULL);
  KappaNode shortcut = stride == 1 ? x : option_a (builder->graph, x, channels);
  KappaNode y = kappa_builder_conv_norm (builder, x, conv1, bn1, channels, &first);

  y = kappa_builder_relu (builder, y, relu1, 0);
  y = kappa_builder_conv_norm (builder, y, conv2, bn2, channels, &second);
  return kappa_builder_relu (builder, kappa_add (builder->graph, y, shortcut), name,
                             KAPPA_ACTIVATION_BLOCK);
}

static KappaNode
cifar_resnet_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const CifarResnetConfig *config = data;
  const KappaWindow window = KAPPA_WINDOW (3, 1, 1);
  KappaNode x
      = kappa_builder_conv_norm (builder, images, "conv1", "bn1", config->width, &window);

  x = kappa_builder_relu (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  for (guint stage = 0; stage < N_STAGES; stage++)
    {
      g_autofree char *stage_name = g_strdup_printf ("layer%u", stage + 1);

      for (guint block = 0; block < config->blocks; block++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%u", stage_name, block);

          x = basic_block (builder, x, name, config->width << stage,
                           stage > 0 && block == 0 ? 2 : 1);
        }
      kappa_builder_mark_stage (builder, x, stage_name);
    }
  x = kappa_builder_linear (builder, kappa_builder_pool_all (builder, x, "avgpool"), "linear",
                            config->base.classes);
  return kappa_builder_logits (builder, x);
}

static const char *const evidence[]
    = { "conv1.weight 16x?x3x3", "layer1.0.conv1.weight 16x16x3x3", NULL };
static const char *const absent[]
    = { "layer4.0.conv1.weight", "layer1.0.conv3.weight", "fc.weight", NULL };
static const KappaKeyScheme *const schemes[] = { &kappa_key_scheme_torch, NULL };

const KappaArchitecture kappa_architecture_cifar_resnet = {
  .id = "cifar-resnet",
  .preset = "cifar-akamaster",
  .evidence = evidence,
  .absent = absent,
  .schemes = schemes,
  .config_size = sizeof (CifarResnetConfig),
  .configure = cifar_resnet_configure,
  .describe = cifar_resnet_describe,
  .build = cifar_resnet_build,
};
