#pragma once

#include <cairo.h>

#include "core/analysis/result.h"
#include "ui/plot/value-limits.h"
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

typedef enum
{
  KAPPA_OPTION_BOOLEAN, /* gboolean */
  KAPPA_OPTION_ENUM,    /* guint */
  KAPPA_OPTION_DOUBLE,  /* double */
  KAPPA_OPTION_LIMITS,  /* KappaLimits, at first automatic */
  KAPPA_OPTION_STRING,  /* char *, at first "" */
} KappaOptionType;

typedef struct _KappaFigureOption KappaFigureOption;

#define KAPPA_TYPE_FIGURE (kappa_figure_get_type ())
G_DECLARE_DERIVABLE_TYPE (KappaFigure, kappa_figure, KAPPA, FIGURE, GObject)

/**
 * KappaFigureOption:
 * @offset: of the field in the instance that holds the value
 * @minimum, @maximum: of a number
 * @fallback: the value at first: a number, an enumeration's value, or whether
 * @stale: handed to the class' view_changed() when the value has changed
 * @reads: whether another value means to take other things from the result
 * @get_alias, @set_alias: for an option that only says another in other words; it has no field, and is not written
 *   down with the view
 *
 * One choice about the view: what the user wants to see, as opposed to the data. It becomes a property.
 */
struct _KappaFigureOption
{
  const char *name;
  KappaOptionType type;
  gsize offset;
  GType (*enum_type) (void);
  double minimum, maximum;
  double fallback;
  guint stale;
  gboolean reads;
  gboolean (*get_alias) (KappaFigure *self);
  void (*set_alias) (KappaFigure *self, gboolean value);
};

/**
 * KappaFigureClass:
 * @view_changed: (nullable): an option has a new value; @stale is what the option's entry says
 * @update: takes what @result holds now; called again as a run goes on
 * @draw: draws into @body; title and caption are drawn already
 * @draw_cursor: (nullable): draws the linked cursor, which is at @x, @y of the data
 * @probe: (nullable): what is at a place in user-space units. @pen can only measure
 * @locate: (nullable): where a data point is drawn: the inverse of @probe
 * @zoom: (nullable): enlarges @factor times around a place
 * @pan: (nullable): moves the view as if the figure was dragged; turns a surface
 * @list_quantities: (nullable): what the option "quantity" can be for the result at hand, the first by itself
 * @describe: full sentences for who cannot see the figure
 * @get_aspect: (nullable): the width that suits the figure, over its height; 4:3 if %NULL
 */
struct _KappaFigureClass
{
  GObjectClass parent_class;

  void     (*view_changed) (KappaFigure *self, guint stale);
  gboolean (*update)      (KappaFigure *self, KappaResult *result, GError **error);
  void     (*draw)        (KappaFigure *self, KappaPen *pen, const KappaRect *body);
  void     (*draw_cursor) (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y);
  gboolean (*probe)       (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y,
                           KappaProbe *probe);
  gboolean (*locate)      (KappaFigure *self, KappaPen *pen, const KappaRect *body, double x, double y,
                           double *at_x, double *at_y);
  void     (*zoom)        (KappaFigure *self, KappaPen *pen, const KappaRect *body, double factor, double x, double y);
  void     (*pan)         (KappaFigure *self, KappaPen *pen, const KappaRect *body, double dx, double dy);
  char   **(*list_quantities) (KappaFigure *self, KappaResult *result);
  char    *(*describe)    (KappaFigure *self);
  double   (*get_aspect)  (KappaFigure *self);

  /*< private >*/
  const KappaFigureOption *options;
  guint n_options;
};

void        kappa_figure_class_install_options (KappaFigureClass *klass, const KappaFigureOption *options, guint n);

gboolean    kappa_figure_reread         (KappaFigure *self, GError **error);
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
char      **kappa_figure_list_quantities (KappaFigure *self);
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

/* The view, by name and text (figure-view.c). */
char      **kappa_figure_list_options   (KappaFigure *self);
gboolean    kappa_figure_set_text       (KappaFigure *self, const char *name, const char *text, GError **error);
char       *kappa_figure_dup_text       (KappaFigure *self, const char *name);
char       *kappa_figure_dup_view       (KappaFigure *self);
gboolean    kappa_figure_set_view       (KappaFigure *self, const char *view, GError **error);
char      **kappa_figure_dup_arguments  (KappaFigure *self);
void        kappa_figure_reset_view     (KappaFigure *self);
