#include "tests/golden/golden.h"

#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/support/shared.h"

/*
 * Compares the engine with reference values computed elsewhere: every *.json of the directory
 * KAPPA_GOLDEN, by default the reference data's own. One test for each file, precision and
 * quantity; what cannot be checked is skipped with the reason. The slowest ones run only with
 * KAPPA_SLOW=1.
 */

/* Keys that say what a file is about; all others are quantities. */
static const char *const descriptions[]
    = { "model", "layout", "input",    "gain",          "seed",    "labels", "tensors",
        "note",  "dtype",  "file",     "images",        "classes", "init",   "precision",
        "rules", "target", "sampling", "lanczos_steps", NULL };

/* One quantity of one file in one precision. */
typedef struct
{
  GoldenFile *file;
  KappaDtype real;
  const GoldenCheck *check; /* NULL: nothing here knows the quantity */
  guint32 value;
} Quantity;

double
golden_number (const GoldenFile *file, guint32 value)
{
  double number = NAN;

  g_assert_true (kappa_json_get_double (file->json, value, &number));
  return number;
}

/**
 * golden_numbers:
 * @value: an array of numbers, or of arrays of numbers
 * @n: (out): how many numbers
 *
 * Returns: (transfer full): all of them, row-major
 */
double *
golden_numbers (const GoldenFile *file, guint32 value, gsize *n)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (double));
  guint32 v = kappa_json_get_first (file->json, value);

  for (; v != KAPPA_JSON_MISSING; v = kappa_json_get_next (file->json, v))
    {
      gsize n_inner = 1;
      g_autofree double *inner = NULL;

      if (kappa_json_get_kind (file->json, v) == KAPPA_JSON_ARRAY)
        inner = golden_numbers (file, v, &n_inner);
      else
        {
          inner = g_new (double, 1);
          *inner = golden_number (file, v);
        }
      g_array_append_vals (numbers, inner, (guint)n_inner);
    }
  *n = numbers->len;
  return (double *)g_array_free (numbers, FALSE);
}

char *
golden_text (const GoldenFile *file, const char *key, const char *fallback)
{
  char *text = kappa_json_get_string (file->json, kappa_json_lookup (file->json, 0, key));

  return text != NULL ? text : g_strdup (fallback);
}

/**
 * golden_compare:
 * @allowed: the largest difference that passes
 *
 * Fails the running test, and goes on, if the numbers differ by more; NaN differs from everything.
 * Only takes it down while golden_record() runs.
 */
void
golden_compare (const char *what, double found, double expected, double allowed)
{
  const double difference = fabs (found - expected);
  GoldenComparison comparison = { .found = found, .expected = expected, .allowed = allowed };

  g_strlcpy (comparison.what, what, sizeof comparison.what);
  if (golden_take_down (&comparison))
    return;
  g_test_message ("%s: %.12g, expected %.12g, difference %.2g of %.2g allowed", what, found,
                  expected, difference, allowed);
  if (!(difference <= allowed))
    g_test_fail_printf ("%s: %.17g, expected %.17g, difference %.3g of %.3g allowed", what, found,
                        expected, difference, allowed);
}

void
golden_first_order (const char *what, KappaDtype real, double found, double expected)
{
  golden_compare (what, found, expected, fabs (expected) * (real == KAPPA_F64 ? 1e-8 : 1e-5));
}

void
golden_second_order (const char *what, KappaDtype real, double found, double expected)
{
  golden_compare (what, found, expected, fabs (expected) * (real == KAPPA_F64 ? 1e-8 : 5e-5));
}

/* Only the file whose tests run has weights, and a run. */
static void
unload (GoldenFile *file)
{
  g_clear_pointer (&file->run, golden_run_free);
  g_clear_pointer (&file->spreads, g_hash_table_unref);
  if (file->match != NULL)
    golden_formula_unload (file);
}

static void
load (GoldenFile *file)
{
  static GoldenFile *loaded;

  if (loaded == file)
    return;
  if (loaded != NULL)
    unload (loaded);
  loaded = file;
  if (file->match != NULL)
    golden_formula_load (file);
}

/**
 * golden_file_set_run:
 * @run: (transfer full) (nullable): what golden_file_run() returns from now on
 */
void
golden_file_set_run (GoldenFile *file, KappaDtype real, GoldenRun *run)
{
  g_clear_pointer (&file->run, golden_run_free);
  file->run = run;
  file->run_real = real;
}

/**
 * golden_file_run:
 *
 * Returns: (transfer none): logits and loss at the file's own weights, gradients and
 * Hessian-vector product if the file has quantities that need them
 */
const GoldenRun *
golden_file_run (GoldenFile *file, KappaDtype real)
{
  g_autoptr (GError) error = NULL;

  if (file->run != NULL && file->run_real == real)
    return file->run;
  golden_file_set_run (file, real, NULL);
  file->run
      = golden_net_run (&file->net, real, file->order, file->net.weights, file->vector, &error);
  g_assert_no_error (error);
  return file->run;
}

/* Compares in float32; what is off by more than it may be must lie within twice of what a few draws
 * of rounding do at kinks. */
static void
check_jumping (const Quantity *quantity)
{
  g_autoptr (GArray) comparisons
      = golden_record (quantity->file, KAPPA_F32, quantity->check, quantity->value);
  const double *spread = NULL;

  for (guint i = 0; i < comparisons->len; i++)
    {
      const GoldenComparison *c = &g_array_index (comparisons, GoldenComparison, i);
      const double off = fabs (c->found - c->expected);

      if (off > c->allowed && spread == NULL)
        spread = golden_find_spread (quantity->file, quantity->check, comparisons->len);
      if (off > c->allowed && off <= 2.0 * spread[i])
        g_test_message ("%s: off by %.2g, %.2g allowed: as float64 is, by up to %.2g, when weights "
                        "change in their 20th binary digit",
                        c->what, off, c->allowed, spread[i]);
      else
        golden_compare (c->what, c->found, c->expected, c->allowed);
    }
}

static void
test_quantity (gconstpointer data)
{
  const Quantity *quantity = data;

  if (quantity->check == NULL)
    {
      g_test_skip ("nothing here computes this quantity");
      return;
    }
  if (quantity->check->skip != NULL)
    {
      g_test_skip (quantity->check->skip);
      return;
    }
  load (quantity->file);
  if (quantity->check->jumps && quantity->real == KAPPA_F32)
    check_jumping (quantity);
  else
    quantity->check->check (quantity->file, quantity->real, quantity->value);
}

static void
test_refused (gconstpointer data)
{
  g_test_skip (((const GoldenFile *)data)->refusal);
}

/* Returns: (nullable): what checks the quantity of that name */
const GoldenCheck *
golden_find_check (const GoldenFile *file, const char *key)
{
  const gboolean cifar = golden_cifar_fits (file);
  const GoldenCheck *checks = cifar ? golden_cifar_checks : golden_formula_checks;
  const guint n_checks = cifar ? golden_n_cifar_checks : golden_n_formula_checks;

  for (guint i = 0; i < n_checks; i++)
    if (strcmp (checks[i].key, key) == 0)
      return &checks[i];
  return NULL;
}

/* What is needed for the quantities of an object, those within others as well. */
static GoldenOrder
find_order (const GoldenFile *file, guint32 object)
{
  GoldenOrder order = GOLDEN_FORWARD;

  for (guint32 v = kappa_json_get_first (file->json, object); v != KAPPA_JSON_MISSING;
       v = kappa_json_get_next (file->json, v))
    {
      g_autofree char *key = kappa_json_get_key (file->json, v);
      const GoldenCheck *check = golden_find_check (file, key);

      if (check != NULL && check->skip == NULL)
        order = MAX (order, check->order);
      if (check != NULL && check->nested)
        order = MAX (order, find_order (file, v));
    }
  return order;
}

static void
add_quantity (GoldenFile *file, KappaDtype real, const char *key, guint32 value)
{
  g_autofree char *path
      = g_strdup_printf ("/golden/%s/%s/%s", file->name, kappa_dtype_name (real), key);
  Quantity *quantity = g_new (Quantity, 1);

  *quantity = (Quantity) { file, real, golden_find_check (file, key), value };
  g_test_add_data_func_full (path, quantity, test_quantity, g_free);
}

static void
add_file_tests (GoldenFile *file)
{
  static const KappaDtype precisions[] = { KAPPA_F32, KAPPA_F64 };
  g_autofree char *path = g_strdup_printf ("/golden/%s", file->name);

  if (file->refusal != NULL)
    {
      g_test_add_data_func (path, file, test_refused);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (precisions); i++)
    for (guint32 v = kappa_json_get_first (file->json, 0); v != KAPPA_JSON_MISSING;
         v = kappa_json_get_next (file->json, v))
      {
        g_autofree char *key = kappa_json_get_key (file->json, v);

        if (!g_strv_contains (descriptions, key))
          add_quantity (file, precisions[i], key, v);
      }
}

static GoldenFile *
golden_file_open (const char *folder, const char *name)
{
  GoldenFile *file = g_new0 (GoldenFile, 1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gboolean opened = FALSE;

  file->name = g_strdup (name);
  file->json = kappa_json_load_file (path, &error);
  if (file->json != NULL && golden_cifar_fits (file))
    opened = golden_cifar_open (file, &error);
  else if (file->json != NULL && golden_formula_fits (file))
    opened = golden_formula_open (file, &error);
  else if (file->json != NULL)
    error
        = g_error_new (KAPPA_ERROR, KAPPA_ERROR_UNSUPPORTED, "it is of no form that is known here");
  if (!opened)
    file->refusal = g_strdup (error->message);
  else
    file->order = find_order (file, 0);
  return file;
}

static void
golden_file_free (gpointer data)
{
  GoldenFile *file = data;

  unload (file);
  for (guint i = 0; i < G_N_ELEMENTS (file->spectra); i++)
    g_clear_pointer (&file->spectra[i], kappa_lanczos_free);
  golden_net_clear (&file->net);
  g_clear_pointer (&file->match, kappa_match_free);
  g_clear_pointer (&file->table, kappa_tensor_table_free);
  g_clear_object (&file->images);
  g_free (file->input);
  g_free (file->labels);
  g_free (file->vector);
  g_free (file->refusal);
  g_clear_pointer (&file->json, kappa_json_free);
  g_free (file->name);
  g_free (file);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
test_no_files (void)
{
  g_test_skip ("no reference values; KAPPA_GOLDEN names their folder");
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (golden_file_free), names = NULL;
  g_autofree char *folder = NULL;
  /* A quantity that is off must not keep the others from being tried. */
  g_autofree char **arguments = g_new0 (char *, (gsize)argc + 2);
  char **rest = arguments;
  int n_arguments = argc + 1;

  memcpy (arguments, argv, (gsize)argc * sizeof *argv);
  arguments[argc] = (char *)"-k";
  g_test_init (&n_arguments, &rest, NULL);
  folder = g_getenv ("KAPPA_GOLDEN") != NULL ? g_strdup (g_getenv ("KAPPA_GOLDEN"))
                                             : kappa_test_shared_path ("golden");
  names = list_files (folder != NULL ? folder : "");
  for (guint i = 0; i < names->len; i++)
    {
      GoldenFile *file = golden_file_open (folder, g_ptr_array_index (names, i));

      g_ptr_array_add (files, file);
      add_file_tests (file);
    }
  if (names->len == 0)
    g_test_add_func ("/golden/no-files", test_no_files);
  return g_test_run ();
}
