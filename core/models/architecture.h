#pragma once

#include "core/models/builder.h"
#include "core/models/tensor-table.h"

/**
 * KappaConfig:
 * @classes: number of outputs
 * @channels: of the images
 * @height: of the images the network was made for, pixels; others fit unless the family says otherwise
 * @width: likewise
 * @conv_bias: whether convolutions have a bias before their batch norm, as Keras's have
 * @no_norm_scale: whether batch norms have no scale, which is then 1 and no parameter
 *
 * What every network has. A family's own structure begins with it.
 */
typedef struct
{
  guint classes;
  guint channels;
  guint height;
  guint width;
  gboolean conv_bias;
  gboolean no_norm_scale;
} KappaConfig;

/**
 * KappaArchitecture:
 * @id: for tables and files, e.g. "resnet"
 * @preset: the preset where nothing better is known
 * @evidence: (array zero-terminated=1): canonical names, with a shape where it matters: "conv1.weight 16x3x3x3", "?" for
 *   any size; all of them are in every file of the family
 * @absent: (array zero-terminated=1) (nullable): likewise; none of them is
 * @schemes: (array zero-terminated=1): the names its files use
 * @config_size: size of the family's own structure
 * @configure: reads depth, widths, classes, … from names and shapes into the structure, preset to zero. Returns %FALSE
 *   with KAPPA_ERROR_MODEL when they make no network of this family. What it does not look at is compared tensor by
 *   tensor with what the builder asks for
 * @describe: Returns: (transfer full): the network's name for people, e.g. "ResNet-50"
 * @build: appends the network and returns the logits; %NULL for a family that is recognised and not built
 * @find: (nullable): where the table has a tensor, of a network that comes with its names; such a file may have
 *   tensors that are no part of the network
 * @clear: (nullable): frees what the structure owns
 * @check: (nullable): whether choices can be those of the network; with KAPPA_ERROR_USAGE if not
 * @get_size: (nullable): a size of the network under the name that libraries' JSON files have for it, e.g. "patch_size";
 *   -1 if the tensors do not show it
 * @shows_size: whether the tensors tell for what size of images the network was made
 *
 * One family of networks: how it is recognised, and its one builder, whatever names and axes a file uses.
 */
typedef struct
{
  const char *id;
  const char *preset;
  const char *const *evidence;
  const char *const *absent;
  const KappaKeyScheme *const *schemes;
  gsize config_size;
  gboolean (*configure) (const KappaTensorView *view, gpointer config, GError **error);
  char *(*describe) (gconstpointer config);
  KappaNode (*build) (KappaBuilder *builder, gconstpointer config, KappaNode images);
  gboolean (*find) (gconstpointer config, const KappaTensorTable *table, const char *canonical, KappaTensorPlace *place);
  void (*clear) (gpointer config);
  gboolean (*check) (gconstpointer config, const KappaChoices *choices, GError **error);
  gint64 (*get_size) (gconstpointer config, const char *name);
  gboolean shows_size;
} KappaArchitecture;

/* Stages are counted up to this; more blocks in one are refused. */
#define KAPPA_MAX_BLOCKS 1000

/* Names as torchvision and timm print them, which are the canonical ones. */
extern const KappaKeyScheme kappa_key_scheme_torch;

extern const KappaArchitecture kappa_architecture_cifar_resnet;
extern const KappaArchitecture kappa_architecture_resnet;
extern const KappaArchitecture kappa_architecture_lenet;
extern const KappaArchitecture kappa_architecture_vgg;
extern const KappaArchitecture kappa_architecture_resnet_rs;
extern const KappaArchitecture kappa_architecture_inception_v4;
extern const KappaArchitecture kappa_architecture_inception_resnet_v1;
extern const KappaArchitecture kappa_architecture_inception_resnet_v2;
extern const KappaArchitecture kappa_architecture_vit;
extern const KappaArchitecture kappa_architecture_mixer;

/* All families, %NULL at the end: one line in core/models/architecture.c each. */
extern const KappaArchitecture *const kappa_architectures[];
