#include "core/formats/pickle-private.h"
#include "tests/fuzz/checkpoint.h"

/* Pickled dictionaries of arrays and lists, such as CIFAR's batches: every value can be asked for
 * anything. */

#define MOST 4096

static void
ask (const KappaPickleValue *value)
{
  g_autofree char *text = kappa_pickle_value_to_text (value);
  g_auto (KappaPickleArray) array = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *ints = NULL;
  g_auto (GStrv) strings = NULL;
  double number;
  gsize n;

  if (!g_utf8_validate (text, -1, NULL))
    abort ();
  if (kappa_pickle_value_get_array (value, &array, &error) == (error != NULL)
      || (error == NULL
          && g_bytes_get_size (array.data) != array.n * kappa_element_get_size (array.element)))
    abort ();
  ints = kappa_pickle_value_get_ints (value, &n);
  strings = kappa_pickle_value_get_strings (value, &n);
  kappa_pickle_value_get_number (value, &number);
  kappa_pickle_value_lookup (value, "data");
  kappa_pickle_value_get_state (value);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (KappaSource) source = kappa_source_new_for_bytes (bytes, "fuzz");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaPickle) pickle = kappa_pickle_read_data (source, &error);

  if ((pickle != NULL) == (error != NULL))
    abort ();
  for (guint i = 0; pickle != NULL && i < MIN (kappa_pickle_get_n_values (pickle), MOST); i++)
    ask (kappa_pickle_get_value (pickle, i));
  return 0;
}
