#pragma once

#include "core/data/preprocess.h"
#include "core/formats/json.h"

/**
 * KappaHubFolder:
 *
 * What the JSON files beside a model say: the `config.json` and `preprocessor_config.json` of a Hugging Face folder.
 */
typedef struct _KappaHubFolder KappaHubFolder;

KappaHubFolder *kappa_hub_folder_read             (const char *path, GError **error);
void            kappa_hub_folder_free             (KappaHubFolder *self);
const char     *kappa_hub_folder_get_architecture (const KappaHubFolder *self);
const KappaJson *kappa_hub_folder_get_config      (const KappaHubFolder *self);
GPtrArray      *kappa_hub_folder_list_classes     (const KappaHubFolder *self, guint n);
gboolean        kappa_hub_folder_strides_first    (const KappaHubFolder *self);
gboolean        kappa_hub_folder_adjust           (const KappaHubFolder *self, KappaPreprocess *preprocess, GString *evidence,
                                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaHubFolder, kappa_hub_folder_free)
