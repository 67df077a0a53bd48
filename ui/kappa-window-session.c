#include <glib/gstdio.h>

#include "ui/kappa-window-private.h"

/*
 * What was open is open again at the next start. One GVariant, written whole beside the old one and
 * renamed:
 *
 *   (u version, v content); version 1: a{sv} with
 *     models, data   a(sa{ss})   source and options of each
 *     model, dataset s           what was looked at
 *     run            x           the run that was looked at, 0 for none
 *     page           s           the page that was shown
 *     window         (iib)       width, height, maximised
 *     panes          (bb)        whether the left and the right one are wanted
 *
 * A key that is missing leaves what it is about as it is; one that is not known is passed over.
 */

#define SESSION_VERSION 1
#define SAVE_DELAY      2 /* seconds */

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "kappa", "session.gvariant", NULL);
}

static GVariant *
describe_documents (GListModel *documents)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sa{ss})"));

  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (KappaDocument) document = g_list_model_get_item (documents, i);

      g_variant_builder_add (&builder, "(s@a{ss})", kappa_document_get_source (document),
                             kappa_document_dup_options (document));
    }
  return g_variant_builder_end (&builder);
}

/* A pane that is folded away for want of room was not hidden by anyone. */
static gboolean
is_wanted (AdwFlap *pane)
{
  return adw_flap_get_reveal_flap (pane) || adw_flap_get_folded (pane);
}

static void
describe_window (KappaWindow *self, GVariantDict *session)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_variant_dict_insert (session, "window", "(iib)", width, height,
                         gtk_window_is_maximized (GTK_WINDOW (self)));
  g_variant_dict_insert (session, "panes", "(bb)", is_wanted (self->sidebar_flap),
                         is_wanted (self->side_flap));
  g_variant_dict_insert (session, "page", "s", gtk_stack_get_visible_child_name (self->pages));
}

static GVariant *
describe_session (KappaWindow *self)
{
  KappaDocument *model = kappa_desk_get_model (self->desk),
                *data = kappa_desk_get_dataset (self->desk);
  KappaRunItem *run = kappa_desk_get_run (self->desk);
  GVariantDict session = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&session, "models",
                               describe_documents (kappa_desk_get_models (self->desk)));
  g_variant_dict_insert_value (&session, "data",
                               describe_documents (kappa_desk_get_data (self->desk)));
  g_variant_dict_insert (&session, "model", "s",
                         model != NULL ? kappa_document_get_source (model) : "");
  g_variant_dict_insert (&session, "dataset", "s",
                         data != NULL ? kappa_document_get_source (data) : "");
  g_variant_dict_insert (&session, "run", "x",
                         run != NULL ? kappa_run_item_get_id (run) : (gint64)0);
  describe_window (self, &session);
  return g_variant_new ("(uv)", SESSION_VERSION, g_variant_dict_end (&session));
}

/**
 * kappa_window_save_session:
 *
 * Writes the session now. A session that cannot be written is no reason to bother anyone.
 */
void
kappa_window_save_session (KappaWindow *self)
{
  g_autofree char *path = dup_path ();
  g_autofree char *directory = g_path_get_dirname (path);
  g_autoptr (GVariant) session = g_variant_ref_sink (describe_session (self));
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->save_source, g_source_remove);
  g_mkdir_with_parents (directory, 0700);
  if (!g_file_set_contents (path, g_variant_get_data (session),
                            (gssize)g_variant_get_size (session), &error))
    g_message ("The session was not saved: %s", error->message);
}

static gboolean
save_cb (gpointer data)
{
  KappaWindow *self = data;

  self->save_source = 0;
  kappa_window_save_session (self);
  return G_SOURCE_REMOVE;
}

/**
 * kappa_window_save_soon:
 *
 * Writes the session in a moment, so that a crash loses little of it.
 */
void
kappa_window_save_soon (KappaWindow *self)
{
  if (self->save_source == 0 && !self->restoring)
    self->save_source = g_timeout_add_seconds (SAVE_DELAY, save_cb, self);
}

static void
restore_documents (KappaWindow *self, GVariantDict *session, const char *key, KappaInputKind kind)
{
  g_autoptr (GVariant) list
      = g_variant_dict_lookup_value (session, key, G_VARIANT_TYPE ("a(sa{ss})"));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) source = g_variant_get_child_value (entry, 0),
                           options = g_variant_get_child_value (entry, 1);
      g_autoptr (KappaDocument) document
          = kappa_document_new (kind, g_variant_get_string (source, NULL));

      kappa_document_load_options (document, options);
      if (kappa_desk_add (self->desk, document) == document)
        kappa_document_open (document);
    }
}

static void
restore_current (KappaWindow *self, GVariantDict *session)
{
  const char *model, *data;
  KappaDocument *document;

  if (g_variant_dict_lookup (session, "model", "&s", &model)
      && (document = kappa_desk_find (self->desk, KAPPA_INPUT_MODEL, model)) != NULL)
    kappa_desk_set_model (self->desk, document);
  if (g_variant_dict_lookup (session, "dataset", "&s", &data)
      && (document = kappa_desk_find (self->desk, KAPPA_INPUT_DATASET, data)) != NULL)
    kappa_desk_set_dataset (self->desk, document);
}

static void
restore_window (KappaWindow *self, GVariantDict *session)
{
  gboolean maximised, left, right;
  const char *page;
  int width, height;

  if (g_variant_dict_lookup (session, "window", "(iib)", &width, &height, &maximised) && width > 0
      && height > 0)
    {
      gtk_window_set_default_size (GTK_WINDOW (self), width, height);
      if (maximised)
        gtk_window_maximize (GTK_WINDOW (self));
    }
  if (g_variant_dict_lookup (session, "panes", "(bb)", &left, &right))
    {
      adw_flap_set_reveal_flap (self->sidebar_flap, left);
      adw_flap_set_reveal_flap (self->side_flap, right);
    }
  if (g_variant_dict_lookup (session, "page", "&s", &page))
    kappa_window_show_page (self, page);
}

/* Only unless something else is looked at already. */
static void
runs_loaded_cb (KappaWindow *self)
{
  KappaRunItem *run = kappa_run_list_find (kappa_desk_get_runs (self->desk), self->restored_run);

  if (run != NULL && kappa_desk_get_run (self->desk) == NULL)
    kappa_desk_set_run (self->desk, run);
}

static void
restore_run (KappaWindow *self, GVariantDict *session)
{
  if (g_variant_dict_lookup (session, "run", "x", &self->restored_run))
    g_signal_connect_object (kappa_desk_get_runs (self->desk), "loaded",
                             G_CALLBACK (runs_loaded_cb), self, G_CONNECT_SWAPPED);
}

static GVariant *
load_session (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) whole = NULL;
  g_autoptr (GVariant) content = NULL;
  char *contents;
  guint version;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, NULL))
    return NULL;
  bytes = g_bytes_new_take (contents, size);
  whole = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(uv)"), bytes, FALSE));
  if (!g_variant_is_normal_form (whole))
    return NULL;
  g_variant_get (whole, "(uv)", &version, &content);
  return version == SESSION_VERSION && g_variant_is_of_type (content, G_VARIANT_TYPE_VARDICT)
             ? g_steal_pointer (&content)
             : NULL;
}

/**
 * kappa_window_restore:
 *
 * Opens what was open when the program ended.
 *
 * Returns: %FALSE if there is no session, or none of this version
 */
gboolean
kappa_window_restore (KappaWindow *self)
{
  g_autoptr (GVariant) content = load_session ();
  g_autoptr (GVariantDict) session = NULL;

  if (content == NULL)
    return FALSE;
  session = g_variant_dict_new (content);
  self->restoring = TRUE;
  restore_window (self, session);
  restore_documents (self, session, "data", KAPPA_INPUT_DATASET);
  restore_documents (self, session, "models", KAPPA_INPUT_MODEL);
  restore_current (self, session);
  restore_run (self, session);
  self->restoring = FALSE;
  return TRUE;
}
