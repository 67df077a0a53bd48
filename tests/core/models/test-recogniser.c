#include "core/base/error.h"
#include "core/formats/tensor-names.h"
#include "core/models/recogniser.h"
#include "tests/core/models/key-list.h"
#include "tests/support/shared.h"

/*
 * Every published layout must be recognised as what it is. Parameters and multiply-adds are those
 * the publishers state, or where they state none for these classes, those they state for others and
 * the last layer's; 0 where count_by_formula() tells.
 */
static const struct
{
  const char *file;
  const char *name;
  const char *scheme;
  guint classes;
  guint64 parameters;
  guint64 macs;
} layouts[] = {
  { "cifar_resnet20", "ResNet-20 (CIFAR)", "torchvision and timm", 10, 269722, 40551040 },
  { "cifar_resnet32", "ResNet-32 (CIFAR)", "torchvision and timm", 10, 464154, 68862592 },
  { "cifar_resnet44", "ResNet-44 (CIFAR)", "torchvision and timm", 10, 658586, 97174144 },
  { "cifar_resnet56", "ResNet-56 (CIFAR)", "torchvision and timm", 10, 853018, 125485696 },
  { "cifar_resnet110", "ResNet-110 (CIFAR)", "torchvision and timm", 10, 1727962, 252887680 },
  { "cifar_resnet1202", "ResNet-1202 (CIFAR)", "torchvision and timm", 10, 19421274, 2829238912 },
  { "resnet18", "ResNet-18", "torchvision and timm", 1000, 11689512, 1814073344 },
  { "resnet34", "ResNet-34", "torchvision and timm", 1000, 21797672, 3663761408 },
  { "resnet50", "ResNet-50", "torchvision and timm", 1000, 25557032, 4089184256 },
  { "resnet101", "ResNet-101", "torchvision and timm", 1000, 44549160, 7801405440 },
  { "resnet152", "ResNet-152", "torchvision and timm", 1000, 60192808, 11513626624 },
  { "resnet18d", "ResNet-18D", "torchvision and timm", 1000, 11708744, 2053713920 },
  { "resnet50d", "ResNet-50D", "torchvision and timm", 1000, 25576264, 4328824832 },
  { "resnetrs50", "ResNet-RS-50", "torchvision and timm", 1000, 35691912, 0 },
  { "resnetrs101", "ResNet-RS-101", "torchvision and timm", 1000, 63618696, 0 },
  { "resnetrs152", "ResNet-RS-152", "torchvision and timm", 1000, 86621576, 0 },
  { "resnetrs200", "ResNet-RS-200", "torchvision and timm", 1000, 93209992, 0 },
  { "resnetrs270", "ResNet-RS-270", "torchvision and timm", 1000, 129861448, 0 },
  { "resnetrs350", "ResNet-RS-350", "torchvision and timm", 1000, 163956168, 0 },
  { "resnetrs420", "ResNet-RS-420", "torchvision and timm", 1000, 191891656, 0 },
  { "inception_v4", "Inception-v4", "torchvision and timm", 1000, 42679816, 12253974624 },
  { "inception_v4_1001", "Inception-v4", "torchvision and timm", 1001, 42681353, 12253976160 },
  { "inception_resnet_v2", "Inception-ResNet-v2", "torchvision and timm", 1000, 55843464,
    13155794016 },
  { "inceptionresnetv2_cadene_1001", "Inception-ResNet-v2", "Cadene", 1001, 55845001, 13155795552 },
  { "inception_resnet_v1_casia", "Inception-ResNet-v1", "torchvision and timm", 10575, 28907599,
    1423076704 },
  { "inception_resnet_v1_vggface2", "Inception-ResNet-v1", "torchvision and timm", 8631, 27910327,
    1422081376 },
  { "inception_resnet_v1_nohead", "Inception-ResNet-v1 (embedding)", "torchvision and timm", 0,
    23482624, 1417662304 },
  { "mixer_S_16", "Mixer-S/16", "torchvision and timm", 1000, 18528264, 0 },
  { "mixer_S_32", "Mixer-S/32", "torchvision and timm", 1000, 19104624, 0 },
  { "mixer_B_16", "Mixer-B/16", "torchvision and timm", 1000, 59880472, 0 },
  { "mixer_B_32", "Mixer-B/32", "torchvision and timm", 1000, 60293428, 0 },
  { "mixer_L_16", "Mixer-L/16", "torchvision and timm", 1000, 208196168, 0 },
  { "mixer_L_32", "Mixer-L/32", "torchvision and timm", 1000, 206939264, 0 },
  { "mixnpz_S_16", "Mixer-S/16", "Google", 1000, 18528264, 0 },
  { "mixnpz_S_32", "Mixer-S/32", "Google", 1000, 19104624, 0 },
  { "mixnpz_B_16", "Mixer-B/16", "Google", 1000, 59880472, 0 },
  { "mixnpz_B_32", "Mixer-B/32", "Google", 1000, 60293428, 0 },
  { "mixnpz_L_16", "Mixer-L/16", "Google", 1000, 208196168, 0 },
  { "mixnpz_L_32", "Mixer-L/32", "Google", 1000, 206939264, 0 },
  { "tv_vit_B_16", "ViT-B/16", "torchvision", 1000, 86567656, 0 },
  { "tv_vit_B_32", "ViT-B/32", "torchvision", 1000, 88224232, 0 },
  { "tv_vit_L_16", "ViT-L/16", "torchvision", 1000, 304326632, 0 },
  { "tv_vit_L_32", "ViT-L/32", "torchvision", 1000, 306535400, 0 },
  { "vit_Ti_16_224", "ViT-Ti/16", "torchvision and timm", 1000, 5717416, 0 },
  { "vit_Ti_16_384", "ViT-Ti/16", "torchvision and timm", 1000, 5790376, 0 },
  { "vit_Ti_32_224", "ViT-Ti/32", "torchvision and timm", 1000, 6131560, 0 },
  { "vit_Ti_32_384", "ViT-Ti/32", "torchvision and timm", 1000, 6149800, 0 },
  { "vit_S_16_224", "ViT-S/16", "torchvision and timm", 1000, 22050664, 0 },
  { "vit_S_16_384", "ViT-S/16", "torchvision and timm", 1000, 22196584, 0 },
  { "vit_S_32_224", "ViT-S/32", "torchvision and timm", 1000, 22878952, 0 },
  { "vit_S_32_384", "ViT-S/32", "torchvision and timm", 1000, 22915432, 0 },
  { "vit_B_16_224", "ViT-B/16", "torchvision and timm", 1000, 86567656, 0 },
  { "vit_B_16_384", "ViT-B/16", "torchvision and timm", 1000, 86859496, 0 },
  { "vit_B_32_224", "ViT-B/32", "torchvision and timm", 1000, 88224232, 0 },
  { "vit_B_32_384", "ViT-B/32", "torchvision and timm", 1000, 88297192, 0 },
  { "vit_L_16_224", "ViT-L/16", "torchvision and timm", 1000, 304326632, 0 },
  { "vit_L_16_384", "ViT-L/16", "torchvision and timm", 1000, 304715752, 0 },
  { "vit_L_32_224", "ViT-L/32", "torchvision and timm", 1000, 306535400, 0 },
  { "vit_L_32_384", "ViT-L/32", "torchvision and timm", 1000, 306632680, 0 },
  { "vitnpz_Ti_16_224", "ViT-Ti/16", "Google", 1000, 5717416, 0 },
  { "vitnpz_Ti_16_384", "ViT-Ti/16", "Google", 1000, 5790376, 0 },
  { "vitnpz_Ti_32_224", "ViT-Ti/32", "Google", 1000, 6131560, 0 },
  { "vitnpz_Ti_32_384", "ViT-Ti/32", "Google", 1000, 6149800, 0 },
  { "vitnpz_S_16_224", "ViT-S/16", "Google", 1000, 22050664, 0 },
  { "vitnpz_S_16_384", "ViT-S/16", "Google", 1000, 22196584, 0 },
  { "vitnpz_S_32_224", "ViT-S/32", "Google", 1000, 22878952, 0 },
  { "vitnpz_S_32_384", "ViT-S/32", "Google", 1000, 22915432, 0 },
  { "vitnpz_B_16_224", "ViT-B/16", "Google", 1000, 86567656, 0 },
  { "vitnpz_B_16_224_in21k", "ViT-B/16", "Google", 21843, 102595923, 0 },
  { "vitnpz_B_16_384", "ViT-B/16", "Google", 1000, 86859496, 0 },
  { "vitnpz_B_32_224", "ViT-B/32", "Google", 1000, 88224232, 0 },
  { "vitnpz_B_32_384", "ViT-B/32", "Google", 1000, 88297192, 0 },
  { "vitnpz_L_16_224", "ViT-L/16", "Google", 1000, 304326632, 0 },
  { "vitnpz_L_16_384", "ViT-L/16", "Google", 1000, 304715752, 0 },
  { "vitnpz_L_32_224", "ViT-L/32", "Google", 1000, 306535400, 0 },
  { "vitnpz_L_32_384", "ViT-L/32", "Google", 1000, 306632680, 0 },
};

/* Patches, then blocks of four matrices of attention, two products of tokens with tokens, and a
 * perceptron of two layers four times as wide. */
static guint64
count_vit (guint64 width, guint64 depth, guint64 patch, guint64 size, guint64 classes)
{
  const guint64 patches = size / patch * (size / patch), tokens = patches + 1;

  return patches * 3 * patch * patch * width
         + depth * (tokens * 12 * width * width + 2 * tokens * tokens * width) + width * classes;
}

static guint64
count_mixer (guint64 width, guint64 depth, guint64 patch, guint64 size, guint64 classes)
{
  const guint64 patches = size / patch * (size / patch);

  return patches * 3 * patch * patch * width
         + depth * (width * 2 * patches * width / 2 + patches * 2 * width * 4 * width)
         + width * classes;
}

/* Three convolutions, a fourth instead of a pool, bottlenecks with squeeze and excitation. */
static guint64
count_resnet_rs (const guint64 *blocks, guint64 size, guint64 classes)
{
  guint64 side = (size + 1) / 2, inputs = 64, macs;

  macs = side * side * 9 * (3 * 32 + 32 * 32 + 32 * 64);
  side = (side + 1) / 2;
  macs += side * side * 9 * 64 * 64;
  for (guint64 stage = 0; stage < 4; stage++)
    for (guint64 block = 0; block < blocks[stage]; block++)
      {
        const guint64 width = (guint64)64 << stage, before = side * side;

        if (stage > 0 && block == 0)
          side = (side + 1) / 2;
        macs += before * inputs * width + side * side * (9 * width * width + 4 * width * width)
                + (block == 0 ? side * side * inputs * 4 * width : 0) + 2 * 4 * width * width;
        inputs = 4 * width;
      }
  return macs + inputs * classes;
}

/* @file: whose name tells the network; Returns: 0 if none of the formulas is its */
static guint64
count_by_formula (const char *file, guint size, guint classes)
{
  static const struct
  {
    const char *letters;
    guint64 vit_width, vit_depth, mixer_width, mixer_depth;
  } sizes[] = {
    { "_Ti_", 192, 12, 0, 0 },
    { "_S_", 384, 12, 512, 8 },
    { "_B_", 768, 12, 768, 12 },
    { "_L_", 1024, 24, 1024, 24 },
  };
  static const struct
  {
    const char *file;
    guint64 blocks[4];
  } depths[] = {
    { "resnetrs50", { 3, 4, 6, 3 } },    { "resnetrs101", { 3, 4, 23, 3 } },
    { "resnetrs152", { 3, 8, 36, 3 } },  { "resnetrs200", { 3, 24, 36, 3 } },
    { "resnetrs270", { 4, 29, 53, 4 } }, { "resnetrs350", { 4, 36, 72, 4 } },
    { "resnetrs420", { 4, 44, 87, 4 } },
  };
  const guint64 patch = strstr (file, "_32") != NULL ? 32 : 16;

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    if (strcmp (depths[i].file, file) == 0)
      return count_resnet_rs (depths[i].blocks, size, classes);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (strstr (file, sizes[i].letters) == NULL)
      continue;
    else if (strstr (file, "vit") != NULL)
      return count_vit (sizes[i].vit_width, sizes[i].vit_depth, patch, size, classes);
    else if (strstr (file, "mix") != NULL)
      return count_mixer (sizes[i].mixer_width, sizes[i].mixer_depth, patch, size, classes);
  return 0;
}

static guint64
count_macs (const KappaNetworkListing *listing)
{
  guint64 macs = 0;

  for (guint i = 0; i < listing->layers->len; i++)
    macs += g_array_index (listing->layers, KappaLayer, i).macs;
  return macs;
}

static void
check_listing (const KappaNetworkListing *listing, guint64 parameters, guint64 macs)
{
  guint64 n_parameters = 0, n_in_layers = 0;

  for (guint i = 0; i < listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (listing->tensors, KappaTensorSpec, i);

      if (spec->role == KAPPA_ROLE_PARAMETER)
        n_parameters += (guint64)kappa_shape_size (&spec->shape);
    }
  for (guint i = 0; i < listing->layers->len; i++)
    n_in_layers += g_array_index (listing->layers, KappaLayer, i).n_parameters;
  g_assert_cmpuint (n_parameters, ==, parameters);
  g_assert_cmpuint (n_in_layers, ==, parameters);
  g_assert_cmpuint (macs, >, 0);
  g_assert_cmpuint (count_macs (listing), ==, macs);
}

static guint64
find_macs (guint row, const KappaRecognition *recognition)
{
  return layouts[row].macs > 0 ? layouts[row].macs
                               : count_by_formula (layouts[row].file, recognition->config->height,
                                                   layouts[row].classes);
}

static void
test_layout (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", layouts[i].file);
  g_autofree char *path = kappa_test_need_shared (relative);
  g_autoptr (KappaTensorTable) table = NULL;
  g_autoptr (KappaRecognition) recognition = NULL;
  g_autoptr (KappaMatch) match = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  table = kappa_test_read_keys (path);
  recognition = kappa_recognise (table, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (recognition->name, ==, layouts[i].name);
  g_assert_cmpstr (recognition->scheme->name, ==, layouts[i].scheme);
  g_assert_cmpuint (recognition->config->classes, ==, layouts[i].classes);
  match = kappa_recognition_match (recognition, table, &error);
  g_assert_no_error (error);
  check_listing (match->listing, layouts[i].parameters, find_macs (i, recognition));
}

/* What others print in thousand millions, of which the last digit may be off by a rounding of
 * parts: timm counts some that are no multiply-adds of matrices as well, and has up to 0.6 % more.
 */
static void
test_published_macs (void)
{
  static const struct
  {
    const char *file;
    guint size;
    double published;
    double unit; /* of the last digit */
    gboolean timm;
  } rows[] = {
    { "resnetrs50", 160, 2.28, 0.01 },          { "resnetrs50", 224, 4.45, 0.01 },
    { "resnetrs101", 192, 6.01, 0.01 },         { "resnetrs101", 288, 13.50, 0.01 },
    { "resnetrs152", 256, 15.53, 0.01 },        { "resnetrs152", 320, 24.25, 0.01 },
    { "resnetrs200", 256, 20.09, 0.01 },        { "resnetrs200", 320, 31.38, 0.01 },
    { "resnetrs270", 256, 26.95, 0.01 },        { "resnetrs270", 352, 50.92, 0.01 },
    { "resnetrs350", 288, 43.49, 0.01 },        { "resnetrs350", 384, 77.28, 0.01 },
    { "resnetrs420", 320, 63.94, 0.01 },        { "resnetrs420", 416, 108.02, 0.01 },
    { "vit_Ti_16_224", 224, 1.254, 0.001 },     { "vit_Ti_16_384", 384, 4.68, 0.01 },
    { "vit_Ti_32_224", 224, 0.306, 0.001 },     { "vit_Ti_32_384", 384, 0.95, 0.01 },
    { "vit_S_16_224", 224, 4.60, 0.01 },        { "vit_S_16_384", 384, 15.49, 0.01 },
    { "vit_S_32_224", 224, 1.14, 0.01 },        { "vit_S_32_384", 384, 3.44, 0.01 },
    { "vit_B_16_224", 224, 17.56, 0.01 },       { "vit_B_16_384", 384, 55.48, 0.01 },
    { "vit_B_32_224", 224, 4.41, 0.01 },        { "vit_B_32_384", 384, 13.04, 0.01 },
    { "vit_L_16_224", 224, 61.56, 0.01 },       { "vit_L_16_384", 384, 191.07, 0.01 },
    { "vit_L_32_224", 224, 15.38, 0.01 },       { "vit_L_32_384", 384, 45.28, 0.01 },
    { "mixer_S_16", 224, 3.78, 0.01 },          { "mixer_S_32", 224, 1.00, 0.01 },
    { "mixer_B_16", 224, 12.60, 0.01 },         { "mixer_B_32", 224, 3.24, 0.01 },
    { "mixer_L_16", 224, 44.55, 0.01 },         { "mixer_L_32", 224, 11.25, 0.01 },
    { "resnet50", 224, 4.11, 0.01, TRUE },      { "resnet50d", 224, 4.35, 0.01, TRUE },
    { "inception_v4", 299, 12.28, 0.01, TRUE }, { "inception_resnet_v2", 299, 13.18, 0.01, TRUE },
    { "vit_B_16_224", 224, 17.58, 0.01, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", rows[i].file);
      g_autofree char *path = kappa_test_need_shared (relative);
      g_autoptr (KappaTensorTable) table = path != NULL ? kappa_test_read_keys (path) : NULL;
      g_autoptr (KappaRecognition) recognition = NULL;
      g_autoptr (KappaNetworkListing) listing = NULL;
      g_autoptr (GError) error = NULL;
      double found;

      if (table == NULL)
        return;
      recognition = kappa_recognise (table, &error);
      g_assert_no_error (error);
      listing = kappa_network_list (recognition->architecture, recognition->config, NULL,
                                    rows[i].size, rows[i].size, &error);
      g_assert_no_error (error);
      found = (double)count_macs (listing) / 1e9;
      g_test_message ("%s at %u: %.4f, published %g", rows[i].file, rows[i].size, found,
                      rows[i].published);
      g_assert_cmpfloat (found, <=, rows[i].published + 0.6 * rows[i].unit);
      g_assert_cmpfloat (found * (rows[i].timm ? 1.006 : 1.0), >=,
                         rows[i].published - 0.6 * rows[i].unit);
    }
}

/* No list of the reference data may be without a row here. */
static void
test_all_lists_have_rows (void)
{
  g_autofree char *path = kappa_test_need_shared ("facts/keys");
  g_autoptr (GDir) folder = path != NULL ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (folder == NULL)
    return;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      gboolean found = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
        found = found
                || (g_str_has_prefix (name, layouts[i].file)
                    && strcmp (name + strlen (layouts[i].file), ".tsv") == 0);
      g_assert_true (found);
      n++;
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (layouts));
}

/* The same network under @prefix, with what an optimiser keeps for each array beside it. */
static KappaTensorTable *
wrap_keys (const KappaTensorTable *table, const char *prefix, const char *state, char **stripped)
{
  KappaTensorTable *wrapped = kappa_tensor_table_new ();
  g_autoptr (GPtrArray) full = g_ptr_array_new_with_free_func (g_free);
  g_autofree const char **names = NULL;
  guint n = kappa_tensor_table_get_n (table);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (full, g_strconcat (prefix, kappa_tensor_table_get (table, i)->name, NULL));
  for (guint i = 0; i < n && state != NULL; i++)
    g_ptr_array_add (full, g_strconcat (state, kappa_tensor_table_get (table, i)->name, NULL));
  names = g_memdup2 (full->pdata, full->len * sizeof *names);
  *stripped = kappa_tensor_names_strip (names, full->len);
  for (guint i = 0; i < full->len; i++)
    kappa_tensor_table_add (wrapped, names[i], &kappa_tensor_table_get (table, i % n)->shape, TRUE,
                            i);
  return wrapped;
}

/* Google's files hold a ViT or a Mixer bare, or under one of three prefixes, perhaps in the middle
 * of training. */
static void
test_google_prefixes (void)
{
  static const struct
  {
    const char *prefix, *state;
  } wraps[] = { { "opt/target/", NULL }, { "opt/target/", "opt/state/param_states/" },
                { "params/", NULL },     { "params/", "opt/0/mu/" },
                { "params/img/", NULL }, { "params/img/", "opt/0/mu/img/" } };
  guint n_seen = 0;

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", layouts[i].file),
                      *path = NULL;
      g_autoptr (KappaTensorTable) bare = NULL;

      if (strstr (layouts[i].file, "npz") == NULL)
        continue;
      path = kappa_test_need_shared (relative);
      if (path == NULL)
        return;
      bare = kappa_test_read_keys (path);
      for (guint w = 0; w < G_N_ELEMENTS (wraps); w++)
        {
          g_autofree char *stripped = NULL;
          g_autoptr (KappaTensorTable) table
              = wrap_keys (bare, wraps[w].prefix, wraps[w].state, &stripped);
          g_autoptr (GError) error = NULL;
          g_autoptr (KappaRecognition) recognition = kappa_recognise (table, &error);
          g_autoptr (KappaMatch) match = NULL;

          g_assert_no_error (error);
          g_assert_cmpstr (stripped, ==, wraps[w].prefix);
          g_assert_cmpstr (recognition->name, ==, layouts[i].name);
          match = kappa_recognition_match (recognition, table, &error);
          g_assert_no_error (error);
          g_assert_cmpuint (match->n_state, ==,
                            wraps[w].state != NULL ? kappa_tensor_table_get_n (bare) : 0);
          check_listing (match->listing, layouts[i].parameters, find_macs (i, recognition));
          n_seen++;
        }
    }
  g_assert_cmpuint (n_seen, ==, 23 * G_N_ELEMENTS (wraps));
}

static KappaTensorTable *
read_resnet18 (void)
{
  g_autofree char *path = kappa_test_need_shared ("facts/keys/resnet18.tsv");

  return path != NULL ? kappa_test_read_keys (path) : NULL;
}

/* Recognises and matches; one of the two must fail with @code and a message that holds @text. */
static void
assert_refused (const KappaTensorTable *table, int code, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRecognition) recognition = kappa_recognise (table, &error);
  g_autoptr (KappaMatch) match
      = recognition != NULL ? kappa_recognition_match (recognition, table, &error) : NULL;

  g_assert_null (match);
  g_assert_error (error, KAPPA_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_test_message ("“%s” is not in “%s”", text, error->message);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_missing (void)
{
  static const struct
  {
    const char *without, *text;
  } cases[] = {
    { "layer3.1.bn2.running_var", "1 tensor is missing: layer3.1.bn2.running_var (256)" },
    { "*.running_mean",
      "20 tensors are missing: bn1.running_mean (64), layer1.0.bn1.running_mean (64), "
      "layer1.0.bn2.running_mean (64), layer1.1.bn1.running_mean (64) and 16 more" },
    { "fc.*", "fc.weight" },
    { "fc.bias", "1 tensor is missing: fc.bias (1000)" },
    { "conv1.weight", "first convolution" },
    { "layer1.1.conv1.weight", "tensors are no part of it: layer1.1.bn1.weight (64)" },
    { "layer2.0.downsample.*", "5 tensors are missing" },
  };
  g_autoptr (KappaTensorTable) whole = read_resnet18 ();

  for (guint i = 0; whole != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_test_copy_table (whole, cases[i].without);

      assert_refused (table, KAPPA_ERROR_MODEL, cases[i].text);
    }
}

static void
test_counts_are_optional (void)
{
  g_autoptr (KappaTensorTable) whole = read_resnet18 (), table = NULL;
  g_autoptr (KappaRecognition) recognition = NULL;
  g_autoptr (KappaMatch) match = NULL;
  g_autoptr (GError) error = NULL;

  if (whole == NULL)
    return;
  table = kappa_test_copy_table (whole, "*.num_batches_tracked");
  g_assert_cmpuint (kappa_tensor_table_get_n (table), ==, 102);
  recognition = kappa_recognise (table, &error);
  g_assert_no_error (error);
  match = kappa_recognition_match (recognition, table, &error);
  g_assert_no_error (error);
  g_assert_nonnull (match);
}

static void
test_other_shape (void)
{
  static const struct
  {
    const char *name;
    KappaShape shape;
    gboolean real;
    const char *text;
  } cases[] = {
    { "layer2.1.conv2.weight",
      { 4, { 128, 128, 5, 5 } },
      TRUE,
      "layer2.1.conv2.weight (128×128×5×5, expected 128×128×3×3)" },
    { "fc.weight", { 2, { 1000, 2048 } }, TRUE, "fc.weight (1000×2048, expected 1000×512)" },
    { "fc.bias", { 1, { 10 } }, TRUE, "fc.bias (10, expected 1000)" },
    { "fc.bias", { 0 }, TRUE, "fc.bias ((), expected 1000)" },
    { "layer1.0.conv2.weight", { 4, { 64, 2, 3, 3 } }, TRUE, "shape" },
    { "layer1.0.conv2.weight", { 4, { 64, 0, 3, 3 } }, TRUE, "shape" },
    { "layer4.0.conv2.weight", { 4, { -512, 512, 3, 3 } }, TRUE, "shape" },
    { "conv1.weight", { 4, { 64, 3, 3, 3 } }, TRUE, "conv1.weight (64×3×3×3, expected 64×3×7×7)" },
    { "conv1.weight", { 4, { 64, 4, 7, 7 } }, TRUE, "shape" },
    { "conv1.weight", { 4, { G_MAXINT64 / 2, 3, 7, 7 } }, TRUE, "" },
    { "layer1.0.bn1.weight",
      { 1, { 64 } },
      FALSE,
      "1 tensor is made of integers: layer1.0.bn1.weight (64)" },
  };
  g_autoptr (KappaTensorTable) whole = read_resnet18 ();

  for (guint i = 0; whole != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_test_copy_table (whole, cases[i].name);

      kappa_tensor_table_add (table, cases[i].name, &cases[i].shape, cases[i].real, 0);
      assert_refused (table, KAPPA_ERROR_MODEL, cases[i].text);
    }
}

static void
test_extra (void)
{
  static const struct
  {
    const char *name;
    KappaShape shape;
    int code;
    const char *text;
  } cases[] = {
    { "layer5.0.conv1.weight",
      { 4, { 8, 8, 3, 3 } },
      KAPPA_ERROR_MODEL,
      "1 tensor is no part of it: layer5.0.conv1.weight (8×8×3×3)" },
    { "layer1.7.conv1.weight", { 4, { 64, 64, 3, 3 } }, KAPPA_ERROR_MODEL, "no part of it" },
    { "num_batches_tracked", { 0 }, KAPPA_ERROR_MODEL, "num_batches_tracked" },
    { "fc.num_batches_tracked", { 0 }, KAPPA_ERROR_MODEL, "fc.num_batches_tracked" },
    { "layer1.0.bn1.bias2", { 1, { 64 } }, KAPPA_ERROR_MODEL, "layer1.0.bn1.bias2" },
    { "layer1.00.conv1.weight",
      { 4, { 64, 64, 3, 3 } },
      KAPPA_ERROR_MODEL,
      "layer1.00.conv1.weight" },
    { "fc2.weight", { 2, { 10, 1000 } }, KAPPA_ERROR_MODEL, "fc2.weight (10×1000)" },
    { "linear.weight", { 2, { 10, 512 } }, KAPPA_ERROR_MODEL, "make none of the networks" },
    { "layer1.0.se.conv.weight", { 3, { 1, 1, 3 } }, KAPPA_ERROR_UNSUPPORTED, "ECA-ResNet" },
    { "layer1.0.conv2.fc1.weight", { 4, { 32, 64, 1, 1 } }, KAPPA_ERROR_UNSUPPORTED, "ResNeSt" },
    { "logit_scale", { 0 }, KAPPA_ERROR_UNSUPPORTED, "CLIP" },
  };
  g_autoptr (KappaTensorTable) whole = read_resnet18 ();

  for (guint i = 0; whole != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_test_copy_table (whole, NULL);

      kappa_tensor_table_add (table, cases[i].name, &cases[i].shape, TRUE, 0);
      assert_refused (table, cases[i].code, cases[i].text);
    }
}

static void
test_two_at_once (void)
{
  g_autofree char *path = kappa_test_need_shared ("facts/keys/vit_Ti_16_224.tsv");
  g_autoptr (KappaTensorTable) table = read_resnet18 (), other = NULL;

  if (table == NULL || path == NULL)
    return;
  other = kappa_test_read_keys (path);
  for (guint i = 0; i < kappa_tensor_table_get_n (other); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (other, i);

      kappa_tensor_table_add (table, entry->name, &entry->shape, entry->real, entry->index);
    }
  assert_refused (table, KAPPA_ERROR_MODEL, "two networks at once");
}

/* A network is refused by what gives it away, whatever else is in the file. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *names[2];
    const char *text;
  } cases[] = {
    { { "head_dist.weight" }, "distilled DeiT" },
    { { "blocks.0.ls1.gamma" }, "DINOv2" },
    { { "reg_token" }, "register tokens" },
    { { "blocks.0.attn.q_norm.weight" }, "queries and keys" },
    { { "blocks.0.mlp.w12.weight" }, "SwiGLU" },
    { { "rope.freqs" }, "rotary" },
    { { "layers.0.blocks.0.attn.relative_position_bias_table" }, "Swin" },
    { { "visual.transformer.resblocks.0.ln_1.weight" }, "CLIP" },
    { { "visual.trunk.blocks.0.norm1.weight" }, "CLIP" },
    { { "vision_model.embeddings.class_embedding" }, "CLIP or SigLIP" },
    { { "params/img/MAPHead_0/probe" }, "SigLIP" },
    { { "dist_token" }, "second class token" },
    { { "blocks.0.gamma_1" }, "BEiT or CaiT" },
    { { "register_tokens" }, "register tokens" },
    { { "fc_norm.weight" }, "pools the mean" },
    { { "norm_pre.weight" }, "a norm before its blocks" },
    { { "blocks.0.attn.q_bias" }, "keys have no bias" },
    { { "blocks.0.mlp.fc1_g.weight" }, "SwiGLU" },
    { { "decoder_pos_embed" }, "masked autoencoder" },
    { { "patch_embed.backbone.conv1.weight" }, "hybrid" },
    { { "attn_pool.latent" }, "pools with attention" },
    { { "logit_scale" }, "CLIP" },
    { { "visual.layer1.0.conv1.weight" }, "CLIP" },
    { { "layer1.0.conv2.conv.weight" }, "ResNeSt" },
    { { "layer1.0.convs.0.weight" }, "Res2Net" },
    { { "layer1.0.conv2.paths.0.conv.weight" }, "SKNet" },
    { { "layer1.0.eca.conv.weight" }, "ECA-ResNet" },
    { { "layer1.0.sa.spatial.weight" }, "CBAM" },
    { { "layer1.0.bn1.IN.weight" }, "IBN" },
    { { "layer2.0.aa.filt" }, "anti-aliased" },
    { { "encoder_q.layer1.0.conv1.weight" }, "self-supervised" },
    { { "conv1.scale", "conv1.zero_point" }, "quantised" },
    { { "stages.0.blocks.0.norm1.weight", "stem.conv.weight" }, "BiT" },
    { { "s1.b1.conv1.conv.weight" }, "RegNet" },
    { { "trunk_output.block1.block1-0.proj.0.weight" }, "RegNet" },
    { { "inception3a.branch1.conv.weight" }, "GoogLeNet" },
    { { "model.diffusion_model.input_blocks.0.0.weight" }, "diffusion" },
    { { "bert.embeddings.word_embeddings.weight" }, "BERT" },
    { { "logit_bias" }, "SigLIP" },
    { { "conv_root/kernel" }, "hybrid" },
    { { "layer1.0.conv1.weight", "layer2.0.shortcut.0.weight" }, "projection shortcuts" },
    { { "conv_ball.isp_c" }, "Poincaré" },
    { { "stages.0.blocks.0.conv_dw.weight" }, "ConvNeXt" },
    { { "features.denseblock1.denselayer1.norm1.weight" }, "DenseNet" },
    { { "conv_stem.weight" }, "EfficientNet" },
    { { "Mixed_5b.branch1x1.conv.weight" }, "Inception-v3" },
    { { "conv1.weight", "fc1.weight" }, "LeNet" },
    { { "model.layers.0.self_attn.q_proj.weight" }, "language model" },
    { { "model.0.conv.weight" }, "YOLO" },
    { { "conv2d_94/kernel:0", "batch_normalization_94/beta:0" }, "Inception-v3 of Keras" },
    { { "block1_conv1/kernel:0", "block1_conv2/kernel:0" }, "VGG of Keras" },
    { { "block2_sepconv1/pointwise_kernel:0" }, "Xception of Keras" },
    { { "pool2_bn/gamma:0" }, "DenseNet of Keras" },
    { { "conv_pw_1/kernel:0" }, "MobileNet of Keras" },
    { { "expanded_conv_depthwise/depthwise_kernel:0" }, "MobileNet-v2 of Keras" },
    { { "block1a_dwconv/depthwise_kernel:0" }, "EfficientNet of Keras" },
    { { "stem_conv1/kernel:0" }, "NASNet of Keras" },
    { { "post_bn/gamma:0" }, "pre-activation" },
    { { "conv2_block1_1_conv/kernel:0", "conv2_block1_2_conv/depthwise_kernel:0" }, "ResNeXt" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KappaTensorTable) table = kappa_tensor_table_new ();
      const KappaShape shape = KAPPA_SHAPE (4, 4);

      for (guint j = 0; j < 2 && cases[i].names[j] != NULL; j++)
        kappa_tensor_table_add (table, cases[i].names[j], &shape, TRUE, j);
      assert_refused (table, KAPPA_ERROR_UNSUPPORTED, cases[i].text);
    }
}

static void
test_unknown (void)
{
  g_autoptr (KappaTensorTable) table = kappa_tensor_table_new ();
  const KappaShape shape = KAPPA_SHAPE (3, 5);

  assert_refused (table, KAPPA_ERROR_MODEL, "no tensor");
  kappa_tensor_table_add (table, "w", &shape, TRUE, 0);
  assert_refused (table, KAPPA_ERROR_MODEL, "from “w” (3×5) on");
  for (guint i = 0; i < 30000; i++)
    {
      g_autofree char *name = g_strdup_printf ("layer1.%u.conv1.weight", i);

      kappa_tensor_table_add (table, name, &shape, TRUE, 0);
    }
  assert_refused (table, KAPPA_ERROR_MODEL, "30001 tensors");
}

/* A ResNet in the names of another library is the same network. */
static void
test_key_scheme (void)
{
  g_autoptr (KappaTensorTable) whole = read_resnet18 (), table = kappa_tensor_table_new ();
  g_autoptr (KappaRecognition) recognition = NULL;
  g_autoptr (KappaMatch) match = NULL;
  g_autoptr (GError) error = NULL;
  const KappaKeyScheme *scheme = kappa_architecture_resnet.schemes[1];

  if (whole == NULL)
    return;
  for (guint i = 0; i < kappa_tensor_table_get_n (whole); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (whole, i);
      KappaKeyPlace place;
      g_autofree char *name = NULL;

      g_assert_true (kappa_key_scheme_find (scheme, entry->name, &place));
      name = place.names;
      kappa_tensor_table_add (table, name, &entry->shape, entry->real, i);
    }
  g_assert_nonnull (kappa_tensor_table_lookup (
      table, "resnet.encoder.stages.1.layers.0.shortcut.normalization.running_mean"));
  g_assert_nonnull (kappa_tensor_table_lookup (
      table, "resnet.encoder.stages.3.layers.1.layer.1.convolution.weight"));
  recognition = kappa_recognise (table, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (recognition->name, ==, "ResNet-18");
  g_assert_cmpstr (recognition->scheme->name, ==, "Hugging Face transformers");
  match = kappa_recognition_match (recognition, table, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (match->places[0].parts[0]->name, ==,
                   "resnet.embedder.embedder.convolution.weight");
}

/* torchvision's first ViT files call the perceptron's layers by other names. */
static void
test_old_torchvision (void)
{
  g_autofree char *path = kappa_test_need_shared ("facts/keys/tv_vit_B_32.tsv");
  g_autoptr (KappaTensorTable) whole = path != NULL ? kappa_test_read_keys (path) : NULL,
                               table = kappa_tensor_table_new ();
  g_autoptr (KappaRecognition) recognition = NULL;
  g_autoptr (KappaMatch) match = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; whole != NULL && i < kappa_tensor_table_get_n (whole); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (whole, i);
      g_autoptr (GString) name = g_string_new (entry->name);

      g_string_replace (name, "mlp.0.", "mlp.linear_1.", 0);
      g_string_replace (name, "mlp.3.", "mlp.linear_2.", 0);
      kappa_tensor_table_add (table, name->str, &entry->shape, TRUE, i);
    }
  if (whole == NULL)
    return;
  recognition = kappa_recognise (table, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (recognition->scheme->name, ==, "torchvision, older");
  match = kappa_recognition_match (recognition, table, &error);
  g_assert_no_error (error);
  check_listing (match->listing, 88224232, count_by_formula ("vit_B_32", 224, 1000));
}

/* HWIO to OIHW, by hand: two outputs, three inputs, a kernel of 1 × 2. */
static void
test_axes (void)
{
  const KappaShape file = KAPPA_SHAPE (1, 2, 3, 2);
  const float in[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
              expected[] = { 0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11 };
  float out[12];
  KappaShape shape;

  g_assert_true (kappa_key_axes_apply ("3201", &file, &shape));
  g_assert_true (kappa_shape_equal (&shape, &KAPPA_SHAPE (2, 3, 1, 2)));
  kappa_key_axes_permute ("3201", &file, in, out, sizeof (float));
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
  g_assert_false (kappa_key_axes_apply ("10", &file, &shape));
}

/* Axes that are one, parts that are one tensor, slices of a stack. */
static void
test_parts (void)
{
  const KappaShape kernel = KAPPA_SHAPE (6, 3, 2), stacked = KAPPA_SHAPE (2, 6, 3, 2);
  const float in[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
              expected[] = { 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11 };
  static const KappaKeyRule rules[]
      = { { "a{b}.qkv", "q|k|v", "(12)0" }, { "s{b}.qkv", "sq|sk|sv", "[b](12)0" } };
  static const KappaKeyScheme scheme = { "test", rules, G_N_ELEMENTS (rules) };
  g_autoptr (KappaTensorTable) table = kappa_tensor_table_new ();
  const KappaTensorView view = { table, &scheme };
  KappaTensorPlace place;
  KappaShape shape;
  float out[12];

  g_assert_true (kappa_key_axes_apply ("(12)0", &KAPPA_SHAPE (3, 2, 2), &shape));
  g_assert_true (kappa_shape_equal (&shape, &KAPPA_SHAPE (4, 3)));
  kappa_key_axes_permute ("(12)0", &KAPPA_SHAPE (3, 2, 2), in, out, sizeof (float));
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
  kappa_tensor_table_add (table, "q", &kernel, TRUE, 0);
  kappa_tensor_table_add (table, "k", &kernel, TRUE, 1);
  kappa_tensor_table_add (table, "sq", &stacked, TRUE, 2);
  kappa_tensor_table_add (table, "sk", &stacked, TRUE, 3);
  kappa_tensor_table_add (table, "sv", &stacked, TRUE, 4);
  g_assert_false (kappa_tensor_view_find (&view, "a0.qkv", &place));
  kappa_tensor_table_add (table, "v", &kernel, TRUE, 5);
  g_assert_true (kappa_tensor_view_find (&view, "a0.qkv", &place));
  g_assert_true (kappa_shape_equal (&place.shape, &KAPPA_SHAPE (18, 6)));
  g_assert_cmpint (place.slice, ==, -1);
  g_assert_true (kappa_tensor_view_find (&view, "s1.qkv", &place));
  g_assert_true (kappa_shape_equal (&place.shape, &KAPPA_SHAPE (18, 6)));
  g_assert_cmpint (place.slice, ==, 1);
  g_assert_cmpuint (place.parts[2]->index, ==, 4);
  g_assert_false (kappa_tensor_view_find (&view, "s2.qkv", &place));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *name = g_strdup_printf ("/recogniser/layout/%s", layouts[i].file);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_layout);
    }
  g_test_add_func ("/recogniser/published-macs", test_published_macs);
  g_test_add_func ("/recogniser/google-prefixes", test_google_prefixes);
  g_test_add_func ("/recogniser/all-lists-have-rows", test_all_lists_have_rows);
  g_test_add_func ("/recogniser/missing", test_missing);
  g_test_add_func ("/recogniser/counts-are-optional", test_counts_are_optional);
  g_test_add_func ("/recogniser/other-shape", test_other_shape);
  g_test_add_func ("/recogniser/extra", test_extra);
  g_test_add_func ("/recogniser/two-at-once", test_two_at_once);
  g_test_add_func ("/recogniser/refusals", test_refusals);
  g_test_add_func ("/recogniser/unknown", test_unknown);
  g_test_add_func ("/recogniser/key-scheme", test_key_scheme);
  g_test_add_func ("/recogniser/old-torchvision", test_old_torchvision);
  g_test_add_func ("/recogniser/axes", test_axes);
  g_test_add_func ("/recogniser/parts", test_parts);
  return g_test_run ();
}
