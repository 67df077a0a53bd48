#pragma once

#include <adwaita.h>

#include "ui/kappa-analysis-page.h"

#define KAPPA_TYPE_EXPORT_DIALOG (kappa_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (KappaExportDialog, kappa_export_dialog, KAPPA, EXPORT_DIALOG, AdwWindow)

GtkWidget *kappa_export_dialog_new (GtkWindow *parent, KappaAnalysisPage *page, KappaFigure *figure);
