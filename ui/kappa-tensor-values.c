#include "ui/kappa-tensor-values.h"

struct _KappaTensorValues
{
  GObject parent_instance;

  KappaModel *model; /* owns the tensor */
  const KappaParameter *tensor;
  float *values;
};

struct _KappaTensorValue
{
  GObject parent_instance;

  KappaShape shape;
  gsize index;
  float value;
};

G_DEFINE_FINAL_TYPE (KappaTensorValue, kappa_tensor_value, G_TYPE_OBJECT)

static void
kappa_tensor_value_class_init (KappaTensorValueClass *klass)
{
}

static void
kappa_tensor_value_init (KappaTensorValue *self)
{
}

static GType
get_item_type (GListModel *model)
{
  return KAPPA_TYPE_TENSOR_VALUE;
}

static guint
get_n_items (GListModel *model)
{
  return (guint)MIN (KAPPA_TENSOR_VALUES (model)->tensor->size, (gsize)G_MAXUINT - 1);
}

static gpointer
get_item (GListModel *model, guint position)
{
  KappaTensorValues *self = KAPPA_TENSOR_VALUES (model);
  KappaTensorValue *value;

  if (position >= get_n_items (model))
    return NULL;
  value = g_object_new (KAPPA_TYPE_TENSOR_VALUE, NULL);
  value->shape = self->tensor->shape;
  value->index = position;
  value->value = self->values[position];
  return value;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (KappaTensorValues,
                               kappa_tensor_values,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
kappa_tensor_values_finalize (GObject *object)
{
  g_object_unref (KAPPA_TENSOR_VALUES (object)->model);
  g_free (KAPPA_TENSOR_VALUES (object)->values);
  G_OBJECT_CLASS (kappa_tensor_values_parent_class)->finalize (object);
}

static void
kappa_tensor_values_class_init (KappaTensorValuesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kappa_tensor_values_finalize;
}

static void
kappa_tensor_values_init (KappaTensorValues *self)
{
}

/**
 * kappa_tensor_values_new:
 * @model: owns @tensor
 * @values: (transfer full) (array): the numbers of the tensor, row-major
 */
KappaTensorValues *
kappa_tensor_values_new (KappaModel *model, const KappaParameter *tensor, float *values)
{
  KappaTensorValues *self = g_object_new (KAPPA_TYPE_TENSOR_VALUES, NULL);

  self->model = g_object_ref (model);
  self->tensor = tensor;
  self->values = values;
  return self;
}

/**
 * kappa_tensor_value_dup_index:
 *
 * Returns: (transfer full): where it is in the tensor: "3, 0, 1, 2"
 */
char *
kappa_tensor_value_dup_index (KappaTensorValue *self)
{
  GString *text = g_string_new (NULL);
  gsize rest = self->index;

  for (guint d = self->shape.rank; d-- > 0;)
    {
      g_autofree char *part
          = g_strdup_printf ("%s%zu", d > 0 ? ", " : "", rest % (gsize)self->shape.dims[d]);

      g_string_prepend (text, part);
      rest /= (gsize)self->shape.dims[d];
    }
  return g_string_free (text, FALSE);
}

/**
 * kappa_tensor_value_dup_number:
 *
 * Returns: (transfer full): as many digits as a float has
 */
char *
kappa_tensor_value_dup_number (KappaTensorValue *self)
{
  return g_strdup_printf ("%.9g", (double)self->value);
}
