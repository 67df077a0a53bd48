#pragma once

#include <glib/gstdio.h>
#include <gio/gio.h>

#include "core/base/error.h"
#include "core/store/run.h"

/* What the tests of the workspace share. */

typedef struct
{
  char *directory;
  char *path;
} Place;

static inline Place
place_new (void)
{
  Place place;

  place.directory = g_dir_make_tmp ("kappa-store-XXXXXX", NULL);
  g_assert_nonnull (place.directory);
  place.path = g_build_filename (place.directory, "workspace.db", NULL);
  return place;
}

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) entries = g_dir_open (path, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static inline void
place_clear (Place *place)
{
  remove_tree (place->directory);
  g_free (place->directory);
  g_free (place->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static inline KappaWorkspace *
open_workspace (const char *path)
{
  g_autoptr (GError) error = NULL;
  KappaWorkspace *workspace = kappa_workspace_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (workspace);
  return workspace;
}

static inline gint64
create_run (KappaWorkspace *workspace, const char *key)
{
  g_autoptr (GError) error = NULL;
  gint64 id
      = kappa_workspace_create_run (workspace, "landscape", "A surface", "{\"seed\":0}", key, "avx2", 2, &error);

  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static inline KappaRun *
claim_run (KappaWorkspace *workspace, gint64 id)
{
  g_autoptr (GError) error = NULL;
  KappaRun *run = kappa_run_claim (workspace, id, &error);

  g_assert_no_error (error);
  return run;
}

static inline KappaResult *
load_result (KappaWorkspace *workspace, gint64 id)
{
  g_autoptr (GError) error = NULL;
  KappaResult *result = kappa_workspace_load_result (workspace, id, &error);

  g_assert_no_error (error);
  return result;
}

static inline KappaRunState
state_of (KappaWorkspace *workspace, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaRunInfo) info = kappa_workspace_dup_run (workspace, id, &error);

  g_assert_no_error (error);
  return info->state;
}

/* An error of the store whose message has @part in it. */
static inline void
assert_refused (GError **error, const char *part)
{
  g_assert_error (*error, KAPPA_ERROR, KAPPA_ERROR_STORE);
  if (strstr ((*error)->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, (*error)->message);
  g_clear_error (error);
}
