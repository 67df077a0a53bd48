#pragma once

#include <glib.h>

/**
 * KappaPublishedPoint:
 * @name: of the network, for people
 * @series: what it is compared within: the name of its kind
 * @training: whose weights, or what was done to them
 * @data: what it was tested on: "ImageNet" stands for the 50,000 validation images of ILSVRC 2012, "CIFAR-10" for its
 *   10,000 test images
 * @family: (nullable): of core/models/family.h, where its cost is counted from its builder
 * @depth: in that family
 * @size: pixels in a side of the image
 * @top1: share of images whose first class is right
 * @parameters: 0 where @family tells
 * @macs: multiply-adds for one image, as published and with its rounding; 0 where @family tells
 * @v100, @tpu: published seconds for a batch of 128 images on a V100 and on a TPU; 0 where none are
 * @source: where the numbers were read
 * @bits: of weights and activations; 0 where the network is not quantised
 *
 * What someone has published of a network. Never mixed with what is measured here without a mark.
 */
typedef struct
{
  const char *name;
  const char *series;
  const char *training;
  const char *data;
  const char *family;
  guint depth;
  guint size;
  double top1;
  guint64 parameters;
  guint64 macs;
  double v100, tpu;
  const char *source;
  guint bits;
} KappaPublishedPoint;

const KappaPublishedPoint *kappa_published_list (guint *n);
