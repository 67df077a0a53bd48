/* What a run does when it is not let alone: cancelled, without data, without memory, with numbers that are none. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/ops/ops.h"
#include "lab.h"
#include "network.h"

enum
{
  N_SAMPLES = 23,
};

static const guint thread_counts[] = { 1, 2, 3, 7 };

/* Cancellation. A thread cancels after a while and notes when. */

typedef struct
{
  GCancellable *cancellable;
  guint after; /* milliseconds */
  gint64 at;
} Canceller;

static gpointer
cancel_later (gpointer data)
{
  Canceller *canceller = data;

  g_usleep (canceller->after * 1000);
  canceller->at = g_get_monotonic_time ();
  g_cancellable_cancel (canceller->cancellable);
  return NULL;
}

/* Returns how long it took to notice, in milliseconds. */
static double
time_to_stop (KappaProgram *program, const KappaFeed *feed, guint n_workers, guint after)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaEnvironment environment = { .workers = lab_workers (n_workers), .cancellable = cancellable };
  Canceller canceller = { cancellable, after, 0 };
  GThread *thread = g_thread_new ("cancel", cancel_later, &canceller);
  g_autoptr (GError) error = NULL;
  gint64 end;

  g_assert_false (kappa_program_run (program, feed, &environment, &error));
  end = g_get_monotonic_time ();
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return (double) (end - canceller.at) * 1e-3;
}

/* On a busy machine a thread may wait long for its turn, so the better of three counts. */
static void
check_cancellation (KappaProgram *program, const KappaFeed *feed, guint n_workers, guint after)
{
  double best = G_MAXDOUBLE;

  for (guint attempt = 0; attempt < 3 && best >= 200.0; attempt++)
    best = fmin (best, time_to_stop (program, feed, n_workers, after));
  g_test_message ("%u threads, cancelled after %u ms: stopped in %.1f ms", n_workers, after, best);
  g_assert_cmpfloat (best, <, 200.0);
}

static void
check_many_micro_batches (NetworkFlags flags)
{
  Network network = { flags, 32, 16, 2000 };
  guint k = flags & NETWORK_HVP ? 3 : 0;
  gint64 n_samples = flags & NETWORK_BATCH_NORM ? 300 : 100000;
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 0, n_samples, k);

  for (guint i = 0; i < G_N_ELEMENTS (thread_counts); i++)
    check_cancellation (run->program, &run->feed, thread_counts[i], 50 + 60 * i);
}

static void
test_cancel_micro_batches (void)
{
  check_many_micro_batches (0);
  check_many_micro_batches (NETWORK_GRADIENT | NETWORK_HVP);
}

static void
test_cancel_shards (void)
{
  check_many_micro_batches (NETWORK_GRADIENT | NETWORK_HVP | NETWORK_BATCH_NORM);
}

/* One image so large that a single pass takes seconds: the kernels and the tiles themselves have to look. */

enum
{
  LARGE_SIDE = 600,
  LARGE_WIDTH = 64,
};

static KappaNode
fixed_conv (KappaGraph *g, KappaNode x, gint64 kernel)
{
  gint64 channels = kappa_graph_get_shape (g, x)->dims[1];
  KappaNode weight = kappa_fill (g, 1e-3, &KAPPA_SHAPE (LARGE_WIDTH, channels, kernel, kernel));

  return kappa_relu (g, kappa_conv (g, x, weight, &KAPPA_WINDOW (kernel, 1, kernel / 2)));
}

static KappaNode
convolutions (KappaGraph *g, KappaNode x)
{
  x = fixed_conv (g, x, 7);
  for (guint i = 0; i < 4; i++)
    x = fixed_conv (g, x, 3);
  return x;
}

static KappaNode
one_long_chain (KappaGraph *g, KappaNode x)
{
  x = kappa_slice (g, x, NULL, (gint64[]) { 1, 1, LARGE_SIDE, LARGE_SIDE }, NULL);
  x = kappa_broadcast (g, x, &KAPPA_SHAPE (1, LARGE_WIDTH, LARGE_SIDE, LARGE_SIDE));
  for (guint i = 0; i < 8; i++)
    x = kappa_tanh (g, kappa_shift (g, x, 0.25));
  return x;
}

static KappaNode
many_windows (KappaGraph *g, KappaNode x)
{
  return kappa_max_pool (g, kappa_avg_pool (g, x, &KAPPA_WINDOW (41, 1, 20), FALSE, FALSE), &KAPPA_WINDOW (41, 1, 20),
                         FALSE);
}

typedef KappaNode (*LargeFunc) (KappaGraph *g, KappaNode x);

static gboolean
build_large (KappaGraph *g, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  LargeFunc *function = data;
  KappaNode x = kappa_graph_input (g, KAPPA_ROLE_SAMPLE, NULL, kappa_graph_get_real (g),
                                   &KAPPA_SHAPE (batch, 3, LARGE_SIDE, LARGE_SIDE));

  x = (*function) (g, x);
  kappa_outputs_add (outputs, "sum", KAPPA_OUTPUT_SUM, kappa_reduce_sum (g, x, 15));
  return kappa_graph_check (g, error);
}

static gboolean
fetch_nothing (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  memset (values, 0, (gsize) n * 3 * LARGE_SIDE * LARGE_SIDE * sizeof (double));
  return TRUE;
}

static void
check_large (LargeFunc function, guint last)
{
  KappaProgramOptions options = { KAPPA_F64, KAPPA_F64, 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaProgram) program = kappa_program_new (&options, build_large, &function, NULL, &error);
  KappaFeed feed = { .n_samples = 1, .wide = TRUE, .fetch = fetch_nothing };

  g_assert_no_error (error);
  for (guint after = 50; after <= last; after += 300)
    check_cancellation (program, &feed, 1 + after / 300 % 2, after);
}

static void
test_cancel_large_image (void)
{
  check_large (convolutions, 1250);
  check_large (one_long_chain, 350);
  check_large (many_windows, 650);
}

static void
test_cancelled_before (void)
{
  Network network = { NETWORK_ROWS, 9, 8 };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  KappaEnvironment environment = { .workers = lab_workers (2), .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (kappa_program_run (run->program, &run->feed, &environment, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  network_run (run, 2); /* the program is as good as before */
  g_assert_true (isfinite (network_loss (run)));
}

/* Pause. A run is begun paused: nothing is done until it may go on, and then all of it. */

typedef struct
{
  NetworkRun *run;
  KappaProgress *progress;
  GCancellable *cancellable;
} Paused;

static gpointer
run_paused (gpointer data)
{
  Paused *paused = data;
  KappaEnvironment environment
      = { .workers = lab_workers (3), .progress = paused->progress, .cancellable = paused->cancellable };

  return GINT_TO_POINTER (kappa_program_run (paused->run->program, &paused->run->feed, &environment, NULL));
}

static gboolean
pause_then (NetworkRun *run, gboolean go_on)
{
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Paused paused = { run, progress, cancellable };
  GThread *thread;

  kappa_progress_start (progress, N_SAMPLES, "");
  kappa_progress_set_paused (progress, TRUE);
  thread = g_thread_new ("paused", run_paused, &paused);
  g_usleep (100 * 1000);
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, 0.0);
  if (go_on)
    kappa_progress_set_paused (progress, FALSE);
  else
    g_cancellable_cancel (cancellable);
  return GPOINTER_TO_INT (g_thread_join (thread));
}

static void
check_pause (NetworkFlags flags)
{
  Network network = { flags, 9, 8, N_SAMPLES };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 0);
  double loss;

  network_run (run, 2);
  loss = network_loss (run);
  g_assert_true (pause_then (run, TRUE));
  g_assert_true (network_loss (run) == loss);
  g_assert_false (pause_then (run, FALSE));
}

static void
test_pause (void)
{
  check_pause (NETWORK_ROWS);
  check_pause (NETWORK_BATCH_NORM);
}

/* Data that cannot be had. */

typedef struct
{
  const NetworkRun *run;
  gint64 broken; /* this sample */
  gint calls;    /* atomic */
} Source;

static gboolean
fetch_broken (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  Source *source = data;

  g_atomic_int_inc (&source->calls);
  if (source->broken >= first && source->broken < first + n)
    {
      g_usleep (first % 3 * 500); /* the others may be waiting, or on their way */
      g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA, "image %d is broken", (int) source->broken);
      return FALSE;
    }
  return source->run->feed.fetch (input, first, n, values, source->run->feed.data, error);
}

static void
check_broken (NetworkFlags flags)
{
  Network network = { flags | NETWORK_ROWS | NETWORK_GRADIENT, 6, 4, N_SAMPLES };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 1, N_SAMPLES, 2);
  Source source = { .run = run };
  KappaFeed feed = run->feed;

  feed.fetch = fetch_broken;
  feed.data = &source;
  for (guint round = 0; round < 100; round++)
    {
      KappaEnvironment environment = { .workers = lab_workers (thread_counts[round % G_N_ELEMENTS (thread_counts)]) };
      g_autoptr (GError) error = NULL;
      g_autofree char *message = NULL;

      source.broken = round * 7 % N_SAMPLES;
      message = g_strdup_printf ("image %d is broken", (int) source.broken);
      g_assert_false (kappa_program_run (run->program, &feed, &environment, &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA);
      g_assert_cmpstr (error->message, ==, message);
    }
}

static void
test_broken_data (void)
{
  check_broken (0);
  check_broken (NETWORK_HVP);
  check_broken (NETWORK_HVP | NETWORK_BATCH_NORM);
}

/* Memory. */

static void
test_refused (void)
{
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, 9, 8 };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 3);
  Source source = { .run = run, .broken = -1 };
  KappaFeed feed = run->feed;
  guint64 needed = kappa_program_get_memory (run->program, N_SAMPLES, 3, 2);
  KappaEnvironment environment = { .workers = lab_workers (2), .memory = needed - 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *number = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);

  feed.fetch = fetch_broken;
  feed.data = &source;
  g_assert_cmpuint (needed, >, 0);
  g_assert_cmpuint (needed, <, G_MAXUINT64);
  g_assert_false (kappa_program_run (run->program, &feed, &environment, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, number));
  g_assert_cmpint (source.calls, ==, 0);
  g_clear_error (&error);
  environment.memory = needed;
  kappa_program_run (run->program, &feed, &environment, &error);
  g_assert_no_error (error);
  g_assert_cmpint (source.calls, >, 0);
}

/* More of anything never needs less. */
static void
test_prediction_grows (void)
{
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, 9, 8 };
  g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 4, N_SAMPLES, 0);

  for (gint64 n = 4; n < 16; n += 4)
    for (guint k = 0; k < 3; k++)
      for (guint w = 1; w < 4; w++)
        {
          guint64 here = kappa_program_get_memory (run->program, n, k, w);

          g_assert_cmpuint (kappa_program_get_memory (run->program, n + 4, k, w), >, here);
          g_assert_cmpuint (kappa_program_get_memory (run->program, n, k + 1, w), >, here);
          g_assert_cmpuint (kappa_program_get_memory (run->program, n, k, w + 1), >, here);
        }
}

static guint64
status_bytes (const char *field)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) || (line = strstr (text, field)) == NULL)
    return 0;
  return g_ascii_strtoull (line + strlen (field), NULL, 10) << 10;
}

static void
test_measured (void)
{
  Network network = { NETWORK_ROWS | NETWORK_GRADIENT | NETWORK_HVP, 64, 32 };
  guint64 before, peak, predicted;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the sanitizer's own memory cannot be told from ours");
  return;
#endif
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDOUT);
      g_test_trap_assert_passed ();
      return;
    }
  {
    g_autoptr (NetworkRun) run = network_run_new (&network, KAPPA_F32, KAPPA_F32, 8, 20, 3);

    predicted = kappa_program_get_memory (run->program, 20, 3, 2);
    lab_workers (2);
    before = status_bytes ("VmRSS:");
    network_run (run, 2);
    peak = status_bytes ("VmHWM:");
  }
  g_test_message ("predicted %.1f MiB, measured %.1f MiB", (double) predicted / 1048576.0,
                  (double) (peak - before) / 1048576.0);
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpfloat ((double) (peak - before), <, 1.3 * (double) predicted);
  g_assert_cmpfloat ((double) (peak - before), >, (double) predicted / 1.3);
}

/* Numbers that are none. A surface that overflows must not look finite. */

typedef struct
{
  const NetworkRun *run;
  double value;
} Spoiler;

enum
{
  SPOILED = 13,
};

static gboolean
fetch_spoiled (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  const Spoiler *spoiler = data;
  gint64 size = 3 * spoiler->run->network->side * spoiler->run->network->side, at = (SPOILED - first) * size + size / 2;

  if (!spoiler->run->feed.fetch (input, first, n, values, spoiler->run->feed.data, error))
    return FALSE;
  if (input != 0 || SPOILED < first || SPOILED >= first + n)
    return TRUE;
  if (spoiler->run->real == KAPPA_F64)
    ((double *) values)[at] = spoiler->value;
  else
    ((float *) values)[at] = (float) spoiler->value;
  return TRUE;
}

static void
check_spoiled_image (KappaDtype real, KappaDtype compute, double value)
{
  Network network = { NETWORK_ROWS, 9, 8 };
  g_autoptr (NetworkRun) run = network_run_new (&network, real, compute, 4, N_SAMPLES, 0);
  Spoiler spoiler = { run, value };
  KappaFeed feed = run->feed;
  KappaEnvironment environment = { .workers = lab_workers (2) };
  const double *rows;

  feed.fetch = fetch_spoiled;
  feed.data = &spoiler;
  g_assert_true (kappa_program_run (run->program, &feed, &environment, NULL));
  rows = kappa_program_get_output (run->program, "rows", NULL);
  for (guint i = 0; i < N_SAMPLES; i++)
    g_assert_true (isfinite (rows[i]) == (i != SPOILED));
  g_assert_false (isfinite (network_loss (run)));
}

static void
check_spoiled_parameters (KappaDtype real, KappaDtype compute, double value)
{
  Network network = { compute == KAPPA_BF16 ? NETWORK_ROWS : NETWORK_ROWS | NETWORK_GRADIENT, 9, 8 };
  g_autoptr (NetworkRun) run = network_run_new (&network, real, compute, 4, N_SAMPLES, 0);
  gsize n = kappa_program_get_n_parameters (run->program);

  network_run (run, 2);
  g_assert_true (isfinite (network_loss (run)));
  for (gsize i = 0; i < n; i += 1 + n / 40)
    {
      double before = run->parameters[i];

      run->parameters[i] = value;
      network_run (run, 2);
      g_assert_false (isfinite (network_loss (run)));
      run->parameters[i] = before;
    }
  network_run (run, 2); /* nothing of it is left */
  g_assert_true (isfinite (network_loss (run)));
}

static void
test_not_finite (void)
{
  static const KappaDtype dtypes[][2]
      = { { KAPPA_F32, KAPPA_F32 }, { KAPPA_F64, KAPPA_F64 }, { KAPPA_F32, KAPPA_BF16 } };

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      check_spoiled_image (dtypes[i][0], dtypes[i][1], NAN);
      check_spoiled_image (dtypes[i][0], dtypes[i][1], INFINITY);
      check_spoiled_parameters (dtypes[i][0], dtypes[i][1], NAN);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/cancel/micro-batches", test_cancel_micro_batches);
  g_test_add_func ("/run/cancel/shards", test_cancel_shards);
  g_test_add_func ("/run/cancel/large-image", test_cancel_large_image);
  g_test_add_func ("/run/cancel/before", test_cancelled_before);
  g_test_add_func ("/run/pause", test_pause);
  g_test_add_func ("/run/broken-data", test_broken_data);
  g_test_add_func ("/run/memory/refused", test_refused);
  g_test_add_func ("/run/memory/grows", test_prediction_grows);
  g_test_add_func ("/run/memory/measured", test_measured);
  g_test_add_func ("/run/not-finite", test_not_finite);
  return g_test_run ();
}
