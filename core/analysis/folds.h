#pragma once

#include "core/analysis/property.h"
#include "core/analysis/result.h"

/*
 * How much a number depends on the images it was computed from: the images are cut into folds, stretches of nearly the
 * same size in their order, and the number is computed from each of them alone.
 */

/**
 * KappaFold:
 * @first: number of its first image
 * @count: how many images
 */
typedef struct
{
  gint64 first;
  gint64 count;
} KappaFold;

extern const KappaProperty kappa_property_folds;

KappaFold kappa_fold_get       (gint64 n_images, guint n_folds, guint index);
double    kappa_student_95     (gsize n);
void      kappa_mean_interval  (const double *values, gsize n, double *mean, double *low, double *high);
void      kappa_fold_set_scalar (KappaResult *result, const char *name, const char *unit, const double *values,
                                guint n_folds, const char *definition);
