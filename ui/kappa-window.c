#include "ui/kappa-window-private.h"

#include <string.h>

#include "core/models/sample.h"
#include "ui/kappa-model-page.h"
#include "ui/kappa-page-switcher.h"
#include "ui/kappa-page-table.h"
#include "ui/kappa-sidebar.h"

/**
 * KappaWindow:
 *
 * The one window: what is open on the left, pages in the middle, parameters and facts on the right.
 */
/* Letters; the bar is not to fill the window. */
#define MAX_MESSAGES 600

G_DEFINE_FINAL_TYPE (KappaWindow, kappa_window, ADW_TYPE_APPLICATION_WINDOW)

/**
 * kappa_window_tell:
 *
 * Tells something that went wrong in a bar that stays until it is closed, or until something is
 * tried again. Of several files that cannot be opened each is named.
 */
void
kappa_window_tell (KappaWindow *self, const char *message)
{
  const char *before = gtk_revealer_get_reveal_child (self->error_bar)
                           ? gtk_label_get_label (self->error_label)
                           : "";
  gboolean again = strstr (before, message) != NULL || strlen (before) > MAX_MESSAGES;
  g_autofree char *both = g_strdup_printf ("%s\n%s", before, message);

  gtk_label_set_label (self->error_label, *before != '\0' && !again ? both : message);
  gtk_revealer_set_reveal_child (self->error_bar, TRUE);
}

KappaPage *
kappa_window_get_page (KappaWindow *self)
{
  return KAPPA_PAGE (gtk_stack_get_visible_child (self->pages));
}

KappaPage *
kappa_window_find_page (KappaWindow *self, const char *name)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->pages, name);

  return page != NULL ? KAPPA_PAGE (page) : NULL;
}

/**
 * kappa_window_show_page:
 * @name: "model", or the name of an analysis
 */
void
kappa_window_show_page (KappaWindow *self, const char *name)
{
  if (kappa_window_find_page (self, name) != NULL)
    gtk_stack_set_visible_child_name (self->pages, name);
}

/**
 * kappa_window_show_layer:
 * @name: of a layer, a tensor, an activation or a block of the model that is looked at
 *
 * Opens the page of the model there.
 */
void
kappa_window_show_layer (KappaWindow *self, const char *name)
{
  kappa_window_show_page (self, "model");
  kappa_model_page_show_layer (KAPPA_MODEL_PAGE (kappa_window_find_page (self, "model")), name);
}

static void
show_title (KappaWindow *self)
{
  KappaDocument *model = kappa_desk_get_model (self->desk),
                *data = kappa_desk_get_dataset (self->desk);
  g_autofree char *images = data != NULL ? kappa_document_dup_images (data) : NULL;
  g_autofree char *subtitle = NULL;

  if (data != NULL)
    subtitle = g_strdup_printf ("%s%s%s", kappa_document_get_title (data),
                                *images != '\0' ? ", " : "", images);
  adw_window_title_set_title (self->title,
                              model != NULL ? kappa_document_get_title (model) : "Kappa");
  adw_window_title_set_subtitle (self->title, subtitle != NULL ? subtitle : "");
}

static gboolean
has_something (KappaWindow *self)
{
  return g_list_model_get_n_items (kappa_desk_get_models (self->desk)) > 0
         || g_list_model_get_n_items (kappa_desk_get_data (self->desk)) > 0
         || kappa_desk_get_run (self->desk) != NULL;
}

static void
show_centre (KappaWindow *self)
{
  gtk_stack_set_visible_child_name (self->centre, has_something (self) ? "pages" : "empty");
}

static void
show_in (GtkStack *stack, GtkWidget *widget)
{
  gtk_widget_set_visible (GTK_WIDGET (stack), widget != NULL);
  if (widget == NULL)
    return;
  if (gtk_widget_get_parent (widget) == NULL)
    gtk_stack_add_child (stack, widget);
  gtk_stack_set_visible_child (stack, widget);
}

static void
page_changed_cb (KappaWindow *self)
{
  KappaPage *page = kappa_window_get_page (self);

  if (page == NULL || gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  kappa_page_open (page);
  show_in (self->sides, kappa_page_get_side (page));
  show_in (self->tools, kappa_page_get_tools (page));
  if (kappa_page_can_run (page))
    kappa_desk_set_run (self->desk, kappa_page_get_run (page));
  kappa_window_update_actions (self);
  kappa_window_save_soon (self);
}

static void
subject_changed_cb (KappaWindow *self)
{
  KappaPage *page = kappa_window_get_page (self);

  show_title (self);
  show_centre (self);
  if (page != NULL && kappa_page_can_run (page) && kappa_page_is_open (page))
    kappa_desk_set_run (self->desk, kappa_page_get_run (page));
  kappa_window_update_actions (self);
  kappa_window_save_soon (self);
}

static void
run_changed_cb (KappaWindow *self)
{
  KappaRunItem *run = kappa_desk_get_run (self->desk);
  KappaPage *page
      = run != NULL ? kappa_window_find_page (self, kappa_run_item_get_analysis (run)) : NULL;

  if (page != NULL)
    {
      kappa_page_show_run (page, run);
      gtk_stack_set_visible_child (self->pages, GTK_WIDGET (page));
    }
  show_centre (self);
  kappa_window_update_actions (self);
  kappa_window_save_soon (self);
}

static void
message_cb (KappaWindow *self, const char *message)
{
  kappa_window_tell (self, message);
}

static void
note_cb (KappaWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

static void
document_changed_cb (KappaDocument *document, GParamSpec *pspec, KappaWindow *self)
{
  const char *error = kappa_document_get_error (document);

  if (kappa_document_get_state (document) == KAPPA_DOCUMENT_FAILED && error != NULL)
    kappa_window_tell (self, error);
  subject_changed_cb (self);
}

static void
documents_changed_cb (GListModel *list,
                      guint position,
                      guint removed,
                      guint added,
                      KappaWindow *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (list, i);

      g_signal_connect_object (document, "notify::state", G_CALLBACK (document_changed_cb), self,
                               0);
      g_signal_connect_object (document, "options-changed", G_CALLBACK (subject_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  subject_changed_cb (self);
}

static void
connect_desk (KappaWindow *self)
{
  g_signal_connect_object (self->desk, "note", G_CALLBACK (note_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (kappa_desk_get_models (self->desk), "items-changed",
                           G_CALLBACK (documents_changed_cb), self, 0);
  g_signal_connect_object (kappa_desk_get_data (self->desk), "items-changed",
                           G_CALLBACK (documents_changed_cb), self, 0);
  kappa_sidebar_set_desk (KAPPA_SIDEBAR (self->sidebar), self->desk);
}

/* After the pages have heard of it. */
static void
follow_subject (KappaWindow *self)
{
  g_signal_connect_object (self->desk, "notify::model", G_CALLBACK (subject_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->desk, "notify::dataset", G_CALLBACK (subject_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->desk, "notify::run", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (kappa_desk_get_runs (self->desk), "loaded",
                           G_CALLBACK (subject_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
add_pages (KappaWindow *self)
{
  kappa_page_table_build (self->pages, self->desk);
  kappa_page_switcher_set_stack (KAPPA_PAGE_SWITCHER (self->switcher), self->pages);
  g_signal_connect_swapped (self->pages, "notify::visible-child", G_CALLBACK (page_changed_cb),
                            self);
  page_changed_cb (self);
}

/* What runs is asked to stop, and may take a moment to write down what it has. */
static gboolean
close_when_idle (gpointer data)
{
  KappaWindow *self = data;

  if (kappa_queue_get_running (kappa_desk_get_queue (self->desk)) != NULL)
    return G_SOURCE_CONTINUE;
  gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static gboolean
kappa_window_close_request (GtkWindow *window)
{
  KappaWindow *self = KAPPA_WINDOW (window);
  KappaQueue *queue = kappa_desk_get_queue (self->desk);

  if (self->closing)
    return GDK_EVENT_STOP;
  kappa_window_save_session (self);
  kappa_queue_interrupt (queue);
  if (kappa_queue_get_running (queue) == NULL)
    return GDK_EVENT_PROPAGATE;
  self->closing = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_timeout_add (20, close_when_idle, self);
  return GDK_EVENT_STOP;
}

static void
error_closed_cb (KappaWindow *self)
{
  gtk_revealer_set_reveal_child (self->error_bar, FALSE);
}

static void
kappa_window_dispose (GObject *object)
{
  KappaWindow *self = KAPPA_WINDOW (object);

  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->pages != NULL)
    g_signal_handlers_disconnect_by_func (self->pages, page_changed_cb, self);
  g_clear_object (&self->chooser);
  g_clear_object (&self->desk);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), KAPPA_TYPE_WINDOW);
  G_OBJECT_CLASS (kappa_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, KappaWindow, toasts);
  gtk_widget_class_bind_template_child (klass, KappaWindow, title);
  gtk_widget_class_bind_template_child (klass, KappaWindow, recent_button);
  gtk_widget_class_bind_template_child (klass, KappaWindow, error_bar);
  gtk_widget_class_bind_template_child (klass, KappaWindow, error_label);
  gtk_widget_class_bind_template_child (klass, KappaWindow, sidebar_flap);
  gtk_widget_class_bind_template_child (klass, KappaWindow, side_flap);
  gtk_widget_class_bind_template_child (klass, KappaWindow, centre);
  gtk_widget_class_bind_template_child (klass, KappaWindow, pages);
  gtk_widget_class_bind_template_child (klass, KappaWindow, sides);
  gtk_widget_class_bind_template_child (klass, KappaWindow, tools);
  gtk_widget_class_bind_template_child (klass, KappaWindow, switcher);
  gtk_widget_class_bind_template_child (klass, KappaWindow, empty);
  gtk_widget_class_bind_template_child (klass, KappaWindow, sidebar);
  gtk_widget_class_bind_template_child (klass, KappaWindow, drop_hint);
  gtk_widget_class_bind_template_child (klass, KappaWindow, run_button);
  gtk_widget_class_bind_template_child (klass, KappaWindow, export_button);
  gtk_widget_class_bind_template_callback (klass, error_closed_cb);
}

static void
kappa_window_class_init (KappaWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = kappa_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = kappa_window_close_request;
  g_type_ensure (KAPPA_TYPE_SIDEBAR);
  g_type_ensure (KAPPA_TYPE_PAGE_SWITCHER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/kappa/Kappa/ui/kappa-window.ui");
  bind_children (widget_class);
  kappa_window_class_install_actions (widget_class);
  kappa_window_class_install_run_actions (widget_class);
}

static void
kappa_window_init (KappaWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->recent_button, kappa_window_fill_recent, NULL, NULL);
  self->desk = kappa_desk_new ();
}

static void
apply_settings (KappaWindow *self)
{
  kappa_queue_set_threads (kappa_desk_get_queue (self->desk),
                           (guint)g_settings_get_int (self->settings, "threads"));
}

/**
 * kappa_window_new:
 * @settings: of the schema org.kappa.Kappa
 */
KappaWindow *
kappa_window_new (AdwApplication *application, GSettings *settings)
{
  KappaWindow *self = g_object_new (KAPPA_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed", G_CALLBACK (apply_settings), self,
                           G_CONNECT_SWAPPED);
  apply_settings (self);
  connect_desk (self);
  add_pages (self);
  follow_subject (self);
  kappa_window_init_dnd (self);
  subject_changed_cb (self);
  kappa_desk_open_workspace (self->desk, g_getenv ("KAPPA_WORKSPACE"));
  return self;
}

KappaDesk *
kappa_window_get_desk (KappaWindow *self)
{
  return self->desk;
}

/**
 * kappa_window_open_sample:
 *
 * Opens the bundled network and images, and has their landscape computed: 25 × 25 points over 100
 * images, which takes a minute at most. What was computed before is shown at once.
 *
 * Returns: %FALSE if the sample is not installed
 */
gboolean
kappa_window_open_sample (KappaWindow *self)
{
  g_autofree char *folder = kappa_sample_dir ();
  g_autofree char *model_path
      = folder != NULL ? g_build_filename (folder, KAPPA_SAMPLE_MODEL, NULL) : NULL;
  g_autofree char *data_path
      = folder != NULL ? g_build_filename (folder, KAPPA_SAMPLE_IMAGES, NULL) : NULL;
  g_autoptr (KappaDocument) model = NULL, data = NULL;

  if (folder == NULL)
    return FALSE;
  data = kappa_document_new (KAPPA_INPUT_DATASET, data_path);
  kappa_document_set_option (data, "images", "0:100", NULL);
  model = kappa_document_new (KAPPA_INPUT_MODEL, model_path);
  if (kappa_desk_add (self->desk, data) == data)
    kappa_document_open (data);
  if (kappa_desk_add (self->desk, model) == model)
    kappa_document_open (model);
  kappa_window_show_page (self, "landscape");
  kappa_page_run (kappa_window_get_page (self));
  return TRUE;
}
