#pragma once

#include "ui/kappa-desk.h"
#include "ui/plot/figure.h"

#define KAPPA_TYPE_SAVED_VIEW (kappa_saved_view_get_type ())
G_DECLARE_FINAL_TYPE (KappaSavedView, kappa_saved_view, KAPPA, SAVED_VIEW, GObject)

KappaSavedView *kappa_saved_view_new (KappaDesk *desk, KappaRunItem *run, KappaFigure *figure);
