#pragma once

#include "core/formats/source.h"

/*
 * JSON from other people's files: RFC 8259 to the letter, no key twice, bounded nesting and size. Values are
 * numbered; the document is 0. Every function accepts a value of any kind and says so when it does not fit.
 */

typedef enum
{
  KAPPA_JSON_NULL,
  KAPPA_JSON_FALSE,
  KAPPA_JSON_TRUE,
  KAPPA_JSON_NUMBER,
  KAPPA_JSON_STRING,
  KAPPA_JSON_ARRAY,
  KAPPA_JSON_OBJECT,
} KappaJsonKind;

/* Stands for "there is no such value". */
#define KAPPA_JSON_MISSING G_MAXUINT32

typedef struct _KappaJson KappaJson;

KappaJson    *kappa_json_parse        (const char *text, gsize size, guint max_depth, GError **error);
KappaJson    *kappa_json_load         (KappaSource *source, GError **error);
KappaJson    *kappa_json_load_file    (const char *path, GError **error);
void          kappa_json_free         (KappaJson *self);
KappaJsonKind kappa_json_get_kind     (const KappaJson *self, guint32 value);
guint32       kappa_json_get_n        (const KappaJson *self, guint32 value);
guint32       kappa_json_get_first    (const KappaJson *self, guint32 value);
guint32       kappa_json_get_next     (const KappaJson *self, guint32 value);
char         *kappa_json_get_key      (const KappaJson *self, guint32 value);
guint32       kappa_json_lookup       (const KappaJson *self, guint32 object, const char *key);
char         *kappa_json_get_string   (const KappaJson *self, guint32 value);
gboolean      kappa_json_get_unsigned (const KappaJson *self, guint32 value, guint64 *number);
gboolean      kappa_json_get_double   (const KappaJson *self, guint32 value, double *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KappaJson, kappa_json_free)
