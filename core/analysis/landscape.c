#include "core/analysis/landscape.h"

#include "core/analysis/landscape-private.h"
#include "core/analysis/landscape-run.h"

struct _KappaLandscape
{
  KappaAnalysis parent_instance;
};

G_DEFINE_FINAL_TYPE (KappaLandscape, kappa_landscape, KAPPA_TYPE_ANALYSIS)

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

static void
kappa_landscape_class_init (KappaLandscapeClass *klass)
{
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
      "else. A refined surface is interpolated where it is smooth: up to 5 % of those points may be "
      "off by more than the tolerance, and what is narrower than the coarse grid may be missing.",
    .source = "H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein: Visualizing the loss landscape of "
              "neural nets, NeurIPS 2018. "
              "Between checkpoints: I. Goodfellow, O. Vinyals, A. Saxe, ICLR 2015.",
  };
  analysis_class->inputs = inputs;
  analysis_class->n_inputs = G_N_ELEMENTS (inputs);
  analysis_class->check = kappa_landscape_check;
  analysis_class->estimate = kappa_landscape_estimate;
  analysis_class->run = kappa_landscape_run;
  kappa_analysis_class_declare (analysis_class, kappa_landscape_properties,
                                kappa_landscape_n_properties);
}

static void
kappa_landscape_init (KappaLandscape *self)
{
}
