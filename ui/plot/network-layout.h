#pragma once

#include "core/models/blocks.h"
#include "ui/plot/pen.h"

/**
 * KappaNetworkBox:
 * @x, @y: its upper left corner
 * @in_x, @out_x: where wires enter on top and leave below
 * @expanded: a frame around what is in it
 * @rank: its row within its group
 *
 * Where a block is drawn.
 */
typedef struct
{
  guint block;
  double x, y, width, height;
  double in_x, out_x;
  gboolean expanded;
  guint rank;
} KappaNetworkBox;

/**
 * KappaNetworkWire:
 * @from: the block whose value it carries; %KAPPA_BLOCK_NONE from outside the frame
 * @arrow: whether it ends at a block
 *
 * A part of a connection from one row to the next: down, across at @middle, and down.
 */
typedef struct
{
  guint from;
  guint group;
  double x0, y0, middle, x1, y1;
  gboolean arrow;
} KappaNetworkWire;

/**
 * KappaNetworkLayout:
 * @boxes: (element-type KappaNetworkBox): frames before what is in them
 * @wires: (element-type KappaNetworkWire)
 */
typedef struct
{
  GArray *boxes;
  GArray *wires;
  double width, height;
} KappaNetworkLayout;

KappaNetworkLayout *kappa_network_layout_new  (const KappaBlocks *blocks, const gboolean *expanded, double em);
void                kappa_network_layout_free (KappaNetworkLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaNetworkLayout, kappa_network_layout_free)
