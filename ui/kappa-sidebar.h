#pragma once

#include <adwaita.h>

#include "ui/kappa-desk.h"

#define KAPPA_TYPE_SIDEBAR (kappa_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (KappaSidebar, kappa_sidebar, KAPPA, SIDEBAR, GtkWidget)

void kappa_sidebar_set_desk (KappaSidebar *self, KappaDesk *desk);
