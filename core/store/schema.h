#pragma once

#include <sqlite3.h>
#include <gio/gio.h>

/* "KAPP": how a SQLite file says that it is ours. */
#define KAPPA_SCHEMA_APPLICATION_ID 0x4b415050

/**
 * KappaSchemaFile:
 * @KAPPA_SCHEMA_FILE_NEW: missing or empty
 * @KAPPA_SCHEMA_FILE_OURS: carries our application id
 */
typedef enum
{
  KAPPA_SCHEMA_FILE_REFUSED,
  KAPPA_SCHEMA_FILE_NEW,
  KAPPA_SCHEMA_FILE_OURS,
} KappaSchemaFile;

const char *const *kappa_schema_get_steps  (guint *n_steps);
KappaSchemaFile    kappa_schema_check_file (const char *path, guint n_steps, GError **error);
gboolean           kappa_schema_upgrade    (sqlite3 *db, const char *const *steps, guint n_steps, GError **error);
gboolean           kappa_schema_verify     (sqlite3 *db, const char *const *steps, guint n_steps, GError **error);
