#pragma once

#include "core/models/architecture.h"

/**
 * KappaRecognition:
 * @architecture: the family
 * @scheme: whose names the file uses
 * @config: the family's own structure
 * @name: for people, e.g. "ResNet-20 (CIFAR)"
 * @evidence: a sentence that tells from what it was recognised
 *
 * What the tensors of a file are.
 */
typedef struct
{
  const KappaArchitecture *architecture;
  const KappaKeyScheme *scheme;
  KappaConfig *config;
  char *name;
  char *evidence;
} KappaRecognition;

/**
 * KappaMatch:
 * @listing: what the builder asks for and makes, for an image of the size the network was made for
 * @places: (array): where the table has each of the listing's tensors
 * @n_state: how many arrays of an optimiser were left aside
 */
typedef struct
{
  KappaNetworkListing *listing;
  KappaTensorPlace *places;
  guint n_state;
} KappaMatch;

KappaRecognition    *kappa_recognise        (const KappaTensorTable *table, GError **error);
void                 kappa_recognition_free (KappaRecognition *self);
KappaMatch          *kappa_recognition_match (const KappaRecognition *self, const KappaTensorTable *table, GError **error);
void                 kappa_match_free       (KappaMatch *self);

KappaNode            kappa_network_build    (const KappaArchitecture *architecture, const KappaConfig *config,
                                             const KappaChoices *choices, KappaGraph *graph, KappaNode images,
                                             KappaNetworkListing *listing);
KappaNetworkListing *kappa_network_list     (const KappaArchitecture *architecture, const KappaConfig *config,
                                             const KappaChoices *choices, guint height, guint width, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaRecognition, kappa_recognition_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaMatch, kappa_match_free)
