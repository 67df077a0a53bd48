#include "ui/kappa-export-dialog.h"

#include <string.h>

#include "core/store/export.h"
#include "ui/kappa-texture.h"
#include "ui/plot/export.h"

/**
 * KappaExportDialog:
 *
 * Writes the figure at the size it will have on paper, which it shows beforehand, or the numbers
 * behind it.
 */
struct _KappaExportDialog
{
  AdwWindow parent_instance;

  KappaAnalysisPage *page;
  KappaFigure *figure;
  GtkFileChooserNative *chooser;

  GtkPicture *preview;
  GtkStack *preview_stack;
  AdwStatusPage *data_status;
  AdwComboRow *format, *theme;
  GtkSpinButton *width, *height, *dpi, *font_size;
  GtkSwitch *provenance;
  AdwPreferencesGroup *figure_group;
  GtkWidget *dpi_row;
  GtkRevealer *error_revealer;
  GtkLabel *error_label;
  guint preview_source;
};

G_DEFINE_FINAL_TYPE (KappaExportDialog, kappa_export_dialog, ADW_TYPE_WINDOW)

#define POINTS_PER_MM (72.0 / 25.4)
#define PREVIEW_SCALE 2

/* Pictures first, then every format the numbers can be written in. */
static const char *const pictures[] = { "png", "svg", "pdf" };
static guint exported_signal;

static const char *
get_format (KappaExportDialog *self)
{
  return gtk_string_object_get_string (adw_combo_row_get_selected_item (self->format));
}

static gboolean
is_picture (const char *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    if (g_str_equal (pictures[i], format))
      return TRUE;
  return FALSE;
}

static KappaExportOptions
get_options (KappaExportDialog *self)
{
  static const KappaThemeKind themes[]
      = { KAPPA_THEME_PRINT, KAPPA_THEME_LIGHT, KAPPA_THEME_DARK, KAPPA_THEME_HIGH_CONTRAST };

  return (KappaExportOptions) { .width_mm = gtk_spin_button_get_value (self->width),
                                .height_mm = gtk_spin_button_get_value (self->height),
                                .dpi = gtk_spin_button_get_value (self->dpi),
                                .font_size_pt = gtk_spin_button_get_value (self->font_size),
                                .theme = themes[adw_combo_row_get_selected (self->theme)] };
}

static void
set_provenance (KappaExportDialog *self, gboolean shown)
{
  g_autofree char *provenance = shown ? kappa_analysis_page_dup_provenance (self->page) : NULL;

  kappa_figure_set_provenance (self->figure, provenance);
}

static gboolean
preview_cb (gpointer data)
{
  KappaExportDialog *self = data;
  KappaExportOptions options = get_options (self);
  double width = options.width_mm * POINTS_PER_MM;
  double height = options.height_mm > 0.0 ? options.height_mm * POINTS_PER_MM
                                          : width / kappa_figure_get_aspect (self->figure);
  g_autoptr (GdkTexture) texture = NULL;
  KappaTheme theme;

  self->preview_source = 0;
  kappa_theme_init (&theme, options.theme);
  theme.unit = 1.0;
  kappa_theme_set_font (&theme, theme.font_family,
                        options.font_size_pt > 0.0 ? options.font_size_pt : 8.0);
  set_provenance (self, gtk_switch_get_active (self->provenance));
  texture = kappa_texture_take_surface (
      kappa_figure_render (self->figure, width, height, PREVIEW_SCALE, &theme));
  set_provenance (self, FALSE);
  gtk_picture_set_paintable (self->preview, GDK_PAINTABLE (texture));
  return G_SOURCE_REMOVE;
}

static void
preview_soon (KappaExportDialog *self)
{
  if (self->preview_source == 0 && self->figure != NULL)
    self->preview_source = g_timeout_add (60, preview_cb, self);
}

static void
format_changed_cb (KappaExportDialog *self)
{
  const char *format = get_format (self);
  gboolean picture = is_picture (format);
  g_autofree char *title = g_strdup_printf ("All numbers of the run, as %s", format);

  gtk_widget_set_visible (GTK_WIDGET (self->figure_group), picture);
  gtk_widget_set_visible (self->dpi_row, picture);
  adw_status_page_set_title (self->data_status, title);
  gtk_stack_set_visible_child_name (self->preview_stack, picture ? "figure" : "data");
}

static gboolean
write_file (KappaExportDialog *self, const char *path, GError **error)
{
  KappaExportOptions options = get_options (self);
  g_autofree char *recipe = NULL;
  gboolean done;

  if (is_picture (get_format (self)))
    {
      set_provenance (self, gtk_switch_get_active (self->provenance));
      done = kappa_figure_export (self->figure, path, &options, error);
      set_provenance (self, FALSE);
      return done;
    }
  recipe = kappa_analysis_page_dup_recipe (self->page);
  return kappa_export (kappa_analysis_page_get_result (self->page), recipe, path, error);
}

static void
response_cb (GtkNativeDialog *dialog, int response, KappaExportDialog *self)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                               : NULL;
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->chooser);
  if (path == NULL)
    return;
  if (!write_file (self, path, &error))
    {
      gtk_label_set_label (self->error_label, error->message);
      gtk_revealer_set_reveal_child (self->error_revealer, TRUE);
      return;
    }
  message = g_markup_printf_escaped ("%s written", name);
  g_signal_emit (self, exported_signal, 0, message);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
export_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KappaExportDialog *self = KAPPA_EXPORT_DIALOG (widget);
  KappaRunItem *run = kappa_page_get_run (KAPPA_PAGE (self->page));
  g_autofree char *name = g_strdup_printf (
      "%s.%s", run != NULL ? kappa_run_item_get_analysis (run) : "figure", get_format (self));

  self->chooser = gtk_file_chooser_native_new ("Export", GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, "_Export", "_Cancel");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect (self->chooser, "response", G_CALLBACK (response_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
kappa_export_dialog_dispose (GObject *object)
{
  KappaExportDialog *self = KAPPA_EXPORT_DIALOG (object);

  g_clear_handle_id (&self->preview_source, g_source_remove);
  g_clear_object (&self->chooser);
  /* The figure measures with the letters it was drawn with last: those of the screen again, please.
   */
  if (self->figure != NULL)
    kappa_figure_changed (self->figure);
  g_clear_object (&self->figure);
  g_clear_object (&self->page);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_EXPORT_DIALOG);
  G_OBJECT_CLASS (kappa_export_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, preview);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, preview_stack);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, data_status);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, format);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, theme);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, width);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, height);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, dpi);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, dpi_row);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, font_size);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, provenance);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, figure_group);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, error_revealer);
  gtk_widget_class_bind_template_child (klass, KappaExportDialog, error_label);
  gtk_widget_class_bind_template_callback (klass, preview_soon);
  gtk_widget_class_bind_template_callback (klass, format_changed_cb);
}

static void
kappa_export_dialog_class_init (KappaExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_export_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/kappa/Kappa/ui/kappa-export-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "dialog.export", NULL, export_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK,
                                       "dialog.export", NULL);

  /**
   * KappaExportDialog::exported:
   * @message: which file was written, as markup
   */
  exported_signal = g_signal_new ("exported", KAPPA_TYPE_EXPORT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
kappa_export_dialog_init (KappaExportDialog *self)
{
  g_autoptr (GtkStringList) formats = gtk_string_list_new (NULL);
  const char *const *extensions = kappa_export_list_extensions ();

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    gtk_string_list_append (formats, pictures[i]);
  for (; *extensions != NULL; extensions++)
    gtk_string_list_append (formats, **extensions == '.' ? *extensions + 1 : *extensions);
  adw_combo_row_set_model (self->format, G_LIST_MODEL (formats));
}

/**
 * kappa_export_dialog_new:
 * @page: whose run the numbers are of
 * @figure: the figure to be written, as it is looked at
 */
GtkWidget *
kappa_export_dialog_new (GtkWindow *parent, KappaAnalysisPage *page, KappaFigure *figure)
{
  KappaExportDialog *self = g_object_new (KAPPA_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);

  self->page = g_object_ref (page);
  self->figure = g_object_ref (figure);
  preview_soon (self);
  return GTK_WIDGET (self);
}
