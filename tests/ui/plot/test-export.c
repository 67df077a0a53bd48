#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/ui/plot/support.h"
#include "ui/plot/colormap.h"
#include "ui/plot/export.h"

static char *directory;

static double
bowl (double a, double b)
{
  return 1.0 + 2.0 * a * a + b * b;
}

static char *
export_as (const char *view, const char *ending, const KappaExportOptions *options)
{
  g_autoptr (KappaFigure) figure = support_make_figure (31, 31, bowl, view);
  g_autofree char *name = g_strconcat (view, ending, NULL);
  char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;

  kappa_figure_set_title (figure, "Loss <landscape> & more");
  kappa_figure_set_provenance (figure, "made up · seed 1");
  g_assert_true (kappa_figure_can_export (path));
  g_assert_true (kappa_figure_export (figure, path, options, &error));
  g_assert_no_error (error);
  return path;
}

static guint32
read_big_endian (const char *data)
{
  guint32 value;

  memcpy (&value, data, 4);
  return GUINT32_FROM_BE (value);
}

/* Signature, size in pixels, and resolution in pixels per metre; the picture reads back. */
static void
test_png (void)
{
  static const char signature[] = "\x89PNG\r\n\x1a\n";
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  cairo_surface_t *surface;
  gsize length;

  options.width_mm = 84.0;
  options.height_mm = 60.0;
  options.dpi = 300.0;
  path = export_as ("surface", ".png", &options);
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_cmpuint (length, >, 1000);
  g_assert_true (memcmp (data, signature, 8) == 0);
  g_assert_cmpuint (read_big_endian (data + 16), ==, 992);
  g_assert_cmpuint (read_big_endian (data + 20), ==, 709);
  g_assert_true (memcmp (data + 37, "pHYs", 4) == 0);
  g_assert_cmpuint (read_big_endian (data + 33), ==, 9);
  g_assert_cmpuint (read_big_endian (data + 41), ==, 11811);
  g_assert_cmpuint (read_big_endian (data + 45), ==, 11811);
  g_assert_cmpint (data[49], ==, 1);
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 992);
  cairo_surface_destroy (surface);
}

typedef struct
{
  guint texts, images;
  GString *words;
} Contents;

static void
start_element (GMarkupParseContext *context,
               const char *name,
               const char **names,
               const char **values,
               gpointer data,
               GError **error)
{
  Contents *contents = data;

  contents->texts += strcmp (name, "text") == 0;
  contents->images += strcmp (name, "image") == 0;
}

static void
take_text (GMarkupParseContext *context,
           const char *text,
           gsize length,
           gpointer data,
           GError **error)
{
  g_string_append_len (((Contents *)data)->words, text, (gssize)length);
}

/* Well-formed, letters as text, the dense part as one picture. */
static void
test_svg (void)
{
  static const char *const views[] = { "surface", "contour", "heat" };
  static const GMarkupParser parser = { .start_element = start_element, .text = take_text };
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;

  for (guint v = 0; v < G_N_ELEMENTS (views); v++)
    {
      g_autofree char *path = export_as (views[v], ".svg", &options);
      g_autofree char *data = NULL;
      g_autoptr (GString) words = g_string_new (NULL);
      Contents contents = { .words = words };
      g_autoptr (GMarkupParseContext) context
          = g_markup_parse_context_new (&parser, 0, &contents, NULL);
      g_autoptr (GError) error = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_assert_true (g_markup_parse_context_parse (context, data, (gssize)length, &error));
      g_assert_true (g_markup_parse_context_end_parse (context, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (contents.texts, >=, 10);
      g_assert_cmpuint (contents.images, ==, v == 1 ? 0 : 1);
      g_assert_nonnull (strstr (words->str, "Loss <landscape> & more"));
      g_assert_nonnull (strstr (words->str, "α"));
    }
}

static char *
run_tool (const char *tool, const char *path)
{
  g_autofree char *program = g_find_program_in_path (tool);
  const char *const arguments[]
      = { program, path, strcmp (tool, "pdftotext") == 0 ? "-" : NULL, NULL };
  char *output = NULL;
  int status = -1;

  if (program == NULL)
    return NULL;
  g_assert_true (g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, &output, NULL, &status, NULL));
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  return output;
}

static void
test_pdf (void)
{
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  g_autofree char *path = export_as ("surface", ".pdf", &options);
  g_autofree char *data = NULL;
  g_autofree char *fonts = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_true (g_str_has_prefix (data, "%PDF"));
  fonts = run_tool ("pdffonts", path);
  text = run_tool ("pdftotext", path);
  if (fonts == NULL || text == NULL)
    {
      g_test_skip ("pdffonts and pdftotext of poppler-utils are not installed");
      return;
    }
  /* Two lines of heading, then a font in each: name, type, encoding, then whether it is embedded.
   */
  lines = g_strsplit (g_strchomp (fonts), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 2);
  for (guint i = 2; lines[i] != NULL; i++)
    g_assert_nonnull (strstr (lines[i], " yes yes "));
  g_assert_nonnull (strstr (text, "Loss <landscape> & more"));
  g_assert_nonnull (strstr (text, "made up"));
}

/* A figure twice as large in print has the same letters. */
static void
test_font_size (void)
{
  KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
  const double widths[] = { 84.0, 168.0 };

  options.font_size_pt = 7.5;
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *path = NULL;
      g_autofree char *data = NULL;

      options.width_mm = widths[i];
      path = export_as ("heat", ".svg", &options);
      g_assert_true (g_file_get_contents (path, &data, NULL, NULL));
      g_assert_nonnull (strstr (data, "font-size=\"7.5\""));
    }
}

/* An export in a dark theme is dark; each theme gives a picture. */
static void
test_themes (void)
{
  for (int kind = 0; kind < KAPPA_N_THEMES; kind++)
    {
      KappaExportOptions options = KAPPA_EXPORT_OPTIONS_INIT;
      g_autofree char *path = NULL;
      cairo_surface_t *surface;
      KappaTheme theme;
      guint32 pixel;

      options.theme = kind;
      options.dpi = 100.0;
      path = export_as ("contour", ".png", &options);
      surface = cairo_image_surface_create_from_png (path);
      memcpy (&pixel, cairo_image_surface_get_data (surface), 4);
      kappa_theme_init (&theme, kind);
      g_assert_true (support_is_close (pixel, kappa_color_to_pixel (&theme.paper), 0));
      cairo_surface_destroy (surface);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *name;
    double width, height, dpi, font;
    const char *words;
  } cases[] = {
    { "a.gif", 100, 0, 300, 0, ".png, .svg or .pdf" },
    { "a", 100, 0, 300, 0, ".png, .svg or .pdf" },
    { "a.png", 1, 0, 300, 0, "10 to 5000 mm" },
    { "a.png", 100, 1e9, 300, 0, "10 to 5000 mm" },
    { "a.png", (double)NAN, 0, 300, 0, "10 to 5000 mm" },
    { "a.png", 100, 0, 1e9, 0, "36 to 2400" },
    { "a.png", 5000, 5000, 2400, 0, "pixels is too large" },
    { "a.pdf", 100, 0, 300, 1000, "2 to 100" },
    { "missing/a.png", 100, 0, 300, 0, "missing/a.png" },
  };
  g_autoptr (KappaFigure) figure = support_make_figure (5, 5, bowl, "heat");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KappaExportOptions options = { .width_mm = cases[i].width,
                                     .height_mm = cases[i].height,
                                     .dpi = cases[i].dpi,
                                     .font_size_pt = cases[i].font,
                                     .theme = KAPPA_THEME_PRINT };
      g_autofree char *path = g_build_filename (directory, cases[i].name, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (kappa_figure_export (figure, path, &options, &error));
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* Nothing is left behind but the files asked for. */
static void
remove_directory (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_true (kappa_figure_can_export (name));
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_rmdir (directory);
  g_free (directory);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("kappa-export-XXXXXX", NULL);
  g_test_add_func ("/export/png", test_png);
  g_test_add_func ("/export/svg", test_svg);
  g_test_add_func ("/export/pdf", test_pdf);
  g_test_add_func ("/export/font-size", test_font_size);
  g_test_add_func ("/export/themes", test_themes);
  g_test_add_func ("/export/refused", test_refused);
  result = g_test_run ();
  remove_directory ();
  return result;
}
