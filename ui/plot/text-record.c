#include "ui/plot/text-record.h"

struct _KappaTextRecord
{
  GString *svg;
  char *family;
};

static const cairo_user_data_key_t record_key;

static void
text_record_free (gpointer data)
{
  KappaTextRecord *self = data;

  g_string_free (self->svg, TRUE);
  g_free (self->family);
  g_free (self);
}

/**
 * kappa_text_record_attach:
 *
 * Returns: (transfer none): a record that lives as long as @surface
 */
KappaTextRecord *
kappa_text_record_attach (cairo_surface_t *surface, const KappaTheme *theme)
{
  KappaTextRecord *self = g_new0 (KappaTextRecord, 1);

  self->svg = g_string_new (NULL);
  self->family = g_markup_escape_text (theme->font_family, -1);
  cairo_surface_set_user_data (surface, &record_key, self, text_record_free);
  return self;
}

/**
 * kappa_text_record_find:
 *
 * Returns: (transfer none) (nullable): the record attached to @surface
 */
KappaTextRecord *
kappa_text_record_find (cairo_surface_t *surface)
{
  return cairo_surface_get_user_data (surface, &record_key);
}

/**
 * kappa_text_record_add:
 * @size: of the letters, in user-space units
 * @x, @baseline: the anchor, in user-space units
 * @anchor: 0 for the left end, ½ for the middle, 1 for the right end
 *
 * Writes down one line of text. Only the three anchors SVG knows are kept exactly.
 */
void
kappa_text_record_add (KappaTextRecord *self,
                       cairo_t *cr,
                       const char *text,
                       double size,
                       gboolean bold,
                       const KappaColor *color,
                       double x,
                       double baseline,
                       double anchor)
{
  static const char *const anchors[] = { "start", "middle", "end" };
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  char numbers[9][G_ASCII_DTOSTR_BUF_SIZE];
  cairo_matrix_t m;

  cairo_get_matrix (cr, &m);
  {
    const double values[9] = { m.xx, m.yx, m.xy, m.yy, m.x0, m.y0, x, baseline, size };

    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      g_ascii_formatd (numbers[i], sizeof numbers[i], "%.6g", values[i]);
  }
  g_string_append_printf (
      self->svg,
      "<text xml:space=\"preserve\" transform=\"matrix(%s %s %s %s %s %s)\" x=\"%s\" y=\"%s\" "
      "font-family=\"%s\" font-size=\"%s\"%s text-anchor=\"%s\" fill=\"#%06x\">%s</text>\n",
      numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6],
      numbers[7], self->family, numbers[8], bold ? " font-weight=\"bold\"" : "",
      anchors[anchor < 0.25   ? 0
              : anchor > 0.75 ? 2
                              : 1],
      ((guint)(color->red * 255.0 + 0.5) << 16 | (guint)(color->green * 255.0 + 0.5) << 8
       | (guint)(color->blue * 255.0 + 0.5)),
      escaped);
}

/**
 * kappa_text_record_dup_svg:
 *
 * Returns: (transfer full): the text elements, in the order of drawing
 */
char *
kappa_text_record_dup_svg (KappaTextRecord *self)
{
  return g_strdup (self->svg->str);
}
