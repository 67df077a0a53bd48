#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/database.h"
#include "core/store/schema.h"
#include "core/store/workspace-private.h"
#include "tests/core/store/store-test.h"

/* Workspaces of other versions, files of other programs, damaged files. */

static void
make_workspace (const char *path)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (path);
  g_autoptr (KappaResult) result = kappa_result_new ();
  gint64 id = create_run (workspace, "k");
  g_autoptr (KappaRun) run = claim_run (workspace, id);
  g_autoptr (GError) error = NULL;
  const KappaColumn columns[] = { { (char *)"name", NULL, KAPPA_COLUMN_TEXT },
                                  { (char *)"loss", NULL, KAPPA_COLUMN_NUMBER } };
  KappaTable *table = kappa_table_new ("classes", "per class", 2, columns);
  const gsize dims[] = { 4, 5 };
  double values[20];

  for (guint i = 0; i < 20; i++)
    values[i] = 0.25 * i;
  kappa_table_add_row (table, "cat", 1.5);
  kappa_table_add_row (table, "dog", 2.5);
  g_assert_true (kappa_run_attach (run, result, &error));
  kappa_result_take_array (result, kappa_array_new ("loss", "nat", "mean", 2, dims));
  kappa_result_set_values (result, "loss", 0, 20, values);
  kappa_result_take_table (result, table);
  kappa_result_set_scalar (result, "loss", 0.5, "nat", KAPPA_CERTAINTY_EXACT, "mean");
  g_assert_true (kappa_run_finish (run, KAPPA_RUN_DONE, NULL, &error));
  g_assert_no_error (error);
}

static void
execute (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  sqlite3_close (db);
}

/* One file that holds all, as a copy sent by mail does. */
static void
settle (const char *path)
{
  execute (path, "PRAGMA journal_mode = DELETE");
}

static char *
read_file (const char *path, gsize *size)
{
  char *bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &bytes, size, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
write_file (const char *path, const char *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize)size, &error);
  g_assert_no_error (error);
}

/* The file is refused with @message, and has the same bytes afterwards. */
static void
assert_left_alone (const char *path, const char *message)
{
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size_before, size_after;

  before = read_file (path, &size_before);
  g_assert_null (kappa_workspace_open (path, &error));
  assert_refused (&error, message);
  after = read_file (path, &size_after);
  g_assert_cmpmem (before, size_before, after, size_after);
}

static void
test_foreign (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (GError) error = NULL;

  write_file (place.path, "a letter", 8);
  assert_left_alone (place.path, "does not begin like a SQLite database");
  g_unlink (place.path);
  execute (place.path, "CREATE TABLE mail (text); INSERT INTO mail VALUES ('hello')");
  assert_left_alone (place.path, "of another program");
  execute (place.path, "PRAGMA application_id = 1234");
  assert_left_alone (place.path, "of another program");
  /* It says that it is ours, and is not. */
  execute (place.path, "PRAGMA application_id = 0x4b415050");
  assert_left_alone (place.path, "its tables are not those of its version");
  execute (place.path, "PRAGMA user_version = 1");
  assert_left_alone (place.path, "its tables are not those of its version");
  execute (place.path, "PRAGMA user_version = -3");
  assert_left_alone (place.path, "has version 4294967293");
  g_assert_null (kappa_workspace_open (place.directory, &error));
  assert_refused (&error, "not a regular file");
}

static void
test_pipe (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (place.path, 0600), ==, 0);
  g_assert_null (kappa_workspace_open (place.path, &error));
  assert_refused (&error, "not a regular file");
}

static void
test_newer (void)
{
  g_auto (Place) place = place_new ();

  make_workspace (place.path);
  settle (place.path);
  execute (place.path, "PRAGMA user_version = 7");
  assert_left_alone (place.path, "has version 7, this program knows up to version 1");
}

static void
test_changed_schema (void)
{
  const char *const changes[] = {
    "CREATE TABLE extra (x)",
    "CREATE VIEW spy AS SELECT * FROM runs",
    "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END",
    "DROP TABLE scalars",
    "ALTER TABLE runs ADD COLUMN extra TEXT",
    "DROP INDEX runs_key",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_auto (Place) place = place_new ();

      make_workspace (place.path);
      settle (place.path);
      execute (place.path, changes[i]);
      execute (place.path, "PRAGMA journal_mode = WAL");
      assert_left_alone (place.path, "its tables are not those of its version");
    }
}

/* Whatever a file says, asking for all that is in it ends in an answer or an error. */
static void
use_all (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaWorkspace) workspace = kappa_workspace_open (path, &error);
  g_autoptr (GPtrArray) runs
      = workspace != NULL ? kappa_workspace_list_runs (workspace, &error) : NULL;

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    {
      gint64 id = ((KappaRunInfo *)runs->pdata[i])->id;
      g_autoptr (KappaResult) result = kappa_workspace_load_result (workspace, id, NULL);

      kappa_workspace_rename_run (workspace, id, "renamed", NULL);
      g_assert_true (result == NULL || KAPPA_IS_RESULT (result));
    }
  if (runs == NULL)
    g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_STORE);
}

static void
test_truncated (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *bytes = NULL;
  gsize size;

  make_workspace (place.path);
  settle (place.path);
  bytes = read_file (place.path, &size);
  for (gsize length = 1; length < size; length += 509)
    {
      write_file (place.path, bytes, length);
      assert_left_alone (place.path, length < 100 ? "does not begin" : "damaged");
    }
}

static void
test_flipped (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  g_autofree char *bytes = NULL;
  gsize size;

  make_workspace (place.path);
  settle (place.path);
  bytes = read_file (place.path, &size);
  for (guint round = 0; round < 400; round++)
    {
      g_autofree char *changed = g_memdup2 (bytes, size);
      gsize at = (gsize)g_rand_int_range (random, 0, (gint32)size);
      guint n = 1u << g_rand_int_range (random, 0, 10);

      for (gsize i = at; i < MIN (at + n, size); i++)
        changed[i] = (char)g_rand_int (random);
      write_file (place.path, changed, size);
      use_all (place.path);
      g_unlink (place.path);
    }
}

static void
test_random_bytes (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autofree char *bytes = NULL;
  gsize size;

  make_workspace (place.path);
  settle (place.path);
  bytes = read_file (place.path, &size);
  for (gsize i = 100; i < size; i++)
    bytes[i] = (char)g_rand_int (random);
  write_file (place.path, bytes, size);
  assert_left_alone (place.path, "damaged");
}

/* Rows no program of ours writes. */
static void
test_hostile_rows (void)
{
  g_auto (Place) original = place_new ();
  g_autofree char *bytes = NULL;
  gsize size;
  const struct
  {
    const char *sql;
    const char *message;
  } cases[] = {
    { "UPDATE scalars SET certainty = 9", "a scalar is not" },
    { "UPDATE scalars SET numbers = x'00'", "a scalar is not" },
    { "UPDATE scalars SET numbers = zeroblob (48)", "a scalar is not" },
    { "UPDATE result_tables SET n_rows = -1", "impossible number of rows" },
    { "UPDATE result_tables SET n_rows = 9000000000000000000", "impossible number of rows" },
    { "UPDATE result_tables SET n_rows = 3", "the columns of a table" },
    { "UPDATE result_tables SET n_rows = 100000000", "the columns of a table" },
    { "DELETE FROM result_columns", "rows and no columns" },
    { "DELETE FROM result_columns WHERE position = 0", "the columns of a table" },
    { "UPDATE result_columns SET type = 7", "the columns of a table" },
    { "UPDATE result_columns SET type = -1", "the columns of a table" },
    { "UPDATE result_columns SET type = 2", "the columns of a table" },
    { "UPDATE result_columns SET type = 0", "the columns of a table" },
    { "UPDATE result_columns SET cells = x'414243' WHERE type = 2", "the columns of a table" },
    { "UPDATE result_columns SET position = position + 4000000000", "the columns of a table" },
    { "UPDATE array_axes SET size = -1", "impossible axes" },
    { "UPDATE array_axes SET size = 4294967296", "impossible axes" },
    { "UPDATE array_axes SET size = size + 1", "impossible axes" },
    { "UPDATE array_axes SET coordinates = NULL", "impossible axes" },
    { "UPDATE array_axes SET axis = axis + 10", "impossible axes" },
    { "UPDATE array_axes SET size = 100000, coordinates = zeroblob (800000)", "impossible axes" },
    { "INSERT INTO array_axes (of, axis, name, size, coordinates) SELECT 1, value, 'x', 1, "
      "zeroblob (8)"
      " FROM (SELECT 2 AS value UNION SELECT 3 UNION SELECT 4)",
      "impossible axes" },
    { "DELETE FROM array_axes", "values lie outside" },
    { "UPDATE array_values SET first = -1", "values lie outside" },
    { "UPDATE array_values SET first = 1", "values lie outside" },
    { "UPDATE array_values SET first = 9223372036854775807", "values lie outside" },
    { "UPDATE array_values SET n = -5", "values lie outside" },
    { "UPDATE array_values SET n = 21", "values lie outside" },
    { "UPDATE array_values SET n = 9223372036854775807, first = 20", "values lie outside" },
    { "UPDATE array_values SET n = 19", "as many values" },
    { "UPDATE array_values SET numbers = NULL", "as many values" },
    { "UPDATE array_values SET file = '../../../etc/passwd'", "called by something else" },
    { "UPDATE array_values SET file = '/etc/passwd'", "called by something else" },
    { "UPDATE array_values SET file = "
      "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'",
      "No such file" },
  };

  make_workspace (original.path);
  settle (original.path);
  bytes = read_file (original.path, &size);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Place) place = place_new ();
      g_autoptr (KappaWorkspace) workspace = NULL;
      g_autoptr (GError) error = NULL;

      write_file (place.path, bytes, size);
      execute (place.path, cases[i].sql);
      workspace = open_workspace (place.path);
      g_assert_null (kappa_workspace_load_result (workspace, 1, &error));
      assert_refused (&error, cases[i].message);
    }
}

static void
test_odd_runs (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  const KappaRunInfo *info;

  make_workspace (place.path);
  execute (place.path,
           "UPDATE runs SET state = 'dancing', title = CAST (x'ff41fe' AS TEXT), threads = -5,"
           " owner = 'x/y', created = -1");
  workspace = open_workspace (place.path);
  runs = kappa_workspace_list_runs (workspace, &error);
  g_assert_no_error (error);
  info = runs->pdata[0];
  g_assert_cmpint (info->state, ==, KAPPA_RUN_INTERRUPTED);
  g_assert_true (g_utf8_validate (info->title, -1, NULL));
  g_assert_cmpuint (info->threads, ==, 0);
}

static char *
copy_fixture (const Place *place)
{
  g_autofree char *fixture
      = g_test_build_filename (G_TEST_DIST, "core", "store", "workspace-v1.db", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  bytes = read_file (fixture, &size);
  write_file (place->path, bytes, size);
  return place->path;
}

static void
assert_fixture (const char *path)
{
  g_autoptr (KappaWorkspace) workspace = open_workspace (path);
  g_autoptr (KappaResult) result = load_result (workspace, 1);
  g_autoptr (KappaArray) loss = kappa_result_dup_array (result, "loss");
  g_autoptr (KappaTable) classes = kappa_result_dup_table (result, "classes");
  g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, "loss");
  g_autoptr (KappaRunInfo) info = kappa_workspace_find_run (workspace, "k", NULL);

  g_assert_cmpint (info->id, ==, 1);
  g_assert_cmpfloat (loss->values[19], ==, 4.75);
  g_assert_cmpint (loss->present[19], ==, 1);
  g_assert_cmpstr (classes->texts[0][1], ==, "dog");
  g_assert_cmpfloat (classes->numbers[1][1], ==, 2.5);
  g_assert_cmpfloat (scalar->value, ==, 0.5);
}

/* A file that version 1 wrote, opened by this program. */
static void
test_version_1 (void)
{
  g_auto (Place) place = place_new ();

  assert_fixture (copy_fixture (&place));
}

/* What the next version of the program would add: a column, and a table built anew under the old
 * name. */
#define NEXT_STEP                                                                                  \
  "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';"                                     \
  "CREATE TABLE arrays_new (id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs ON "      \
  "DELETE CASCADE,"                                                                                \
  " name TEXT NOT NULL, unit TEXT NOT NULL, definition TEXT NOT NULL, dtype TEXT NOT NULL, "       \
  "UNIQUE (run, name)) STRICT;"                                                                    \
  "INSERT INTO arrays_new SELECT id, run, name, unit, definition, 'float64' FROM arrays;"          \
  "DROP TABLE arrays; ALTER TABLE arrays_new RENAME TO arrays;"

static gint64
ask (const char *path, const char *sql)
{
  g_autoptr (sqlite3) db = kappa_database_open (path, SQLITE_OPEN_READWRITE, NULL);
  g_autoptr (GError) error = NULL;
  gint64 value;

  kappa_database_get_int (db, sql, &value, &error);
  g_assert_no_error (error);
  return value;
}

static void
test_next_version (void)
{
  g_auto (Place) place = place_new (), fresh = place_new ();
  guint n;
  const char *const *steps = kappa_schema_get_steps (&n);
  const char *next[] = { steps[0], NEXT_STEP };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (n, ==, 1);
  copy_fixture (&place);
  g_assert_true (kappa_workspace_upgrade_with (place.path, next, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask (place.path, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (ask (place.path, "PRAGMA application_id"), ==, KAPPA_SCHEMA_APPLICATION_ID);
  g_assert_cmpint (ask (place.path, "SELECT count(*) FROM runs WHERE note = ''"), ==, 1);
  g_assert_cmpint (ask (place.path, "SELECT count(*) FROM arrays WHERE dtype = 'float64'"), ==, 1);
  g_assert_cmpint (ask (place.path, "SELECT sum(n) FROM array_values"), ==, 20);
  /* Done once: what is up to date is not touched again. */
  g_assert_true (kappa_workspace_upgrade_with (place.path, next, 2, &error));
  assert_left_alone (place.path, "has version 2, this program knows up to version 1");
  /* A new file of that version is the same as an old one brought up to it. */
  g_assert_true (kappa_workspace_upgrade_with (fresh.path, next, 2, &error));
  g_assert_cmpint (ask (fresh.path, "PRAGMA user_version"), ==, 2);
}

static void
test_failed_step (void)
{
  const char *const bad[] = { "ALTER TABLE runs ADD COLUMN note TEXT; SELECT nonsense FROM nowhere",
                              "ALTER TABLE runs ADD COLUMN note TEXT; DELETE FROM arrays" };
  const char *const messages[] = { "no such table", "belongs to nothing" };
  guint n;
  const char *const *steps = kappa_schema_get_steps (&n);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Place) place = place_new ();
      const char *next[] = { steps[0], bad[i] };
      g_autoptr (GError) error = NULL;

      copy_fixture (&place);
      g_assert_false (kappa_workspace_upgrade_with (place.path, next, 2, &error));
      assert_refused (&error, messages[i]);
      assert_fixture (place.path);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--make-fixture") == 0)
    {
      make_workspace (argv[2]);
      settle (argv[2]);
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/schema/foreign", test_foreign);
  g_test_add_func ("/store/schema/pipe", test_pipe);
  g_test_add_func ("/store/schema/newer", test_newer);
  g_test_add_func ("/store/schema/changed-schema", test_changed_schema);
  g_test_add_func ("/store/schema/truncated", test_truncated);
  g_test_add_func ("/store/schema/flipped", test_flipped);
  g_test_add_func ("/store/schema/random-bytes", test_random_bytes);
  g_test_add_func ("/store/schema/hostile-rows", test_hostile_rows);
  g_test_add_func ("/store/schema/odd-runs", test_odd_runs);
  g_test_add_func ("/store/schema/version-1", test_version_1);
  g_test_add_func ("/store/schema/next-version", test_next_version);
  g_test_add_func ("/store/schema/failed-step", test_failed_step);
  return g_test_run ();
}
