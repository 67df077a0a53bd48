#pragma once

#include "ui/kappa-document.h"
#include "ui/kappa-queue.h"
#include "ui/kappa-run-list.h"

#define KAPPA_TYPE_DESK (kappa_desk_get_type ())
G_DECLARE_FINAL_TYPE (KappaDesk, kappa_desk, KAPPA, DESK, GObject)

/**
 * KappaStoreFunc:
 *
 * Something that is done to the workspace, in a thread.
 */
typedef gboolean (*KappaStoreFunc) (KappaWorkspace *workspace, gpointer data, GError **error);

KappaDesk      *kappa_desk_new             (void);
void            kappa_desk_open_workspace  (KappaDesk *self, const char *path);
KappaWorkspace *kappa_desk_get_workspace   (KappaDesk *self);
GListModel     *kappa_desk_get_models      (KappaDesk *self);
GListModel     *kappa_desk_get_data        (KappaDesk *self);
KappaRunList   *kappa_desk_get_runs        (KappaDesk *self);
KappaQueue     *kappa_desk_get_queue       (KappaDesk *self);
KappaDocument  *kappa_desk_get_model       (KappaDesk *self);
void            kappa_desk_set_model       (KappaDesk *self, KappaDocument *model);
KappaDocument  *kappa_desk_get_dataset     (KappaDesk *self);
void            kappa_desk_set_dataset     (KappaDesk *self, KappaDocument *data);
KappaRunItem   *kappa_desk_get_run         (KappaDesk *self);
void            kappa_desk_set_run         (KappaDesk *self, KappaRunItem *run);
KappaDocument  *kappa_desk_add             (KappaDesk *self, KappaDocument *document);
KappaDocument  *kappa_desk_find            (KappaDesk *self, KappaInputKind kind, const char *source);
void            kappa_desk_remove          (KappaDesk *self, KappaDocument *document);
KappaRunItem   *kappa_desk_run             (KappaDesk *self, KappaAnalysis *analysis, KappaInputs *inputs);
void            kappa_desk_store           (KappaDesk *self, KappaStoreFunc func, gpointer data, GDestroyNotify destroy);
void            kappa_desk_tell            (KappaDesk *self, const char *message);
void            kappa_desk_note            (KappaDesk *self, const char *text);
