#include "ui/plot/landscape-figure.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/landscape-private.h"
#include "ui/plot/table-columns.h"

G_DEFINE_FINAL_TYPE (KappaLandscapeFigure, kappa_landscape_figure, KAPPA_TYPE_FIGURE)

enum
{
  STALE_NOTHING,
  STALE_MESH,
  STALE_SCALE,
  STALE_GRID,
};

GType
kappa_landscape_view_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { KAPPA_LANDSCAPE_SURFACE, "KAPPA_LANDSCAPE_SURFACE", "surface" },
        { KAPPA_LANDSCAPE_CONTOUR, "KAPPA_LANDSCAPE_CONTOUR", "contour" },
        { KAPPA_LANDSCAPE_HEAT, "KAPPA_LANDSCAPE_HEAT", "heat" },
        { 0 },
      };

      g_once_init_leave (&type, g_enum_register_static ("KappaLandscapeView", values));
    }
  return type;
}

static gboolean
is_log (KappaFigure *figure)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);

  return kappa_landscape_prepare (self) ? self->bar.axis.scale == KAPPA_SCALE_LOG
                                        : self->scale == KAPPA_SCALE_CHOICE_LOG;
}

static void
set_log (KappaFigure *figure, gboolean log)
{
  g_object_set (figure, "scale", log ? KAPPA_SCALE_CHOICE_LOG : KAPPA_SCALE_CHOICE_LINEAR, NULL);
}

#define FIELD(name) offsetof (KappaLandscapeFigure, name)

static const KappaFigureOption options[] = {
  { "view", KAPPA_OPTION_ENUM, FIELD (view), kappa_landscape_view_get_type,
    .fallback = KAPPA_LANDSCAPE_SURFACE },
  { "quantity", KAPPA_OPTION_STRING, FIELD (quantity), .stale = STALE_GRID },
  { "scale", KAPPA_OPTION_ENUM, FIELD (scale), kappa_scale_choice_get_type, .stale = STALE_SCALE },
  { "log", KAPPA_OPTION_BOOLEAN, .get_alias = is_log, .set_alias = set_log },
  { "limits", KAPPA_OPTION_LIMITS, FIELD (limits), .stale = STALE_SCALE },
  { "x-range", KAPPA_OPTION_LIMITS, FIELD (x_range), .stale = STALE_MESH },
  { "y-range", KAPPA_OPTION_LIMITS, FIELD (y_range), .stale = STALE_MESH },
  { "azimuth", KAPPA_OPTION_DOUBLE, FIELD (azimuth), .minimum = -360.0, .maximum = 360.0,
    .fallback = -60.0 },
  { "elevation", KAPPA_OPTION_DOUBLE, FIELD (elevation), .minimum = 0.0, .maximum = 90.0,
    .fallback = 40.0 },
  { "zoom", KAPPA_OPTION_DOUBLE, FIELD (zoom), .minimum = 0.2, .maximum = 20.0, .fallback = 1.0 },
  { "mesh", KAPPA_OPTION_BOOLEAN, FIELD (mesh_lines), .fallback = TRUE },
  { "floor", KAPPA_OPTION_BOOLEAN, FIELD (floor), .fallback = TRUE },
  { "equal", KAPPA_OPTION_BOOLEAN, FIELD (equal) },
  { "points", KAPPA_OPTION_BOOLEAN, FIELD (points), .fallback = TRUE },
  { "overlay", KAPPA_OPTION_BOOLEAN, FIELD (overlay), .fallback = TRUE },
  { "colormap", KAPPA_OPTION_ENUM, FIELD (colormap), kappa_colormap_kind_get_type,
    .stale = STALE_SCALE },
};

static void
kappa_landscape_figure_view_changed (KappaFigure *figure, guint stale)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);

  if (stale == STALE_MESH)
    kappa_landscape_forget_mesh (self);
  if (stale == STALE_SCALE)
    kappa_landscape_forget_scale (self);
  if (stale == STALE_GRID)
    kappa_landscape_forget_grid (self);
}

static void
kappa_landscape_figure_finalize (GObject *object)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (object);

  kappa_landscape_forget_grid (self);
  g_ptr_array_unref (self->fields);
  g_array_unref (self->marks);
  g_array_unref (self->path);
  g_clear_pointer (&self->interpolated, kappa_field_free);
  for (guint axis = 0; axis < 2; axis++)
    g_free (self->axis_labels[axis]);
  g_free (self->quantity);
  G_OBJECT_CLASS (kappa_landscape_figure_parent_class)->finalize (object);
}

static void
mark_clear (gpointer data)
{
  g_free (((KappaLandscapeMark *)data)->name);
}

static void
add_mark (KappaLandscapeFigure *self, double x, double y, const char *name)
{
  KappaLandscapeMark mark = { x, y, g_strdup (name) };

  g_array_append_val (self->marks, mark);
}

/* Where the checkpoints are; the origin of the plane without better knowledge. */
static void
take_marks (KappaLandscapeFigure *self, KappaResult *result)
{
  g_autoptr (KappaTable) table = kappa_result_dup_table (result, "checkpoints");
  g_autoptr (KappaTable) trajectory = kappa_result_dup_table (result, "trajectory");
  gsize rows = table != NULL ? table->n_rows : 0;
  int name = kappa_table_find_text (table, "name");
  int x = kappa_table_find_number (table, "alpha"), y = kappa_table_find_number (table, "beta");

  g_array_set_size (self->marks, 0);
  /* Of a trajectory, only the end has a cross. */
  if (trajectory != NULL && table != NULL)
    rows = MIN (rows, 1);
  for (gsize row = 0; x >= 0 && y >= 0 && row < rows; row++)
    if (isfinite (table->numbers[x][row]) && isfinite (table->numbers[y][row]))
      add_mark (self, table->numbers[x][row], table->numbers[y][row],
                name >= 0 ? table->texts[name][row] : "");
  if (self->marks->len == 0)
    add_mark (self, 0.0, 0.0, "checkpoint");
}

gboolean
kappa_landscape_same_grid (const KappaField *a, const KappaField *b)
{
  return a->nx == b->nx && a->ny == b->ny && memcmp (a->x, b->x, a->nx * sizeof (double)) == 0
         && memcmp (a->y, b->y, a->ny * sizeof (double)) == 0;
}

static void
take_interpolation_error (KappaLandscapeFigure *self, KappaResult *result)
{
  g_autoptr (KappaScalar) error = kappa_result_dup_scalar (result, "interpolation_error");
  g_autoptr (KappaArray) checks = kappa_result_dup_array (result, "held_out_loss");

  self->n_checked = checks != NULL ? kappa_array_get_size (checks) : 0;
  self->interpolation_error = error != NULL ? error->value : (double)NAN;
}

static gboolean
kappa_landscape_figure_update (KappaFigure *figure, KappaResult *result, GError **error)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_field_free);
  g_autoptr (KappaField) interpolated = NULL;
  g_auto (GStrv) names = kappa_result_list_arrays (result);

  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, *name);
      KappaField *field;

      if (array == NULL || array->rank != 2 || g_strcmp0 (array->axes[0], "seed") == 0)
        continue;
      field = kappa_field_new (array, error);
      if (field == NULL)
        return FALSE;
      if (strcmp (*name, "interpolated") == 0)
        {
          g_clear_pointer (&interpolated, kappa_field_free);
          interpolated = field;
        }
      else
        g_ptr_array_add (fields, field);
    }
  if (fields->len == 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
                   "this result has no values over a plane: a landscape needs an array with two "
                   "axes, such as loss over alpha and beta");
      return FALSE;
    }
  kappa_landscape_forget_grid (self);
  g_ptr_array_unref (self->fields);
  self->fields = g_steal_pointer (&fields);
  g_clear_pointer (&self->interpolated, kappa_field_free);
  self->interpolated = g_steal_pointer (&interpolated);
  take_interpolation_error (self, result);
  take_marks (self, result);
  kappa_landscape_take_overlays (self, result);
  return TRUE;
}

static void
kappa_landscape_figure_draw (KappaFigure *figure, KappaPen *pen, const KappaRect *body)
{
  KappaLandscapeFigure *self = KAPPA_LANDSCAPE_FIGURE (figure);
  KappaLandscapeLayout layout;

  if (!kappa_landscape_prepare (self))
    return;
  kappa_landscape_lay_out (self, pen, body, &layout, TRUE);
  if (kappa_landscape_get_view (self) == KAPPA_LANDSCAPE_SURFACE)
    kappa_landscape_draw_surface (self, pen, &layout.picture);
  else
    kappa_landscape_draw_plane (self, pen, &layout.picture);
}

static double
kappa_landscape_figure_get_aspect (KappaFigure *figure)
{
  return KAPPA_LANDSCAPE_FIGURE (figure)->view == KAPPA_LANDSCAPE_SURFACE ? 1.25 : 1.2;
}

static char **
list_quantities (KappaFigure *figure, KappaResult *result)
{
  return kappa_landscape_figure_list_quantities (KAPPA_LANDSCAPE_FIGURE (figure));
}

static void
kappa_landscape_figure_class_init (KappaLandscapeFigureClass *klass)
{
  KappaFigureClass *figure_class = KAPPA_FIGURE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = kappa_landscape_figure_finalize;
  figure_class->view_changed = kappa_landscape_figure_view_changed;
  figure_class->update = kappa_landscape_figure_update;
  figure_class->draw = kappa_landscape_figure_draw;
  figure_class->draw_cursor = kappa_landscape_draw_cursor;
  figure_class->probe = kappa_landscape_probe;
  figure_class->list_quantities = list_quantities;
  figure_class->locate = kappa_landscape_figure_locate;
  figure_class->zoom = kappa_landscape_zoom;
  figure_class->pan = kappa_landscape_pan;
  figure_class->describe = kappa_landscape_describe;
  figure_class->get_aspect = kappa_landscape_figure_get_aspect;
  kappa_figure_class_install_options (figure_class, options, G_N_ELEMENTS (options));
}

static void
kappa_landscape_figure_init (KappaLandscapeFigure *self)
{
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_field_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (KappaLandscapeMark));
  g_array_set_clear_func (self->marks, mark_clear);
  self->path = g_array_new (FALSE, FALSE, sizeof (KappaPoint));
}

/**
 * kappa_landscape_figure_new:
 *
 * Returns: (transfer full): a figure that is empty until kappa_figure_update()
 */
KappaFigure *
kappa_landscape_figure_new (void)
{
  return g_object_new (KAPPA_TYPE_LANDSCAPE_FIGURE, NULL);
}

/**
 * kappa_landscape_figure_list_quantities:
 *
 * Returns: (transfer full): the names of the arrays that can be shown
 */
char **
kappa_landscape_figure_list_quantities (KappaLandscapeFigure *self)
{
  char **names = g_new0 (char *, self->fields->len + 1);

  for (guint i = 0; i < self->fields->len; i++)
    names[i] = g_strdup (((const KappaField *)self->fields->pdata[i])->name);
  return names;
}

/**
 * kappa_landscape_figure_get_shown_limits:
 *
 * Returns: the limits of value and colour as they are drawn now; setting the property "limits" to
 * them locks them. Automatic before there are data
 */
KappaLimits
kappa_landscape_figure_get_shown_limits (KappaLandscapeFigure *self)
{
  if (!kappa_landscape_prepare (self))
    return KAPPA_LIMITS_AUTO;
  return (KappaLimits) { self->bar.axis.low, self->bar.axis.high };
}
