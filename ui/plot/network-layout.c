#include "ui/plot/network-layout.h"

#include "ui/plot/network-rows.h"

/*
 * Where the blocks of a network are drawn: in rows from top to bottom, a row for each step of
 * computation (Sugiyama et al. 1981). A block that is opened is laid out for itself and takes part
 * as one large box, whose upper and lower edge are where the values enter and leave it.
 */

#define BOX_WIDTH    15.5
#define BOX_HEIGHT   4.9
#define JOIN_WIDTH   3.2
#define JOIN_HEIGHT  1.9
#define END_HEIGHT   2.8
#define FRAME_MARGIN 1.1
#define FRAME_TITLE  2.2
#define FRAME_FOOT   0.5

typedef struct
{
  const KappaBlocks *blocks;
  const gboolean *expanded;
  double em;
  KappaNetworkLayout *layout;
} Layouter;

void
kappa_network_layout_free (KappaNetworkLayout *self)
{
  g_array_unref (self->boxes);
  g_array_unref (self->wires);
  g_free (self);
}

static void
size_leaf (const Layouter *l, const KappaBlock *block, guint n_inputs, KappaRowItem *item)
{
  item->width = BOX_WIDTH * l->em;
  item->height = BOX_HEIGHT * l->em;
  if (block->type == KAPPA_BLOCK_INPUT || block->type == KAPPA_BLOCK_OUTPUT)
    item->height = END_HEIGHT * l->em;
  if (block->type == KAPPA_BLOCK_JOIN)
    {
      item->width = MAX (JOIN_WIDTH, 1.1 * n_inputs + 1.2) * l->em;
      item->height = JOIN_HEIGHT * l->em;
    }
  item->in_x = item->out_x = item->width / 2.0;
}

static void
shift (KappaNetworkLayout *layout, guint first_box, guint first_wire, double dx, double dy)
{
  for (guint i = first_box; i < layout->boxes->len; i++)
    {
      KappaNetworkBox *box = &g_array_index (layout->boxes, KappaNetworkBox, i);

      box->x += dx;
      box->y += dy;
      box->in_x += dx;
      box->out_x += dx;
    }
  for (guint i = first_wire; i < layout->wires->len; i++)
    {
      KappaNetworkWire *wire = &g_array_index (layout->wires, KappaNetworkWire, i);

      wire->x0 += dx;
      wire->x1 += dx;
      wire->y0 += dy;
      wire->middle += dy;
      wire->y1 += dy;
    }
}

static KappaNetworkLayout *
lay_out_group (const Layouter *l, guint group, double *in_x, double *out_x);

static guint
count_inputs (const GArray *edges, guint block)
{
  guint n = 0;

  for (guint i = 0; i < edges->len; i++)
    n += g_array_index (edges, KappaBlockEdge, i).to == block;
  return n;
}

/* The item of a child; of one that is opened the layout inside, too. */
static KappaNetworkLayout *
make_item (const Layouter *l, guint child, const GArray *edges, KappaRowItem *item)
{
  const KappaBlock *block = kappa_blocks_get (l->blocks, child);
  KappaNetworkLayout *inside;

  *item = (KappaRowItem) { .block = child };
  if (block->children == NULL || !l->expanded[child])
    {
      size_leaf (l, block, count_inputs (edges, child), item);
      return NULL;
    }
  inside = lay_out_group (l, child, &item->in_x, &item->out_x);
  item->width = inside->width;
  item->height = inside->height;
  return inside;
}

static void
append_inside (KappaNetworkLayout *layout, KappaNetworkLayout *inside, double dx, double dy)
{
  guint first_box = layout->boxes->len, first_wire = layout->wires->len;

  g_array_append_vals (layout->boxes, inside->boxes->data, inside->boxes->len);
  g_array_append_vals (layout->wires, inside->wires->data, inside->wires->len);
  shift (layout, first_box, first_wire, dx, dy);
}

static void
append_box (KappaNetworkLayout *layout, const KappaRowItem *item, gboolean expanded)
{
  KappaNetworkBox box = { item->block,           item->x,      item->y,
                          item->width,           item->height, item->x + item->in_x,
                          item->x + item->out_x, expanded,     item->rank };

  g_array_append_val (layout->boxes, box);
}

/* Room for the frame and its title; the network itself has none. */
static void
add_margin (const Layouter *l, guint group, KappaNetworkLayout *layout, KappaRows *rows)
{
  const double margin = FRAME_MARGIN * l->em, title = FRAME_TITLE * l->em;

  layout->width = rows->width;
  layout->height = rows->height;
  if (group == 0)
    return;
  layout->width += 2.0 * margin;
  layout->height += title + FRAME_FOOT * l->em;
  shift (layout, 0, 0, margin, title);
}

static void
take_wires (KappaNetworkLayout *layout, const KappaRows *rows, guint group)
{
  for (guint i = 0; i < rows->wires->len; i++)
    {
      KappaNetworkWire wire = g_array_index (rows->wires, KappaNetworkWire, i);

      wire.group = group;
      g_array_append_val (layout->wires, wire);
    }
}

/* Values that enter come from the upper edge of the frame, those that leave go to its lower edge.
 */
static void
reach_edges (const Layouter *l, const KappaRows *rows, KappaNetworkLayout *layout, guint first_wire)
{
  for (guint i = first_wire; i < layout->wires->len; i++)
    {
      KappaNetworkWire *wire = &g_array_index (layout->wires, KappaNetworkWire, i);

      if (wire->from == KAPPA_BLOCK_NONE && wire->y0 <= 0.0)
        wire->y0 -= FRAME_TITLE * l->em;
      if (!wire->arrow && wire->y1 >= rows->height)
        wire->y1 += FRAME_FOOT * l->em;
    }
}

static KappaNetworkLayout *
lay_out_group (const Layouter *l, guint group, double *in_x, double *out_x)
{
  const KappaBlock *block = kappa_blocks_get (l->blocks, group);
  const guint n = block->children->len;
  g_autoptr (GArray) edges = kappa_blocks_list_edges (l->blocks, group);
  g_autofree KappaRowItem *items = g_new0 (KappaRowItem, n);
  g_autofree KappaNetworkLayout **insides = g_new0 (KappaNetworkLayout *, n);
  g_autoptr (KappaRows) rows = NULL;
  KappaNetworkLayout *layout = g_new0 (KappaNetworkLayout, 1);
  guint first_wire;

  layout->boxes = g_array_new (FALSE, FALSE, sizeof (KappaNetworkBox));
  layout->wires = g_array_new (FALSE, FALSE, sizeof (KappaNetworkWire));
  for (guint i = 0; i < n; i++)
    insides[i] = make_item (l, g_array_index (block->children, guint, i), edges, &items[i]);
  rows = kappa_rows_new (items, n, edges, l->em);
  for (guint i = 0; i < n; i++)
    {
      append_box (layout, &items[i], insides[i] != NULL);
      if (insides[i] != NULL)
        append_inside (layout, insides[i], items[i].x, items[i].y);
      g_clear_pointer (&insides[i], kappa_network_layout_free);
    }
  first_wire = layout->wires->len;
  take_wires (layout, rows, group);
  if (group != 0)
    reach_edges (l, rows, layout, first_wire);
  add_margin (l, group, layout, rows);
  *in_x = rows->in_x + (group != 0 ? FRAME_MARGIN * l->em : 0.0);
  *out_x = rows->out_x + (group != 0 ? FRAME_MARGIN * l->em : 0.0);
  return layout;
}

/**
 * kappa_network_layout_new:
 * @expanded: (array): for each block whether it is opened
 * @em: size of letters; everything is measured by it
 */
KappaNetworkLayout *
kappa_network_layout_new (const KappaBlocks *blocks, const gboolean *expanded, double em)
{
  const Layouter l = { .blocks = blocks, .expanded = expanded, .em = em };
  double in_x, out_x;

  return lay_out_group (&l, 0, &in_x, &out_x);
}
