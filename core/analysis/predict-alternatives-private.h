#pragma once

#include "core/analysis/predict-alternatives.h"

/* What is kept of each image and alternative; without labels, all before LOSS. */
typedef enum
{
  KAPPA_ALTERNATIVE_PREDICTED,
  KAPPA_ALTERNATIVE_SHARED,
  KAPPA_ALTERNATIVE_LOSS,
  KAPPA_ALTERNATIVE_RANK,
  KAPPA_ALTERNATIVE_N_FIGURES
} KappaAlternativeFigure;

extern const char *const kappa_alternative_arrays[KAPPA_ALTERNATIVE_N_FIGURES];

guint kappa_alternative_count_figures (gboolean labelled);
guint kappa_alternative_count         (KappaPredictMembers *members);
guint kappa_alternative_top           (KappaPredictMembers *members);
