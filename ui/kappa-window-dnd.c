#include "ui/kappa-window-private.h"

/* Files can be dropped anywhere on the window. */

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, KappaWindow *self)
{
  g_autoptr (GSList) files = NULL;

  gtk_widget_set_visible (self->drop_hint, FALSE);
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *l = files; l != NULL; l = l->next)
    {
      GFile *file = l->data;

      kappa_window_open (self, &file, 1);
    }
  return files != NULL;
}

static GdkDragAction
enter_cb (GtkDropTarget *target, double x, double y, KappaWindow *self)
{
  gtk_widget_set_visible (self->drop_hint, TRUE);
  return GDK_ACTION_COPY;
}

static void
leave_cb (GtkDropTarget *target, KappaWindow *self)
{
  gtk_widget_set_visible (self->drop_hint, FALSE);
}

void
kappa_window_init_dnd (KappaWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  g_signal_connect (target, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (target, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
