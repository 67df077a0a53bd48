#pragma once

#include <adwaita.h>

#include "core/analysis/result.h"

#define KAPPA_TYPE_FACTS (kappa_facts_get_type ())
G_DECLARE_FINAL_TYPE (KappaFacts, kappa_facts, KAPPA, FACTS, AdwBin)

GtkWidget *kappa_facts_new         (const char *title);
void       kappa_facts_set         (KappaFacts *self, const char *title, const char *value, const char *tooltip);
void       kappa_facts_set_scalars (KappaFacts *self, KappaResult *result);
void       kappa_facts_clear       (KappaFacts *self);
