#pragma once

#include <adwaita.h>

#include "core/analysis/analysis.h"
#include "ui/kappa-runner.h"
#include "ui/plot/figure.h"

#define KAPPA_TYPE_RUN_VIEW (kappa_run_view_get_type ())
G_DECLARE_FINAL_TYPE (KappaRunView, kappa_run_view, KAPPA, RUN_VIEW, GtkWidget)

GtkWidget *kappa_run_view_new            (void);
void       kappa_run_view_set_body       (KappaRunView *self, GtkWidget *body);
void       kappa_run_view_show_body      (KappaRunView *self);
void       kappa_run_view_show_status    (KappaRunView *self, const char *icon, const char *title, const char *text,
                                          const char *button);
void       kappa_run_view_show_waiting   (KappaRunView *self, const char *what);
void       kappa_run_view_set_figure     (KappaRunView *self, KappaFigure *figure);
void       kappa_run_view_set_runner        (KappaRunView *self, KappaRunner *runner);
void       kappa_run_view_set_notice     (KappaRunView *self, const char *text, const char *button);
void       kappa_run_view_set_provenance (KappaRunView *self, const char *text);
