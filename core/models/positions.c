#include "core/models/positions.h"

#include <math.h>

/*
 * A table of learnt positions, one vector for each patch of a square grid, made to fit another
 * grid. Every vector of the result is a weighted sum of vectors of the table, so derivatives go
 * through it as through anything else.
 */

static double
cubic (double x, double a)
{
  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

static double
triangle (double x)
{
  return MAX (0.0, 1.0 - fabs (x));
}

/* How much the distance @x, in pixels of the table, counts. */
static double
kernel (KappaPositions how, double x)
{
  switch (how)
    {
    case KAPPA_POSITIONS_BICUBIC:
      return cubic (x, -0.5);
    case KAPPA_POSITIONS_BICUBIC_CORNERS:
      return cubic (x, -0.75);
    case KAPPA_POSITIONS_BILINEAR:
    case KAPPA_POSITIONS_BILINEAR_CORNERS:
      return triangle (x);
    }
  return 0.0;
}

/* Weights of the table's @from places in place @i of @to. */
static void
find_weights (KappaPositions how, gint64 from, gint64 to, gint64 i, double *weights)
{
  const gboolean corners
      = how == KAPPA_POSITIONS_BICUBIC_CORNERS || how == KAPPA_POSITIONS_BILINEAR_CORNERS;
  const double scale = corners ? (to > 1 ? (double)(from - 1) / (double)(to - 1) : 0.0)
                               : (double)from / (double)to;
  const double centre = corners ? (double)i * scale : ((double)i + 0.5) * scale - 0.5;
  /* Only this one widens where there are fewer places than in the table. */
  const double width = how == KAPPA_POSITIONS_BICUBIC ? MAX (scale, 1.0) : 1.0;
  const gboolean cut = how == KAPPA_POSITIONS_BICUBIC;
  double sum = 0.0;

  for (gint64 j = 0; j < from; j++)
    weights[j] = 0.0;
  for (gint64 j = (gint64)floor (centre - 2.0 * width); j <= (gint64)ceil (centre + 2.0 * width);
       j++)
    {
      double weight = kernel (how, ((double)j - centre) / width);

      /* Beyond the border: left away, or the border's own. */
      if (cut && (j < 0 || j >= from))
        continue;
      weights[CLAMP (j, 0, from - 1)] += weight;
      sum += weight;
    }
  for (gint64 j = 0; j < from; j++)
    weights[j] /= sum;
}

/* Place @i of the resized axis: a sum of slices. */
static KappaNode
blend (KappaGraph *graph, KappaNode grid, guint axis, const double *weights)
{
  static const gint64 step[] = { 1, 1, 1 };
  const KappaShape shape = *kappa_graph_get_shape (graph, grid);
  KappaNode sum = KAPPA_NONE;

  for (gint64 j = 0; j < shape.dims[axis]; j++)
    {
      gint64 start[] = { 0, 0, 0 }, size[] = { shape.dims[0], shape.dims[1], shape.dims[2] };
      KappaNode part;

      if (weights[j] == 0.0)
        continue;
      start[axis] = j;
      size[axis] = 1;
      part = kappa_scale (graph, kappa_slice (graph, grid, start, size, step), weights[j]);
      sum = sum == KAPPA_NONE ? part : kappa_add (graph, sum, part);
    }
  return sum;
}

static KappaNode
resize_axis (KappaBuilder *builder, KappaNode grid, guint axis, gint64 to)
{
  const gint64 from = kappa_graph_get_shape (builder->graph, grid)->dims[axis];
  g_autofree KappaNode *places = g_new (KappaNode, to);
  g_autofree double *weights = g_new (double, from);

  if (from == to)
    return grid;
  for (gint64 i = 0; i < to; i++)
    {
      find_weights (builder->choices->positions, from, to, i, weights);
      places[i] = blend (builder->graph, grid, axis, weights);
    }
  return kappa_concat (builder->graph, places, (guint)to, axis);
}

/**
 * kappa_positions_resize:
 * @table: 1 × (@leading + side²) × D
 * @leading: vectors in front that belong to no patch
 * @height, @width: of the grid that is wanted, patches
 *
 * Returns: 1 × (@leading + @height·@width) × D
 */
KappaNode
kappa_positions_resize (KappaBuilder *builder,
                        KappaNode table,
                        gint64 leading,
                        gint64 height,
                        gint64 width)
{
  static const gint64 step[] = { 1, 1, 1 };
  KappaGraph *graph = builder->graph;
  const KappaShape shape = *kappa_graph_get_shape (graph, table);
  const gint64 patches = shape.dims[1] - leading, channels = shape.dims[2];
  const gint64 side = (gint64)lround (sqrt ((double)patches));
  const gint64 first[] = { 0, 0, 0 }, head[] = { 1, leading, channels };
  const gint64 behind[] = { 0, leading, 0 }, rest[] = { 1, patches, channels };
  KappaNode parts[2], grid;

  if (side * side != patches)
    {
      kappa_graph_fail (graph, "its table of %" G_GINT64_FORMAT " positions is of no square grid",
                        patches);
      return KAPPA_BAD;
    }
  if (height < 1 || width < 1)
    {
      kappa_graph_fail (graph, "an image smaller than a patch has no positions");
      return KAPPA_BAD;
    }
  if (height == side && width == side)
    return table;
  grid = kappa_reshape (graph, kappa_slice (graph, table, behind, rest, step),
                        &KAPPA_SHAPE (side, side, channels));
  grid = resize_axis (builder, resize_axis (builder, grid, 0, height), 1, width);
  parts[1] = kappa_reshape (graph, grid, &KAPPA_SHAPE (1, height * width, channels));
  if (leading == 0)
    return parts[1];
  parts[0] = kappa_slice (graph, table, first, head, step);
  return kappa_concat (graph, parts, 2, 1);
}
