#pragma once

#include "ui/kappa-document.h"

#include <gtk/gtk.h>

#define KAPPA_TYPE_DOCUMENT_ROW (kappa_document_row_get_type ())
G_DECLARE_FINAL_TYPE (KappaDocumentRow, kappa_document_row, KAPPA, DOCUMENT_ROW, GtkListBoxRow)

GtkWidget     *kappa_document_row_new          (KappaDocument *document);
KappaDocument *kappa_document_row_get_document (KappaDocumentRow *self);
