#include "ui/kappa-opener.h"
#include "ui/kappa-window-private.h"

/* Opening files: from the dialog, the list of recent ones, a drop or the command line, all by the
 * same path. */

static void
opened_cb (GFile *file, KappaDocument *document, const GError *error, gpointer data)
{
  KappaWindow *self = data;
  g_autofree char *uri = g_file_get_uri (file);

  if (self->desk == NULL)
    return;
  if (error != NULL)
    {
      kappa_window_tell (self, error->message);
      return;
    }
  gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

/**
 * kappa_window_open:
 *
 * Opens models, images and recipes. What cannot be opened is told, and the others are opened. They
 * are looked at then, rather than the run of the last session.
 */
void
kappa_window_open (KappaWindow *self, GFile **files, guint n)
{
  self->restored_run = 0;
  gtk_revealer_set_reveal_child (self->error_bar, FALSE);
  for (guint i = 0; i < n; i++)
    kappa_opener_open (self->desk, files[i], opened_cb, g_object_ref (self), g_object_unref);
}

static void
response_cb (GtkNativeDialog *dialog, int response, KappaWindow *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);

          kappa_window_open (self, &file, 1);
        }
    }
  g_clear_object (&self->chooser);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *suffixes)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (; suffixes != NULL && *suffixes != NULL; suffixes++)
    gtk_file_filter_add_suffix (filter, *suffixes);
  if (suffixes == NULL)
    gtk_file_filter_add_pattern (filter, "*");
  gtk_file_chooser_add_filter (chooser, filter);
}

/* All files come first: many checkpoints have no suffix, or one of their own. */
static void
show_chooser (KappaWindow *self, GtkFileChooserAction action)
{
  static const char *const models[]
      = { "th", "pt", "pth", "ckpt", "bin", "safetensors", "tar", "npz", "h5", "onnx", NULL };
  static const char *const images[] = { "bin", "npz", "csv", "png", "jpg", "jpeg", NULL };
  gboolean folder = action == GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (folder ? "Open a Folder" : "Open a Model or Images",
                                               GTK_WINDOW (self), action, "_Open", "_Cancel");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  if (!folder)
    {
      add_filter (GTK_FILE_CHOOSER (self->chooser), "All files", NULL);
      add_filter (GTK_FILE_CHOOSER (self->chooser), "Models", models);
      add_filter (GTK_FILE_CHOOSER (self->chooser), "Images", images);
    }
  g_signal_connect (self->chooser, "response", G_CALLBACK (response_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

void
kappa_window_choose_file (KappaWindow *self)
{
  show_chooser (self, GTK_FILE_CHOOSER_ACTION_OPEN);
}

void
kappa_window_choose_folder (KappaWindow *self)
{
  show_chooser (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static int
compare_visits (gconstpointer a, gconstpointer b)
{
  GDateTime *visited_a = gtk_recent_info_get_modified (*(GtkRecentInfo **)a);
  GDateTime *visited_b = gtk_recent_info_get_modified (*(GtkRecentInfo **)b);

  return g_date_time_compare (visited_b, visited_a);
}

static GPtrArray *
list_own_recent (void)
{
  GList *all = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  GPtrArray *own = g_ptr_array_new_with_free_func ((GDestroyNotify)gtk_recent_info_unref);

  for (GList *l = all; l != NULL; l = l->next)
    if (gtk_recent_info_has_application (l->data, g_get_application_name ())
        && gtk_recent_info_exists (l->data))
      g_ptr_array_add (own, gtk_recent_info_ref (l->data));
  g_list_free_full (all, (GDestroyNotify)gtk_recent_info_unref);
  g_ptr_array_sort (own, compare_visits);
  return own;
}

/**
 * kappa_window_fill_recent:
 *
 * Makes the menu of recent files when it is about to be seen.
 */
void
kappa_window_fill_recent (GtkMenuButton *button, gpointer data)
{
  const guint most = 10;
  g_autoptr (GPtrArray) own = list_own_recent ();
  g_autoptr (GMenu) menu = g_menu_new (), recent = g_menu_new (), others = g_menu_new ();

  for (guint i = 0; i < MIN (own->len, most); i++)
    {
      g_autoptr (GMenuItem) item
          = g_menu_item_new (gtk_recent_info_get_display_name (own->pdata[i]), NULL);

      g_menu_item_set_action_and_target (item, "win.open-uri", "s",
                                         gtk_recent_info_get_uri (own->pdata[i]));
      g_menu_append_item (recent, item);
    }
  g_menu_append (others, "Open a _Folder…", "win.open-folder");
  g_menu_append (others, "Open the _Sample", "win.open-sample");
  if (own->len > 0)
    g_menu_append_section (menu, "Recent", G_MENU_MODEL (recent));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (others));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}
