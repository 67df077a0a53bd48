#include "core/models/inception-keys.h"

static const KappaKeyRule cadene_rules[]
    = { { "classif.{*}", "last_linear.{*}" }, { "{*}", "{*}" } };

/*
 * Keras names the residual blocks' last convolutions, and counts all others in the order in which
 * its program calls them: see kappa_tensor_table_count_from_one(). Batch norms have no scale.
 */
#define UNIT(unit, conv, norm)                                                                     \
  { unit ".conv.weight", conv "/kernel:0", "3201" }, { unit ".bn.bias", norm "/beta:0" },          \
      { unit ".bn.running_mean", norm "/moving_mean:0" },                                          \
  {                                                                                                \
    unit ".bn.running_var", norm "/moving_variance:0"                                              \
  }
#define COUNTED(unit, number) UNIT (unit, "conv2d_" number, "batch_normalization_" number)
#define NAMED(layer, name)                                                                         \
  { layer ".weight", name "/kernel:0", "3201" }, { layer ".bias", name "/bias:0" }

static const KappaKeyRule keras_rules[] = {
  COUNTED ("conv2d_1a", "1"),
  COUNTED ("conv2d_2a", "2"),
  COUNTED ("conv2d_2b", "3"),
  COUNTED ("conv2d_3b", "4"),
  COUNTED ("conv2d_4a", "5"),
  COUNTED ("mixed_5b.branch0", "6"),
  COUNTED ("mixed_5b.branch1.{m}", "{m+7}"),
  COUNTED ("mixed_5b.branch2.{m}", "{m+9}"),
  COUNTED ("mixed_5b.branch3.1", "12"),
  COUNTED ("repeat.{b}.branch0", "{b*6+13}"),
  COUNTED ("repeat.{b}.branch1.0", "{b*6+14}"),
  COUNTED ("repeat.{b}.branch1.1", "{b*6+15}"),
  COUNTED ("repeat.{b}.branch2.0", "{b*6+16}"),
  COUNTED ("repeat.{b}.branch2.1", "{b*6+17}"),
  COUNTED ("repeat.{b}.branch2.2", "{b*6+18}"),
  NAMED ("repeat.{b}.conv2d", "block35_{b+1}_conv"),
  COUNTED ("mixed_6a.branch0", "73"),
  COUNTED ("mixed_6a.branch1.{m}", "{m+74}"),
  COUNTED ("repeat_1.{b}.branch0", "{b*4+77}"),
  COUNTED ("repeat_1.{b}.branch1.0", "{b*4+78}"),
  COUNTED ("repeat_1.{b}.branch1.1", "{b*4+79}"),
  COUNTED ("repeat_1.{b}.branch1.2", "{b*4+80}"),
  NAMED ("repeat_1.{b}.conv2d", "block17_{b+1}_conv"),
  COUNTED ("mixed_7a.branch0.{m}", "{m+157}"),
  COUNTED ("mixed_7a.branch1.{m}", "{m+159}"),
  COUNTED ("mixed_7a.branch2.{m}", "{m+161}"),
  COUNTED ("repeat_2.{b}.branch0", "{b*4+164}"),
  COUNTED ("repeat_2.{b}.branch1.0", "{b*4+165}"),
  COUNTED ("repeat_2.{b}.branch1.1", "{b*4+166}"),
  COUNTED ("repeat_2.{b}.branch1.2", "{b*4+167}"),
  NAMED ("repeat_2.{b}.conv2d", "block8_{b+1}_conv"),
  COUNTED ("block8.branch0", "200"),
  COUNTED ("block8.branch1.{m}", "{m+201}"),
  NAMED ("block8.conv2d", "block8_10_conv"),
  UNIT ("conv2d_7b", "conv_7b", "conv_7b_bn"),
  { "classif.weight", "predictions/kernel:0", "10" },
  { "classif.bias", "predictions/bias:0" },
};

const KappaKeyScheme kappa_key_scheme_inception_resnet_cadene
    = { "Cadene", cadene_rules, G_N_ELEMENTS (cadene_rules) };

const KappaKeyScheme kappa_key_scheme_inception_resnet_keras
    = { "Keras", keras_rules, G_N_ELEMENTS (keras_rules) };
