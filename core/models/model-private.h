#pragma once

#include "core/models/class-names.h"
#include "core/models/model.h"
#include "core/models/preset.h"
#include "core/models/recogniser.h"
#include "core/models/weights.h"

/* What the files of core/models/ that make up #KappaModel share. */
struct _KappaModel
{
  GObject parent_instance;

  char *path;
  char *name_digest;
  char *wrapper;
  KappaTensorFile *file;
  KappaHubFolder *folder;
  KappaTensorTable *table;
  KappaRecognition *recognition;
  KappaMatch *match;
  KappaPreset *preset;
  KappaNetworkListing *listing;
  KappaClassNames classes;
  KappaWeights *parameters;
  KappaWeights *buffers;

  GMutex mutex;
  char *sha256;
};
