#pragma once

#include "core/formats/json.h"

/**
 * KappaJson:
 *
 * The document as a row of tokens in the order of the text. A key is a string token followed by its
 * value's, and every token knows where the next one after everything inside it is.
 */
struct _KappaJson
{
  char *text;
  gsize size;
  GArray *tokens;
};

typedef struct
{
  guint8 kind;
  guint8 is_key;
  guint8 more;   /* a comma follows */
  guint32 start; /* of the text of a string or a number, without quotes */
  guint32 length;
  guint32 n; /* elements or members */
  guint32 next;
} KappaJsonToken;

KappaJsonToken *kappa_json_get_token   (const KappaJson *self, guint32 value);
int             kappa_json_parse_unit  (const KappaJson *self, gsize at);
gboolean        kappa_json_scan_escape (const KappaJson *self, gsize at, gsize *length);
