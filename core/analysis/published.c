#include "core/analysis/published.h"

/* As published: nothing here was measured by this program. A new point is a line. */

#define TPU         "tensorflow/tpu, README of ResNet-RS (I. Bello et al., 2021)"
#define TIMM        "pytorch-image-models, results-imagenet.csv (R. Wightman)"
#define TORCHVISION "torchvision, metadata of its weights"
#define MEAL        "MEAL V2, README (Z. Shen, M. Savvides, 2020)"
#define AQT         "google/aqt, README of Pareto-Optimal Quantized ResNet Is Mostly 4-bit (2021)"
#define AKAMASTER   "akamaster/pytorch_resnet_cifar10, README"

/* A table reads best with a line for each row. */
/* clang-format off */
static const KappaPublishedPoint points[] = {
  { "ResNet-RS-50", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 50, 160, 0.788, 0, 0, 0.31, 0.07, TPU },
  { "ResNet-RS-101", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 101, 160, 0.803, 0, 0, 0.48, 0.12, TPU },
  { "ResNet-RS-101", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 101, 192, 0.812, 0, 0, 0.7, 0.17, TPU },
  { "ResNet-RS-152", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 152, 192, 0.82, 0, 0, 0.99, 0.24, TPU },
  { "ResNet-RS-152", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 152, 224, 0.822, 0, 0, 1.48, 0.32, TPU },
  { "ResNet-RS-152", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 152, 256, 0.83, 0, 0, 1.76, 0.41, TPU },
  { "ResNet-RS-200", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 200, 256, 0.834, 0, 0, 2.86, 0.57, TPU },
  { "ResNet-RS-270", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 270, 256, 0.838, 0, 0, 3.76, 0.78, TPU },
  { "ResNet-RS-350", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 350, 256, 0.84, 0, 0, 4.72, 1.1, TPU },
  { "ResNet-RS-350", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 350, 320, 0.842, 0, 0, 8.48, 1.63, TPU },
  { "ResNet-RS-420", "ResNet-RS", "ResNet-RS recipe", "ImageNet", "resnet-rs", 420, 320, 0.844, 0, 0, 10.16, 2.09, TPU },
  { "ResNet-RS-50", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 50, 160, 0.7786, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-50", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 50, 224, 0.7993, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-101", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 101, 192, 0.8071, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-101", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 101, 288, 0.8229, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-152", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 152, 256, 0.829, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-152", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 152, 320, 0.8371, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-200", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 200, 256, 0.8388, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-200", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 200, 320, 0.8445, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-270", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 270, 256, 0.836, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-270", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 270, 352, 0.8444, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-350", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 350, 288, 0.843, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-350", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 350, 384, 0.8471, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-420", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 420, 320, 0.8424, 0, 0, 0, 0, TIMM },
  { "ResNet-RS-420", "ResNet-RS", "weights of timm", "ImageNet", "resnet-rs", 420, 416, 0.8501, 0, 0, 0, 0, TIMM },
  { "ResNet-18", "ResNet", "torchvision V1", "ImageNet", "resnet", 18, 224, 0.69758, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-34", "ResNet", "torchvision V1", "ImageNet", "resnet", 34, 224, 0.73314, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-50", "ResNet", "torchvision V1", "ImageNet", "resnet", 50, 224, 0.7613, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-101", "ResNet", "torchvision V1", "ImageNet", "resnet", 101, 224, 0.77374, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-152", "ResNet", "torchvision V1", "ImageNet", "resnet", 152, 224, 0.78312, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-50", "ResNet", "torchvision V2", "ImageNet", "resnet", 50, 224, 0.80858, 0, 0, 0, 0, TORCHVISION },
  { "ResNet-18", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 18, 224, 0.715, 0, 0, 0, 0, TIMM },
  { "ResNet-34", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 34, 224, 0.7642, 0, 0, 0, 0, TIMM },
  { "ResNet-50", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 50, 224, 0.8038, 0, 0, 0, 0, TIMM },
  { "ResNet-101", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 101, 224, 0.8149, 0, 0, 0, 0, TIMM },
  { "ResNet-152", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 152, 224, 0.82, 0, 0, 0, 0, TIMM },
  { "ResNet-18", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 18, 288, 0.7316, 0, 0, 0, 0, TIMM },
  { "ResNet-34", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 34, 288, 0.7793, 0, 0, 0, 0, TIMM },
  { "ResNet-50", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 50, 288, 0.8124, 0, 0, 0, 0, TIMM },
  { "ResNet-101", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 101, 288, 0.8233, 0, 0, 0, 0, TIMM },
  { "ResNet-152", "ResNet", "ResNet strikes back A1", "ImageNet", "resnet", 152, 288, 0.8274, 0, 0, 0, 0, TIMM },
  { "ResNet-18", "ResNet", "distilled: MEAL V2", "ImageNet", "resnet", 18, 224, 0.7319, 0, 0, 0, 0, MEAL },
  { "ResNet-50", "ResNet", "distilled: MEAL V2", "ImageNet", "resnet", 50, 224, 0.8067, 0, 0, 0, 0, MEAL },
  { "ResNet-50", "ResNet", "distilled: MEAL V2 with CutMix", "ImageNet", "resnet", 50, 224, 0.8098, 0, 0, 0, 0, MEAL },
  { "ResNet-50", "ResNet", "distilled: MEAL V2", "ImageNet", "resnet", 50, 380, 0.8172, 0, 0, 0, 0, MEAL },
  { "ResNet-50", "ResNet", "AQT, bfloat16", "ImageNet", "resnet", 50, 224, 0.7665, 0, 0, 0, 0, AQT },
  { "ResNet-50", "ResNet", "quantised in training", "ImageNet", "resnet", 50, 224, 0.7743, 0, 0, 0, 0, AQT, 8 },
  { "ResNet-50", "ResNet", "quantised in training, first and last layer 8 bits", "ImageNet", "resnet", 50, 224, 0.7709, 0, 0, 0, 0, AQT, 4 },
  { "ResNet-20 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 20, 32, 0.9173, 0, 0, 0, 0, AKAMASTER },
  { "ResNet-32 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 32, 32, 0.9263, 0, 0, 0, 0, AKAMASTER },
  { "ResNet-44 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 44, 32, 0.931, 0, 0, 0, 0, AKAMASTER },
  { "ResNet-56 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 56, 32, 0.9339, 0, 0, 0, 0, AKAMASTER },
  { "ResNet-110 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 110, 32, 0.9368, 0, 0, 0, 0, AKAMASTER },
  { "ResNet-1202 (CIFAR)", "ResNet (CIFAR)", "Y. Idelbayev", "CIFAR-10", "cifar-resnet", 1202, 32, 0.9382, 0, 0, 0, 0, AKAMASTER },
  { "Inception-v4", "Inception", "weights of timm", "ImageNet", NULL, 0, 299, 0.80144, 42679816, 12253974624, 0, 0, TIMM },
  { "Inception-ResNet-v2", "Inception", "weights of timm", "ImageNet", NULL, 0, 299, 0.80434, 55843464, 13155794016, 0, 0, TIMM },
  { "ViT-Ti/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.7545, 5717416, 1254000000, 0, 0, TIMM },
  { "ViT-Ti/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.7844, 5790376, 4680000000, 0, 0, TIMM },
  { "ViT-S/32", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.7601, 22878952, 1140000000, 0, 0, TIMM },
  { "ViT-S/32", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.8048, 22915432, 3440000000, 0, 0, TIMM },
  { "ViT-S/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.814, 22050664, 4600000000, 0, 0, TIMM },
  { "ViT-S/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.8381, 22196584, 15490000000, 0, 0, TIMM },
  { "ViT-B/32", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.8073, 88224232, 4410000000, 0, 0, TIMM },
  { "ViT-B/32", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.8336, 88297192, 13040000000, 0, 0, TIMM },
  { "ViT-B/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.8453, 86567656, 17560000000, 0, 0, TIMM },
  { "ViT-B/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.8601, 86859496, 55480000000, 0, 0, TIMM },
  { "ViT-L/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.8586, 304326632, 61560000000, 0, 0, TIMM },
  { "ViT-L/16", "ViT", "AugReg, ImageNet-21k first", "ImageNet", NULL, 0, 384, 0.871, 304715752, 191070000000, 0, 0, TIMM },
  { "Mixer-B/16", "Mixer", "ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.7662, 59880472, 12600000000, 0, 0, TIMM },
  { "Mixer-L/16", "Mixer", "ImageNet-21k first", "ImageNet", NULL, 0, 224, 0.7208, 208196168, 44550000000, 0, 0, TIMM },
};
/* clang-format on */

/**
 * kappa_published_list:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): all published points
 */
const KappaPublishedPoint *
kappa_published_list (guint *n)
{
  *n = G_N_ELEMENTS (points);
  return points;
}
