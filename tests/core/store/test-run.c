#include <math.h>
#include <string.h>

#include "core/store/side-file.h"
#include "tests/core/store/store-test.h"

#define SIZE 12

static double
from_bits (guint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Numbers that a text, or a database column, would not give back as they were. */
static double
awkward (gsize i)
{
  const double values[] = { NAN,
                            from_bits (0xfff8000000000123),
                            from_bits (0x7ff0000000000001),
                            INFINITY,
                            -INFINITY,
                            -0.0,
                            0x1p-1074,
                            0.1,
                            -1.0 / 3.0,
                            1e308,
                            3.0,
                            2.5 };

  return values[i % G_N_ELEMENTS (values)];
}

static void
declare_surface (KappaResult *result, const char *name)
{
  const gsize dims[] = { 3, 4 };
  const double x[] = { -1.0, -0.0, 1.0 }, y[] = { -0.1, 0.1, 0.2, 0.3 };
  KappaArray *array = kappa_array_new (name, "nat", "mean cross-entropy, 4 images", 2, dims);

  kappa_array_set_axis (array, 0, "alpha", x);
  kappa_array_set_axis (array, 1, "beta", y);
  kappa_result_take_array (result, array);
}

static KappaTable *
make_table (void)
{
  const KappaColumn columns[] = { { (char *)"name", (char *)"", KAPPA_COLUMN_TEXT },
                                  { (char *)"loss", (char *)"nat", KAPPA_COLUMN_NUMBER },
                                  { (char *)"images", (char *)"", KAPPA_COLUMN_INTEGER } };
  KappaTable *table = kappa_table_new ("classes", "per class", 3, columns);

  kappa_table_add_row (table, "aéroplane", awkward (1), (gint64)100);
  kappa_table_add_row (table, "", awkward (5), (gint64)-3);
  kappa_table_add_row (table, "cat, \"the\"\n", 0.25, (gint64)0);
  return table;
}

static void
assert_same_bits (const double *a, const double *b, gsize n)
{
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
assert_same_array (KappaResult *one, KappaResult *other, const char *name)
{
  g_autoptr (KappaArray) a = kappa_result_dup_array (one, name),
                         b = kappa_result_dup_array (other, name);
  gsize size;

  g_assert_nonnull (a);
  g_assert_nonnull (b);
  size = kappa_array_get_size (a);
  g_assert_cmpstr (a->unit, ==, b->unit);
  g_assert_cmpstr (a->definition, ==, b->definition);
  g_assert_cmpuint (a->rank, ==, b->rank);
  for (guint d = 0; d < a->rank; d++)
    {
      g_assert_cmpuint (a->dims[d], ==, b->dims[d]);
      g_assert_cmpstr (a->axes[d], ==, b->axes[d]);
      assert_same_bits (a->coordinates[d], b->coordinates[d], a->dims[d]);
    }
  g_assert_cmpmem (a->present, size, b->present, size);
  for (gsize i = 0; i < size; i++)
    if (a->present[i])
      assert_same_bits (a->values + i, b->values + i, 1);
}

static void
assert_same_table (KappaResult *one, KappaResult *other, const char *name)
{
  g_autoptr (KappaTable) a = kappa_result_dup_table (one, name),
                         b = kappa_result_dup_table (other, name);

  g_assert_cmpstr (a->definition, ==, b->definition);
  g_assert_cmpuint (a->n_rows, ==, b->n_rows);
  g_assert_cmpuint (a->n_columns, ==, b->n_columns);
  for (guint c = 0; c < a->n_columns; c++)
    {
      g_assert_cmpstr (a->columns[c].name, ==, b->columns[c].name);
      g_assert_cmpstr (a->columns[c].unit, ==, b->columns[c].unit);
      g_assert_cmpint (a->columns[c].type, ==, b->columns[c].type);
      if (a->columns[c].type != KAPPA_COLUMN_TEXT)
        assert_same_bits (a->numbers[c], b->numbers[c], a->n_rows);
      else
        for (gsize r = 0; r < a->n_rows; r++)
          g_assert_cmpstr (a->texts[c][r], ==, b->texts[c][r]);
    }
}

static void
fill_everything (KappaResult *result)
{
  declare_surface (result, "loss");
  declare_surface (result, "accuracy");
  for (gsize i = 0; i < SIZE; i++)
    if (i != 7)
      {
        double value = awkward (i);

        kappa_result_set_values (result, "loss", i, 1, &value);
      }
  kappa_result_take_table (result, make_table ());
  kappa_result_set_scalar (result, "loss", 0.5, "nat", KAPPA_CERTAINTY_EXACT, "first guess");
  kappa_result_set_scalar (result, "trace", -0.0, "", KAPPA_CERTAINTY_INTERVAL (-1.0, 2.0, 0.95),
                           "per image");
  kappa_result_set_scalar (result, "lambda", NAN, "", KAPPA_CERTAINTY_RESIDUAL (1e-7), "largest");
  kappa_result_set_scalar (result, "loss", 1.0 / 3.0, "nat", KAPPA_CERTAINTY_EXACT,
                           "mean over 4 images");
}

static void
assert_everything (KappaResult *found, KappaResult *expected)
{
  g_auto (GStrv) scalars = kappa_result_list_scalars (found);
  g_autoptr (KappaScalar) loss = kappa_result_dup_scalar (found, "loss");
  g_autoptr (KappaScalar) trace = kappa_result_dup_scalar (found, "trace");
  g_autoptr (KappaScalar) lambda = kappa_result_dup_scalar (found, "lambda");

  g_assert_cmpuint (g_strv_length (scalars), ==, 3);
  g_assert_cmpstr (scalars[0], ==, "loss");
  g_assert_cmpfloat (loss->value, ==, 1.0 / 3.0);
  g_assert_cmpstr (loss->unit, ==, "nat");
  g_assert_cmpstr (loss->definition, ==, "mean over 4 images");
  g_assert_cmpint (loss->certainty.kind, ==, KAPPA_EXACT);
  g_assert_true (trace->value == 0.0 && signbit (trace->value));
  g_assert_cmpint (trace->certainty.kind, ==, KAPPA_INTERVAL);
  g_assert_cmpfloat (trace->certainty.low, ==, -1.0);
  g_assert_cmpfloat (trace->certainty.high, ==, 2.0);
  g_assert_cmpfloat (trace->certainty.level, ==, 0.95);
  g_assert_true (isnan (lambda->value));
  g_assert_cmpfloat (lambda->certainty.residual, ==, 1e-7);
  assert_same_array (found, expected, "loss");
  assert_same_array (found, expected, "accuracy");
  assert_same_table (found, expected, "classes");
}

static void
test_round_trip (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path),
                             reader = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new (), midway = NULL, found = NULL;
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_run_attach (run, result, &error));
  fill_everything (result);
  g_assert_true (kappa_run_flush (run, &error));
  midway = load_result (reader, id);
  assert_everything (midway, result);
  g_assert_cmpint (state_of (reader, id), ==, KAPPA_RUN_RUNNING);
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_no_error (error);
  found = load_result (reader, id);
  assert_everything (found, result);
  g_assert_cmpint (state_of (reader, id), ==, KAPPA_RUN_DONE);
}

static void
test_attach_full (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new (), found = NULL;
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;

  fill_everything (result);
  g_assert_true (kappa_run_attach (run, result, &error));
  found = load_result (workspace, id);
  assert_everything (found, result);
}

static void
test_overlaps (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new (), found = NULL;
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  g_assert_true (kappa_run_attach (run, result, &error));
  declare_surface (result, "loss");
  for (guint round = 0; round < 200; round++)
    {
      gsize first = (gsize)g_rand_int_range (random, 0, SIZE);
      gsize n = (gsize)g_rand_int_range (random, 1, (gint32)(SIZE - first) + 1);
      double values[SIZE];

      for (gsize i = 0; i < n; i++)
        values[i] = g_rand_double (random);
      g_assert_true (kappa_result_set_values (result, "loss", first, n, values));
    }
  g_assert_true (kappa_run_flush (run, &error));
  found = load_result (workspace, id);
  assert_same_array (found, result, "loss");
}

static void
test_replaced_array (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new (), found = NULL;
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;
  const gsize dims[] = { 2 };
  double value = 1.0;

  g_assert_true (kappa_run_attach (run, result, &error));
  declare_surface (result, "loss");
  kappa_result_set_values (result, "loss", 11, 1, &value);
  kappa_result_take_array (result, kappa_array_new ("loss", "nat", "another", 1, dims));
  kappa_result_set_values (result, "loss", 1, 1, &value);
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  found = load_result (workspace, id);
  assert_same_array (found, result, "loss");
}

static void
test_slow_points_are_written_at_once (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path),
                             reader = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new ();
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_run_attach (run, result, &error));
  declare_surface (result, "loss");
  for (gsize i = 0; i < SIZE; i++)
    {
      g_autoptr (KappaResult) seen = NULL;
      double value = awkward (i);

      g_usleep (6000);
      kappa_result_set_values (result, "loss", i, 1, &value);
      seen = load_result (reader, id);
      g_assert_true (kappa_result_is_present (seen, "loss", i));
    }
}

static guint
count_files (const Place *place)
{
  g_autofree char *path = g_strconcat (place->path, "-arrays", NULL);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    n++;
  return n;
}

static void
damage_files (const Place *place)
{
  g_autofree char *path = g_strconcat (place->path, "-arrays", NULL);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
      bytes[size / 2] ^= 1;
      g_assert_true (g_file_set_contents (file, bytes, (gssize)size, NULL));
    }
}

static KappaRun *
fill_large (KappaWorkspace *workspace, gint64 id, KappaResult *result)
{
  const gsize dims[] = { KAPPA_SIDE_FILE_VALUES + 1000 };
  g_autofree double *values = g_new (double, dims[0]);
  g_autoptr (GError) error = NULL;
  KappaRun *run = claim_run (workspace, id);

  for (gsize i = 0; i < dims[0]; i++)
    values[i] = (double)i * 0.1;
  g_assert_true (kappa_run_attach (run, result, &error));
  kappa_result_take_array (result, kappa_array_new ("gram", "", "large", 1, dims));
  g_assert_true (kappa_result_set_values (result, "gram", 0, dims[0], values));
  g_assert_true (kappa_run_flush (run, &error));
  g_assert_no_error (error);
  return run;
}

static void
test_side_files (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new (), found = NULL;
  g_autofree char *leftover = g_strconcat (place.path, "-arrays/writing-ABCDEF", NULL);
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = fill_large (workspace, id, result);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (count_files (&place), ==, 1);
  g_assert_true (g_file_set_contents (leftover, "a process died here", -1, NULL));
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_cmpuint (count_files (&place), ==, 1);
  found = load_result (workspace, id);
  assert_same_array (found, result, "gram");

  damage_files (&place);
  g_assert_null (kappa_workspace_load_result (workspace, id, &error));
  assert_refused (&error, "is damaged: its content is not what its name says");
  g_assert_true (kappa_workspace_set_run_deleted (workspace, id, TRUE, &error));
  g_assert_true (kappa_workspace_purge (workspace, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (&place), ==, 0);
}

static void
test_claims (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_run_claim (workspace, id, &error));
  assert_refused (&error, "this program is computing it already");
  g_assert_true (kappa_run_set_state (run, KAPPA_RUN_PAUSED, &error));
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_PAUSED);
  g_assert_null (kappa_run_claim (workspace, id, &error));
  assert_refused (&error, "this program is computing it already");
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_CANCELLED, NULL, &error));
  g_clear_object (&run);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_CANCELLED);

  /* A run that is dropped without a word can be resumed. */
  run = claim_run (workspace, id);
  g_clear_object (&run);
  g_assert_cmpint (state_of (workspace, id), ==, KAPPA_RUN_INTERRUPTED);
  g_assert_true (kappa_workspace_set_run_deleted (workspace, id, TRUE, &error));
  g_assert_null (kappa_run_claim (workspace, id, &error));
  assert_refused (&error, "is deleted");
}

static void
test_purged_under_way (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (KappaResult) result = kappa_result_new ();
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL, told = NULL;

  g_assert_true (kappa_run_attach (run, result, &error));
  g_assert_true (kappa_workspace_set_run_deleted (workspace, id, TRUE, &error));
  g_assert_true (kappa_workspace_purge (workspace, 0, &error));
  declare_surface (result, "loss");
  g_assert_false (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  assert_refused (&error, "purged");
  told = kappa_run_dup_error (run);
  assert_refused (&told, "purged");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/run/round-trip", test_round_trip);
  g_test_add_func ("/store/run/attach-full", test_attach_full);
  g_test_add_func ("/store/run/overlaps", test_overlaps);
  g_test_add_func ("/store/run/replaced-array", test_replaced_array);
  g_test_add_func ("/store/run/slow-points", test_slow_points_are_written_at_once);
  g_test_add_func ("/store/run/side-files", test_side_files);
  g_test_add_func ("/store/run/claims", test_claims);
  g_test_add_func ("/store/run/purged-under-way", test_purged_under_way);
  return g_test_run ();
}
