#include "core/models/recogniser.h"

#include <string.h>

#include "core/base/error.h"
#include "core/formats/tensor-names.h"

/* As many names are told of each kind of mismatch. */
#define MAX_TOLD 4

/**
 * kappa_network_build:
 * @images: N × C × H × W, any N, H and W that leave the network something to see
 * @listing: is told what was built
 *
 * Returns: the logits, N × classes; %KAPPA_BAD, with the reason in the graph, if the images do not
 * fit
 */
KappaNode
kappa_network_build (const KappaArchitecture *architecture,
                     const KappaConfig *config,
                     const KappaChoices *choices,
                     KappaGraph *graph,
                     KappaNode images,
                     KappaNetworkListing *listing)
{
  KappaBuilder builder = { graph, choices, listing, config->conv_bias, config->no_norm_scale };
  const KappaShape *shape = kappa_graph_get_shape (graph, images);

  if (shape->rank != 4 || shape->dims[1] != config->channels)
    {
      g_autofree char *text = kappa_shape_to_string (shape);

      kappa_graph_fail (graph,
                        "images of shape %s do not fit a network that sees %u channels: samples × "
                        "channels × height × "
                        "width are wanted",
                        text, config->channels);
      return KAPPA_BAD;
    }
  return architecture->build (&builder, config, images);
}

/**
 * kappa_network_list:
 * @choices: (nullable): what no tensor shows; %NULL if only tensors are asked for, not sizes or
 * work
 *
 * Builds the network for one image of the given size on a graph of its own.
 *
 * Returns: (transfer full): what it consists of, or %NULL with KAPPA_ERROR_SHAPE if the image is
 * too small for it
 */
KappaNetworkListing *
kappa_network_list (const KappaArchitecture *architecture,
                    const KappaConfig *config,
                    const KappaChoices *choices,
                    guint height,
                    guint width,
                    GError **error)
{
  static const KappaChoices usual = { .norm_epsilon = 1e-5 };
  g_autoptr (KappaGraph) graph = kappa_graph_new (KAPPA_F32);
  g_autoptr (KappaNetworkListing) listing = kappa_network_listing_new ();
  const KappaShape shape = KAPPA_SHAPE (1, config->channels, height, width);
  KappaNode images = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", KAPPA_F32, &shape);

  kappa_network_build (architecture, config, choices != NULL ? choices : &usual, graph, images,
                       listing);
  if (!kappa_graph_check (graph, error))
    return NULL;
  return g_steal_pointer (&listing);
}

/* One kind of mismatch: how many tensors, and the first few of them. */
typedef struct
{
  guint n;
  GString *names;
} Mismatch;

static void
mismatch_add (Mismatch *mismatch,
              const char *name,
              const KappaShape *found,
              const KappaShape *expected)
{
  g_autofree char *found_text = found != NULL ? kappa_shape_to_string (found) : NULL;
  g_autofree char *expected_text = expected != NULL ? kappa_shape_to_string (expected) : NULL;

  if (mismatch->n++ >= MAX_TOLD)
    return;
  if (mismatch->names == NULL)
    mismatch->names = g_string_new (NULL);
  g_string_append_printf (mismatch->names, "%s%s", mismatch->n > 1 ? ", " : "", name);
  if (found != NULL && expected != NULL)
    g_string_append_printf (mismatch->names, " (%s, expected %s)", found_text, expected_text);
  else
    g_string_append_printf (mismatch->names, " (%s)", found != NULL ? found_text : expected_text);
}

static void
mismatch_tell (const Mismatch *mismatch, GString *text, const char *one, const char *several)
{
  if (mismatch->n == 0)
    return;
  g_string_append_printf (text, "%s%u %s: %s", text->len > 0 ? "; " : "", mismatch->n,
                          mismatch->n == 1 ? one : several, mismatch->names->str);
  if (mismatch->n > MAX_TOLD)
    g_string_append_printf (text, " and %u more", mismatch->n - MAX_TOLD);
}

static void
mismatch_clear (Mismatch *mismatch)
{
  if (mismatch->names != NULL)
    g_string_free (mismatch->names, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mismatch, mismatch_clear)

/* Batch norms of later PyTorch versions count the batches they saw, and averaged weights the
 * networks; no output depends on these counts. */
static gboolean
is_count (const KappaTensorEntry *entry, GHashTable *used)
{
  g_autofree char *layer = NULL, *sibling = NULL;

  if (kappa_shape_size (&entry->shape) != 1)
    return FALSE;
  if (strcmp (entry->name, "n_averaged") == 0)
    return TRUE;
  if (!g_str_has_suffix (entry->name, ".num_batches_tracked"))
    return FALSE;
  layer = g_strndup (entry->name, strrchr (entry->name, '.') - entry->name);
  sibling = g_strconcat (layer, ".running_mean", NULL);
  return g_hash_table_contains (used, sibling);
}

/* Of a tensor whose slices are tensors of several layers each must be one: what is left over would
 * be layers that nobody computes. */
static void
find_unused_slices (const KappaMatch *match, Mismatch *unused)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL), told = g_hash_table_new (NULL, NULL);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < match->listing->tensors->len; i++)
      for (guint part = 0; part < match->places[i].n_parts; part++)
        {
          KappaTensorEntry *entry = (KappaTensorEntry *)match->places[i].parts[part];
          const gsize n = GPOINTER_TO_SIZE (g_hash_table_lookup (used, entry));

          if (match->places[i].slice < 0 || entry == NULL)
            continue;
          if (pass == 0)
            g_hash_table_insert (used, entry, GSIZE_TO_POINTER (n + 1));
          else if ((gint64)n < entry->shape.dims[0] && g_hash_table_add (told, entry))
            mismatch_add (unused, entry->name, &entry->shape, NULL);
        }
}

/* Returns: how many tensors are an optimiser's, which is neither missed nor extra */
static guint
find_extra (const KappaTensorTable *table, GHashTable *used, Mismatch *extra)
{
  guint n_state = 0;

  for (guint i = 0; i < kappa_tensor_table_get_n (table); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (table, i);

      if (g_hash_table_contains (used, entry->name))
        continue;
      if (g_str_has_prefix (entry->name, KAPPA_TENSOR_NAMES_STATE))
        n_state++;
      else if (!is_count (entry, used))
        mismatch_add (extra, entry->name, &entry->shape, NULL);
    }
  return n_state;
}

static gboolean
find_place (const KappaRecognition *self,
            const KappaTensorView *view,
            const char *name,
            KappaTensorPlace *place)
{
  return self->architecture->find != NULL
             ? self->architecture->find (self->config, view->table, name, place)
             : kappa_tensor_view_find (view, name, place);
}

/**
 * kappa_recognition_match:
 * @table: what was recognised
 *
 * Compares every tensor the builder asks for with the file, and the file with the builder: nothing
 * may be missing, left over, of another shape or made of integers. An optimiser's state may be
 * there beside it.
 *
 * Returns: (transfer full): which tensor is which, valid as long as @table; %NULL with
 * KAPPA_ERROR_UNSUPPORTED if this version has no builder for the network, KAPPA_ERROR_MODEL if
 * anything does not match
 */
KappaMatch *
kappa_recognition_match (const KappaRecognition *self,
                         const KappaTensorTable *table,
                         GError **error)
{
  const KappaTensorView view = { table, self->scheme };
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (KappaMatch) match = g_new0 (KappaMatch, 1);
  g_auto (Mismatch) missing = { 0 }, shapes = { 0 }, integers = { 0 }, extra = { 0 },
                    unused = { 0 };

  if (self->architecture->build == NULL)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED,
                   "recognised as %s in the names of %s, with %u classes, which "
                   "this version does not build yet",
                   self->name, self->scheme->name, self->config->classes);
      return NULL;
    }
  match->listing = kappa_network_list (self->architecture, self->config, NULL, self->config->height,
                                       self->config->width, error);
  if (match->listing == NULL)
    return NULL;
  match->places = g_new0 (KappaTensorPlace, match->listing->tensors->len);
  for (guint i = 0; i < match->listing->tensors->len; i++)
    {
      const KappaTensorSpec *spec = &g_array_index (match->listing->tensors, KappaTensorSpec, i);
      KappaTensorPlace *place = &match->places[i];

      if (!find_place (self, &view, spec->name, place))
        mismatch_add (&missing, spec->name, NULL, &spec->shape);
      else if (!kappa_shape_equal (&place->shape, &spec->shape))
        mismatch_add (&shapes, spec->name, &place->shape, &spec->shape);
      else if (!place->parts[0]->real)
        mismatch_add (&integers, spec->name, &place->shape, NULL);
      for (guint part = 0; part < place->n_parts; part++)
        if (place->parts[part] != NULL)
          g_hash_table_add (used, place->parts[part]->name);
    }
  find_unused_slices (match, &unused);
  if (self->architecture->find == NULL)
    match->n_state = find_extra (table, used, &extra);
  mismatch_tell (&missing, text, "tensor is missing", "tensors are missing");
  mismatch_tell (&shapes, text, "tensor has another shape", "tensors have another shape");
  mismatch_tell (&integers, text, "tensor is made of integers", "tensors are made of integers");
  mismatch_tell (&extra, text, "tensor is no part of it", "tensors are no part of it");
  mismatch_tell (&unused, text, "tensor has layers that are not used",
                 "tensors have layers that are not used");
  if (text->len > 0)
    {
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL, "it looks like %s, but %s", self->name,
                   text->str);
      return NULL;
    }
  return g_steal_pointer (&match);
}

void
kappa_match_free (KappaMatch *self)
{
  g_clear_pointer (&self->listing, kappa_network_listing_free);
  g_free (self->places);
  g_free (self);
}
