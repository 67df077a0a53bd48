#pragma once

#include <adwaita.h>

/**
 * KappaValidatedRowFunc:
 *
 * Tries to accept a text.
 *
 * Returns: %FALSE with @error, whose message the row then shows, while what was set before stays
 */
typedef gboolean (*KappaValidatedRowFunc) (const char *text, gpointer data, GError **error);

#define KAPPA_TYPE_VALIDATED_ROW (kappa_validated_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaValidatedRow, kappa_validated_row, KAPPA, VALIDATED_ROW, AdwPreferencesRow)

GtkWidget  *kappa_validated_row_new      (const char *title, KappaValidatedRowFunc accept, gpointer data,
                                          GDestroyNotify destroy);
void        kappa_validated_row_set_text (KappaValidatedRow *self, const char *text);
const char *kappa_validated_row_get_text (KappaValidatedRow *self);
void        kappa_validated_row_set_hint (KappaValidatedRow *self, const char *hint);
const char *kappa_validated_row_get_fault (KappaValidatedRow *self);
