#pragma once

#include "ui/plot/camera.h"
#include "ui/plot/colorbar.h"
#include "ui/plot/contour.h"
#include "ui/plot/field.h"
#include "ui/plot/frame.h"
#include "ui/plot/landscape-figure.h"
#include "ui/plot/mesh.h"
#include "ui/plot/raster.h"
#include "ui/plot/scale-choice.h"

#define KAPPA_LANDSCAPE_MAX_LEVELS 40

/* A network whose place in the plane is known. */
typedef struct
{
  double x, y;
  char *name;
} KappaLandscapeMark;

struct _KappaLandscapeFigure
{
  KappaFigure parent_instance;

  /* the view */
  KappaLandscapeView view;
  KappaScaleChoice scale;
  KappaColormapKind colormap;
  char *quantity;
  KappaLimits limits, x_range, y_range;
  double azimuth, elevation, zoom;
  gboolean mesh_lines, floor, equal, points, overlay;

  /* the data */
  GPtrArray *fields; /* of KappaField, not all on the same grid */
  GArray *marks;     /* of KappaLandscapeMark */
  double interpolation_error; /* the largest measured, as a share of the loss; NaN where none was */
  gsize n_checked;            /* interpolated points that it was measured at */
  KappaField *interpolated; /* 1 where a value was not computed; NULL if all were */
  GArray *path;      /* of KappaPoint: a trajectory */
  char *axis_labels[2]; /* NULL where there is nothing to say beside the axis' name */

  /* made from data and view by kappa_landscape_prepare(), NULL when out of date */
  const KappaField *field; /* one of @fields */
  KappaFill *fill;
  KappaLattice *lattice; /* fine, for contours */
  KappaLattice *surface; /* coarser, for the mesh */
  KappaMesh *mesh;
  KappaColorbar bar;
  char *bar_title;
  gsize n_above, n_below;
  double levels[KAPPA_LANDSCAPE_MAX_LEVELS];
  guint n_levels;
  GPtrArray *lines; /* for each level a GPtrArray of KappaPath */
  guint32 *palettes; /* of the surface, then of its mesh lines */
};

/**
 * KappaLandscapeLayout:
 * @picture: for the plot with its axes, or the box
 * @bar: for the colour bar
 * @notes: for legend and notes
 */
typedef struct
{
  KappaRect picture, bar, notes;
} KappaLandscapeLayout;

/* landscape-data.c */
gboolean    kappa_landscape_prepare       (KappaLandscapeFigure *self);
void        kappa_landscape_forget_grid   (KappaLandscapeFigure *self);
void        kappa_landscape_forget_scale  (KappaLandscapeFigure *self);
void        kappa_landscape_forget_mesh   (KappaLandscapeFigure *self);
KappaLimits kappa_landscape_get_extent    (KappaLandscapeFigure *self, guint axis, gboolean cells);
KappaLandscapeView kappa_landscape_get_view (KappaLandscapeFigure *self);

/* landscape-notes.c */
char       *kappa_landscape_dup_notes     (KappaLandscapeFigure *self);
void        kappa_landscape_lay_out       (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *body,
                                           KappaLandscapeLayout *layout, gboolean draw);
char       *kappa_landscape_describe_point (KappaLandscapeFigure *self, gsize point);

/* landscape-plane.c: what contour map and heat map share */
void        kappa_landscape_lay_out_plane (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture,
                                           KappaFrame *frame);
void        kappa_landscape_draw_plane    (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture);
void        kappa_landscape_draw_mark     (KappaPen *pen, double x, double y, double opacity);
void        kappa_landscape_draw_dot      (KappaPen *pen, double x, double y);

/* landscape-overlay.c: what lies over a map */
void        kappa_landscape_take_overlays (KappaLandscapeFigure *self, KappaResult *result);
void        kappa_landscape_draw_overlays (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame);
gsize       kappa_landscape_count_interpolated (KappaLandscapeFigure *self);
gboolean    kappa_landscape_has_model     (KappaLandscapeFigure *self);

/* landscape-figure.c */
gboolean    kappa_landscape_same_grid     (const KappaField *a, const KappaField *b);

/* landscape-contour.c, landscape-heat.c */
void        kappa_landscape_draw_contours (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame);
void        kappa_landscape_draw_heat     (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame);

/* landscape-surface.c */
void        kappa_landscape_draw_surface   (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture);
gboolean    kappa_landscape_pick_surface   (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture,
                                            double at_x, double at_y, double *x, double *y);
gboolean    kappa_landscape_locate_surface (KappaLandscapeFigure *self, KappaPen *pen, const KappaRect *picture,
                                            double x, double y, double *at_x, double *at_y);

/* landscape-interaction.c */
gboolean    kappa_landscape_probe       (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double x, double y,
                                         KappaProbe *probe);
gboolean    kappa_landscape_figure_locate (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double x, double y,
                                         double *at_x, double *at_y);
void        kappa_landscape_draw_cursor (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double x, double y);
void        kappa_landscape_zoom        (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double factor,
                                         double x, double y);
void        kappa_landscape_pan         (KappaFigure *figure, KappaPen *pen, const KappaRect *body, double dx, double dy);
char       *kappa_landscape_describe    (KappaFigure *figure);
