#pragma once

#include <sqlite3.h>

#include "core/store/workspace.h"

/*
 * What the files of this room share. One connection serves the workspace's own functions, one caller at a time; a
 * run that is being written has a connection of its own.
 */

sqlite3      *kappa_workspace_lock         (KappaWorkspace *self);
void          kappa_workspace_unlock       (KappaWorkspace *self);
gboolean      kappa_workspace_require_write (KappaWorkspace *self, GError **error);
sqlite3      *kappa_workspace_connect      (KappaWorkspace *self, GError **error);
gboolean      kappa_workspace_upgrade_with (const char *path, const char *const *steps, guint n_steps, GError **error);

KappaRunState kappa_run_state_from_text    (const char *text);
gboolean      kappa_run_state_is_live      (KappaRunState state);
gboolean      kappa_run_check_free         (sqlite3 *db, gint64 id, GError **error);
