#pragma once

#include "core/models/preset.h"

/**
 * KappaPresetRow:
 * @settings: what differs from KAPPA_PREPROCESS_IMAGENET, in the words of kappa_preprocess_parse()
 * @source: where it comes from, for people
 */
typedef struct
{
  const char *name;
  const char *settings;
  KappaChoices choices;
  const char *source;
} KappaPresetRow;

/**
 * KappaPresetRule:
 * @family: id of an architecture
 * @network: (nullable): glob for the network's name, e.g. "ResNet-*D"
 * @file: (nullable): glob for the file's name in lower case
 * @preset: what to use
 * @evidence: why
 * @licence: (nullable): of such weights
 * @scheme: (nullable): glob for the name of the key scheme
 * @size: of the images the network was made for; 0 for any
 * @channels: of the images; 0 for any number
 * @classes: how many the file's last layer has; 0 for any number
 */
typedef struct
{
  const char *family;
  const char *network;
  const char *file;
  const char *preset;
  const char *evidence;
  const char *licence;
  guint classes;
  const char *scheme;
  guint size;
  guint channels;
} KappaPresetRule;

extern const KappaPresetRow kappa_preset_rows[];
extern const guint kappa_n_preset_rows;
extern const KappaPresetRule kappa_preset_rules[];
extern const guint kappa_n_preset_rules;
