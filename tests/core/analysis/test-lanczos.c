/* Eigenvalues of matrices whose spectrum is known, and of ones that LAPACK solves. */

#include <math.h>
#include <string.h>

#include "core/analysis/lanczos-journal.h"
#include "core/analysis/symmetric.h"
#include "core/base/random.h"
#include "tests/core/analysis/operator.h"

static KappaContext
make_context (guint threads)
{
  return (KappaContext) { .workers = kappa_workers_new (threads) };
}

static int
compare_numbers (const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static KappaLanczos *
start (const KappaLanczosOptions *options, KappaContext *context)
{
  KappaLanczos *lanczos = kappa_lanczos_new (options);
  g_autofree double **vectors = operator_vectors (options->n, 1);
  g_autofree double *values = vectors[0];
  const KappaStream stream = kappa_stream_init (1, "start");
  g_autoptr (GError) error = NULL;

  kappa_stream_normals (&stream, 0, options->n, values);
  kappa_lanczos_start (lanczos, 1, vectors, context, &error);
  g_assert_no_error (error);
  return lanczos;
}

/* Every wanted value is the true one, and its vector has the residual that is told. */
static void
check (Operator *operator, KappaLanczos * lanczos, double allowed, KappaContext *context)
{
  const KappaLanczosOptions *options = kappa_lanczos_get_options (lanczos);
  g_autofree double *sorted
      = g_memdup2 (operator->spectrum, operator->n * sizeof * operator->spectrum);
  g_autofree double **vectors = operator_vectors (operator->n, 2);
  g_autofree double *values = vectors[0];

  qsort (sorted, operator->n, sizeof *sorted, compare_numbers);
  for (guint i = 0; i < kappa_lanczos_get_n_values (lanczos); i++)
    {
      const double expected
          = i < options->top ? sorted[operator->n - 1 - i] : sorted[i - options->top];
      double value, residual, square = 0.0;

      g_assert_true (kappa_lanczos_get_value (lanczos, i, &value, &residual));
      g_assert_cmpfloat_with_epsilon (value, expected, allowed);
      g_assert_true (kappa_lanczos_get_vector (lanczos, i, vectors[0], context, NULL));
      memcpy (vectors[1], vectors[0], operator->n * sizeof (double));
      operator_multiply (operator, 1, &vectors[1]);
      for (gsize k = 0; k < operator->n; k++)
        square += pow (vectors[1][k] - value * vectors[0][k], 2.0);
      g_assert_cmpfloat_with_epsilon (sqrt (square), residual,
                                      residual + (options->wide ? 1e-9 : 1e-5));
    }
}

typedef struct
{
  const char *name;
  gsize n;
  double (*value) (gsize i, gsize n);
  guint top, bottom, block, capacity;
  gboolean wide;
} Case;

/* Outliers over a bulk around zero, as Hessians have it, and a few negative ones. */
static double
outliers (gsize i, gsize n)
{
  return i < 6 ? 100.0 - 15.0 * (double)i : i < 9 ? -8.0 + (double)i * 0.3 : sin ((double)i);
}

static double
clusters (gsize i, gsize n)
{
  return i < 3 ? 50.0 : i < 6 ? 49.0 + 1e-3 * (double)i : (double)i / (double)n;
}

static double
negative (gsize i, gsize n)
{
  return -1.0 - (double)(i * i) / (double)n;
}

static double
zero (gsize i, gsize n)
{
  return 0.0;
}

static double
one (gsize i, gsize n)
{
  return 1.0;
}

static double
low_rank (gsize i, gsize n)
{
  return i < 3 ? 5.0 : i < 5 ? 1.0 : 0.0;
}

static double
linear (gsize i, gsize n)
{
  return (double)i - 3.0;
}

static const Case cases[] = {
  { "outliers", 400, outliers, 5, 2, 1, 13, TRUE },
  { "outliers-narrow", 400, outliers, 5, 2, 1, 12, FALSE },
  { "outliers-block", 400, outliers, 5, 2, 3, 40, TRUE },
  { "outliers-no-restart", 400, outliers, 4, 1, 2, 300, TRUE },
  { "top-only", 400, outliers, 6, 0, 2, 30, TRUE },
  { "bottom-only", 400, outliers, 0, 3, 1, 10, TRUE },
  { "clusters", 300, clusters, 6, 1, 4, 60, TRUE },
  { "clusters-narrow", 300, clusters, 3, 1, 4, 60, FALSE },
  { "negative", 200, negative, 3, 3, 2, 60, TRUE },
  { "zero", 50, zero, 3, 2, 2, 20, TRUE },
  { "identity", 50, one, 3, 1, 1, 20, TRUE },
  { "low-rank", 60, low_rank, 5, 1, 1, 30, TRUE },
  { "smaller-than-block", 3, linear, 1, 1, 8, 20, TRUE },
  { "smaller-than-wanted", 4, linear, 5, 3, 2, 20, TRUE },
  { "one", 1, linear, 1, 1, 1, 8, TRUE },
};

static Operator *
make_operator (const Case *one_case)
{
  g_autofree double *spectrum = g_new (double, one_case->n);

  for (gsize i = 0; i < one_case->n; i++)
    spectrum[i] = one_case->value (i, one_case->n);
  return operator_new (one_case->n, spectrum);
}

static KappaLanczosOptions
make_options (const Case *one_case)
{
  return (KappaLanczosOptions) { .n = one_case->n,
                                 .top = one_case->top,
                                 .bottom = one_case->bottom,
                                 .block = one_case->block,
                                 .capacity = one_case->capacity,
                                 .max_products = 4000,
                                 .tolerance = one_case->wide ? 1e-9 : 1e-5,
                                 .wide = one_case->wide };
}

static void
test_case (gconstpointer data)
{
  const Case *one_case = data;
  KappaContext context = make_context (2);
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (Operator) operator= make_operator (one_case);
  const KappaLanczosOptions options = make_options (one_case);
  g_autoptr (KappaLanczos) lanczos = start (&options, &context);

  operator_run (operator, lanczos, &context);
  g_test_message ("%u products, %u restarts, %u renewals", operator->n_products,
                  kappa_lanczos_get_state (lanczos)->n_restarts,
                  kappa_lanczos_get_state (lanczos)->n_renewals);
  g_assert_true (kappa_lanczos_get_state (lanczos)->complete);
  g_assert_cmpuint (kappa_lanczos_get_state (lanczos)->n_products, ==, operator->n_products);
  check (operator, lanczos, one_case->wide ? 1e-8 : 1e-4, &context);
}

/* A random matrix, solved by LAPACK. */
static void
test_lapack (void)
{
  const gsize n = 150;
  KappaContext context = make_context (1);
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autofree double *spectrum = g_new0 (double, n), *vectors = g_new (double, n *n);
  g_autoptr (Operator) operator= operator_new (n, spectrum);
  const KappaStream stream = kappa_stream_init (3, "matrix");
  const KappaLanczosOptions options = { .n = n,
                                        .top = 4,
                                        .bottom = 4,
                                        .block = 2,
                                        .capacity = 40,
                                        .max_products = 4000,
                                        .tolerance = 1e-10,
                                        .wide = TRUE };
  g_autoptr (KappaLanczos) lanczos = start (&options, &context);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j <= i; j++)
      operator->matrix[i * n + j] = operator->matrix[j * n + i] = kappa_stream_normal (&stream,
                                                                                       i *n + j);
  kappa_symmetric_eigen ((guint)n, operator->matrix, n, operator->spectrum, vectors);
  operator_run (operator, lanczos, &context);
  check (operator, lanczos, 1e-8, &context);
}

/* Of a 2 × 2 matrix by hand: eigenvalues 1 and 3, the vectors as rows. */
static void
test_symmetric (void)
{
  static const double matrix[] = { 2.0, -99.0, 1.0, 2.0 };
  double values[2], vectors[4];

  kappa_symmetric_eigen (2, matrix, 2, values, vectors);
  g_assert_cmpfloat_with_epsilon (values[0], 1.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (values[1], 3.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (vectors[0], -vectors[1], 1e-14);
  g_assert_cmpfloat_with_epsilon (vectors[2], vectors[3], 1e-14);
  g_assert_cmpfloat_with_epsilon (fabs (vectors[3]), sqrt (0.5), 1e-14);
}

static void
test_threads (void)
{
  static const guint threads[] = { 1, 2, 3, 7 };
  const Case *one_case = &cases[1];
  g_autoptr (Operator) operator= make_operator (one_case);
  const KappaLanczosOptions options = make_options (one_case);
  double first[7];

  for (gsize t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      KappaContext context = make_context (threads[t]);
      g_autoptr (KappaWorkers) workers = context.workers;
      g_autoptr (KappaLanczos) lanczos = start (&options, &context);

      operator_run (operator, lanczos, &context);
      for (guint i = 0; i < 7; i++)
        {
          double value, residual;

          kappa_lanczos_get_value (lanczos, i, &value, &residual);
          if (t == 0)
            first[i] = value;
          g_assert_cmpfloat (value, ==, first[i]);
        }
    }
}

/* It gives up in time, and says how far it got. */
static void
test_give_up (void)
{
  const Case *one_case = &cases[8];
  KappaContext context = make_context (1);
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (Operator) operator= make_operator (one_case);
  KappaLanczosOptions options = make_options (one_case);
  g_autoptr (KappaLanczos) lanczos = NULL;

  options.max_products = 12;
  lanczos = start (&options, &context);
  operator_run (operator, lanczos, &context);
  g_assert_cmpuint (operator->n_products, <=, 13);
  g_assert_cmpuint (kappa_lanczos_get_n_converged (lanczos), <, 6);
  g_assert_false (kappa_lanczos_get_state (lanczos)->complete);
}

/* Vectors that are locked are not found again. */
static void
test_locked (void)
{
  const Case *one_case = &cases[0];
  KappaContext context = make_context (2);
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (Operator) operator= make_operator (one_case);
  KappaLanczosOptions options = make_options (one_case);
  g_autoptr (KappaLanczos) lanczos = NULL, rest = NULL;
  g_autoptr (KappaKrylovBasis) locked = kappa_krylov_basis_new (one_case->n, 2, TRUE);
  g_autofree double *vector = g_new (double, one_case->n);
  double value, residual;

  options.tolerance = 1e-12;
  lanczos = start (&options, &context);
  operator_run (operator, lanczos, &context);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (kappa_lanczos_get_vector (lanczos, i, vector, &context, NULL));
      kappa_krylov_basis_set (locked, i, vector);
    }
  options.locked = locked;
  options.n_locked = 2;
  options.tolerance = 1e-9;
  options.top = 3;
  rest = start (&options, &context);
  operator_run (operator, rest, &context);
  kappa_lanczos_get_value (rest, 0, &value, &residual);
  g_assert_cmpfloat_with_epsilon (value, 70.0, 1e-8);
}

/* What comes with a product that is not finite is an error, not a number. */
static void
test_not_finite (void)
{
  const Case *one_case = &cases[0];
  KappaContext context = make_context (1);
  g_autoptr (KappaWorkers) workers = context.workers;
  const KappaLanczosOptions options = make_options (one_case);
  g_autoptr (KappaLanczos) lanczos = start (&options, &context);
  g_autofree double **vectors = operator_vectors (one_case->n, 1);
  g_autofree double *values = vectors[0];
  g_autoptr (GError) error = NULL;

  values[17] = NAN;
  g_assert_false (kappa_lanczos_advance (lanczos, vectors, &context, &error));
  g_assert_nonnull (error);
}

/* A run that stops after any number of steps and is taken up from its journal, by a new process as
 * it were, ends with the same bits and multiplies nothing twice. */
static void
test_journal (gconstpointer data)
{
  const Case *one_case = data;
  KappaContext context = make_context (2);
  g_autoptr (KappaWorkers) workers = context.workers;
  g_autoptr (Operator) operator= make_operator (one_case);
  const KappaLanczosOptions options = make_options (one_case);
  g_autoptr (KappaLanczos) whole = start (&options, &context);
  const guint n_values = kappa_lanczos_get_n_values (whole);
  guint n_whole, n_steps = 0;
  g_autoptr (KappaLanczos) lanczos = kappa_lanczos_new (&options);
  g_autoptr (KappaResult) result = kappa_result_new ();
  KappaLanczosJournal journal = { .result = result, .name = ".test" };
  g_auto (GStrv) shown = NULL;

  operator_run (operator, whole, &context);
  n_whole = operator->n_products;
  g_assert_false (kappa_lanczos_journal_load (&journal, lanczos));
  g_clear_pointer (&lanczos, kappa_lanczos_free);
  lanczos = start (&options, &context);
  kappa_lanczos_journal_save (&journal, lanczos);
  for (; !kappa_lanczos_is_done (lanczos); n_steps++)
    {
      KappaLanczosJournal again = { .result = result, .name = ".test" };

      if (n_steps % 3 == 2)
        {
          g_clear_pointer (&lanczos, kappa_lanczos_free);
          lanczos = kappa_lanczos_new (&options);
          g_assert_true (kappa_lanczos_journal_load (&again, lanczos));
          journal = again;
        }
      operator_step (operator, lanczos, &context);
      kappa_lanczos_journal_save (&journal, lanczos);
    }
  g_assert_cmpuint (operator->n_products, ==, 2 * n_whole);
  for (guint i = 0; i < n_values; i++)
    {
      double a, b, residual_a, residual_b;

      g_assert_true (kappa_lanczos_get_value (whole, i, &a, &residual_a));
      g_assert_true (kappa_lanczos_get_value (lanczos, i, &b, &residual_b));
      g_assert_cmpfloat (a, ==, b);
      g_assert_cmpfloat (residual_a, ==, residual_b);
    }
  shown = kappa_result_list_arrays (result);
  g_assert_cmpuint (g_strv_length (shown), ==, 0);
  kappa_lanczos_journal_forget (result, ".test");
  g_assert_false (kappa_lanczos_journal_load (&journal, lanczos));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/lanczos/", cases[i].name, NULL);

      g_autofree char *journal = g_strconcat ("/lanczos/journal/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
      g_test_add_data_func (journal, &cases[i], test_journal);
    }
  g_test_add_func ("/lanczos/lapack", test_lapack);
  g_test_add_func ("/lanczos/symmetric", test_symmetric);
  g_test_add_func ("/lanczos/threads", test_threads);
  g_test_add_func ("/lanczos/give-up", test_give_up);
  g_test_add_func ("/lanczos/locked", test_locked);
  g_test_add_func ("/lanczos/not-finite", test_not_finite);
  return g_test_run ();
}
