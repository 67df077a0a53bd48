#include "ui/kappa-desk.h"

/**
 * KappaDesk:
 *
 * What someone works on: the models and images that are open, the runs of the workspace, and which
 * of each is looked at. The window shows it; every page reads its subject from it.
 */
struct _KappaDesk
{
  GObject parent_instance;

  GListStore *models, *data; /* of KappaDocument */
  KappaRunList *runs;
  KappaQueue *queue;
  KappaWorkspace *workspace;
  GPtrArray *held; /* of KappaRunner: those that wait for the workspace */
  KappaDocument *model, *dataset;
  KappaRunItem *run;
  guint next_color;
};

G_DEFINE_FINAL_TYPE (KappaDesk, kappa_desk, G_TYPE_OBJECT)

enum
{
  PROP_MODEL = 1,
  PROP_DATASET,
  PROP_RUN,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint message_signal, note_signal;

static void
kappa_desk_dispose (GObject *object)
{
  KappaDesk *self = KAPPA_DESK (object);

  g_clear_object (&self->models);
  g_clear_object (&self->data);
  g_clear_object (&self->runs);
  g_clear_object (&self->queue);
  g_clear_object (&self->workspace);
  g_clear_object (&self->model);
  g_clear_object (&self->dataset);
  g_clear_object (&self->run);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  G_OBJECT_CLASS (kappa_desk_parent_class)->dispose (object);
}

static void
kappa_desk_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KappaDesk *self = KAPPA_DESK (object);

  if (id == PROP_MODEL)
    g_value_set_object (value, self->model);
  else if (id == PROP_DATASET)
    g_value_set_object (value, self->dataset);
  else if (id == PROP_RUN)
    g_value_set_object (value, self->run);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_desk_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  KappaDesk *self = KAPPA_DESK (object);

  if (id == PROP_MODEL)
    kappa_desk_set_model (self, g_value_get_object (value));
  else if (id == PROP_DATASET)
    kappa_desk_set_dataset (self, g_value_get_object (value));
  else if (id == PROP_RUN)
    kappa_desk_set_run (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
kappa_desk_class_init (KappaDeskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = kappa_desk_get_property;
  object_class->set_property = kappa_desk_set_property;
  object_class->dispose = kappa_desk_dispose;
  props[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, KAPPA_TYPE_DOCUMENT, flags);
  props[PROP_DATASET] = g_param_spec_object ("dataset", NULL, NULL, KAPPA_TYPE_DOCUMENT, flags);
  props[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, KAPPA_TYPE_RUN_ITEM, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * KappaDesk::message:
   * @text: what went wrong, for people
   */
  message_signal = g_signal_new ("message", KAPPA_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * KappaDesk::note:
   * @text: for people
   */
  note_signal = g_signal_new ("note", KAPPA_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
kappa_desk_init (KappaDesk *self)
{
  self->models = g_list_store_new (KAPPA_TYPE_DOCUMENT);
  self->data = g_list_store_new (KAPPA_TYPE_DOCUMENT);
  self->runs = kappa_run_list_new ();
  self->queue = kappa_queue_new ();
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
}

KappaDesk *
kappa_desk_new (void)
{
  return g_object_new (KAPPA_TYPE_DESK, NULL);
}

/**
 * kappa_desk_tell:
 *
 * Has the window tell something that went wrong where no page could.
 */
void
kappa_desk_tell (KappaDesk *self, const char *message)
{
  g_signal_emit (self, message_signal, 0, message);
}

/**
 * kappa_desk_note:
 *
 * Has the window mention something that went well and would not be seen otherwise.
 */
void
kappa_desk_note (KappaDesk *self, const char *text)
{
  g_signal_emit (self, note_signal, 0, text);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  KappaWorkspace *workspace = kappa_workspace_open (data, &error);

  if (workspace != NULL)
    g_task_return_pointer (task, workspace, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaDesk) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaWorkspace) workspace = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->runs == NULL)
    return;
  if (workspace == NULL)
    {
      kappa_desk_tell (self, error->message);
      return;
    }
  g_set_object (&self->workspace, workspace);
  kappa_run_list_set_workspace (self->runs, workspace);
  for (guint i = 0; i < self->held->len; i++)
    kappa_queue_push (self->queue, self->held->pdata[i], workspace);
  g_ptr_array_set_size (self->held, 0);
}

/**
 * kappa_desk_open_workspace:
 * @path: (nullable): %NULL for the default place
 *
 * Opens the workspace in a thread; runners wait for it.
 */
void
kappa_desk_open_workspace (KappaDesk *self, const char *path)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, opened_cb, g_object_ref (self));

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, open_in_thread);
}

/**
 * kappa_desk_get_workspace:
 *
 * Returns: (transfer none) (nullable): %NULL while it is not open
 */
KappaWorkspace *
kappa_desk_get_workspace (KappaDesk *self)
{
  return self->workspace;
}

GListModel *
kappa_desk_get_models (KappaDesk *self)
{
  return G_LIST_MODEL (self->models);
}

GListModel *
kappa_desk_get_data (KappaDesk *self)
{
  return G_LIST_MODEL (self->data);
}

KappaRunList *
kappa_desk_get_runs (KappaDesk *self)
{
  return self->runs;
}

KappaQueue *
kappa_desk_get_queue (KappaDesk *self)
{
  return self->queue;
}

/**
 * kappa_desk_get_model:
 *
 * Returns: (transfer none) (nullable): the model that is looked at
 */
KappaDocument *
kappa_desk_get_model (KappaDesk *self)
{
  return self->model;
}

void
kappa_desk_set_model (KappaDesk *self, KappaDocument *model)
{
  if (g_set_object (&self->model, model))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
}

/**
 * kappa_desk_get_dataset:
 *
 * Returns: (transfer none) (nullable): the images that are used
 */
KappaDocument *
kappa_desk_get_dataset (KappaDesk *self)
{
  return self->dataset;
}

void
kappa_desk_set_dataset (KappaDesk *self, KappaDocument *data)
{
  if (g_set_object (&self->dataset, data))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DATASET]);
}

/**
 * kappa_desk_get_run:
 *
 * Returns: (transfer none) (nullable): the run that is looked at
 */
KappaRunItem *
kappa_desk_get_run (KappaDesk *self)
{
  return self->run;
}

static KappaDocument *
find_or_open (KappaDesk *self, KappaInputKind kind, const char *source)
{
  KappaDocument *document = kappa_desk_find (self, kind, source);
  g_autoptr (KappaDocument) opened = NULL;

  if (document != NULL || *source == '\0')
    return document;
  opened = kappa_document_new (kind, source);
  kappa_document_open (opened);
  return kappa_desk_add (self, opened);
}

/* A run is about a model and images: they are looked at with it, and opened if they are not. */
static void
follow_run (KappaDesk *self, KappaRunItem *run)
{
  KappaDocument *model = find_or_open (self, KAPPA_INPUT_MODEL, kappa_run_item_get_model (run));
  KappaDocument *data = find_or_open (self, KAPPA_INPUT_DATASET, kappa_run_item_get_data (run));

  if (model != NULL)
    kappa_desk_set_model (self, model);
  if (data != NULL)
    kappa_desk_set_dataset (self, data);
}

void
kappa_desk_set_run (KappaDesk *self, KappaRunItem *run)
{
  g_autoptr (KappaRunItem) kept = run != NULL ? g_object_ref (run) : NULL;

  if (self->run == run)
    return;
  /* Whoever hears of the other model looks at another run meanwhile. */
  if (run != NULL)
    follow_run (self, run);
  if (g_set_object (&self->run, run))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUN]);
}

static GListStore *
store_of (KappaDesk *self, KappaInputKind kind)
{
  return kind == KAPPA_INPUT_MODEL ? self->models : self->data;
}

/**
 * kappa_desk_find:
 * @source: as the document has it
 *
 * Returns: (transfer none) (nullable): the open document of that place
 */
KappaDocument *
kappa_desk_find (KappaDesk *self, KappaInputKind kind, const char *source)
{
  GListModel *list = G_LIST_MODEL (store_of (self, kind));

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (list, i);

      if (kappa_document_is_at (document, source))
        return document;
    }
  return NULL;
}

static void
make_current (KappaDesk *self, KappaDocument *document)
{
  if (kappa_document_get_kind (document) == KAPPA_INPUT_MODEL)
    kappa_desk_set_model (self, document);
  else
    kappa_desk_set_dataset (self, document);
}

/**
 * kappa_desk_add:
 * @document: a model or images
 *
 * Adds a document, and looks at it. One that is open already is not added again.
 *
 * Returns: (transfer none): the document of that place
 */
KappaDocument *
kappa_desk_add (KappaDesk *self, KappaDocument *document)
{
  KappaInputKind kind = kappa_document_get_kind (document);
  KappaDocument *known = kappa_desk_find (self, kind, kappa_document_get_source (document));

  if (known == NULL)
    {
      if (kind == KAPPA_INPUT_MODEL)
        kappa_document_set_color (document, self->next_color++);
      g_list_store_append (store_of (self, kind), document);
    }
  make_current (self, known != NULL ? known : document);
  return known != NULL ? known : document;
}

/**
 * kappa_desk_remove:
 *
 * Closes a document; the file stays where it is.
 */
void
kappa_desk_remove (KappaDesk *self, KappaDocument *document)
{
  gboolean is_model = kappa_document_get_kind (document) == KAPPA_INPUT_MODEL;
  GListStore *list = store_of (self, kappa_document_get_kind (document));
  g_autoptr (KappaDocument) next = NULL;
  guint at;

  if (!g_list_store_find (list, document, &at))
    return;
  g_list_store_remove (list, at);
  if (document != (is_model ? self->model : self->dataset))
    return;
  next = g_list_model_get_item (G_LIST_MODEL (list), at > 0 ? at - 1 : 0);
  if (is_model)
    kappa_desk_set_model (self, next);
  else
    kappa_desk_set_dataset (self, next);
}

/**
 * kappa_desk_run:
 * @analysis: not to be changed any more
 * @inputs: not to be changed any more
 *
 * Puts a run into the queue, and looks at it.
 *
 * Returns: (transfer none): the run
 */
KappaRunItem *
kappa_desk_run (KappaDesk *self, KappaAnalysis *analysis, KappaInputs *inputs)
{
  g_autoptr (KappaRunner) runner = kappa_runner_new (analysis, inputs);
  KappaRunItem *item = kappa_run_list_add_runner (self->runs, runner);

  if (self->workspace != NULL)
    kappa_queue_push (self->queue, runner, self->workspace);
  else
    g_ptr_array_add (self->held, g_object_ref (runner));
  kappa_desk_set_run (self, item);
  return item;
}

typedef struct
{
  KappaWorkspace *workspace;
  KappaStoreFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  if (order->destroy != NULL)
    order->destroy (order->data);
  g_object_unref (order->workspace);
  g_free (order);
}

static void
store_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Order *order = data;
  g_autoptr (GError) error = NULL;

  if (order->func (order->workspace, order->data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (KappaDesk) self = data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    kappa_desk_tell (self, error->message);
  if (self->runs != NULL)
    kappa_run_list_refresh (self->runs);
}

/**
 * kappa_desk_store:
 * @func: changes the workspace; called in a thread
 * @destroy: (nullable): frees @data
 *
 * Does something to the workspace, where it may have to wait for another program, and reads the
 * runs again.
 */
void
kappa_desk_store (KappaDesk *self, KappaStoreFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, stored_cb, g_object_ref (self));
  Order *order;

  if (self->workspace == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      return;
    }
  order = g_new (Order, 1);
  *order = (Order) { g_object_ref (self->workspace), func, data, destroy };
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, store_in_thread);
}
