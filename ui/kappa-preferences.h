#pragma once

#include <adwaita.h>

#define KAPPA_TYPE_PREFERENCES (kappa_preferences_get_type ())
G_DECLARE_FINAL_TYPE (KappaPreferences, kappa_preferences, KAPPA, PREFERENCES, AdwPreferencesWindow)

GtkWidget *kappa_preferences_new (GtkWindow *parent, GSettings *settings);
