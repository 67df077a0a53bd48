#include <math.h>

#include "ui/kappa-words.h"

static void
check (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_durations (void)
{
  check (kappa_words_duration (0.0), "0 s");
  check (kappa_words_duration (11.2), "12 s");
  check (kappa_words_duration (72.0), "1 min 12 s");
  check (kappa_words_duration (3599.0), "60 min");
  check (kappa_words_duration (3600.0 * 3 + 300.0), "3 h 5 min");
  check (kappa_words_duration (86400.0 * 10), "10 days");
  check (kappa_words_duration (-1.0), "0 s");
}

static void
test_progress (void)
{
  KappaProgressState state = { .done = 988.0, .total = 2601.0, .left = 72.0, .message = "Points" };

  check (kappa_words_progress (&state, FALSE), "Points · 988 of 2601 · 1 min 12 s left");
  check (kappa_words_progress (&state, TRUE), "Points · 988 of 2601 · paused");
  state.left = -1.0;
  g_strlcpy (state.message, "Point 3 of 9", sizeof state.message);
  check (kappa_words_progress (&state, FALSE), "Point 3 of 9");
  state = (KappaProgressState) { .left = -1.0, .message = "Reading" };
  check (kappa_words_progress (&state, FALSE), "Reading");
}

static void
test_titles (void)
{
  check (kappa_words_title ("loss_minimum"), "Loss minimum");
  check (kappa_words_title ("top5"), "Top-5");
  check (kappa_words_title ("expected_top1"), "Expected top-1");
  check (kappa_words_title ("train-data"), "Train data");
  check (kappa_words_title ("latency_exponent_macs"), "Latency exponent multiply-adds");
}

static void
test_values (void)
{
  check (kappa_words_value (94.0, ""), "94");
  check (kappa_words_value (-3.0, NULL), "−3");
  check (kappa_words_value (0.22284, "nat"), "0.2228 nat");
  check (kappa_words_short (269722), "269,722");
  check (kappa_words_short (11177538), "11.2 million");
  check (kappa_words_short (40551040), "40.6 million");
}

static void
test_certainty (void)
{
  KappaScalar scalar = { .value = 0.25, .unit = (char *)"", .certainty = KAPPA_CERTAINTY_EXACT };

  check (kappa_words_scalar (&scalar), "0.2500");
  check (kappa_words_certainty (&scalar), "Exact up to rounding.");
  scalar.certainty = KAPPA_CERTAINTY_INTERVAL (0.125, 0.5, 0.95);
  check (kappa_words_scalar (&scalar), "0.2500 (0.125 … 0.500)");
  check (kappa_words_certainty (&scalar), "95 % interval.");
  scalar.certainty = KAPPA_CERTAINTY_INTERVAL (0.125, 0.5, 1.0);
  check (kappa_words_certainty (&scalar), "Bounds that hold for certain.");
  scalar.certainty = KAPPA_CERTAINTY_RESIDUAL (NAN);
  check (kappa_words_scalar (&scalar), "0.2500");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/durations", test_durations);
  g_test_add_func ("/words/progress", test_progress);
  g_test_add_func ("/words/titles", test_titles);
  g_test_add_func ("/words/values", test_values);
  g_test_add_func ("/words/certainty", test_certainty);
  return g_test_run ();
}
