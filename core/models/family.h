#pragma once

#include "core/models/recogniser.h"

/*
 * Families of networks that differ in depth and width alone, as a scaling study wants them: most of their members
 * are in no file, so that they are made from shapes.
 */

/* Channels are counted in whole multiples of this, as matrix units like them. */
#define KAPPA_FAMILY_CHANNEL_STEP 8

/**
 * KappaFamilyMember:
 * @depth: the number in the network's name
 * @blocks: in each stage
 * @size: pixels in a side of the images its published weights were trained on
 */
typedef struct
{
  guint depth;
  guint blocks[4];
  guint size;
} KappaFamilyMember;

/**
 * KappaFamily:
 * @id: "resnet-rs"
 * @title: "ResNet-RS": what stands before the depth
 * @suffix: what stands behind it
 * @data: the data set its published numbers are for
 * @architecture: whose builder makes it
 * @members: (array length=n_members): those that were published
 * @six_n_plus_two: whether any depth of 6 n + 2 is a member too
 * @n_stages: in each of them channels double
 * @width: channels between the convolutions of a block of the first stage, at width 1
 * @classes: of the published networks
 */
typedef struct
{
  const char *id;
  const char *title;
  const char *suffix;
  const char *data;
  const KappaArchitecture *architecture;
  const KappaFamilyMember *members;
  guint n_members;
  gboolean six_n_plus_two;
  guint n_stages;
  guint width;
  guint classes;
} KappaFamily;

const KappaFamily *kappa_family_list          (guint *n);
const KappaFamily *kappa_family_find          (const char *id);
gboolean           kappa_family_get_member    (const KappaFamily *self, guint depth, KappaFamilyMember *member,
                                               GError **error);
KappaTensorTable  *kappa_family_make_table    (const KappaFamily *self, const KappaFamilyMember *member, double width,
                                               guint classes, GError **error);
