#include "core/models/inception-unit.h"

/**
 * kappa_inception_unit:
 * @name: canonical name; its convolution is "@name.conv", its batch norm "@name.bn", its result
 *   "@name"
 */
KappaNode
kappa_inception_unit (KappaBuilder *builder,
                      KappaNode x,
                      const char *name,
                      const KappaInceptionUnit *unit)
{
  KappaWindow window = { .kernel = { unit->kernel[0], unit->kernel[1] },
                         .stride = { unit->stride, unit->stride },
                         .dilation = { 1, 1 },
                         .groups = 1 };
  g_autofree char *conv = g_strconcat (name, ".conv", NULL),
                  *norm = g_strconcat (name, ".bn", NULL);

  for (guint d = 0; d < 2 && unit->padded; d++)
    window.pad_begin[d] = window.pad_end[d] = unit->kernel[d] / 2;
  x = kappa_builder_conv_norm (builder, x, conv, norm, unit->outputs, &window);
  return kappa_builder_relu (builder, x, name, 0);
}

/**
 * kappa_inception_max_pool:
 *
 * Over 3×3 pixels, stride 2, nothing added at the border.
 */
KappaNode
kappa_inception_max_pool (KappaBuilder *builder, KappaNode x, const char *name)
{
  const KappaWindow window = KAPPA_WINDOW (3, 2, 0);

  return kappa_builder_max_pool (builder, x, name, &window);
}

static KappaNode
pool (KappaBuilder *builder, KappaNode x, const char *name, KappaInceptionPool kind)
{
  const KappaWindow around = KAPPA_WINDOW (3, 1, 1);

  if (kind == KAPPA_INCEPTION_MAX)
    return kappa_inception_max_pool (builder, x, name);
  return kappa_builder_avg_pool (builder, x, name, &around, FALSE, FALSE);
}

/* A branch that is a single convolution bears its name; the members of others are counted. */
static KappaNode
run_branch (KappaBuilder *builder,
            KappaNode x,
            const char *name,
            const KappaInceptionBranch *branch)
{
  gboolean single = branch->pool == KAPPA_INCEPTION_NO_POOL && branch->units[1].outputs == 0;
  guint member = 0;

  if (single)
    return kappa_inception_unit (builder, x, name, &branch->units[0]);
  if (branch->pool != KAPPA_INCEPTION_NO_POOL)
    {
      g_autofree char *part = g_strdup_printf ("%s.%u", name, member++);

      x = pool (builder, x, part, branch->pool);
    }
  for (guint i = 0; i < KAPPA_INCEPTION_MAX_UNITS && branch->units[i].outputs > 0; i++)
    {
      g_autofree char *part = g_strdup_printf ("%s.%u", name, member++);

      x = kappa_inception_unit (builder, x, part, &branch->units[i]);
    }
  return x;
}

/**
 * kappa_inception_mix:
 * @name: canonical name of the module; its branches are "@name.branch0" and so on
 *
 * Returns: the branches' results, one behind the other along the channels
 */
KappaNode
kappa_inception_mix (KappaBuilder *builder,
                     KappaNode x,
                     const char *name,
                     const KappaInceptionBranch *branches,
                     guint n_branches)
{
  g_autofree KappaNode *parts = g_new (KappaNode, n_branches);

  for (guint i = 0; i < n_branches; i++)
    {
      g_autofree char *branch = g_strdup_printf ("%s.branch%u", name, i);

      parts[i] = run_branch (builder, x, branch, &branches[i]);
    }
  return kappa_concat (builder->graph, parts, n_branches, 1);
}
