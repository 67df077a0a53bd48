#include "ui/kappa-opener.h"

#include <string.h>

#include "core/analysis/recipe.h"
#include "core/base/error.h"

/*
 * Opening whatever was dropped, chosen or named: a model, images, or a recipe. Which it is, the
 * content says; the name only decides what is tried first, and which of two refusals is told.
 */

typedef struct
{
  KappaDesk *desk;
  GFile *file;
  KappaOpenedFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Order;

typedef struct
{
  KappaModel *model;
  KappaDataset *dataset;
  KappaAnalysis *analysis;
  KappaInputs *inputs;
} Opened;

static void
opened_free (gpointer data)
{
  Opened *opened = data;

  g_clear_object (&opened->model);
  g_clear_object (&opened->dataset);
  g_clear_object (&opened->analysis);
  g_clear_object (&opened->inputs);
  g_free (opened);
}

static gboolean
has_suffix (const char *path, const char *const *suffixes)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (; *suffixes != NULL; suffixes++)
    if (g_str_has_suffix (lower, *suffixes))
      return TRUE;
  return FALSE;
}

/* A folder is images, unless it is laid out as the hub's models are. */
static gboolean
looks_like_images (const char *path)
{
  static const char *const suffixes[]
      = { ".png", ".jpg", ".jpeg", ".csv", ".tsv", ".bin", "ubyte", ".gz", ".npz", NULL };
  g_autofree char *config = g_build_filename (path, "config.json", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return !g_file_test (config, G_FILE_TEST_EXISTS);
  return has_suffix (path, suffixes);
}

static gboolean
open_recipe (const char *path, Opened *opened, GError **error)
{
  static const gsize most = 1 << 20;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  if (length > most)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_FORMAT,
                   "%s: too long for a recipe; expected at most 1 MiB", path);
      return FALSE;
    }
  return kappa_recipe_from_json (text, &opened->analysis, &opened->inputs, error);
}

static gboolean
open_model (const char *path, Opened *opened, GError **error)
{
  opened->model = kappa_model_open (path, NULL, NULL, error);
  return opened->model != NULL;
}

static gboolean
open_images (const char *path, Opened *opened, GError **error)
{
  opened->dataset = kappa_dataset_open (path, NULL, NULL, error);
  return opened->dataset != NULL;
}

static gboolean
open_path (const char *path, Opened *opened, GError **error)
{
  static const char *const recipes[] = { ".json", NULL };
  gboolean images_first = looks_like_images (path);

  if (has_suffix (path, recipes) && !g_file_test (path, G_FILE_TEST_IS_DIR))
    return open_recipe (path, opened, error);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: there is no such file or folder",
                   path);
      return FALSE;
    }
  if (images_first)
    return open_images (path, opened, error) || open_model (path, opened, NULL);
  return open_model (path, opened, error) || open_images (path, opened, NULL);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opened *opened = g_new0 (Opened, 1);
  GError *error = NULL;

  if (open_path (data, opened, &error))
    {
      /* The second try may have made good what the first refused. */
      g_clear_error (&error);
      g_task_return_pointer (task, opened, opened_free);
      return;
    }
  opened_free (opened);
  g_task_return_error (task, error);
}

static KappaDocument *
add_document (KappaDesk *desk, Opened *opened)
{
  g_autoptr (KappaDocument) document = NULL;

  if (opened->model != NULL)
    document = kappa_document_new_for_model (opened->model);
  else if (opened->dataset != NULL)
    document = kappa_document_new_for_data (opened->dataset);
  else
    kappa_desk_run (desk, opened->analysis, opened->inputs);
  return document != NULL ? kappa_desk_add (desk, document) : NULL;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Order *order = data;
  g_autoptr (GError) error = NULL;
  Opened *opened = g_task_propagate_pointer (G_TASK (result), &error);
  KappaDocument *document = opened != NULL ? add_document (order->desk, opened) : NULL;

  order->func (order->file, document, error, order->data);
  if (opened != NULL)
    opened_free (opened);
  if (order->destroy != NULL)
    order->destroy (order->data);
  g_object_unref (order->desk);
  g_object_unref (order->file);
  g_free (order);
}

/**
 * kappa_opener_open:
 * @func: called in the main loop when it is done
 * @destroy: (nullable): frees @data after that
 *
 * Reads a file in a thread and puts what it is on the desk.
 */
void
kappa_opener_open (KappaDesk *desk,
                   GFile *file,
                   KappaOpenedFunc func,
                   gpointer data,
                   GDestroyNotify destroy)
{
  Order *order = g_new (Order, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, opened_cb, order);
  char *path = g_file_get_path (file);

  *order = (Order) { g_object_ref (desk), g_object_ref (file), func, data, destroy };
  g_task_set_task_data (task, path != NULL ? path : g_file_get_uri (file), g_free);
  g_task_run_in_thread (task, open_in_thread);
}
