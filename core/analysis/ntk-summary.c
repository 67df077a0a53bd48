#include "core/analysis/ntk-run.h"

#include <math.h>

#include "core/analysis/ntk-spectrum.h"

typedef struct
{
  KappaNtkGram *gram;
  const double *kernel; /* on and below the diagonal */
  guint n_images, n_outputs;
  const KappaNtkSample *sample;
  KappaResult *result;
  GCancellable *cancellable;
} Summary;

static double
entry (const Summary *s, gsize row, gsize column)
{
  const gsize order = (gsize)s->n_images * s->n_outputs;

  return row >= column ? s->kernel[row * order + column] : s->kernel[column * order + row];
}

/* The kernel of some images alone is a part of that of all. */
static gboolean
condition_of (const Summary *s,
              const guint32 *images,
              guint count,
              KappaNtkCondition *condition,
              GError **error)
{
  const guint order = count * s->n_outputs;
  g_autofree double *part = g_new (double, (gsize)order *order), *values = g_new (double, order);

  for (guint r = 0; r < order; r++)
    for (guint c = 0; c <= r; c++)
      part[(gsize)r * order + c] = entry (s, r / count * s->n_images + images[r % count],
                                          c / count * s->n_images + images[c % count]);
  if (!kappa_ntk_eigenvalues (order, part, s->cancellable, values, error))
    return FALSE;
  kappa_ntk_condition (order, values, s->sample->rounding, condition);
  return TRUE;
}

static void
set_array (const Summary *s,
           const char *name,
           const char *axis,
           const char *definition,
           gsize n,
           const double *coordinates,
           const double *values)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", definition, s->sample->description);
  KappaArray *array = kappa_array_new (name, "", text, 1, &n);

  kappa_array_set_axis (array, 0, axis, coordinates);
  kappa_result_take_array (s->result, array);
  kappa_result_set_values (s->result, name, 0, n, values);
}

static void
set_scalar (const Summary *s,
            const char *name,
            double value,
            KappaCertainty certainty,
            const char *definition)
{
  g_autofree char *text = g_strdup_printf ("%s, over %s", definition, s->sample->description);

  kappa_result_set_scalar (s->result, name, value, "", certainty, text);
}

/* Eigenvalues may be off by what is lost in rounding, in root and in value. */
static KappaCertainty
certainty_of (const KappaNtkCondition *c, double value)
{
  double root = sqrt (fmax (value, 0.0)), off = sqrt (c->floor);

  return KAPPA_CERTAINTY_INTERVAL (root > off ? (root - off) * (root - off) : 0.0,
                                   (root + off) * (root + off), 1.0);
}

static void
set_condition (const Summary *s, const KappaNtkCondition *c)
{
  g_autofree char *definition
      = g_strdup_printf ("condition number κ = λ_1 / λ_m of the neural tangent kernel of order %u "
                         "(%u images, %u logits each)%s; "
                         "eigenvalues below %.3g are lost in rounding",
                         s->n_images * s->n_outputs, s->n_images, s->n_outputs,
                         c->resolved ? "" : ", unresolved: the value is a lower bound", c->floor);

  set_scalar (s, "ntk_condition", c->value, KAPPA_CERTAINTY_INTERVAL (c->low, c->high, 1.0),
              definition);
  set_scalar (
      s, "ntk_resolved", c->resolved, KAPPA_CERTAINTY_EXACT,
      "1 if the smallest eigenvalue of the kernel stands above what rounding can make, else 0");
  set_scalar (s, "ntk_lambda_max", c->largest, certainty_of (c, c->largest),
              "largest eigenvalue of the neural tangent kernel");
  set_scalar (s, "ntk_lambda_min", c->smallest, certainty_of (c, c->smallest),
              "smallest eigenvalue of the neural tangent kernel");
  set_scalar (s, "ntk_trace", c->trace,
              KAPPA_CERTAINTY_RESIDUAL (2.0 * s->sample->rounding * fabs (c->trace)),
              "trace of the neural tangent kernel: the squared length of the Jacobian");
  set_scalar (
      s, "ntk_floor", c->floor, KAPPA_CERTAINTY_EXACT,
      "the square of the Jacobian's largest possible rounding error, taken as the number of layers "
      "times the unit roundoff times its length, and of the root of what float64 sums lose: an "
      "eigenvalue below it is not known");
  set_scalar (s, "ntk_order", (double)s->n_images * s->n_outputs, KAPPA_CERTAINTY_EXACT,
              "rows of the kernel: images times logits");
  set_scalar (s, "ntk_images", s->n_images, KAPPA_CERTAINTY_EXACT, "images of the kernel");
  set_scalar (s, "ntk_logits", s->n_outputs, KAPPA_CERTAINTY_EXACT,
              "rows of the kernel for each image");
}

static gboolean
add_spectrum (const Summary *s, GError **error)
{
  const guint order = s->n_images * s->n_outputs;
  g_autofree double *values = g_new (double, order);
  KappaNtkCondition condition;

  if (!kappa_ntk_eigenvalues (order, s->kernel, s->cancellable, values, error))
    return FALSE;
  kappa_ntk_condition (order, values, s->sample->rounding, &condition);
  set_array (s, "ntk_eigenvalues", "index", "eigenvalues of the neural tangent kernel, descending",
             order, NULL, values);
  set_condition (s, &condition);
  return TRUE;
}

/* One number for two images: the mean over the logits. */
static gboolean
add_averaged (const Summary *s, GError **error)
{
  const gsize n = s->n_images, dims[] = { n, n };
  g_autofree char *text = g_strdup_printf ("neural tangent kernel%s, over %s",
                                           s->n_outputs > 1 ? ", averaged over the logits" : "",
                                           s->sample->description);
  g_autofree double *averaged = g_new0 (double, n *n), *values = g_new (double, n);
  KappaArray *array = kappa_array_new ("ntk", "", text, 2, dims);
  KappaNtkCondition c;

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      for (guint v = 0; v < s->n_outputs; v++)
        averaged[i * n + j] += entry (s, v * n + i, v * n + j) / s->n_outputs;
  kappa_array_set_axis (array, 0, "image", NULL);
  kappa_array_set_axis (array, 1, "image", NULL);
  kappa_result_take_array (s->result, array);
  kappa_result_set_values (s->result, "ntk", 0, n * n, averaged);
  if (s->n_outputs == 1)
    return TRUE;
  if (!kappa_ntk_eigenvalues ((guint)n, averaged, s->cancellable, values, error))
    return FALSE;
  kappa_ntk_condition ((guint)n, values, s->sample->rounding, &c);
  set_scalar (
      s, "ntk_condition_averaged", c.value, KAPPA_CERTAINTY_INTERVAL (c.low, c.high, 1.0),
      c.resolved
          ? "condition number of the neural tangent kernel averaged over the logits"
          : "lower bound of the condition number of the neural tangent kernel averaged over the "
            "logits: unresolved");
  return TRUE;
}

/* At 2, 4, 8, … images, and at all. */
static gboolean
add_curve (const Summary *s, GError **error)
{
  double counts[34], values[34], resolved[34];
  gsize n = 0;

  for (guint64 count = 2; count < 2 * (guint64)s->n_images; count *= 2)
    {
      KappaNtkCondition condition;
      guint n_images = (guint)MIN (count, s->n_images);
      g_autofree guint32 *images
          = kappa_images_draw (s->n_images, n_images, s->sample->images, s->sample->seed);

      if (!condition_of (s, images, n_images, &condition, error))
        return FALSE;
      counts[n] = n_images;
      values[n] = condition.value;
      resolved[n++] = condition.resolved;
    }
  if (n == 0)
    return TRUE;
  set_array (s, "ntk_condition_by_n", "images",
             s->sample->images == KAPPA_FOLD_IMAGES_DRAWN
                 ? "condition number of the kernel of so many of the images, drawn, those of a "
                   "smaller number among those of a larger; or a lower bound where it is not "
                   "resolved"
                 : "condition number of the kernel of the first images, or a lower bound where it "
                   "is not resolved",
             n, counts, values);
  set_array (s, "ntk_resolved_by_n", "images",
             "1 where the condition number is resolved, 0 where it is but a bound", n, counts,
             resolved);
  return TRUE;
}

static gboolean
add_folds (const Summary *s, GError **error)
{
  const guint n_folds = s->sample->folds != NULL ? kappa_folds_get_n (s->sample->folds) : 0;
  g_autofree double *values = g_new (double, MAX (n_folds, 1));

  if (n_folds == 0)
    return TRUE;
  for (guint f = 0; f < n_folds; f++)
    {
      const KappaFold fold = kappa_folds_get (s->sample->folds, f);
      KappaNtkCondition condition;

      if (!condition_of (s, fold.images, (guint)fold.count, &condition, error))
        return FALSE;
      values[f] = condition.value;
    }
  set_array (s, "ntk_condition_by_fold", "fold",
             "condition number of the kernel of each fold's images alone, or a lower bound where "
             "it is not resolved",
             n_folds, NULL, values);
  kappa_folds_set_scalar (
      s->sample->folds, s->result, "ntk_condition_over_folds", "", values,
      "condition number of the neural tangent kernel, which grows with the number of images");
  return TRUE;
}

/**
 * kappa_ntk_summarise:
 * @kernel: (array): order × order, on and below the diagonal
 *
 * Adds everything that follows from a kernel.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
kappa_ntk_summarise (KappaNtkGram *gram,
                     const KappaNtkSample *sample,
                     const double *kernel,
                     KappaResult *result,
                     KappaContext *context,
                     GError **error)
{
  guint n_outputs = kappa_ntk_gram_get_n_outputs (gram);
  const Summary s = { .gram = gram,
                      .kernel = kernel,
                      .n_images = kappa_ntk_gram_get_order (gram) / n_outputs,
                      .n_outputs = n_outputs,
                      .sample = sample,
                      .result = result,
                      .cancellable = context->cancellable };
  guint64 macs = kappa_ntk_gram_get_macs (gram, error);

  if (macs == 0 || !add_spectrum (&s, error) || !add_averaged (&s, error) || !add_curve (&s, error)
      || !add_folds (&s, error))
    return FALSE;
  set_scalar (&s, "multiply_adds", (double)macs, KAPPA_CERTAINTY_EXACT,
              "multiply-adds of convolutions and matrix products in all");
  return TRUE;
}
