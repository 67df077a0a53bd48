#include "ui/plot/axis.h"

#include <math.h>
#include <string.h>

#define MINUS "\u2212"

/**
 * kappa_axis_init:
 * @low, @high: the ends; widened where they are equal, so that every axis has a length
 *
 * The threshold of a symlog scale is a thousandth of the larger end; it can be set afterwards.
 * Ticks are made by kappa_axis_make_ticks().
 */
void
kappa_axis_init (KappaAxis *axis, KappaScale scale, double low, double high)
{
  *axis = (KappaAxis) { .scale = scale };
  if (!isfinite (low) || !isfinite (high) || low > high)
    {
      low = scale == KAPPA_SCALE_LOG ? 1.0 : 0.0;
      high = scale == KAPPA_SCALE_LOG ? 10.0 : 1.0;
    }
  if (scale == KAPPA_SCALE_LOG && low <= 0.0)
    low = high > 0.0 ? high * 1e-3 : 1.0;
  if (scale == KAPPA_SCALE_LOG && high <= low)
    {
      high = low * 1.1;
      low /= 1.1;
    }
  if (!(high - low > 1e-12 * MAX (fabs (low), fabs (high))))
    {
      double margin = low == 0.0 ? 0.5 : 0.05 * fabs (low);

      low -= margin;
      high += margin;
    }
  axis->low = low;
  axis->high = high;
  axis->threshold = MAX (fabs (low), fabs (high)) * 1e-3;
}

/**
 * kappa_axis_transform:
 *
 * Returns: the value on the scale where equal lengths are equal steps; NaN where a logarithmic axis
 * has no place for it
 */
double
kappa_axis_transform (const KappaAxis *axis, double value)
{
  switch (axis->scale)
    {
    case KAPPA_SCALE_LOG:
      return value > 0.0 ? log10 (value) : (double)NAN;
    case KAPPA_SCALE_SYMLOG:
      return copysign (log1p (fabs (value) / axis->threshold), value);
    case KAPPA_SCALE_LINEAR:
    default:
      return value;
    }
}

static double
inverse_transform (const KappaAxis *axis, double transformed)
{
  switch (axis->scale)
    {
    case KAPPA_SCALE_LOG:
      return pow (10.0, transformed);
    case KAPPA_SCALE_SYMLOG:
      return copysign (axis->threshold * expm1 (fabs (transformed)), transformed);
    case KAPPA_SCALE_LINEAR:
    default:
      return transformed;
    }
}

/**
 * kappa_axis_place:
 *
 * Returns: 0 at the low end, 1 at the high end, beyond them outside; NaN for what cannot be shown
 */
double
kappa_axis_place (const KappaAxis *axis, double value)
{
  double low = kappa_axis_transform (axis, axis->low);
  double high = kappa_axis_transform (axis, axis->high);

  return (kappa_axis_transform (axis, value) - low) / (high - low);
}

/**
 * kappa_axis_value:
 *
 * Returns: the value at a place: the inverse of kappa_axis_place()
 */
double
kappa_axis_value (const KappaAxis *axis, double place)
{
  double low = kappa_axis_transform (axis, axis->low);
  double high = kappa_axis_transform (axis, axis->high);

  return inverse_transform (axis, low + place * (high - low));
}

/**
 * kappa_axis_can_show:
 *
 * Returns: whether @value has a place on this scale, inside the limits or not
 */
gboolean
kappa_axis_can_show (const KappaAxis *axis, double value)
{
  return isfinite (value) && (axis->scale != KAPPA_SCALE_LOG || value > 0.0);
}

static void
write_superscript (GString *text, int exponent)
{
  static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autofree char *plain = g_strdup_printf ("%d", ABS (exponent));

  if (exponent < 0)
    g_string_append (text, "⁻");
  for (const char *c = plain; *c != '\0'; c++)
    g_string_append (text, digits[*c - '0']);
}

/* The value with a fixed number of decimals, a true minus sign, and commas between groups of three
 * digits from five digits on, whatever the locale. */
static char *
format_fixed (double value, int decimals)
{
  char plain[G_ASCII_DTOSTR_BUF_SIZE + 300];
  char format[12];
  GString *text = g_string_new (NULL);
  gsize whole;

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 17));
  g_ascii_formatd (plain, sizeof plain, format, fabs (value));
  whole = strcspn (plain, ".");
  if (value < 0.0 && strspn (plain, "0.") < strlen (plain))
    g_string_append (text, MINUS);
  for (gsize i = 0; plain[i] != '\0'; i++)
    {
      if (whole >= 5 && i > 0 && i < whole && (whole - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, plain[i]);
    }
  return g_string_free (text, FALSE);
}

static char *
format_scientific (double value, int decimals)
{
  GString *text;
  g_autofree char *mantissa = NULL;
  int exponent = (int)floor (log10 (fabs (value)));
  double scaled = value / pow (10.0, exponent);

  /* Rounding may carry 9.99 to 10. */
  if (fabs (round (scaled * pow (10.0, decimals))) >= pow (10.0, decimals + 1))
    {
      exponent++;
      scaled /= 10.0;
    }
  mantissa = format_fixed (scaled, decimals);
  text = g_string_new (NULL);
  if (decimals > 0 || fabs (scaled) >= 1.5)
    g_string_append_printf (text, "%s×10", mantissa);
  else
    g_string_append (text, value < 0.0 ? MINUS "10" : "10");
  write_superscript (text, exponent);
  return g_string_free (text, FALSE);
}

/**
 * kappa_format_value:
 * @digits: significant digits
 *
 * Returns: (transfer full): the number for people: true minus sign, powers of ten for the very
 * large and small, "∞", "−∞" or "NaN"
 */
char *
kappa_format_value (double value, int digits)
{
  double size = fabs (value);
  int decimals;

  if (isnan (value))
    return g_strdup ("NaN");
  if (isinf (value))
    return g_strdup (value > 0.0 ? "∞" : MINUS "∞");
  if (value == 0.0)
    return g_strdup ("0");
  if (size < 1e-4 || size >= 1e6)
    return format_scientific (value, digits - 1);
  if (value == round (value))
    return format_fixed (value, 0);
  decimals = digits - 1 - (int)floor (log10 (size));
  return format_fixed (value, MAX (decimals, 0));
}

/**
 * kappa_format_short:
 *
 * Returns: (transfer full): like kappa_format_value(), without zeros at the end: "0.5"
 */
char *
kappa_format_short (double value, int digits)
{
  char *text = kappa_format_value (value, digits);
  const char *point = strchr (text, '.');

  if (point != NULL && strstr (text, "×") == NULL)
    {
      gsize length = strlen (text);

      while (text[length - 1] == '0')
        text[--length] = '\0';
      if (text[length - 1] == '.')
        text[length - 1] = '\0';
    }
  return text;
}

/**
 * kappa_format_count:
 *
 * Returns: (transfer full): "10,201"
 */
char *
kappa_format_count (gsize n)
{
  return format_fixed ((double)n, 0);
}

/**
 * kappa_axis_dup_number:
 *
 * Returns: (transfer full): a coordinate with as many digits as a thousandth of the axis can be
 * told apart with
 */
char *
kappa_axis_dup_number (const KappaAxis *axis, double value)
{
  double span = axis->high - axis->low;
  double size = MAX (fabs (axis->low), fabs (axis->high));

  if (axis->scale != KAPPA_SCALE_LINEAR || size >= 1e6 || size < 1e-3 || !isfinite (value))
    return kappa_format_value (value, 4);
  return format_fixed (value, (int)CLAMP (ceil (-log10 (span / 1000.0)), 0.0, 15.0));
}

static void
add_tick (KappaAxis *axis, double value, char *label)
{
  g_autofree char *owned = label;

  if (axis->n_ticks == KAPPA_AXIS_MAX_TICKS)
    return;
  axis->ticks[axis->n_ticks].value = value;
  g_strlcpy (axis->ticks[axis->n_ticks].label, owned != NULL ? owned : "",
             sizeof axis->ticks->label);
  axis->n_ticks++;
}

static gboolean
is_inside (const KappaAxis *axis, double value)
{
  double place = kappa_axis_place (axis, value);

  return place >= -1e-9 && place <= 1.0 + 1e-9;
}

/* Paul Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990, with 2.5 as a further step.
 */
static double
nice_step (double span, guint most)
{
  static const double steps[] = { 1.0, 2.0, 2.5, 5.0, 10.0 };
  double raw = span / MAX (most, 1);
  double power = pow (10.0, floor (log10 (raw)));

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * power >= raw * (1.0 - 1e-9))
      return steps[i] * power;
  return 10.0 * power;
}

static char *
format_on_steps (const KappaAxis *axis, double value, double step)
{
  double size = MAX (fabs (axis->low), fabs (axis->high));
  int exponent = (int)floor (log10 (step) + 1e-9);
  gboolean halves = fabs (step / pow (10.0, exponent) - 2.5) < 1e-6;
  int finest = exponent - (halves ? 1 : 0);

  if (value == 0.0)
    return g_strdup ("0");
  if (size < 1e6 && size >= 1e-3)
    return format_fixed (value, MAX (-finest, 0));
  return format_scientific (value, MAX ((int)floor (log10 (fabs (value)) + 1e-9) - finest, 0));
}

static void
make_linear_ticks (KappaAxis *axis, guint most)
{
  double step = nice_step (axis->high - axis->low, most);
  double first = ceil (axis->low / step - 1e-9);
  double last = floor (axis->high / step + 1e-9);

  for (double i = first; i <= last && i - first < KAPPA_AXIS_MAX_TICKS; i++)
    add_tick (axis, i * step, format_on_steps (axis, i * step, step));
}

static char *
format_decade (double value, int lowest, int highest)
{
  if (lowest >= -3 && highest <= 4)
    return format_fixed (value, MAX ((int)-floor (log10 (value) + 1e-9), 0));
  return format_scientific (value, 0);
}

static gboolean
is_labelled (guint digit, int exponent, guint digits, int stride)
{
  if (exponent % stride != 0)
    return FALSE;
  return digit == 1 || (digits == 3 && (digit == 2 || digit == 5));
}

/* Decades, with 2 and 5 between them where there is room and plain ticks between those; a span
 * below one decade is better served by the round numbers of a linear axis. */
static void
make_log_ticks (KappaAxis *axis, guint most)
{
  double span = log10 (axis->high / axis->low);
  int lowest = (int)floor (log10 (axis->low) + 1e-9);
  int highest = (int)floor (log10 (axis->high) + 1e-9);
  guint digits = 3.0 * span <= most ? 3 : 1;
  int stride = (int)ceil (span / MAX (most, 1));
  gboolean minor = stride <= 1 && span <= 6.0;

  if (span < 1.0)
    {
      make_linear_ticks (axis, most);
      return;
    }
  stride = MAX (stride, 1);
  for (int e = lowest; e <= highest; e++)
    for (guint digit = 1; digit <= 9; digit++)
      {
        double value = digit * pow (10.0, e);
        gboolean labelled = is_labelled (digit, e, digits, stride);

        if (!is_inside (axis, value) || (!labelled && !minor))
          continue;
        add_tick (axis, value, labelled ? format_decade (value, lowest, highest) : NULL);
      }
}

static void
make_symlog_ticks (KappaAxis *axis, guint most)
{
  int lowest = (int)ceil (log10 (axis->threshold) - 1e-9);
  int highest = (int)floor (log10 (MAX (fabs (axis->low), fabs (axis->high))) + 1e-9);
  gboolean both = axis->low < 0.0 && axis->high > 0.0;
  int stride = MAX ((int)ceil ((highest - lowest + 1) * (both ? 2.0 : 1.0) / MAX (most, 1)), 1);

  for (int side = -1; side <= 1; side++)
    for (int k = 0; side == 0 ? k == 0 : highest - lowest - k >= 0; k++)
      {
        int e = side < 0 ? highest - k : lowest + k;
        double value = side * pow (10.0, e);

        if ((side != 0 && (highest - e) % stride != 0) || !is_inside (axis, value))
          continue;
        add_tick (axis, value, side == 0 ? g_strdup ("0") : kappa_format_value (value, 1));
      }
}

/**
 * kappa_axis_make_ticks:
 * @most: how many labels there is room for
 *
 * Replaces the ticks by round ones between the limits, in increasing order. Minor ticks have no
 * label.
 */
void
kappa_axis_make_ticks (KappaAxis *axis, guint most)
{
  axis->n_ticks = 0;
  most = CLAMP (most, 1, 20);
  if (axis->scale == KAPPA_SCALE_LOG)
    make_log_ticks (axis, most);
  else if (axis->scale == KAPPA_SCALE_SYMLOG)
    make_symlog_ticks (axis, most);
  else
    make_linear_ticks (axis, most);
}

/**
 * kappa_axis_levels:
 * @most: how many levels are wanted at most, by and large
 * @levels: (out): room for @capacity values
 *
 * Finds round values strictly between the limits, for contour lines.
 *
 * Returns: how many there are
 */
guint
kappa_axis_levels (const KappaAxis *axis, guint most, double *levels, guint capacity)
{
  KappaAxis scratch = *axis;
  guint n = 0;

  kappa_axis_make_ticks (&scratch, most);
  for (guint i = 0; i < scratch.n_ticks && n < capacity; i++)
    {
      double place = kappa_axis_place (axis, scratch.ticks[i].value);

      if (scratch.ticks[i].label[0] != '\0' && place > 1e-9 && place < 1.0 - 1e-9)
        levels[n++] = scratch.ticks[i].value;
    }
  return n;
}
