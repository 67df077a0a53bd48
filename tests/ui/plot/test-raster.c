#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "ui/plot/raster.h"

#define SIDE 150
#define GRID 40

/* A scene that owns its numbers. */
typedef struct
{
  GArray *x, *y, *depth, *t, *light;
  GArray *triangles, *lines;
  guint32 palette[KAPPA_PALETTE_SIZE];
  KappaRasterScene scene;
} Scene;

static Scene *
scene_new (void)
{
  Scene *s = g_new0 (Scene, 1);
  GArray **arrays[] = { &s->x, &s->y, &s->depth, &s->t, &s->light };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    *arrays[i] = g_array_new (FALSE, FALSE, sizeof (float));
  s->triangles = g_array_new (FALSE, FALSE, sizeof (guint32));
  s->lines = g_array_new (FALSE, FALSE, 1);
  /* The place on the palette can be read back from the colour. */
  for (guint i = 0; i < KAPPA_PALETTE_SIZE; i++)
    s->palette[i] = 0xff000000 | (i / 4) << 8;
  return s;
}

static void
scene_free (Scene *s)
{
  GArray *arrays[] = { s->x, s->y, s->depth, s->t, s->light, s->triangles, s->lines };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_unref (arrays[i]);
  g_free (s);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* Light under which colours are those of the palette. */
#define PLAIN_LIGHT 0.85f

static guint32
add_vertex (Scene *s, double x, double y, double depth, double t)
{
  float values[] = { (float)x, (float)y, (float)depth, (float)t, PLAIN_LIGHT };
  GArray *arrays[] = { s->x, s->y, s->depth, s->t, s->light };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_append_val (arrays[i], values[i]);
  return s->x->len - 1;
}

static void
add_triangle (Scene *s, guint32 a, guint32 b, guint32 c)
{
  guint32 vertices[3] = { a, b, c };
  guint8 lines = 0;

  g_array_append_vals (s->triangles, vertices, 3);
  g_array_append_val (s->lines, lines);
}

static guint8 *
draw (Scene *s, int samples, int width, int height)
{
  guint8 *pixels = g_malloc0 ((gsize)width * height * 4);
  KappaRasterPoint *points = s->scene.points;
  gsize n_points = s->scene.n_points;

  s->scene = (KappaRasterScene) {
    .n_vertices = s->x->len,
    .n_triangles = s->lines->len,
    .x = (void *)s->x->data,
    .y = (void *)s->y->data,
    .depth = (void *)s->depth->data,
    .t = (void *)s->t->data,
    .light = (void *)s->light->data,
    .triangles = (void *)s->triangles->data,
    .lines = (void *)s->lines->data,
    .palette = s->palette,
    .line_palette = s->palette,
    .samples = samples,
    .points = points,
    .n_points = n_points,
  };
  kappa_raster_draw (&s->scene, pixels, width, height, (gsize)width * 4);
  return pixels;
}

static guint32
get_pixel (const guint8 *pixels, int width, int x, int y)
{
  guint32 pixel;

  memcpy (&pixel, pixels + ((gsize)y * width + x) * 4, 4);
  return pixel;
}

/* Thousands of small triangles of random shapes that together cover everything: no sample may be
 * missed. */
static void
test_watertight (void)
{
  KappaStream stream = kappa_stream_init (11, "watertight");

  for (int samples = 1; samples <= 2; samples++)
    {
      g_autoptr (Scene) s = scene_new ();
      g_autofree guint8 *pixels = NULL;

      for (int i = 0; i <= GRID; i++)
        for (int j = 0; j <= GRID; j++)
          {
            guint64 k = 2 * (guint64)(i * (GRID + 1) + j);

            add_vertex (s, -5.0 + 4.0 * (i + 0.9 * kappa_stream_uniform (&stream, k)),
                        -5.0 + 4.0 * (j + 0.9 * kappa_stream_uniform (&stream, k + 1)), 1.0, 0.5);
          }
      for (guint32 i = 0; i < GRID; i++)
        for (guint32 j = 0; j < GRID; j++)
          {
            guint32 p = i * (GRID + 1) + j;

            add_triangle (s, p, p + GRID + 2, p + GRID + 1);
            add_triangle (s, p + GRID + 2, p, p + 1);
          }
      pixels = draw (s, samples, SIDE, SIDE);
      for (int i = 0; i < SIDE * SIDE; i++)
        g_assert_cmpint (pixels[4 * i + 3], ==, 255);
    }
}

static void
add_quad (Scene *s, double x, double y, double side, double depth, double t)
{
  guint32 a = add_vertex (s, x, y, depth, t), b = add_vertex (s, x + side, y, depth, t);
  guint32 c = add_vertex (s, x + side, y + side, depth, t),
          d = add_vertex (s, x, y + side, depth, t);

  add_triangle (s, a, c, b);
  add_triangle (s, a, d, c);
}

/* The nearer one is seen, whatever is drawn first. */
static void
test_depth (void)
{
  for (int order = 0; order < 2; order++)
    {
      g_autoptr (Scene) s = scene_new ();
      KappaRasterPoint points[3] = { { 70.0f, 70.0f, 1.0f, FALSE },
                                     { 70.0f, 70.0f, 2.0f, FALSE },
                                     { 5.0f, 5.0f, 0.1f, FALSE } };
      g_autofree guint8 *pixels = NULL;

      for (int k = 0; k < 2; k++)
        if (k == order)
          add_quad (s, 20.0, 20.0, 80.0, 1.0, 0.25);
        else
          add_quad (s, 60.0, 60.0, 80.0, 2.0, 0.75);
      s->scene.points = points;
      s->scene.n_points = 3;
      pixels = draw (s, 1, SIDE, SIDE);
      g_assert_cmpint (get_pixel (pixels, SIDE, 40, 40) >> 8 & 255, ==, 256 / 4);
      g_assert_cmpint (get_pixel (pixels, SIDE, 70, 70) >> 8 & 255, ==, 767 / 4);
      g_assert_cmphex (get_pixel (pixels, SIDE, 5, 5), ==, 0);
      g_assert_false (points[0].visible);
      g_assert_true (points[1].visible);
      g_assert_true (points[2].visible);
    }
}

/* What is picked at a pixel's centre is what is drawn there. */
static void
test_pick (void)
{
  KappaStream stream = kappa_stream_init (5, "pick");
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *pixels = NULL;
  guint hits = 0;

  for (guint i = 0; i < 60; i++)
    {
      guint32 v[3];

      for (guint k = 0; k < 3; k++)
        v[k] = add_vertex (s, kappa_stream_uniform (&stream, 9 * i + 3 * k) * SIDE,
                           kappa_stream_uniform (&stream, 9 * i + 3 * k + 1) * SIDE,
                           1.0 + kappa_stream_uniform (&stream, 9 * i + 3 * k + 2), i / 60.0);
      add_triangle (s, v[0], v[1], v[2]);
    }
  for (guint i = 0; i < s->light->len; i++)
    g_array_index (s->light, float, i) = 0.0f;
  pixels = draw (s, 1, SIDE, SIDE);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        guint32 pixel = get_pixel (pixels, SIDE, x, y);
        KappaRasterHit hit;

        if (!kappa_raster_pick (&s->scene, (float)x + 0.5f, (float)y + 0.5f, &hit))
          {
            g_assert_cmphex (pixel, ==, 0);
            continue;
          }
        hits++;
        g_assert_cmpfloat_with_epsilon (hit.a + hit.b + hit.c, 1.0, 1e-4);
        /* Light 0 shades the upper side by 0.66 and the other by 0.528. */
        g_assert_true (
            abs ((int)(pixel >> 8 & 255) - (int)(0.66 * 255.0 * (double)hit.triangle / 60.0)) <= 2
            || abs ((int)(pixel >> 8 & 255) - (int)(0.528 * 255.0 * (double)hit.triangle / 60.0))
                   <= 2);
      }
  g_assert_cmpuint (hits, >, SIDE * SIDE / 2);
}

/* Weights are those of the plane in space, not of its picture. */
static void
test_pick_perspective (void)
{
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *pixels = NULL;
  KappaRasterHit hit;
  guint32 a = add_vertex (s, 0.0, 0.0, 1.0, 0.0), b = add_vertex (s, 100.0, 0.0, 0.5, 0.0);
  guint32 c = add_vertex (s, 0.0, 100.0, 1.0, 0.0);

  add_triangle (s, a, b, c);
  pixels = draw (s, 1, SIDE, SIDE);
  g_assert_true (kappa_raster_pick (&s->scene, 50.0f, 0.0f, &hit));
  /* Halfway on the screen, the far end (depth ½) has a third of the weight: ½·½ / (½·1 + ½·½). */
  g_assert_cmpfloat_with_epsilon (hit.b, 1.0 / 3.0, 1e-5);
  g_assert_cmpfloat_with_epsilon (hit.a, 2.0 / 3.0, 1e-5);
}

/* Two by two samples: half a pixel covered is half opaque. */
static void
test_coverage (void)
{
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *pixels = NULL;

  add_quad (s, 10.5, 10.0, 50.0, 1.0, 1.0);
  pixels = draw (s, 2, SIDE, SIDE);
  g_assert_cmpint (get_pixel (pixels, SIDE, 10, 30) >> 24, ==, 128);
  g_assert_cmpint (get_pixel (pixels, SIDE, 11, 30) >> 24, ==, 255);
  g_assert_cmpint (get_pixel (pixels, SIDE, 9, 30) >> 24, ==, 0);
  g_assert_cmpint (get_pixel (pixels, SIDE, 60, 30) >> 24, ==, 128);
}

static void
test_mesh_lines (void)
{
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *pixels = NULL;
  guint32 lines[KAPPA_PALETTE_SIZE];

  for (guint i = 0; i < KAPPA_PALETTE_SIZE; i++)
    lines[i] = 0xff0000ff;
  add_quad (s, 10.0, 10.0, 50.0, 1.0, 0.5);
  s->lines->data[0] = 1; /* the diagonal */
  s->lines->data[1] = 4;
  g_free (draw (s, 1, SIDE, SIDE));
  s->scene.line_palette = lines;
  s->scene.line_width = 2.0f;
  pixels = g_malloc0 (SIDE * SIDE * 4);
  kappa_raster_draw (&s->scene, pixels, SIDE, SIDE, SIDE * 4);
  g_assert_cmpint (get_pixel (pixels, SIDE, 30, 30) & 255, ==, 255);
  g_assert_cmpint (get_pixel (pixels, SIDE, 30, 40) & 255, ==, 0);
  g_assert_cmpint (get_pixel (pixels, SIDE, 10, 30) & 255, ==, 0);
}

/* Coordinates far outside, not finite, or without area draw nothing wrong and end. */
static void
test_hostile (void)
{
  const double odd[]
      = { -1e30, 1e30, -1e7, 1e7, (double)NAN, (double)INFINITY, 0.0, 75.0, 75.0, 149.999, -0.001 };
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *pixels = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    for (guint j = 0; j < G_N_ELEMENTS (odd); j++)
      add_vertex (s, odd[i], odd[j], 1.0, odd[j]);
  for (guint32 i = 0; i < s->x->len; i++)
    for (guint32 j = 0; j < s->x->len; j += 7)
      add_triangle (s, i, j, (i + j) % s->x->len);
  pixels = draw (s, 2, SIDE, SIDE);
  g_assert_nonnull (pixels);
}

static void
test_same_bits (void)
{
  KappaStream stream = kappa_stream_init (2, "bits");
  g_autoptr (Scene) s = scene_new ();
  g_autofree guint8 *first = NULL;
  g_autofree guint8 *second = NULL;

  for (guint i = 0; i < 300; i++)
    add_vertex (s, kappa_stream_uniform (&stream, 3 * i) * SIDE,
                kappa_stream_uniform (&stream, 3 * i + 1) * SIDE,
                1.0 + kappa_stream_uniform (&stream, 3 * i + 2), 0.4);
  for (guint32 i = 0; i + 2 < 300; i++)
    add_triangle (s, i, i + 1, i + 2);
  first = draw (s, 2, SIDE, SIDE);
  second = draw (s, 2, SIDE, SIDE);
  g_assert_cmpmem (first, SIDE * SIDE * 4, second, SIDE * SIDE * 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raster/watertight", test_watertight);
  g_test_add_func ("/raster/depth", test_depth);
  g_test_add_func ("/raster/pick", test_pick);
  g_test_add_func ("/raster/pick-perspective", test_pick_perspective);
  g_test_add_func ("/raster/coverage", test_coverage);
  g_test_add_func ("/raster/mesh-lines", test_mesh_lines);
  g_test_add_func ("/raster/hostile", test_hostile);
  g_test_add_func ("/raster/same-bits", test_same_bits);
  return g_test_run ();
}
