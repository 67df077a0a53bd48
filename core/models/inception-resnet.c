#include "core/base/error.h"
#include "core/models/architecture.h"
#include "core/models/inception-keys.h"
#include "core/models/inception-unit.h"

/*
 * Inception-ResNet-v1 and -v2 (Szegedy et al. 2016). The residual of a block is scaled before it is
 * added; scale and relu of the last block are no tensor's affair, but this family's.
 */

#define N_STAGES 3

/* A row of residual blocks and the reduction behind it. */
typedef struct
{
  const char *repeat;
  guint blocks;
  double scale;
  const KappaInceptionBranch *branches;
  guint n_branches;
  const char *reduction;
  const KappaInceptionBranch *reducers;
  guint n_reducers;
} Stage;

/* What the two versions differ in; v1's last unit of the stem has stride 2, v2's is a module. */
typedef struct
{
  const char *name;
  guint size;
  Stage stages[N_STAGES];
} Version;

typedef struct
{
  KappaConfig base;
  const Version *version;
  gint64 embedding; /* size of the layer before the classes, 0 for none */
} InceptionResnetConfig;

#define BRANCHES(b) b, G_N_ELEMENTS (b)

static const KappaInceptionUnit stem_1a = KAPPA_INCEPTION_SHRINKING (32, 3, 3),
                                stem_2a = KAPPA_INCEPTION_BARE (32, 3, 3);
static const KappaInceptionUnit stem_2b = KAPPA_INCEPTION_UNIT (64, 3, 3),
                                stem_3b = KAPPA_INCEPTION_UNIT (80, 1, 1);
static const KappaInceptionUnit stem_4a = KAPPA_INCEPTION_BARE (192, 3, 3),
                                stem_4b = KAPPA_INCEPTION_SHRINKING (256, 3, 3);
static const KappaInceptionUnit last_7b = KAPPA_INCEPTION_UNIT (1536, 1, 1);

static const KappaInceptionBranch mixed_5b[] = {
  { 0, { KAPPA_INCEPTION_UNIT (96, 1, 1) } },
  { 0, { KAPPA_INCEPTION_UNIT (48, 1, 1), KAPPA_INCEPTION_UNIT (64, 5, 5) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (64, 1, 1), KAPPA_INCEPTION_UNIT (96, 3, 3),
      KAPPA_INCEPTION_UNIT (96, 3, 3) } },
  { KAPPA_INCEPTION_AVERAGE, { KAPPA_INCEPTION_UNIT (64, 1, 1) } },
};

static const KappaInceptionBranch v1_block35[] = {
  { 0, { KAPPA_INCEPTION_UNIT (32, 1, 1) } },
  { 0, { KAPPA_INCEPTION_UNIT (32, 1, 1), KAPPA_INCEPTION_UNIT (32, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (32, 1, 1), KAPPA_INCEPTION_UNIT (32, 3, 3),
      KAPPA_INCEPTION_UNIT (32, 3, 3) } },
};
static const KappaInceptionBranch v1_mixed_6a[] = {
  { 0, { KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (192, 3, 3),
      KAPPA_INCEPTION_SHRINKING (256, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};
static const KappaInceptionBranch v1_block17[] = {
  { 0, { KAPPA_INCEPTION_UNIT (128, 1, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (128, 1, 1), KAPPA_INCEPTION_UNIT (128, 1, 7),
      KAPPA_INCEPTION_UNIT (128, 7, 1) } },
};
static const KappaInceptionBranch v1_mixed_7a[] = {
  { 0, { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { 0, { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_SHRINKING (256, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_UNIT (256, 3, 3),
      KAPPA_INCEPTION_SHRINKING (256, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};
static const KappaInceptionBranch v1_block8[] = {
  { 0, { KAPPA_INCEPTION_UNIT (192, 1, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (192, 1, 3),
      KAPPA_INCEPTION_UNIT (192, 3, 1) } },
};

static const KappaInceptionBranch v2_block35[] = {
  { 0, { KAPPA_INCEPTION_UNIT (32, 1, 1) } },
  { 0, { KAPPA_INCEPTION_UNIT (32, 1, 1), KAPPA_INCEPTION_UNIT (32, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (32, 1, 1), KAPPA_INCEPTION_UNIT (48, 3, 3),
      KAPPA_INCEPTION_UNIT (64, 3, 3) } },
};
static const KappaInceptionBranch v2_mixed_6a[] = {
  { 0, { KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_UNIT (256, 3, 3),
      KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};
static const KappaInceptionBranch v2_block17[] = {
  { 0, { KAPPA_INCEPTION_UNIT (192, 1, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (128, 1, 1), KAPPA_INCEPTION_UNIT (160, 1, 7),
      KAPPA_INCEPTION_UNIT (192, 7, 1) } },
};
static const KappaInceptionBranch v2_mixed_7a[] = {
  { 0, { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { 0, { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_SHRINKING (288, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_UNIT (288, 3, 3),
      KAPPA_INCEPTION_SHRINKING (320, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};
static const KappaInceptionBranch v2_block8[] = {
  { 0, { KAPPA_INCEPTION_UNIT (192, 1, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (224, 1, 3),
      KAPPA_INCEPTION_UNIT (256, 3, 1) } },
};

static const Version version_1
    = { "Inception-ResNet-v1",
        160,
        { { "repeat_1", 5, 0.17, BRANCHES (v1_block35), "mixed_6a", BRANCHES (v1_mixed_6a) },
          { "repeat_2", 10, 0.10, BRANCHES (v1_block17), "mixed_7a", BRANCHES (v1_mixed_7a) },
          { "repeat_3", 5, 0.20, BRANCHES (v1_block8), NULL, NULL, 0 } } };

static const Version version_2
    = { "Inception-ResNet-v2",
        299,
        { { "repeat", 10, 0.17, BRANCHES (v2_block35), "mixed_6a", BRANCHES (v2_mixed_6a) },
          { "repeat_1", 20, 0.10, BRANCHES (v2_block17), "mixed_7a", BRANCHES (v2_mixed_7a) },
          { "repeat_2", 9, 0.20, BRANCHES (v2_block8), NULL, NULL, 0 } } };

/* x + scale · residual, with a relu behind it but in the very last block. */
static KappaNode
block (KappaBuilder *builder,
       KappaNode x,
       const Stage *stage,
       const char *name,
       double scale,
       gboolean last)
{
  const KappaWindow point = KAPPA_WINDOW (1, 1, 0);
  const gint64 channels = kappa_graph_get_shape (builder->graph, x)->dims[1];
  g_autofree char *up = g_strconcat (name, ".conv2d", NULL);
  KappaNode y = kappa_inception_mix (builder, x, name, stage->branches, stage->n_branches);

  y = kappa_builder_conv (builder, y, up, channels, &point);
  y = kappa_add (builder->graph, x, kappa_scale (builder->graph, y, scale));
  if (!last)
    return kappa_builder_relu (builder, y, name, KAPPA_ACTIVATION_BLOCK);
  kappa_builder_mark (builder, y, name, KAPPA_ACTIVATION_BLOCK);
  return y;
}

static KappaNode
run_stage (KappaBuilder *builder, KappaNode x, const Stage *stage)
{
  for (guint i = 0; i < stage->blocks; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%u", stage->repeat, i);

      x = block (builder, x, stage, name, stage->scale, FALSE);
    }
  if (stage->reduction == NULL)
    x = block (builder, x, stage, "block8", 1.0, TRUE);
  kappa_builder_mark_stage (builder, x, stage->repeat);
  if (stage->reduction != NULL)
    x = kappa_inception_mix (builder, x, stage->reduction, stage->reducers, stage->n_reducers);
  return x;
}

static KappaNode
stem (KappaBuilder *builder, KappaNode x, const Version *version)
{
  x = kappa_inception_unit (builder, x, "conv2d_1a", &stem_1a);
  x = kappa_inception_unit (builder, x, "conv2d_2a", &stem_2a);
  x = kappa_inception_unit (builder, x, "conv2d_2b", &stem_2b);
  x = kappa_inception_max_pool (builder, x, "maxpool_3a");
  x = kappa_inception_unit (builder, x, "conv2d_3b", &stem_3b);
  x = kappa_inception_unit (builder, x, "conv2d_4a", &stem_4a);
  if (version == &version_1)
    x = kappa_inception_unit (builder, x, "conv2d_4b", &stem_4b);
  else
    {
      x = kappa_inception_max_pool (builder, x, "maxpool_5a");
      x = kappa_inception_mix (builder, x, "mixed_5b", BRANCHES (mixed_5b));
    }
  kappa_builder_mark (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  return x;
}

/* The embedding of a network that was made for comparing images; of unit length where it is the
 * result. */
static KappaNode
embed (KappaBuilder *builder, const InceptionResnetConfig *config, KappaNode x)
{
  const gint64 dims = config->embedding;
  KappaNode squares, length;

  x = kappa_builder_linear_norm (builder, x, "last_linear", "last_bn", dims);
  kappa_builder_mark (builder, x, "embedding", 0);
  if (config->base.classes > 0)
    return x;
  squares = kappa_reduce_sum (builder->graph, kappa_mul (builder->graph, x, x), 1u << 1);
  length = kappa_rsqrt (builder->graph, squares);
  return kappa_mul (
      builder->graph, x,
      kappa_broadcast (builder->graph, length, kappa_graph_get_shape (builder->graph, x)));
}

static KappaNode
inception_resnet_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const InceptionResnetConfig *config = data;
  const char *head = config->version == &version_1 ? "logits" : "classif";
  KappaNode x = stem (builder, images, config->version);

  for (guint i = 0; i < N_STAGES; i++)
    x = run_stage (builder, x, &config->version->stages[i]);
  if (config->version == &version_2)
    x = kappa_inception_unit (builder, x, "conv2d_7b", &last_7b);
  x = kappa_builder_pool_all (builder, x, "avgpool");
  if (config->embedding > 0)
    x = embed (builder, config, x);
  if (config->base.classes > 0)
    x = kappa_builder_linear (builder, x, head, config->base.classes);
  return kappa_builder_logits (builder, x);
}

static gboolean
v1_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  InceptionResnetConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "logits.weight", 2, 0);

  config->version = &version_1;
  config->embedding = kappa_tensor_view_get_dim (view, "last_linear.weight", 2, 0);
  if (config->embedding < 1 || config->embedding > G_MAXINT32 || classes > G_MAXINT32)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                           "it looks like Inception-ResNet-v1, but its last layer, "
                           "“last_linear.weight”, is missing or no matrix");
      return FALSE;
    }
  config->base = (KappaConfig) { (guint)MAX (classes, 0), 3, version_1.size, version_1.size };
  return TRUE;
}

static gboolean
v2_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  InceptionResnetConfig *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "classif.weight", 2, 0);

  config->version = &version_2;
  config->base = (KappaConfig) { (guint)classes, 3, version_2.size, version_2.size };
  config->base.no_norm_scale = !kappa_tensor_view_has (view, "conv2d_1a.bn.weight")
                               && !kappa_tensor_view_has (view, "conv2d_7b.bn.weight");
  if (classes >= 1 && classes <= G_MAXINT32)
    return TRUE;
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                       "it looks like Inception-ResNet-v2, but its last layer is missing or no "
                       "matrix");
  return FALSE;
}

static char *
inception_resnet_describe (gconstpointer data)
{
  const InceptionResnetConfig *config = data;

  return g_strconcat (config->version->name, config->base.classes == 0 ? " (embedding)" : "", NULL);
}

static const char *const v1_evidence[]
    = { "repeat_3.4.conv2d.weight", "conv2d_4b.conv.weight 256x192x3x3", "last_bn.weight 512",
        NULL };
static const char *const v2_evidence[]
    = { "repeat_2.8.conv2d.weight 2080x448x1x1", "mixed_5b.branch0.conv.weight 96x192x1x1",
        "classif.weight ?x1536", NULL };
static const KappaKeyScheme *const v1_schemes[] = { &kappa_key_scheme_torch, NULL };
static const KappaKeyScheme *const v2_schemes[]
    = { &kappa_key_scheme_torch, &kappa_key_scheme_inception_resnet_cadene,
        &kappa_key_scheme_inception_resnet_keras, NULL };

const KappaArchitecture kappa_architecture_inception_resnet_v1 = {
  .id = "inception-resnet-v1",
  .preset = "facenet",
  .evidence = v1_evidence,
  .schemes = v1_schemes,
  .config_size = sizeof (InceptionResnetConfig),
  .configure = v1_configure,
  .describe = inception_resnet_describe,
  .build = inception_resnet_build,
};

const KappaArchitecture kappa_architecture_inception_resnet_v2 = {
  .id = "inception-resnet-v2",
  .preset = "inception-resnet",
  .evidence = v2_evidence,
  .schemes = v2_schemes,
  .config_size = sizeof (InceptionResnetConfig),
  .configure = v2_configure,
  .describe = inception_resnet_describe,
  .build = inception_resnet_build,
};
