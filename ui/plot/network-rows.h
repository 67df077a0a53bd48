#pragma once

#include "ui/plot/network-layout.h"

/**
 * KappaRowItem:
 * @in_x, @out_x: from its left edge: where wires enter and leave
 * @x, @y: (out): its upper left corner
 * @rank: (out): its row
 */
typedef struct
{
  guint block;
  double width, height;
  double in_x, out_x;
  double x, y;
  guint rank;
} KappaRowItem;

/**
 * KappaRows:
 * @wires: (element-type KappaNetworkWire)
 * @in_x, @out_x: where what comes from outside enters on top, and what goes there leaves below
 */
typedef struct
{
  GArray *wires;
  double width, height;
  double in_x, out_x;
} KappaRows;

KappaRows *kappa_rows_new  (KappaRowItem *items, guint n_items, const GArray *edges, double em);
void       kappa_rows_free (KappaRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaRows, kappa_rows_free)
