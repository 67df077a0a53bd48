#include <math.h>

#include "ui/plot/landscape-private.h"

/* Cells without a value, as one path for each kind, under the picture of those with one. */
static void
paint_cells (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaField *field = self->field;

  for (guint cell = KAPPA_CELL_MISSING; cell <= KAPPA_CELL_NOT_ON_SCALE; cell++)
    {
      gboolean any = FALSE;

      for (gsize i = 0; i < field->nx; i++)
        for (gsize j = 0, first; j < field->ny; j++)
          {
            double x0, x1, y0, y1;

            for (first = j; j < field->ny && self->fill->cells[i * field->ny + j] == cell; j++)
              ;
            if (j == first)
              continue;
            x0 = kappa_frame_get_x (frame, kappa_field_edge (field->x, field->nx, i));
            x1 = kappa_frame_get_x (frame, kappa_field_edge (field->x, field->nx, i + 1));
            y0 = kappa_frame_get_y (frame, kappa_field_edge (field->y, field->ny, first));
            y1 = kappa_frame_get_y (frame, kappa_field_edge (field->y, field->ny, j));
            cairo_rectangle (pen->cr, x0, y1, x1 - x0, y0 - y1);
            any = TRUE;
          }
      if (any)
        kappa_cell_paint (pen, cell);
    }
}

/* The cell under each column or row of pixels; n for none. */
static gsize *
map_pixels (const double *coordinates, gsize n, int n_pixels, double first, double step)
{
  gsize *cells = g_new (gsize, n_pixels);
  gsize cell = 0;

  for (int k = 0; k < n_pixels; k++)
    {
      double value = first + (k + 0.5) * step;

      while (cell + 1 < n && value >= kappa_field_edge (coordinates, n, cell + 1))
        cell++;
      cells[k] = value < kappa_field_edge (coordinates, n, 0)
                         || value > kappa_field_edge (coordinates, n, n)
                     ? n
                     : cell;
    }
  return cells;
}

/* The colour of each cell: of the value computed nearest to it, not of the interpolation. */
static guint32 *
color_cells (KappaLandscapeFigure *self)
{
  const KappaField *field = self->field;
  gsize n = field->nx * field->ny;
  guint32 *pixels = g_new0 (guint32, n);

  for (gsize i = 0; i < n; i++)
    if (self->fill->cells[i] == KAPPA_CELL_VALUE)
      {
        double place = kappa_axis_place (&self->bar.axis, field->values[self->fill->nearest[i]]);

        pixels[i] = self->palettes[(gsize)lround (CLAMP (place, 0.0, 1.0) * 1023.0)];
      }
  return pixels;
}

/**
 * kappa_landscape_draw_heat:
 *
 * Fills true cells, each with the colour of its value; while the grid fills in, the cells around a
 * computed point share its colour.
 */
void
kappa_landscape_draw_heat (KappaLandscapeFigure *self, KappaPen *pen, const KappaFrame *frame)
{
  const KappaField *field = self->field;
  KappaRect area = frame->plot;
  cairo_surface_t *raster = kappa_pen_begin_raster (pen, &area);
  int width = cairo_image_surface_get_width (raster),
      height = cairo_image_surface_get_height (raster);
  double left = kappa_frame_x_value (frame, area.x),
         right = kappa_frame_x_value (frame, area.x + area.width);
  double top = kappa_frame_y_value (frame, area.y),
         bottom = kappa_frame_y_value (frame, area.y + area.height);
  g_autofree gsize *columns = map_pixels (field->x, field->nx, width, left, (right - left) / width);
  g_autofree gsize *rows
      = map_pixels (field->y, field->ny, height, bottom, (top - bottom) / height);
  g_autofree guint32 *colors = color_cells (self);

  paint_cells (self, pen, frame);
  for (int y = 0; y < height; y++)
    {
      guint32 *pixels
          = (guint32 *)(void *)(cairo_image_surface_get_data (raster)
                                + (gsize)y * (gsize)cairo_image_surface_get_stride (raster));
      gsize row = rows[height - 1 - y];

      for (int x = 0; x < width; x++)
        pixels[x]
            = row < field->ny && columns[x] < field->nx ? colors[columns[x] * field->ny + row] : 0;
    }
  kappa_pen_end_raster (pen, &area, raster);
}
