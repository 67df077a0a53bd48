#include "ui/kappa-look.h"

#include <string.h>

/* Looking at an image, in a thread. */

#define N_GUESSES 5

typedef struct
{
  KappaModel *model;
  KappaPicture picture;
  char **names; /* "logits" first */
} Order;

void
kappa_picture_clear (KappaPicture *picture)
{
  g_clear_pointer (&picture->path, g_free);
  g_clear_object (&picture->dataset);
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->model);
  kappa_picture_clear (&order->picture);
  g_strfreev (order->names);
  g_free (order);
}

void
kappa_look_free (KappaLook *self)
{
  g_free (self->title);
  g_free (self->truth);
  g_clear_pointer (&self->seen, kappa_image_unref);
  g_clear_pointer (&self->guesses, g_array_unref);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_free (self);
}

static KappaImage *
load (const KappaPicture *picture, KappaLook *look, GCancellable *cancellable, GError **error)
{
  int label;

  if (picture->path != NULL)
    {
      look->title = g_path_get_basename (picture->path);
      return kappa_image_load (picture->path, cancellable, error);
    }
  look->title = kappa_dataset_dup_item_name (picture->dataset, picture->item);
  label = kappa_dataset_get_label (picture->dataset, picture->item);
  if (label >= 0 && kappa_dataset_get_class_name (picture->dataset, (guint)label) != NULL)
    look->truth = g_strdup (kappa_dataset_get_class_name (picture->dataset, (guint)label));
  else if (label >= 0)
    look->truth = g_strdup_printf ("%d", label);
  return kappa_dataset_load_image (picture->dataset, picture->item, cancellable, error);
}

static gboolean
look_at (const Order *order, KappaLook *look, GCancellable *cancellable, GError **error)
{
  g_autoptr (KappaImage) image = load (&order->picture, look, cancellable, error);
  g_autoptr (KappaImageProbe) probe
      = image != NULL ? kappa_image_probe_new (order->model, image, error) : NULL;
  g_autoptr (KappaWorkers) workers = NULL;
  KappaContext context = { .cancellable = cancellable };

  if (probe == NULL)
    return FALSE;
  context.workers = workers = kappa_workers_new (1);
  look->seen = kappa_image_probe_dup_seen (probe);
  look->values = kappa_image_probe_run (probe, (const char *const *)order->names,
                                        KAPPA_PRECISION_FLOAT32, &context, error);
  if (look->values == NULL)
    return FALSE;
  look->guesses = kappa_image_probe_rank (look->values->pdata[0], N_GUESSES);
  g_ptr_array_remove_index (look->values, 0);
  return TRUE;
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (KappaLook) look = g_new0 (KappaLook, 1);
  GError *error = NULL;

  if (look_at (data, look, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&look), (GDestroyNotify)kappa_look_free);
  else
    g_task_return_error (task, error);
}

/**
 * kappa_look_start:
 * @names: (array zero-terminated=1): results inside the network that are wanted; see
 *   kappa_image_probe_run()
 */
void
kappa_look_start (KappaModel *model,
                  const KappaPicture *picture,
                  const char *const *names,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer data)
{
  const guint n = g_strv_length ((char **)names);
  Order *order = g_new0 (Order, 1);
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  order->model = g_object_ref (model);
  order->picture.path = g_strdup (picture->path);
  g_set_object (&order->picture.dataset, picture->dataset);
  order->picture.item = picture->item;
  order->names = g_new0 (char *, n + 2);
  order->names[0] = g_strdup ("logits");
  for (guint i = 0; i < n; i++)
    order->names[i + 1] = g_strdup (names[i]);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, look_in_thread);
}

/**
 * kappa_look_finish:
 *
 * Returns: (transfer full): %NULL with the error
 */
KappaLook *
kappa_look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
