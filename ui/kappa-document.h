#pragma once

#include "core/analysis/inputs.h"

/**
 * KappaDocumentState:
 *
 * Opening reads the file in a thread; a document whose options changed is opened again.
 */
typedef enum
{
  KAPPA_DOCUMENT_OPENING,
  KAPPA_DOCUMENT_READY,
  KAPPA_DOCUMENT_FAILED,
} KappaDocumentState;

#define KAPPA_TYPE_DOCUMENT_STATE (kappa_document_state_get_type ())
GType kappa_document_state_get_type (void);

#define KAPPA_TYPE_DOCUMENT (kappa_document_get_type ())
G_DECLARE_FINAL_TYPE (KappaDocument, kappa_document, KAPPA, DOCUMENT, GObject)

KappaDocument     *kappa_document_new           (KappaInputKind kind, const char *source);
KappaDocument     *kappa_document_new_for_model (KappaModel *model);
KappaDocument     *kappa_document_new_for_data  (KappaDataset *dataset);
void               kappa_document_open          (KappaDocument *self);
gboolean           kappa_document_is_at        (KappaDocument *self, const char *source);
KappaInputKind     kappa_document_get_kind      (KappaDocument *self);
const char        *kappa_document_get_source    (KappaDocument *self);
const char        *kappa_document_get_title     (KappaDocument *self);
const char        *kappa_document_get_subtitle  (KappaDocument *self);
KappaDocumentState kappa_document_get_state     (KappaDocument *self);
const char        *kappa_document_get_error     (KappaDocument *self);
guint              kappa_document_get_color     (KappaDocument *self);
void               kappa_document_set_color     (KappaDocument *self, guint color);
KappaModel        *kappa_document_get_model     (KappaDocument *self);
KappaDataset      *kappa_document_get_dataset   (KappaDocument *self);
const char        *kappa_document_get_option    (KappaDocument *self, const char *name);
gboolean           kappa_document_set_option    (KappaDocument *self, const char *name, const char *value, GError **error);
GVariant          *kappa_document_dup_options   (KappaDocument *self);
void               kappa_document_load_options  (KappaDocument *self, GVariant *options);
void               kappa_document_add_to        (KappaDocument *self, KappaInputs *inputs, const char *name);
char              *kappa_document_dup_images    (KappaDocument *self);
