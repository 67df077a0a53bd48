#include <math.h>
#include <string.h>

#include "core/analysis/number-list.h"
#include "core/analysis/order-statistics.h"
#include "core/analysis/pareto.h"
#include "core/analysis/power-law.h"
#include "core/analysis/published.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/models/variant.h"

/* What the analysis "scaling" is put together from. */

#define MAX_POINTS 60

static gboolean
dominates (const double *cost, const double *quality, gsize i, gsize j)
{
  return cost[i] <= cost[j] && quality[i] >= quality[j]
         && (cost[i] < cost[j] || quality[i] > quality[j]);
}

static gboolean
is_on_front (const double *cost, const double *quality, gsize n, gsize j)
{
  if (!isfinite (cost[j]) || !isfinite (quality[j]))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (isfinite (cost[i]) && isfinite (quality[i]) && dominates (cost, quality, i, j))
      return FALSE;
  return TRUE;
}

/* Few different values, so that ties abound, and some that are not finite. */
static void
draw_points (guint round, double *cost, double *quality, gsize n)
{
  KappaStream stream = kappa_stream_init (round, "front");
  const guint64 levels = 2 + round % 12;

  for (gsize i = 0; i < n; i++)
    {
      cost[i] = (double)kappa_stream_below (&stream, 4 * i, levels);
      quality[i] = (double)kappa_stream_below (&stream, 4 * i + 1, levels);
      if (kappa_stream_below (&stream, 4 * i + 2, 10) == 0)
        cost[i] = (double)NAN;
      if (kappa_stream_below (&stream, 4 * i + 3, 10) == 0)
        quality[i] = -(double)INFINITY;
    }
}

static void
test_front (void)
{
  for (guint round = 0; round < 400; round++)
    {
      const gsize n = round % MAX_POINTS;
      double cost[MAX_POINTS], quality[MAX_POINTS];
      gboolean found[MAX_POINTS] = { FALSE };
      gsize front[MAX_POINTS], n_front;

      draw_points (round, cost, quality, n);
      n_front = kappa_pareto_front (cost, quality, n, front);
      for (gsize k = 0; k < n_front; k++)
        {
          g_assert_false (found[front[k]]);
          found[front[k]] = TRUE;
          if (k > 0)
            g_assert_cmpfloat (cost[front[k]], >=, cost[front[k - 1]]);
        }
      for (gsize i = 0; i < n; i++)
        g_assert_cmpint (found[i], ==, is_on_front (cost, quality, n, i));
    }
}

/* By hand, from the binomial distribution: of 9 values the second and the eighth, 1 − 20 / 512. */
static void
test_median (void)
{
  const double nine[] = { 5, 1, 9, 2, 8, 3, 7, 4, 6 }, four[] = { 4, 1, 3, 2 };
  double median, low, high, many[100];

  g_assert_cmpfloat_with_epsilon (kappa_median_interval (nine, 9, 0.95, &median, &low, &high),
                                  1.0 - 20.0 / 512.0, 1e-12);
  g_assert_cmpfloat (median, ==, 5.0);
  g_assert_cmpfloat (low, ==, 2.0);
  g_assert_cmpfloat (high, ==, 8.0);
  g_assert_cmpfloat_with_epsilon (kappa_median_interval (four, 4, 0.95, &median, &low, &high),
                                  1.0 - 2.0 / 16.0, 1e-12);
  g_assert_cmpfloat (median, ==, 2.5);
  g_assert_cmpfloat (low, ==, 1.0);
  g_assert_cmpfloat (high, ==, 4.0);
  for (guint i = 0; i < 100; i++)
    many[i] = i + 1;
  g_assert_cmpfloat (kappa_median_interval (many, 100, 0.95, &median, &low, &high), >=, 0.95);
  g_assert_cmpfloat (low, ==, 40.0);
  g_assert_cmpfloat (high, ==, 61.0);
}

/* How often the interval holds the median of what the values are drawn from. */
static void
test_median_coverage (void)
{
  const guint rounds = 4000;
  guint held = 0;
  double level = 0.0;

  for (guint round = 0; round < rounds; round++)
    {
      KappaStream stream = kappa_stream_init (round, "median");
      double values[11], median, low, high;

      for (guint i = 0; i < 11; i++)
        values[i] = exp (kappa_stream_normal (&stream, i));
      level = kappa_median_interval (values, 11, 0.95, &median, &low, &high);
      held += low <= 1.0 && 1.0 <= high;
    }
  g_assert_cmpfloat (fabs ((double)held / rounds - level), <,
                     4.0 * sqrt (level * (1.0 - level) / rounds));
}

/* The usual table. */
static void
test_student (void)
{
  static const struct
  {
    gsize degrees;
    double quantile;
  } table[] = { { 1, 12.706 }, { 2, 4.303 },  { 3, 3.182 },  { 4, 2.776 },   { 5, 2.571 },
                { 8, 2.306 },  { 15, 2.131 }, { 30, 2.042 }, { 1000, 1.962 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpfloat_with_epsilon (kappa_student_quantile (table[i].degrees), table[i].quantile,
                                    5.1e-4);
}

static void
test_power_law (void)
{
  const double x[] = { 1.0, 2.0, 4.0, (double)NAN, 8.0, 0.0 };
  double y[6];
  KappaPowerLaw law;

  for (guint i = 0; i < 6; i++)
    y[i] = 3.0 * pow (x[i], 1.5);
  g_assert_true (kappa_power_law_fit (x, y, 6, &law));
  g_assert_cmpuint (law.n, ==, 4);
  g_assert_cmpfloat_with_epsilon (law.exponent, 1.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (law.factor, 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (law.high - law.low, 0.0, 1e-6);
  /* Steps of 1 in log x and deviations of 0, d, −2 d, d: slope unchanged, Σ(x − x̄)² = 2. */
  y[0] = 3.0, y[1] = 3.0 * pow (2.0, 1.5 - 2.0), y[2] = 3.0 * pow (4.0, 1.5) * 2.0;
  y[0] *= 2.0;
  g_assert_true (kappa_power_law_fit (x, y, 3, &law));
  g_assert_cmpfloat_with_epsilon (law.exponent, 1.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (law.residual, log (2.0) * sqrt (6.0), 1e-12);
  g_assert_cmpfloat_with_epsilon (law.high - law.exponent,
                                  12.7062 * law.residual / (sqrt (2.0) * log (2.0)), 1e-3);
  g_assert_false (kappa_power_law_fit (x, y, 2, &law));
  g_assert_false (kappa_power_law_fit ((const double[]) { 2, 2, 2 }, y, 3, &law));
}

static const char *const words[] = { "auto", NULL };
static const KappaNumberListRule rule = { "depths", words, TRUE, 1.0, 1000.0 };

static void
check_list (const char *text, guint n, const double *expected)
{
  g_autoptr (GArray) numbers = NULL;
  g_autoptr (GError) error = NULL;
  const char *word;

  g_assert_true (kappa_number_list_parse (&rule, text, &numbers, &word, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (numbers->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (g_array_index (numbers, double, i), ==, expected[i]);
  g_assert_true ((word != NULL) == (n == 0));
}

static void
test_lists (void)
{
  static const char *const wrong[]
      = { "",        "x",   "50,",   ",50",    "50,,101", "0",     "1001",   "1.5",
          "5:1:1",   "1:5", "1:5:0", "1:5:-1", "1:2:3:4", "0x10",  " 50",    "1:1000:1",
          "auto,50", "inf", "nan",   "1e9",    "50:101",  "auto ", "1:5:nan" };

  check_list ("auto", 0, NULL);
  check_list ("50", 1, (const double[]) { 50 });
  check_list ("152,50,101,50", 3, (const double[]) { 50, 101, 152 });
  check_list ("128:320:64", 4, (const double[]) { 128, 192, 256, 320 });
  check_list ("1,10:20:4,18", 4, (const double[]) { 1, 10, 14, 18 });
  check_list ("7:7:1", 1, (const double[]) { 7 });
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GArray) numbers = NULL;
      g_autoptr (GError) error = NULL;
      const char *word;

      g_assert_false (kappa_number_list_parse (&rule, wrong[i], &numbers, &word, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
      g_assert_true (g_str_has_prefix (error->message, "depths: "));
    }
}

/* Whatever is published has a source, a plausible quality and a cost, and is there once. */
static void
test_published (void)
{
  guint n, n_rule = 0;
  const KappaPublishedPoint *points = kappa_published_list (&n);

  g_assert_cmpuint (n, >, 60);
  for (guint i = 0; i < n; i++)
    {
      const KappaPublishedPoint *p = &points[i];

      g_assert_cmpuint (strlen (p->source), >, 10);
      g_assert_cmpfloat (p->top1, >, 0.6);
      g_assert_cmpfloat (p->top1, <, 0.95);
      g_assert_true (strcmp (p->data, "ImageNet") == 0 || strcmp (p->data, "CIFAR-10") == 0);
      g_assert_true ((p->family != NULL) == (p->parameters == 0));
      if (p->family != NULL)
        {
          g_autoptr (KappaVariant) variant
              = kappa_variant_new (kappa_family_find (p->family), p->depth, 1.0, NULL, NULL);

          g_assert_cmpstr (kappa_variant_get_name (variant), ==, p->name);
          g_assert_cmpstr (kappa_variant_get_family (variant)->data, ==, p->data);
        }
      n_rule += p->v100 > 0.0;
      for (guint k = 0; k < i; k++)
        g_assert_false (strcmp (points[k].name, p->name) == 0 && points[k].size == p->size
                        && strcmp (points[k].training, p->training) == 0);
    }
  g_assert_cmpuint (n_rule, ==, 11);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pareto/front", test_front);
  g_test_add_func ("/pareto/median", test_median);
  g_test_add_func ("/pareto/median-coverage", test_median_coverage);
  g_test_add_func ("/pareto/student", test_student);
  g_test_add_func ("/pareto/power-law", test_power_law);
  g_test_add_func ("/pareto/lists", test_lists);
  g_test_add_func ("/pareto/published", test_published);
  return g_test_run ();
}
