#pragma once

#include "ui/kappa-page.h"
#include "ui/kappa-window.h"

struct _KappaWindow
{
  AdwApplicationWindow parent_instance;

  KappaDesk *desk;
  GSettings *settings;

  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  GtkMenuButton *recent_button;
  GtkRevealer *error_bar;
  GtkLabel *error_label;
  AdwFlap *sidebar_flap, *side_flap;
  GtkStack *centre, *pages, *sides, *tools;
  AdwStatusPage *empty;
  GtkWidget *switcher, *sidebar, *drop_hint, *run_button, *export_button;

  GtkFileChooserNative *chooser;
  guint save_source;
  gint64 restored_run; /* to be shown once the runs are known */
  gboolean restoring, closing;
};

/* kappa-window-actions.c */
void       kappa_window_class_install_actions (GtkWidgetClass *klass);
void       kappa_window_update_actions        (KappaWindow *self);

/* kappa-window-dnd.c */
void       kappa_window_init_dnd              (KappaWindow *self);

/* kappa-window-open.c */
void       kappa_window_choose_file           (KappaWindow *self);
void       kappa_window_choose_folder         (KappaWindow *self);
void       kappa_window_fill_recent           (GtkMenuButton *button, gpointer data);

/* kappa-window-runs.c */
void       kappa_window_class_install_run_actions (GtkWidgetClass *klass);

/* kappa-window-session.c */
void       kappa_window_save_soon             (KappaWindow *self);
void       kappa_window_save_session          (KappaWindow *self);

/* kappa-window.c */
KappaPage *kappa_window_get_page              (KappaWindow *self);
KappaPage *kappa_window_find_page             (KappaWindow *self, const char *name);
void       kappa_window_tell                  (KappaWindow *self, const char *message);
