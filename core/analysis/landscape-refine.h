#pragma once

#include "core/analysis/landscape-plan.h"

/*
 * Which points of a grid need not be computed. Coarse to fine: a point is interpolated where the points around it were
 * predicted well by coarser ones, computed where they were not.
 */

typedef struct _KappaLandscapeRefinement KappaLandscapeRefinement;

KappaLandscapeRefinement *kappa_landscape_refinement_new  (const KappaLandscapePlan *plan);
void                      kappa_landscape_refinement_free (KappaLandscapeRefinement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaLandscapeRefinement, kappa_landscape_refinement_free)

void                      kappa_landscape_refinement_begin (KappaLandscapeRefinement *self, double threshold);
gboolean                  kappa_landscape_refinement_predict (const KappaLandscapeRefinement *self, gsize point,
                                                           double *loss, double *accuracy);
void                      kappa_landscape_refinement_set  (KappaLandscapeRefinement *self, gsize point, double loss,
                                                           double accuracy, gboolean exact);
gboolean                  kappa_landscape_refinement_get  (const KappaLandscapeRefinement *self, gsize point,
                                                           double *loss, double *accuracy);
void                      kappa_landscape_refinement_take (KappaLandscapeRefinement *self, gsize point);
double                    kappa_landscape_refinement_compare (double interpolated, double exact);
gboolean                  kappa_landscape_is_interpolated (KappaResult *result, gsize point);
