#pragma once

#include "core/analysis/analysis.h"

/*
 * The analysis "landscape". What it leaves in a KappaResult:
 *
 * Arrays, whose axes are called "alpha" and "beta":
 *   loss, accuracy            (alpha) or (alpha, beta); with several seeds the means over them
 *   loss_deviation, accuracy_deviation   (alpha): with several seeds, their sample standard deviations
 *   loss_by_seed, accuracy_by_seed       (seed, alpha): with several seeds, every curve
 *   checkpoint_loss, checkpoint_accuracy (checkpoint): at the checkpoints themselves
 *   quadratic                 like loss: the local quadratic model, if it is wanted
 *   quadratic_coefficients    (coefficient): what it is made of
 *   curvature_ratio, curvature_maximum, curvature_minimum, curvature_residual   (alpha) or (alpha, beta) of their own:
 *                             the ends of the spectrum over the plane, if they are wanted
 *   interpolated              like loss: 1 where a value was not computed but interpolated, if some may be
 *   held_out_loss             (cell): the loss, computed, of some interpolated points
 *   float32_loss              (cell): in bfloat16, the loss of a few points in float32
 * Tables:
 *   checkpoints               name, alpha, beta, loss, accuracy of each checkpoint
 *   trajectory                step, name, alpha, beta, distance from the plane, loss, accuracy, if there is one
 *   directions                axis, its norm, over that of the weights, cosine with the first axis, what it is, the
 *                             curvature along it and its residual
 *   points                    one row for each point of the grid
 * Scalars:
 *   loss, accuracy            at the first checkpoint
 *   loss_minimum, loss_maximum   over the finite points
 *   points, non_finite
 *   bfloat16_error            in bfloat16
 *   explained_variance_alpha, explained_variance_beta   of the plane of a trajectory
 *   lambda_alpha, lambda_beta   eigenvalues of the directions, along eigenvectors
 *   quadratic_radius          how far the quadratic model holds
 *   interpolated_points   if some points may be interpolated; if some are, interpolation_rounds, interpolation_error,
 *     interpolation_error_95, interpolation_beyond: how far they are off
 *   barrier                   along a line between two checkpoints
 */

#define KAPPA_TYPE_LANDSCAPE (kappa_landscape_get_type ())
G_DECLARE_FINAL_TYPE (KappaLandscape, kappa_landscape, KAPPA, LANDSCAPE, KappaAnalysis)

typedef enum
{
  KAPPA_NORM_FILTER,
  KAPPA_NORM_LAYER,
  KAPPA_NORM_NONE,
} KappaNorm;

typedef enum
{
  KAPPA_IGNORE_BIASBN,
  KAPPA_IGNORE_NONE,
} KappaIgnore;

typedef enum
{
  KAPPA_BATCHNORM_AUTO,
  KAPPA_BATCHNORM_FROZEN,
  KAPPA_BATCHNORM_MOVED,
  KAPPA_BATCHNORM_RECALIBRATED,
} KappaBatchnorm;

typedef enum
{
  KAPPA_BASIS_ORTHONORMAL,
  KAPPA_BASIS_RAW,
} KappaBasis;

typedef enum
{
  KAPPA_PROFILE_KAPPA,
  KAPPA_PROFILE_LI2018,
} KappaProfile;

typedef enum
{
  KAPPA_ALONG_RANDOM,
  KAPPA_ALONG_EIGENVECTORS,
  KAPPA_ALONG_GRADIENT,
} KappaAlong;

typedef enum
{
  KAPPA_PAIR_TOP,
  KAPPA_PAIR_EXTREMES,
} KappaPair;

#define KAPPA_TYPE_NORM      (kappa_norm_get_type ())
#define KAPPA_TYPE_IGNORE    (kappa_ignore_get_type ())
#define KAPPA_TYPE_BATCHNORM (kappa_batchnorm_get_type ())
#define KAPPA_TYPE_BASIS     (kappa_basis_get_type ())
#define KAPPA_TYPE_PROFILE   (kappa_profile_get_type ())
#define KAPPA_TYPE_ALONG     (kappa_along_get_type ())
#define KAPPA_TYPE_PAIR      (kappa_pair_get_type ())

GType kappa_norm_get_type      (void);
GType kappa_ignore_get_type    (void);
GType kappa_batchnorm_get_type (void);
GType kappa_basis_get_type     (void);
GType kappa_profile_get_type   (void);
GType kappa_along_get_type     (void);
GType kappa_pair_get_type      (void);
