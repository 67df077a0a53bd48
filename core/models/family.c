#include "core/models/family.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"

/* He et al. 2015, table 1; the stride is in the 3×3 convolution, or in the first 1×1 one if the
 * choices say so. */
static const KappaFamilyMember resnet[] = {
  { 18, { 2, 2, 2, 2 }, 224 },   { 34, { 3, 4, 6, 3 }, 224 },   { 50, { 3, 4, 6, 3 }, 224 },
  { 101, { 3, 4, 23, 3 }, 224 }, { 152, { 3, 8, 36, 3 }, 224 },
};

/* Bello et al. 2021, and the sizes their weights are distributed for. */
static const KappaFamilyMember resnet_rs[] = {
  { 50, { 3, 4, 6, 3 }, 160 },    { 101, { 3, 4, 23, 3 }, 192 },  { 152, { 3, 8, 36, 3 }, 256 },
  { 200, { 3, 24, 36, 3 }, 256 }, { 270, { 4, 29, 53, 4 }, 256 }, { 350, { 4, 36, 72, 4 }, 288 },
  { 420, { 4, 44, 87, 4 }, 320 },
};

/* He et al. 2016. The one of 1202 layers has 6,007 tensors and is made on demand only. */
static const KappaFamilyMember cifar_resnet[] = {
  { 20, { 3, 3, 3 }, 32 }, { 32, { 5, 5, 5 }, 32 },     { 44, { 7, 7, 7 }, 32 },
  { 56, { 9, 9, 9 }, 32 }, { 110, { 18, 18, 18 }, 32 },
};

static const KappaFamily families[] = {
  { "resnet", "ResNet-", "", "ImageNet", &kappa_architecture_resnet, resnet, G_N_ELEMENTS (resnet),
    FALSE, 4, 64, 1000 },
  { "resnet-rs", "ResNet-RS-", "", "ImageNet", &kappa_architecture_resnet_rs, resnet_rs,
    G_N_ELEMENTS (resnet_rs), FALSE, 4, 64, 1000 },
  { "cifar-resnet", "ResNet-", " (CIFAR)", "CIFAR-10", &kappa_architecture_cifar_resnet,
    cifar_resnet, G_N_ELEMENTS (cifar_resnet), TRUE, 3, 16, 10 },
};

/**
 * kappa_family_list:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): all families
 */
const KappaFamily *
kappa_family_list (guint *n)
{
  *n = G_N_ELEMENTS (families);
  return families;
}

/**
 * kappa_family_find:
 *
 * Returns: (nullable): the family of that id
 */
const KappaFamily *
kappa_family_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (strcmp (families[i].id, id) == 0)
      return &families[i];
  return NULL;
}

static void
refuse_depth (const KappaFamily *self, guint depth, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < self->n_members; i++)
    g_string_append_printf (known, "%s%u", i > 0 ? ", " : "", self->members[i].depth);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "there is no %s%u%s; the family has %s%s",
               self->title, depth, self->suffix, known->str,
               self->six_n_plus_two ? " and every other depth of 6 n + 2" : "");
}

/**
 * kappa_family_get_member:
 * @depth: the number in the network's name
 * @member: (out)
 *
 * Returns: %FALSE with KAPPA_ERROR_USAGE if the family has none of that depth
 */
gboolean
kappa_family_get_member (const KappaFamily *self,
                         guint depth,
                         KappaFamilyMember *member,
                         GError **error)
{
  const guint n = depth / 6;

  for (guint i = 0; i < self->n_members; i++)
    if (self->members[i].depth == depth)
      {
        *member = self->members[i];
        return TRUE;
      }
  if (!self->six_n_plus_two || depth % 6 != 2 || n < 1 || n > KAPPA_MAX_BLOCKS)
    {
      refuse_depth (self, depth, error);
      return FALSE;
    }
  *member = (KappaFamilyMember) { depth, { n, n, n }, self->members[0].size };
  return TRUE;
}

/* At least one step; a width of 1 keeps what the paper has. */
static gint64
scale_channels (gint64 channels, double width)
{
  const double steps = round ((double)channels * width / KAPPA_FAMILY_CHANNEL_STEP);

  return (gint64)MAX (steps, 1.0) * KAPPA_FAMILY_CHANNEL_STEP;
}

static void
add (KappaTensorTable *table, const char *name, const KappaShape *shape)
{
  kappa_tensor_table_add (table, name, shape, TRUE, kappa_tensor_table_get_n (table));
}

/* What tells a builder the widths of a stage: its first block. Only the first convolutions of the
 * others count. */
static void
add_stage (KappaTensorTable *table,
           guint stage,
           guint blocks,
           gint64 width,
           gint64 outputs,
           gboolean squeeze)
{
  const gboolean deep = outputs != width;
  g_autofree char *conv2 = g_strdup_printf ("layer%u.0.conv2.weight", stage + 1),
                  *conv3 = g_strdup_printf ("layer%u.0.conv3.weight", stage + 1),
                  *fc1 = g_strdup_printf ("layer%u.0.se.fc1.weight", stage + 1);

  for (guint block = 0; block < blocks; block++)
    {
      g_autofree char *conv1 = g_strdup_printf ("layer%u.%u.conv1.weight", stage + 1, block);
      const gint64 taps = deep ? 1 : 3;

      add (table, conv1, &KAPPA_SHAPE (width, width, taps, taps));
    }
  add (table, conv2, &KAPPA_SHAPE (width, width, 3, 3));
  if (deep)
    add (table, conv3, &KAPPA_SHAPE (outputs, width, 1, 1));
  if (squeeze)
    add (table, fc1, &KAPPA_SHAPE (outputs / 4, outputs, 1, 1));
}

static void
add_stem (KappaTensorTable *table, gboolean rs, gint64 width)
{
  const gint64 half = scale_channels (width / 2, 1.0);

  if (!rs)
    {
      add (table, "conv1.weight", &KAPPA_SHAPE (width, 3, 7, 7));
      return;
    }
  add (table, "conv1.0.weight", &KAPPA_SHAPE (half, 3, 3, 3));
  add (table, "conv1.3.weight", &KAPPA_SHAPE (half, half, 3, 3));
  add (table, "conv1.6.weight", &KAPPA_SHAPE (width, half, 3, 3));
  add (table, "maxpool.0.weight", &KAPPA_SHAPE (width, width, 3, 3));
  add (table, "layer2.0.downsample.1.weight", &KAPPA_SHAPE (8 * width, 4 * width, 1, 1));
}

/**
 * kappa_family_make_table:
 * @width: a factor for the channels of every layer, the first included; results are rounded to
 * multiples of %KAPPA_FAMILY_CHANNEL_STEP
 * @classes: how many outputs
 *
 * Returns: (transfer full): names and shapes from which the family's builder takes its structure:
 * not all tensors of such a file, but all that decide the others; %NULL with KAPPA_ERROR_USAGE for
 * a width that makes no network
 */
KappaTensorTable *
kappa_family_make_table (const KappaFamily *self,
                         const KappaFamilyMember *member,
                         double width,
                         guint classes,
                         GError **error)
{
  const gboolean rs = self->architecture == &kappa_architecture_resnet_rs;
  const gboolean cifar = self->architecture == &kappa_architecture_cifar_resnet;
  const gint64 expansion = cifar || member->depth < 50 ? 1 : 4;
  KappaTensorTable *table;
  gint64 channels;

  if (!(width >= 1.0 / 64.0 && width <= 64.0))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "a width factor of %g makes no network; it must be between 1/64 and 64", width);
      return NULL;
    }
  table = kappa_tensor_table_new ();
  channels = scale_channels (self->width, width);
  if (!cifar)
    add_stem (table, rs, channels);
  for (guint stage = 0; stage < self->n_stages; stage++)
    add_stage (table, stage, member->blocks[stage], channels << stage,
               expansion * (channels << stage), rs);
  channels = expansion * (channels << (self->n_stages - 1));
  add (table, cifar ? "linear.weight" : "fc.weight", &KAPPA_SHAPE (classes, channels));
  return table;
}
