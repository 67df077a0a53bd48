#include <string.h>

#include "core/store/owner.h"
#include "core/store/volume.h"
#include "tests/core/store/store-test.h"

static void
test_default_path (void)
{
  g_autofree char *path = kappa_workspace_dup_default_path ();
  g_autofree char *expected
      = g_build_filename (g_get_user_data_dir (), "kappa", "workspace.db", NULL);

  g_assert_cmpstr (path, ==, expected);
}

static void
test_makes_directories (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = g_build_filename (place.directory, "a", "b", "c.db", NULL);
  g_autoptr (KappaWorkspace) workspace = open_workspace (path);

  g_assert_cmpstr (kappa_workspace_get_path (workspace), ==, path);
  g_assert_false (kappa_workspace_get_read_only (workspace));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_list (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  const KappaRunInfo *info;
  gint64 ids[3];

  for (guint i = 0; i < 3; i++)
    ids[i] = create_run (workspace, "key");
  g_assert_true (kappa_workspace_rename_run (workspace, ids[1], "Die Fläche", &error));
  g_assert_no_error (error);
  g_clear_object (&workspace);

  workspace = open_workspace (place.path);
  runs = kappa_workspace_list_runs (workspace, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (runs->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (((KappaRunInfo *)runs->pdata[i])->id, ==, ids[2 - i]);
  info = runs->pdata[1];
  g_assert_cmpstr (info->analysis, ==, "landscape");
  g_assert_cmpstr (info->title, ==, "Die Fläche");
  g_assert_cmpstr (info->recipe, ==, "{\"seed\":0}");
  g_assert_cmpstr (info->key, ==, "key");
  g_assert_cmpstr (info->isa, ==, "avx2");
  g_assert_cmpstr (info->engine, ==, KAPPA_VERSION);
  g_assert_cmpuint (info->threads, ==, 2);
  g_assert_cmpint (info->state, ==, KAPPA_RUN_QUEUED);
  g_assert_cmpint (info->finished, ==, 0);
  g_assert_cmpint (ABS (info->created - g_get_real_time ()), <, 60 * G_TIME_SPAN_SECOND);
  g_assert_null (info->error);
  g_assert_null (info->view);
}

static void
test_cache (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 first = create_run (workspace, "same"), second = create_run (workspace, "same");
  g_autoptr (KappaRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  create_run (workspace, "other");
  g_assert_null (kappa_workspace_find_run (workspace, "same", &error));
  g_assert_no_error (error);
  g_assert_true (kappa_workspace_set_run_state (workspace, second, KAPPA_RUN_DONE, NULL, &error));
  g_assert_true (
      kappa_workspace_set_run_state (workspace, first, KAPPA_RUN_FAILED, "too hot", &error));
  info = kappa_workspace_find_run (workspace, "same", &error);
  g_assert_cmpint (info->id, ==, second);
  g_assert_cmpint (info->finished, >=, info->created);
  g_clear_pointer (&info, kappa_run_info_free);
  info = kappa_workspace_find_unfinished (workspace, "same", &error);
  g_assert_cmpint (info->id, ==, first);
  g_assert_cmpstr (info->error, ==, "too hot");

  /* A deleted answer is no answer, until it is back. */
  g_assert_true (kappa_workspace_set_run_deleted (workspace, second, TRUE, &error));
  g_assert_null (kappa_workspace_find_run (workspace, "same", &error));
  g_assert_true (kappa_workspace_set_run_deleted (workspace, second, FALSE, &error));
  g_clear_pointer (&info, kappa_run_info_free);
  info = kappa_workspace_find_run (workspace, "same", &error);
  g_assert_cmpint (info->id, ==, second);
  g_assert_no_error (error);
}

static void
test_delete_and_purge (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  gint64 kept = create_run (workspace, "a"), gone = create_run (workspace, "b");
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (KappaRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (kappa_workspace_set_run_deleted (workspace, gone, TRUE, &error));
  runs = kappa_workspace_list_runs (workspace, &error);
  g_assert_cmpuint (runs->len, ==, 1);
  g_assert_cmpint (((KappaRunInfo *)runs->pdata[0])->id, ==, kept);
  info = kappa_workspace_dup_run (workspace, gone, &error);
  g_assert_true (info->deleted);

  g_assert_true (kappa_workspace_purge (workspace, G_TIME_SPAN_DAY, &error));
  g_clear_pointer (&info, kappa_run_info_free);
  info = kappa_workspace_dup_run (workspace, gone, &error);
  g_assert_nonnull (info);
  g_assert_true (kappa_workspace_purge (workspace, 0, &error));
  g_assert_no_error (error);
  g_assert_null (kappa_workspace_dup_run (workspace, gone, &error));
  assert_refused (&error, "there is no run");
  /* A number is never used again, or "run 2" would change its meaning. */
  g_assert_cmpint (create_run (workspace, "c"), >, gone);
}

static void
test_missing_run (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (GError) error = NULL;

  g_assert_false (kappa_workspace_rename_run (workspace, 7, "x", &error));
  assert_refused (&error, "there is no run 7");
  g_assert_false (kappa_workspace_set_run_view (workspace, 7, "{}", &error));
  assert_refused (&error, "there is no run 7");
  g_assert_false (kappa_workspace_set_run_state (workspace, 7, KAPPA_RUN_DONE, NULL, &error));
  assert_refused (&error, "there is no run 7");
  g_assert_null (kappa_run_claim (workspace, 7, &error));
  assert_refused (&error, "there is no run 7");
  g_assert_null (kappa_workspace_load_result (workspace, 7, &error));
  assert_refused (&error, "there is no run 7");
}

static void
test_files (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) workspace = open_workspace (place.path);
  g_autoptr (GPtrArray) models = NULL, data = NULL;
  g_autoptr (GError) error = NULL;
  gint64 run = create_run (workspace, "k"), model, again;

  model = kappa_workspace_note_file (workspace, KAPPA_SEEN_MODEL, "/m/a.th", "00ff", "a", &error);
  kappa_workspace_note_file (workspace, KAPPA_SEEN_MODEL, "/m/b.th", "01ff", "b", &error);
  kappa_workspace_note_file (workspace, KAPPA_SEEN_DATA, "/d", "02ff", "d", &error);
  again = kappa_workspace_note_file (workspace, KAPPA_SEEN_MODEL, "/m/a.th", "00ff", "a, renamed",
                                     &error);
  g_assert_no_error (error);
  g_assert_cmpint (model, ==, again);
  models = kappa_workspace_list_files (workspace, KAPPA_SEEN_MODEL, &error);
  data = kappa_workspace_list_files (workspace, KAPPA_SEEN_DATA, &error);
  g_assert_cmpuint (models->len, ==, 2);
  g_assert_cmpuint (data->len, ==, 1);
  g_assert_cmpstr (((KappaSeenFile *)models->pdata[0])->label, ==, "a, renamed");
  g_assert_true (kappa_workspace_add_run_file (workspace, run, model, &error));
  g_assert_true (kappa_workspace_add_run_file (workspace, run, model, &error));
  g_assert_no_error (error);
  /* Foreign keys are on. */
  g_assert_false (kappa_workspace_add_run_file (workspace, run, 99, &error));
  assert_refused (&error, "FOREIGN KEY");
}

static void
test_view_and_poll (void)
{
  g_auto (Place) place = place_new ();
  g_autoptr (KappaWorkspace) here = open_workspace (place.path),
                             there = open_workspace (place.path);
  g_autoptr (KappaRunInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = create_run (here, "k");

  g_assert_false (kappa_workspace_poll (here));
  g_assert_true (kappa_workspace_poll (there));
  g_assert_false (kappa_workspace_poll (there));
  g_assert_true (kappa_workspace_set_run_view (here, id, "{\"azimuth\":30}", &error));
  g_assert_true (kappa_workspace_poll (there));
  info = kappa_workspace_dup_run (there, id, &error);
  g_assert_cmpstr (info->view, ==, "{\"azimuth\":30}");
}

static void
test_owner (void)
{
  const char *self = kappa_owner_get_self ();
  gint64 now = g_get_real_time ();
  g_auto (GStrv) parts = g_strsplit (self, "/", -1);
  g_autofree char *reused = NULL, *gone = NULL, *before = NULL, *elsewhere = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 5);
  reused = g_strdup_printf ("%s/%s/%s/%s/1%s", parts[0], parts[1], parts[2], parts[3], parts[4]);
  gone = g_strdup_printf ("%s/%s/%s/999999999/1", parts[0], parts[1], parts[2]);
  before = g_strdup_printf ("%s/another-boot/%s/%s/%s", parts[0], parts[2], parts[3], parts[4]);
  elsewhere
      = g_strdup_printf ("far-%s/another-boot/%s/%s/%s", parts[0], parts[2], parts[3], parts[4]);
  g_assert_true (kappa_owner_is_self (self));
  g_assert_false (kappa_owner_is_self (reused));
  g_assert_true (kappa_owner_is_alive (self, 0, now));
  g_assert_false (kappa_owner_is_alive (reused, now, now));
  g_assert_false (kappa_owner_is_alive (gone, now, now));
  g_assert_false (kappa_owner_is_alive (before, now, now));
  g_assert_true (kappa_owner_is_alive (elsewhere, now - KAPPA_OWNER_HEARTBEAT, now));
  g_assert_false (kappa_owner_is_alive (elsewhere, now - 2 * KAPPA_OWNER_PATIENCE, now));
  g_assert_false (kappa_owner_is_alive (elsewhere, now + 2 * KAPPA_OWNER_PATIENCE, now));
  g_assert_false (kappa_owner_is_alive (NULL, now, now));
  g_assert_false (kappa_owner_is_alive ("rubbish", now, now));
}

static void
test_volume (void)
{
  g_assert_true (kappa_volume_magic_is_shared (0x6969));
  g_assert_true (kappa_volume_magic_is_shared (0xff534d42));
  g_assert_false (kappa_volume_magic_is_shared (0xef53));
  g_assert_false (kappa_volume_is_shared ("/proc"));
  g_assert_true (kappa_volume_is_shared ("/there/is/no/such/place"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/workspace/default-path", test_default_path);
  g_test_add_func ("/store/workspace/makes-directories", test_makes_directories);
  g_test_add_func ("/store/workspace/list", test_list);
  g_test_add_func ("/store/workspace/cache", test_cache);
  g_test_add_func ("/store/workspace/delete-and-purge", test_delete_and_purge);
  g_test_add_func ("/store/workspace/missing-run", test_missing_run);
  g_test_add_func ("/store/workspace/files", test_files);
  g_test_add_func ("/store/workspace/view-and-poll", test_view_and_poll);
  g_test_add_func ("/store/workspace/owner", test_owner);
  g_test_add_func ("/store/workspace/volume", test_volume);
  return g_test_run ();
}
