#include <math.h>
#include <stdlib.h>

#include "ui/plot/pareto-private.h"

/* Names beside the points, as many as have room: each is tried around its point, and left away
 * where it would cover a marker or another name. The pointer tells those that are missing. */

#define HEIGHT 1.05 /* lengths in letter sizes */
#define AWAY   0.55
#define MARKER 0.42
#define STROKE 0.2

/* Above so many points names would be noise: those of the fronts and the files remain. */
#define MANY 60

typedef struct
{
  GArray *taken; /* of KappaRect */
  const KappaRect *plot;
} Room;

static gboolean
overlap (const KappaRect *a, const KappaRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

static gboolean
is_free (const Room *room, const KappaRect *rect)
{
  if (rect->x < room->plot->x || rect->y < room->plot->y
      || rect->x + rect->width > room->plot->x + room->plot->width
      || rect->y + rect->height > room->plot->y + room->plot->height)
    return FALSE;
  for (guint i = 0; i < room->taken->len; i++)
    if (overlap (rect, &g_array_index (room->taken, KappaRect, i)))
      return FALSE;
  return TRUE;
}

/* Right, left, above, below, then the corners. */
static gboolean
find_place (const Room *room, KappaPen *pen, double x, double y, double width, KappaRect *rect)
{
  static const double places[][2]
      = { { 1, 0 }, { -1, 0 }, { 0, -1 }, { 0, 1 }, { 1, -1 }, { -1, -1 }, { 1, 1 }, { -1, 1 } };
  const double height = HEIGHT * pen->em, away = AWAY * pen->em;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const double side = places[i][0], up = places[i][1];
      const double corner = side != 0.0 && up != 0.0 ? 0.85 : 1.0;

      *rect = (KappaRect) { x + side * (corner * away + 0.5 * width) - 0.5 * width,
                            y + up * (corner * away + 0.4 * height) - 0.5 * height, width, height };
      if (is_free (room, rect))
        return TRUE;
    }
  return FALSE;
}

/* The files first, then the fronts, then all others; the better ones before. */
static int
by_weight (const void *a, const void *b)
{
  const KappaParetoPoint *p = *(KappaParetoPoint *const *)a, *q = *(KappaParetoPoint *const *)b;
  const int first = (p->kind == KAPPA_PARETO_CHECKPOINT ? 0
                     : p->on_front                      ? 1
                                                        : 2),
            second = (q->kind == KAPPA_PARETO_CHECKPOINT ? 0
                      : q->on_front                      ? 1
                                                         : 2);

  if (first != second)
    return first - second;
  return (p->y < q->y) - (p->y > q->y);
}

/* A line along an axis, with a little air. */
static void
take_stroke (Room *room, KappaPen *pen, double x0, double y0, double x1, double y1)
{
  const double thick = STROKE * pen->em;
  const KappaRect rect = { MIN (x0, x1) - 0.5 * thick, MIN (y0, y1) - 0.5 * thick,
                           fabs (x1 - x0) + thick, fabs (y1 - y0) + thick };

  if (isfinite (rect.x + rect.width) && isfinite (rect.y + rect.height))
    g_array_append_val (room->taken, rect);
}

static void
take_fronts (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame, Room *room)
{
  for (guint published = 0; self->show_front && published < 2; published++)
    {
      g_autoptr (GPtrArray) front = kappa_pareto_list_front (self, published == 1);

      for (guint i = 1; i < front->len; i++)
        {
          const KappaParetoPoint *a = front->pdata[i - 1], *b = front->pdata[i];
          const double x0 = kappa_frame_get_x (frame, a->x), y0 = kappa_frame_get_y (frame, a->y),
                       x1 = kappa_frame_get_x (frame, b->x), y1 = kappa_frame_get_y (frame, b->y);

          take_stroke (room, pen, x0, y0, x1, y0);
          take_stroke (room, pen, x1, y0, x1, y1);
        }
    }
}

/* Markers and their bars are where nothing else may be. */
static GPtrArray *
list_visible (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame, Room *room)
{
  GPtrArray *points = g_ptr_array_new ();
  const double side = 2.0 * MARKER * pen->em;
  double x, y;

  for (guint i = 0; i < self->points->len; i++)
    if (kappa_pareto_is_visible (self, frame, kappa_pareto_get (self, i), &x, &y))
      {
        const KappaRect marker = { x - 0.5 * side, y - 0.5 * side, side, side };

        const KappaParetoPoint *point = kappa_pareto_get (self, i);

        g_array_append_val (room->taken, marker);
        if (kappa_axis_can_show (&frame->x, point->x_low))
          take_stroke (room, pen, kappa_frame_get_x (frame, point->x_low), y,
                       kappa_frame_get_x (frame, point->x_high), y);
        if (kappa_axis_can_show (&frame->y, point->y_low))
          take_stroke (room, pen, x, kappa_frame_get_y (frame, point->y_low), x,
                       kappa_frame_get_y (frame, point->y_high));
        g_ptr_array_add (points, (gpointer)point);
      }
  g_ptr_array_sort (points, by_weight);
  return points;
}

void
kappa_pareto_draw_labels (KappaParetoFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (KappaRect));
  Room room = { taken, &frame->plot };
  g_autoptr (GPtrArray) points = list_visible (self, pen, frame, &room);
  double x, y;

  take_fronts (self, pen, frame, &room);
  for (guint i = 0; i < points->len; i++)
    {
      const KappaParetoPoint *point = points->pdata[i];
      const KappaColor *color = &pen->theme->series[point->series % KAPPA_THEME_N_SERIES];
      KappaRect rect;

      if (points->len > MANY && point->kind != KAPPA_PARETO_CHECKPOINT && !point->on_front)
        break;
      kappa_pareto_is_visible (self, frame, point, &x, &y);
      if (!find_place (&room, pen, x, y, kappa_pen_measure (pen, point->label, KAPPA_TEXT_SMALL),
                       &rect))
        continue;
      kappa_pen_text (pen, point->label, KAPPA_TEXT_SMALL, color, rect.x,
                      rect.y + 0.5 * rect.height, 0.0, 0.5);
      g_array_append_val (taken, rect);
    }
}
