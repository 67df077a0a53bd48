#pragma once

#include <gio/gio.h>

typedef struct _KappaWorkers KappaWorkers;

/**
 * KappaTaskFunc:
 * @task: which task, 0 … n_tasks - 1
 * @worker: which worker runs it, 0 … n - 1: an index for per-worker memory
 *
 * Returns: %FALSE with @error set to stop the whole run
 */
typedef gboolean (*KappaTaskFunc) (gsize task, guint worker, gpointer data, GError **error);

KappaWorkers *kappa_workers_new    (guint n);
KappaWorkers *kappa_workers_ref    (KappaWorkers *self);
void          kappa_workers_unref  (KappaWorkers *self);
guint         kappa_workers_get_n  (KappaWorkers *self);
gboolean      kappa_workers_run    (KappaWorkers *self, gsize n_tasks, KappaTaskFunc func, gpointer data,
                                    GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaWorkers, kappa_workers_unref)
