#include <math.h>

#include "core/base/blas.h"
#include "core/base/cpu.h"
#include "core/base/half.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/base/workers.h"

static void
test_half_round_trip (void)
{
  for (guint bits = 0; bits < 65536; bits++)
    {
      float value = kappa_half_to_float ((guint16) bits);
      float wide = kappa_bfloat16_to_float ((guint16) bits);

      if (isnan (value))
        g_assert_true (isnan (kappa_half_to_float (kappa_half_from_float (value))));
      else
        g_assert_cmphex (kappa_half_from_float (value), ==, bits);
      if (!isnan (wide))
        g_assert_cmphex (kappa_bfloat16_from_float (wide), ==, bits);
    }
  g_assert_cmphex (kappa_half_from_float (1.0f + 0x1p-11f), ==, 0x3c00); /* a tie goes to even */
  g_assert_cmphex (kappa_half_from_float (1.0f + 0x3p-11f), ==, 0x3c02);
  g_assert_cmphex (kappa_half_from_float (65520.0f), ==, 0x7c00);
  g_assert_cmphex (kappa_bfloat16_from_float (1.0f + 0x1p-8f), ==, 0x3f80);
}

/* The first known-answer test of the Random123 distribution: Philox 4x32-10, counter and key zero. */
static void
test_philox (void)
{
  KappaStream stream = { { 0, 0 }, { 0, 0 } };
  guint32 block[4];

  kappa_stream_block (&stream, 0, block);
  g_assert_cmphex (block[0], ==, 0x6627e8d5);
  g_assert_cmphex (block[1], ==, 0xe169c58d);
  g_assert_cmphex (block[2], ==, 0xbc57ac4c);
  g_assert_cmphex (block[3], ==, 0x9b00dbd8);
}

static void
test_normal_moments (void)
{
  KappaStream stream = kappa_stream_init (7, "test");
  const gsize n = 200000;
  double moments[5] = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      double z = kappa_stream_normal (&stream, i);

      for (int p = 1; p < 5; p++)
        moments[p] += pow (z, p) / (double) n;
    }
  g_assert_cmpfloat_with_epsilon (moments[1], 0.0, 0.012);
  g_assert_cmpfloat_with_epsilon (moments[2], 1.0, 0.02);
  g_assert_cmpfloat_with_epsilon (moments[3], 0.0, 0.05);
  g_assert_cmpfloat_with_epsilon (moments[4], 3.0, 0.12);
}

static void
test_permutation (void)
{
  KappaStream stream = kappa_stream_init (1, "order");
  guint32 order[100];
  guint64 seen[2] = { 0 };

  kappa_stream_permutation (&stream, G_N_ELEMENTS (order), order);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    seen[order[i] / 64] |= G_GUINT64_CONSTANT (1) << order[i] % 64;
  g_assert_cmphex (seen[0], ==, G_MAXUINT64);
  g_assert_cmphex (seen[1], ==, (G_GUINT64_CONSTANT (1) << 36) - 1);
}

static gboolean
count_task (gsize task, guint worker, gpointer data, GError **error)
{
  gint *counts = data;

  g_atomic_int_inc (&counts[task]);
  if (task == 900)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "task 900");
      return FALSE;
    }
  return TRUE;
}

static void
test_workers (void)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint counts[2000] = { 0 };

  g_assert_true (kappa_workers_run (workers, 900, count_task, counts, cancellable, &error));
  for (int i = 0; i < 900; i++)
    g_assert_cmpint (counts[i], ==, 1);
  g_assert_false (kappa_workers_run (workers, 2000, count_task, counts, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_workers_run (workers, 10, count_task, counts, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_progress (void)
{
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  kappa_progress_start (progress, 10.0, "points");
  kappa_progress_advance (progress, 4.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 4.0);
  g_assert_true (kappa_progress_check (progress, cancellable, NULL));
  kappa_progress_set_paused (progress, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_progress_check (progress, cancellable, NULL));
}

/* A part of the work counts in its own units, and is a share of the whole. */
static void
test_progress_parts (void)
{
  g_autoptr (KappaProgress) progress = kappa_progress_new ();

  kappa_progress_start (progress, 10.0, "report");
  kappa_progress_begin_part (progress, 4.0, "first");
  kappa_progress_start (progress, 1000.0, "images");
  g_assert_cmpstr (kappa_progress_get_state (progress).message, ==, "first: images");
  kappa_progress_advance (progress, 250.0);
  kappa_progress_advance (progress, 250.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 2.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).total, ==, 10.0);
  kappa_progress_set_done (progress, 750.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 3.0);
  kappa_progress_start (progress, 10.0, "more");
  kappa_progress_advance (progress, 20.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 4.0);
  kappa_progress_end_part (progress);
  kappa_progress_begin_part (progress, 6.0, "second");
  kappa_progress_end_part (progress);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 10.0);
  kappa_progress_advance (progress, 1.0);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 11.0);
}

/* Whatever the model of the processor, its vectors are used. */
static void
test_blas (void)
{
  if (g_getenv ("OPENBLAS_CORETYPE") != NULL)
    {
      g_test_skip ("OPENBLAS_CORETYPE chooses the kernels");
      return;
    }
  if (g_str_equal (kappa_cpu_isa (), "x86-64-avx512"))
    g_assert_cmpstr (kappa_blas_kernels (), ==, "SkylakeX");
  else if (g_str_equal (kappa_cpu_isa (), "x86-64-avx2"))
    g_assert_cmpstr (kappa_blas_kernels (), ==, "Haswell");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/half/round-trip", test_half_round_trip);
  g_test_add_func ("/base/random/philox", test_philox);
  g_test_add_func ("/base/random/normal-moments", test_normal_moments);
  g_test_add_func ("/base/random/permutation", test_permutation);
  g_test_add_func ("/base/blas", test_blas);
  g_test_add_func ("/base/workers", test_workers);
  g_test_add_func ("/base/progress", test_progress);
  g_test_add_func ("/base/progress-parts", test_progress_parts);
  return g_test_run ();
}
