#include "core/models/blocks.h"

#include <string.h>

#include "tests/core/models/key-list.h"
#include "tests/support/shared.h"

/* Networks as blocks: nothing may be lost between the listing and the graph that people see. */

static KappaBlocks *
make_blocks (const char *path)
{
  static const KappaChoices choices = { .norm_epsilon = 1e-5 };
  g_autoptr (KappaTensorTable) table = kappa_test_read_keys (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRecognition) recognition = kappa_recognise (table, &error);
  KappaBlocks *blocks;

  g_assert_no_error (error);
  blocks = kappa_blocks_new (recognition->architecture, recognition->config, &choices,
                             recognition->config->height, recognition->config->width, &error);
  g_assert_no_error (error);
  return blocks;
}

static KappaBlocks *
need_blocks (const char *file)
{
  g_autofree char *relative = g_strdup_printf ("facts/keys/%s.tsv", file);
  g_autofree char *path = kappa_test_need_shared (relative);

  return path != NULL ? make_blocks (path) : NULL;
}

/* Every leaf is reached by the images or holds weights of its own, and reaches the logits. */
static void
check_connected (const KappaBlocks *blocks)
{
  const guint n = kappa_blocks_get_n (blocks);
  g_autofree gboolean *from_images = g_new0 (gboolean, n), *to_logits = g_new0 (gboolean, n),
                      *used = g_new0 (gboolean, n);
  guint n_edges, n_leaves = kappa_blocks_get_n_leaves (blocks);
  const KappaBlockEdge *edges = kappa_blocks_get_edges (blocks, &n_edges);
  const guint last = kappa_blocks_get_leaf (blocks, n_leaves - 1);

  from_images[kappa_blocks_get_leaf (blocks, 0)] = to_logits[last] = TRUE;
  for (guint i = 0; i < n_edges; i++)
    {
      g_assert_cmpuint (kappa_blocks_get (blocks, edges[i].from)->first_leaf, <,
                        kappa_blocks_get (blocks, edges[i].to)->first_leaf);
      from_images[edges[i].to] |= from_images[edges[i].from];
      used[edges[i].to] = TRUE;
    }
  for (guint i = n_edges; i-- > 0;)
    to_logits[edges[i].from] |= to_logits[edges[i].to];
  for (guint leaf = 0; leaf < n_leaves; leaf++)
    {
      guint block = kappa_blocks_get_leaf (blocks, leaf);
      const KappaBlock *shown = kappa_blocks_get (blocks, block);

      if (!to_logits[block] || !(from_images[block] || !used[block]))
        g_test_message ("%s is not connected", shown->name);
      g_assert_true (to_logits[block]);
      g_assert_true (from_images[block] || (!used[block] && shown->n_parameters > 0));
    }
  g_assert_true (from_images[last]);
}

/* A group is the sum of its children, and its leaves are theirs, one behind the other. */
static void
check_sums (const KappaBlocks *blocks, const KappaNetworkListing *listing)
{
  guint64 parameters = 0, macs = 0;
  guint n_layers = 0;

  for (guint i = 0; i < kappa_blocks_get_n (blocks); i++)
    {
      const KappaBlock *block = kappa_blocks_get (blocks, i);
      guint64 own_parameters = 0, own_macs = 0;
      guint leaf = block->first_leaf;

      g_assert_true (i == 0 || block->parent != KAPPA_BLOCK_NONE);
      n_layers += block->layer != KAPPA_BLOCK_NONE;
      for (guint k = 0; block->children != NULL && k < block->children->len; k++)
        {
          const KappaBlock *child
              = kappa_blocks_get (blocks, g_array_index (block->children, guint, k));

          g_assert_cmpuint (child->parent, ==, i);
          g_assert_cmpuint (child->first_leaf, ==, leaf);
          leaf += child->n_leaves;
          own_parameters += child->n_parameters;
          own_macs += child->macs;
        }
      if (block->children == NULL)
        continue;
      g_assert_cmpuint (leaf, ==, block->first_leaf + block->n_leaves);
      g_assert_cmpuint (own_parameters, ==, block->n_parameters);
      g_assert_cmpuint (own_macs, ==, block->macs);
    }
  for (guint i = 0; i < listing->layers->len; i++)
    {
      parameters += g_array_index (listing->layers, KappaLayer, i).n_parameters;
      macs += g_array_index (listing->layers, KappaLayer, i).macs;
    }
  g_assert_cmpuint (n_layers, ==, listing->layers->len);
  g_assert_cmpuint (kappa_blocks_get (blocks, 0)->n_parameters, ==, parameters);
  g_assert_cmpuint (kappa_blocks_get (blocks, 0)->macs, ==, macs);
}

/* No group has more children than a page can show. */
static void
check_width (const KappaBlocks *blocks, const char *name)
{
  guint n = kappa_blocks_get (blocks, 0)->children->len;

  g_test_message ("%s: %u blocks on top, %u leaves", name, n, kappa_blocks_get_n_leaves (blocks));
  g_assert_cmpuint (n, >=, 3);
  g_assert_cmpuint (n, <=, 24);
}

static void
test_all_lists (void)
{
  static const KappaChoices choices = { .norm_epsilon = 1e-5 };
  g_autofree char *folder = kappa_test_need_shared ("facts/keys");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    return;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (KappaTensorTable) table = kappa_test_read_keys (path);
      g_autoptr (KappaRecognition) recognition = kappa_recognise (table, NULL);
      const KappaConfig *config = recognition->config;
      g_autoptr (KappaNetworkListing) listing = kappa_network_list (
          recognition->architecture, config, NULL, config->height, config->width, NULL);
      g_autoptr (KappaBlocks) blocks = kappa_blocks_new (
          recognition->architecture, config, &choices, config->height, config->width, NULL);

      g_test_message ("%s", name);
      g_assert_nonnull (blocks);
      check_connected (blocks);
      check_sums (blocks, listing);
      check_width (blocks, name);
      n++;
    }
  g_assert_cmpuint (n, >=, 76);
}

static const KappaBlock *
find (const KappaBlocks *blocks, const char *name)
{
  guint block = kappa_blocks_find (blocks, name);

  if (block == KAPPA_BLOCK_NONE)
    g_test_message ("there is no %s", name);
  g_assert_cmpuint (block, !=, KAPPA_BLOCK_NONE);
  return kappa_blocks_get (blocks, block);
}

static gboolean
has_edge (const KappaBlocks *blocks, const char *from, const char *to)
{
  guint n, a = kappa_blocks_find (blocks, from), b = kappa_blocks_find (blocks, to);
  const KappaBlockEdge *edges = kappa_blocks_get_edges (blocks, &n);

  for (guint i = 0; i < n; i++)
    if (edges[i].from == a && edges[i].to == b)
      return TRUE;
  return FALSE;
}

static void
test_resnet (void)
{
  g_autoptr (KappaBlocks) blocks = need_blocks ("resnet50");
  const KappaBlock *block;

  if (blocks == NULL)
    return;
  /* images, stem, four stages, pool, linear, logits */
  g_assert_cmpuint (kappa_blocks_get (blocks, 0)->children->len, ==, 9);
  block = find (blocks, "layer3");
  g_assert_cmpstr (block->kind, ==, "stage");
  g_assert_cmpuint (block->children->len, ==, 2);
  block = kappa_blocks_get (blocks, g_array_index (block->children, guint, 1));
  g_assert_cmpint (block->type, ==, KAPPA_BLOCK_REPEAT);
  g_assert_cmpuint (block->children->len, ==, 5);
  g_assert_cmpuint (block->n_parameters, ==, 5 * 1117184);
  block = find (blocks, "layer1.0.bn3");
  g_assert_null (block->then);
  g_assert_cmpstr (find (blocks, "layer1.0.bn2")->then, ==, "ReLU");
  g_assert_cmpstr (find (blocks, "layer1.0.add")->then, ==, "ReLU");
  g_assert_cmpstr (find (blocks, "layer1.0.add")->result, ==, "layer1.0");
  g_assert_cmpstr (find (blocks, "layer1.0.bn2")->title, ==, "bn2");
  g_assert_true (has_edge (blocks, "layer1.0.bn3", "layer1.0.add"));
  g_assert_true (has_edge (blocks, "layer1.0.downsample.1", "layer1.0.add"));
  g_assert_true (has_edge (blocks, "layer1.0.add", "layer1.1.add"));
  g_assert_true (has_edge (blocks, "layer1.0.add", "layer1.1.conv1"));
  g_assert_false (has_edge (blocks, "layer1.0.add", "layer1.2.add"));
}

static void
test_vit (void)
{
  g_autoptr (KappaBlocks) blocks = need_blocks ("vit_Ti_16_224");
  const KappaBlock *block;

  if (blocks == NULL)
    return;
  block = find (blocks, "blocks.4");
  g_assert_cmpstr (block->attention, ==, "blocks.4.attn.softmax");
  g_assert_cmpuint (block->children->len, ==, 9);
  block = kappa_blocks_get (blocks, block->parent);
  g_assert_cmpint (block->type, ==, KAPPA_BLOCK_REPEAT);
  g_assert_cmpuint (block->children->len, ==, 12);
  g_assert_null (block->attention);
  g_assert_cmpstr (find (blocks, "blocks.4.mlp.fc1")->then, ==, "GELU");
  g_assert_true (has_edge (blocks, "blocks.4.add", "blocks.4.add2"));
  g_assert_true (has_edge (blocks, "blocks.3.add2", "blocks.4.add"));
  g_assert_true (has_edge (blocks, "blocks.4.attn.qkv", "blocks.4.attn"));
  g_assert_cmpstr (find (blocks, "blocks.4.attn")->attention, ==, "blocks.4.attn.softmax");
}

static void
test_inception (void)
{
  g_autoptr (KappaBlocks) v4 = need_blocks ("inception_v4");
  g_autoptr (KappaBlocks) resnet = NULL;

  if (v4 == NULL)
    return;
  g_assert_true (has_edge (v4, "features.6.branch3.1.bn", "features.6.concatenate"));
  g_assert_cmpstr (find (v4, "A")->kind, ==, "stage");
  resnet = need_blocks ("inception_resnet_v2");
  g_assert_cmpstr (find (resnet, "mixed_6a")->kind, ==, "block");
  g_assert_cmpuint (find (resnet, "repeat_1.3")->n_leaves, ==, 11);
}

/* A file's own graph: nothing marks its stages but where images become smaller. */
static void
test_onnx (void)
{
  static const char *const files[] = { "data/onnx/mnist-8.onnx", "data/onnx/untrained_nhwc_cnn.onnx" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = kappa_test_need_shared (files[i]);
      g_autoptr (KappaModel) model = path != NULL ? kappa_model_open (path, NULL, NULL, NULL) : NULL;
      g_autoptr (KappaBlocks) blocks = NULL;

      if (path == NULL)
        return;
      g_assert_nonnull (model);
      blocks = kappa_model_list_blocks (model, NULL);
      g_assert_nonnull (blocks);
      check_connected (blocks);
      g_assert_cmpuint (kappa_blocks_get (blocks, 0)->n_parameters, ==,
                        kappa_model_get_parameters_size (model));
      g_assert_cmpuint (kappa_blocks_get (blocks, 0)->macs, ==, kappa_model_get_macs (model));
    }
}

/* Equal neighbours only, and edges of a group as its children see them. */
static void
test_group_edges (void)
{
  g_autoptr (KappaBlocks) blocks = need_blocks ("resnet18");
  g_autoptr (GArray) edges = NULL;
  guint group, n_in = 0, n_out = 0;

  if (blocks == NULL)
    return;
  group = kappa_blocks_find (blocks, "layer2.1");
  edges = kappa_blocks_list_edges (blocks, group);
  for (guint i = 0; i < edges->len; i++)
    {
      const KappaBlockEdge *edge = &g_array_index (edges, KappaBlockEdge, i);

      n_in += edge->from == KAPPA_BLOCK_NONE;
      n_out += edge->to == KAPPA_BLOCK_NONE;
      g_assert_true (edge->from == KAPPA_BLOCK_NONE
                     || kappa_blocks_get (blocks, edge->from)->parent == group);
    }
  /* What enters goes to the first convolution and to the sum. */
  g_assert_cmpuint (n_in, ==, 2);
  g_assert_cmpuint (n_out, ==, 1);
  g_assert_cmpuint (edges->len, ==, 3 + 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/blocks/all-lists", test_all_lists);
  g_test_add_func ("/models/blocks/resnet", test_resnet);
  g_test_add_func ("/models/blocks/vit", test_vit);
  g_test_add_func ("/models/blocks/inception", test_inception);
  g_test_add_func ("/models/blocks/onnx", test_onnx);
  g_test_add_func ("/models/blocks/group-edges", test_group_edges);
  return g_test_run ();
}
