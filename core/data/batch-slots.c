/* Items that did not fit into the budget, while they are in use. */

#include <string.h>

#include "core/base/error.h"
#include "core/data/batch-private.h"

/* The views of an item pass in several micro-batches, in several threads: whoever comes first
 * decodes it, the others wait for that and share it. */
typedef struct
{
  guint item; /* if it is taken */
  gboolean taken;
  gboolean ready;
  guint users;
  guint64 used; /* when, by the slots' clock */
  guint8 *views;
} Slot;

struct _KappaBatchSlots
{
  GMutex mutex;
  GCond changed;
  guint64 clock;
  guint n;
  Slot slots[];
};

KappaBatchSlots *
kappa_batch_slots_new (guint n)
{
  KappaBatchSlots *self = g_malloc0 (sizeof *self + n * sizeof (Slot));

  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->n = n;
  return self;
}

void
kappa_batch_slots_free (KappaBatchSlots *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n; i++)
    g_free (self->slots[i].views);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* Decodes an item again; it must be what it was. */
static gboolean
load_again (KappaBatchSource *self, guint i, guint8 *views, GError **error)
{
  guint8 digest[KAPPA_BATCH_DIGEST_SIZE];
  g_autofree char *name = NULL;

  if (!kappa_batch_source_load (self, self->items[i], views, digest, NULL, error))
    return FALSE;
  if (memcmp (digest, self->digests + (gsize)i * KAPPA_BATCH_DIGEST_SIZE, KAPPA_BATCH_DIGEST_SIZE)
      == 0)
    return TRUE;
  name = kappa_dataset_dup_item_name (self->dataset, self->items[i]);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "%s: was changed while it was in use; start again", name);
  return FALSE;
}

static gboolean
fill (KappaBatchSource *self, Slot *slot, guint i, GError **error)
{
  if (slot->views == NULL)
    slot->views = g_try_malloc (kappa_batch_source_unit (self));
  if (slot->views != NULL)
    return load_again (self, i, slot->views, error);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY,
               "%s: no memory for the %" G_GSIZE_FORMAT " bytes of %u views of an image",
               kappa_dataset_get_title (self->dataset), kappa_batch_source_unit (self),
               self->n_views);
  return FALSE;
}

/* The slot of an item, or the one that was free for longest; NULL if all are in use. */
static Slot *
find_slot (KappaBatchSlots *slots, guint i)
{
  Slot *oldest = NULL;

  for (guint s = 0; s < slots->n; s++)
    {
      Slot *slot = &slots->slots[s];

      if (slot->taken && slot->item == i)
        return slot;
      if (slot->users == 0 && (oldest == NULL || slot->used < oldest->used))
        oldest = slot;
    }
  return oldest;
}

/* Without the lock; nobody else touches a slot that is taken and not ready. */
static gboolean
fill_unlocked (KappaBatchSource *self, Slot *slot, guint i, GError **error)
{
  KappaBatchSlots *slots = self->slots;
  gboolean filled;

  slot->taken = TRUE;
  slot->ready = FALSE;
  slot->item = i;
  slot->users = 1;
  g_mutex_unlock (&slots->mutex);
  filled = fill (self, slot, i, error);
  g_mutex_lock (&slots->mutex);
  slot->taken = slot->ready = filled;
  slot->users = filled;
  g_cond_broadcast (&slots->changed);
  return filled;
}

/* The views of item number @i, which is not cached, until they are released; NULL with the error if
 * it cannot be read again. Who holds one may not ask for another. */
const guint8 *
kappa_batch_source_hold (KappaBatchSource *self, guint i, GError **error)
{
  KappaBatchSlots *slots = self->slots;
  const guint8 *views = NULL;
  Slot *slot;

  g_mutex_lock (&slots->mutex);
  while ((slot = find_slot (slots, i)) == NULL || (slot->taken && slot->item == i && !slot->ready))
    g_cond_wait (&slots->changed, &slots->mutex);
  if (slot->taken && slot->item == i)
    {
      slot->users++;
      views = slot->views;
    }
  else if (fill_unlocked (self, slot, i, error))
    {
      views = slot->views;
    }
  g_mutex_unlock (&slots->mutex);
  return views;
}

void
kappa_batch_source_release (KappaBatchSource *self, const guint8 *views)
{
  KappaBatchSlots *slots = self->slots;

  g_mutex_lock (&slots->mutex);
  for (guint s = 0; s < slots->n; s++)
    if (slots->slots[s].views == views)
      {
        slots->slots[s].users--;
        slots->slots[s].used = ++slots->clock;
      }
  g_cond_broadcast (&slots->changed);
  g_mutex_unlock (&slots->mutex);
}
