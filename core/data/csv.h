#pragma once

#include <gio/gio.h>

/**
 * KappaCsv:
 *
 * A table of texts with a header. Immutable.
 */
typedef struct _KappaCsv KappaCsv;

KappaCsv   *kappa_csv_load          (const char *path, GCancellable *cancellable, GError **error);
KappaCsv   *kappa_csv_parse         (const char *name, const char *text, gsize size,
                                     GError **error);
void        kappa_csv_free          (KappaCsv *self);
const char *kappa_csv_get_name      (const KappaCsv *self);
guint       kappa_csv_get_n_columns (const KappaCsv *self);
guint       kappa_csv_get_n_rows    (const KappaCsv *self);
const char *kappa_csv_get_header    (const KappaCsv *self, guint column);
int         kappa_csv_find_column   (const KappaCsv *self, const char *header);
const char *kappa_csv_get           (const KappaCsv *self, guint row, guint column);
guint       kappa_csv_get_line      (const KappaCsv *self, guint row);
char       *kappa_csv_list_headers  (const KappaCsv *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaCsv, kappa_csv_free)
