#include "core/analysis/inputs-private.h"

static gpointer
ref_object (gpointer object)
{
  return object != NULL ? g_object_ref (object) : NULL;
}

/**
 * kappa_inputs_share:
 * @from: open inputs
 * @name, @index: which of them
 * @as: what it is called here
 *
 * Adds an input that is open already, with all that was told about it. Decoded images are not
 * shared: another model may want them otherwise.
 */
void
kappa_inputs_share (KappaInputs *self,
                    KappaInputs *from,
                    const char *name,
                    guint index,
                    const char *as)
{
  const KappaInput *given = kappa_inputs_find (from, name, index);
  KappaInput *input;
  GHashTableIter iter;
  gpointer option, value;

  g_return_if_fail (given != NULL);
  kappa_inputs_add (self, as, given->kind, given->source);
  input = kappa_inputs_find (self, as, kappa_inputs_get_n (self, as) - 1);
  g_hash_table_iter_init (&iter, given->options);
  while (g_hash_table_iter_next (&iter, &option, &value))
    g_hash_table_replace (input->options, g_strdup (option), g_strdup (value));
  input->hash = g_strdup (given->hash);
  input->model = ref_object (given->model);
  input->dataset = ref_object (given->dataset);
  input->selection = given->selection != NULL ? kappa_selection_ref (given->selection) : NULL;
}
