#pragma once

#include <cairo.h>

#include "core/analysis/result.h"
#include "ui/plot/limits.h"
#include "ui/plot/pen.h"
#include "ui/plot/theme.h"

/**
 * KappaProbe:
 * @on_data: whether the place is on the data; everything else is only then valid
 * @x, @y: data coordinates
 * @value: what is drawn there, NaN if nothing is
 * @text: the read-out, lines separated by newlines
 *
 * What the pointer is on. Free with kappa_probe_clear().
 */
typedef struct
{
  gboolean on_data;
  double x, y;
  double value;
  char *text;
} KappaProbe;

void kappa_probe_clear (KappaProbe *probe);

/* Marks a property as part of the view: what the user chose to see, as opposed to the data. */
#define KAPPA_PARAM_VIEW (1 << G_PARAM_USER_SHIFT)

#define KAPPA_TYPE_FIGURE (kappa_figure_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaFigure, kappa_figure, KAPPA, FIGURE, GObject)

/**
 * KappaFigureClass:
 * @update: takes what @result holds now; called again as a run goes on
 * @draw: draws into @body; title and caption are drawn already
 * @draw_cursor: (nullable): draws the linked cursor, which is at @x, @y of the data
 * @probe: (nullable): what is at a place in user-space units. @pen can only measure
 * @locate: (nullable): where a data point is drawn: the inverse of @probe
 * @zoom: (nullable): enlarges @factor times around a place
 * @pan: (nullable): moves the view as if the figure was dragged; turns a surface
 * @describe: full sentences for who cannot see the figure
 * @get_aspect: (nullable): the width that suits the figure, over its height; 4:3 if %NULL
 */
struct _KappaFigureClass
{
  GObjectClass parent_class;

  gboolean (*update)      (KappaFigure *self, KappaResult *result, GError **error);
  void     (*draw)        (KappaFigure *self, KappaPen *pen, const KappaRect *body);
  void     (*draw_cursor) (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y);
  gboolean (*probe)       (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y,
                           KappaProbe *probe);
  gboolean (*locate)      (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y,
                           double *at_x, double *at_y);
  void     (*zoom)        (KappaFigure *self, KappaPen *pen, const KappaRect *body, double factor, double x, double y);
  void     (*pan)         (KappaFigure *self, KappaPen *pen, const KappaRect *body, double dx, double dy);
  char    *(*describe)    (KappaFigure *self);
  double   (*get_aspect)  (KappaFigure *self);
};

gboolean    kappa_figure_update         (KappaFigure *self, KappaResult *result, GError **error);
void        kappa_figure_draw           (KappaFigure *self, cairo_t *cr, double width, double height,
                                         const KappaTheme *theme);
void        kappa_figure_draw_cursor    (KappaFigure *self, cairo_t *cr, double width, double height,
                                         const KappaTheme *theme);
gboolean    kappa_figure_probe          (KappaFigure *self, double x, double y, double width, double height,
                                         KappaProbe *probe);
gboolean    kappa_figure_locate         (KappaFigure *self, double x, double y, double width, double height,
                                         double *at_x, double *at_y);
void        kappa_figure_zoom           (KappaFigure *self, double factor, double x, double y, double width,
                                         double height);
void        kappa_figure_pan            (KappaFigure *self, double dx, double dy, double width, double height);
void        kappa_figure_set_cursor     (KappaFigure *self, double x, double y);
void        kappa_figure_clear_cursor   (KappaFigure *self);
char       *kappa_figure_describe       (KappaFigure *self);
double      kappa_figure_get_aspect     (KappaFigure *self);
void        kappa_figure_changed        (KappaFigure *self);

/* The lines around the figure; %NULL or "" for none. */
void        kappa_figure_set_title      (KappaFigure *self, const char *title);
const char *kappa_figure_get_title      (KappaFigure *self);
void        kappa_figure_set_caption    (KappaFigure *self, const char *caption);
const char *kappa_figure_get_caption    (KappaFigure *self);
void        kappa_figure_set_provenance (KappaFigure *self, const char *provenance);
const char *kappa_figure_get_provenance (KappaFigure *self);

/* The view (figure-view.c): every property marked KAPPA_PARAM_VIEW, by name and text. */
char      **kappa_figure_list_options   (KappaFigure *self);
gboolean    kappa_figure_set_text       (KappaFigure *self, const char *name, const char *text, GError **error);
char       *kappa_figure_dup_text       (KappaFigure *self, const char *name);
char       *kappa_figure_dup_view       (KappaFigure *self);
gboolean    kappa_figure_set_view       (KappaFigure *self, const char *view, GError **error);
char      **kappa_figure_dup_arguments  (KappaFigure *self);
void        kappa_figure_reset_view     (KappaFigure *self);
