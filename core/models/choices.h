#pragma once

#include "core/models/builder.h"

gboolean kappa_choices_has_key (const char *key);
gboolean kappa_choices_set     (KappaChoices *choices, const char *key, const char *value, GError **error);
char    *kappa_choices_to_text (const KappaChoices *choices);
