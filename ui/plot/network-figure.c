#include "ui/plot/network-figure.h"

#include <math.h>
#include <string.h>

#include "ui/plot/export.h"
#include "ui/plot/network-private.h"

#define MOST_ZOOM    4.0
#define LEAST_ZOOM   0.02
#define FIT_ZOOM     1.15 /* nothing is made larger than this to fill the figure */
#define LEGIBLE_ZOOM 0.5  /* nothing is made smaller than this to fit as a whole */

/**
 * KappaNetworkFigure:
 *
 * A network as a graph of blocks that open and close. Each has bars for its share of the network's
 * parameters, multiply-adds and, where it was measured, time.
 */
G_DEFINE_FINAL_TYPE (KappaNetworkFigure, kappa_network_figure, KAPPA_TYPE_FIGURE)

static void
kappa_network_figure_finalize (GObject *object)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (object);

  g_clear_pointer (&self->layout, kappa_network_layout_free);
  g_free (self->expanded);
  g_free (self->found);
  g_free (self->seconds);
  g_clear_pointer (&self->blocks, kappa_blocks_unref);
  G_OBJECT_CLASS (kappa_network_figure_parent_class)->finalize (object);
}

static void
ensure_layout (KappaNetworkFigure *self, double em)
{
  if (self->layout != NULL && self->em == em)
    return;
  if (self->em > 0.0)
    {
      self->x *= em / self->em;
      self->y *= em / self->em;
    }
  g_clear_pointer (&self->layout, kappa_network_layout_free);
  self->layout = kappa_network_layout_new (self->blocks, self->expanded, em);
  self->em = em;
}

/* What is left above the legend. */
static KappaRect
plot_area (KappaNetworkFigure *self, KappaPen *pen, const KappaRect *body)
{
  KappaRect area = *body;

  area.height = MAX (area.height - kappa_network_draw_legend (self, pen, body, FALSE), 1.0);
  return area;
}

/* All of it, or, where it would become too small, its width from the top on. */
static void
fit_to (KappaNetworkFigure *self, const KappaRect *area)
{
  const double margin = 0.6 * self->em, width = self->layout->width + 2.0 * margin,
               height = self->layout->height + 2.0 * margin;
  const double whole = MIN (area->width / width, area->height / height);

  self->zoom = MIN (whole, FIT_ZOOM);
  self->x = self->layout->width / 2.0;
  self->y = self->layout->height / 2.0;
  if (whole >= LEGIBLE_ZOOM)
    return;
  self->zoom = CLAMP (area->width / width, LEGIBLE_ZOOM / 2.0, MAX (LEGIBLE_ZOOM, 0.8));
  if (area->height / self->zoom < height)
    self->y = area->height / self->zoom / 2.0 - margin;
}

/* Where the layout is in the figure, which it fills unless the user moved it. */
KappaNetworkSight
kappa_network_get_sight (KappaNetworkFigure *self, KappaPen *pen, const KappaRect *body)
{
  const KappaRect area = plot_area (self, pen, body);

  ensure_layout (self, pen->em);
  if (self->fitted)
    fit_to (self, &area);
  return (KappaNetworkSight) { self->zoom, area.x + area.width / 2.0 - self->zoom * self->x,
                               area.y + area.height / 2.0 - self->zoom * self->y };
}

static void
kappa_network_figure_draw_body (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);
  const KappaNetworkSight view = kappa_network_get_sight (self, pen, body);
  const KappaRect area = plot_area (self, pen, body);

  kappa_network_draw (self, pen, &area, &view);
  kappa_network_draw_legend (self, pen, body, TRUE);
}

/* The innermost box there; frames come before what is in them. */
static const KappaNetworkBox *
find_box (KappaNetworkFigure *self, double x, double y)
{
  for (guint i = self->layout->boxes->len; i-- > 0;)
    {
      const KappaNetworkBox *box = &g_array_index (self->layout->boxes, KappaNetworkBox, i);

      if (x >= box->x && x <= box->x + box->width && y >= box->y && y <= box->y + box->height)
        return box;
    }
  return NULL;
}

static const KappaNetworkBox *
box_of (KappaNetworkFigure *self, guint block)
{
  for (guint i = 0; self->layout != NULL && i < self->layout->boxes->len; i++)
    if (g_array_index (self->layout->boxes, KappaNetworkBox, i).block == block)
      return &g_array_index (self->layout->boxes, KappaNetworkBox, i);
  return NULL;
}

static gboolean
kappa_network_figure_probe (KappaFigure *figure,
                            KappaPen *pen,
                            const KappaRect *body,
                            double x,
                            double y,
                            KappaProbe *probe)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);
  const KappaNetworkSight view = kappa_network_get_sight (self, pen, body);
  const KappaNetworkBox *box = find_box (self, (x - view.x) / view.zoom, (y - view.y) / view.zoom);

  if (box == NULL)
    return FALSE;
  *probe = (KappaProbe) { TRUE, (x - view.x) / view.zoom, (y - view.y) / view.zoom, box->block,
                          kappa_network_figure_tell (self, box->block) };
  return TRUE;
}

static void
kappa_network_figure_zoom_at (KappaFigure *figure,
                              KappaPen *pen,
                              const KappaRect *body,
                              double factor,
                              double x,
                              double y)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);
  const KappaNetworkSight view = kappa_network_get_sight (self, pen, body);
  const KappaRect area = plot_area (self, pen, body);
  const double at_x = (x - view.x) / view.zoom, at_y = (y - view.y) / view.zoom;

  self->fitted = FALSE;
  self->zoom = CLAMP (self->zoom * factor, LEAST_ZOOM, MOST_ZOOM);
  self->x = at_x - (x - area.x - area.width / 2.0) / self->zoom;
  self->y = at_y - (y - area.y - area.height / 2.0) / self->zoom;
}

/* Some of it stays in view. */
static void
kappa_network_figure_pan_by (KappaFigure *figure,
                             KappaPen *pen,
                             const KappaRect *body,
                             double dx,
                             double dy)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);

  kappa_network_get_sight (self, pen, body);
  self->fitted = FALSE;
  self->x = CLAMP (self->x - dx / self->zoom, 0.0, self->layout->width);
  self->y = CLAMP (self->y - dy / self->zoom, 0.0, self->layout->height);
}

static char *
kappa_network_figure_describe (KappaFigure *figure)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);
  const KappaBlock *all = kappa_blocks_get (self->blocks, 0);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "A network of %u blocks and layers. From the images to the logits:",
                          all->children->len);
  for (guint i = 0; i < all->children->len; i++)
    g_string_append_printf (
        text, "%s %s", i > 0 ? "," : "",
        kappa_blocks_get (self->blocks, g_array_index (all->children, guint, i))->title);
  g_string_append_c (text, '.');
  if (self->selected != KAPPA_BLOCK_NONE)
    {
      g_autofree char *told = kappa_network_figure_tell (self, self->selected);

      g_strdelimit (told, "\n", ';');
      g_string_append_printf (text, " Selected: %s.", told);
    }
  return g_string_free (text, FALSE);
}

/* On paper the whole network is shown, whatever its shape. */
static double
kappa_network_figure_get_aspect (KappaFigure *figure)
{
  KappaNetworkFigure *self = KAPPA_NETWORK_FIGURE (figure);

  ensure_layout (self, self->em > 0.0 ? self->em : 10.0);
  return CLAMP (self->layout->width / (self->layout->height + 4.0 * self->em), 0.1, 4.0);
}

static gboolean
kappa_network_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  return TRUE;
}

static void
kappa_network_figure_class_init (KappaNetworkFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_network_figure_finalize;
  figure_class->update = kappa_network_figure_update;
  figure_class->draw = kappa_network_figure_draw_body;
  figure_class->probe = kappa_network_figure_probe;
  figure_class->zoom = kappa_network_figure_zoom_at;
  figure_class->pan = kappa_network_figure_pan_by;
  figure_class->describe = kappa_network_figure_describe;
  figure_class->get_aspect = kappa_network_figure_get_aspect;
}

static void
kappa_network_figure_init (KappaNetworkFigure *self)
{
  self->selected = KAPPA_BLOCK_NONE;
  self->fitted = TRUE;
  self->zoom = 1.0;
}

/**
 * kappa_network_figure_new:
 *
 * Returns: (transfer full): all blocks closed
 */
KappaFigure *
kappa_network_figure_new (KappaBlocks *blocks)
{
  KappaNetworkFigure *self = g_object_new (KAPPA_TYPE_NETWORK_FIGURE, NULL);

  self->blocks = kappa_blocks_ref (blocks);
  self->expanded = g_new0 (gboolean, kappa_blocks_get_n (blocks));
  self->expanded[0] = TRUE;
  return KAPPA_FIGURE (self);
}

KappaBlocks *
kappa_network_figure_get_blocks (KappaNetworkFigure *self)
{
  return self->blocks;
}

/**
 * kappa_network_figure_set_times:
 * @seconds: (array) (nullable): for each block
 */
void
kappa_network_figure_set_times (KappaNetworkFigure *self, const double *seconds)
{
  g_free (self->seconds);
  self->seconds = g_memdup2 (
      seconds, seconds != NULL ? kappa_blocks_get_n (self->blocks) * sizeof *seconds : 0);
  kappa_figure_changed (KAPPA_FIGURE (self));
}

gboolean
kappa_network_figure_get_expanded (KappaNetworkFigure *self, guint block)
{
  return self->expanded[block];
}

static void
lay_out_again (KappaNetworkFigure *self)
{
  g_clear_pointer (&self->layout, kappa_network_layout_free);
  ensure_layout (self, self->em > 0.0 ? self->em : 10.0);
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/* Where a box was, a moved view keeps it. */
static void
keep_place (KappaNetworkFigure *self, guint block, double x, double y)
{
  const KappaNetworkBox *box = box_of (self, block);

  if (box == NULL || self->fitted)
    return;
  self->x += box->in_x - x;
  self->y += box->y - y;
}

/**
 * kappa_network_figure_set_expanded:
 * @block: a group; nothing happens to others
 *
 * Its upper edge stays where it is seen.
 */
void
kappa_network_figure_set_expanded (KappaNetworkFigure *self, guint block, gboolean expanded)
{
  const KappaNetworkBox *box = box_of (self, block);
  const gboolean seen = box != NULL;
  const double x = seen ? box->in_x : 0.0, y = seen ? box->y : 0.0;

  if (block == 0 || kappa_blocks_get (self->blocks, block)->children == NULL
      || self->expanded[block] == !!expanded)
    return;
  self->expanded[block] = expanded;
  /* What is not seen any more cannot stay selected. */
  if (self->selected != KAPPA_BLOCK_NONE)
    self->selected = kappa_network_figure_get_visible (self, self->selected);
  lay_out_again (self);
  if (seen)
    keep_place (self, block, x, y);
}

void
kappa_network_figure_expand_all (KappaNetworkFigure *self, gboolean expanded)
{
  for (guint i = 1; i < kappa_blocks_get_n (self->blocks); i++)
    self->expanded[i] = expanded && kappa_blocks_get (self->blocks, i)->children != NULL;
  if (self->selected != KAPPA_BLOCK_NONE)
    self->selected = kappa_network_figure_get_visible (self, self->selected);
  self->fitted = TRUE;
  lay_out_again (self);
}

/**
 * kappa_network_figure_reveal:
 *
 * Opens all groups a block is in.
 */
void
kappa_network_figure_reveal (KappaNetworkFigure *self, guint block)
{
  for (guint group = kappa_blocks_get (self->blocks, block)->parent; group != KAPPA_BLOCK_NONE;
       group = kappa_blocks_get (self->blocks, group)->parent)
    self->expanded[group] = TRUE;
  lay_out_again (self);
}

/**
 * kappa_network_figure_get_selected:
 *
 * Returns: %KAPPA_BLOCK_NONE if none is
 */
guint
kappa_network_figure_get_selected (KappaNetworkFigure *self)
{
  return self->selected;
}

void
kappa_network_figure_set_selected (KappaNetworkFigure *self, guint block)
{
  if (self->selected == block)
    return;
  self->selected = block;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_network_figure_get_visible:
 *
 * Returns: the block itself, or the closed group it is in
 */
guint
kappa_network_figure_get_visible (KappaNetworkFigure *self, guint block)
{
  guint visible = block;

  for (guint group = kappa_blocks_get (self->blocks, block)->parent; group != KAPPA_BLOCK_NONE;
       group = kappa_blocks_get (self->blocks, group)->parent)
    if (!self->expanded[group])
      visible = group;
  return visible;
}

/* The first in a group that takes something from outside. */
static guint
first_inside (KappaNetworkFigure *self, guint group)
{
  g_autoptr (GArray) edges = kappa_blocks_list_edges (self->blocks, group);

  for (guint i = 0; i < edges->len; i++)
    {
      const KappaBlockEdge *edge = &g_array_index (edges, KappaBlockEdge, i);

      if (edge->from == KAPPA_BLOCK_NONE && edge->to != KAPPA_BLOCK_NONE)
        return edge->to;
    }
  return g_array_index (kappa_blocks_get (self->blocks, group)->children, guint, 0);
}

/* Along what flows: from the selected block to the first that uses its value, or whose value it
 * uses. */
static guint
follow (KappaNetworkFigure *self, gboolean down)
{
  const KappaBlock *block = kappa_blocks_get (self->blocks, self->selected);
  guint n, best = KAPPA_BLOCK_NONE, best_leaf = 0;
  const KappaBlockEdge *edges = kappa_blocks_get_edges (self->blocks, &n);

  if (down && block->children != NULL && self->expanded[self->selected])
    return first_inside (self, self->selected);
  for (guint i = 0; i < n; i++)
    {
      guint here = down ? edges[i].from : edges[i].to, there = down ? edges[i].to : edges[i].from;
      guint leaf = kappa_blocks_get (self->blocks, there)->first_leaf;

      if (!kappa_blocks_is_inside (self->blocks, here, self->selected)
          || kappa_blocks_is_inside (self->blocks, there, self->selected))
        continue;
      if (best == KAPPA_BLOCK_NONE || (down ? leaf < best_leaf : leaf > best_leaf))
        {
          best = kappa_network_figure_get_visible (self, there);
          best_leaf = leaf;
        }
    }
  return best;
}

/* The nearest box to one side whose height overlaps. */
static guint
look_aside (KappaNetworkFigure *self, double side)
{
  const KappaNetworkBox *from = box_of (self, self->selected);
  guint best = KAPPA_BLOCK_NONE;
  double nearest = G_MAXDOUBLE;

  for (guint i = 0; from != NULL && i < self->layout->boxes->len; i++)
    {
      const KappaNetworkBox *box = &g_array_index (self->layout->boxes, KappaNetworkBox, i);
      const double dx = side * (box->x + box->width / 2.0 - from->x - from->width / 2.0);
      const double dy = fabs (box->y + box->height / 2.0 - from->y - from->height / 2.0);

      if (box == from || box->expanded || dx <= 1.0
          || dy > (box->height + from->height) / 2.0 + 2.0 * self->em)
        continue;
      if (dx + 2.0 * dy < nearest)
        {
          nearest = dx + 2.0 * dy;
          best = box->block;
        }
    }
  return best;
}

/**
 * kappa_network_figure_step:
 *
 * Selects the next block in a direction; the first where none is selected.
 *
 * Returns: the selected block
 */
guint
kappa_network_figure_step (KappaNetworkFigure *self, KappaDirection direction)
{
  guint next;

  ensure_layout (self, self->em > 0.0 ? self->em : 10.0);
  if (self->selected == KAPPA_BLOCK_NONE)
    next = g_array_index (kappa_blocks_get (self->blocks, 0)->children, guint, 0);
  else if (direction == KAPPA_DIRECTION_UP || direction == KAPPA_DIRECTION_DOWN)
    next = follow (self, direction == KAPPA_DIRECTION_DOWN);
  else
    next = look_aside (self, direction == KAPPA_DIRECTION_LEFT ? -1.0 : 1.0);
  if (next != KAPPA_BLOCK_NONE)
    kappa_network_figure_set_selected (self, next);
  return self->selected;
}

static gboolean
matches (const KappaBlock *block, const char *needle)
{
  g_autofree char *name = g_utf8_casefold (block->name, -1),
                  *kind = g_utf8_casefold (block->kind, -1);

  return strstr (name, needle) != NULL || strstr (kind, needle) != NULL;
}

/**
 * kappa_network_figure_search:
 * @needle: part of a name or of a kind; "" to end the search
 * @n_found: (out) (optional): how many leaves match
 *
 * Marks what matches, and closed groups that hold such.
 *
 * Returns: the next match behind the selected block, from the beginning after the last;
 *   %KAPPA_BLOCK_NONE if there is none
 */
guint
kappa_network_figure_search (KappaNetworkFigure *self, const char *needle, guint *n_found)
{
  g_autofree char *folded = g_utf8_casefold (needle, -1);
  const guint n = kappa_blocks_get_n_leaves (self->blocks);
  guint first = KAPPA_BLOCK_NONE, next = KAPPA_BLOCK_NONE, count = 0, behind = 0;

  g_clear_pointer (&self->found, g_free);
  if (self->selected != KAPPA_BLOCK_NONE)
    behind = kappa_blocks_get (self->blocks, self->selected)->first_leaf;
  if (*folded != '\0')
    self->found = g_new0 (gboolean, kappa_blocks_get_n (self->blocks));
  for (guint leaf = 0; self->found != NULL && leaf < n; leaf++)
    {
      guint block = kappa_blocks_get_leaf (self->blocks, leaf);

      if (!matches (kappa_blocks_get (self->blocks, block), folded))
        continue;
      count++;
      if (first == KAPPA_BLOCK_NONE)
        first = block;
      if (leaf > behind && next == KAPPA_BLOCK_NONE)
        next = block;
      for (guint mark = block; mark != KAPPA_BLOCK_NONE;
           mark = kappa_blocks_get (self->blocks, mark)->parent)
        self->found[mark] = mark == block || !self->expanded[mark];
    }
  if (n_found != NULL)
    *n_found = count;
  kappa_figure_changed (KAPPA_FIGURE (self));
  return next != KAPPA_BLOCK_NONE ? next : first;
}

/**
 * kappa_network_figure_find_at:
 * @on_button: (out) (optional): whether that is where the block is opened and closed
 *
 * Returns: the innermost block at a place in user-space units; %KAPPA_BLOCK_NONE if there is none
 */
guint
kappa_network_figure_find_at (KappaNetworkFigure *self,
                              double x,
                              double y,
                              double width,
                              double height,
                              gboolean *on_button)
{
  KappaProbe probe = { 0 };
  const KappaNetworkBox *box = NULL;
  double side;

  if (on_button != NULL)
    *on_button = FALSE;
  if (kappa_figure_probe (KAPPA_FIGURE (self), x, y, width, height, &probe) && probe.on_data)
    box = box_of (self, (guint)probe.value);
  if (box != NULL && on_button != NULL)
    {
      side = (KAPPA_NETWORK_BUTTON + 0.5) * self->em;
      *on_button = kappa_blocks_get (self->blocks, box->block)->children != NULL
                   && probe.x > box->x + box->width - side && probe.y < box->y + side;
    }
  kappa_probe_clear (&probe);
  return box != NULL ? box->block : KAPPA_BLOCK_NONE;
}

/**
 * kappa_network_figure_show_selected:
 *
 * Moves the view as little as shows the selected block; of a large one its beginning.
 */
void
kappa_network_figure_show_selected (KappaNetworkFigure *self, double width, double height)
{
  const KappaRect area = { 0.0, 0.0, width - 1.2 * self->em, height - 3.0 * self->em };
  const KappaNetworkBox *box
      = self->selected != KAPPA_BLOCK_NONE ? box_of (self, self->selected) : NULL;
  double half_width, half_height, left, right, top, bottom;

  if (box == NULL || area.width <= 0.0 || area.height <= 0.0)
    return;
  if (self->fitted)
    fit_to (self, &area);
  half_width = area.width / 2.0 / self->zoom;
  half_height = area.height / 2.0 / self->zoom;
  left = box->x - (self->x - half_width);
  right = box->x + MIN (box->width, 2.0 * half_width) - (self->x + half_width);
  top = box->y - (self->y - half_height);
  bottom = box->y + MIN (box->height, 2.0 * half_height) - (self->y + half_height);
  if (left >= 0.0 && right <= 0.0 && top >= 0.0 && bottom <= 0.0)
    return;
  self->fitted = FALSE;
  if (self->layout->width > 2.0 * half_width)
    self->x += left < 0.0 ? left : MAX (right, 0.0);
  self->y += top < 0.0 ? top - self->em : bottom > 0.0 ? bottom + self->em : 0.0;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_network_figure_fit:
 *
 * Shows all of it, also when it is opened further or the figure's size changes.
 */
void
kappa_network_figure_fit (KappaNetworkFigure *self)
{
  self->fitted = TRUE;
  kappa_figure_changed (KAPPA_FIGURE (self));
}

/**
 * kappa_network_figure_get_zoom:
 *
 * Returns: 1 where letters are as large as elsewhere
 */
double
kappa_network_figure_get_zoom (KappaNetworkFigure *self)
{
  return self->zoom;
}

/**
 * kappa_network_figure_export:
 * @path: its ending says what it is: .svg, .pdf or .png
 *
 * Writes all that is open, with letters of 8 points on paper however much that is; where a PNG
 * would become too large, with fewer dots.
 */
gboolean
kappa_network_figure_export (KappaNetworkFigure *self, const char *path, GError **error)
{
  const double points_per_mm = 72.0 / 25.4, letter = 8.0, most_pixels = 20000.0;
  const gboolean fitted = self->fitted;
  const double zoom = self->zoom, x = self->x, y = self->y, em = self->em;
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  double width, height;
  gboolean done;

  ensure_layout (self, letter);
  width = self->layout->width + 5.0 * letter;
  height = self->layout->height + 7.0 * letter;
  options.font_size_pt = letter;
  options.width_mm = MAX (width, 30.0 * letter) / points_per_mm;
  options.height_mm = height / points_per_mm;
  options.dpi = MIN (300.0, 72.0 * most_pixels / MAX (width, height));
  self->fitted = TRUE;
  done = kappa_figure_export (KAPPA_FIGURE (self), path, &options, error);
  self->fitted = fitted;
  ensure_layout (self, em > 0.0 ? em : letter);
  self->zoom = zoom;
  self->x = x;
  self->y = y;
  return done;
}
