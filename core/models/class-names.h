#pragma once

#include "core/models/hub-folder.h"
#include "core/models/recogniser.h"

#define KAPPA_N_IMAGENET_NAMES 1000

/**
 * KappaClassNames:
 * @names: (nullable) (element-type utf8): one for each output, the background class included; %NULL where nothing tells
 * @evidence: from what they are known, for people
 * @assumed: whether only the number of outputs speaks for them
 */
typedef struct
{
  GPtrArray *names;
  char *evidence;
  gboolean assumed;
} KappaClassNames;

extern const char *const kappa_imagenet_names[KAPPA_N_IMAGENET_NAMES];

void kappa_class_names_find  (KappaClassNames *self, const KappaRecognition *recognition, KappaTensorFile *file,
                              const KappaHubFolder *folder);
void kappa_class_names_clear (KappaClassNames *self);
