#include "ui/plot/export.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "ui/plot/text-record.h"

#define POINTS_PER_MM     (72.0 / 25.4)
#define LEAST_VECTOR_DPI  300.0
#define MOST_PIXELS       2.5e8
#define MOST_PIXELS_ALONG 32000.0
#define FILE_FONT_SIZE    8.0

typedef enum
{
  FORMAT_PNG,
  FORMAT_SVG,
  FORMAT_PDF,
  N_FORMATS,
} Format;

/* What a file is made of, all in points. */
typedef struct
{
  KappaFigure *figure;
  KappaTheme theme;
  double width, height;
  double dpi;
  GByteArray *bytes;
} Job;

static Format
find_format (const char *path)
{
  static const char *const endings[N_FORMATS] = { ".png", ".svg", ".pdf" };
  g_autofree char *lower = g_ascii_strdown (path, -1);
  Format format = 0;

  while (format < N_FORMATS && !g_str_has_suffix (lower, endings[format]))
    format++;
  return format;
}

/**
 * kappa_figure_can_export:
 *
 * Returns: whether a file of this name would be a picture
 */
gboolean
kappa_figure_can_export (const char *path)
{
  return find_format (path) < N_FORMATS;
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
paint (Job *job, cairo_surface_t *surface, GError **error)
{
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  kappa_figure_draw (job->figure, cr, job->width, job->height, &job->theme);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the figure could not be drawn: %s",
               cairo_status_to_string (status));
  return FALSE;
}

static guint32
crc32_of (const guint8 *data, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (0xedb88320 & -(crc & 1));
    }
  return ~crc;
}

static void
write_big_endian (guint8 *to, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (to, &value, 4);
}

/* A pHYs chunk after IHDR (PNG specification, 11.3.5.3): the size in print, which cairo does not
 * write. */
static void
record_resolution (GByteArray *png, double dpi)
{
  const gsize after_header = 8 + 25;
  guint8 chunk[21] = { 0, 0, 0, 9, 'p', 'H', 'Y', 's' };
  guint32 per_metre = (guint32)lround (dpi / 0.0254);

  write_big_endian (chunk + 8, per_metre);
  write_big_endian (chunk + 12, per_metre);
  chunk[16] = 1;
  write_big_endian (chunk + 17, crc32_of (chunk + 4, 13));
  g_byte_array_set_size (png, png->len + sizeof chunk);
  memmove (png->data + after_header + sizeof chunk, png->data + after_header,
           png->len - sizeof chunk - after_header);
  memcpy (png->data + after_header, chunk, sizeof chunk);
}

static gboolean
write_png (Job *job, GError **error)
{
  double scale = job->dpi / 72.0;
  int width = (int)lround (job->width * scale), height = (int)lround (job->height * scale);
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (width, 1), MAX (height, 1));
  gboolean good;

  /* The device scale, not the matrix: sizes in points then come out as whole pixels in both
   * directions. */
  cairo_surface_set_device_scale (surface, width / job->width, height / job->height);
  good = paint (job, surface, error);
  if (good)
    {
      cairo_surface_write_to_png_stream (surface, append_bytes, job->bytes);
      record_resolution (job->bytes, job->dpi);
    }
  cairo_surface_destroy (surface);
  return good;
}

static gboolean
write_svg (Job *job, GError **error)
{
  static const char ending[] = "</svg>";
  cairo_surface_t *surface
      = cairo_svg_surface_create_for_stream (append_bytes, job->bytes, job->width, job->height);
  KappaTextRecord *record = kappa_text_record_attach (surface, &job->theme);
  g_autofree char *text = NULL;
  gboolean good;

  cairo_surface_set_fallback_resolution (surface, MAX (job->dpi, LEAST_VECTOR_DPI),
                                         MAX (job->dpi, LEAST_VECTOR_DPI));
  good = paint (job, surface, error);
  text = kappa_text_record_dup_svg (record);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  if (good)
    {
      char *end = g_strrstr_len ((char *)job->bytes->data, job->bytes->len, ending);

      g_byte_array_set_size (job->bytes, (guint)(end - (char *)job->bytes->data));
      append_bytes (job->bytes, (const guint8 *)text, (guint)strlen (text));
      append_bytes (job->bytes, (const guint8 *)"</svg>\n", 7);
    }
  return good;
}

static gboolean
write_pdf (Job *job, GError **error)
{
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (append_bytes, job->bytes, job->width, job->height);
  const char *title = kappa_figure_get_title (job->figure);
  gboolean good;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Kappa " KAPPA_VERSION);
  if (title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_surface_set_fallback_resolution (surface, MAX (job->dpi, LEAST_VECTOR_DPI),
                                         MAX (job->dpi, LEAST_VECTOR_DPI));
  good = paint (job, surface, error);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  return good;
}

static gboolean
check_size (const KappaExportOptions *options, double height_mm, Format format, GError **error)
{
  double wide = options->width_mm / 25.4 * options->dpi, high = height_mm / 25.4 * options->dpi;

  if (!(options->width_mm >= 10.0 && options->width_mm <= 5000.0 && height_mm >= 10.0
        && height_mm <= 5000.0))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "a figure of %g by %g mm: expected 10 to 5000 mm along each side",
                   options->width_mm, height_mm);
      return FALSE;
    }
  if (!(options->dpi >= 36.0 && options->dpi <= 2400.0))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "a resolution of %g dpi: expected 36 to 2400", options->dpi);
      return FALSE;
    }
  if (options->font_size_pt != 0.0
      && !(options->font_size_pt >= 2.0 && options->font_size_pt <= 100.0))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "letters of %g points: expected 2 to 100",
                   options->font_size_pt);
      return FALSE;
    }
  if (format == FORMAT_PNG
      && (wide * high > MOST_PIXELS || wide > MOST_PIXELS_ALONG || high > MOST_PIXELS_ALONG))
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
                   "a picture of %.0f × %.0f pixels is too large: use a lower resolution, a "
                   "smaller size, or PDF",
                   wide, high);
      return FALSE;
    }
  return TRUE;
}

/**
 * kappa_figure_export:
 * @path: its ending decides: .png, .svg or .pdf
 *
 * Writes the figure at a size in print. The file is complete or is not there: it is written under
 * another name and renamed. The picture is drawn in the theme's colours; its letters and lines are
 * those of a print of that size.
 *
 * Returns: %FALSE with @error set
 */
gboolean
kappa_figure_export (KappaFigure *figure,
                     const char *path,
                     const KappaExportOptions *options,
                     GError **error)
{
  static gboolean (*const writers[N_FORMATS]) (Job *, GError **)
      = { write_png, write_svg, write_pdf };
  Format format = find_format (path);
  double height_mm = options->height_mm > 0.0
                         ? options->height_mm
                         : options->width_mm / kappa_figure_get_aspect (figure);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Job job = { .figure = figure,
              .width = options->width_mm * POINTS_PER_MM,
              .height = height_mm * POINTS_PER_MM,
              .dpi = options->dpi,
              .bytes = bytes };

  if (format == N_FORMATS)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE,
                   "%s: a figure is written as .png, .svg or .pdf", path);
      return FALSE;
    }
  if (!check_size (options, height_mm, format, error))
    return FALSE;
  kappa_theme_init (&job.theme, options->theme);
  job.theme.unit = 1.0;
  kappa_theme_set_font (&job.theme, job.theme.font_family,
                        options->font_size_pt > 0.0 ? options->font_size_pt : FILE_FONT_SIZE);
  if (!writers[format](&job, error))
    return FALSE;
  return g_file_set_contents_full (path, (const char *)bytes->data, bytes->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

/**
 * kappa_figure_render:
 * @width, @height: in CSS pixels
 * @scale: device pixels in one of them
 *
 * Draws the figure as a widget shows it.
 *
 * Returns: (transfer full): an ARGB32 image of width · scale by height · scale pixels
 */
cairo_surface_t *
kappa_figure_render (KappaFigure *figure,
                     double width,
                     double height,
                     int scale,
                     const KappaTheme *theme)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, MAX ((int)ceil (width * scale), 1), MAX ((int)ceil (height * scale), 1));
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  kappa_figure_draw (figure, cr, width, height, theme);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}
