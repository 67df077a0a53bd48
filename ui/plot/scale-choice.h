#pragma once

#include <glib-object.h>

#include "ui/plot/axis.h"

/**
 * KappaScaleChoice:
 * @KAPPA_SCALE_CHOICE_AUTO: the figure decides from the data
 *
 * What a user can ask of a scale.
 */
typedef enum
{
  KAPPA_SCALE_CHOICE_AUTO,
  KAPPA_SCALE_CHOICE_LINEAR,
  KAPPA_SCALE_CHOICE_LOG,
  KAPPA_SCALE_CHOICE_SYMLOG,
} KappaScaleChoice;

#define KAPPA_TYPE_SCALE_CHOICE (kappa_scale_choice_get_type ())
GType kappa_scale_choice_get_type (void);

KappaScale kappa_scale_choice_resolve (KappaScaleChoice choice, gboolean suggests_log);
gboolean   kappa_values_suggest_log   (const double *values, gsize n);
