#pragma once

#include <gio/gio.h>

#include "core/analysis/result.h"

#define KAPPA_TYPE_WORKSPACE (kappa_workspace_get_type ())
G_DECLARE_FINAL_TYPE (KappaWorkspace, kappa_workspace, KAPPA, WORKSPACE, GObject)

/**
 * KappaRunState:
 * @KAPPA_RUN_INTERRUPTED: was queued, running or paused when its process ended; can be resumed
 */
typedef enum
{
  KAPPA_RUN_QUEUED,
  KAPPA_RUN_RUNNING,
  KAPPA_RUN_PAUSED,
  KAPPA_RUN_DONE,
  KAPPA_RUN_FAILED,
  KAPPA_RUN_CANCELLED,
  KAPPA_RUN_INTERRUPTED,
} KappaRunState;

/**
 * KappaRunInfo:
 * @id: positive, never used again after a run is purged
 * @analysis: name of the analysis class
 * @title: what the list shows; the user may change it
 * @recipe: JSON text, as it was given
 * @key: the cache key: equal for runs that must give equal bits
 * @error: why the run failed; %NULL otherwise
 * @created: microseconds since 1970 UTC, like @finished
 * @finished: 0 while the run has not ended
 * @engine: version of the program that made it
 * @isa: instruction set, e.g. "avx512"
 * @threads: how many threads; not part of the key, the bits do not depend on it
 * @view: JSON text of how the run was looked at last; %NULL when never set
 * @deleted: deleted, can be undone until purged
 */
typedef struct
{
  gint64 id;
  char *analysis;
  char *title;
  char *recipe;
  char *key;
  KappaRunState state;
  char *error;
  gint64 created;
  gint64 finished;
  char *engine;
  char *isa;
  guint threads;
  char *view;
  gboolean deleted;
} KappaRunInfo;

/**
 * KappaSeenFile:
 * @path: where the file was when it was last seen
 * @sha256: of its content, 64 hexadecimal digits
 * @label: what it is called in lists
 * @seen: when, microseconds since 1970 UTC
 */
typedef struct
{
  gint64 id;
  char *path;
  char *sha256;
  char *label;
  gint64 seen;
} KappaSeenFile;

typedef enum
{
  KAPPA_SEEN_MODEL,
  KAPPA_SEEN_DATA,
} KappaSeenKind;

void         kappa_run_info_free    (KappaRunInfo *info);
const char  *kappa_run_state_name   (KappaRunState state);
void         kappa_seen_file_free   (KappaSeenFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaRunInfo, kappa_run_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaSeenFile, kappa_seen_file_free)

char           *kappa_workspace_dup_default_path (void);
KappaWorkspace *kappa_workspace_open             (const char *path, GError **error);
const char     *kappa_workspace_get_path         (KappaWorkspace *self);
gboolean        kappa_workspace_get_read_only    (KappaWorkspace *self);
gboolean        kappa_workspace_poll             (KappaWorkspace *self);

GPtrArray      *kappa_workspace_list_runs        (KappaWorkspace *self, GError **error);
KappaRunInfo   *kappa_workspace_dup_run          (KappaWorkspace *self, gint64 id, GError **error);
KappaRunInfo   *kappa_workspace_find_run         (KappaWorkspace *self, const char *key, GError **error);
KappaRunInfo   *kappa_workspace_find_unfinished  (KappaWorkspace *self, const char *key, GError **error);
gint64          kappa_workspace_create_run       (KappaWorkspace *self, const char *analysis, const char *title,
                                                  const char *recipe, const char *key, const char *isa,
                                                  guint threads, GError **error);
KappaResult    *kappa_workspace_load_result      (KappaWorkspace *self, gint64 id, GError **error);
gboolean        kappa_workspace_rename_run       (KappaWorkspace *self, gint64 id, const char *title, GError **error);
gboolean        kappa_workspace_set_run_state    (KappaWorkspace *self, gint64 id, KappaRunState state,
                                                  const char *message, GError **error);
gboolean        kappa_workspace_set_run_view     (KappaWorkspace *self, gint64 id, const char *view, GError **error);
gboolean        kappa_workspace_set_run_deleted  (KappaWorkspace *self, gint64 id, gboolean deleted, GError **error);
gboolean        kappa_workspace_purge            (KappaWorkspace *self, gint64 older_than, GError **error);

gint64          kappa_workspace_note_file        (KappaWorkspace *self, KappaSeenKind kind, const char *path,
                                                  const char *sha256, const char *label, GError **error);
GPtrArray      *kappa_workspace_list_files       (KappaWorkspace *self, KappaSeenKind kind, GError **error);
gboolean        kappa_workspace_add_run_file     (KappaWorkspace *self, gint64 run, gint64 file, GError **error);
