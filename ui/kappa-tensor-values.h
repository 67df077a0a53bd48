#pragma once

#include <gio/gio.h>

#include "core/models/model.h"

/**
 * KappaTensorValues:
 *
 * The numbers of one tensor as a list: an item is made when it is asked for, since there may be millions.
 */
#define KAPPA_TYPE_TENSOR_VALUES (kappa_tensor_values_get_type ())
G_DECLARE_FINAL_TYPE (KappaTensorValues, kappa_tensor_values, KAPPA, TENSOR_VALUES, GObject)

#define KAPPA_TYPE_TENSOR_VALUE (kappa_tensor_value_get_type ())
G_DECLARE_FINAL_TYPE (KappaTensorValue, kappa_tensor_value, KAPPA, TENSOR_VALUE, GObject)

KappaTensorValues *kappa_tensor_values_new       (KappaModel *model, const KappaParameter *tensor, float *values);
char              *kappa_tensor_value_dup_index  (KappaTensorValue *self);
char              *kappa_tensor_value_dup_number (KappaTensorValue *self);
