#include "ui/plot/figure.h"

#include <math.h>

/**
 * KappaFigure:
 *
 * A figure that knows its data and its view, and draws itself with cairo at any size on any
 * surface: the same code paints the screen and writes files. All sizes are in user-space units: CSS
 * pixels on the screen, points in files. Not thread-safe; whoever draws in a thread owns the figure
 * meanwhile.
 */
typedef struct
{
  char *title;
  char *caption;
  char *provenance;
  KappaResult *result; /* what was shown last */
  KappaTheme theme; /* of the last drawing: letters decide where things are */
  gboolean has_cursor;
  double cursor_x, cursor_y;
} KappaFigurePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (KappaFigure, kappa_figure, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
kappa_figure_finalize (GObject *object)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (KAPPA_FIGURE (object));

  g_free (private->title);
  g_free (private->caption);
  g_free (private->provenance);
  g_clear_object (&private->result);
  G_OBJECT_CLASS (kappa_figure_parent_class)->finalize (object);
}

static void
kappa_figure_class_init (KappaFigureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_figure_finalize;

  /**
   * KappaFigure::changed:
   *
   * The figure would be drawn differently now.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
kappa_figure_init (KappaFigure *self)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);

  kappa_theme_init (&private->theme, KAPPA_THEME_LIGHT);
}

/**
 * kappa_probe_clear:
 *
 * Frees what a probe holds.
 */
void
kappa_probe_clear (KappaProbe *probe)
{
  g_free (probe->text);
  *probe = (KappaProbe) { 0 };
}

/* Title above, caption and provenance below; what is left between them is the figure's. */
static KappaRect
lay_out (KappaFigure *self, KappaPen *pen, double width, double height, gboolean draw)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);
  const KappaTheme *theme = pen->theme;
  double margin = 0.6 * pen->em, gap = 0.35 * pen->em;
  double inside = MAX (width - 2.0 * margin, 0.0);
  double top = margin, bottom = height - margin;
  double taken;

  taken = kappa_pen_paragraph (pen, private->title, KAPPA_TEXT_TITLE, &theme->ink, margin, top,
                               inside, draw);
  top += taken > 0.0 ? taken + gap : 0.0;
  taken = kappa_pen_paragraph (pen, private->provenance, KAPPA_TEXT_SMALL, &theme->faint, 0, 0,
                               inside, FALSE);
  bottom -= taken;
  kappa_pen_paragraph (pen, private->provenance, KAPPA_TEXT_SMALL, &theme->faint, margin,
                       bottom + gap, inside, draw);
  taken = kappa_pen_paragraph (pen, private->caption, KAPPA_TEXT_BODY, &theme->ink, 0, 0, inside,
                               FALSE);
  bottom -= taken;
  kappa_pen_paragraph (pen, private->caption, KAPPA_TEXT_BODY, &theme->ink, margin, bottom + gap,
                       inside, draw);
  return (KappaRect) { margin, top, inside, MAX (bottom - top, 0.0) };
}

/**
 * kappa_figure_draw:
 * @cr: an image surface is painted pixel by pixel; on any other, shapes stay shapes and dense parts
 * are rasterised at the surface's fallback resolution
 * @width, @height: in user-space units
 *
 * Draws the figure from the origin of @cr. The linked cursor is not drawn: see
 * kappa_figure_draw_cursor().
 */
void
kappa_figure_draw (KappaFigure *self,
                   cairo_t *cr,
                   double width,
                   double height,
                   const KappaTheme *theme)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);
  KappaPen pen;
  KappaRect body;

  g_return_if_fail (KAPPA_IS_FIGURE (self));

  private->theme = *theme;
  cairo_save (cr);
  kappa_pen_init (&pen, cr, theme);
  cairo_rectangle (cr, 0.0, 0.0, width, height);
  kappa_pen_set_color (&pen, &theme->paper);
  cairo_fill (cr);
  body = lay_out (self, &pen, width, height, TRUE);
  if (body.width > 4.0 * pen.em && body.height > 4.0 * pen.em)
    KAPPA_FIGURE_GET_CLASS (self)->draw (self, &pen, &body);
  kappa_pen_clear (&pen);
  cairo_restore (cr);
}

/**
 * kappa_figure_draw_cursor:
 *
 * Draws the linked cursor alone, over a figure drawn before at the same size: moving it costs no
 * redrawing.
 */
void
kappa_figure_draw_cursor (KappaFigure *self,
                          cairo_t *cr,
                          double width,
                          double height,
                          const KappaTheme *theme)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  KappaPen pen;
  KappaRect body;

  if (!private->has_cursor || klass->draw_cursor == NULL)
    return;
  cairo_save (cr);
  kappa_pen_init (&pen, cr, theme);
  body = lay_out (self, &pen, width, height, FALSE);
  klass->draw_cursor (self, &pen, &body, private->cursor_x, private->cursor_y);
  kappa_pen_clear (&pen);
  cairo_restore (cr);
}

/* A pen that measures with the letters of the last drawing, and draws on a surface nobody sees. */
static void
take_ruler (KappaFigure *self, KappaPen *pen, double width, double height, KappaRect *body)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);

  kappa_pen_init (pen, cr, &private->theme);
  *body = lay_out (self, pen, width, height, FALSE);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/**
 * kappa_figure_probe:
 * @x, @y: a place in the figure as it was drawn last, at @width by @height
 * @probe: (out): free with kappa_probe_clear() in any case
 *
 * Returns: whether the place is on the data
 */
gboolean
kappa_figure_probe (KappaFigure *self,
                    double x,
                    double y,
                    double width,
                    double height,
                    KappaProbe *probe)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  KappaPen pen;
  KappaRect body;

  *probe = (KappaProbe) { .value = (double)NAN };
  if (klass->probe == NULL)
    return FALSE;
  take_ruler (self, &pen, width, height, &body);
  probe->on_data = klass->probe (self, &pen, &body, x, y, probe);
  kappa_pen_clear (&pen);
  return probe->on_data;
}

/**
 * kappa_figure_locate:
 * @x, @y: data coordinates
 * @at_x, @at_y: (out): where they are drawn in a figure of @width by @height
 *
 * Returns: whether they are drawn at all
 */
gboolean
kappa_figure_locate (KappaFigure *self,
                     double x,
                     double y,
                     double width,
                     double height,
                     double *at_x,
                     double *at_y)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  KappaPen pen;
  KappaRect body;
  gboolean found;

  if (klass->locate == NULL)
    return FALSE;
  take_ruler (self, &pen, width, height, &body);
  found = klass->locate (self, &pen, &body, x, y, at_x, at_y);
  kappa_pen_clear (&pen);
  return found;
}

/**
 * kappa_figure_zoom:
 * @factor: above 1 enlarges
 * @x, @y: the place that stays where it is
 */
void
kappa_figure_zoom (KappaFigure *self,
                   double factor,
                   double x,
                   double y,
                   double width,
                   double height)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  KappaPen pen;
  KappaRect body;

  if (klass->zoom == NULL || !(factor > 0.0))
    return;
  take_ruler (self, &pen, width, height, &body);
  klass->zoom (self, &pen, &body, factor, x, y);
  kappa_pen_clear (&pen);
  kappa_figure_changed (self);
}

/**
 * kappa_figure_pan:
 * @dx, @dy: how far the figure was dragged
 *
 * Moves what is shown with the pointer; turns a surface.
 */
void
kappa_figure_pan (KappaFigure *self, double dx, double dy, double width, double height)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);
  KappaPen pen;
  KappaRect body;

  if (klass->pan == NULL)
    return;
  take_ruler (self, &pen, width, height, &body);
  klass->pan (self, &pen, &body, dx, dy);
  kappa_pen_clear (&pen);
  kappa_figure_changed (self);
}

/**
 * kappa_figure_update:
 *
 * Takes what @result holds now. To be called again whenever its generation has changed; the view
 * stays.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if the result has nothing this figure shows
 */
gboolean
kappa_figure_update (KappaFigure *self, KappaResult *result, GError **error)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);

  if (!KAPPA_FIGURE_GET_CLASS (self)->update (self, result, error))
    return FALSE;
  g_set_object (&private->result, result);
  kappa_figure_changed (self);
  return TRUE;
}

/**
 * kappa_figure_reread:
 *
 * Takes from the result that was shown last what the view asks for now.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if the result does not have it; what was shown before
 * stays
 */
gboolean
kappa_figure_reread (KappaFigure *self, GError **error)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);

  return private->result == NULL || kappa_figure_update (self, private->result, error);
}

/**
 * kappa_figure_list_quantities:
 *
 * Returns: (transfer full): what the view option "quantity" can be, the one that is shown by itself
 * first; empty if there is no choice
 */
char **
kappa_figure_list_quantities (KappaFigure *self)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);

  if (klass->list_quantities == NULL || private->result == NULL)
    return g_new0 (char *, 1);
  return klass->list_quantities (self, private->result);
}

/**
 * kappa_figure_set_cursor:
 * @x, @y: data coordinates, shared by the views of the same data
 */
void
kappa_figure_set_cursor (KappaFigure *self, double x, double y)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);

  private->has_cursor = TRUE;
  private->cursor_x = x;
  private->cursor_y = y;
}

void
kappa_figure_clear_cursor (KappaFigure *self)
{
  KappaFigurePrivate *private = kappa_figure_get_instance_private (self);

  private->has_cursor = FALSE;
}

/**
 * kappa_figure_describe:
 *
 * Returns: (transfer full): what the figure shows, in full sentences, for who cannot see it
 */
char *
kappa_figure_describe (KappaFigure *self)
{
  return KAPPA_FIGURE_GET_CLASS (self)->describe (self);
}

/**
 * kappa_figure_get_aspect:
 *
 * Returns: the width that suits the figure, over its height
 */
double
kappa_figure_get_aspect (KappaFigure *self)
{
  KappaFigureClass *klass = KAPPA_FIGURE_GET_CLASS (self);

  return klass->get_aspect != NULL ? klass->get_aspect (self) : 4.0 / 3.0;
}

/**
 * kappa_figure_changed:
 *
 * Tells everyone who shows the figure to draw it again.
 */
void
kappa_figure_changed (KappaFigure *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_line (KappaFigure *self, char **line, const char *text)
{
  if (g_strcmp0 (*line, text) == 0)
    return;
  g_free (*line);
  *line = g_strdup (text);
  kappa_figure_changed (self);
}

/**
 * kappa_figure_set_title:
 * @title: (nullable): bold, above the figure
 */
void
kappa_figure_set_title (KappaFigure *self, const char *title)
{
  set_line (self, &((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->title, title);
}

const char *
kappa_figure_get_title (KappaFigure *self)
{
  return ((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->title;
}

/**
 * kappa_figure_set_caption:
 * @caption: (nullable): below the figure, broken into lines
 */
void
kappa_figure_set_caption (KappaFigure *self, const char *caption)
{
  set_line (self, &((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->caption,
            caption);
}

const char *
kappa_figure_get_caption (KappaFigure *self)
{
  return ((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->caption;
}

/**
 * kappa_figure_set_provenance:
 * @provenance: (nullable): model, data, method, seed, precision, version; the last line, small
 */
void
kappa_figure_set_provenance (KappaFigure *self, const char *provenance)
{
  set_line (self, &((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->provenance,
            provenance);
}

const char *
kappa_figure_get_provenance (KappaFigure *self)
{
  return ((KappaFigurePrivate *)kappa_figure_get_instance_private (self))->provenance;
}
