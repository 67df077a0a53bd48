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

/**
 * KappaPresetHints:
 * @file_name: the last part of the path
 * @description: (nullable): what the file's own metadata say about its input
 * @folder: (nullable): the Hugging Face folder it lies in
 * @preprocess: (nullable): what the file's own metadata say of the images, in the words of kappa_preprocess_parse()
 */
typedef struct
{
  const char *file_name;
  const char *description;
  const KappaHubFolder *folder;
  const char *preprocess;
} KappaPresetHints;

KappaPreset *kappa_preset_choose  (const KappaRecognition *recognition, const KappaPresetHints *hints,
                                   const KappaModelOptions *options, GError **error);
void         kappa_preset_free    (KappaPreset *self);
char       **kappa_preset_list    (void);
const char  *kappa_preset_explain (const char *name);
char        *kappa_preset_to_text (const KappaPreset *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaPreset, kappa_preset_free)
