#include "core/analysis/landscape.h"

#include "core/analysis/grid.h"
#include "core/analysis/landscape-plan.h"
#include "core/analysis/landscape-run.h"
#include "core/base/error.h"

#define IMAGES_TO_TIME 64

struct _KappaLandscape
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaLandscape, kappa_landscape, KAPPA_TYPE_ANALYSIS)

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

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 3, TRUE,
    "a trained network; two for the line between them, three for the plane through them" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "labelled images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
  { "directions", KAPPA_INPUT_FILE, 0, 1, FALSE,
    "directions to use instead of random ones, an HDF5 file" },
  { "trajectory", KAPPA_INPUT_MODEL, 0, 0, FALSE,
    "an earlier checkpoint of the model, once for each, in order; two or more make a plane by "
    "their "
    "principal directions" },
  { "projection", KAPPA_INPUT_FILE, 0, 1, FALSE,
    "where earlier checkpoints lie along --directions, an HDF5 file of the reference tool" },
};

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
  .blurb = "compute coarse to fine, and interpolate points where that is expected to be off by no "
           "more than this share of the loss; 0 computes every point",
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

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, KAPPA_ERROR, KAPPA_ERROR_USAGE, message);
  return FALSE;
}

/* What is said about random directions where there are none would have no effect. */
static gboolean
check_unused (KappaAnalysis *analysis, gboolean random, KappaLandscapeKind kind, GError **error)
{
  if (!random && !kappa_analysis_is_default (analysis, "norm"))
    return refuse (error, "norm: only random directions are normalised");
  if (!random && !kappa_analysis_is_default (analysis, "ignore"))
    return refuse (error, "ignore: only random directions leave parameters alone");
  if (kind != KAPPA_LANDSCAPE_PLANE && !kappa_analysis_is_default (analysis, "basis"))
    return refuse (error, "basis: only the plane through three checkpoints has one");
  return TRUE;
}

/* Derivatives are those with fixed running statistics, by more digits than bfloat16 has. */
static gboolean
check_derivatives (KappaAnalysis *analysis, const char *property, GError **error)
{
  int batchnorm = kappa_analysis_get_enum (analysis, "batchnorm");
  const char *what = NULL;
  g_autofree char *message = NULL;

  if (batchnorm != KAPPA_BATCHNORM_AUTO && batchnorm != KAPPA_BATCHNORM_FROZEN)
    what = "derivatives are those with fixed running statistics; set batchnorm to frozen";
  else if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    what = "bfloat16 has too few digits for derivatives; set precision to float32";
  else if (kappa_analysis_get_integer (analysis, "seeds") > 1)
    what = "several directions have no common model; set seeds to 1";
  if (what == NULL)
    return TRUE;
  message = g_strdup_printf ("%s: %s", property, what);
  return refuse (error, message);
}

static gboolean
check_gains (KappaAnalysis *analysis, gboolean several, GError **error)
{
  if (several && kappa_analysis_get_double (analysis, "refine") > 0.0)
    return refuse (error, "refine: the points of several directions are all computed; set seeds "
                          "to 1");
  if (kappa_analysis_get_boolean (analysis, "quadratic")
      && !check_derivatives (analysis, "quadratic", error))
    return FALSE;
  return kappa_analysis_get_integer (analysis, "curvature-map") == 0
         || check_derivatives (analysis, "curvature-map", error);
}

/* Directions that curvature chooses are those around one checkpoint, and have no statistics. */
static gboolean
check_along (KappaAnalysis *analysis, KappaInputs *given, KappaLandscapeKind kind, GError **error)
{
  int along = kappa_analysis_get_enum (analysis, "along");

  if (along != KAPPA_ALONG_EIGENVECTORS && !kappa_analysis_is_default (analysis, "pair"))
    return refuse (error, "pair: chooses among eigenvectors; set along to eigenvectors");
  if (along == KAPPA_ALONG_RANDOM)
    return TRUE;
  if (kind != KAPPA_LANDSCAPE_RANDOM)
    return refuse (error, "along: with several checkpoints, they are the directions");
  if (kappa_inputs_get_n (given, "directions") > 0)
    return refuse (error, "along: the directions are those of the file; set along to random, or "
                          "leave --directions away");
  if (kappa_analysis_get_enum (analysis, "batchnorm") == KAPPA_BATCHNORM_MOVED)
    return refuse (error, "along: these directions are without running statistics; set batchnorm "
                          "to frozen or recalibrated");
  return TRUE;
}

static gboolean
check_trajectory (KappaAnalysis *analysis, KappaInputs *given, const KappaRange *y, GError **error)
{
  guint n = kappa_inputs_get_n (given, "trajectory");
  gboolean directions = kappa_inputs_get_n (given, "directions") > 0;

  if (n > 0 && kappa_inputs_get_n (given, "model") > 1)
    return refuse (error, "trajectory: ends at one model; give the others as --trajectory, too");
  if (n == 1 && !directions)
    return refuse (error, "trajectory: two earlier checkpoints at least span a plane with the "
                          "model; give another, or --directions");
  if (n > 0 && y->n == 0)
    return refuse (error, "y: a trajectory is drawn on a plane; leave it away, or give it a range");
  if (n == 0 && *kappa_analysis_get_string (analysis, "save-projection") != '\0')
    return refuse (error, "save-projection: there is no trajectory; give its checkpoints as "
                          "--trajectory");
  if (kappa_inputs_get_n (given, "projection") > 0 && (!directions || n > 0))
    return refuse (error, "projection: the coordinates belong to a direction file, in place of a "
                          "trajectory; give --directions and no --trajectory");
  return TRUE;
}

static gboolean
kappa_landscape_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  KappaLandscapeKind kind = kappa_landscape_get_kind (given);
  gboolean several = kappa_analysis_get_integer (analysis, "seeds") > 1;
  gboolean chosen = kappa_analysis_get_enum (analysis, "along") != KAPPA_ALONG_RANDOM;
  gboolean random
      = kind == KAPPA_LANDSCAPE_RANDOM && kappa_inputs_get_n (given, "directions") == 0 && !chosen;
  KappaRange x, y;

  kappa_landscape_get_ranges (analysis, kind, &x, &y);
  if (kind == KAPPA_LANDSCAPE_LINE && y.n > 0)
    return refuse (error, "y: a line between two checkpoints has no second axis; give a third "
                          "checkpoint for a plane");
  if (kind == KAPPA_LANDSCAPE_PLANE && y.n == 0)
    return refuse (error, "y: the plane through three checkpoints has a second axis; leave it "
                          "away, or give it a range");
  if (several && !random)
    return refuse (error,
                   "seeds: several directions are random ones around a single checkpoint only");
  if (several && y.n > 0)
    return refuse (error, "seeds: a mean over several directions is a curve; set y to none");
  if (several && *kappa_analysis_get_string (analysis, "save-directions") != '\0')
    return refuse (error,
                   "save-directions: there are several directions for one axis; set seeds to 1");
  if ((kind == KAPPA_LANDSCAPE_LINE || kind == KAPPA_LANDSCAPE_PLANE)
      && kappa_inputs_get_n (given, "directions") > 0)
    return refuse (error, "directions: with several checkpoints, they are the directions");
  if ((gsize)x.n * MAX (1, y.n) > KAPPA_GRID_MAX_POINTS)
    return refuse (error, "x, y: the grid has more than 1,048,576 points");
  return check_unused (analysis, random, kind, error)
         && check_trajectory (analysis, given, &y, error)
         && check_along (analysis, given, kind, error) && check_gains (analysis, several, error);
}

static gsize
count_points (KappaAnalysis *analysis, KappaLandscapeKind kind)
{
  KappaRange x, y;

  kappa_landscape_get_ranges (analysis, kind, &x, &y);
  return (gsize)x.n * MAX (1, y.n) * (gsize)kappa_analysis_get_integer (analysis, "seeds");
}

static gboolean
kappa_landscape_estimate (KappaAnalysis *analysis,
                          KappaInputs *given,
                          KappaContext *context,
                          KappaEstimate *estimate,
                          GError **error)
{
  gint64 n = kappa_selection_get_n (kappa_inputs_get_selection (given, "data", 0));
  gsize points = count_points (analysis, kappa_landscape_get_kind (given));
  g_autoptr (KappaBatchSource) few
      = kappa_inputs_sample_batches (given, "data", "model", TRUE, IMAGES_TO_TIME, context, error);
  g_autoptr (KappaObjective) objective
      = few != NULL ? kappa_landscape_make_objective (analysis, given, few, error) : NULL;
  double seconds;

  if (objective == NULL || !kappa_objective_calibrate (objective, context, &seconds, error))
    return FALSE;
  estimate->units = (double)points;
  estimate->unit = "points";
  estimate->seconds = seconds * (double)n * (double)points;
  estimate->bytes
      = kappa_objective_get_memory (objective, n, kappa_workers_get_n (context->workers))
        + kappa_landscape_plan_get_memory (analysis, given);
  return TRUE;
}

static void
kappa_landscape_class_init (KappaLandscapeClass *klass)
{
  static const KappaProperty *const table[] = {
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
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "landscape";
  analysis_class->title = "Loss landscape";
  analysis_class->summary = "Loss and accuracy along a line or over a plane of weights, around a "
                            "checkpoint or through several.";
  analysis_class->reading = (KappaReading) {
    .axes = "The checkpoint is at the origin. One step along an axis adds the whole direction to "
            "the weights; with filter "
            "normalisation the direction is as long as the weights themselves, filter by filter, "
            "so that 1 means “as much "
            "noise as signal”. Between checkpoints the first is at 0 and the second at 1. Height "
            "and colour are the mean "
            "loss. Directions from eigenvectors, the gradient or a trajectory have length 1, so "
            "that axes count "
            "distances in the space of weights; a trajectory's checkpoints stand at the nearest "
            "points of the plane.",
    .typical = "Around a trained network with filter normalisation, the loss is nearly flat up to "
               "about 0.1 and grows by one "
               "to three orders of magnitude up to 1; wide valleys go with better generalisation. "
               "Look at it with a "
               "logarithmic scale.",
    .misleads
    = "Two directions out of hundreds of thousands hide saddles and narrow ravines, and other "
      "seeds give other "
      "pictures: compare several. Without normalisation, the picture depends on the scale of the "
      "weights, which "
      "BatchNorm makes arbitrary. Surfaces of different networks are comparable only with the same "
      "normalisation, images and scale, and a regulariser in the loss can outweigh everything "
      "else.",
    .source = "H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein: Visualizing the loss landscape of "
              "neural nets, NeurIPS 2018. "
              "Between checkpoints: I. Goodfellow, O. Vinyals, A. Saxe, ICLR 2015.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_landscape_check;
  analysis_class->estimate = kappa_landscape_estimate;
  analysis_class->run = kappa_landscape_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_landscape_init (KappaLandscape *self)
{
}
