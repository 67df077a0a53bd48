#include "core/analysis/spectrum.h"

#include "core/analysis/curvature.h"
#include "core/analysis/folds.h"
#include "core/analysis/spectrum-private.h"
#include "core/base/error.h"

struct _KappaSpectrum
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaSpectrum, kappa_spectrum, KAPPA_TYPE_ANALYSIS)

G_DEFINE_ENUM_TYPE (KappaSpectrumStart,
                    kappa_spectrum_start,
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_START_RANDOM, "random"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_START_FORMULA, "formula"))

G_DEFINE_ENUM_TYPE (KappaSpectrumVerify,
                    kappa_spectrum_verify,
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_VERIFY_FLOAT64, "float64"),
                    G_DEFINE_ENUM_VALUE (KAPPA_SPECTRUM_VERIFY_SAME, "same"))

static const KappaInputSpec inputs[] = {
  { "model", KAPPA_INPUT_MODEL, 1, 1, TRUE, "a trained network" },
  { "data", KAPPA_INPUT_DATASET, 1, 1, FALSE,
    "labelled images: cifar10:FILE, mnist:DIR, a folder or an .npz file" },
};

static const char *const operator_blurbs[] = {
  "the matrix of second derivatives of the mean loss by the weights",
  "its positive part, in which the network is taken as linear in the weights",
};

static const char *const per_blurbs[] = {
  "the whole network only",
  "each trained tensor as well",
  "each layer as well",
  "each residual block, the stem and the head as well",
};

static const char *const start_blurbs[] = {
  "Gaussian vectors of the seed",
  "the first vector is given by a formula, for comparison with other programs, and nothing is "
  "deflated",
};

static const char *const verify_blurbs[] = {
  "in float64, so that value and residual are those of the matrix itself; float32 puts a few "
  "inputs "
  "of ReLU on the wrong side of their kinks, which the residuals do not tell",
  "in the precision of the run, which is faster",
};

static const char *const kernel_blurbs[] = {
  "as Papyan (2020) and curvlinops choose it",
  "as PyHessian chooses it: σ² = 10⁻⁵ of the range, 10,000 points",
  "as hessian-eigenthings chooses it: the range over the steps",
};

static const KappaProperty operator_property = {
  .name = "operator",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Matrix",
  .blurb = "whose eigenvalues are wanted",
  .unit = "",
  .fallback = "hessian",
  .enum_type = kappa_curvature_kind_get_type,
  .value_blurbs = operator_blurbs,
};

static const KappaProperty top_property = {
  .name = "top",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Largest",
  .blurb = "how many of the largest eigenvalues are wanted",
  .unit = "",
  .fallback = "5",
  .minimum = 0.0,
  .maximum = 500.0,
};

static const KappaProperty bottom_property = {
  .name = "bottom",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Smallest",
  .blurb = "how many of the smallest eigenvalues are wanted",
  .unit = "",
  .fallback = "1",
  .minimum = 0.0,
  .maximum = 500.0,
};

static const KappaProperty tolerance_property = {
  .name = "tolerance",
  .type = KAPPA_PROPERTY_DOUBLE,
  .title = "Tolerance",
  .blurb = "the largest residual ‖Hv − λv‖ that is good enough, as a part of the largest |λ|",
  .unit = "",
  .fallback = "1e-4",
  .minimum = 1e-14,
  .maximum = 1.0,
};

static const KappaProperty products_property = {
  .name = "products",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Most products",
  .blurb = "stop looking for eigenvalues after so many products, and say what the residuals are",
  .unit = "",
  .fallback = "1000",
  .minimum = 1.0,
  .maximum = 1000000.0,
};

static const KappaProperty block_property = {
  .name = "block",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Vectors at once",
  .blurb
  = "of block Lanczos: more find equal eigenvalues together and cost less each, but more are "
    "needed",
  .unit = "",
  .fallback = "1",
  .minimum = 1.0,
  .maximum = 64.0,
};

static const KappaProperty basis_property = {
  .name = "basis",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Vectors kept",
  .blurb = "restart when the basis has so many vectors; 0 for what suits the number of eigenvalues "
           "and stays below 4 GiB",
  .unit = "",
  .fallback = "0",
  .minimum = 0.0,
  .maximum = 4096.0,
};

static const KappaProperty probes_property = {
  .name = "probes",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Random vectors",
  .blurb = "for the density of all eigenvalues; two or more give it a band, 0 leaves it away",
  .unit = "",
  .fallback = "3",
  .minimum = 0.0,
  .maximum = 256.0,
};

static const KappaProperty steps_property = {
  .name = "steps",
  .type = KAPPA_PROPERTY_INTEGER,
  .title = "Lanczos steps",
  .blurb = "of each random vector: so many nodes has the density",
  .unit = "",
  .fallback = "20",
  .minimum = 2.0,
  .maximum = 1000.0,
};

static const KappaProperty deflate_property = {
  .name = "deflate",
  .type = KAPPA_PROPERTY_BOOLEAN,
  .title = "Deflation",
  .blurb
  = "keep the random vectors orthogonal to the eigenvectors that were found, whose values are "
    "known",
  .unit = "",
  .fallback = "true",
};

static const KappaProperty kernel_property = {
  .name = "kernel",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Kernel",
  .blurb = "how wide the Gaussian is that smooths the density",
  .unit = "",
  .fallback = "papyan",
  .enum_type = kappa_density_kernel_get_type,
  .value_blurbs = kernel_blurbs,
};

static const KappaProperty per_property = {
  .name = "per",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Parts",
  .blurb = "of what parts of the network the extreme eigenvalues are wanted too",
  .unit = "",
  .fallback = "none",
  .enum_type = kappa_per_or_none_get_type,
  .value_blurbs = per_blurbs,
};

static const KappaProperty start_property = {
  .name = "start",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "First vector",
  .blurb = "what the iteration begins with",
  .unit = "",
  .fallback = "random",
  .enum_type = kappa_spectrum_start_get_type,
  .value_blurbs = start_blurbs,
};

static const KappaProperty verify_property = {
  .name = "verify",
  .type = KAPPA_PROPERTY_ENUM,
  .title = "Last products",
  .blurb
  = "how each eigenvector that was found is multiplied once more, for its value and residual",
  .unit = "",
  .fallback = "float64",
  .enum_type = kappa_spectrum_verify_get_type,
  .value_blurbs = verify_blurbs,
};

static const KappaProperty save_property = {
  .name = "save-eigenvectors",
  .type = KAPPA_PROPERTY_STRING,
  .title = "Save eigenvectors",
  .blurb
  = "write those of the largest and the smallest eigenvalue to this HDF5 file, as directions "
    "for a landscape",
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

static gboolean
kappa_spectrum_check (KappaAnalysis *analysis, KappaInputs *given, GError **error)
{
  const gint64 n_values = kappa_analysis_get_integer (analysis, "top")
                          + kappa_analysis_get_integer (analysis, "bottom");
  const gint64 n_probes = kappa_analysis_get_integer (analysis, "probes");

  if (kappa_analysis_get_enum (analysis, "precision") == KAPPA_PRECISION_BFLOAT16)
    return refuse (error, "precision: bfloat16 has no second derivatives; use float32 or float64");
  if (n_values == 0 && n_probes == 0)
    return refuse (error, "top, bottom, probes: all are 0, so that there is nothing to compute");
  if (n_values == 0 && kappa_analysis_get_enum (analysis, "per") != KAPPA_PER_NONE)
    return refuse (error, "per: parts have no eigenvalues with top and bottom 0");
  if (n_values == 0 && *kappa_analysis_get_string (analysis, "save-eigenvectors") != '\0')
    return refuse (error, "save-eigenvectors: there are none with top and bottom 0");
  if (n_probes == 0
      && (!kappa_analysis_is_default (analysis, "steps")
          || !kappa_analysis_is_default (analysis, "kernel")
          || !kappa_analysis_is_default (analysis, "deflate")))
    return refuse (error, "steps, kernel, deflate: without probes there is no density");
  return TRUE;
}

static void
kappa_spectrum_class_init (KappaSpectrumClass *klass)
{
  static const KappaProperty *const table[] = {
    &operator_property,
    &top_property,
    &bottom_property,
    &per_property,
    &tolerance_property,
    &probes_property,
    &steps_property,
    &kernel_property,
    &deflate_property,
    &block_property,
    &basis_property,
    &products_property,
    &start_property,
    &verify_property,
    &save_property,
    &kappa_property_folds,
    &kappa_property_fold_images,
    &kappa_property_precision,
    &kappa_property_seed,
    &kappa_property_l2,
  };
  KappaAnalysisClass *analysis_class = KAPPA_ANALYSIS_CLASS (klass);

  analysis_class->name = "spectrum";
  analysis_class->title = "Hessian spectrum";
  analysis_class->summary
      = "The extreme eigenvalues of the loss's curvature, whole or by part, and "
        "the density of all of them.";
  analysis_class->reading = (KappaReading) {
    .axes
    = "Along the axis lie eigenvalues λ: the curvature of the mean loss along directions in "
      "the space of weights, so that a step of length s along an eigenvector changes the loss "
      "by ½·λ·s². Stems are single eigenvalues with the residual of each; the curve is the "
      "share of all eigenvalues near a place.",
    .typical
    = "A trained classifier has almost all eigenvalues near 0, about as many outliers as "
      "classes, the largest between 1 and 1,000, and a few negative ones, a tenth as large "
      "or less. Training with SAM makes the largest several times smaller.",
    .misleads
    = "The largest eigenvalue of 128 images can be ten times that of 4,096: look at the interval "
      "over folds. Scaling the weights of a layer before a BatchNorm changes eigenvalues and "
      "nothing "
      "else, so that networks of different kinds are hardly comparable. A regulariser adds its λ "
      "to "
      "every eigenvalue. Below the width of the kernel, the density shows nothing.",
    .source = "Thick restart: K. Wu, H. Simon, SIAM J. Matrix Anal. Appl. 22 (2000). Density: L. "
              "Lin, Y. Saad, C. Yang, SIAM Review 58 (2016); V. Papyan, JMLR 21 (2020).",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_spectrum_check;
  analysis_class->estimate = kappa_spectrum_estimate;
  analysis_class->run = kappa_spectrum_run;
  kappa_analysis_class_declare (analysis_class, table, G_N_ELEMENTS (table));
}

static void
kappa_spectrum_init (KappaSpectrum *self)
{
}
