#include "ui/kappa-clipboard.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/analysis/json-writer.h"
#include "ui/plot/export.h"

/* Copying a figure: as a picture of points and of shapes, and its numbers as a table, so that
 * whoever pastes takes what it can use. */

#define PICTURE_WIDTH_MM 160.0
#define PICTURE_DPI      200.0

static GBytes *
export_to_bytes (KappaFigure *figure, const char *suffix, GError **error)
{
  const KappaExportOptions options
      = { .width_mm = PICTURE_WIDTH_MM, .dpi = PICTURE_DPI, .theme = KAPPA_THEME_PRINT };
  g_autofree char *template = g_strconcat ("kappa-XXXXXX", suffix, NULL);
  g_autofree char *path = NULL;
  char *contents = NULL;
  gsize length = 0;
  int file = g_file_open_tmp (template, &path, error);
  gboolean done;

  if (file < 0)
    return NULL;
  close (file);
  done = kappa_figure_export (figure, path, &options, error)
         && g_file_get_contents (path, &contents, &length, error);
  g_unlink (path);
  return done ? g_bytes_new_take (contents, length) : NULL;
}

static void
append_number (GString *text, double value)
{
  g_autofree char *number = kappa_number_to_text (value);

  g_string_append (text, number);
}

static double
coordinate (const KappaArray *array, guint axis, gsize index)
{
  return array->coordinates[axis] != NULL ? array->coordinates[axis][index] : (double)index;
}

/* One row for each place, one column for each axis and each array of that shape. */
static void
append_arrays (GString *text, GPtrArray *arrays)
{
  const KappaArray *first = arrays->pdata[0];
  gsize size = kappa_array_get_size (first);

  for (guint d = 0; d < first->rank; d++)
    g_string_append_printf (text, "%s\t", first->axes[d] != NULL ? first->axes[d] : "index");
  for (guint i = 0; i < arrays->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\t" : "",
                            ((const KappaArray *)arrays->pdata[i])->name);
  g_string_append_c (text, '\n');
  for (gsize at = 0; at < size; at++)
    {
      gsize stride = size;

      for (guint d = 0; d < first->rank; d++)
        {
          stride /= first->dims[d];
          append_number (text, coordinate (first, d, at / stride % first->dims[d]));
          g_string_append_c (text, '\t');
        }
      for (guint i = 0; i < arrays->len; i++)
        {
          const KappaArray *array = arrays->pdata[i];

          if (i > 0)
            g_string_append_c (text, '\t');
          if (array->present[at])
            append_number (text, array->values[at]);
        }
      g_string_append_c (text, '\n');
    }
}

static gboolean
same_shape (const KappaArray *a, const KappaArray *b)
{
  return a->rank == b->rank && memcmp (a->dims, b->dims, a->rank * sizeof *a->dims) == 0;
}

/**
 * kappa_clipboard_dup_table:
 *
 * Returns: (transfer full): the first array of a result and all others of its shape, as
 * tab-separated text; "" if there is none. What is not computed yet is empty
 */
char *
kappa_clipboard_dup_table (KappaResult *result)
{
  g_autoptr (GPtrArray) arrays = g_ptr_array_new_with_free_func ((GDestroyNotify)kappa_array_free);
  g_auto (GStrv) names = kappa_result_list_arrays (result);
  GString *text = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (KappaArray) array = kappa_result_dup_array (result, names[i]);

      if (array != NULL && (arrays->len == 0 || same_shape (arrays->pdata[0], array)))
        g_ptr_array_add (arrays, g_steal_pointer (&array));
    }
  if (arrays->len > 0)
    append_arrays (text, arrays);
  return g_string_free (text, FALSE);
}

/**
 * kappa_clipboard_copy_figure:
 * @result: (nullable): whose numbers go with the picture
 *
 * Puts PNG, SVG and tab-separated text on the clipboard.
 */
gboolean
kappa_clipboard_copy_figure (GtkWidget *widget,
                             KappaFigure *figure,
                             KappaResult *result,
                             GError **error)
{
  g_autoptr (GBytes) png = export_to_bytes (figure, ".png", error);
  g_autoptr (GBytes) svg = png != NULL ? export_to_bytes (figure, ".svg", error) : NULL;
  g_autoptr (GdkTexture) texture = svg != NULL ? gdk_texture_new_from_bytes (png, error) : NULL;
  g_autoptr (GdkContentProvider) provider = NULL;
  g_autofree char *table = result != NULL ? kappa_clipboard_dup_table (result) : g_strdup ("");
  GdkContentProvider *parts[4];

  if (texture == NULL)
    return FALSE;
  parts[0] = gdk_content_provider_new_for_bytes ("image/png", png);
  parts[1] = gdk_content_provider_new_for_bytes ("image/svg+xml", svg);
  parts[2] = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  parts[3] = gdk_content_provider_new_typed (G_TYPE_STRING, table);
  provider = gdk_content_provider_new_union (parts, *table != '\0' ? 4 : 3);
  if (*table == '\0')
    g_object_unref (parts[3]);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (widget), provider);
  return TRUE;
}
