#pragma once

#include <glib-object.h>

#include "core/analysis/range.h"

typedef enum
{
  KAPPA_PROPERTY_BOOLEAN,
  KAPPA_PROPERTY_INTEGER, /* gint64 */
  KAPPA_PROPERTY_DOUBLE,
  KAPPA_PROPERTY_ENUM,    /* spelt by nick */
  KAPPA_PROPERTY_STRING,
  KAPPA_PROPERTY_RANGE,   /* KappaRange */
} KappaPropertyType;

/**
 * KappaPropertyFlags:
 * @KAPPA_PROPERTY_COMMON: every analysis that has it means the same by it (seed, precision, …)
 * @KAPPA_PROPERTY_ABOVE_MINIMUM: the minimum itself is not allowed
 * @KAPPA_PROPERTY_NONE: a range that may be "none"
 * @KAPPA_PROPERTY_AUTO: a range that may be "auto"
 * @KAPPA_PROPERTY_OUTPUT: names a file to write: neither result nor recipe depend on it
 * @KAPPA_PROPERTY_ADDED: came later, and its default is what was done before: runs that were kept then are still found
 */
typedef enum
{
  KAPPA_PROPERTY_COMMON = 1 << 0,
  KAPPA_PROPERTY_ABOVE_MINIMUM = 1 << 1,
  KAPPA_PROPERTY_NONE = 1 << 2,
  KAPPA_PROPERTY_AUTO = 1 << 3,
  KAPPA_PROPERTY_OUTPUT = 1 << 4,
  KAPPA_PROPERTY_ADDED = 1 << 5,
} KappaPropertyFlags;

/**
 * KappaProperty:
 * @name: the property's name; "--name" on the command line
 * @title: a label, e.g. "Normalisation"
 * @blurb: one sentence, without a full stop
 * @unit: "" for a pure number
 * @fallback: the default, as text
 * @minimum: the smallest number; of a range, the smallest count of values
 * @maximum: the largest, likewise
 * @enum_type: of an enumeration
 * @value_blurbs: (nullable): for each value of an enumeration, in order, what it means
 *
 * One line in an analysis' table. The property, the row in the parameter pane, the option and its help, and the
 * entry in the recipe are made from it.
 */
typedef struct
{
  const char *name;
  KappaPropertyType type;
  const char *title;
  const char *blurb;
  const char *unit;
  const char *fallback;
  double minimum;
  double maximum;
  GType (*enum_type) (void);
  const char *const *value_blurbs;
  KappaPropertyFlags flags;
} KappaProperty;

GParamSpec *kappa_property_make_pspec     (const KappaProperty *self);
void        kappa_property_init_value     (const KappaProperty *self, GValue *value);
gboolean    kappa_property_parse          (const KappaProperty *self, const char *text, GValue *value, GError **error);
gboolean    kappa_property_check          (const KappaProperty *self, const GValue *value, GError **error);
char       *kappa_property_to_text        (const KappaProperty *self, const GValue *value);
char       *kappa_property_describe_range (const KappaProperty *self);
