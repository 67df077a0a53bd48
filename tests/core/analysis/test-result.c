#include <math.h>
#include <string.h>

#include "core/analysis/result-json.h"
#include "core/formats/json.h"

#define N_THREADS 4
#define N_VALUES  4000

typedef struct
{
  gint scalars, tables, arrays, values;
} Heard;

static void
hear_scalar (const KappaScalar *scalar, gpointer data)
{
  ((Heard *) data)->scalars++;
}

static void
hear_table (const KappaTable *table, gpointer data)
{
  ((Heard *) data)->tables++;
}

static void
hear_array (const KappaArray *array, gpointer data)
{
  ((Heard *) data)->arrays++;
}

static void
hear_values (const KappaArray *array, gsize first, gsize n, gpointer data)
{
  ((Heard *) data)->values += (gint) n;
}

static KappaArray *
new_array (gsize n)
{
  return kappa_array_new ("loss", "nat", "a test", 1, &n);
}

typedef struct
{
  KappaResult *result;
  gsize first;
} Share;

static gpointer
fill (gpointer data)
{
  const Share *share = data;

  for (gsize i = share->first; i < N_VALUES; i += N_THREADS)
    {
      double value = (double) i;

      g_assert_true (kappa_result_set_values (share->result, "loss", i, 1, &value));
      kappa_result_set_scalar (share->result, "last", value, "", KAPPA_CERTAINTY_EXACT,
                               "the last index");
    }
  return NULL;
}

static void
test_threads (void)
{
  const KappaResultListener listener = { hear_scalar, hear_table, hear_array, hear_values };
  g_autoptr (KappaResult) result = kappa_result_new ();
  g_autoptr (KappaArray) copy = NULL;
  GThread *threads[N_THREADS];
  Share shares[N_THREADS];
  Heard heard = { 0 };

  kappa_result_set_listener (result, &listener, &heard);
  kappa_result_take_array (result, new_array (N_VALUES));
  for (gsize t = 0; t < N_THREADS; t++)
    {
      shares[t] = (Share) { result, t };
      threads[t] = g_thread_new ("fill", fill, &shares[t]);
    }
  for (gsize t = 0; t < N_THREADS; t++)
    g_thread_join (threads[t]);
  copy = kappa_result_dup_array (result, "loss");
  for (gsize i = 0; i < N_VALUES; i++)
    g_assert_cmpfloat (copy->values[i], ==, (double) i);
  g_assert_cmpint (heard.values, ==, N_VALUES);
  g_assert_cmpint (heard.scalars, ==, N_VALUES);
  g_assert_cmpint (heard.arrays, ==, 1);
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, N_VALUES);
  g_assert_cmpuint (kappa_result_get_generation (result), ==, 2 * N_VALUES + 1);
}

/* A declared array keeps what an earlier run left, unless it is another one. */
static void
test_resume (void)
{
  g_autoptr (KappaResult) result = kappa_result_new ();
  const double two[] = { NAN, 5.0 };
  double value = 0.0;
  KappaArray *other;

  kappa_result_take_array (result, new_array (4));
  g_assert_true (kappa_result_set_values (result, "loss", 2, 2, two));
  kappa_result_take_array (result, new_array (4));
  g_assert_false (kappa_result_is_present (result, "loss", 1));
  g_assert_true (kappa_result_get_value (result, "loss", 2, &value));
  g_assert_true (isnan (value));
  g_assert_true (kappa_result_get_value (result, "loss", 3, &value));
  g_assert_cmpfloat (value, ==, 5.0);

  other = new_array (4);
  kappa_array_set_axis (other, 0, "alpha", (const double[]) { 0.0, 1.0, 2.0, 4.0 });
  kappa_result_take_array (result, other);
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, 0);
  kappa_result_take_array (result, new_array (5));
  g_assert_cmpuint (kappa_result_count_present (result, "loss"), ==, 0);
}

static void
test_bounds (void)
{
  g_autoptr (KappaResult) result = kappa_result_new ();
  const double values[] = { 1.0, 2.0 };

  kappa_result_take_array (result, new_array (4));
  g_assert_false (kappa_result_set_values (result, "loss", 3, 2, values));
  g_assert_false (kappa_result_set_values (result, "loss", G_MAXSIZE, 2, values));
  g_assert_false (kappa_result_set_values (result, "lost", 0, 1, values));
  g_assert_false (kappa_result_is_present (result, "loss", 4));
  g_assert_true (kappa_result_set_values (result, "loss", 2, 2, values));
  g_assert_null (kappa_result_dup_array (result, "lost"));
  g_assert_null (kappa_result_dup_table (result, "loss"));
}

static KappaResult *
make_example (void)
{
  static const KappaColumn columns[] = { { "name", NULL, KAPPA_COLUMN_TEXT },
                                         { "images", NULL, KAPPA_COLUMN_INTEGER },
                                         { "loss", "nat", KAPPA_COLUMN_NUMBER } };
  KappaResult *result = kappa_result_new ();
  KappaTable *table = kappa_table_new ("classes", "per class", 3, columns);
  gsize dims[] = { 2, 2 };
  const double values[] = { 0.1, INFINITY, -INFINITY };

  for (gint64 i = 0; i < 20; i++)
    kappa_table_add_row (table, "a \"quoted\"\n\x01 “name”", i,
                         i == 3 ? (double) NAN : (double) i / 3.0);
  kappa_result_take_table (result, table);
  kappa_result_take_array (result, kappa_array_new ("plane", "", "a plane", 2, dims));
  kappa_result_set_values (result, "plane", 0, 3, values);
  kappa_result_set_scalar (result, "exact", 1.0 / 3.0, "", KAPPA_CERTAINTY_EXACT, "a third");
  kappa_result_set_scalar (result, "interval", 2.0, "nat",
                           KAPPA_CERTAINTY_INTERVAL (1.0, 3.0, 0.95), "an estimate");
  kappa_result_set_scalar (result, "residual", NAN, "", KAPPA_CERTAINTY_RESIDUAL (1e-9),
                           "an iteration");
  return result;
}

static double
number_at (KappaJson *json, guint32 object, const char *key)
{
  double number = NAN;

  g_assert_true (kappa_json_get_double (json, kappa_json_lookup (json, object, key), &number));
  return number;
}

/* A scalar has exactly one of the three. */
static guint32
check_certainty (KappaJson *json, guint32 scalars, const char *name)
{
  static const char *const kinds[] = { "exact", "interval", "residual" };
  guint32 scalar = kappa_json_lookup (json, scalars, name);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpint (kappa_json_lookup (json, scalar, kinds[i]) != KAPPA_JSON_MISSING, ==,
                     strcmp (kinds[i], name) == 0);
  return scalar;
}

static void
test_json (void)
{
  g_autoptr (KappaResult) result = make_example ();
  g_autofree char *text = kappa_result_to_json (result, "{ \"analysis\": \"test\" }");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaJson) json = kappa_json_parse (text, strlen (text), 16, &error);
  guint32 scalars, scalar, rows, row, values;
  g_autofree char *name = NULL, *value = NULL, *cell = NULL, *infinity = NULL;

  g_assert_no_error (error);
  name = kappa_json_get_string (
      json, kappa_json_lookup (json, kappa_json_lookup (json, 0, "recipe"), "analysis"));
  g_assert_cmpstr (name, ==, "test");
  scalars = kappa_json_lookup (json, 0, "scalars");
  scalar = check_certainty (json, scalars, "exact");
  g_assert_cmpfloat (number_at (json, scalar, "value"), ==, 1.0 / 3.0);
  scalar = check_certainty (json, scalars, "interval");
  g_assert_cmpfloat (number_at (json, kappa_json_lookup (json, scalar, "interval"), "high"), ==,
                     3.0);
  scalar = check_certainty (json, scalars, "residual");
  value = kappa_json_get_string (json, kappa_json_lookup (json, scalar, "value"));
  g_assert_cmpstr (value, ==, "NaN");

  rows = kappa_json_lookup (
      json, kappa_json_lookup (json, kappa_json_lookup (json, 0, "tables"), "classes"), "rows");
  g_assert_cmpuint (kappa_json_get_n (json, rows), ==, 20);
  row = kappa_json_get_first (json, rows);
  cell = kappa_json_get_string (json, kappa_json_get_first (json, row));
  g_assert_cmpstr (cell, ==, "a \"quoted\"\n\x01 “name”");

  values = kappa_json_lookup (
      json, kappa_json_lookup (json, kappa_json_lookup (json, 0, "arrays"), "plane"), "values");
  row = kappa_json_get_first (json, values);
  infinity
      = kappa_json_get_string (json, kappa_json_get_next (json, kappa_json_get_first (json, row)));
  g_assert_cmpstr (infinity, ==, "Infinity");
  row = kappa_json_get_next (json, row);
  g_assert_cmpint (
      kappa_json_get_kind (json, kappa_json_get_next (json, kappa_json_get_first (json, row))), ==,
      KAPPA_JSON_NULL);
}

static void
test_numbers (void)
{
  static const double values[]
      = { 0.1, 1.0 / 3.0, 1e300, 5e-324, -0.0, 123456789.0, 9007199254740991.0, 1e-5 };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = kappa_number_to_text (values[i]);

      g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, values[i]);
      g_assert_cmpint (signbit (g_ascii_strtod (text, NULL)), ==, signbit (values[i]));
    }
  {
    g_autofree char *tenth = kappa_number_to_text (0.1);

    g_assert_cmpstr (tenth, ==, "0.1");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/result/threads", test_threads);
  g_test_add_func ("/result/resume", test_resume);
  g_test_add_func ("/result/bounds", test_bounds);
  g_test_add_func ("/result/json", test_json);
  g_test_add_func ("/result/numbers", test_numbers);
  return g_test_run ();
}
