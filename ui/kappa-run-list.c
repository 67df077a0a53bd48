#include "ui/kappa-run-list.h"

/**
 * KappaRunList:
 *
 * The runs of a workspace, the newest first, kept up to date with what this and other programs do
 * to it. The database is asked in a thread, once a second, and only when it says that something has
 * changed is the list read again.
 */
struct _KappaRunList
{
  GObject parent_instance;

  GPtrArray *items;
  KappaWorkspace *workspace;
  guint poll_source;
  gboolean asking, loaded, stale;
};

#define POLL_INTERVAL 1000 /* ms */

static guint loaded_signal;

static GType
get_item_type (GListModel *model)
{
  return KAPPA_TYPE_RUN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return KAPPA_RUN_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *items = KAPPA_RUN_LIST (model)->items;

  return position < items->len ? g_object_ref (g_ptr_array_index (items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (KappaRunList,
                               kappa_run_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
kappa_run_list_dispose (GObject *object)
{
  KappaRunList *self = KAPPA_RUN_LIST (object);

  g_clear_handle_id (&self->poll_source, g_source_remove);
  g_clear_object (&self->workspace);
  g_ptr_array_set_size (self->items, 0);
  G_OBJECT_CLASS (kappa_run_list_parent_class)->dispose (object);
}

static void
kappa_run_list_finalize (GObject *object)
{
  g_ptr_array_unref (KAPPA_RUN_LIST (object)->items);
  G_OBJECT_CLASS (kappa_run_list_parent_class)->finalize (object);
}

static void
kappa_run_list_class_init (KappaRunListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_run_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = kappa_run_list_finalize;

  /**
   * KappaRunList::loaded:
   *
   * The list was read for the first time.
   */
  loaded_signal = g_signal_new ("loaded", KAPPA_TYPE_RUN_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
kappa_run_list_init (KappaRunList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

KappaRunList *
kappa_run_list_new (void)
{
  return g_object_new (KAPPA_TYPE_RUN_LIST, NULL);
}

/**
 * kappa_run_list_find:
 *
 * Returns: (transfer none) (nullable): the run with that id
 */
KappaRunItem *
kappa_run_list_find (KappaRunList *self, gint64 id)
{
  for (guint i = 0; i < self->items->len && id != 0; i++)
    if (kappa_run_item_get_id (g_ptr_array_index (self->items, i)) == id)
      return g_ptr_array_index (self->items, i);
  return NULL;
}

/* Two arrays differ in the middle; that is all the views need to hear. */
static void
replace_items (KappaRunList *self, GPtrArray *items)
{
  g_autoptr (GPtrArray) old = self->items;
  guint head = 0, tail = 0, least = MIN (old->len, items->len);

  while (head < least && old->pdata[head] == items->pdata[head])
    head++;
  while (tail < least - head
         && old->pdata[old->len - 1 - tail] == items->pdata[items->len - 1 - tail])
    tail++;
  self->items = items;
  if (old->len - head - tail > 0 || items->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail,
                                items->len - head - tail);
}

static GHashTable *
index_items (KappaRunList *self)
{
  GHashTable *by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      gint64 *id = g_new (gint64, 1);

      *id = kappa_run_item_get_id (self->items->pdata[i]);
      g_hash_table_insert (by_id, id, self->items->pdata[i]);
    }
  return by_id;
}

/* Jobs whose run is not in the workspace yet come first. */
static void
take_infos (KappaRunList *self, GPtrArray *infos)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) by_id = index_items (self);

  for (guint i = 0; i < self->items->len; i++)
    if (kappa_run_item_get_id (self->items->pdata[i]) == 0)
      g_ptr_array_add (items, g_object_ref (self->items->pdata[i]));
  for (guint i = 0; i < infos->len; i++)
    {
      KappaRunInfo *info = infos->pdata[i];
      KappaRunItem *item = g_hash_table_lookup (by_id, &info->id);

      if (item == NULL)
        item = kappa_run_item_new_for_info (info);
      else
        kappa_run_item_take_info (g_object_ref (item), info);
      g_ptr_array_add (items, item);
    }
  g_ptr_array_set_free_func (infos, NULL);
  replace_items (self, items);
}

static void
ask_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KappaWorkspace *workspace = data;
  g_autoptr (GError) error = NULL;
  gboolean anyway = g_task_get_source_tag (task) != NULL;
  GPtrArray *infos = NULL;

  if (kappa_workspace_poll (workspace) || anyway)
    infos = kappa_workspace_list_runs (workspace, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, infos, infos != NULL ? (GDestroyNotify)g_ptr_array_unref : NULL);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaRunList) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = g_task_propagate_pointer (G_TASK (result), &error);

  self->asking = FALSE;
  if (self->workspace == NULL || g_task_get_task_data (G_TASK (result)) != self->workspace)
    return;
  if (error != NULL)
    g_warning ("%s", error->message);
  if (infos != NULL)
    take_infos (self, infos);
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_signal_emit (self, loaded_signal, 0);
    }
  if (self->stale)
    kappa_run_list_refresh (self);
}

static void
ask (KappaRunList *self, gboolean anyway)
{
  g_autoptr (GTask) task = NULL;

  if (self->asking || self->workspace == NULL)
    {
      self->stale |= anyway;
      return;
    }
  self->asking = TRUE;
  self->stale = FALSE;
  task = g_task_new (NULL, NULL, answered_cb, g_object_ref (self));
  g_task_set_source_tag (task, anyway ? kappa_run_list_refresh : NULL);
  g_task_set_task_data (task, g_object_ref (self->workspace), g_object_unref);
  g_task_run_in_thread (task, ask_in_thread);
}

static gboolean
poll_cb (gpointer data)
{
  ask (data, FALSE);
  return G_SOURCE_CONTINUE;
}

/**
 * kappa_run_list_refresh:
 *
 * Reads the list again soon, whether or not the workspace says that it has changed.
 */
void
kappa_run_list_refresh (KappaRunList *self)
{
  ask (self, TRUE);
}

/**
 * kappa_run_list_set_workspace:
 */
void
kappa_run_list_set_workspace (KappaRunList *self, KappaWorkspace *workspace)
{
  g_set_object (&self->workspace, workspace);
  if (self->poll_source == 0)
    self->poll_source = g_timeout_add (POLL_INTERVAL, poll_cb, self);
  kappa_run_list_refresh (self);
}

/* The run of the runner may be one that was listed already: an answered or a resumed one. */
static void
runner_run_cb (KappaRunner *runner, GParamSpec *pspec, KappaRunList *self)
{
  gint64 id = kappa_runner_get_run (runner);

  for (guint i = 0; i < self->items->len; i++)
    if (kappa_run_item_get_runner (self->items->pdata[i]) != runner
        && kappa_run_item_get_id (self->items->pdata[i]) == id)
      {
        g_ptr_array_remove_index (self->items, i);
        g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
        break;
      }
  kappa_run_list_refresh (self);
}

/**
 * kappa_run_list_add_runner:
 *
 * Returns: (transfer none): the item that stands for it, at the top of the list
 */
KappaRunItem *
kappa_run_list_add_runner (KappaRunList *self, KappaRunner *runner)
{
  KappaRunItem *item = kappa_run_item_new_for_runner (runner);

  g_ptr_array_insert (self->items, 0, item);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  g_signal_connect_object (runner, "notify::run", G_CALLBACK (runner_run_cb), self, 0);
  g_signal_connect_object (runner, "finished", G_CALLBACK (kappa_run_list_refresh), self,
                           G_CONNECT_SWAPPED);
  return item;
}

/**
 * kappa_run_list_is_loaded:
 *
 * Returns: whether the workspace was read
 */
gboolean
kappa_run_list_is_loaded (KappaRunList *self)
{
  return self->loaded;
}
