#pragma once

#include "core/models/hub-folder.h"
#include "core/models/recogniser.h"

GPtrArray *kappa_class_names_find (const KappaRecognition *recognition, KappaTensorFile *file, const KappaHubFolder *folder);
