#include "ui/plot/raster.h"

#include <math.h>
#include <string.h>

/*
 * A z-buffer for surfaces of some ten thousand small triangles. The image is cut into tiles whose
 * samples stay in the processor's cache; triangles are sorted into tiles, rasterised eight samples
 * at a time, and each tile is turned into pixels at once. Single precision and a fixed order: the
 * same scene gives the same bits everywhere.
 */

#define TILE      64 /* samples; a multiple of LANES */
#define LANES     8
#define UNDERSIDE 0.80f

/* GCC makes AVX-512, AVX2 and baseline code of one source and picks at run time. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)                                \
    && !defined(__SANITIZE_ADDRESS__)
#define FOR_EVERY_CPU                                                                              \
  __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_CPU
#endif

/* Vectors are wider than the baseline's registers, but no function that takes one is ever called:
 * all are inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef float Floats __attribute__ ((vector_size (LANES * sizeof (float))));
typedef gint32 Mask __attribute__ ((vector_size (LANES * sizeof (gint32))));

typedef struct
{
  float depth[TILE * TILE];
  float t[TILE * TILE];
  float light[TILE * TILE];
  float line[TILE * TILE];
} Tile __attribute__ ((aligned (64)));

/* f(x, y) = x·dx + y·dy + at, in samples of the tile */
typedef struct
{
  float dx, dy, at;
} Plane;

typedef struct
{
  Plane edges[3]; /* distances from the edges, in samples, positive inside */
  Plane depth, t, light;
  gboolean lines[3];
  int x0, x1, y0, y1; /* samples it may touch, ends excluded */
} Setup;

typedef struct
{
  float x, y;
} Place;

/* The signed distance from the line through two vertices. Both triangles at an edge get the same
 * numbers with opposite signs, whatever the order of the vertices, so no sample on it is missed. */
static inline __attribute__ ((always_inline)) Plane
make_edge (Place a, Place b, guint32 index_a, guint32 index_b)
{
  gboolean swapped = index_a > index_b;
  Place p = swapped ? b : a, q = swapped ? a : b;
  float dx = q.y - p.y, dy = p.x - q.x;
  float length = sqrtf (dx * dx + dy * dy);
  float scale = length > 0.0f ? (swapped ? -1.0f : 1.0f) / length : 0.0f;

  return (Plane) { dx * scale, dy * scale, -(p.x * dx + p.y * dy) * scale };
}

static inline __attribute__ ((always_inline)) Plane
make_plane (const Place p[3], float f0, float f1, float f2, float inverse_area)
{
  float ax = p[1].x - p[0].x, ay = p[1].y - p[0].y, bx = p[2].x - p[0].x, by = p[2].y - p[0].y;
  float dx = ((f1 - f0) * by - (f2 - f0) * ay) * inverse_area;
  float dy = ((f2 - f0) * ax - (f1 - f0) * bx) * inverse_area;

  return (Plane) { dx, dy, f0 - dx * p[0].x - dy * p[0].y };
}

/* How bright a side is whose normal has this cosine with the light. */
static inline __attribute__ ((always_inline)) float
shade (float cosine, gboolean underside)
{
  float lit = underside ? -cosine : cosine;

  return (0.66f + 0.40f * (lit > 0.0f ? lit : 0.25f * lit)) * (underside ? UNDERSIDE : 1.0f);
}

static inline __attribute__ ((always_inline)) int
first_sample (float x)
{
  return (int)ceilf (CLAMP (x, -1e6f, 1e6f) - 0.5f);
}

static inline __attribute__ ((always_inline)) gboolean
set_up (const KappaRasterScene *scene, gsize triangle, float origin_x, float origin_y, Setup *setup)
{
  const guint32 *v = scene->triangles + 3 * triangle;
  float samples = (float)scene->samples;
  float low_x, high_x, low_y, high_y, area;
  gboolean underside;
  Place p[3];

  for (int k = 0; k < 3; k++)
    p[k] = (Place) { scene->x[v[k]] * samples - origin_x, scene->y[v[k]] * samples - origin_y };
  low_x = MIN (p[0].x, MIN (p[1].x, p[2].x));
  high_x = MAX (p[0].x, MAX (p[1].x, p[2].x));
  low_y = MIN (p[0].y, MIN (p[1].y, p[2].y));
  high_y = MAX (p[0].y, MAX (p[1].y, p[2].y));
  setup->x0 = MAX (first_sample (low_x), 0);
  setup->x1 = MIN (first_sample (high_x) + 1, TILE);
  setup->y0 = MAX (first_sample (low_y), 0);
  setup->y1 = MIN (first_sample (high_y) + 1, TILE);
  area = (p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[2].x - p[0].x) * (p[1].y - p[0].y);
  if (setup->x0 >= setup->x1 || setup->y0 >= setup->y1 || !(fabsf (area) > 1e-6f))
    return FALSE;

  underside = area > 0.0f;
  for (int k = 0; k < 3; k++)
    {
      int next = (k + 1) % 3;

      setup->edges[k] = underside ? make_edge (p[next], p[k], v[next], v[k])
                                  : make_edge (p[k], p[next], v[k], v[next]);
      setup->lines[k] = scene->line_width > 0.0f && (scene->lines[triangle] >> k & 1);
    }
  setup->depth
      = make_plane (p, scene->depth[v[0]], scene->depth[v[1]], scene->depth[v[2]], 1.0f / area);
  setup->t = make_plane (p, scene->t[v[0]], scene->t[v[1]], scene->t[v[2]], 1.0f / area);
  setup->light
      = make_plane (p, shade (scene->light[v[0]], underside), shade (scene->light[v[1]], underside),
                    shade (scene->light[v[2]], underside), 1.0f / area);
  return TRUE;
}

static inline __attribute__ ((always_inline)) Floats
evaluate (const Plane *plane, Floats x, float y)
{
  return x * plane->dx + (plane->dy * y + plane->at);
}

static inline __attribute__ ((always_inline)) Floats
choose (Mask mask, Floats yes, Floats no)
{
  return (Floats)((mask & (Mask)yes) | (~mask & (Mask)no));
}

static inline __attribute__ ((always_inline)) gboolean
is_zero (Floats v)
{
  typedef gint64 Longs __attribute__ ((vector_size (LANES * sizeof (float))));
  Longs bits = (Longs)v;

  return (bits[0] | bits[1] | bits[2] | bits[3]) == 0;
}

static inline __attribute__ ((always_inline)) Floats
maximum (Floats a, Floats b)
{
  return choose (a > b, a, b);
}

/* Coverage of the mesh lines along the edges: 1 within half their width, falling to 0 over one
 * sample. */
static inline __attribute__ ((always_inline)) Floats
cover_lines (const Setup *setup, const Floats distance[3], float half_width)
{
  const Floats zero = { 0 }, one = zero + 1.0f;
  Floats line = zero;

  for (int k = 0; k < 3; k++)
    if (setup->lines[k])
      line = maximum (line, (half_width + 0.5f) - distance[k]);
  return choose (line < one, line, one);
}

static inline __attribute__ ((always_inline)) void
fill_triangle (const Setup *setup, float half_width, Tile *tile)
{
  const Floats lanes = { 0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f, 7.5f };
  const Floats zero = { 0 };
  gboolean any_line = setup->lines[0] || setup->lines[1] || setup->lines[2];

  for (int row = setup->y0; row < setup->y1; row++)
    for (int column = setup->x0 & ~(LANES - 1); column < setup->x1; column += LANES)
      {
        int at = row * TILE + column;
        Floats x = lanes + (float)column;
        float y = (float)row + 0.5f;
        Floats *depth = (Floats *)(tile->depth + at), *t = (Floats *)(tile->t + at);
        Floats *light = (Floats *)(tile->light + at), *line = (Floats *)(tile->line + at);
        Floats distance[3] = { evaluate (&setup->edges[0], x, y), evaluate (&setup->edges[1], x, y),
                               evaluate (&setup->edges[2], x, y) };
        Floats z = evaluate (&setup->depth, x, y);
        Mask inside = (distance[0] >= zero) & (distance[1] >= zero) & (distance[2] >= zero);
        Mask mask;

        if (is_zero ((Floats)inside))
          continue;
        mask = inside & (z > *depth);
        *depth = choose (mask, z, *depth);
        *t = choose (mask, evaluate (&setup->t, x, y), *t);
        *light = choose (mask, evaluate (&setup->light, x, y), *light);
        *line = choose (mask, any_line ? cover_lines (setup, distance, half_width) : zero, *line);
      }
}

/* Values where there is a surface, 0 elsewhere. */
static inline __attribute__ ((always_inline)) Floats
get_covered (Floats values, Floats depth)
{
  return (Floats)((Mask)values & (depth > 0.0f));
}

/* The sums over the covered samples of eight neighbouring pixels. */
static inline __attribute__ ((always_inline)) Floats
sum_samples (const float *values, const float *depths, int samples)
{
  const Floats *value = (const Floats *)values, *value_below = (const Floats *)(values + TILE);
  const Floats *depth = (const Floats *)depths, *depth_below = (const Floats *)(depths + TILE);
  Floats left, right;

  if (samples == 1)
    return get_covered (value[0], depth[0]);
  left = get_covered (value[0], depth[0]) + get_covered (value_below[0], depth_below[0]);
  right = get_covered (value[1], depth[1]) + get_covered (value_below[1], depth_below[1]);
  return __builtin_shufflevector (left, right, 0, 2, 4, 6, 8, 10, 12, 14)
         + __builtin_shufflevector (left, right, 1, 3, 5, 7, 9, 11, 13, 15);
}

static inline __attribute__ ((always_inline)) Mask
look_up (const guint32 *palette, Mask index)
{
  Mask colors;

  for (int lane = 0; lane < LANES; lane++)
    colors[lane] = (gint32)palette[index[lane]];
  return colors;
}

/* Eight pixels. The samples of a pixel are averaged before their colour is looked up: colours
 * change slowly along the palette. */
static const float ones[TILE + 2 * LANES] __attribute__ ((aligned (64)))
= { [0 ... TILE + 2 * LANES - 1] = 1.0f };

static inline __attribute__ ((always_inline)) void
resolve_pixels (const KappaRasterScene *scene, const Tile *tile, int at, guint32 *pixels, int n)
{
  const Floats zero = { 0 }, one = zero + 1.0f, full = zero + 255.0f;
  const float *depths = tile->depth + at;
  Floats covered = sum_samples (ones, depths, scene->samples);
  Floats each, coverage, light, line, place;
  Mask index, surface, lines, result;

  if (is_zero (covered))
    return;
  each = one / maximum (covered, one);
  coverage = covered / (float)(scene->samples * scene->samples);
  place
      = sum_samples (tile->t + at, depths, scene->samples) * each * (float)(KAPPA_PALETTE_SIZE - 1)
        + 0.5f;
  place = choose (place < (float)KAPPA_PALETTE_SIZE - 0.5f, maximum (place, zero),
                  zero + (float)(KAPPA_PALETTE_SIZE - 1));
  light = sum_samples (tile->light + at, depths, scene->samples) * each;
  line = sum_samples (tile->line + at, depths, scene->samples) * each;
  index = __builtin_convertvector(place, Mask);
  surface = look_up (scene->palette, index);
  lines = look_up (scene->line_palette, index);
  result = __builtin_convertvector(coverage * 255.0f + 0.5f, Mask) << 24;
  for (int shift = 0; shift <= 16; shift += 8)
    {
      Floats a = __builtin_convertvector(surface >> shift & 255, Floats);
      Floats b = __builtin_convertvector(lines >> shift & 255, Floats);
      Floats part = (a + (b - a) * line) * light;

      part = choose (part < full, part, full) * coverage + 0.5f;
      result |= __builtin_convertvector(part, Mask) << shift;
    }
  memcpy (pixels, &result, (gsize)n * sizeof *pixels);
}

FOR_EVERY_CPU static void
draw_tile (const KappaRasterScene *scene,
           const guint32 *triangles,
           gsize n,
           int left,
           int top,
           Tile *tile,
           guint8 *pixels,
           int width,
           int height,
           gsize stride)
{
  float half_width = 0.5f * scene->line_width * (float)scene->samples;
  int side = TILE / scene->samples;
  Setup setup;

  memset (tile->depth, 0, sizeof tile->depth);
  for (gsize i = 0; i < n; i++)
    if (set_up (scene, triangles[i], (float)(left * scene->samples), (float)(top * scene->samples),
                &setup))
      fill_triangle (&setup, half_width, tile);
  for (int y = top; y < MIN (top + side, height); y++)
    {
      guint32 *row = (guint32 *)(void *)(pixels + (gsize)y * stride);

      for (int x = left; x < MIN (left + side, width); x += LANES)
        resolve_pixels (scene, tile,
                        (y - top) * scene->samples * TILE + (x - left) * scene->samples, row + x,
                        MIN (LANES, width - x));
    }
}

/* A point is seen if nothing is nearer to the eye by more than the surface it lies on may be, a
 * pixel away. */
static void
test_points (const KappaRasterScene *scene, int left, int top, const Tile *tile)
{
  int side = TILE / scene->samples;

  for (gsize i = 0; i < scene->n_points; i++)
    {
      KappaRasterPoint *point = &scene->points[i];
      int x = (int)floorf (point->x) - left, y = (int)floorf (point->y) - top;

      if (x >= 0 && y >= 0 && x < side && y < side)
        point->visible
            = point->depth >= tile->depth[y * scene->samples * TILE + x * scene->samples] * 0.995f;
    }
}

/* The tiles a triangle touches, ends included; none if x0 > x1. */
typedef struct
{
  guint16 x0, x1, y0, y1;
} Reach;

typedef struct
{
  int columns, rows, side;
  guint32 *starts;
  guint32 *triangles;
} Bins;

static Reach
find_tiles (const KappaRasterScene *scene, const Bins *bins, gsize triangle)
{
  const guint32 *v = scene->triangles + 3 * triangle;
  float side = (float)bins->side, right = side * (float)bins->columns - 1.0f,
        bottom = side * (float)bins->rows - 1.0f;
  float low_x = MIN (scene->x[v[0]], MIN (scene->x[v[1]], scene->x[v[2]]));
  float high_x = MAX (scene->x[v[0]], MAX (scene->x[v[1]], scene->x[v[2]]));
  float low_y = MIN (scene->y[v[0]], MIN (scene->y[v[1]], scene->y[v[2]]));
  float high_y = MAX (scene->y[v[0]], MAX (scene->y[v[1]], scene->y[v[2]]));

  if (!(high_x >= 0.0f && high_y >= 0.0f && low_x <= right && low_y <= bottom))
    return (Reach) { .x0 = 1 };
  return (Reach) { (guint16)(MAX (low_x, 0.0f) / side), (guint16)(MIN (high_x, right) / side),
                   (guint16)(MAX (low_y, 0.0f) / side), (guint16)(MIN (high_y, bottom) / side) };
}

/* A counting sort: the triangles of tile k are those from starts[k] to starts[k + 1], in their own
 * order. */
static void
sort_into_tiles (const KappaRasterScene *scene, Bins *bins)
{
  gsize n_tiles = (gsize)bins->columns * (gsize)bins->rows;
  g_autofree Reach *reaches = g_new (Reach, MAX (scene->n_triangles, 1));
  guint32 sum = 0;

  bins->starts = g_new0 (guint32, n_tiles + 2);
  for (gsize i = 0; i < scene->n_triangles; i++)
    {
      reaches[i] = find_tiles (scene, bins, i);
      for (int y = reaches[i].y0; y <= reaches[i].y1; y++)
        for (int x = reaches[i].x0; x <= reaches[i].x1; x++)
          bins->starts[y * bins->columns + x + 2]++;
    }
  for (gsize k = 2; k < n_tiles + 2; k++)
    bins->starts[k] = sum += bins->starts[k];
  bins->triangles = g_new (guint32, MAX (sum, 1));
  for (gsize i = 0; i < scene->n_triangles; i++)
    for (int y = reaches[i].y0; y <= reaches[i].y1; y++)
      for (int x = reaches[i].x0; x <= reaches[i].x1; x++)
        bins->triangles[bins->starts[y * bins->columns + x + 1]++] = (guint32)i;
}

/**
 * kappa_raster_draw:
 * @pixels: (inout): premultiplied ARGB32; every pixel is written where there may be a surface, none
 * elsewhere
 *
 * Draws the scene and finds out which of its points can be seen.
 */
void
kappa_raster_draw (const KappaRasterScene *scene,
                   guint8 *pixels,
                   int width,
                   int height,
                   gsize stride)
{
  int side = TILE / scene->samples;
  Bins bins
      = { .columns = (width + side - 1) / side, .rows = (height + side - 1) / side, .side = side };
  Tile *tile = g_aligned_alloc (1, sizeof (Tile), 64);

  sort_into_tiles (scene, &bins);
  for (gsize i = 0; i < scene->n_points; i++)
    scene->points[i].visible = TRUE;
  for (int row = 0; row < bins.rows; row++)
    for (int column = 0; column < bins.columns; column++)
      {
        int k = row * bins.columns + column;
        guint32 first = bins.starts[k], n = bins.starts[k + 1] - first;

        if (n == 0)
          continue;
        draw_tile (scene, bins.triangles + first, n, column * side, row * side, tile, pixels, width,
                   height, stride);
        test_points (scene, column * side, row * side, tile);
      }
  g_free (bins.starts);
  g_free (bins.triangles);
  g_aligned_free (tile);
}

/**
 * kappa_raster_pick:
 * @x, @y: in pixels
 *
 * Finds the nearest triangle under a place by the same depth test that draws.
 *
 * Returns: whether there is one
 */
gboolean
kappa_raster_pick (const KappaRasterScene *scene, float x, float y, KappaRasterHit *hit)
{
  float nearest = 0.0f;

  for (gsize i = 0; i < scene->n_triangles; i++)
    {
      const guint32 *v = scene->triangles + 3 * i;
      float ax = scene->x[v[0]] - x, ay = scene->y[v[0]] - y, bx = scene->x[v[1]] - x,
            by = scene->y[v[1]] - y;
      float cx = scene->x[v[2]] - x, cy = scene->y[v[2]] - y;
      float a = bx * cy - cx * by, b = cx * ay - ax * cy, c = ax * by - bx * ay;
      float area = a + b + c, depth;

      if (!((a >= 0.0f && b >= 0.0f && c >= 0.0f) || (a <= 0.0f && b <= 0.0f && c <= 0.0f))
          || area == 0.0f)
        continue;
      depth = (a * scene->depth[v[0]] + b * scene->depth[v[1]] + c * scene->depth[v[2]]) / area;
      if (depth <= nearest)
        continue;
      nearest = depth;
      /* Weights on the screen, undone for perspective: depth is proportional to 1/w. */
      *hit = (KappaRasterHit) { i, a / area * scene->depth[v[0]] / depth,
                                b / area * scene->depth[v[1]] / depth,
                                c / area * scene->depth[v[2]] / depth };
    }
  return nearest > 0.0f;
}
