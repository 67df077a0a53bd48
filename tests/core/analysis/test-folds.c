#include "core/analysis/folds.h"

#include <string.h>

#include "core/analysis/curvature.h"
#include "core/analysis/objective.h"
#include "core/analysis/recipe.h"
#include "tests/core/analysis/fixture.h"

#define N 23

/* Each image in one fold, ascending; sizes as announced. */
static void
check_partition (const KappaFolds *folds, gint64 n_images)
{
  g_autofree guint *seen = g_new0 (guint, n_images);

  for (guint f = 0; f < kappa_folds_get_n (folds); f++)
    {
      const KappaFold fold = kappa_folds_get (folds, f);

      g_assert_cmpint (fold.count, >=, 1);
      for (gint64 i = 0; i < fold.count; i++)
        {
          g_assert_cmpuint (fold.images[i], <, n_images);
          g_assert_true (i == 0 || fold.images[i] > fold.images[i - 1]);
          seen[fold.images[i]]++;
        }
    }
  for (gint64 i = 0; i < n_images; i++)
    g_assert_cmpuint (seen[i], ==, 1);
}

static void
test_sizes (void)
{
  for (KappaFoldImages images = 0; images <= KAPPA_FOLD_IMAGES_CONSECUTIVE; images++)
    for (guint n_folds = 1; n_folds <= 7; n_folds++)
      {
        g_autoptr (KappaFolds) folds = kappa_folds_new (NULL, N, n_folds, images, 3);

        g_assert_cmpuint (kappa_folds_get_n (folds), ==, n_folds);
        check_partition (folds, N);
        for (guint f = 0; f < n_folds; f++)
          {
            const gint64 count = kappa_folds_get (folds, f).count;

            g_assert_cmpint (count, ==, kappa_fold_count (N, n_folds, f));
            g_assert_cmpint (count, >=, N / n_folds);
            g_assert_cmpint (count, <=, N / n_folds + 1);
          }
      }
}

/* One class after the other, as in a folder of folders: every fold has its share of each, where
 * stretches would have few classes. */
static void
test_classes (void)
{
  const guint n_folds = 4, n_classes = 6;
  gint32 labels[90];
  g_autoptr (KappaFolds) folds = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    labels[i] = i < 7 ? -1 : (gint32)((i - 7) / 17);
  folds = kappa_folds_new (labels, G_N_ELEMENTS (labels), n_folds, KAPPA_FOLD_IMAGES_DRAWN, 0);
  check_partition (folds, G_N_ELEMENTS (labels));
  g_assert_cmpstr (kappa_folds_describe (folds), ==, "drawn class by class with seed 0");
  for (guint f = 0; f < n_folds; f++)
    {
      const KappaFold fold = kappa_folds_get (folds, f);
      guint counts[6] = { 0 };

      for (gint64 i = 0; i < fold.count; i++)
        counts[labels[fold.images[i]] + 1]++;
      for (guint c = 0; c < n_classes; c++)
        {
          const guint all = c == 0 ? 7 : c == 5 ? 90 - 7 - 4 * 17 : 17;

          g_assert_cmpuint (counts[c], >=, all / n_folds);
          g_assert_cmpuint (counts[c], <=, all / n_folds + 1);
        }
    }
}

static gboolean
same_folds (const KappaFolds *a, const KappaFolds *b)
{
  for (guint f = 0; f < kappa_folds_get_n (a); f++)
    {
      const KappaFold one = kappa_folds_get (a, f), other = kappa_folds_get (b, f);

      for (gint64 i = 0; i < one.count; i++)
        if (one.count != other.count || one.images[i] != other.images[i])
          return FALSE;
    }
  return TRUE;
}

/* The seed alone decides; a single fold, and stretches, have the images in their order. */
static void
test_seed (void)
{
  g_autoptr (KappaFolds) one = kappa_folds_new (NULL, N, 3, KAPPA_FOLD_IMAGES_DRAWN, 1),
                         again = kappa_folds_new (NULL, N, 3, KAPPA_FOLD_IMAGES_DRAWN, 1),
                         other = kappa_folds_new (NULL, N, 3, KAPPA_FOLD_IMAGES_DRAWN, 2),
                         single = kappa_folds_new (NULL, N, 1, KAPPA_FOLD_IMAGES_DRAWN, 2),
                         order = kappa_folds_new (NULL, N, 3, KAPPA_FOLD_IMAGES_CONSECUTIVE, 1);

  g_assert_true (same_folds (one, again));
  g_assert_false (same_folds (one, other));
  g_assert_false (same_folds (one, order));
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint (kappa_folds_get (single, 0).images[i], ==, i);
  for (guint f = 0, next = 0; f < 3; f++)
    for (gint64 i = 0; i < kappa_folds_get (order, f).count; i++, next++)
      g_assert_cmpuint (kappa_folds_get (order, f).images[i], ==, next);
}

static void
test_batches (void)
{
  g_autoptr (KappaFolds) batches = kappa_folds_new_of_size (N, 5, KAPPA_FOLD_IMAGES_DRAWN, 1),
                         order = kappa_folds_new_of_size (N, 5, KAPPA_FOLD_IMAGES_CONSECUTIVE, 1);

  g_assert_cmpuint (kappa_folds_get_n (batches), ==, 5);
  g_assert_cmpint (kappa_folds_get (batches, 0).count, ==, 5);
  g_assert_cmpint (kappa_folds_get (batches, 4).count, ==, 3);
  check_partition (batches, N);
  check_partition (order, N);
  g_assert_false (same_folds (batches, order));
  g_assert_cmpuint (kappa_folds_get (order, 1).images[0], ==, 5);
}

/* Smaller draws lie in larger ones, and the largest has all. */
static void
test_draws (void)
{
  for (gint64 n = 2; n <= N; n++)
    {
      g_autofree guint32 *more = kappa_images_draw (N, n, KAPPA_FOLD_IMAGES_DRAWN, 5),
                         *less = kappa_images_draw (N, n - 1, KAPPA_FOLD_IMAGES_DRAWN, 5);

      for (gint64 i = 0, at = 0; i < n - 1; i++, at++)
        {
          while (at < n && more[at] != less[i])
            at++;
          g_assert_cmpint (at, <, n);
        }
      for (gint64 i = 0; n == N && i < N; i++)
        g_assert_cmpuint (more[i], ==, i);
    }
}

/* Loss and gradient over images that do not follow each other are the means of theirs. */
static void
test_chosen (void)
{
  const guint32 chosen[] = { 1, 4, 6 };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:8");
  g_autoptr (KappaWorkers) workers = kappa_workers_new (2);
  KappaContext context = { .workers = workers };
  KappaModel *model = kappa_inputs_get_model (inputs, "model", 0);
  g_autoptr (KappaBatchSource) batches
      = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &context, NULL);
  g_autoptr (KappaCurvature) curvature
      = kappa_curvature_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  g_autoptr (KappaObjective) objective
      = kappa_objective_new (model, batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  const gsize n = kappa_model_get_parameters_size (model);
  const double *weights = kappa_model_get_parameters_wide (model, NULL);
  g_autofree double *whole = g_new (double, n), *single = g_new (double, n),
                    *mean = g_new0 (double, n);
  KappaEvaluation evaluation;
  double loss, each, sum = 0.0;

  kappa_curvature_choose_images (curvature, chosen, G_N_ELEMENTS (chosen));
  g_assert_cmpint (kappa_curvature_get_n_images (curvature), ==, 3);
  g_assert_true (kappa_curvature_differentiate (curvature, NULL, &context, &loss, whole, NULL));
  kappa_objective_choose_images (objective, chosen, G_N_ELEMENTS (chosen));
  g_assert_true (kappa_objective_evaluate (objective, weights, NULL, &context, &evaluation, NULL));
  for (guint c = 0; c < G_N_ELEMENTS (chosen); c++)
    {
      kappa_curvature_set_images (curvature, chosen[c], 1);
      g_assert_true (
          kappa_curvature_differentiate (curvature, NULL, &context, &each, single, NULL));
      sum += each / 3.0;
      for (gsize i = 0; i < n; i++)
        mean[i] += single[i] / 3.0;
    }
  g_assert_cmpfloat_with_epsilon (loss, sum, 1e-12);
  g_assert_cmpfloat_with_epsilon (evaluation.loss, sum, 1e-12);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (whole[i], mean[i], 1e-12);
}

static KappaResult *
run_trace (KappaInputs *inputs, const char *images, const char *seed)
{
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("trace", NULL);

  fixture_set (analysis, "folds", "2");
  fixture_set (analysis, "fold-images", images);
  fixture_set (analysis, "seed", seed);
  return fixture_run (analysis, inputs, NULL, 2);
}

/* Which images a fold has leaves what is over all of them as it is, to the bit. */
static void
test_whole (void)
{
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:6");
  g_autoptr (KappaResult) drawn = run_trace (inputs, "drawn", "0"),
                          others = run_trace (inputs, "drawn", "1"),
                          order = run_trace (inputs, "consecutive", "0");
  g_autoptr (KappaArray) by_fold = kappa_result_dup_array (drawn, "trace_by_fold"),
                         by_stretch = kappa_result_dup_array (order, "trace_by_fold");
  g_autoptr (KappaScalar) spread = kappa_result_dup_scalar (drawn, "trace_over_folds");

  g_assert_cmpfloat (fixture_scalar (drawn, "trace"), ==, fixture_scalar (order, "trace"));
  g_assert_cmpfloat (fixture_scalar (drawn, "trace"), ==, fixture_scalar (others, "trace"));
  g_assert_cmpfloat (by_fold->values[0], !=, by_stretch->values[0]);
  g_assert_nonnull (strstr (spread->definition, "2 folds, drawn class by class with seed 0"));
}

/* A run that was stored with stretches is no answer for drawn folds. */
static void
test_key (void)
{
  static const char *const names[]
      = { "spectrum", "trace", "sharpness", "ntk", "activity", "report" };
  g_autoptr (KappaInputs) inputs = fixture_open_inputs ("0:6");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (KappaAnalysis) drawn = kappa_analysis_new_by_name (names[i], NULL),
                                order = kappa_analysis_new_by_name (names[i], NULL);
      g_autofree char *key = kappa_recipe_key (drawn, inputs), *other = NULL;

      fixture_set (order, "fold-images", "consecutive");
      other = kappa_recipe_key (order, inputs);
      g_assert_cmpstr (key, !=, other);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folds/sizes", test_sizes);
  g_test_add_func ("/folds/classes", test_classes);
  g_test_add_func ("/folds/seed", test_seed);
  g_test_add_func ("/folds/batches", test_batches);
  g_test_add_func ("/folds/draws", test_draws);
  g_test_add_func ("/folds/chosen", test_chosen);
  g_test_add_func ("/folds/whole", test_whole);
  g_test_add_func ("/folds/key", test_key);
  return g_test_run ();
}
