#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"

#define KAPPA_TYPE_WINDOW (kappa_window_get_type ())
G_DECLARE_FINAL_TYPE (KappaWindow, kappa_window, KAPPA, WINDOW, AdwApplicationWindow)

KappaWindow *kappa_window_new          (AdwApplication *application, GSettings *settings);
KappaDesk   *kappa_window_get_desk     (KappaWindow *self);
void         kappa_window_open         (KappaWindow *self, GFile **files, guint n);
gboolean     kappa_window_open_sample  (KappaWindow *self);
gboolean     kappa_window_restore      (KappaWindow *self);
void         kappa_window_show_page    (KappaWindow *self, const char *name);
void         kappa_window_show_layer   (KappaWindow *self, const char *name);
