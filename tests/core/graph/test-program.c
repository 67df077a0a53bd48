/* A program from end to end: the same bits for any number of threads, derivatives that agree with differences,
 * precisions that agree with each other.
 */

#include <math.h>
#include <string.h>

#include "lab.h"
#include "network.h"

enum
{
  SIDE = 9,
  WIDTH = 8,
  N_SAMPLES = 23, /* leaves a remainder for micro-batches of 4 */
};

static const guint thread_counts[] = { 1, 2, 3, 7 };

/* All outputs of a program, bit by bit. */
static GBytes *
all_bits (const NetworkRun *run)
{
  static const char *const others[] = { "loss", "rows", "logits" };
  GByteArray *bits = g_byte_array_new ();
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const double *values = kappa_program_get_output (run->program, others[i], &size);

      g_byte_array_append (bits, (const guint8 *) values, (guint) (size * sizeof *values));
    }
  for (guint prefix = 0; prefix < 2; prefix++)
    for (guint i = 0;; i++)
      {
        g_autofree char *name = g_strdup_printf ("%c%u", prefix == 0 ? 'g' : 'h', i);
        const double *values = kappa_program_get_output (run->program, name, &size);

        if (values == NULL)
          break;
        g_byte_array_append (bits, (const guint8 *) values, (guint) (size * sizeof *values));
      }
  return g_byte_array_free_to_bytes (bits);
}

static void
check_threads (const Network *network, KappaDtype real, KappaDtype compute, guint n_vectors)
{
  g_autoptr (NetworkRun) run = network_run_new (network, real, compute, 4, N_SAMPLES, n_vectors);
  g_autoptr (GBytes) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (thread_counts); i++)
    for (guint repetition = 0; repetition < 3; repetition++)
      {
        g_autoptr (GBytes) bits = NULL;

        network_run (run, thread_counts[i]);
        bits = all_bits (run);
        if (first == NULL)
          first = g_bytes_ref (bits);
        g_assert_cmpuint (g_bytes_get_size (bits), >, (1 + 6 * N_SAMPLES) * sizeof (double) - 1);
        g_assert_true (g_bytes_equal (bits, first));
        g_assert_true (isfinite (network_loss (run)));
      }
}

static void
test_threads (void)
{
  Network everything = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, SIDE, WIDTH };
  Network forward = { NETWORK_ROWS, SIDE, WIDTH };
  Network trained = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP | NETWORK_BATCH_NORM, SIDE, WIDTH, N_SAMPLES };

  for (guint k = 1; k <= 3; k += 2)
    {
      check_threads (&everything, KAPPA_F32, KAPPA_F32, k);
      check_threads (&everything, KAPPA_F64, KAPPA_F64, k);
      check_threads (&trained, KAPPA_F32, KAPPA_F32, k);
      check_threads (&trained, KAPPA_F64, KAPPA_F64, k);
    }
  check_threads (&forward, KAPPA_F32, KAPPA_F32, 0);
  check_threads (&forward, KAPPA_F32, KAPPA_BF16, 0);
}

static void
check_vectors (KappaDtype dtype)
{
  Network network = { NETWORK_HVP, SIDE, WIDTH };
  g_autoptr (NetworkRun) together = network_run_new (&network, dtype, dtype, 4, N_SAMPLES, 3);
  g_autoptr (NetworkRun) alone = network_run_new (&network, dtype, dtype, 4, N_SAMPLES, 3);
  gsize n = kappa_program_get_n_parameters (together->program);

  network_run (together, 2);
  alone->feed.n_vectors = 1;
  for (guint v = 0; v < 3; v++)
    {
      g_autofree double *expected = NULL, *found = network_collect (together, 'h', v);

      alone->feed.vectors = (const void *const *) &alone->vectors[v];
      network_run (alone, 1);
      expected = network_collect (alone, 'h', 0);
      g_assert_cmpmem (found, n * sizeof *found, expected, n * sizeof *expected);
    }
}

static void
test_vectors (void)
{
  check_vectors (KAPPA_F32);
  check_vectors (KAPPA_F64);
}

/* The loss, or the gradient, moved by step along a vector. */
static void
run_at (NetworkRun *run, const double *from, const double *direction, double step)
{
  for (gsize i = 0; i < kappa_program_get_n_parameters (run->program); i++)
    run->parameters[i] = from[i] + step * direction[i];
  network_run (run, 2);
}

static void
check_differences (Network network)
{
  const double h = 1e-7; /* small, so that no unit crosses its kink */
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F64, KAPPA_F64, network.declared, 10, 3);
  gsize n = kappa_program_get_n_parameters (run->program);
  g_autofree double *at = g_memdup2 (run->parameters, n * sizeof *at), *gradient = NULL;

  network_run (run, 2);
  gradient = network_collect (run, 'g', 0);
  for (guint v = 0; v < 3; v++)
    {
      g_autofree double *expected = g_new (double, n), *low = NULL, *high = NULL, *product = NULL;
      double slope, losses[2];

      run_at (run, at, run->vectors[v], 0.0);
      product = network_collect (run, 'h', v);
      run_at (run, at, run->vectors[v], -h);
      low = network_collect (run, 'g', 0);
      losses[0] = network_loss (run);
      run_at (run, at, run->vectors[v], h);
      high = network_collect (run, 'g', 0);
      losses[1] = network_loss (run);
      slope = network_inner (gradient, run->vectors[v], n);
      for (gsize i = 0; i < n; i++)
        expected[i] = (high[i] - low[i]) / (2.0 * h);
      g_test_message ("slope %.10g, difference %.10g; product off by %.2g", slope, (losses[1] - losses[0]) / (2.0 * h),
                      network_distance (product, expected, n));
      g_assert_cmpfloat_with_epsilon (slope, (losses[1] - losses[0]) / (2.0 * h), 1e-6 * fmax (1.0, fabs (slope)));
      g_assert_cmpfloat (network_distance (product, expected, n), <, 1e-6);
    }
}

/* One parameter after the other: a fault in few of many numbers does not show along a random direction. */
static void
test_each_parameter (void)
{
  const double h = 1e-6;
  Network network = { NETWORK_GRADIENT, 6, 4 }, plain = { 0, 6, 4 };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F64, KAPPA_F64, 0, 3, 0);
  g_autoptr (NetworkRun) shifted = network_run_new (&plain, KAPPA_F64, KAPPA_F64, 0, 3, 0);
  gsize n = kappa_program_get_n_parameters (run->program);
  g_autofree double *gradient = NULL;

  network_run (run, 1);
  gradient = network_collect (run, 'g', 0);
  for (gsize i = 0; i < n; i++)
    {
      double at = shifted->parameters[i], losses[2];

      for (guint side = 0; side < 2; side++)
        {
          shifted->parameters[i] = at + (side == 0 ? -h : h);
          network_run (shifted, 1);
          losses[side] = network_loss (shifted);
        }
      shifted->parameters[i] = at;
      g_assert_cmpfloat_with_epsilon (gradient[i], (losses[1] - losses[0]) / (2.0 * h),
                                      1e-7 * fmax (1.0, fabs (gradient[i])));
    }
  g_test_message ("%" G_GSIZE_FORMAT " derivatives", n);
}

static void
test_differences (void)
{
  check_differences ((Network) { NETWORK_GRADIENT | NETWORK_HVP, SIDE, WIDTH, 4 });
  check_differences ((Network) { NETWORK_GRADIENT | NETWORK_HVP | NETWORK_BATCH_NORM, SIDE, WIDTH, 10 });
}

static void
test_precisions (void)
{
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, SIDE, WIDTH };
  g_autoptr (NetworkRun) narrow = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 1);
  g_autoptr (NetworkRun) wide = network_run_new (&network, KAPPA_F64, KAPPA_F64, 4, N_SAMPLES, 1);
  gsize n = kappa_program_get_n_parameters (narrow->program);
  double error;

  /* Both see numbers float32 can hold. */
  for (gsize i = 0; i < n; i++)
    {
      wide->parameters[i] = (float) wide->parameters[i];
      wide->vectors[0][i] = (float) wide->vectors[0][i];
    }
  network_run (narrow, 2);
  network_run (wide, 2);
  g_assert_cmpfloat_with_epsilon (network_loss (narrow), network_loss (wide), 1e-5 * network_loss (wide));
  for (const char *prefix = "gh"; *prefix != '\0'; prefix++)
    {
      g_autofree double *a = network_collect (narrow, *prefix, 0), *b = network_collect (wide, *prefix, 0);

      error = network_distance (a, b, n);
      g_test_message ("%s: float32 off by %.2g", *prefix == 'g' ? "gradient" : "Hessian-vector product", error);
      g_assert_cmpfloat (error, <, 1e-5);
    }
}

static void
test_bfloat16 (void)
{
  Network network = { NETWORK_ROWS, SIDE, WIDTH };
  g_autoptr (NetworkRun) narrow = network_run_new (&network, KAPPA_F32, KAPPA_BF16, 4, N_SAMPLES, 0);
  g_autoptr (NetworkRun) wide = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 0);
  double error;
  gsize n;

  network_run (narrow, 2);
  network_run (wide, 2);
  kappa_program_get_output (wide->program, "logits", &n);
  error = network_distance (kappa_program_get_output (narrow->program, "logits", NULL),
                            kappa_program_get_output (wide->program, "logits", NULL), n);
  g_test_message ("logits: bfloat16 off by %.2g", error);
  g_assert_cmpfloat (error, <, 2e-2);
  g_assert_cmpfloat (error, >, 1e-5); /* it is another precision */
}

/* How samples are cut changes the order of sums and nothing else. */
static void
test_micro_batches (void)
{
  static const gint64 sizes[] = { 4, 1, 7, N_SAMPLES, 100, 0 };
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, SIDE, WIDTH };
  g_autofree double *gradient = NULL, *product = NULL, *rows = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F64, KAPPA_F64, sizes[i], N_SAMPLES, 1);
      gsize n = kappa_program_get_n_parameters (run->program);
      g_autofree double *g = NULL, *h = NULL;

      network_run (run, 2);
      if (sizes[i] > 0)
        g_assert_cmpint (kappa_program_get_micro_batch (run->program), ==, sizes[i]);
      else
        g_assert_cmpint (kappa_program_get_micro_batch (run->program), >, 0);
      g = network_collect (run, 'g', 0);
      h = network_collect (run, 'h', 0);
      if (gradient == NULL)
        {
          gradient = g_steal_pointer (&g);
          product = g_steal_pointer (&h);
          rows = g_memdup2 (kappa_program_get_output (run->program, "rows", NULL), N_SAMPLES * sizeof *rows);
          continue;
        }
      g_assert_cmpfloat (network_distance (g, gradient, n), <, 1e-13);
      g_assert_cmpfloat (network_distance (h, product, n), <, 1e-13);
      g_assert_cmpfloat (network_distance (kappa_program_get_output (run->program, "rows", NULL), rows, N_SAMPLES), <,
                         1e-13);
    }
}

/* The sum over rows is the loss, and every row is what that sample alone gives. */
static void
test_rows (void)
{
  Network network = { NETWORK_ROWS, SIDE, WIDTH };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F64, KAPPA_F64, 4, N_SAMPLES, 0);
  g_autofree double *rows = NULL;
  double sum = 0.0;

  network_run (run, 3);
  rows = g_memdup2 (kappa_program_get_output (run->program, "rows", NULL), N_SAMPLES * sizeof *rows);
  for (guint i = 0; i < N_SAMPLES; i++)
    sum += rows[i];
  g_assert_cmpfloat_with_epsilon (sum, network_loss (run), 1e-12 * sum);
  sum = 0.0;
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      run->feed.n_samples = i + 1;
      network_run (run, 1);
      g_assert_cmpfloat_with_epsilon (network_loss (run) - sum, rows[i], 1e-11);
      sum = network_loss (run);
    }
}

/* No sample, one, and fewer than a micro-batch holds. */
static void
test_few_samples (void)
{
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, SIDE, WIDTH };
  Network trained = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP | NETWORK_BATCH_NORM, SIDE, WIDTH, 3 };

  for (gint64 n_samples = 0; n_samples <= 3; n_samples++)
    for (guint threads = 1; threads <= 7; threads += 3)
      {
        g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, n_samples, 2);
        g_autoptr (NetworkRun) shards = network_run_new (&trained, KAPPA_F32, KAPPA_F32, 2, n_samples, 2);
        g_autofree double *gradient = NULL;
        gsize size, n = kappa_program_get_n_parameters (run->program);

        network_run (run, threads);
        network_run (shards, threads);
        gradient = network_collect (run, 'g', 0);
        kappa_program_get_output (run->program, "rows", &size);
        g_assert_cmpuint (size, ==, n_samples);
        g_assert_true (isfinite (network_loss (run)) && isfinite (network_loss (shards)));
        g_assert_true ((n_samples == 0) == (network_inner (gradient, gradient, n) == 0.0));
      }
}

/* Vectors may be announced where the graph has none. */
static void
test_no_vectors (void)
{
  Network network = { NETWORK_ROWS, SIDE, WIDTH };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, 5, 0);
  double loss;

  network_run (run, 1);
  loss = network_loss (run);
  run->feed.n_vectors = 1;
  run->feed.vectors = NULL;
  network_run (run, 1);
  g_assert_cmpfloat (network_loss (run), ==, loss);
}

/* What vectors cost: a part that is done once, and for each vector about two gradients. */
static void
test_multiply_adds (void)
{
  Network plain = { 0, SIDE, WIDTH }, first = { NETWORK_GRADIENT, SIDE, WIDTH }, second = { NETWORK_HVP, SIDE, WIDTH };
  g_autoptr (KappaProgram) forward = network_program (&plain, KAPPA_F32, KAPPA_F32, 4);
  g_autoptr (KappaProgram) gradient = network_program (&first, KAPPA_F32, KAPPA_F32, 4);
  g_autoptr (KappaProgram) product = network_program (&second, KAPPA_F32, KAPPA_F32, 4);
  guint64 once = kappa_program_get_macs (product, 20, 0), each = kappa_program_get_macs (product, 20, 1) - once;
  guint64 of_loss = kappa_program_get_macs (forward, 20, 0), of_gradient = kappa_program_get_macs (gradient, 20, 0);
  const guint64 pixels = SIDE * SIDE, fewer = (SIDE + 1) / 2 * ((SIDE + 1) / 2), w = WIDTH;
  const guint64 stem = 20 * pixels * 27 * w, linear = 20 * NETWORK_CLASSES * 2 * w;
  const guint64 convolutions = 20 * 9 * (pixels * 2 * w * w + fewer * (w * 2 * w + 2 * w * 2 * w));

  g_test_message ("forward %" G_GUINT64_FORMAT ", gradient %.3f, constant part %.3f, each vector %.3f of it", of_loss,
                  (double) of_gradient / (double) of_loss, (double) once / (double) of_gradient,
                  (double) each / (double) of_gradient);
  g_assert_cmpuint (of_loss, ==, stem + convolutions + linear);
  g_assert_cmpuint (of_gradient, ==, 2 * stem + 3 * convolutions + 3 * linear); /* no gradient to the images */
  for (guint k = 0; k < 9; k++)
    g_assert_cmpuint (kappa_program_get_macs (product, 20, k), ==, once + k * each);
  g_assert_cmpuint (kappa_program_get_macs (product, 40, 3), ==, 2 * (once + 3 * each));
  g_assert_cmpuint (once, <=, of_gradient);
  g_assert_cmpfloat ((double) each, <=, 2.1 * (double) of_gradient);
}

/* With every value of the forward pass wanted nothing can be done by another value's step. */
static void
check_fusion (KappaDtype real, KappaDtype compute, double tolerance)
{
  Network fused = { NETWORK_ROWS, SIDE, WIDTH }, apart = { NETWORK_ROWS | NETWORK_EVERYTHING, SIDE, WIDTH };
  g_autoptr (NetworkRun) a = network_run_new (&fused, real, compute, 4, N_SAMPLES, 0);
  g_autoptr (NetworkRun) b = network_run_new (&apart, real, compute, 4, N_SAMPLES, 0);
  double error;
  gsize n;

  network_run (a, 2);
  network_run (b, 2);
  kappa_program_get_output (a->program, "logits", &n);
  error = network_distance (kappa_program_get_output (a->program, "logits", NULL),
                            kappa_program_get_output (b->program, "logits", NULL), n);
  g_test_message ("fused in %s: off by %.2g", kappa_dtype_name (compute), error);
  g_assert_cmpfloat (error, <=, tolerance);
}

static void
test_fusion (void)
{
  check_fusion (KAPPA_F32, KAPPA_F32, 1e-6);
  check_fusion (KAPPA_F64, KAPPA_F64, 1e-14);
  check_fusion (KAPPA_F32, KAPPA_BF16, 1e-2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/program/threads", test_threads);
  g_test_add_func ("/program/vectors", test_vectors);
  g_test_add_func ("/program/differences", test_differences);
  g_test_add_func ("/program/each-parameter", test_each_parameter);
  g_test_add_func ("/program/precisions", test_precisions);
  g_test_add_func ("/program/bfloat16", test_bfloat16);
  g_test_add_func ("/program/micro-batches", test_micro_batches);
  g_test_add_func ("/program/rows", test_rows);
  g_test_add_func ("/program/few-samples", test_few_samples);
  g_test_add_func ("/program/no-vectors", test_no_vectors);
  g_test_add_func ("/program/multiply-adds", test_multiply_adds);
  g_test_add_func ("/program/fusion", test_fusion);
  return g_test_run ();
}
