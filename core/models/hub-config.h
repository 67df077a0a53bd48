#pragma once

#include "core/models/hub-folder.h"
#include "core/models/recogniser.h"

gboolean kappa_hub_config_apply (const KappaHubFolder *folder, const KappaRecognition *recognition,
                                 KappaChoices *choices, GString *evidence, GError **error);
