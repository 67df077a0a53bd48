#include "tests/core/models/small-net.h"

#include "core/formats/safetensors.h"
#include "tests/core/models/key-list.h"
#include "tests/support/formula.h"
#include "tests/support/shared.h"

static gint64
shrink (gint64 dim)
{
  return dim == 1000 ? 5 : dim >= 64 ? dim / 8 : dim;
}

static void
add_tensor (SmallNet *net,
            const KappaKeyScheme *scheme,
            const char *canonical,
            const KappaShape *shape)
{
  const gsize n = (gsize) kappa_shape_size (shape);
  KappaKeyPlace place;
  char *name = kappa_key_scheme_find (scheme, canonical, &place) ? place.names : NULL;
  double *values = g_new (double, n);
  g_autofree float *formula = g_new (float, n);
  KappaExportTensor tensor = { name, KAPPA_ELEMENT_F64, shape->rank, { 0 }, values };

  kappa_formula_tensor ("small:", canonical, shape, 1.0, formula);
  /* More digits than a float32 has. */
  for (gsize i = 0; i < n; i++)
    values[i] = formula[i] + 1e-12;
  for (guint d = 0; d < shape->rank; d++)
    tensor.dims[d] = (gsize) shape->dims[d];
  g_ptr_array_add (net->names, name);
  g_ptr_array_add (net->data, values);
  kappa_tensor_table_add (net->table, name, shape, TRUE, net->n);
  net->tensors[net->n++] = tensor;
}

/**
 * small_net_new:
 * @scheme: whose names to use
 *
 * Returns: (nullable): the network, %NULL without the reference data it is shrunk from
 */
SmallNet *
small_net_new (const KappaKeyScheme *scheme)
{
  g_autofree char *path = kappa_test_need_shared ("facts/keys/resnet18.tsv");
  g_autoptr (KappaTensorTable) keys = NULL;
  SmallNet *net;

  if (path == NULL)
    return NULL;
  keys = kappa_test_read_keys (path);
  net = g_new0 (SmallNet, 1);
  net->table = kappa_tensor_table_new ();
  net->names = g_ptr_array_new_with_free_func (g_free);
  net->data = g_ptr_array_new_with_free_func (g_free);
  net->tensors = g_new0 (KappaExportTensor, kappa_tensor_table_get_n (keys));
  for (guint i = 0; i < kappa_tensor_table_get_n (keys); i++)
    {
      const KappaTensorEntry *entry = kappa_tensor_table_get (keys, i);
      KappaShape shape = entry->shape;

      for (guint d = 0; d < shape.rank; d++)
        shape.dims[d] = shrink (shape.dims[d]);
      if (entry->real)
        add_tensor (net, scheme, entry->name, &shape);
    }
  return net;
}

void
small_net_free (SmallNet *net)
{
  kappa_tensor_table_free (net->table);
  g_ptr_array_unref (net->names);
  g_ptr_array_unref (net->data);
  g_free (net->tensors);
  g_free (net);
}

/**
 * small_net_save:
 * @first: the first tensor to write
 * @n: how many
 */
void
small_net_save (const SmallNet *net,
                const char *path,
                guint first,
                guint n,
                const char *const *metadata)
{
  g_autoptr (GError) error = NULL;

  kappa_safetensors_save (path, net->tensors + first, n, metadata, NULL, &error);
  g_assert_no_error (error);
}
