#include "core/base/error.h"
#include "core/models/architecture.h"
#include "core/models/inception-unit.h"

/*
 * Inception-v4 (Szegedy et al. 2016): a stem that pools and convolves side by side, then modules
 * A, B and C with a reduction between them. A module's number is its place in the files.
 */

#define FIRST_A     6
#define REDUCTION_A 10
#define FIRST_B     11
#define REDUCTION_B 18
#define FIRST_C     19
#define END         22

typedef struct
{
  KappaConfig base;
} InceptionV4Config;

static const KappaInceptionUnit stem_units[]
    = { KAPPA_INCEPTION_SHRINKING (32, 3, 3), KAPPA_INCEPTION_BARE (32, 3, 3),
        KAPPA_INCEPTION_UNIT (64, 3, 3) };

static const KappaInceptionBranch mixed_4a[] = {
  { 0, { KAPPA_INCEPTION_UNIT (64, 1, 1), KAPPA_INCEPTION_BARE (96, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (64, 1, 1), KAPPA_INCEPTION_UNIT (64, 1, 7),
      KAPPA_INCEPTION_UNIT (64, 7, 1), KAPPA_INCEPTION_BARE (96, 3, 3) } },
};
static const KappaInceptionBranch module_a[] = {
  { 0, { KAPPA_INCEPTION_UNIT (96, 1, 1) } },
  { 0, { KAPPA_INCEPTION_UNIT (64, 1, 1), KAPPA_INCEPTION_UNIT (96, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (64, 1, 1), KAPPA_INCEPTION_UNIT (96, 3, 3),
      KAPPA_INCEPTION_UNIT (96, 3, 3) } },
  { KAPPA_INCEPTION_AVERAGE, { KAPPA_INCEPTION_UNIT (96, 1, 1) } },
};
static const KappaInceptionBranch reduction_a[] = {
  { 0, { KAPPA_INCEPTION_SHRINKING (384, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (224, 3, 3),
      KAPPA_INCEPTION_SHRINKING (256, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};
static const KappaInceptionBranch module_b[] = {
  { 0, { KAPPA_INCEPTION_UNIT (384, 1, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (224, 1, 7),
      KAPPA_INCEPTION_UNIT (256, 7, 1) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_UNIT (192, 7, 1),
      KAPPA_INCEPTION_UNIT (224, 1, 7), KAPPA_INCEPTION_UNIT (224, 7, 1),
      KAPPA_INCEPTION_UNIT (256, 1, 7) } },
  { KAPPA_INCEPTION_AVERAGE, { KAPPA_INCEPTION_UNIT (128, 1, 1) } },
};
static const KappaInceptionBranch reduction_b[] = {
  { 0, { KAPPA_INCEPTION_UNIT (192, 1, 1), KAPPA_INCEPTION_SHRINKING (192, 3, 3) } },
  { 0,
    { KAPPA_INCEPTION_UNIT (256, 1, 1), KAPPA_INCEPTION_UNIT (256, 1, 7),
      KAPPA_INCEPTION_UNIT (320, 7, 1), KAPPA_INCEPTION_SHRINKING (320, 3, 3) } },
  { KAPPA_INCEPTION_MAX, { { 0 } } },
};

/* One of the C module's units, "@module.@part". */
static KappaNode
part_of_c (KappaBuilder *builder,
           KappaNode x,
           const char *module,
           const char *part,
           gint64 outputs,
           gint64 height,
           gint64 width)
{
  const KappaInceptionUnit unit = KAPPA_INCEPTION_UNIT (outputs, height, width);
  g_autofree char *name = g_strdup_printf ("%s.%s", module, part);

  return kappa_inception_unit (builder, x, name, &unit);
}

/* Its branches fork a second time. */
static KappaNode
module_c (KappaBuilder *builder, KappaNode x, const char *name)
{
  const KappaWindow around = KAPPA_WINDOW (3, 1, 1);
  g_autofree char *pool = g_strconcat (name, ".branch3.0", NULL);
  KappaNode parts[6], y;

  parts[0] = part_of_c (builder, x, name, "branch0", 256, 1, 1);
  y = part_of_c (builder, x, name, "branch1_0", 384, 1, 1);
  parts[1] = part_of_c (builder, y, name, "branch1_1a", 256, 1, 3);
  parts[2] = part_of_c (builder, y, name, "branch1_1b", 256, 3, 1);
  y = part_of_c (builder, x, name, "branch2_0", 384, 1, 1);
  y = part_of_c (builder, y, name, "branch2_1", 448, 3, 1);
  y = part_of_c (builder, y, name, "branch2_2", 512, 1, 3);
  parts[3] = part_of_c (builder, y, name, "branch2_3a", 256, 1, 3);
  parts[4] = part_of_c (builder, y, name, "branch2_3b", 256, 3, 1);
  y = kappa_builder_avg_pool (builder, x, pool, &around, FALSE, FALSE);
  parts[5] = part_of_c (builder, y, name, "branch3.1", 256, 1, 1);
  return kappa_concat (builder->graph, parts, G_N_ELEMENTS (parts), 1);
}

static KappaNode
stem (KappaBuilder *builder, KappaNode x)
{
  const KappaInceptionUnit conv_3a = KAPPA_INCEPTION_SHRINKING (96, 3, 3),
                           conv_5a = KAPPA_INCEPTION_SHRINKING (192, 3, 3);
  KappaNode parts[2];

  for (guint i = 0; i < G_N_ELEMENTS (stem_units); i++)
    {
      g_autofree char *name = g_strdup_printf ("features.%u", i);

      x = kappa_inception_unit (builder, x, name, &stem_units[i]);
    }
  parts[0] = kappa_inception_max_pool (builder, x, "features.3.maxpool");
  parts[1] = kappa_inception_unit (builder, x, "features.3.conv", &conv_3a);
  x = kappa_concat (builder->graph, parts, 2, 1);
  x = kappa_inception_mix (builder, x, "features.4", mixed_4a, G_N_ELEMENTS (mixed_4a));
  parts[0] = kappa_inception_unit (builder, x, "features.5.conv", &conv_5a);
  parts[1] = kappa_inception_max_pool (builder, x, "features.5.maxpool");
  x = kappa_concat (builder->graph, parts, 2, 1);
  kappa_builder_mark (builder, x, "stem", KAPPA_ACTIVATION_STEM);
  return x;
}

static KappaNode
module (KappaBuilder *builder, KappaNode x, const char *name, guint place)
{
  if (place >= FIRST_C)
    return module_c (builder, x, name);
  if (place == REDUCTION_B)
    return kappa_inception_mix (builder, x, name, reduction_b, G_N_ELEMENTS (reduction_b));
  if (place >= FIRST_B)
    return kappa_inception_mix (builder, x, name, module_b, G_N_ELEMENTS (module_b));
  if (place == REDUCTION_A)
    return kappa_inception_mix (builder, x, name, reduction_a, G_N_ELEMENTS (reduction_a));
  return kappa_inception_mix (builder, x, name, module_a, G_N_ELEMENTS (module_a));
}

static KappaNode
inception_v4_build (KappaBuilder *builder, gconstpointer data, KappaNode images)
{
  const InceptionV4Config *config = data;
  KappaNode x = stem (builder, images);

  for (guint place = FIRST_A; place < END; place++)
    {
      g_autofree char *name = g_strdup_printf ("features.%u", place);

      x = module (builder, x, name, place);
      kappa_builder_mark (builder, x, name, KAPPA_ACTIVATION_BLOCK);
      if (place + 1 == REDUCTION_A)
        kappa_builder_mark_stage (builder, x, "A");
      else if (place + 1 == REDUCTION_B)
        kappa_builder_mark_stage (builder, x, "B");
      else if (place + 1 == END)
        kappa_builder_mark_stage (builder, x, "C");
    }
  x = kappa_builder_linear (builder, kappa_builder_pool_all (builder, x, "avgpool"), "last_linear",
                            config->base.classes);
  return kappa_builder_logits (builder, x);
}

static gboolean
inception_v4_configure (const KappaTensorView *view, gpointer data, GError **error)
{
  InceptionV4Config *config = data;
  gint64 classes = kappa_tensor_view_get_dim (view, "last_linear.weight", 2, 0);

  if (classes < 1 || classes > G_MAXINT32)
    {
      g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                           "it looks like Inception-v4, but its last layer, “last_linear.weight”, "
                           "is missing or no matrix");
      return FALSE;
    }
  config->base = (KappaConfig) { (guint)classes, 3, 299, 299 };
  return TRUE;
}

static char *
inception_v4_describe (gconstpointer data)
{
  return g_strdup ("Inception-v4");
}

static const char *const evidence[]
    = { "features.0.conv.weight 32x3x3x3", "features.21.branch2_3b.conv.weight 256x512x3x1", NULL };
static const KappaKeyScheme *const schemes[] = { &kappa_key_scheme_torch, NULL };

const KappaArchitecture kappa_architecture_inception_v4 = {
  .id = "inception-v4",
  .preset = "inception",
  .evidence = evidence,
  .schemes = schemes,
  .config_size = sizeof (InceptionV4Config),
  .configure = inception_v4_configure,
  .describe = inception_v4_describe,
  .build = inception_v4_build,
};
