#pragma once

#include "core/data/preprocess.h"
#include "core/models/hub-folder.h"
#include "core/models/recogniser.h"

/**
 * KappaPreset:
 * @name: e.g. "torchvision-v2"
 * @evidence: why it was chosen and what was changed, sentences for people
 * @licence: (nullable): of the weights, where the evidence tells it
 *
 * What the file of a network cannot say: how images are prepared, and the choices no tensor shows.
 */
struct _KappaPreset
{
  char *name;
  char *evidence;
  char *licence;
  KappaPreprocess preprocess;
  KappaChoices choices;
};

/* Where files made here say what was decided, so that those made from them decide likewise. */
#define KAPPA_PRESET_KEY "kappa.settings"

/**
 * KappaPresetHints:
 * @file_name: the last part of the path
 * @description: (nullable): what the file's own metadata say about its input
 * @folder: (nullable): the Hugging Face folder it lies in
 * @settings: (nullable): what the file's own metadata say under %KAPPA_PRESET_KEY, in the words of kappa_preset_to_text()
 */
typedef struct
{
  const char *file_name;
  const char *description;
  const KappaHubFolder *folder;
  const char *settings;
} KappaPresetHints;

KappaPreset *kappa_preset_choose  (const KappaRecognition *recognition, const KappaPresetHints *hints,
                                   const KappaModelOptions *options, GError **error);
void         kappa_preset_free    (KappaPreset *self);
char       **kappa_preset_list    (void);
const char  *kappa_preset_explain (const char *name);
char        *kappa_preset_to_text (const KappaPreset *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPreset, kappa_preset_free)
