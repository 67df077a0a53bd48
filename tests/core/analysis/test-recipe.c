#include <glib/gstdio.h>
#include <string.h>

#include "core/analysis/recipe.h"
#include "core/base/error.h"
#include "tests/core/analysis/fixture.h"

static KappaAnalysis *
new_landscape (void)
{
  KappaAnalysis *analysis = kappa_analysis_new_by_name ("landscape", NULL);

  fixture_set (analysis, "x", "-1:1:5");
  fixture_set (analysis, "y", "-0.5:0.5:3");
  fixture_set (analysis, "norm", "layer");
  fixture_set (analysis, "seed", "9007199254740991");
  fixture_set (analysis, "l2", "0.0001");
  fixture_set (analysis, "precision", "float64");
  return analysis;
}

static void
test_round_trip (void)
{
  g_autoptr (KappaAnalysis) analysis = new_landscape ();
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:7");
  g_autofree char *json = kappa_recipe_to_json (analysis, inputs);
  g_autofree char *key = kappa_recipe_key (analysis, inputs);
  g_autoptr (KappaAnalysis) again = NULL;
  g_autoptr (KappaInputs) inputs_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key_again = NULL;
  guint n;
  const KappaProperty **properties = kappa_analysis_list_properties (analysis, &n);

  kappa_recipe_from_json (json, &again, &inputs_again, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *before = kappa_analysis_dup_text (analysis, properties[i]->name);
      g_autofree char *after = kappa_analysis_dup_text (again, properties[i]->name);

      g_assert_cmpstr (after, ==, before);
    }
  kappa_inputs_open (inputs_again, NULL, &error);
  g_assert_no_error (error);
  key_again = kappa_recipe_key (again, inputs_again);
  g_assert_cmpstr (key_again, ==, key);
}

/* The key: what decides the numbers changes it, what does not leaves it. */
static void
test_key (void)
{
  static const char *const changes[][2]
      = { { "x", "-1:1:7" }, { "y", "none" }, { "norm", "none" },        { "ignore", "none" },
          { "seed", "1" },   { "l2", "0" },   { "precision", "float32" } };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:7");
  g_autoptr (KappaInputs) other_images = fixture_open_inputs ("0:8");
  g_autoptr (KappaAnalysis) analysis = new_landscape ();
  g_autofree char *key = kappa_recipe_key (analysis, inputs);
  g_autofree char *other_key = kappa_recipe_key (analysis, other_images);
  g_autofree char *same_key = NULL;

  g_assert_cmpuint (strlen (key), ==, 64);
  g_assert_cmpstr (other_key, !=, key);
  fixture_set (analysis, "save-directions", "somewhere.h5");
  same_key = kappa_recipe_key (analysis, inputs);
  g_assert_cmpstr (same_key, ==, key);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (KappaAnalysis) changed = new_landscape ();
      g_autofree char *changed_key = NULL;

      fixture_set (changed, changes[i][0], changes[i][1]);
      changed_key = kappa_recipe_key (changed, inputs);
      g_assert_cmpstr (changed_key, !=, key);
    }
}

/* A copy elsewhere is the same model; "all images" and their full range are the same images. */
static void
test_key_is_by_content (void)
{
  g_autoptr (KappaAnalysis) analysis = new_landscape ();
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:400");
  g_autoptr (KappaInputs) moved = kappa_inputs_new ();
  g_autofree char *folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  g_autofree char *copy = g_build_filename (folder, "copy-12fca82f.th", NULL);
  g_autofree char *text = NULL, *key = NULL, *moved_key = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_true (
      g_file_get_contents (kappa_inputs_get_source (inputs, "model", 0), &text, &size, NULL));
  g_assert_true (g_file_set_contents (copy, text, (gssize) size, NULL));
  kappa_inputs_add (moved, "model", KAPPA_INPUT_MODEL, copy);
  fixture_add_images (moved, "all");
  kappa_inputs_open (moved, NULL, &error);
  g_assert_no_error (error);
  key = kappa_recipe_key (analysis, inputs);
  moved_key = kappa_recipe_key (analysis, moved);
  g_assert_cmpstr (moved_key, ==, key);
  g_remove (copy);
  g_rmdir (folder);
}

static void
test_changed_content (void)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  kappa_inputs_expect_hash (inputs, "model", 0,
                            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  g_assert_false (kappa_inputs_open (inputs, NULL, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "0123456789ab"));
}

typedef struct
{
  const char *json;
  int code;
  const char *mentions;
} Refusal;

static const Refusal refusals[] = {
  { "", KAPPA_ERROR_FORMAT, "" },
  { "{", KAPPA_ERROR_FORMAT, "" },
  { "[]", KAPPA_ERROR_USAGE, "analysis" },
  { "{}", KAPPA_ERROR_USAGE, "analysis" },
  { "{\"analysis\": 5}", KAPPA_ERROR_USAGE, "5" },
  { "{\"analysis\": \"lanscape\"}", KAPPA_ERROR_USAGE, "lanscape" },
  { "{\"analysis\": \"landscape\"}", KAPPA_ERROR_USAGE, "inputs" },
  { "{\"analysis\": \"landscape\", \"inputs\": []}", KAPPA_ERROR_USAGE, "inputs" },
  { "{\"analysis\": \"landscape\", \"inputs\": {\"modle\": \"x\"}}", KAPPA_ERROR_USAGE, "modle" },
  { "{\"analysis\": \"landscape\", \"inputs\": {\"model\": [{}]}}", KAPPA_ERROR_USAGE, "source" },
  { "{\"analysis\": \"landscape\", \"inputs\": {\"model\": [5]}}", KAPPA_ERROR_USAGE, "model" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"parameters\": {\"nrom\": \"filter\"}}",
    KAPPA_ERROR_USAGE, "nrom" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"parameters\": {\"norm\": \"filtre\"}}",
    KAPPA_ERROR_USAGE, "filtre" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"parameters\": {\"norm\": null}}",
    KAPPA_ERROR_USAGE, "norm" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"parameters\": 3}", KAPPA_ERROR_USAGE,
    "parameters" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"seed\": -1}", KAPPA_ERROR_USAGE, "seed" },
  { "{\"analysis\": \"landscape\", \"inputs\": {}, \"seed\": 1, \"seed\": 2}", KAPPA_ERROR_FORMAT,
    "" },
  { "{\"recipe\": 4}", KAPPA_ERROR_USAGE, "analysis" },
  { "{\"analysis\": \"landscape\", \"inputs\": {\"data\": [{\"source\": \"x\", \"sample\": "
    "\"many\"}]}}",
    KAPPA_ERROR_USAGE, "many" },
};

static void
test_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (KappaAnalysis) analysis = NULL;
      g_autoptr (KappaInputs) inputs = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refusals[i].json);
      g_assert_false (kappa_recipe_from_json (refusals[i].json, &analysis, &inputs, &error));
      g_assert_error (error, KAPPA_ERROR, refusals[i].code);
      g_assert_nonnull (strstr (error->message, refusals[i].mentions));
      g_assert_null (analysis);
      g_assert_null (inputs);
    }
}

/* What --json prints is a recipe as well, and one may be written by hand in three lines. */
static void
test_wrapped_and_short (void)
{
  const char *text = "{ \"recipe\": { \"analysis\": \"landscape\", \"seed\": 7, \"parameters\": { "
                     "\"seeds\": 3 },\n"
                     "  \"inputs\": { \"model\": [ \"a.th\", \"b.th\" ], \"data\": "
                     "\"cifar10:c.bin\" } }, \"scalars\": {} }";
  g_autoptr (KappaAnalysis) analysis = NULL;
  g_autoptr (KappaInputs) inputs = NULL;
  g_autoptr (GError) error = NULL;

  kappa_recipe_from_json (text, &analysis, &inputs, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kappa_analysis_get_integer (analysis, "seed"), ==, 7);
  g_assert_cmpint (kappa_analysis_get_integer (analysis, "seeds"), ==, 3);
  g_assert_cmpuint (kappa_inputs_get_n (inputs, "model"), ==, 2);
  g_assert_cmpstr (kappa_inputs_get_source (inputs, "model", 1), ==, "b.th");
  g_assert_cmpstr (kappa_inputs_get_source (inputs, "data", 0), ==, "cifar10:c.bin");
}

static void
test_command (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("landscape", NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autofree char *command = NULL;

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, "/m/it's.th");
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, "cifar10:/d/test.bin");
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", "0:10", NULL));
  fixture_set (analysis, "y", "-1:1:9");
  command = kappa_recipe_to_command (analysis, inputs);
  g_assert_cmpstr (command, ==,
                   "kappa-cli landscape '/m/it'\\''s.th' --data='cifar10:/d/test.bin' "
                   "--images='0:10' --y='-1:1:9'");
}

/* What is told of all models is said once, else once for each. */
static void
test_command_of_several (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL);
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autofree char *command = NULL;

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, "/m/a.th");
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, "/m/b.th");
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, "/d");
  g_assert_true (kappa_inputs_set_option (inputs, "model", 0, "set", "crop=0.9", NULL));
  g_assert_true (kappa_inputs_set_option (inputs, "model", 1, "set", "crop=0.9", NULL));
  g_assert_true (kappa_inputs_set_option (inputs, "model", 1, "preset", "akamaster", NULL));
  fixture_set (analysis, "crops", "12");
  command = kappa_recipe_to_command (analysis, inputs);
  g_assert_cmpstr (command, ==,
                   "kappa-cli predict '/m/a.th' '/m/b.th' --preset='' --preset='akamaster' "
                   "--set='crop=0.9' --data='/d' --crops='12'");
}

/* Models keep what was told about each; a parameter that came later counts once it is used. */
static void
test_several_models (void)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("predict", NULL), again = NULL;
  g_autoptr (KappaInputs) inputs = kappa_inputs_new (), inputs_again = NULL;
  g_autofree char *json = NULL, *key = NULL, *key_again = NULL, *key_of_flips = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_model (inputs);
  fixture_add_images (inputs, "0:7");
  g_assert_true (kappa_inputs_set_option (inputs, "model", 1, "set", "mean=0.5", NULL));
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  key = kappa_recipe_key (analysis, inputs);
  json = kappa_recipe_to_json (analysis, inputs);
  g_assert_nonnull (strstr (json, "\"crops\""));
  kappa_recipe_from_json (json, &again, &inputs_again, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kappa_inputs_get_n (inputs_again, "model"), ==, 2);
  kappa_inputs_open (inputs_again, NULL, &error);
  g_assert_no_error (error);
  key_again = kappa_recipe_key (again, inputs_again);
  g_assert_cmpstr (key_again, ==, key);
  fixture_set (again, "crops", "flips");
  key_of_flips = kappa_recipe_key (again, inputs_again);
  g_assert_cmpstr (key_of_flips, !=, key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/round-trip", test_round_trip);
  g_test_add_func ("/recipe/key", test_key);
  g_test_add_func ("/recipe/key-is-by-content", test_key_is_by_content);
  g_test_add_func ("/recipe/changed-content", test_changed_content);
  g_test_add_func ("/recipe/refusals", test_refusals);
  g_test_add_func ("/recipe/wrapped-and-short", test_wrapped_and_short);
  g_test_add_func ("/recipe/command", test_command);
  g_test_add_func ("/recipe/command-of-several", test_command_of_several);
  g_test_add_func ("/recipe/several-models", test_several_models);
  return g_test_run ();
}
