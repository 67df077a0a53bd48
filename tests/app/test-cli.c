/* The program itself: exit codes, messages, standard output, files, the workspace, signals. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/formats/json.h"
#include "core/models/sample.h"

typedef struct
{
  int status; /* the exit code, or minus the signal */
  char *out;
  char *err;
} Outcome;

static char *folder;    /* of everything that is written */
static char *workspace; /* option */
static char *model;
static char *data; /* option */

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->out);
  g_free (outcome->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static int
read_status (int wait_status)
{
  return WIFEXITED (wait_status) ? WEXITSTATUS (wait_status) : -WTERMSIG (wait_status);
}

/* @arguments: ends with NULL */
static Outcome
run_list (const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Outcome outcome;
  int wait_status;

  g_ptr_array_add (argv, (gpointer) g_getenv ("KAPPA_CLI"));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &outcome.out,
                &outcome.err, &wait_status, &error);
  g_assert_no_error (error);
  outcome.status = read_status (wait_status);
  g_test_message ("%s", outcome.err);
  return outcome;
}

#define RUN(...) run_list ((const char *const[]) { __VA_ARGS__, NULL })

static KappaJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  KappaJson *json = kappa_json_parse (text, strlen (text), 16, &error);

  g_assert_no_error (error);
  return json;
}

static double
scalar (const KappaJson *json, const char *name)
{
  guint32 scalars = kappa_json_lookup (json, 0, "scalars");
  double value = -1.0;

  g_assert_true (kappa_json_get_double (
      json, kappa_json_lookup (json, kappa_json_lookup (json, scalars, name), "value"), &value));
  return value;
}

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

typedef struct
{
  const char *words[8];
  int status;
  const char *mentions;
} Case;

static void
test_exit_codes (void)
{
  const Case cases[] = {
    { { NULL }, 2, "" },
    { { "--help" }, 0, "" },
    { { "--version" }, 0, "" },
    { { "landscape", "--help" }, 0, "" },
    { { "inspect", "--help" }, 0, "" },
    { { "landscap" }, 2, "did you mean landscape" },
    { { "landscape" }, 2, "model" },
    { { "landscape", model }, 2, "--data" },
    { { "landscape", model, data, "--nrom=layer" }, 2, "did you mean --norm" },
    { { "landscape", model, data, "--norm=layers" }, 2, "layers" },
    { { "landscape", model, data, "--x=1:1:5" }, 2, "1:1:5" },
    { { "landscape", model, data, "--seeds=3", "--y=-1:1:3" }, 2, "seeds" },
    { { "landscape", model, data, "--width=84parsec" }, 2, "84parsec" },
    { { "landscape", model, data, "--limits=5:1" }, 2, "5:1" },
    { { "landscape", model, data, "--output=x.foo" }, 2, "x.foo" },
    { { "landscape", model, data, "--output=/nowhere/x.png" }, 2, "/nowhere" },
    { { "landscape", model, data, "--output=/x.csv/" }, 2, "/x.csv" },
    { { "landscape", model, data, "--figure=confusion" }, 2, "plane, line" },
    { { "landscape", model, data, "--set=crop=1", "--set=mode=center" }, 2, "--set A=1,B=2" },
    { { "landscape", model, data, "--images=0:5", "--images=5:9" }, 2, "--images: 2 were given" },
    { { "landscape", model, data, "--images=5:3" }, 2, "A before B" },
    { { "landscape", "", data }, 2, "an argument is empty" },
    { { "landscape", model, "--data", model }, 1, "expected a CIFAR batch" },
    { { "landscape", model, data, "--threads=0" }, 2, "--threads" },
    { { "landscape", model, data, "--memory=lots" }, 2, "lots" },
    { { "landscape", model, data, "--images=900:901" }, 2, "900" },
    { { "landscape", model, data, "--preset=nothing" }, 2, "nothing" },
    { { "landscape", model, data, "--memory=1MiB" }, 1, "1.0" },
    { { "predict", "/nowhere/model.th", data }, 1, "model.th" },
    { { "predict", model, "--data=cifar10:/nowhere/d.bin" }, 1, "d.bin" },
    { { "inspect", "/nowhere/model.th" }, 1, "model.th" },
    { { "inspect" }, 2, "FILE" },
    { { "inspect", model, model }, 2, "no place" },
    { { "run", "/nowhere/recipe.json" }, 1, "recipe.json" },
    { { "export", "x" }, 2, "x" },
    { { "export", "999" }, 1, "999" },
    { { "demo" }, 2, "--output" },
    { { "classify", model }, 2, "IMAGE" },
    { { "classify", model, "x.png", "--top=none" }, 2, "none" },
    { { "classify", model, "x.png", "--maps=stem" }, 2, "--output" },
    { { "classify", model, "x.png", "--output=y.png" }, 2, "--maps" },
    { { "classify", model, "x.png", "--maps=stem", "--output=y.txt" }, 2, "y.txt" },
    { { "classify", model, "x.png", "--maps=stem", "--output=/nowhere/y.png" }, 2, "/nowhere" },
    { { "classify", model, "/nowhere/x.png" }, 1, "x.png" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *words[10] = { NULL };
      guint n = 0;

      while (n < 8 && cases[i].words[n] != NULL)
        {
          words[n] = cases[i].words[n];
          n++;
        }
      if (n > 0 && strcmp (words[0], "inspect") != 0 && strcmp (words[0], "classify") != 0
          && words[0][0] != '-'
          && strcmp (words[0], "landscap") != 0)
        words[n] = workspace;
      {
        g_auto (Outcome) outcome = run_list (words);

        g_assert_cmpint (outcome.status, ==, cases[i].status);
        g_assert_nonnull (strstr (outcome.err, cases[i].mentions));
        /* A message on standard error if and only if it fails; standard output stays clean then. */
        if (n > 0)
          g_assert_cmpint (*outcome.out == '\0', ==, cases[i].status != 0);
        if (cases[i].status != 0 && n > 0)
          g_assert_true (g_str_has_prefix (outcome.err, "kappa-cli: "));
      }
    }
}

static void
test_inspect (void)
{
  g_auto (Outcome) outcome = RUN ("inspect", model, "--json");
  g_autoptr (KappaJson) json = parse (outcome.out);
  g_autofree char *architecture
      = kappa_json_get_string (json, kappa_json_lookup (json, 0, "architecture"));
  guint64 parameters = 0, macs = 0;

  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_cmpstr (architecture, ==, "ResNet-20 (CIFAR)");
  g_assert_true (
      kappa_json_get_unsigned (json, kappa_json_lookup (json, 0, "parameters"), &parameters));
  g_assert_true (
      kappa_json_get_unsigned (json, kappa_json_lookup (json, 0, "multiply_adds"), &macs));
  g_assert_cmpuint (parameters, ==, 269722);
  g_assert_cmpuint (macs, ==, 40551040);
  g_assert_cmpuint (kappa_json_get_n (json, kappa_json_lookup (json, 0, "tensors")), >, 60);
}

static void
test_predict_json (void)
{
  g_auto (Outcome) outcome = RUN ("predict", model, data, "--images=0:20", "--json", workspace);
  g_autoptr (KappaJson) json = parse (outcome.out);

  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_cmpstr (outcome.err, ==, "");
  g_assert_cmpfloat (scalar (json, "images"), ==, 20.0);
  g_assert_cmpfloat (scalar (json, "top1"), ==, scalar (json, "correct") / 20.0);
  g_assert_cmpfloat (scalar (json, "top5"), <=, 1.0);
  g_assert_cmpint (kappa_json_get_kind (json, kappa_json_lookup (json, 0, "tables")), ==,
                   KAPPA_JSON_OBJECT);
}

/* Several models and views; what one model is told the other is not; the recipe computes the same. */
static void
test_predict_average (void)
{
  g_autofree char *recipe = g_strconcat ("--output=", folder, "/average.json", NULL);
  g_autofree char *recipe_path = in_folder ("average.json");
  const char *settings = "--set=mode=center,scale=40", *same = "--set=";
  g_auto (Outcome) outcome
      = RUN ("predict", model, model, data, "--images=0:8", "--crops=flips", same, settings,
             "--average=logits", "--json", recipe, workspace);
  g_auto (Outcome) again = RUN ("run", recipe_path, "--json", "--fresh", "--threads=3", workspace);
  g_auto (Outcome) too_many = RUN ("predict", model, model, data, same, same, same, workspace);
  g_auto (Outcome) refused
      = RUN ("predict", model, data, "--images=0:8", "--crops=12", workspace);
  g_auto (Outcome) unknown = RUN ("predict", model, data, "--crops=11", workspace);
  g_autoptr (KappaJson) json = parse (outcome.out);
  guint32 table;

  g_assert_cmpint (outcome.status, ==, 0);
  table = kappa_json_lookup (json, kappa_json_lookup (json, 0, "tables"), "alternatives");
  g_assert_cmpuint (kappa_json_get_n (json, kappa_json_lookup (json, table, "rows")), ==, 6);
  g_assert_cmpfloat (scalar (json, "images"), ==, 8.0);
  g_assert_cmpfloat (scalar (json, "single_top1"), <=, 1.0);
  g_assert_cmpfloat (scalar (json, "ensemble_gain_top1"), <=, 1.0);
  g_assert_cmpint (again.status, ==, 0);
  g_assert_cmpstr (strstr (again.out, "\"scalars\""), ==, strstr (outcome.out, "\"scalars\""));
  g_assert_cmpint (too_many.status, ==, 2);
  g_assert_nonnull (strstr (too_many.err, "--set: 3 were given for 2 inputs"));
  g_assert_cmpint (refused.status, !=, 0);
  g_assert_nonnull (strstr (refused.err, "crops=flips"));
  g_assert_cmpint (unknown.status, ==, 2);
}

/* The seed draws the images where there is nothing else to draw. */
static void
test_seeded_sample (void)
{
  g_auto (Outcome) zero = RUN ("predict", model, data, "--sample=40", "--json", workspace);
  g_auto (Outcome) one
      = RUN ("predict", model, data, "--sample=40", "--seed=1", "--json", workspace);
  g_auto (Outcome) told
      = RUN ("predict", model, data, "--sample=40", "--sample-seed=1", "--json", workspace);
  g_autoptr (KappaJson) a = parse (zero.out);
  g_autoptr (KappaJson) b = parse (one.out);
  g_autoptr (KappaJson) c = parse (told.out);

  g_assert_cmpfloat (scalar (a, "images"), ==, 40.0);
  g_assert_cmpfloat (scalar (a, "loss"), !=, scalar (b, "loss"));
  g_assert_cmpfloat (scalar (b, "loss"), ==, scalar (c, "loss"));
}

/* The same recipe again is answered with the same bytes, and adds no run. */
static void
test_cache_and_export (void)
{
  g_autofree char *png = g_strconcat ("--output=", folder, "/curve.png", NULL);
  g_autofree char *csv = g_strconcat ("--output=", folder, "/curve.csv", NULL);
  g_autofree char *recipe = g_strconcat ("--output=", folder, "/curve.json", NULL);
  g_autofree char *other = g_strdup_printf ("--workspace=%s/other.db", folder);
  g_autofree char *png_path = in_folder ("curve.png"), *csv_path = in_folder ("curve.csv");
  g_autofree char *recipe_path = in_folder ("curve.json");
  g_auto (Outcome) first = RUN ("landscape", model, data, "--images=0:10", "--x=-1:1:3", "--json",
                                other, png, csv, recipe);
  g_auto (Outcome) again = RUN ("--json", "landscape");
  g_auto (Outcome) cached = RUN ("landscape", "--threads=1", data, "--x", "-1:1:3", "--images=0:10",
                                 model, other, "--json");
  g_auto (Outcome) exported = RUN ("export", "1", "--json", other);
  g_auto (Outcome) repeated = RUN ("run", recipe_path, "--json", other);
  g_auto (Outcome) anew = RUN ("run", recipe_path, "--json", "--fresh", "--threads=3", other);
  g_auto (Outcome) runs = RUN ("runs", "--json", other);
  g_auto (Outcome) none = RUN ("runs", "--workspace=/nowhere/runs.db");
  g_autoptr (KappaJson) json = parse (runs.out);

  g_assert_cmpint (first.status, ==, 0);
  g_assert_cmpint (none.status, ==, 2);
  g_assert_nonnull (strstr (none.err, "/nowhere/runs.db: there is no such file"));
  g_assert_cmpint (again.status, ==, 2);
  g_assert_cmpint (cached.status, ==, 0);
  g_assert_cmpstr (cached.out, ==, first.out);
  g_assert_cmpstr (exported.out, ==, first.out);
  g_assert_cmpint (repeated.status, ==, 0);
  g_assert_true (g_file_test (png_path, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (csv_path, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (anew.status, ==, 0);
  g_assert_cmpstr (strstr (anew.out, "\"scalars\""), ==, strstr (first.out, "\"scalars\""));
  g_assert_cmpstr (strstr (repeated.out, "\"scalars\""), ==, strstr (first.out, "\"scalars\""));
  /* One of the landscape, one computed afresh. */
  g_assert_cmpuint (kappa_json_get_n (json, kappa_json_lookup (json, 0, "runs")), ==, 2);
}

/* A picture in, classes with their names out; and what the stem makes of it. */
static void
test_classify (void)
{
  g_autofree char *other = g_strdup_printf ("--workspace=%s/picture.db", folder);
  g_autofree char *picture = in_folder ("picture.png"), *maps = in_folder ("maps.png"),
                  *numbers = in_folder ("maps.npz");
  g_autofree char *to_picture = g_strconcat ("--output=", picture, NULL),
                  *to_maps = g_strconcat ("--output=", maps, NULL),
                  *to_numbers = g_strconcat ("--output=", numbers, NULL);
  g_auto (Outcome) drawn
      = RUN ("landscape", model, data, "--images=0:5", "--x=-1:1:3", other, to_picture);
  g_auto (Outcome) text
      = RUN ("classify", model, picture, "--set=mode=center", "--maps=stem", to_maps);
  g_auto (Outcome) outcome = RUN ("classify", model, picture, picture, "--set=mode=center", "--top=3", "--json");
  g_auto (Outcome) npz
      = RUN ("classify", model, picture, "--set=mode=center", "--maps=layer1.0.bn1", to_numbers);
  g_auto (Outcome) wrong
      = RUN ("classify", model, picture, "--set=mode=center", "--maps=nothing", to_numbers);
  g_autoptr (KappaJson) json = parse (outcome.out);
  guint32 images = kappa_json_lookup (json, 0, "images"), image = kappa_json_get_first (json, images);
  guint32 top = kappa_json_lookup (json, image, "top"), first = kappa_json_get_first (json, top);
  g_autofree char *name = kappa_json_get_string (json, kappa_json_lookup (json, first, "name"));
  double best = 0.0, next = 0.0;

  g_assert_cmpint (drawn.status, ==, 0);
  g_assert_cmpint (text.status, ==, 0);
  g_assert_nonnull (strstr (text.out, name));
  g_assert_true (g_file_test (maps, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_cmpuint (kappa_json_get_n (json, images), ==, 2);
  g_assert_cmpuint (kappa_json_get_n (json, top), ==, 3);
  g_assert_true (kappa_json_get_double (json, kappa_json_lookup (json, first, "probability"), &best));
  g_assert_true (kappa_json_get_double (
      json, kappa_json_lookup (json, kappa_json_get_next (json, first), "probability"), &next));
  g_assert_cmpfloat (best, >=, next);
  g_assert_cmpfloat (best + next, <=, 1.0);
  g_assert_cmpint (npz.status, ==, 0);
  g_assert_true (g_file_test (numbers, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (wrong.status, ==, 2);
  g_assert_nonnull (strstr (wrong.err, "nothing"));
}

static void
test_estimate (void)
{
  g_autofree char *other = g_strdup_printf ("--workspace=%s/estimate.db", folder);
  g_auto (Outcome) outcome = RUN ("landscape", model, data, "--x=-1:1:101", "--y=-1:1:101",
                                  "--estimate", "--json", other);
  g_autoptr (KappaJson) json = parse (outcome.out);
  guint32 estimate = kappa_json_lookup (json, 0, "estimate");
  g_auto (Outcome) runs = RUN ("runs", "--json", other);
  g_autoptr (KappaJson) list = parse (runs.out);
  double seconds = 0.0, points = 0.0;

  g_assert_cmpint (outcome.status, ==, 0);
  g_assert_true (
      kappa_json_get_double (json, kappa_json_lookup (json, estimate, "seconds"), &seconds));
  g_assert_true (
      kappa_json_get_double (json, kappa_json_lookup (json, estimate, "units"), &points));
  g_assert_cmpfloat (points, ==, 10201.0);
  g_assert_cmpfloat (seconds, >, 60.0);
  g_assert_cmpuint (kappa_json_get_n (list, kappa_json_lookup (list, 0, "runs")), ==, 0);
}

/* @notes: (out): its standard error */
static GPid
start (const char *const *arguments, int *notes)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_ptr_array_add (argv, (gpointer) g_getenv ("KAPPA_CLI"));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  g_spawn_async_with_pipes (NULL, (char **)argv->pdata, NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                            &pid, NULL, NULL, notes, &error);
  g_assert_no_error (error);
  return pid;
}

/* How many values of the newest run's loss are stored; -1 while there is no run. */
static int
count_stored (const char *option)
{
  g_auto (Outcome) outcome = RUN ("export", "1", "--json", option);
  g_autoptr (KappaJson) json = outcome.status == 0 ? parse (outcome.out) : NULL;
  guint32 array, row;
  int count = 0;

  if (json == NULL)
    return -1;
  array = kappa_json_lookup (json, kappa_json_lookup (json, 0, "arrays"), "loss");
  if (array == KAPPA_JSON_MISSING)
    return 0;
  for (row = kappa_json_get_first (json, kappa_json_lookup (json, array, "values"));
       row != KAPPA_JSON_MISSING; row = kappa_json_get_next (json, row))
    count += kappa_json_get_kind (json, row) != KAPPA_JSON_NULL;
  return count;
}

static void
wait_for_values (const char *option)
{
  for (guint i = 0; i < 600; i++)
    {
      if (count_stored (option) > 0)
        return;
      g_usleep (50000);
    }
  g_assert_not_reached ();
}

/* An interrupt ends it soon, with 130; what it had is there, and a later run goes on and ends with
 * the same bytes. So does one that was killed. */
static void
test_signals (void)
{
  static const int signals[] = { SIGINT, SIGKILL };
  g_autofree char *whole_workspace = g_strdup_printf ("--workspace=%s/whole.db", folder);
  g_auto (Outcome) whole
      = RUN ("landscape", model, data, "--images=0:100", "--x=-1:1:31", "--json", whole_workspace);

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *other = g_strdup_printf ("--workspace=%s/signal-%d.db", folder, signals[i]);
      const char *const words[]
          = { "landscape",   model, data, "--images=0:100", "--x=-1:1:31", "--json",
              "--threads=1", other, NULL };
      int wait_status, notes;
      GPid pid = start (words, &notes);
      char told[1024] = "";
      gint64 begun;

      wait_for_values (other);
      begun = g_get_monotonic_time ();
      kill (pid, signals[i]);
      g_assert_cmpint (waitpid (pid, &wait_status, 0), ==, pid);
      g_assert_cmpint (g_get_monotonic_time () - begun, <, 2 * G_USEC_PER_SEC);
      g_assert_cmpint (read_status (wait_status), ==, signals[i] == SIGINT ? 130 : -SIGKILL);
      g_assert_cmpint (count_stored (other), <, 31);
      g_assert_cmpint (read (notes, told, sizeof told - 1), >=, 0);
      g_close (notes, NULL);
      g_assert_true ((strstr (told, "the same command goes on with it") != NULL)
                     == (signals[i] == SIGINT));
      {
        g_auto (Outcome) rest = run_list (words);

        g_assert_cmpint (rest.status, ==, 0);
        g_assert_nonnull (strstr (rest.err, "Going on with run 1"));
        g_assert_cmpstr (rest.out, ==, whole.out);
      }
    }
}

/* Changes a byte of the last number of a safetensors file. */
static void
change_last_number (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  bytes[n - 2] ^= 0x40;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
}

/* A converted file is the same network; a changed one is not, and the exit code tells. */
static void
test_convert_and_compare (void)
{
  g_autofree char *npz = g_build_filename (folder, "converted.npz", NULL);
  g_autofree char *bin = g_build_filename (folder, "converted.bin", NULL);
  g_autofree char *changed = g_build_filename (folder, "changed.safetensors", NULL);
  g_auto (Outcome) converted = RUN ("convert", model, npz, "--json");
  g_auto (Outcome) again = RUN ("convert", model, npz);
  g_auto (Outcome) forced = RUN ("convert", "--force", model, npz);
  g_auto (Outcome) unknown = RUN ("convert", model, bin);
  g_auto (Outcome) same = RUN ("compare", model, npz, "--json", workspace);
  g_auto (Outcome) copied = RUN ("convert", npz, changed);
  g_auto (Outcome) alone = RUN ("compare", model, workspace);
  g_autoptr (KappaJson) conversion = parse (converted.out), comparison = parse (same.out);
  double n = 0.0;

  g_assert_cmpint (converted.status, ==, 0);
  g_assert_true (
      kappa_json_get_double (conversion, kappa_json_lookup (conversion, 0, "tensors"), &n));
  g_assert_cmpfloat (n, ==, 97.0);
  g_assert_cmpint (again.status, ==, 2);
  g_assert_nonnull (strstr (again.err, "--force"));
  g_assert_cmpint (forced.status, ==, 0);
  g_assert_nonnull (strstr (forced.out, "all bits are the same"));
  g_assert_cmpint (unknown.status, ==, 2);
  g_assert_cmpint (same.status, ==, 0);
  g_assert_cmpfloat (scalar (comparison, "agrees"), ==, 1.0);
  g_assert_cmpfloat (scalar (comparison, "numbers_different"), ==, 0.0);
  g_assert_cmpint (alone.status, ==, 2);
  g_assert_cmpint (copied.status, ==, 0);
  change_last_number (changed);
  {
    g_auto (Outcome) other = RUN ("compare", model, changed, "--json", workspace);
    g_autoptr (KappaJson) difference = parse (other.out);

    g_assert_cmpint (other.status, ==, 1);
    g_assert_nonnull (strstr (other.err, "agrees: no"));
    g_assert_cmpfloat (scalar (difference, "numbers_different"), ==, 1.0);
    g_assert_cmpfloat (scalar (difference, "agrees"), ==, 0.0);
  }
}

/* A network that is written as an ONNX model is the same, and so is what is made of that. */
static void
test_convert_to_onnx (void)
{
  g_autofree char *onnx = g_build_filename (folder, "converted.onnx", NULL);
  g_autofree char *back = g_build_filename (folder, "back.safetensors", NULL);
  g_auto (Outcome) converted = RUN ("convert", model, onnx, "--json");
  g_auto (Outcome) again = RUN ("convert", model, onnx);
  g_auto (Outcome) itself = RUN ("convert", onnx, onnx, "--force");
  g_auto (Outcome) forced = RUN ("convert", model, onnx, "--force");
  g_auto (Outcome) returned = RUN ("convert", onnx, back);
  g_auto (Outcome) misplaced = RUN ("convert", onnx, back, "--force", "--set", "size=32");
  g_auto (Outcome) resized = RUN ("inspect", onnx, "--set=size=64");
  g_auto (Outcome) same = RUN ("compare", model, onnx, "--json", workspace);
  g_auto (Outcome) also = RUN ("compare", model, back, "--json", workspace);
  g_autoptr (KappaJson) conversion = parse (converted.out), first = parse (same.out),
                        second = parse (also.out);
  double difference = 1.0;

  g_assert_cmpint (converted.status, ==, 0);
  g_assert_true (kappa_json_get_double (
      conversion, kappa_json_lookup (conversion, 0, "largest_difference"), &difference));
  g_assert_cmpfloat (difference, ==, 0.0);
  g_assert_cmpint (again.status, ==, 2);
  g_assert_cmpint (itself.status, ==, 2);
  g_assert_cmpint (forced.status, ==, 0);
  g_assert_nonnull (strstr (forced.out, "the same, bit by bit"));
  g_assert_cmpint (returned.status, ==, 0);
  g_assert_cmpint (misplaced.status, ==, 2);
  g_assert_cmpint (resized.status, ==, 1);
  g_assert_nonnull (strstr (resized.err, "made for images of 32 × 32 pixels and is given 64 × 64"));
  g_assert_cmpfloat (scalar (first, "agrees"), ==, 1.0);
  g_assert_cmpfloat (scalar (first, "numbers_different"), ==, 0.0);
  g_assert_cmpfloat (scalar (second, "agrees"), ==, 1.0);
}

/* Standard output that is full is no success. */
static void
test_full_output (void)
{
  g_autofree char *line = g_strdup_printf ("exec '%s' inspect '%s' --json > /dev/full",
                                           g_getenv ("KAPPA_CLI"), model);
  const char *argv[] = { "/bin/sh", "-c", line, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *err = NULL;
  int wait_status;

  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &err, &wait_status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (read_status (wait_status), ==, 1);
  g_assert_nonnull (strstr (err, "standard output"));
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) entries = g_dir_open (path, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);

      if (g_file_test (entry, G_FILE_TEST_IS_DIR) && !g_file_test (entry, G_FILE_TEST_IS_SYMLINK))
        remove_folder (entry);
      else
        g_remove (entry);
    }
  g_rmdir (path);
}

/* Costs of a family from one checkpoint, without images: numbers, a figure, and what is refused. */
static void
test_scaling (void)
{
  g_autofree char *figure = in_folder ("pareto.pdf"), *table = in_folder ("scaling.csv");
  g_auto (Outcome) counted = RUN ("scaling", model, workspace, "--measure=false", "--json");
  g_auto (Outcome) measured
      = RUN ("scaling", model, workspace, "--depths=20,32", "--resolutions=16:32:8", "--repeats=6",
             "--cost=macs", "--output", figure, "--output", table);
  g_auto (Outcome) wrong = RUN ("scaling", model, workspace, "--depths=21");
  g_auto (Outcome) word = RUN ("scaling", model, workspace, "--widths=wide");
  g_autoptr (KappaJson) json = parse (counted.out);
  g_autofree char *start = NULL;

  g_assert_cmpint (counted.status, ==, 0);
  g_assert_cmpfloat (scalar (json, "parameters"), ==, 269722.0);
  g_assert_cmpfloat (scalar (json, "macs"), ==, 40551040.0);
  g_assert_cmpint (measured.status, ==, 0);
  g_assert_true (g_file_get_contents (figure, &start, NULL, NULL));
  g_assert_true (g_str_has_prefix (start, "%PDF"));
  g_assert_true (g_file_test (table, G_FILE_TEST_EXISTS));
  g_assert_cmpint (wrong.status, ==, 2);
  g_assert_nonnull (strstr (wrong.err, "6 n + 2"));
  g_assert_cmpint (word.status, ==, 2);
  g_assert_nonnull (strstr (word.err, "widths: wide"));
}

int
main (int argc, char **argv)
{
  g_autofree char *sample = kappa_sample_dir ();
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("kappa-XXXXXX", NULL);
  workspace = g_strdup_printf ("--workspace=%s/workspace.db", folder);
  model = g_build_filename (sample, KAPPA_SAMPLE_MODEL, NULL);
  data = g_strdup_printf ("--data=cifar10:%s/%s", sample, KAPPA_SAMPLE_IMAGES);
  g_test_add_func ("/cli/exit-codes", test_exit_codes);
  g_test_add_func ("/cli/inspect", test_inspect);
  g_test_add_func ("/cli/predict-json", test_predict_json);
  g_test_add_func ("/cli/predict-average", test_predict_average);
  g_test_add_func ("/cli/seeded-sample", test_seeded_sample);
  g_test_add_func ("/cli/cache-and-export", test_cache_and_export);
  g_test_add_func ("/cli/classify", test_classify);
  g_test_add_func ("/cli/estimate", test_estimate);
  g_test_add_func ("/cli/scaling", test_scaling);
  g_test_add_func ("/cli/signals", test_signals);
  g_test_add_func ("/cli/convert-and-compare", test_convert_and_compare);
  g_test_add_func ("/cli/convert-to-onnx", test_convert_to_onnx);
  g_test_add_func ("/cli/full-output", test_full_output);
  status = g_test_run ();
  remove_folder (folder);
  return status;
}
