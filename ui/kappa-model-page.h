#pragma once

#include "ui/kappa-page.h"

#define KAPPA_TYPE_MODEL_PAGE (kappa_model_page_get_type ())
G_DECLARE_FINAL_TYPE (KappaModelPage, kappa_model_page, KAPPA, MODEL_PAGE, KappaPage)

void kappa_model_page_show_layer (KappaModelPage *self, const char *name);
