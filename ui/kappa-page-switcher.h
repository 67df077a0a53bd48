#pragma once

#include <adwaita.h>

#define KAPPA_TYPE_PAGE_SWITCHER (kappa_page_switcher_get_type ())
G_DECLARE_FINAL_TYPE (KappaPageSwitcher, kappa_page_switcher, KAPPA, PAGE_SWITCHER, AdwBin)

GtkWidget *kappa_page_switcher_new         (void);
void       kappa_page_switcher_set_stack   (KappaPageSwitcher *self, GtkStack *stack);
void       kappa_page_switcher_show_group  (KappaPageSwitcher *self, guint index);
void       kappa_page_switcher_step        (KappaPageSwitcher *self, int step);
