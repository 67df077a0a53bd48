#include "ui/plot/network-rows.h"

#include <math.h>

/*
 * Boxes in rows, and the wires between them. A value that is used further down than in the next row
 * passes the rows between in a lane of its own; all who use it share the lane.
 */

#define GAP_X     1.6
#define GAP_LANE  1.3
#define GAP_Y     1.9
#define LANE_STEP 0.75
#define N_SWEEPS  6
#define N_SETTLES 64

/* An item, a lane, or one of the two ports, in its row. */
typedef struct
{
  KappaRowItem *item; /* NULL for lanes and ports */
  guint source;       /* node whose value it carries */
  guint block;        /* likewise as a block; KAPPA_BLOCK_NONE from outside */
  guint rank;
  double width;
  double x; /* of its left edge */
  double key;
  guint chain;   /* the first of those that stand in one line with it */
  double axis;   /* of a chain, at its first: where the line is */
  GArray *above; /* of guint: nodes in the row before */
  GArray *below;
} Node;

typedef struct
{
  GArray *nodes;   /* of Node */
  GPtrArray *rows; /* of GArray of guint */
  double em;
  guint top, bottom; /* ports; G_MAXUINT where nothing enters or leaves */
} Board;

static Node *
node_at (const Board *board, guint node)
{
  return &g_array_index (board->nodes, Node, node);
}

static GArray *
row_at (const Board *board, guint rank)
{
  return board->rows->pdata[rank];
}

static guint
add_node (Board *board, KappaRowItem *item, guint block, guint rank, double width)
{
  Node node
      = { .item = item, .source = board->nodes->len, .block = block, .rank = rank, .width = width };

  node.above = g_array_new (FALSE, FALSE, sizeof (guint));
  node.below = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (board->nodes, node);
  return board->nodes->len - 1;
}

static void
join (Board *board, guint above, guint below)
{
  g_array_append_val (node_at (board, above)->below, below);
  g_array_append_val (node_at (board, below)->above, above);
}

static guint
find_node (const Board *board, guint block, guint port)
{
  if (block == KAPPA_BLOCK_NONE)
    return port;
  for (guint i = 0; i < board->nodes->len; i++)
    if (node_at (board, i)->item != NULL && node_at (board, i)->block == block)
      return i;
  return G_MAXUINT;
}

typedef struct
{
  guint from, to;
} Link;

static GArray *
list_links (Board *board, const GArray *edges)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (Link));

  for (guint i = 0; i < edges->len; i++)
    {
      const KappaBlockEdge *edge = &g_array_index (edges, KappaBlockEdge, i);
      Link link;

      if (edge->from == KAPPA_BLOCK_NONE && edge->to == KAPPA_BLOCK_NONE)
        continue;
      if (edge->from == KAPPA_BLOCK_NONE && board->top == G_MAXUINT)
        board->top = add_node (board, NULL, KAPPA_BLOCK_NONE, 0, 0.0);
      if (edge->to == KAPPA_BLOCK_NONE && board->bottom == G_MAXUINT)
        board->bottom = add_node (board, NULL, KAPPA_BLOCK_NONE, 0, 0.0);
      link = (Link) { find_node (board, edge->from, board->top),
                      find_node (board, edge->to, board->bottom) };
      g_array_append_val (links, link);
    }
  return links;
}

/* Each below all it uses; what uses nothing just above the first that uses it. */
static guint
rank_nodes (Board *board, const GArray *links)
{
  guint last = 0;
  gboolean moved = TRUE;

  for (guint i = 0; i < board->nodes->len; i++)
    node_at (board, i)->rank = board->top != G_MAXUINT && i != board->top ? 1 : 0;
  for (guint round = 0; moved && round <= board->nodes->len; round++)
    {
      moved = FALSE;
      for (guint i = 0; i < links->len; i++)
        {
          const Link *link = &g_array_index (links, Link, i);
          guint least = node_at (board, link->from)->rank + 1;

          if (node_at (board, link->to)->rank < least)
            {
              node_at (board, link->to)->rank = least;
              moved = TRUE;
            }
        }
    }
  for (guint i = 0; i < board->nodes->len; i++)
    {
      guint least = G_MAXUINT;
      gboolean uses = i == board->top;

      for (guint k = 0; k < links->len; k++)
        {
          const Link *link = &g_array_index (links, Link, k);

          uses |= link->to == i;
          if (link->from == i)
            least = MIN (least, node_at (board, link->to)->rank);
        }
      if (!uses && least != G_MAXUINT && least > 0)
        node_at (board, i)->rank = least - 1;
      last = MAX (last, node_at (board, i)->rank);
    }
  if (board->bottom != G_MAXUINT)
    node_at (board, board->bottom)->rank = last;
  return last + 1;
}

static guint
lane_of (Board *board, guint source, guint rank)
{
  guint lane;

  for (guint i = 0; i < row_at (board, rank)->len; i++)
    {
      lane = g_array_index (row_at (board, rank), guint, i);
      if (lane != source && node_at (board, lane)->source == source)
        return lane;
    }
  lane = add_node (board, NULL, node_at (board, source)->block, rank, 0.0);
  node_at (board, lane)->source = source;
  g_array_append_val (row_at (board, rank), lane);
  return lane;
}

static gboolean
are_joined (const Board *board, guint above, guint below)
{
  const GArray *list = node_at (board, above)->below;

  for (guint i = 0; i < list->len; i++)
    if (g_array_index (list, guint, i) == below)
      return TRUE;
  return FALSE;
}

static void
draw_lanes (Board *board, const GArray *links)
{
  for (guint i = 0; i < links->len; i++)
    {
      const Link link = g_array_index (links, Link, i);
      guint at = link.from;

      for (guint rank = node_at (board, link.from)->rank + 1; rank < node_at (board, link.to)->rank;
           rank++)
        {
          guint lane = lane_of (board, link.from, rank);

          if (!are_joined (board, at, lane))
            join (board, at, lane);
          at = lane;
        }
      if (!are_joined (board, at, link.to))
        join (board, at, link.to);
    }
}

static void
fill_rows (Board *board, guint n_rows)
{
  for (guint rank = 0; rank < n_rows; rank++)
    g_ptr_array_add (board->rows, g_array_new (FALSE, FALSE, sizeof (guint)));
  for (guint i = 0; i < board->nodes->len; i++)
    g_array_append_val (row_at (board, node_at (board, i)->rank), i);
}

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  const Node *x = node_at (data, *(const guint *)a), *y = node_at (data, *(const guint *)b);

  return (x->key > y->key) - (x->key < y->key);
}

static double
place_in_row (const Board *board, guint node)
{
  const GArray *row = row_at (board, node_at (board, node)->rank);
  guint i = 0;

  while (g_array_index (row, guint, i) != node)
    i++;
  return i + 0.5 - row->len / 2.0;
}

/* Every node to the mean place of those it is joined to: fewer wires cross. */
static void
order_row (Board *board, guint rank, gboolean downwards)
{
  GArray *row = row_at (board, rank);

  for (guint i = 0; i < row->len; i++)
    {
      Node *node = node_at (board, g_array_index (row, guint, i));
      const GArray *joined = downwards ? node->above : node->below;

      node->key = place_in_row (board, g_array_index (row, guint, i));
      if (joined->len == 0)
        continue;
      node->key = 0.0;
      for (guint k = 0; k < joined->len; k++)
        node->key += place_in_row (board, g_array_index (joined, guint, k)) / joined->len;
      /* Of equals the lane stays on the right. */
      node->key += downwards && node->item == NULL ? 1e-3 : 0.0;
    }
  g_array_sort_with_data (row, compare_keys, board);
}

static void
order_rows (Board *board)
{
  for (guint sweep = 0; sweep < N_SWEEPS; sweep++)
    for (guint i = 1; i < board->rows->len; i++)
      order_row (board, sweep % 2 == 0 ? i : board->rows->len - 1 - i, sweep % 2 == 0);
}

static double
gap_between (const Board *board, const Node *left, const Node *right)
{
  return (left->item != NULL && right->item != NULL ? GAP_X : GAP_LANE) * board->em;
}

static double
out_of (const Node *node)
{
  return node->item != NULL ? node->item->out_x : 0.0;
}

static double
into (const Node *node)
{
  return node->item != NULL ? node->item->in_x : 0.0;
}

/* One behind the other, nothing else uses the value and it uses nothing else: they stand in a line.
 */
static void
find_chains (Board *board)
{
  for (guint i = 0; i < board->nodes->len; i++)
    node_at (board, i)->chain = i;
  for (guint rank = 1; rank < board->rows->len; rank++)
    for (guint i = 0; i < row_at (board, rank)->len; i++)
      {
        Node *node = node_at (board, g_array_index (row_at (board, rank), guint, i));
        guint above = node->above->len == 1 ? g_array_index (node->above, guint, 0) : G_MAXUINT;

        if (above != G_MAXUINT && node_at (board, above)->below->len == 1)
          node->chain = node_at (board, above)->chain;
      }
}

/* Where the ends of a chain are pulled to, and where its members stand now, together. The pull
 * becomes weaker with time, until all members stand in one line. */
static void
pull_chains (Board *board, double pull)
{
  g_autofree double *sum = g_new0 (double, board->nodes->len),
                    *weight = g_new0 (double, board->nodes->len);

  for (guint i = 0; i < board->nodes->len; i++)
    {
      const Node *node = node_at (board, i);

      /* A box weighs more than a lane: lanes make way. */
      sum[node->chain] += (node->item != NULL ? 4.0 : 1.0) * (node->x + into (node));
      weight[node->chain] += node->item != NULL ? 4.0 : 1.0;
      for (guint k = 0; k < node->above->len; k++)
        {
          const Node *above = node_at (board, g_array_index (node->above, guint, k));

          if (above->chain == node->chain)
            continue;
          sum[node->chain] += pull * (above->x + out_of (above));
          sum[above->chain] += pull * (node->x + into (node) - out_of (above) + into (above));
          weight[node->chain] += pull;
          weight[above->chain] += pull;
        }
    }
  for (guint i = 0; i < board->nodes->len; i++)
    node_at (board, i)->axis = weight[i] > 0.0 ? sum[i] / weight[i] : 0.0;
}

static void
wish (const Board *board, const Node *node, double *x, double *weight)
{
  *x = node_at (board, node->chain)->axis - into (node);
  *weight = node->item != NULL ? 4.0 : 1.0;
}

/* The places nearest to the wished ones, weighted squares, in the row's order and without overlap:
 * neighbours that would overlap are pooled (Ayer et al. 1955). */
static void
settle_row (Board *board, guint rank)
{
  const GArray *row = row_at (board, rank);
  g_autofree double *mean = g_new (double, row->len + 1), *weight = g_new (double, row->len + 1),
                    *offset = g_new (double, row->len + 1);
  g_autofree guint *count = g_new (guint, row->len + 1);
  guint n = 0, at = 0;

  for (guint i = 0; i < row->len; i++)
    {
      const Node *node = node_at (board, g_array_index (row, guint, i));
      const Node *left = i > 0 ? node_at (board, g_array_index (row, guint, i - 1)) : NULL;

      offset[i]
          = left != NULL ? offset[i - 1] + left->width + gap_between (board, left, node) : 0.0;
      wish (board, node, &mean[n], &weight[n]);
      mean[n] -= offset[i];
      count[n++] = 1;
      for (; n > 1 && mean[n - 2] > mean[n - 1]; n--)
        {
          mean[n - 2] = (mean[n - 2] * weight[n - 2] + mean[n - 1] * weight[n - 1])
                        / (weight[n - 2] + weight[n - 1]);
          weight[n - 2] += weight[n - 1];
          count[n - 2] += count[n - 1];
        }
    }
  for (guint pool = 0; pool < n; pool++)
    for (guint k = 0; k < count[pool]; k++, at++)
      node_at (board, g_array_index (row, guint, at))->x = mean[pool] + offset[at];
}

static void
settle_rows (Board *board)
{
  for (guint i = 0; i < board->nodes->len; i++)
    node_at (board, i)->x = -into (node_at (board, i));
  find_chains (board);
  for (guint round = 0; round < N_SETTLES; round++)
    {
      pull_chains (board, 1.5 * pow (0.87, round));
      for (guint rank = 0; rank < board->rows->len; rank++)
        settle_row (board, rank);
    }
}

static void
move_to_origin (Board *board, KappaRows *rows)
{
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE;

  for (guint i = 0; i < board->nodes->len; i++)
    {
      left = MIN (left, node_at (board, i)->x);
      right = MAX (right, node_at (board, i)->x + node_at (board, i)->width);
    }
  for (guint i = 0; i < board->nodes->len; i++)
    node_at (board, i)->x -= left;
  rows->width = right - left;
}

/* Wires that enter one box side by side, from left to right as they come. */
static double
entry_of (const Board *board, const Node *above, const Node *below)
{
  double from = above->x + out_of (above), step;
  guint before = 0, n = below->above->len;

  if (below->item == NULL || n < 2)
    return below->x + into (below);
  step = MIN (1.1 * board->em, below->width / (n + 1));
  for (guint i = 0; i < n; i++)
    {
      const Node *other = node_at (board, g_array_index (below->above, guint, i));

      before += other != above && other->x + out_of (other) < from;
    }
  return below->x + into (below) + step * (before - (n - 1) / 2.0);
}

static GArray *
list_wires (const Board *board, guint rank)
{
  GArray *wires = g_array_new (FALSE, FALSE, sizeof (KappaNetworkWire));

  for (guint i = 0; i < row_at (board, rank)->len; i++)
    {
      const Node *above = node_at (board, g_array_index (row_at (board, rank), guint, i));

      for (guint k = 0; k < above->below->len; k++)
        {
          const Node *below = node_at (board, g_array_index (above->below, guint, k));
          KappaNetworkWire wire = { .from = above->block,
                                    .x0 = above->x + out_of (above),
                                    .x1 = entry_of (board, above, below),
                                    .y0 = above->item != NULL ? above->item->height : -1.0,
                                    .arrow = below->item != NULL };

          g_array_append_val (wires, wire);
        }
    }
  return wires;
}

static gboolean
collide (const KappaNetworkWire *a, const KappaNetworkWire *b)
{
  return a->from != b->from && MIN (a->x0, a->x1) < MAX (b->x0, b->x1) + 4.0
         && MIN (b->x0, b->x1) < MAX (a->x0, a->x1) + 4.0;
}

/* Heights at which wires go across between two rows, so that none lie on each other. */
static guint
choose_lanes (const GArray *wires)
{
  guint n = 1;

  for (guint i = 0; i < wires->len; i++)
    {
      KappaNetworkWire *wire = &g_array_index (wires, KappaNetworkWire, i);
      guint lane = 0;

      wire->middle = 0.0;
      if (fabs (wire->x0 - wire->x1) < 0.5)
        continue;
      for (guint k = 0; k < i; k++)
        {
          const KappaNetworkWire *other = &g_array_index (wires, KappaNetworkWire, k);

          if (other->middle == lane && fabs (other->x0 - other->x1) >= 0.5 && collide (wire, other))
            {
              lane++;
              k = (guint)-1;
            }
        }
      wire->middle = lane;
      n = MAX (n, lane + 1);
    }
  return n;
}

static double
row_height (const Board *board, guint rank)
{
  double height = 0.0;

  for (guint i = 0; i < row_at (board, rank)->len; i++)
    {
      const Node *node = node_at (board, g_array_index (row_at (board, rank), guint, i));

      if (node->item != NULL)
        height = MAX (height, node->item->height);
    }
  return height;
}

/* Rows downwards, with room for the wires between. */
static void
stack_rows (Board *board, KappaRows *rows)
{
  double y = 0.0;

  for (guint rank = 0; rank < board->rows->len; rank++)
    {
      g_autoptr (GArray) wires = list_wires (board, rank);
      const double height = row_height (board, rank), gap = GAP_Y * board->em;
      const guint n = choose_lanes (wires);
      const double room = gap + (n - 1) * LANE_STEP * board->em;

      for (guint i = 0; i < row_at (board, rank)->len; i++)
        {
          Node *node = node_at (board, g_array_index (row_at (board, rank), guint, i));

          if (node->item == NULL)
            continue;
          node->item->x = node->x;
          node->item->y = y;
          node->item->rank = rank;
        }
      for (guint i = 0; i < wires->len; i++)
        {
          KappaNetworkWire *wire = &g_array_index (wires, KappaNetworkWire, i);

          wire->y0 = wire->y0 < 0.0 ? y : y + wire->y0;
          wire->middle = y + height + gap / 2.0 + wire->middle * LANE_STEP * board->em;
          wire->y1 = y + height + room;
        }
      g_array_append_vals (rows->wires, wires->data, wires->len);
      y += height + (rank + 1 < board->rows->len ? room : 0.0);
    }
  rows->height = y;
}

static void
clear_node (gpointer data)
{
  g_array_unref (((Node *)data)->above);
  g_array_unref (((Node *)data)->below);
}

/**
 * kappa_rows_new:
 * @items: told where they are
 * @edges: (element-type KappaBlockEdge): between the blocks of the items, without circles
 * @em: size of letters
 */
KappaRows *
kappa_rows_new (KappaRowItem *items, guint n_items, const GArray *edges, double em)
{
  KappaRows *self = g_new0 (KappaRows, 1);
  Board board = { .em = em, .top = G_MAXUINT, .bottom = G_MAXUINT };
  g_autoptr (GArray) links = NULL;

  board.nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_array_set_clear_func (board.nodes, clear_node);
  board.rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  self->wires = g_array_new (FALSE, FALSE, sizeof (KappaNetworkWire));
  for (guint i = 0; i < n_items; i++)
    add_node (&board, &items[i], items[i].block, 0, items[i].width);
  links = list_links (&board, edges);
  fill_rows (&board, rank_nodes (&board, links));
  draw_lanes (&board, links);
  order_rows (&board);
  settle_rows (&board);
  move_to_origin (&board, self);
  stack_rows (&board, self);
  self->in_x = board.top != G_MAXUINT ? node_at (&board, board.top)->x : self->width / 2.0;
  self->out_x = board.bottom != G_MAXUINT ? node_at (&board, board.bottom)->x : self->width / 2.0;
  g_ptr_array_unref (board.rows);
  g_array_unref (board.nodes);
  return self;
}

void
kappa_rows_free (KappaRows *self)
{
  g_array_unref (self->wires);
  g_free (self);
}
