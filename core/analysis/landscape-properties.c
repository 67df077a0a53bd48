#include "core/analysis/landscape-plan.h"
#include "core/analysis/landscape-private.h"

/* What can be chosen about a landscape, and the words for it. */

G_DEFINE_ENUM_TYPE (KappaNorm,
                    kappa_norm,
                    G_DEFINE_ENUM_VALUE (KAPPA_NORM_FILTER, "filter"),
                    G_DEFINE_ENUM_VALUE (KAPPA_NORM_LAYER, "layer"),
                    G_DEFINE_ENUM_VALUE (KAPPA_NORM_NONE, "none"))

G_DEFINE_ENUM_TYPE (KappaIgnore,
                    kappa_ignore,
                    G_DEFINE_ENUM_VALUE (KAPPA_IGNORE_BIASBN, "biasbn"),
                    G_DEFINE_ENUM_VALUE (KAPPA_IGNORE_NONE, "none"))

G_DEFINE_ENUM_TYPE (KappaBatchnorm,
                    kappa_batchnorm,
                    G_DEFINE_ENUM_VALUE (KAPPA_BATCHNORM_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BATCHNORM_FROZEN, "frozen"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BATCHNORM_MOVED, "moved"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BATCHNORM_RECALIBRATED, "recalibrated"))

G_DEFINE_ENUM_TYPE (KappaBasis,
                    kappa_basis,
                    G_DEFINE_ENUM_VALUE (KAPPA_BASIS_ORTHONORMAL, "orthonormal"),
                    G_DEFINE_ENUM_VALUE (KAPPA_BASIS_RAW, "raw"))

G_DEFINE_ENUM_TYPE (KappaProfile,
                    kappa_profile,
                    G_DEFINE_ENUM_VALUE (KAPPA_PROFILE_KAPPA, "kappa"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PROFILE_LI2018, "li2018"))

G_DEFINE_ENUM_TYPE (KappaAlong,
                    kappa_along,
                    G_DEFINE_ENUM_VALUE (KAPPA_ALONG_RANDOM, "random"),
                    G_DEFINE_ENUM_VALUE (KAPPA_ALONG_EIGENVECTORS, "eigenvectors"),
                    G_DEFINE_ENUM_VALUE (KAPPA_ALONG_GRADIENT, "gradient"))

G_DEFINE_ENUM_TYPE (KappaPair,
                    kappa_pair,
                    G_DEFINE_ENUM_VALUE (KAPPA_PAIR_TOP, "top"),
                    G_DEFINE_ENUM_VALUE (KAPPA_PAIR_EXTREMES, "extremes"))

static const char *const norm_blurbs[] = {
  "each filter, that is all weights of one output unit, gets the length of the network's filter",
  "each tensor gets the length of the network's tensor",
  "the numbers stay as they were drawn",
};

static const char *const ignore_blurbs[] = {
  "biases and the scales and shifts of norm layers, all tensors of rank 0 and 1, do not move",
  "they move along random directions of their own length",
};

static const char *const batchnorm_blurbs[] = {
  "moved between checkpoints, frozen along random directions",
  "running means and variances stay those of the first checkpoint",
  "they move like parameters; a variance below 0 makes the loss not finite",
  "at each point, exact means and variances over all the images, found anew in float64",
};

static const char *const basis_blurbs[] = {
  "orthogonal axes of one unit, the distance of the first two checkpoints: angles are true",
  "from the first checkpoint to the second and to the third: they lie at (1, 0) and (0, 1)",
};

static const char *const profile_blurbs[] = {
  "as documented here",
  "as the reference implementation of Li et al.: what is not ignored of rank 0 and 1 moves along "
  "itself",
};

static const char *const along_blurbs[] = {
  "random directions, or those of --directions",
  "eigenvectors of the Hessian at the checkpoint, of length 1: the plane in which the loss bends "
  "most",
  "the gradient, and the part of Hessian times gradient that is orthogonal to it, of length 1",
};

static const char *const pair_blurbs[] = {
  "those of the two largest eigenvalues",
  "those of the largest and the smallest: where the smallest is negative, the loss falls along it",
};

static const KappaProperty along_property = {
  .name = "along",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Directions from",
  .blurb = "what chooses the directions around a single checkpoint",
  .unit = "",
  .fallback = "random",
  .enum_type = kappa_along_get_type,
  .value_blurbs = along_blurbs,
};

static const KappaProperty pair_property = {
  .name = "pair",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Eigenvectors",
  .blurb = "which eigenvectors make a plane",
  .unit = "",
  .fallback = "top",
  .enum_type = kappa_pair_get_type,
  .value_blurbs = pair_blurbs,
};

static const KappaProperty curvature_map_property = {
  .name = "curvature-map",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Map of |λ_min/λ_max|",
  .blurb = "also the smallest eigenvalue of the Hessian over the largest, at so many points along "
           "each axis; about 40 products with the Hessian for each; 0 for none",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 101.0,
};

static const KappaProperty x_property = {
  .name = "x",
  .type = KAPPA_PROPERTY_RANGE,
  .title = "First axis",
  .blurb = "coordinates α, both ends included; auto is -1:1:51, -0.5:1.5:41 between two "
           "checkpoints, and around all of several",
  .unit = "",
  .fallback = "auto",
  .minimum = 1.0,
  .maximum = KAPPA_RANGE_MAX_VALUES,
  .flags = KAPPA_PROPERTY_AUTO,
};

static const KappaProperty y_property = {
  .name = "y",
  .type = KAPPA_PROPERTY_RANGE,
  .title = "Second axis",
  .blurb
  = "coordinates β; none for a curve; auto is none, and around all of three or more checkpoints",
  .unit = "",
  .fallback = "auto",
  .minimum = 1.0,
  .maximum = KAPPA_RANGE_MAX_VALUES,
  .flags = KAPPA_PROPERTY_AUTO | KAPPA_PROPERTY_NONE,
};

static const KappaProperty norm_property = {
  .name = "norm",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Normalisation",
  .blurb = "what of a random direction is given the length of the weights it belongs to",
  .unit = "",
  .fallback = "filter",
  .enum_type = kappa_norm_get_type,
  .value_blurbs = norm_blurbs,
};

static const KappaProperty ignore_property = {
  .name = "ignore",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Fixed parameters",
  .blurb = "which parameters a random direction leaves alone",
  .unit = "",
  .fallback = "biasbn",
  .enum_type = kappa_ignore_get_type,
  .value_blurbs = ignore_blurbs,
};

static const KappaProperty seeds_property = {
  .name = "seeds",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Directions",
  .blurb = "average a curve over so many random directions, of the seeds from --seed on, and draw "
           "their spread",
  .unit = "",
  .fallback = "1",
  .minimum = 1.0,
  .maximum = KAPPA_LANDSCAPE_MAX_SEEDS,
};

static const KappaProperty batchnorm_property = {
  .name = "batchnorm",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "BatchNorm statistics",
  .blurb = "what becomes of running means and variances",
  .unit = "",
  .fallback = "auto",
  .enum_type = kappa_batchnorm_get_type,
  .value_blurbs = batchnorm_blurbs,
};

static const KappaProperty basis_property = {
  .name = "basis",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Axes of the plane",
  .blurb = "how the plane through three checkpoints is measured",
  .unit = "",
  .fallback = "orthonormal",
  .enum_type = kappa_basis_get_type,
  .value_blurbs = basis_blurbs,
};

static const KappaProperty profile_property = {
  .name = "profile",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Profile",
  .blurb = "whose habits to follow where they differ",
  .unit = "",
  .fallback = "kappa",
  .enum_type = kappa_profile_get_type,
  .value_blurbs = profile_blurbs,
};

static const KappaProperty quadratic_property = {
  .name = "quadratic",
  .type = KAPPA_PROPERTY_BOOLEAN,
  .title = "Quadratic model",
  .blurb = "also what gradient and Hessian at the checkpoint say about the plane, and how far that "
           "holds",
  .unit = "",
  .fallback = "false",
};

static const KappaProperty refine_property = {
  .name = "refine",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Interpolate up to",
  .blurb = "compute coarse to fine and interpolate smooth parts, until points computed for a check "
           "say, with 95 % confidence, that 95 % of the interpolated ones are off by no more than "
           "this share of the loss; 0 computes every point",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 1.0,
};

static const KappaProperty save_directions_property = {
  .name = "save-directions",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Save directions",
  .blurb = "write the directions to this HDF5 file, in the layout of the reference tool",
  .unit = "",
  .fallback = "",
  .flags = KAPPA_PROPERTY_OUTPUT,
};

static const KappaProperty save_projection_property = {
  .name = "save-projection",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Save trajectory",
  .blurb
  = "write where the checkpoints of a trajectory lie to this HDF5 file, in the layout of the "
    "reference tool",
  .unit = "",
  .fallback = "",
  .flags = KAPPA_PROPERTY_OUTPUT,
};

const KappaProperty *const kappa_landscape_properties[] = {
  &along_property,
  &pair_property,
  &x_property,
  &y_property,
  &norm_property,
  &ignore_property,
  &seeds_property,
  &batchnorm_property,
  &basis_property,
  &profile_property,
  &quadratic_property,
  &curvature_map_property,
  &refine_property,
  &save_directions_property,
  &save_projection_property,
  &kappa_property_precision,
  &kappa_property_seed,
  &kappa_property_l2,
};

const guint kappa_landscape_n_properties = G_N_ELEMENTS (kappa_landscape_properties);
