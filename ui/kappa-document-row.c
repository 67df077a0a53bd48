#include "ui/kappa-document-row.h"

#include "ui/kappa-widget-theme.h"

/**
 * KappaDocumentRow:
 *
 * A model or images in the sidebar: what it is, where it is from, whether it could be read. A model
 * has the colour it has in figures.
 */
struct _KappaDocumentRow
{
  GtkListBoxRow parent_instance;

  KappaDocument *document;
  GtkWidget *mark, *title, *subtitle, *spinner;
};

G_DEFINE_FINAL_TYPE (KappaDocumentRow, kappa_document_row, GTK_TYPE_LIST_BOX_ROW)

static void
kappa_document_row_dispose (GObject *object)
{
  g_clear_object (&KAPPA_DOCUMENT_ROW (object)->document);
  G_OBJECT_CLASS (kappa_document_row_parent_class)->dispose (object);
}

static void
close_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaDocumentRow *self = KAPPA_DOCUMENT_ROW (widget);
  gboolean is_model = kappa_document_get_kind (self->document) == KAPPA_INPUT_MODEL;

  gtk_widget_activate_action (widget, "win.close-document", "(bs)", is_model,
                              kappa_document_get_source (self->document));
}

static void
kappa_document_row_class_init (KappaDocumentRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_document_row_dispose;
  gtk_widget_class_install_action (widget_class, "document.close", NULL, close_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "document.close", NULL);
}

static void
draw_dot (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  KappaDocumentRow *self = data;
  KappaTheme theme;
  KappaColor color;

  kappa_widget_init_theme (GTK_WIDGET (area), &theme);
  color = theme.series[kappa_document_get_color (self->document) % KAPPA_THEME_N_SERIES];
  cairo_set_source_rgb (cr, color.red, color.green, color.blue);
  cairo_arc (cr, width / 2.0, height / 2.0, 5.0, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
}

static GtkWidget *
make_mark (KappaDocumentRow *self)
{
  GtkWidget *area;

  if (kappa_document_get_kind (self->document) != KAPPA_INPUT_MODEL)
    return gtk_image_new_from_icon_name ("image-x-generic-symbolic");
  area = gtk_drawing_area_new ();
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), 16);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), 16);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_dot, self, NULL);
  return area;
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_close_button (KappaDocumentRow *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *label = g_strdup_printf ("Close %s", kappa_document_get_title (self->document));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "document.close");
  gtk_widget_set_tooltip_text (button, "Close (the file stays where it is)");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_add_css_class (button, "on-hover");
  return button;
}

static void
show_state (KappaDocumentRow *self)
{
  KappaDocumentState state = kappa_document_get_state (self->document);
  const char *error = kappa_document_get_error (self->document);
  const char *source = kappa_document_get_source (self->document);

  gtk_widget_set_visible (self->spinner, state == KAPPA_DOCUMENT_OPENING);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), state == KAPPA_DOCUMENT_OPENING);
  if (state == KAPPA_DOCUMENT_FAILED)
    gtk_widget_add_css_class (self->subtitle, "error");
  else
    gtk_widget_remove_css_class (self->subtitle, "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), state == KAPPA_DOCUMENT_FAILED ? error : source);
}

static void
kappa_document_row_init (KappaDocumentRow *self)
{
  self->title = make_label ("body");
  self->subtitle = make_label ("caption");
  gtk_widget_add_css_class (self->subtitle, "dim-label");
  self->spinner = gtk_spinner_new ();
}

static GtkWidget *
lay_out (KappaDocumentRow *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10),
            *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (words), self->title);
  gtk_box_append (GTK_BOX (words), self->subtitle);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), self->mark);
  gtk_box_append (GTK_BOX (line), words);
  gtk_box_append (GTK_BOX (line), self->spinner);
  gtk_box_append (GTK_BOX (line), make_close_button (self));
  return line;
}

GtkWidget *
kappa_document_row_new (KappaDocument *document)
{
  KappaDocumentRow *self = g_object_new (KAPPA_TYPE_DOCUMENT_ROW, NULL);

  self->document = g_object_ref (document);
  self->mark = make_mark (self);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), lay_out (self));
  g_object_bind_property (document, "title", self->title, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (document, "subtitle", self->subtitle, "label", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (document, "notify::state", G_CALLBACK (show_state), self,
                           G_CONNECT_SWAPPED);
  show_state (self);
  return GTK_WIDGET (self);
}

/**
 * kappa_document_row_get_document:
 *
 * Returns: (transfer none): what the row shows
 */
KappaDocument *
kappa_document_row_get_document (KappaDocumentRow *self)
{
  return self->document;
}
