#pragma once

#include "core/analysis/result.h"
#include "ui/plot/axis.h"
#include "ui/plot/value-limits.h"

/**
 * KappaField:
 * @nx, @ny: points along each axis
 * @x, @y: their coordinates, increasing
 * @values: the value at (i, j) is number i · ny + j; NaN where not @present
 * @reduction: 1, or how many points along each axis were averaged into one because there were too many to draw
 * @n_present: points computed, of nx · ny
 * @lowest, @highest: indices of the smallest and largest finite value, if @n_finite > 0
 *
 * A quantity on a rectangular grid, put in order for drawing.
 */
typedef struct
{
  char *name, *unit, *x_name, *y_name;
  gsize nx, ny;
  double *x, *y;
  double *values;
  guint8 *present;
  guint reduction;
  gsize n_present, n_finite, n_positive;
  gsize n_nan, n_positive_infinity, n_negative_infinity;
  gsize lowest, highest;
} KappaField;

typedef enum
{
  KAPPA_CELL_VALUE,
  KAPPA_CELL_MISSING,           /* not computed, and far from anything that is */
  KAPPA_CELL_NAN,
  KAPPA_CELL_POSITIVE_INFINITY,
  KAPPA_CELL_NEGATIVE_INFINITY,
  KAPPA_CELL_NOT_ON_SCALE,      /* zero or negative on a logarithmic scale */
} KappaCell;

#define KAPPA_NO_POINT G_MAXUINT32

/**
 * KappaFill:
 * @nearest: for each point the nearest computed one, or %KAPPA_NO_POINT
 * @cells: what to draw at each point: KappaCell
 * @heights: values on the axis' transformed scale, interpolated between computed points; NaN unless the cell is
 *   %KAPPA_CELL_VALUE
 */
typedef struct
{
  guint32 *nearest;
  guint8 *cells;
  double *heights;
} KappaFill;

KappaField *kappa_field_new            (const KappaArray *array, GError **error);
void        kappa_field_free           (KappaField *field);
KappaLimits kappa_field_suggest_limits (const KappaField *field, KappaScale scale);
gsize       kappa_field_find           (const KappaField *field, double x, double y);
double      kappa_field_edge           (const double *coordinates, gsize n, gsize i);

KappaFill  *kappa_fill_new             (const KappaField *field, const KappaAxis *axis);
void        kappa_fill_free            (KappaFill *fill);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaField, kappa_field_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaFill, kappa_fill_free)
