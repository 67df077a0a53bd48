#include "core/models/sample.h"
#include "tests/ui/plot/support.h"
#include "ui/plot/export.h"
#include "ui/plot/maps-figure.h"
#include "ui/plot/network-figure.h"
#include "ui/plot/network-layout.h"

#include <glib/gstdio.h>
#include <math.h>

/* Networks as drawings, and maps. */

static KappaModel *
open_sample (void)
{
  g_autofree char *folder = kappa_sample_dir (),
                  *path = g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL);
  KappaModel *model = kappa_model_open (path, NULL, NULL, NULL);

  g_assert_nonnull (model);
  return model;
}

static KappaBlocks *
make_blocks (void)
{
  g_autoptr (KappaModel) model = open_sample ();

  return kappa_model_list_blocks (model, NULL);
}

static const KappaNetworkBox *
box_at (const KappaNetworkLayout *layout, guint i)
{
  return &g_array_index (layout->boxes, KappaNetworkBox, i);
}

static gboolean
overlap (const KappaNetworkBox *a, const KappaNetworkBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

/* Boxes lie beside each other or in each other; every arrow ends at a box. */
static void
check_layout (const KappaBlocks *blocks, const gboolean *expanded)
{
  g_autoptr (KappaNetworkLayout) layout = kappa_network_layout_new (blocks, expanded, 10.0);
  guint n_straight = 0;

  for (guint i = 0; i < layout->boxes->len; i++)
    {
      const KappaNetworkBox *box = box_at (layout, i);

      g_assert_cmpfloat (box->x, >=, -1e-6);
      g_assert_cmpfloat (box->x + box->width, <=, layout->width + 1e-6);
      g_assert_cmpfloat (box->y + box->height, <=, layout->height + 1e-6);
      for (guint k = 0; k < i; k++)
        {
          const KappaNetworkBox *other = box_at (layout, k);
          gboolean inside = kappa_blocks_is_inside (blocks, box->block, other->block)
                            || kappa_blocks_is_inside (blocks, other->block, box->block);

          g_assert_cmpint (overlap (box, other), ==, inside);
        }
    }
  for (guint i = 0; i < layout->wires->len; i++)
    {
      const KappaNetworkWire *wire = &g_array_index (layout->wires, KappaNetworkWire, i);
      gboolean ends = !wire->arrow;

      g_assert_cmpfloat (wire->y1, >, wire->y0);
      for (guint k = 0; k < layout->boxes->len && !ends; k++)
        ends = fabs (box_at (layout, k)->y - wire->y1) < 1e-6 && wire->x1 >= box_at (layout, k)->x
               && wire->x1 <= box_at (layout, k)->x + box_at (layout, k)->width;
      g_assert_true (ends);
      n_straight += fabs (wire->x0 - wire->x1) < 0.5;
    }
  g_assert_cmpuint (n_straight, >, layout->wires->len / 3);
}

static void
test_layout (void)
{
  g_autoptr (KappaBlocks) blocks = make_blocks ();
  const guint n = kappa_blocks_get_n (blocks);
  g_autofree gboolean *expanded = g_new0 (gboolean, n);

  expanded[0] = TRUE;
  check_layout (blocks, expanded);
  expanded[kappa_blocks_find (blocks, "layer2")] = TRUE;
  expanded[kappa_blocks_find (blocks, "layer2.0")] = TRUE;
  check_layout (blocks, expanded);
  for (guint i = 0; i < n; i++)
    expanded[i] = TRUE;
  check_layout (blocks, expanded);
}

static void
test_figure (void)
{
  g_autoptr (KappaBlocks) blocks = make_blocks ();
  g_autoptr (KappaFigure) figure = kappa_network_figure_new (blocks);
  KappaNetworkFigure *network = KAPPA_NETWORK_FIGURE (figure);
  const guint layer = kappa_blocks_find (blocks, "layer2"),
              inner = kappa_blocks_find (blocks, "layer2.1.conv1");
  g_autofree char *told = NULL;
  g_autofree double *seconds = g_new0 (double, kappa_blocks_get_n (blocks));

  g_assert_cmpuint (kappa_network_figure_get_visible (network, inner), ==, layer);
  kappa_network_figure_reveal (network, inner);
  g_assert_cmpuint (kappa_network_figure_get_visible (network, inner), ==, inner);
  kappa_network_figure_set_selected (network, inner);
  kappa_network_figure_set_expanded (network, layer, FALSE);
  g_assert_cmpuint (kappa_network_figure_get_selected (network), ==, layer);
  seconds[0] = 0.01;
  seconds[layer] = 0.0025;
  kappa_network_figure_set_times (network, seconds);
  told = kappa_network_figure_tell (network, layer);
  g_assert_nonnull (strstr (told, "2.5 ms (25 %)"));
  for (KappaThemeKind theme = 0; theme < KAPPA_N_THEMES; theme++)
    g_free (support_draw (figure, 400, 600, theme));
}

/* The whole network, whatever part was seen. */
static void
test_export (void)
{
  static const char *const names[] = { "network.svg", "network.pdf", "network.png" };
  g_autoptr (KappaBlocks) blocks = make_blocks ();
  g_autoptr (KappaFigure) figure = kappa_network_figure_new (blocks);
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);

  kappa_network_figure_expand_all (KAPPA_NETWORK_FIGURE (figure), TRUE);
  g_free (support_draw (figure, 300, 300, KAPPA_THEME_LIGHT));
  kappa_figure_zoom (figure, 3.0, 10.0, 10.0, 300.0, 300.0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL), *content = NULL;
      g_autoptr (GError) error = NULL;
      double zoom = kappa_network_figure_get_zoom (KAPPA_NETWORK_FIGURE (figure));
      gsize length;

      g_assert_true (kappa_network_figure_export (KAPPA_NETWORK_FIGURE (figure), path, &error));
      g_assert_no_error (error);
      g_assert_cmpfloat (kappa_network_figure_get_zoom (KAPPA_NETWORK_FIGURE (figure)), ==, zoom);
      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      g_assert_cmpuint (length, >, 5000);
      g_remove (path);
    }
  g_rmdir (folder);
}

static KappaMaps *
make_maps (guint n)
{
  KappaMaps *maps = g_new0 (KappaMaps, 1);

  *maps = (KappaMaps) { n, 4, 6, 0, g_new (double, (gsize)n * 24) };
  for (guint i = 0; i < n * 24; i++)
    maps->values[i] = (double)(i / 24) + 0.01 * (i % 24);
  return maps;
}

/* What is drawn at a place is what the probe says, and the other way round. */
static void
test_maps (void)
{
  static const KappaMapsWords words = { "channel", "the last" };
  g_autoptr (KappaFigure) figure = kappa_maps_figure_new ();
  KappaMapsFigure *maps = KAPPA_MAPS_FIGURE (figure);
  guint map, row, column;
  double x, y;

  kappa_maps_figure_take (maps, make_maps (7), &words);
  g_free (support_draw (figure, 400, 300, KAPPA_THEME_DARK));
  for (guint pass = 0; pass < 2; pass++)
    {
      KappaProbe probe;

      g_assert_true (kappa_figure_locate (figure, 5 * 6 + 2.5, 3.5, 400, 300, &x, &y));
      g_assert_true (kappa_figure_probe (figure, x, y, 400, 300, &probe));
      g_assert_true (kappa_maps_figure_find_cell (maps, probe.x, probe.y, &map, &row, &column));
      g_assert_cmpuint (map, ==, 5);
      g_assert_cmpuint (row, ==, 3);
      g_assert_cmpuint (column, ==, 2);
      g_assert_nonnull (strstr (probe.text, "channel 5, row 3, column 2: 5.2"));
      kappa_probe_clear (&probe);
      kappa_figure_zoom (figure, 2.0, x, y, 400, 300);
    }
  g_assert_false (kappa_maps_figure_find_cell (maps, 42.5, 1.0, &map, &row, &column));
  g_assert_true (kappa_figure_set_text (figure, "scale", "common", NULL));
  g_free (support_draw (figure, 400, 300, KAPPA_THEME_LIGHT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plot/network/layout", test_layout);
  g_test_add_func ("/plot/network/figure", test_figure);
  g_test_add_func ("/plot/network/export", test_export);
  g_test_add_func ("/plot/network/maps", test_maps);
  return g_test_run ();
}
