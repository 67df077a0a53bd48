#include "ui/kappa-saved-view.h"

#include <string.h>

#include "core/analysis/json-writer.h"
#include "core/formats/json.h"

/**
 * KappaSavedView:
 *
 * Keeps how a run is looked at: a figure begins with the view its run was left with, and what is
 * changed about it is written to the workspace a moment later.
 */
struct _KappaSavedView
{
  GObject parent_instance;

  KappaDesk *desk;
  KappaRunItem *run;
  KappaFigure *figure;
  char *saved; /* the view as the workspace has it */
  guint delay_source;
};

typedef struct
{
  gint64 run;
  char *json;
} Order;

G_DEFINE_FINAL_TYPE (KappaSavedView, kappa_saved_view, G_TYPE_OBJECT)

#define DELAY 1500 /* ms */

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->json);
  g_free (order);
}

static gboolean
store_view (KappaWorkspace *workspace, gpointer data, GError **error)
{
  Order *order = data;

  return kappa_workspace_get_read_only (workspace)
         || kappa_workspace_set_run_view (workspace, order->run, order->json, error);
}

static char *
to_json (const char *view)
{
  g_autoptr (KappaJsonWriter) writer = kappa_json_writer_new ();

  kappa_json_writer_begin_object (writer, NULL);
  kappa_json_writer_add_string (writer, "figure", view);
  kappa_json_writer_end_object (writer);
  return kappa_json_writer_finish (writer);
}

static char *
from_json (const char *text)
{
  g_autoptr (KappaJson) json = kappa_json_parse (text, strlen (text), 4, NULL);
  guint32 member;

  if (json == NULL || kappa_json_get_kind (json, 0) != KAPPA_JSON_OBJECT)
    return NULL;
  member = kappa_json_lookup (json, 0, "figure");
  return member != KAPPA_JSON_MISSING ? kappa_json_get_string (json, member) : NULL;
}

/* A run that has no place in the workspace yet is asked again with the next change. */
static void
save (KappaSavedView *self)
{
  g_autofree char *view = kappa_figure_dup_view (self->figure);
  gint64 run = kappa_run_item_get_id (self->run);
  Order *order;

  g_clear_handle_id (&self->delay_source, g_source_remove);
  if (run == 0 || g_strcmp0 (view, self->saved) == 0)
    return;
  order = g_new (Order, 1);
  *order = (Order) { run, to_json (view) };
  kappa_desk_store (self->desk, store_view, order, order_free);
  g_free (self->saved);
  self->saved = g_steal_pointer (&view);
}

static gboolean
save_cb (gpointer data)
{
  KappaSavedView *self = data;

  self->delay_source = 0;
  save (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (KappaSavedView *self)
{
  if (self->delay_source == 0)
    self->delay_source = g_timeout_add (DELAY, save_cb, self);
}

static void
kappa_saved_view_dispose (GObject *object)
{
  KappaSavedView *self = KAPPA_SAVED_VIEW (object);

  if (self->delay_source != 0)
    save (self);
  if (self->figure != NULL)
    g_signal_handlers_disconnect_by_data (self->figure, self);
  g_clear_object (&self->figure);
  g_clear_object (&self->run);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->saved, g_free);
  G_OBJECT_CLASS (kappa_saved_view_parent_class)->dispose (object);
}

static void
kappa_saved_view_class_init (KappaSavedViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = kappa_saved_view_dispose;
}

static void
kappa_saved_view_init (KappaSavedView *self)
{
}

/**
 * kappa_saved_view_new:
 *
 * Looks at @figure as @run was looked at last, and keeps what changes for as long as this object
 * lives.
 */
KappaSavedView *
kappa_saved_view_new (KappaDesk *desk, KappaRunItem *run, KappaFigure *figure)
{
  KappaSavedView *self = g_object_new (KAPPA_TYPE_SAVED_VIEW, NULL);
  const char *json = kappa_run_item_get_view (run);
  g_autofree char *view = json != NULL ? from_json (json) : NULL;

  self->desk = g_object_ref (desk);
  self->run = g_object_ref (run);
  self->figure = g_object_ref (figure);
  /* A view of another version may have options this one lacks: the rest of it counts. */
  if (view != NULL)
    kappa_figure_set_view (figure, view, NULL);
  self->saved = kappa_figure_dup_view (figure);
  g_signal_connect_object (figure, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
