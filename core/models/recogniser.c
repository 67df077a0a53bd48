#include "core/models/recogniser.h"

#include <string.h>

#include "core/base/error.h"
#include "core/models/refusal.h"

/* The largest network read here, ResNet-1202, has 6,007 tensors. */
#define MAX_TENSORS 20000

/* @text: sizes separated by "x", "?" for any */
static gboolean
shape_fits (const char *text, const KappaShape *shape)
{
  g_auto (GStrv) sizes = g_strsplit (text, "x", -1);

  if (g_strv_length (sizes) != shape->rank)
    return FALSE;
  for (guint d = 0; d < shape->rank; d++)
    if (strcmp (sizes[d], "?") != 0 && g_ascii_strtoll (sizes[d], NULL, 10) != shape->dims[d])
      return FALSE;
  return TRUE;
}

/* @item: a canonical name, perhaps followed by a space and a shape */
static gboolean
holds (const KappaTensorView *view, const char *item)
{
  g_auto (GStrv) parts = g_strsplit (item, " ", 2);
  KappaShape shape;

  return kappa_tensor_view_lookup (view, parts[0], &shape) != NULL
         && (parts[1] == NULL || shape_fits (parts[1], &shape));
}

static gboolean
evidence_holds (const KappaArchitecture *architecture, const KappaTensorView *view)
{
  for (guint i = 0; architecture->evidence[i] != NULL; i++)
    if (!holds (view, architecture->evidence[i]))
      return FALSE;
  for (guint i = 0; architecture->absent != NULL && architecture->absent[i] != NULL; i++)
    if (holds (view, architecture->absent[i]))
      return FALSE;
  return TRUE;
}

static char *
tell_evidence (const KappaArchitecture *architecture, const KappaTensorView *view)
{
  g_autoptr (GString) text = g_string_new ("It has ");

  for (guint i = 0; architecture->evidence[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (architecture->evidence[i], " ", 2);
      const KappaTensorEntry *entry = kappa_tensor_view_lookup (view, parts[0], NULL);
      g_autofree char *shape = kappa_shape_to_string (&entry->shape);

      g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "", entry->name, shape);
    }
  g_string_append_printf (text, "; the names are those of %s.", view->scheme->name);
  return g_strdup (text->str);
}

static KappaRecognition *
recognition_new (const KappaArchitecture *architecture, const KappaTensorView *view, GError **error)
{
  KappaRecognition *self;
  g_autofree KappaConfig *config = g_malloc0 (architecture->config_size);

  if (!architecture->configure (view, config, error))
    return NULL;
  self = g_new0 (KappaRecognition, 1);
  self->architecture = architecture;
  self->scheme = view->scheme;
  self->config = g_steal_pointer (&config);
  self->name = architecture->describe (self->config);
  self->evidence = tell_evidence (architecture, view);
  return self;
}

void
kappa_recognition_free (KappaRecognition *self)
{
  if (self->architecture->clear != NULL)
    self->architecture->clear (self->config);
  g_free (self->config);
  g_free (self->name);
  g_free (self->evidence);
  g_free (self);
}

static void
refuse_stranger (const KappaTensorTable *table, GError **error)
{
  const char *tensor, *guess = kappa_refusal_guess (table, &tensor);
  const KappaTensorEntry *first
      = kappa_tensor_table_get_n (table) > 0 ? kappa_tensor_table_get (table, 0) : NULL;
  g_autofree char *shape = first != NULL ? kappa_shape_to_string (&first->shape) : NULL;

  if (first == NULL)
    g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_MODEL, "there is no tensor in it");
  else if (guess != NULL)
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                 "by its tensor “%s” it looks like %s, which this version does "
                 "not build",
                 tensor, guess);
  else
    g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                 "its %u tensors, from “%s” (%s) on, make none of the networks known "
                 "here",
                 kappa_tensor_table_get_n (table), first->name, shape);
}

/**
 * kappa_recognise:
 * @table: the tensors of a file
 *
 * Finds out what network the tensors make: the only family whose evidence holds under one of its
 * key schemes. Nothing is taken for a network because most of it fits: see
 * kappa_recognition_match().
 *
 * Returns: (transfer full): %NULL with KAPPA_ERROR_UNSUPPORTED for what is known and refused,
 * KAPPA_ERROR_MODEL for what is unknown, incomplete or more than one network
 */
KappaRecognition *
kappa_recognise (const KappaTensorTable *table, GError **error)
{
  const char *reason, *tensor, *relative;
  KappaTensorView found = { table, NULL };
  const KappaArchitecture *family = NULL;

  if (kappa_tensor_table_get_n (table) > MAX_TENSORS)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                   "it has %u tensors; no network known here has more than %u",
                   kappa_tensor_table_get_n (table), MAX_TENSORS);
      return NULL;
    }
  if ((relative = kappa_refusal_find (table, &reason, &tensor)) != NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "by its tensor “%s” it looks like %s, which this version does "
                   "not build: %s",
                   tensor, relative, reason);
      return NULL;
    }
  for (guint i = 0; kappa_architectures[i] != NULL; i++)
    for (guint j = 0; kappa_architectures[i]->schemes[j] != NULL; j++)
      {
        KappaTensorView view = { table, kappa_architectures[i]->schemes[j] };

        if (!evidence_holds (kappa_architectures[i], &view))
          continue;
        if (family != NULL)
          {
            g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL,
                         "it holds two networks at once: “%s” in the names of %s and "
                         "“%s” in the names of %s",
                         family->id, found.scheme->name, kappa_architectures[i]->id,
                         view.scheme->name);
            return NULL;
          }
        family = kappa_architectures[i];
        found = view;
      }
  if (family == NULL)
    {
      refuse_stranger (table, error);
      return NULL;
    }
  return recognition_new (family, &found, error);
}
