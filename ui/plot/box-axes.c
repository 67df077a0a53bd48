#include "ui/plot/box-axes.h"

#include <math.h>

#define TICK 0.35 /* lengths in letter sizes */
#define GAP  0.35
#define CAP  0.72

/* An edge of the box with numbers on it: the points (fixed) + s along the axis, and where "away
 * from the box" is. */
typedef struct
{
  guint axis;
  double start[3];
  double out_x, out_y;
} Edge;

static void
project (const KappaCamera *camera, const double at[3], double *x, double *y)
{
  double depth;

  kappa_camera_project (camera, at[0], at[1], at[2], x, y, &depth);
}

static double
widest_label (KappaPen *pen, const KappaAxis *axis)
{
  double widest = 0.0;

  for (guint i = 0; i < axis->n_ticks; i++)
    widest = MAX (widest, kappa_pen_measure (pen, axis->ticks[i].label, KAPPA_TEXT_BODY));
  return widest;
}

/**
 * kappa_box_axes_measure:
 * @inside: (out): where the box may be drawn so that its numbers and titles stay in @area
 *
 * Makes the ticks.
 */
void
kappa_box_axes_measure (KappaBoxAxes *box, KappaPen *pen, const KappaRect *area, KappaRect *inside)
{
  double side, bottom = (TICK + GAP + CAP + 0.3 + CAP + 0.2) * pen->em, top = (CAP + 0.9) * pen->em;

  kappa_axis_make_ticks (&box->axes[0], (guint)CLAMP (area->width / (7.0 * pen->em), 2.0, 6.0));
  kappa_axis_make_ticks (&box->axes[1], (guint)CLAMP (area->width / (7.0 * pen->em), 2.0, 6.0));
  kappa_axis_make_ticks (&box->axes[2], (guint)CLAMP (area->height / (4.5 * pen->em), 2.0, 7.0));
  box->area = *area;
  side = widest_label (pen, &box->axes[2]) + (TICK + GAP) * pen->em;
  *inside = (KappaRect) { area->x + side, area->y + top, MAX (area->width - 2.0 * side, pen->em),
                          MAX (area->height - top - bottom, pen->em) };
}

static void
move_along (KappaPen *pen, const KappaCamera *camera, const double from[3], const double to[3])
{
  double x, y;

  project (camera, from, &x, &y);
  cairo_move_to (pen->cr, x, y);
  project (camera, to, &x, &y);
  cairo_line_to (pen->cr, x, y);
}

/* The wall across @across, where its coordinate is @at, with grid lines at the ticks of the two
 * other axes. */
static void
draw_wall (const KappaBoxAxes *box,
           KappaPen *pen,
           const KappaCamera *camera,
           guint across,
           double at)
{
  static const double corners[4][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };
  guint a = (across + 1) % 3, b = (across + 2) % 3;
  double p[3], q[3], x, y;

  p[across] = q[across] = at;
  for (guint k = 0; k < 4; k++)
    {
      p[a] = corners[k][0];
      p[b] = corners[k][1];
      project (camera, p, &x, &y);
      cairo_line_to (pen->cr, x, y);
    }
  cairo_close_path (pen->cr);
  kappa_pen_set_color (pen, &pen->theme->wall);
  cairo_fill_preserve (pen->cr);
  for (guint side = 0; side < 2; side++)
    {
      guint along = side == 0 ? a : b, other = side == 0 ? b : a;

      for (guint i = 0; i < box->axes[along].n_ticks; i++)
        {
          if (box->axes[along].ticks[i].label[0] == '\0')
            continue;
          p[along] = q[along]
              = kappa_axis_place (&box->axes[along], box->axes[along].ticks[i].value);
          p[other] = 0.0;
          q[other] = 1.0;
          move_along (pen, camera, p, q);
        }
    }
  kappa_pen_set_color (pen, &pen->theme->grid);
  cairo_set_line_width (pen->cr, pen->line);
  cairo_stroke (pen->cr);
}

/**
 * kappa_box_axes_draw_walls:
 *
 * Draws the floor and the two walls behind, with their grids; to be drawn over.
 */
void
kappa_box_axes_draw_walls (const KappaBoxAxes *box, KappaPen *pen, const KappaCamera *camera)
{
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  for (guint axis = 0; axis < 3; axis++)
    draw_wall (box, pen, camera, axis, kappa_camera_get_back (camera, axis));
}

/* Directions away from the box on the screen: for floor edges, that of the axis across them. */
static void
aim_floor_edge (const KappaCamera *camera, Edge *edge, guint across)
{
  double inner[3] = { 0.5, 0.5, 0.0 }, outer[3] = { 0.5, 0.5, 0.0 }, x0, y0, x1, y1, length;

  outer[across] = edge->start[across];
  inner[across] = 1.0 - edge->start[across];
  project (camera, inner, &x0, &y0);
  project (camera, outer, &x1, &y1);
  length = hypot (x1 - x0, y1 - y0);
  edge->out_x = length > 1e-9 ? (x1 - x0) / length : 0.0;
  edge->out_y = length > 1e-9 ? (y1 - y0) / length : 1.0;
  /* Seen along the edge's wall the direction is flat: numbers then still belong below. */
  edge->out_y = MAX (edge->out_y, 0.25);
}

static void
point_on (const KappaCamera *camera, const Edge *edge, double place, double *x, double *y)
{
  double at[3] = { edge->start[0], edge->start[1], edge->start[2] };

  at[edge->axis] = place;
  project (camera, at, x, y);
}

/* The front edge of the floor; seen from high above the ceiling reaches farther out, and carries
 * the numbers. */
static Edge
find_level_edge (const KappaCamera *camera, guint axis)
{
  Edge edge = { .axis = axis };
  guint across = 1 - axis;
  double x0, y0, x1, y1;

  edge.start[across] = 1 - kappa_camera_get_back (camera, across);
  aim_floor_edge (camera, &edge, across);
  point_on (camera, &edge, 0.5, &x0, &y0);
  edge.start[2] = 1.0;
  point_on (camera, &edge, 0.5, &x1, &y1);
  if ((x1 - x0) * edge.out_x + (y1 - y0) * edge.out_y <= 0.0)
    edge.start[2] = 0.0;
  return edge;
}

/* Of the two upright edges between a front and a back wall, the left one on the screen. */
static Edge
find_upright_edge (const KappaCamera *camera)
{
  int back_u = kappa_camera_get_back (camera, 0), back_v = kappa_camera_get_back (camera, 1);
  Edge first = { .axis = 2, .start = { back_u, 1 - back_v, 0.0 }, .out_x = -1.0 };
  Edge second = { .axis = 2, .start = { 1 - back_u, back_v, 0.0 }, .out_x = -1.0 };
  double x0, y0, x1, y1;

  project (camera, first.start, &x0, &y0);
  project (camera, second.start, &x1, &y1);
  return x0 <= x1 ? first : second;
}

/* How many ticks to step so that neighbouring labels do not touch. */
static guint
choose_stride (const KappaAxis *axis, KappaPen *pen, double length_x, double length_y)
{
  double length = hypot (length_x, length_y), room;
  guint labelled = 0;

  for (guint i = 0; i < axis->n_ticks; i++)
    labelled += axis->ticks[i].label[0] != '\0';
  if (labelled < 2 || length <= 0.0)
    return 1;
  room = length / labelled;
  /* Two boxes of text along a slanted line touch when both their sides overlap. */
  for (guint stride = 1; stride < labelled; stride++)
    {
      double dx = fabs (length_x) / length * room * stride,
             dy = fabs (length_y) / length * room * stride;

      if (dx > widest_label (pen, axis) + 0.6 * pen->em || dy > 1.25 * pen->em)
        return stride;
    }
  return labelled;
}

/* The title of the upright axis stands above it, the others beyond the numbers in the middle of
 * their edge. */
static void
draw_title (const KappaBoxAxes *box,
            KappaPen *pen,
            const KappaCamera *camera,
            const Edge *edge,
            double widest)
{
  const char *title = box->titles[edge->axis];
  double away = (TICK + GAP + 0.55) * pen->em + fabs (edge->out_x) * widest
                + fabs (edge->out_y) * CAP * pen->em;
  double half = 0.5 * kappa_pen_measure (pen, title, KAPPA_TEXT_BODY), x, y;

  point_on (camera, edge, edge->axis == 2 ? 1.0 : 0.5, &x, &y);
  if (edge->axis == 2)
    kappa_pen_text (pen, title, KAPPA_TEXT_BODY, &pen->theme->ink, MAX (x, box->area.x + half),
                    y - 0.85 * pen->em, 0.5, 1.0);
  else
    kappa_pen_text (pen, title, KAPPA_TEXT_BODY, &pen->theme->ink, x + away * edge->out_x,
                    y + away * edge->out_y, 0.5 - 0.5 * edge->out_x, 0.5 - 0.5 * edge->out_y);
}

static void
draw_edge (const KappaBoxAxes *box, KappaPen *pen, const KappaCamera *camera, const Edge *edge)
{
  const KappaAxis *axis = &box->axes[edge->axis];
  double x0, y0, x1, y1, x, y, away, widest = 0.0;
  guint stride, seen = 0;

  point_on (camera, edge, 0.0, &x0, &y0);
  point_on (camera, edge, 1.0, &x1, &y1);
  kappa_pen_set_color (pen, &pen->theme->ink);
  cairo_move_to (pen->cr, x0, y0);
  cairo_line_to (pen->cr, x1, y1);
  cairo_stroke (pen->cr);
  /* Seen along itself an axis has no room for numbers. */
  if (hypot (x1 - x0, y1 - y0)
      < MAX (2.5 * pen->em, 0.2 * 2.0 * camera->size[edge->axis] * camera->scale))
    return;
  stride = choose_stride (axis, pen, x1 - x0, y1 - y0);
  for (guint i = 0; i < axis->n_ticks; i++)
    {
      const KappaTick *tick = &axis->ticks[i];
      gboolean labelled = tick->label[0] != '\0' && seen++ % stride == 0;
      double reach = (labelled ? TICK : 0.5 * TICK) * pen->em;

      point_on (camera, edge, kappa_axis_place (axis, tick->value), &x, &y);
      kappa_pen_set_color (pen, &pen->theme->ink);
      cairo_move_to (pen->cr, x, y);
      cairo_line_to (pen->cr, x + reach * edge->out_x, y + reach * edge->out_y);
      cairo_stroke (pen->cr);
      if (!labelled)
        continue;
      away = (TICK + GAP) * pen->em;
      widest = MAX (widest, kappa_pen_measure (pen, tick->label, KAPPA_TEXT_BODY));
      kappa_pen_text (pen, tick->label, KAPPA_TEXT_BODY, &pen->theme->ink, x + away * edge->out_x,
                      y + away * edge->out_y, 0.5 - 0.5 * edge->out_x, 0.5 - 0.5 * edge->out_y);
    }
  draw_title (box, pen, camera, edge, widest);
}

/**
 * kappa_box_axes_draw_edges:
 *
 * Draws ticks, numbers and titles, on the edges where nothing can hide them, whatever the azimuth.
 */
void
kappa_box_axes_draw_edges (const KappaBoxAxes *box, KappaPen *pen, const KappaCamera *camera)
{
  Edge edges[3]
      = { find_level_edge (camera, 0), find_level_edge (camera, 1), find_upright_edge (camera) };

  cairo_set_line_width (pen->cr, pen->line);
  for (guint k = 0; k < 3; k++)
    draw_edge (box, pen, camera, &edges[k]);
}
