#include "core/models/preset-table.h"

/* Batch norm's epsilon is 1e-5 in all ResNets made with PyTorch. */
#define TORCH                                                                                      \
  {                                                                                                \
    .norm_epsilon = 1e-5                                                                           \
  }

/* TensorFlow's, which all Inception networks have, also those made over for PyTorch. */
#define TENSORFLOW                                                                                 \
  {                                                                                                \
    .norm_epsilon = 1e-3                                                                           \
  }
#define BACKGROUND                                                                                 \
  {                                                                                                \
    .norm_epsilon = 1e-3, .drop_background = TRUE                                                  \
  }
/* Keras's ResNets have the stride in the first convolution of a bottleneck; epsilon is the layer's
 * default in the older ones, and Caffe's in those of keras.applications. */
#define KERAS                                                                                      \
  {                                                                                                \
    .norm_epsilon = 1.001e-5, .stride_first = TRUE                                                 \
  }
#define KERAS_OLD                                                                                  \
  {                                                                                                \
    .norm_epsilon = 1e-3, .stride_first = TRUE                                                     \
  }
#define CAFFE "scale=256,channels=bgr,divisor=1,mean=103.939:116.779:123.68,std=1"
#define TOKENS                                                                                     \
  {                                                                                                \
    .norm_epsilon = 1e-6, .positions = KAPPA_POSITIONS_BICUBIC                                     \
  }
#define VIT_TORCHVISION                                                                            \
  {                                                                                                \
    .norm_epsilon = 1e-6, .positions = KAPPA_POSITIONS_BICUBIC_CORNERS                             \
  }
#define VIT_TRANSFORMERS                                                                           \
  {                                                                                                \
    .norm_epsilon = 1e-12, .positions = KAPPA_POSITIONS_BICUBIC                                    \
  }
#define GOOGLE                                                                                     \
  {                                                                                                \
    .norm_epsilon = 1e-6, .gelu_tanh = TRUE, .positions = KAPPA_POSITIONS_BILINEAR_CORNERS         \
  }
#define RESNET_RS(size) "timm's ResNet-RS at its test size of " size " pixels, bicubic"

/* The scale size is written out where a pipeline states it and a crop fraction would only come
 * close. */
const KappaPresetRow kappa_preset_rows[] = {
  { "cifar-akamaster", "size=32,crop=1", TORCH,
    "akamaster/pytorch_resnet_cifar10: 32 × 32 pixels as they are, with the mean and standard "
    "deviation of ImageNet" },
  { "mnist", "size=28,crop=1,channels=grey,mean=0,std=1", TORCH,
    "MNIST: 28 × 28 grey pixels as they are, from 0 to 1" },
  { "cifar-half", "size=32,crop=1,mean=0.5,std=0.5", TORCH,
    "32 × 32 pixels as they are, mean and standard deviation one half: PyTorch's tutorial on "
    "CIFAR-10" },
  { "torchvision-v1", "scale=256", TORCH,
    "torchvision's first weights: shorter side to 256, centre 224, bilinear" },
  { "torchvision-v2", "scale=232", TORCH,
    "torchvision's second weights: shorter side to 232, centre 224, bilinear" },
  { "timm", "resize=bicubic", TORCH,
    "timm's plain recipe: shorter side to 256, centre 224, bicubic" },
  { "timm-strikes-back", "crop=0.95,resize=bicubic", TORCH,
    "timm's a, b, c and d weights (“ResNet strikes back”): shorter side to 235, centre 224, "
    "bicubic" },
  { "timm-strikes-back-288", "size=288,crop=1,resize=bicubic", TORCH,
    "timm's a, b, c and d weights at their test size: shorter side to 288, centre 288, bicubic" },
  { "timm-ra4", "crop=0.9,resize=bicubic,mean=0.5,std=0.5", TORCH,
    "timm's ra4 weights: shorter side to 248, centre 224, bicubic, mean and standard deviation one "
    "half" },
  { "gluon", "resize=bicubic", TORCH,
    "weights of GluonCV in timm: shorter side to 256, centre 224, bicubic" },
  { "facebook-ssl", "scale=256", TORCH,
    "Facebook's semi-supervised weights: shorter side to 256, centre 224, bilinear" },
  { "meal-v2", "scale=256", TORCH, "MEAL V2 at 224: shorter side to 256, centre 224, bilinear" },
  { "meal-v2-380", "size=380,scale=434", TORCH,
    "MEAL V2 at 380: shorter side to 434, centre 380, bilinear" },
  { "keras-caffe", CAFFE, KERAS,
    "keras.applications: shorter side to 256, centre 224, bilinear, blue first, minus the mean "
    "colour; the stride is in a block's first convolution" },
  { "keras-caffe-old", CAFFE, KERAS_OLD,
    "Keras before 2.3: the same with batch norm's epsilon at 0.001" },
  { "inception", "size=299,crop=0.875,resize=bicubic,mean=0.5,std=0.5", TENSORFLOW,
    "timm's Inception-v4: shorter side to 341, centre 299, bicubic, mean and standard deviation "
    "one half" },
  { "inception-resnet", "size=299,crop=0.8975,resize=bicubic,mean=0.5,std=0.5", TENSORFLOW,
    "timm's Inception-ResNet-v2: shorter side to 333, centre 299, bicubic, mean and standard "
    "deviation one half" },
  { "keras-inception-resnet", "size=299,crop=0.875,divisor=127.5,mean=1,std=1", TENSORFLOW,
    "keras.applications' Inception-ResNet-v2: shorter side to 341, centre 299, bilinear, values "
    "from −1 to 1" },
  { "inception-background", "size=299,crop=0.875,resize=bicubic,mean=0.5,std=0.5", BACKGROUND,
    "weights made over from TensorFlow with their 1,001 classes, the first of which is the "
    "background" },
  { "inception-resnet-background", "size=299,crop=0.8975,resize=bicubic,mean=0.5,std=0.5",
    BACKGROUND,
    "weights made over from TensorFlow with their 1,001 classes, the first of which is the "
    "background" },
  { "facenet", "size=160,crop=1,divisor=1,mean=127.5,std=128", TENSORFLOW,
    "facenet-pytorch: 160 × 160 pixels, minus 127.5, divided by 128" },
  { "vit", "size=224,crop=0.9,resize=bicubic,mean=0.5,std=0.5", TOKENS,
    "timm's ViT at 224 pixels: shorter side to 248, centre 224, bicubic, mean and standard "
    "deviation one half, gelu by erf" },
  { "vit-384", "size=384,crop=1,resize=bicubic,mean=0.5,std=0.5", TOKENS,
    "timm's ViT at 384 pixels: shorter side to 384, centre 384, bicubic, mean and standard "
    "deviation one half, gelu by erf" },
  { "vit-torchvision", "scale=256", VIT_TORCHVISION,
    "torchvision's ViT: shorter side to 256, centre 224, bilinear, ImageNet's mean and standard "
    "deviation, gelu by erf" },
  { "vit-torchvision-242", "scale=242", VIT_TORCHVISION,
    "torchvision's ViT-L/16: shorter side to 242, centre 224, bilinear" },
  { "vit-transformers", "mode=squash,crop=1,mean=0.5,std=0.5", VIT_TRANSFORMERS,
    "Hugging Face transformers: both sides to 224, bilinear, mean and standard deviation one "
    "half" },
  { "vit-google", "size=224,mode=squash,crop=1,divisor=127.5,mean=1,std=1", GOOGLE,
    "Google's own evaluation: both sides to 224 whatever the proportions, bilinear, values from −1 "
    "to 1, gelu by tanh" },
  { "vit-google-384", "size=384,mode=squash,crop=1,divisor=127.5,mean=1,std=1", GOOGLE,
    "Google's own evaluation: both sides to 384 whatever the proportions, bilinear, values from −1 "
    "to 1, gelu by tanh" },
  { "mixer", "size=224,crop=0.875,resize=bicubic,mean=0.5,std=0.5", TOKENS,
    "timm's Mixer: shorter side to 256, centre 224, bicubic, mean and standard deviation one half, "
    "gelu by erf" },
  { "mixer-miil", "size=224,crop=0.875,mean=0,std=1", TOKENS,
    "Alibaba's Mixer in timm: shorter side to 256, centre 224, bilinear, values from 0 to 1" },
  { "resnet-rs", "size=224,crop=0.91,resize=bicubic", TORCH, RESNET_RS ("224") },
  { "resnet-rs-288", "size=288,crop=0.94,resize=bicubic", TORCH, RESNET_RS ("288") },
  { "resnet-rs-320", "size=320,crop=1,resize=bicubic", TORCH, RESNET_RS ("320") },
  { "resnet-rs-352", "size=352,crop=1,resize=bicubic", TORCH, RESNET_RS ("352") },
  { "resnet-rs-384", "size=384,crop=1,resize=bicubic", TORCH, RESNET_RS ("384") },
  { "resnet-rs-416", "size=416,crop=1,resize=bicubic", TORCH, RESNET_RS ("416") },
  { "onnx", "crop=1,mean=0,std=1", TORCH,
    "ONNX files say how large their images are, and nothing else of them: values from 0 to 1, "
    "nothing cut off. Batch norm's epsilon is the file's own" },
};
const guint kappa_n_preset_rows = G_N_ELEMENTS (kappa_preset_rows);

#define BSD2_AKAMASTER   "BSD-2-Clause (akamaster/pytorch_resnet_cifar10)"
#define BSD3_TORCHVISION "BSD-3-Clause (torchvision); terms of the training images may apply"
#define APACHE_TIMM      "Apache-2.0 (timm); ImageNet itself is for non-commercial research"
#define CC_BY_NC         "CC-BY-NC 4.0 (Facebook): no commercial use"
#define NONE_STATED      "none stated by MEAL V2: do not pass the file on"

#define AKAMASTER(hash, network)                                                                   \
  {                                                                                                \
    "cifar-resnet", network, "*-" hash "*", "cifar-akamaster",                                     \
        "The file's name carries " hash ", the digest of akamaster's " network ".", BSD2_AKAMASTER \
  }
#define TORCHVISION(hash, network, version, preset)                                                \
  {                                                                                                \
    "resnet", network, "*-" hash "*", preset,                                                      \
        "The file's name carries " hash ", the digest of torchvision's " network ", " version      \
        " weights.",                                                                               \
        BSD3_TORCHVISION                                                                           \
  }
#define STRIKES_BACK(glob, recipe)                                                                 \
  {                                                                                                \
    "resnet", NULL, glob, "timm-strikes-back",                                                     \
        "The file's name says that timm trained it with the recipe " recipe ".", APACHE_TIMM       \
  }

#define RS(depth, preset)                                                                          \
  {                                                                                                \
    "resnet-rs", "ResNet-RS-" depth, NULL, preset,                                                 \
        "It has the depth of ResNet-RS-" depth ", whose test size this is.", APACHE_TIMM           \
  }

#define APACHE_GOOGLE     "Apache-2.0 (Google)"
#define MIT_KERAS         "MIT (He et al. 2015, through keras.applications)"
#define KERAS_NAMES       "Its names are those of keras.applications."
#define TORCHVISION_NAMES "Its names are those of torchvision."
#define GOOGLE_NAMES      "Its names are those of Google's npz files, trained with gelu by tanh."
#define BACKGROUND_EVIDENCE                                                                        \
  "It has 1,001 classes, ImageNet's and one: weights made over from TensorFlow, whose first "      \
  "class "                                                                                         \
  "is the background and is left away."

/* The first rule that fits counts. Digests are the first 8 digits of the SHA-256, which publishers
 * put into names. */
const KappaPresetRule kappa_preset_rules[] = {
  AKAMASTER ("12fca82f", "ResNet-20 (CIFAR)"),
  AKAMASTER ("d509ac18", "ResNet-32 (CIFAR)"),
  AKAMASTER ("014dd654", "ResNet-44 (CIFAR)"),
  AKAMASTER ("4bfd9763", "ResNet-56 (CIFAR)"),
  TORCHVISION ("f37072fd", "ResNet-18", "version 1", "torchvision-v1"),
  TORCHVISION ("5c106cde", "ResNet-18", "older version 1", "torchvision-v1"),
  TORCHVISION ("b627a593", "ResNet-34", "version 1", "torchvision-v1"),
  TORCHVISION ("333f7ec4", "ResNet-34", "older version 1", "torchvision-v1"),
  TORCHVISION ("0676ba61", "ResNet-50", "version 1", "torchvision-v1"),
  TORCHVISION ("19c8e357", "ResNet-50", "older version 1", "torchvision-v1"),
  TORCHVISION ("11ad3fa6", "ResNet-50", "version 2", "torchvision-v2"),
  TORCHVISION ("63fe2227", "ResNet-101", "version 1", "torchvision-v1"),
  TORCHVISION ("cd907fc2", "ResNet-101", "version 2", "torchvision-v2"),
  TORCHVISION ("394f9c45", "ResNet-152", "version 1", "torchvision-v1"),
  TORCHVISION ("f82ba261", "ResNet-152", "version 2", "torchvision-v2"),
  { "resnet", NULL, "*tv2_in1k*", "torchvision-v2",
    "The name says that these are torchvision's version 2 weights.", BSD3_TORCHVISION },
  { "resnet", NULL, "*tv_in1k*", "torchvision-v1",
    "The name says that these are torchvision's version 1 weights.", BSD3_TORCHVISION },
  { "resnet", NULL, "*mealv*380*", "meal-v2-380",
    "The name says that these are MEAL V2's weights for 380 pixels.", NONE_STATED },
  { "resnet", NULL, "*mealv*", "meal-v2", "The name says that these are weights of MEAL V1 or V2.",
    NONE_STATED },
  { "resnet", NULL, "*ra4*", "timm-ra4", "The name says that timm trained it with the recipe ra4.",
    APACHE_TIMM },
  STRIKES_BACK ("*a1_in1k*", "a1"),
  STRIKES_BACK ("*a2_in1k*", "a2"),
  STRIKES_BACK ("*a3_in1k*", "a3"),
  STRIKES_BACK ("*a1h_in1k*", "a1h"),
  STRIKES_BACK ("*.b1k_in1k*", "b1k"),
  STRIKES_BACK ("*.c1_in1k*", "c1"),
  STRIKES_BACK ("*.d_in1k*", "d"),
  STRIKES_BACK ("*ram_in1k*", "ram"),
  { "resnet", NULL, "*gluon*", "gluon", "The name says that these weights come from GluonCV.",
    "Apache-2.0 (GluonCV)" },
  { "resnet", NULL, "*swsl*", "facebook-ssl",
    "The name says that these are Facebook's semi-weakly supervised weights.", CC_BY_NC },
  { "resnet", NULL, "*ssl_*", "facebook-ssl",
    "The name says that these are Facebook's semi-supervised weights.", CC_BY_NC },
  { "resnet", "ResNet-*D", NULL, "timm",
    "Nothing says how its images are prepared; most ResNet-D are timm's.", NULL },
  { .family = "lenet",
    .channels = 3,
    .preset = "cifar-half",
    .evidence = "It sees 32 × 32 pixels in colour, as CIFAR-10 has them. Nothing says how they are "
                "prepared; this is the way of PyTorch's tutorial. Choose another preset if the "
                "accuracy is off." },
  { .family = "resnet",
    .scheme = "Keras",
    .preset = "keras-caffe",
    .evidence = KERAS_NAMES,
    .licence = MIT_KERAS },
  { .family = "resnet",
    .scheme = "Keras before 2.3",
    .preset = "keras-caffe-old",
    .evidence = KERAS_NAMES,
    .licence = MIT_KERAS },
  { .family = "inception-resnet-v2",
    .scheme = "Keras",
    .preset = "keras-inception-resnet",
    .evidence = KERAS_NAMES,
    .licence = "Apache-2.0 (Google, through keras.applications)" },
  { "inception-v4", NULL, NULL, "inception-background", BACKGROUND_EVIDENCE, NULL, 1001 },
  { "inception-resnet-v2", NULL, NULL, "inception-resnet-background", BACKGROUND_EVIDENCE, NULL,
    1001 },
  { .family = "vit",
    .network = "ViT-L/16",
    .scheme = "torchvision",
    .preset = "vit-torchvision-242",
    .evidence = TORCHVISION_NAMES,
    .licence = BSD3_TORCHVISION },
  { .family = "vit",
    .scheme = "torchvision",
    .preset = "vit-torchvision",
    .evidence = TORCHVISION_NAMES,
    .licence = BSD3_TORCHVISION },
  { .family = "vit",
    .scheme = "torchvision, older",
    .preset = "vit-torchvision",
    .evidence = TORCHVISION_NAMES,
    .licence = BSD3_TORCHVISION },
  { .family = "vit",
    .scheme = "Hugging Face*",
    .preset = "vit-transformers",
    .evidence = "Its names are those of transformers." },
  { .family = "vit",
    .scheme = "Google*",
    .size = 384,
    .preset = "vit-google-384",
    .evidence = GOOGLE_NAMES,
    .licence = APACHE_GOOGLE },
  { .family = "vit",
    .scheme = "Google*",
    .preset = "vit-google",
    .evidence = GOOGLE_NAMES,
    .licence = APACHE_GOOGLE },
  { .family = "mixer",
    .scheme = "Google*",
    .preset = "vit-google",
    .evidence = GOOGLE_NAMES,
    .licence = APACHE_GOOGLE },
  { .family = "vit",
    .size = 384,
    .preset = "vit-384",
    .evidence = "Its table of positions is for 384 pixels." },
  { .family = "mixer",
    .file = "*miil*",
    .preset = "mixer-miil",
    .evidence = "The name says that these are Alibaba's weights." },
  RS ("101", "resnet-rs-288"),
  RS ("152", "resnet-rs-320"),
  RS ("200", "resnet-rs-320"),
  RS ("270", "resnet-rs-352"),
  RS ("350", "resnet-rs-384"),
  RS ("420", "resnet-rs-416"),
};
const guint kappa_n_preset_rules = G_N_ELEMENTS (kappa_preset_rules);
