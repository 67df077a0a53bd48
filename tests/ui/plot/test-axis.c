#include <math.h>

#include "ui/plot/axis.h"

/* "a b c" of all labelled ticks. */
static char *
list_labels (KappaScale scale, double low, double high, guint most)
{
  GString *text = g_string_new (NULL);
  KappaAxis axis;

  kappa_axis_init (&axis, scale, low, high);
  kappa_axis_make_ticks (&axis, most);
  for (guint i = 0; i < axis.n_ticks; i++)
    if (axis.ticks[i].label[0] != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", axis.ticks[i].label);
  return g_string_free (text, FALSE);
}

static void
test_ticks (void)
{
  static const struct
  {
    KappaScale scale;
    double low, high;
    guint most;
    const char *labels;
  } cases[] = {
    { KAPPA_SCALE_LINEAR, -1.0, 1.0, 5, "−1.0 −0.5 0 0.5 1.0" },
    { KAPPA_SCALE_LINEAR, -1.0, 1.0, 8, "−1.00 −0.75 −0.50 −0.25 0 0.25 0.50 0.75 1.00" },
    { KAPPA_SCALE_LINEAR, 0.34, 967.0, 6, "200 400 600 800" },
    { KAPPA_SCALE_LINEAR, 0.0, 50000.0, 6, "0 10,000 20,000 30,000 40,000 50,000" },
    { KAPPA_SCALE_LINEAR, 0.0, 3e7, 4, "0 10⁷ 2×10⁷ 3×10⁷" },
    { KAPPA_SCALE_LINEAR, 0.0, 4e-5, 4, "0 10⁻⁵ 2×10⁻⁵ 3×10⁻⁵ 4×10⁻⁵" },
    { KAPPA_SCALE_LINEAR, 1000.0, 1000.004, 4, "1000.000 1000.001 1000.002 1000.003 1000.004" },
    { KAPPA_SCALE_LOG, 0.34, 967.0, 6, "1 10 100" },
    { KAPPA_SCALE_LOG, 0.34, 967.0, 12, "0.5 1 2 5 10 20 50 100 200 500" },
    { KAPPA_SCALE_LOG, 1e-6, 1e6, 6, "10⁻⁶ 10⁻⁴ 10⁻² 10⁰ 10² 10⁴ 10⁶" },
    { KAPPA_SCALE_LOG, 1e-30, 1e30, 6, "10⁻³⁰ 10⁻²⁰ 10⁻¹⁰ 10⁰ 10¹⁰ 10²⁰ 10³⁰" },
    { KAPPA_SCALE_LOG, 2.0, 6.0, 5, "2 3 4 5 6" },
    { KAPPA_SCALE_SYMLOG, -1000.0, 1000.0, 9, "−1000 −100 −10 −1 0 1 10 100 1000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *labels
          = list_labels (cases[i].scale, cases[i].low, cases[i].high, cases[i].most);

      g_assert_cmpstr (labels, ==, cases[i].labels);
    }
}

/* For many spans: ticks increase, lie inside, are round, are neither too many nor none, and differ
 * in their text. */
static void
test_ticks_always_round (void)
{
  for (int e = -12; e <= 12; e++)
    for (double mantissa = 1.0; mantissa < 10.0; mantissa += 0.37)
      for (int scale = KAPPA_SCALE_LINEAR; scale <= KAPPA_SCALE_LOG; scale++)
        {
          double span = mantissa * pow (10.0, e),
                 low = scale == KAPPA_SCALE_LOG ? span / 3000.0 : -0.3 * span;
          KappaAxis axis;
          guint labelled = 0;

          kappa_axis_init (&axis, scale, low, low + span);
          kappa_axis_make_ticks (&axis, 6);
          for (guint i = 0; i < axis.n_ticks; i++)
            {
              g_assert_cmpfloat (kappa_axis_place (&axis, axis.ticks[i].value), >=, -1e-6);
              g_assert_cmpfloat (kappa_axis_place (&axis, axis.ticks[i].value), <=, 1.0 + 1e-6);
              if (i > 0)
                {
                  g_assert_cmpfloat (axis.ticks[i].value, >, axis.ticks[i - 1].value);
                  g_assert_true (axis.ticks[i].label[0] == '\0'
                                 || g_strcmp0 (axis.ticks[i].label, axis.ticks[i - 1].label) != 0);
                }
              labelled += axis.ticks[i].label[0] != '\0';
            }
          g_assert_cmpuint (labelled, >=, 2);
          g_assert_cmpuint (labelled, <=, 8);
        }
}

static void
test_place_and_value (void)
{
  static const double ends[][2] = { { -3.0, 7.0 }, { 1e-5, 1e4 }, { -200.0, 300.0 } };

  for (int scale = KAPPA_SCALE_LINEAR; scale <= KAPPA_SCALE_SYMLOG; scale++)
    {
      KappaAxis axis;

      kappa_axis_init (&axis, scale, ends[scale][0], ends[scale][1]);
      g_assert_cmpfloat_with_epsilon (kappa_axis_place (&axis, axis.low), 0.0, 1e-12);
      g_assert_cmpfloat_with_epsilon (kappa_axis_place (&axis, axis.high), 1.0, 1e-12);
      for (double place = -0.5; place <= 1.5; place += 0.01)
        g_assert_cmpfloat_with_epsilon (kappa_axis_place (&axis, kappa_axis_value (&axis, place)),
                                        place, 1e-9);
    }
}

static void
test_log_refuses (void)
{
  KappaAxis axis;

  kappa_axis_init (&axis, KAPPA_SCALE_LOG, 0.1, 10.0);
  g_assert_false (kappa_axis_can_show (&axis, 0.0));
  g_assert_false (kappa_axis_can_show (&axis, -1.0));
  g_assert_true (kappa_axis_can_show (&axis, 1e-300));
  g_assert_true (isnan (kappa_axis_place (&axis, -1.0)));
  kappa_axis_init (&axis, KAPPA_SCALE_SYMLOG, -10.0, 10.0);
  g_assert_true (kappa_axis_can_show (&axis, -1.0));
  g_assert_false (kappa_axis_can_show (&axis, (double)INFINITY));
}

/* Whatever it is given, an axis has two different finite ends. */
static void
test_degenerate (void)
{
  const double odd[] = {
    0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, (double)NAN, (double)INFINITY, -(double)INFINITY
  };

  for (guint a = 0; a < G_N_ELEMENTS (odd); a++)
    for (guint b = 0; b < G_N_ELEMENTS (odd); b++)
      for (int scale = KAPPA_SCALE_LINEAR; scale <= KAPPA_SCALE_SYMLOG; scale++)
        {
          KappaAxis axis;

          kappa_axis_init (&axis, scale, odd[a], odd[b]);
          g_assert_true (isfinite (axis.low) && isfinite (axis.high) && axis.low < axis.high);
          g_assert_true (scale != KAPPA_SCALE_LOG || axis.low > 0.0);
          kappa_axis_make_ticks (&axis, 6);
        }
}

static void
test_numbers (void)
{
  static const struct
  {
    double value;
    int digits;
    const char *text, *brief;
  } cases[] = {
    { 0.6138, 4, "0.6138", "0.6138" },
    { 0.5, 3, "0.500", "0.5" },
    { -0.28, 3, "−0.280", "−0.28" },
    { 967.0, 3, "967", "967" },
    { 12345.0, 3, "12,345", "12,345" },
    { 1.25e-7, 3, "1.25×10⁻⁷", "1.25×10⁻⁷" },
    { 9.9996e6, 4, "1.000×10⁷", "1.000×10⁷" },
    { 0.0, 3, "0", "0" },
    { -0.0, 3, "0", "0" },
    { 1e300, 2, "1.0×10³⁰⁰", "1.0×10³⁰⁰" },
  };
  g_autofree char *nan = kappa_format_value ((double)NAN, 3);
  g_autofree char *infinite = kappa_format_value (-(double)INFINITY, 3);
  g_autofree char *count = kappa_format_count (10201);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = kappa_format_value (cases[i].value, cases[i].digits);
      g_autofree char *brief = kappa_format_short (cases[i].value, cases[i].digits);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpstr (brief, ==, cases[i].brief);
    }
  g_assert_cmpstr (nan, ==, "NaN");
  g_assert_cmpstr (infinite, ==, "−∞");
  g_assert_cmpstr (count, ==, "10,201");
}

static void
test_levels (void)
{
  double levels[40];
  KappaAxis axis;
  guint n;

  kappa_axis_init (&axis, KAPPA_SCALE_LINEAR, 0.0, 10.0);
  n = kappa_axis_levels (&axis, 10, levels, 40);
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpfloat (levels[0], ==, 1.0);
  g_assert_cmpfloat (levels[8], ==, 9.0);
  g_assert_cmpuint (kappa_axis_levels (&axis, 10, levels, 3), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/axis/ticks", test_ticks);
  g_test_add_func ("/axis/ticks-always-round", test_ticks_always_round);
  g_test_add_func ("/axis/place-and-value", test_place_and_value);
  g_test_add_func ("/axis/log-refuses", test_log_refuses);
  g_test_add_func ("/axis/degenerate", test_degenerate);
  g_test_add_func ("/axis/numbers", test_numbers);
  g_test_add_func ("/axis/levels", test_levels);
  return g_test_run ();
}
