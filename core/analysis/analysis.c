#include "core/analysis/analysis.h"

#include "core/base/error.h"

/**
 * KappaAnalysis:
 *
 * One kind of computation: what it is called, what it needs, what can be chosen, and how it is
 * done. The parameter pane of the window, the options and the help of the command line, the recipe
 * and the row in the store are made from what the class says.
 *
 * To add one: a class whose class_init fills the fields of #KappaAnalysisClass and calls
 * kappa_analysis_class_declare(), one line in registry.c, and a figure.
 */
typedef struct
{
  GValue *values; /* one for each property of the class, in its order */
} KappaAnalysisPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (KappaAnalysis, kappa_analysis, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (KappaPrecision,
                    kappa_precision,
                    G_DEFINE_ENUM_VALUE (KAPPA_PRECISION_FLOAT32, "float32"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PRECISION_FLOAT64, "float64"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PRECISION_BFLOAT16, "bfloat16"))

static const char *const precision_blurbs[] = {
  "single precision",
  "double precision: the reference, several times slower",
  "products of bfloat16 numbers summed in float32: faster on processors that have it, about three "
  "digits",
};

const KappaProperty kappa_property_precision = {
  .name = "precision",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Precision",
  .blurb = "the arithmetic of the network; sums over images are always float64",
  .unit = "",
  .fallback = "float32",
  .enum_type = kappa_precision_get_type,
  .value_blurbs = precision_blurbs,
  .flags = KAPPA_PROPERTY_COMMON,
};

/* 2^53 - 1: every reader of JSON keeps integers up to there. */
const KappaProperty kappa_property_seed = {
  .name = "seed",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Seed",
  .blurb = "of all random numbers: the same seed gives the same bits",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 9007199254740991.0,
  .flags = KAPPA_PROPERTY_COMMON,
};

const KappaProperty kappa_property_l2 = {
  .name = "l2",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "L2 regulariser",
  .blurb = "the coefficient λ of the term ½·λ·‖w‖² added to the loss, over all trained parameters",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 1e6,
  .flags = KAPPA_PROPERTY_COMMON,
};

static GPtrArray *
properties (KappaAnalysis *self)
{
  return KAPPA_ANALYSIS_GET_CLASS (self)->properties;
}

static GValue *
value_at (KappaAnalysis *self, guint index)
{
  KappaAnalysisPrivate *priv = kappa_analysis_get_instance_private (self);

  return &priv->values[index];
}

/* Property numbers are indices plus one: GObject keeps 0 for itself. */
static void
kappa_analysis_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_copy (value_at (KAPPA_ANALYSIS (object), id - 1), value);
}

static void
kappa_analysis_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  g_autoptr (GError) error = NULL;

  if (!kappa_analysis_set_value (KAPPA_ANALYSIS (object), pspec->name, value, &error))
    g_critical ("%s: %s", G_OBJECT_TYPE_NAME (object), error->message);
}

static void
kappa_analysis_constructed (GObject *object)
{
  KappaAnalysis *self = KAPPA_ANALYSIS (object);
  KappaAnalysisPrivate *priv = kappa_analysis_get_instance_private (self);
  GPtrArray *list = properties (self);

  G_OBJECT_CLASS (kappa_analysis_parent_class)->constructed (object);
  priv->values = g_new0 (GValue, list->len);
  for (guint i = 0; i < list->len; i++)
    kappa_property_init_value (g_ptr_array_index (list, i), &priv->values[i]);
}

static void
kappa_analysis_finalize (GObject *object)
{
  KappaAnalysis *self = KAPPA_ANALYSIS (object);
  KappaAnalysisPrivate *priv = kappa_analysis_get_instance_private (self);

  for (guint i = 0; i < properties (self)->len; i++)
    g_value_unset (&priv->values[i]);
  g_free (priv->values);
  G_OBJECT_CLASS (kappa_analysis_parent_class)->finalize (object);
}

static void
kappa_analysis_class_init (KappaAnalysisClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = kappa_analysis_constructed;
  object_class->finalize = kappa_analysis_finalize;
}

static void
kappa_analysis_init (KappaAnalysis *self)
{
}

/**
 * kappa_analysis_class_declare:
 * @table: (array length=n): the properties live as long as the program
 *
 * Makes a GObject property of every line of the table, in that order; called once, in class_init.
 */
void
kappa_analysis_class_declare (KappaAnalysisClass *klass, const KappaProperty *const *table, guint n)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  /* These two are not inherited. */
  object_class->get_property = kappa_analysis_get_property;
  object_class->set_property = kappa_analysis_set_property;
  klass->properties = g_ptr_array_sized_new (n);
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (klass->properties, (gpointer) table[i]);
      g_object_class_install_property (object_class, i + 1, kappa_property_make_pspec (table[i]));
    }
}

/**
 * kappa_analysis_list_properties:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): the properties, in the order in which they are shown
 */
const KappaProperty **
kappa_analysis_list_properties (KappaAnalysis *self, guint *n)
{
  *n = properties (self)->len;
  return (const KappaProperty **) properties (self)->pdata;
}

static gboolean
find (KappaAnalysis *self, const char *name, guint *index)
{
  GPtrArray *list = properties (self);

  for (*index = 0; *index < list->len; (*index)++)
    if (g_str_equal (((const KappaProperty *) g_ptr_array_index (list, *index))->name, name))
      return TRUE;
  return FALSE;
}

/**
 * kappa_analysis_find_property:
 *
 * Returns: (transfer none) (nullable): the property of that name
 */
const KappaProperty *
kappa_analysis_find_property (KappaAnalysis *self, const char *name)
{
  guint index;

  return find (self, name, &index) ? g_ptr_array_index (properties (self), index) : NULL;
}

static gboolean
find_or_refuse (KappaAnalysis *self, const char *name, guint *index, GError **error)
{
  if (find (self, name, index))
    return TRUE;
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, "%s has no parameter called %s",
               KAPPA_ANALYSIS_GET_CLASS (self)->name, name);
  return FALSE;
}

static void
assign (KappaAnalysis *self, guint index, const GValue *value)
{
  const KappaProperty *property = g_ptr_array_index (properties (self), index);
  GValue *own = value_at (self, index);
  g_autofree char *before = kappa_property_to_text (property, own);
  g_autofree char *after = kappa_property_to_text (property, value);

  g_value_copy (value, own);
  if (!g_str_equal (before, after))
    g_object_notify (G_OBJECT (self), property->name);
}

/**
 * kappa_analysis_set_text:
 *
 * Sets a property from its text, if the text is valid in every respect; otherwise nothing changes.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the property, the text and what was expected
 */
gboolean
kappa_analysis_set_text (KappaAnalysis *self, const char *name, const char *text, GError **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  guint index;

  if (!find_or_refuse (self, name, &index, error))
    return FALSE;
  g_value_init (&value, G_VALUE_TYPE (value_at (self, index)));
  if (!kappa_property_parse (g_ptr_array_index (properties (self), index), text, &value, error))
    return FALSE;
  assign (self, index, &value);
  return TRUE;
}

/**
 * kappa_analysis_set_value:
 * @value: of the property's type
 *
 * Sets a property, if the value is valid; otherwise nothing changes. g_object_set() does the same,
 * but can only warn.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE, naming the property, the value and what was expected
 */
gboolean
kappa_analysis_set_value (KappaAnalysis *self,
                          const char *name,
                          const GValue *value,
                          GError **error)
{
  guint index;

  if (!find_or_refuse (self, name, &index, error))
    return FALSE;
  g_return_val_if_fail (G_VALUE_HOLDS (value, G_VALUE_TYPE (value_at (self, index))), FALSE);
  if (!kappa_property_check (g_ptr_array_index (properties (self), index), value, error))
    return FALSE;
  assign (self, index, value);
  return TRUE;
}

/* The value of a property that the class surely has. */
static const GValue *
own_value (KappaAnalysis *self, const char *name)
{
  guint index;

  if (!find (self, name, &index))
    g_error ("%s has no property called %s", G_OBJECT_TYPE_NAME (self), name);
  return value_at (self, index);
}

/**
 * kappa_analysis_dup_text:
 *
 * Returns: (transfer full): the value as a text that kappa_analysis_set_text() reads back to the
 * same value
 */
char *
kappa_analysis_dup_text (KappaAnalysis *self, const char *name)
{
  return kappa_property_to_text (kappa_analysis_find_property (self, name), own_value (self, name));
}

/**
 * kappa_analysis_is_default:
 *
 * Returns: whether the property has the value it would have if nobody had set it
 */
gboolean
kappa_analysis_is_default (KappaAnalysis *self, const char *name)
{
  const KappaProperty *property = kappa_analysis_find_property (self, name);
  g_autofree char *text = kappa_analysis_dup_text (self, name);
  g_autofree char *fallback = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  kappa_property_init_value (property, &value);
  fallback = kappa_property_to_text (property, &value);
  return g_str_equal (text, fallback);
}

gboolean
kappa_analysis_get_boolean (KappaAnalysis *self, const char *name)
{
  return g_value_get_boolean (own_value (self, name));
}

gint64
kappa_analysis_get_integer (KappaAnalysis *self, const char *name)
{
  return g_value_get_int64 (own_value (self, name));
}

double
kappa_analysis_get_double (KappaAnalysis *self, const char *name)
{
  return g_value_get_double (own_value (self, name));
}

int
kappa_analysis_get_enum (KappaAnalysis *self, const char *name)
{
  return g_value_get_enum (own_value (self, name));
}

/**
 * kappa_analysis_get_string:
 *
 * Returns: (transfer none): the text, until it is set anew
 */
const char *
kappa_analysis_get_string (KappaAnalysis *self, const char *name)
{
  return g_value_get_string (own_value (self, name));
}

KappaRange
kappa_analysis_get_range (KappaAnalysis *self, const char *name)
{
  return *(const KappaRange *) g_value_get_boxed (own_value (self, name));
}

/**
 * kappa_analysis_check:
 * @inputs: need not be open yet
 *
 * Whether the parameters and the inputs fit together, as far as can be said without opening
 * anything.
 *
 * Returns: %FALSE with %KAPPA_ERROR_USAGE
 */
gboolean
kappa_analysis_check (KappaAnalysis *self, KappaInputs *inputs, GError **error)
{
  KappaAnalysisClass *klass = KAPPA_ANALYSIS_GET_CLASS (self);

  if (!kappa_inputs_check (inputs, klass->inputs, klass->n_inputs, error))
    return FALSE;
  return klass->check == NULL || klass->check (self, inputs, error);
}

/**
 * kappa_analysis_estimate:
 * @inputs: open
 * @estimate: (out)
 *
 * Predicts time and memory from the multiply-adds and a calibration of a fraction of a second.
 *
 * Returns: %FALSE with an error that a run would give as well
 */
gboolean
kappa_analysis_estimate (KappaAnalysis *self,
                         KappaInputs *inputs,
                         KappaContext *context,
                         KappaEstimate *estimate,
                         GError **error)
{
  return kappa_analysis_check (self, inputs, error)
         && KAPPA_ANALYSIS_GET_CLASS (self)->estimate (self, inputs, context, estimate, error);
}

/**
 * kappa_analysis_run:
 * @inputs: open; nobody changes them meanwhile
 * @result: empty, or what an earlier run of the same recipe left: that is kept and not computed
 * again
 *
 * Computes, and returns when all is done. To be called in a thread that may wait.
 *
 * Returns: %FALSE with the error, or %G_IO_ERROR_CANCELLED; what was found until then is in @result
 */
gboolean
kappa_analysis_run (KappaAnalysis *self,
                    KappaInputs *inputs,
                    KappaResult *result,
                    KappaContext *context,
                    GError **error)
{
  return kappa_analysis_check (self, inputs, error)
         && KAPPA_ANALYSIS_GET_CLASS (self)->run (self, inputs, result, context, error);
}
