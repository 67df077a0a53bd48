#include <string.h>

#include "core/formats/json.h"
#include "tests/fuzz/checkpoint.h"

/* JSON: every value of an accepted text is reached once from the document, and is a value of its
 * kind. */

static guint
visit (const KappaJson *json, guint32 value, guint depth)
{
  KappaJsonKind kind = kappa_json_get_kind (json, value);
  guint32 child = kappa_json_get_first (json, value), n = 0;
  g_autofree char *string = kappa_json_get_string (json, value);
  guint visited = 1;
  double number;

  if (depth > 64 || (string != NULL) != (kind == KAPPA_JSON_STRING)
      || kappa_json_get_double (json, value, &number) != (kind == KAPPA_JSON_NUMBER))
    abort ();
  for (; child != KAPPA_JSON_MISSING; child = kappa_json_get_next (json, child), n++)
    {
      g_autofree char *key = kappa_json_get_key (json, child);

      if ((key != NULL) != (kind == KAPPA_JSON_OBJECT)
          || (key != NULL && n < 8 && kappa_json_lookup (json, value, key) != child))
        abort ();
      visited += visit (json, child, depth + 1);
    }
  if (n != kappa_json_get_n (json, value))
    abort ();
  return visited;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaJson) json = kappa_json_parse ((const char *)data, size, 64, &error);

  if ((json != NULL) == (error != NULL) || (json != NULL && visit (json, 0, 0) > size))
    abort ();
  return 0;
}
