#include <math.h>
#include <string.h>

#include "ui/plot/network-private.h"

/* The drawing of a network: wires, boxes with their bars, and what the colours mean. */

/* Letters smaller than this, in user-space units, are grey lines. */
#define LEAST_LETTER 4.0

typedef struct
{
  KappaNetworkFigure *self;
  KappaPen *pen;
  cairo_t *cr;
  double em;     /* of the layout */
  double letter; /* as it is seen */
} Canvas;

static KappaColor
mix (const KappaColor *a, const KappaColor *b, double t)
{
  return (KappaColor) { a->red + t * (b->red - a->red), a->green + t * (b->green - a->green),
                        a->blue + t * (b->blue - a->blue), 1.0 };
}

/* The paper of a widget is its own, and transparent. */
static KappaColor
ground (const KappaTheme *theme)
{
  KappaColor paper = theme->paper;

  paper.alpha = 1.0;
  return paper;
}

static KappaColor
fill_color (const KappaTheme *theme, double share)
{
  KappaColor paper = ground (theme);

  return mix (&paper, &theme->ink, share);
}

static void
round_rectangle (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  radius = MIN (radius, MIN (width, height) / 2.0);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0.0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0.0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static void
draw_arrow_head (cairo_t *cr, double x, double y, double size)
{
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x - 0.55 * size, y - size);
  cairo_line_to (cr, x + 0.55 * size, y - size);
  cairo_close_path (cr);
  cairo_fill (cr);
}

/* Down, across and down, with rounded corners. */
static void
trace_wire (cairo_t *cr, const KappaNetworkWire *wire, double end, double radius)
{
  const double across = wire->x1 - wire->x0, side = across < 0.0 ? -1.0 : 1.0;
  const double r
      = MIN (radius, MIN (fabs (across) / 2.0, MIN (wire->middle - wire->y0, end - wire->middle)));

  cairo_move_to (cr, wire->x0, wire->y0);
  if (fabs (across) >= 0.5 && r > 0.0)
    {
      cairo_line_to (cr, wire->x0, wire->middle - r);
      cairo_curve_to (cr, wire->x0, wire->middle, wire->x0, wire->middle, wire->x0 + side * r,
                      wire->middle);
      cairo_line_to (cr, wire->x1 - side * r, wire->middle);
      cairo_curve_to (cr, wire->x1, wire->middle, wire->x1, wire->middle, wire->x1,
                      wire->middle + r);
    }
  cairo_line_to (cr, wire->x1, end);
  cairo_stroke (cr);
}

static gboolean
is_selected_wire (const Canvas *c, const KappaNetworkWire *wire)
{
  return wire->from != KAPPA_BLOCK_NONE && wire->from == c->self->selected;
}

static void
draw_wire (const Canvas *c, const KappaNetworkWire *wire)
{
  const KappaTheme *theme = c->pen->theme;
  const gboolean selected = is_selected_wire (c, wire);
  const KappaColor color = selected ? theme->accent : fill_color (theme, 0.55);
  const double head = wire->arrow ? 0.55 * c->em : 0.0;

  kappa_pen_set_color (c->pen, &color);
  cairo_set_line_width (c->cr, (selected ? 0.2 : 0.11) * c->em);
  trace_wire (c->cr, wire, wire->y1 - 0.8 * head, 0.6 * c->em);
  if (wire->arrow)
    draw_arrow_head (c->cr, wire->x1, wire->y1, head);
}

/* One colour for each family of layers. */
static KappaColor
kind_color (const KappaTheme *theme, const KappaBlock *block)
{
  static const struct
  {
    const char *part;
    guint series;
  } families[] = { { "convolution", 0 }, { "linear", 1 }, { "attention", 3 }, { "matrix", 1 },
                   { "pool", 2 },        { "embed", 4 },  { "norm", 5 } };

  if (block->children != NULL)
    return fill_color (theme, 0.6);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (strstr (block->kind, families[i].part) != NULL)
      return theme->series[families[i].series];
  return fill_color (theme, 0.4);
}

static char *
shape_words (const KappaShape *shape)
{
  GString *text = g_string_new (NULL);

  for (guint d = 0; d < shape->rank; d++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, d > 0 ? "×" : "", shape->dims[d]);
  return g_string_free (text, FALSE);
}

/* Text in the layout's units; lines where letters would be specks. */
static void
draw_text (const Canvas *c,
           const char *text,
           KappaTextStyle style,
           const KappaColor *color,
           double x,
           double y,
           double width)
{
  g_autofree char *fitted = NULL;

  if (text == NULL || *text == '\0')
    return;
  if (c->letter < LEAST_LETTER)
    {
      KappaColor faint = fill_color (c->pen->theme, 0.25);

      kappa_pen_set_color (c->pen, &faint);
      cairo_rectangle (c->cr, x, y - 0.15 * c->em, MIN (width, 0.5 * c->em * (double)strlen (text)),
                       0.3 * c->em);
      cairo_fill (c->cr);
      return;
    }
  fitted = kappa_pen_fit (c->pen, text, style, width);
  kappa_pen_text (c->pen, fitted, style, color, x, y, 0.0, 0.5);
}

static double
share (double part, double whole)
{
  return whole > 0.0 ? CLAMP (part / whole, 0.0, 1.0) : 0.0;
}

static void
draw_bars (const Canvas *c, const KappaBlock *block, guint index, double x, double y, double width)
{
  const KappaBlock *all = kappa_blocks_get (c->self->blocks, 0);
  const double *seconds = c->self->seconds;
  const double shares[] = { share ((double)block->n_parameters, (double)all->n_parameters),
                            share ((double)block->macs, (double)all->macs),
                            seconds != NULL ? share (seconds[index], seconds[0]) : 0.0 };
  const guint n = seconds != NULL ? 3 : 2;
  const double gap = 0.5 * c->em, length = (width - (n - 1) * gap) / n, height = 0.42 * c->em;
  const KappaColor track = fill_color (c->pen->theme, 0.1);

  for (guint i = 0; i < n; i++)
    {
      const double left = x + i * (length + gap);

      round_rectangle (c->cr, left, y, length, height, height / 2.0);
      kappa_pen_set_color (c->pen, &track);
      cairo_fill (c->cr);
      if (shares[i] <= 0.0)
        continue;
      round_rectangle (c->cr, left, y, MAX (length * shares[i], height), height, height / 2.0);
      kappa_pen_set_color (c->pen, &c->pen->theme->series[i]);
      cairo_fill (c->cr);
    }
}

/* A plus or a minus, top right. */
static void
draw_button (const Canvas *c, const KappaNetworkBox *box)
{
  const double side = KAPPA_NETWORK_BUTTON * c->em, arm = 0.36 * c->em;
  const double x = box->x + box->width - side / 2.0 - 0.25 * c->em,
               y = box->y + side / 2.0 + 0.25 * c->em;

  kappa_pen_set_color (c->pen, &c->pen->theme->faint);
  cairo_set_line_width (c->cr, 0.14 * c->em);
  cairo_move_to (c->cr, x - arm, y);
  cairo_line_to (c->cr, x + arm, y);
  if (!box->expanded)
    {
      cairo_move_to (c->cr, x, y - arm);
      cairo_line_to (c->cr, x, y + arm);
    }
  cairo_stroke (c->cr);
}

static void
draw_outline (const Canvas *c, const KappaNetworkBox *box, double radius)
{
  const KappaTheme *theme = c->pen->theme;
  const gboolean selected = box->block == c->self->selected;
  const gboolean found = c->self->found != NULL && c->self->found[box->block];
  KappaColor line = selected ? theme->accent : found ? theme->series[1] : fill_color (theme, 0.25);

  round_rectangle (c->cr, box->x, box->y, box->width, box->height, radius);
  kappa_pen_set_color (c->pen, &line);
  cairo_set_line_width (c->cr, (selected || found ? 0.24 : 0.1) * c->em);
  cairo_stroke (c->cr);
}

static void
fill_box (const Canvas *c,
          const KappaNetworkBox *box,
          double dx,
          double share_of_ink,
          double radius)
{
  KappaColor color = fill_color (c->pen->theme, share_of_ink);

  round_rectangle (c->cr, box->x + dx, box->y + dx, box->width, box->height, radius);
  kappa_pen_set_color (c->pen, &color);
  cairo_fill_preserve (c->cr);
  color = fill_color (c->pen->theme, 0.25);
  kappa_pen_set_color (c->pen, &color);
  cairo_set_line_width (c->cr, 0.1 * c->em);
  cairo_stroke (c->cr);
}

static const char *
join_sign (const KappaBlock *block)
{
  if (strcmp (block->kind, "add") == 0)
    return "+";
  if (strcmp (block->kind, "multiply") == 0)
    return "×";
  if (strcmp (block->kind, "concatenate") == 0)
    return "concat";
  return block->kind;
}

static void
draw_join (const Canvas *c, const KappaNetworkBox *box, const KappaBlock *block)
{
  const KappaTheme *theme = c->pen->theme;
  const char *sign = join_sign (block);
  g_autofree char *text = block->then != NULL && box->width > 6.0 * c->em
                              ? g_strdup_printf ("%s · %s", sign, block->then)
                              : g_strdup (sign);

  fill_box (c, box, 0.0, 0.0, box->height / 2.0);
  draw_outline (c, box, box->height / 2.0);
  if (c->letter >= LEAST_LETTER)
    {
      g_autofree char *fitted = kappa_pen_fit (c->pen, text, KAPPA_TEXT_BODY, box->width);

      kappa_pen_text (c->pen, fitted, KAPPA_TEXT_BODY, &theme->ink, box->x + box->width / 2.0,
                      box->y + box->height / 2.0, 0.5, 0.5);
    }
  if (block->then != NULL && box->width <= 6.0 * c->em && c->letter >= LEAST_LETTER)
    kappa_pen_text (c->pen, block->then, KAPPA_TEXT_SMALL, &theme->faint,
                    box->x + box->width + 0.4 * c->em, box->y + box->height / 2.0, 0.0, 0.5);
}

/* Kinds begin alike where they are alike. */
static char *
fit_begin (KappaPen *pen, const char *text, KappaTextStyle style, double width)
{
  GString *shorter = g_string_new (text);

  while (shorter->len > 0 && kappa_pen_measure (pen, shorter->str, style) > width)
    {
      const char *end = g_utf8_find_prev_char (shorter->str, shorter->str + shorter->len);

      if (g_str_has_suffix (shorter->str, "…") && end != NULL && end > shorter->str)
        end = g_utf8_find_prev_char (shorter->str, end);
      g_string_truncate (shorter, end != NULL ? (gsize)(end - shorter->str) : 0);
      if (shorter->len > 0)
        g_string_append (shorter, "…");
    }
  return g_string_free (shorter, FALSE);
}

/* What it does on the left, what comes out on the right. */
static void
draw_note (const Canvas *c, const KappaBlock *block, double x, double y, double width)
{
  const KappaColor *color = &c->pen->theme->faint;
  g_autofree char *output = shape_words (&block->output);
  g_autofree char *kind = block->then != NULL ? g_strdup_printf ("%s, %s", block->kind, block->then)
                                              : g_strdup (block->kind);
  g_autofree char *fitted = NULL;
  double taken;

  if (c->letter < LEAST_LETTER)
    {
      draw_text (c, kind, KAPPA_TEXT_SMALL, color, x, y, width);
      return;
    }
  taken = kappa_pen_measure (c->pen, output, KAPPA_TEXT_SMALL);
  kappa_pen_text (c->pen, output, KAPPA_TEXT_SMALL, color, x + width, y, 1.0, 0.5);
  fitted = fit_begin (c->pen, kind, KAPPA_TEXT_SMALL, width - taken - 0.6 * c->em);
  kappa_pen_text (c->pen, fitted, KAPPA_TEXT_SMALL, color, x, y, 0.0, 0.5);
}

static char *
box_title (const KappaBlock *block)
{
  return block->type == KAPPA_BLOCK_REPEAT
             ? g_strdup_printf ("%s  × %u", block->title, block->children->len)
             : g_strdup (block->title);
}

/* Images and logits: no bars, round ends. */
static void
draw_end (const Canvas *c, const KappaNetworkBox *box, const KappaBlock *block)
{
  const KappaTheme *theme = c->pen->theme;
  g_autofree char *shape = shape_words (&block->output);
  g_autofree char *text = g_strdup_printf ("%s  %s", block->title, shape);
  g_autofree char *fitted = kappa_pen_fit (c->pen, text, KAPPA_TEXT_BODY, box->width - 2.0 * c->em);

  fill_box (c, box, 0.0, 0.06, box->height / 2.0);
  draw_outline (c, box, box->height / 2.0);
  if (c->letter >= LEAST_LETTER)
    kappa_pen_text (c->pen, fitted, KAPPA_TEXT_BODY, &theme->ink, box->x + box->width / 2.0,
                    box->y + box->height / 2.0, 0.5, 0.5);
}

static void
draw_card (const Canvas *c, const KappaNetworkBox *box, const KappaBlock *block)
{
  const KappaTheme *theme = c->pen->theme;
  const KappaColor color = kind_color (theme, block);
  const double pad = 0.9 * c->em, inner = box->width - 2.0 * pad;
  const gboolean group = block->children != NULL;
  g_autofree char *title = box_title (block);

  for (int i = block->type == KAPPA_BLOCK_REPEAT ? 2 : 0; i > 0; i--)
    fill_box (c, box, 0.35 * i * c->em, 0.02, 0.6 * c->em);
  fill_box (c, box, 0.0, group ? 0.045 : 0.0, 0.6 * c->em);
  cairo_save (c->cr);
  round_rectangle (c->cr, box->x, box->y, box->width, box->height, 0.6 * c->em);
  cairo_clip (c->cr);
  cairo_rectangle (c->cr, box->x, box->y, 0.38 * c->em, box->height);
  kappa_pen_set_color (c->pen, &color);
  cairo_fill (c->cr);
  cairo_restore (c->cr);
  draw_outline (c, box, 0.6 * c->em);
  draw_text (c, title, KAPPA_TEXT_BODY, &theme->ink, box->x + pad, box->y + 1.15 * c->em,
             inner - (group ? 1.4 * c->em : 0.0));
  draw_note (c, block, box->x + pad, box->y + 2.6 * c->em, inner);
  draw_bars (c, block, box->block, box->x + pad, box->y + 3.75 * c->em, inner);
  if (group)
    draw_button (c, box);
}

static void
draw_frame (const Canvas *c, const KappaNetworkBox *box, const KappaBlock *block)
{
  const KappaTheme *theme = c->pen->theme;
  const double left = box->in_x - box->x - 1.4 * c->em,
               right = box->x + box->width - box->in_x - 2.6 * c->em;
  g_autofree char *title = box_title (block),
                  *text = g_strdup_printf ("%s · %s", title, block->kind);

  fill_box (c, box, 0.0, 0.035, 0.8 * c->em);
  draw_outline (c, box, 0.8 * c->em);
  /* On the roomier side of the wire that enters. */
  if (left >= right)
    draw_text (c, text, KAPPA_TEXT_SMALL, &theme->faint, box->x + 0.9 * c->em, box->y + 1.1 * c->em,
               left);
  else
    draw_text (c, text, KAPPA_TEXT_SMALL, &theme->faint, box->in_x + 0.5 * c->em,
               box->y + 1.1 * c->em, right);
  draw_button (c, box);
}

static gboolean
is_in_view (const Canvas *c, double x, double y, double width, double height)
{
  double left, top, right, bottom;

  cairo_clip_extents (c->cr, &left, &top, &right, &bottom);
  return x <= right && x + width >= left && y <= bottom && y + height >= top;
}

static void
draw_box (const Canvas *c, const KappaNetworkBox *box)
{
  const KappaBlock *block = kappa_blocks_get (c->self->blocks, box->block);

  if (!is_in_view (c, box->x - c->em, box->y - c->em, box->width + 8.0 * c->em,
                   box->height + 2.0 * c->em))
    return;
  if (box->expanded)
    draw_frame (c, box, block);
  else if (block->type == KAPPA_BLOCK_JOIN)
    draw_join (c, box, block);
  else if (block->type == KAPPA_BLOCK_INPUT || block->type == KAPPA_BLOCK_OUTPUT)
    draw_end (c, box, block);
  else
    draw_card (c, box, block);
}

/* Frames first, as they come before what is in them; wires over the frames; boxes over the wires.
 */
static void
draw_layout (const Canvas *c)
{
  const GArray *boxes = c->self->layout->boxes, *wires = c->self->layout->wires;

  for (guint i = 0; i < boxes->len; i++)
    if (g_array_index (boxes, KappaNetworkBox, i).expanded)
      draw_box (c, &g_array_index (boxes, KappaNetworkBox, i));
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < wires->len; i++)
      {
        const KappaNetworkWire *wire = &g_array_index (wires, KappaNetworkWire, i);

        if (is_selected_wire (c, wire) == (pass == 1)
            && is_in_view (c, MIN (wire->x0, wire->x1) - c->em, wire->y0,
                           fabs (wire->x1 - wire->x0) + 2.0 * c->em, wire->y1 - wire->y0))
          draw_wire (c, wire);
      }
  for (guint i = 0; i < boxes->len; i++)
    if (!g_array_index (boxes, KappaNetworkBox, i).expanded)
      draw_box (c, &g_array_index (boxes, KappaNetworkBox, i));
}

void
kappa_network_draw (KappaNetworkFigure *self,
                    KappaPen *pen,
                    const KappaRect *body,
                    const KappaNetworkSight *view)
{
  Canvas c = { self, pen, pen->cr, self->em, view->zoom * self->em };

  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, body->x, body->y, body->width, body->height);
  cairo_clip (pen->cr);
  cairo_translate (pen->cr, view->x, view->y);
  cairo_scale (pen->cr, view->zoom, view->zoom);
  draw_layout (&c);
  cairo_restore (pen->cr);
}

/* Returns: how high it is. */
double
kappa_network_draw_legend (KappaNetworkFigure *self,
                           KappaPen *pen,
                           const KappaRect *body,
                           gboolean draw)
{
  static const char *const words[] = { "parameters", "multiply-adds", "time" };
  const guint n = self->seconds != NULL ? 3 : 2;
  const double height = 1.8 * pen->em;
  double x = body->x;

  for (guint i = 0; draw && i < n; i++)
    {
      const double y = body->y + body->height - 0.8 * pen->em;

      round_rectangle (pen->cr, x, y - 0.2 * pen->em, 1.6 * pen->em, 0.42 * pen->em,
                       0.21 * pen->em);
      kappa_pen_set_color (pen, &pen->theme->series[i]);
      cairo_fill (pen->cr);
      x += 2.0 * pen->em;
      kappa_pen_text (pen, words[i], KAPPA_TEXT_SMALL, &pen->theme->faint, x, y, 0.0, 0.5);
      x += kappa_pen_measure (pen, words[i], KAPPA_TEXT_SMALL) + 1.2 * pen->em;
    }
  if (draw && x + 10.0 * pen->em < body->x + body->width)
    kappa_pen_text (pen, "bars: share of the whole network", KAPPA_TEXT_SMALL, &pen->theme->faint,
                    body->x + body->width, body->y + body->height - 0.8 * pen->em, 1.0, 0.5);
  return height;
}

static char *
amount (double n)
{
  static const struct
  {
    double unit;
    const char *suffix;
  } scales[] = { { 1e12, " T" }, { 1e9, " G" }, { 1e6, " M" }, { 1e3, " k" } };

  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    if (n >= scales[i].unit)
      return g_strdup_printf ("%.3g%s", n / scales[i].unit, scales[i].suffix);
  return g_strdup_printf ("%.0f", n);
}

/**
 * kappa_network_figure_tell:
 *
 * Returns: (transfer full): what is known of a block, in lines
 */
char *
kappa_network_figure_tell (KappaNetworkFigure *self, guint index)
{
  const KappaBlock *block = kappa_blocks_get (self->blocks, index),
                   *all = kappa_blocks_get (self->blocks, 0);
  g_autofree char *input = shape_words (&block->input), *output = shape_words (&block->output);
  g_autofree char *parameters = amount ((double)block->n_parameters),
                  *macs = amount ((double)block->macs),
                  *results = amount ((double)block->n_results);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s · %s", block->name, block->kind);
  if (block->type == KAPPA_BLOCK_REPEAT)
    g_string_append_printf (text, " × %u", block->children->len);
  if (block->then != NULL)
    g_string_append_printf (text, ", then %s", block->then);
  g_string_append_printf (text, "\n%s → %s", input, output);
  g_string_append_printf (text, "\n%s parameters (%.3g %%), %s multiply-adds (%.3g %%)", parameters,
                          100.0 * share ((double)block->n_parameters, (double)all->n_parameters),
                          macs, 100.0 * share ((double)block->macs, (double)all->macs));
  g_string_append_printf (text, "\n%s numbers as results", results);
  if (self->seconds != NULL)
    g_string_append_printf (text, ", %.3g ms (%.3g %%)", 1e3 * self->seconds[index],
                            100.0 * share (self->seconds[index], self->seconds[0]));
  return g_string_free (text, FALSE);
}
