#pragma once

#include <glib-object.h>

/*
 * The spectral density of a large symmetric operator from a few random vectors: stochastic Lanczos quadrature (L. Lin, Y.
 * Saad, C. Yang, SIAM Review 58, 2016; S. Ubaru, J. Chen, Y. Saad, SIAM J. Matrix Anal. Appl. 38, 2017).
 */

/**
 * KappaDensityKernel:
 * @KAPPA_DENSITY_PAPYAN: σ = 2/(m − 1)/√(8·ln κ) of half the range, κ = 3 (1.04 on a logarithmic axis), 5 % beyond
 *   both ends, 1,024 points (V. Papyan, JMLR 21, 2020; curvlinops)
 * @KAPPA_DENSITY_PYHESSIAN: σ² = 10⁻⁵·max(1, range), 0.01 beyond both ends, 10,000 points, the area made 1
 * @KAPPA_DENSITY_EIGENTHINGS: σ = range/m, a tenth of the range beyond both ends, 10,000 points
 *
 * What each node is smoothed with; m is the number of Lanczos steps.
 */
typedef enum
{
  KAPPA_DENSITY_PAPYAN,
  KAPPA_DENSITY_PYHESSIAN,
  KAPPA_DENSITY_EIGENTHINGS,
} KappaDensityKernel;

#define KAPPA_TYPE_DENSITY_KERNEL (kappa_density_kernel_get_type ())
GType kappa_density_kernel_get_type (void);

/**
 * KappaQuadrature:
 * @n: order of the operator
 * @n_probes: how many random vectors
 * @n_steps: Lanczos steps of each
 * @nodes: n_probes × n_steps Ritz values
 * @weights: n_probes × n_steps; those of one vector sum up to 1, nodes that are not there have 0
 * @n_locked: eigenvalues that are known, and that the vectors were orthogonal to
 * @locked: (nullable): what they are
 */
typedef struct
{
  gsize n;
  guint n_probes;
  guint n_steps;
  const double *nodes;
  const double *weights;
  guint n_locked;
  const double *locked;
} KappaQuadrature;

/**
 * KappaDensity:
 * @n: points
 * @x: where: λ, or log₁₀(|λ| + 10⁻⁵)
 * @n_rows: 1, or 2 on a logarithmic axis: negative eigenvalues, then positive ones
 * @mean: n_rows × n, over the random vectors
 * @low, @high: the 95 % confidence interval of the mean; infinite with one vector
 * @width: σ of the kernel
 */
typedef struct
{
  guint n;
  guint n_rows;
  double *x;
  double *mean;
  double *low;
  double *high;
  double width;
} KappaDensity;

KappaDensity *kappa_density_new         (const KappaQuadrature *quadrature, KappaDensityKernel kernel, gboolean log);
void          kappa_density_free        (KappaDensity *self);
void          kappa_quadrature_get_moment (const KappaQuadrature *self, guint power, double *mean, double *low, double *high);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaDensity, kappa_density_free)
