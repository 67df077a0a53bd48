#pragma once

#include "core/models/model.h"

KappaModel *model_open_or_fail   (const char *path, const char *preset, const char *settings);
void        model_assert_refused (const char *path, const char *preset, const char *settings, int code,
                                  const char *text);
void        model_check_values   (KappaModel *model);
void        model_remove_folder  (const char *folder);
