/* Time and memory of Hessian-vector products of a network's mean loss, and of its gradient beside them.
 *
 *   bench-hvp MODEL --data DATA [--images A:B] [--vectors K] [--threads N] [--repeats N] [--gauss-newton] [--wide]
 *             [--set SETTINGS] [--no-gradient]
 *
 * Vector number v, from 0, is sin (1 + 0.618 (v + 1) i) at parameter number i, so that any other program can multiply
 * the same ones. Gradient and products take turns. Prints one JSON object; times are wall-clock, and processor time of
 * all threads, which a busy machine disturbs less; the peak is that of the process when the first product was made.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "core/analysis/curvature.h"
#include "core/base/cpu.h"
#include "core/ops/conv-kernels.h"

static gint n_vectors = 1, threads = 1, repeats = 3;
static gboolean gauss_newton = FALSE, wide = FALSE, no_gradient = FALSE;
static char *data = NULL, *images = NULL, *settings = NULL;

static const GOptionEntry entries[] = {
  { "data", 'd', 0, G_OPTION_ARG_STRING, &data, "Images with labels", "DATA" },
  { "images", 'i', 0, G_OPTION_ARG_STRING, &images, "Which of them", "A:B" },
  { "vectors", 'k', 0, G_OPTION_ARG_INT, &n_vectors, "Vectors at once; 0 for the gradient alone", "K" },
  { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Workers", "N" },
  { "repeats", 'r', 0, G_OPTION_ARG_INT, &repeats, "Measurements", "N" },
  { "gauss-newton", 'g', 0, G_OPTION_ARG_NONE, &gauss_newton, "Gauss-Newton instead of Hessian", NULL },
  { "wide", 'w', 0, G_OPTION_ARG_NONE, &wide, "float64 instead of float32", NULL },
  { "set", 's', 0, G_OPTION_ARG_STRING, &settings, "Preparation of the images", "SETTINGS" },
  { "no-gradient", 0, 0, G_OPTION_ARG_NONE, &no_gradient, "Products alone", NULL },
  { NULL },
};

typedef struct
{
  double wall;
  double processor;
} Seconds;

typedef struct
{
  KappaCurvature *curvature;
  KappaCurvatureKind kind;
  KappaContext context;
  double **vectors, **products, *gradient;
  double loss;
} Bench;

static Seconds
now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (Seconds){ (double) g_get_monotonic_time () * 1e-6,
                    (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                        + 1e-6 * (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) };
}

static Seconds
since (Seconds start)
{
  Seconds end = now ();

  return (Seconds){ end.wall - start.wall, end.processor - start.processor };
}

static double
peak_mebibytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024.0;
}

static int
by_wall (const void *a, const void *b)
{
  const Seconds *x = a, *y = b;

  return (x->wall > y->wall) - (x->wall < y->wall);
}

static Seconds
median (Seconds *times)
{
  qsort (times, (gsize) repeats, sizeof *times, by_wall);
  return times[repeats / 2];
}

static gboolean
multiply (Bench *b, GError **error)
{
  return n_vectors == 0
         || kappa_curvature_multiply (b->curvature, b->kind, NULL, (guint) n_vectors, (const double *const *) b->vectors,
                                      b->products, &b->context, error);
}

static gboolean
differentiate (Bench *b, GError **error)
{
  return no_gradient || kappa_curvature_differentiate (b->curvature, NULL, &b->context, &b->loss, b->gradient, error);
}

static gboolean
measure (Bench *b, Seconds *product, Seconds *gradient, double *peak, GError **error)
{
  g_autofree Seconds *products = g_new0 (Seconds, repeats), *gradients = g_new0 (Seconds, repeats);

  if (n_vectors > 0 && !multiply (b, error))
    return FALSE;
  *peak = peak_mebibytes ();
  if (!differentiate (b, error))
    return FALSE;
  if (n_vectors == 0)
    *peak = peak_mebibytes ();
  for (int r = 0; r < repeats; r++)
    {
      Seconds start = now ();

      if (!multiply (b, error))
        return FALSE;
      products[r] = since (start);
      start = now ();
      if (!differentiate (b, error))
        return FALSE;
      gradients[r] = since (start);
    }
  *product = median (products);
  *gradient = median (gradients);
  return TRUE;
}

static double
inner (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
prepare_vectors (Bench *b, gsize n)
{
  b->vectors = g_new0 (double *, n_vectors + 1);
  b->products = g_new0 (double *, n_vectors + 1);
  b->gradient = g_new0 (double, n);
  for (int v = 0; v < n_vectors; v++)
    {
      b->vectors[v] = g_new (double, n);
      b->products[v] = g_new (double, n);
      for (gsize i = 0; i < n; i++)
        b->vectors[v][i] = sin (1.0 + 0.618 * (v + 1) * (double) i);
    }
}

static void
print (Bench *b, gsize n, Seconds product, Seconds gradient, double peak)
{
  guint64 bytes = 0, macs = 0, gradient_macs = 0;
  const double per = n_vectors > 0 ? 1.0 / n_vectors : 0.0;

  kappa_curvature_get_cost (b->curvature, b->kind, (guint) n_vectors, (guint) threads, &bytes, &macs, NULL);
  kappa_curvature_get_cost (b->curvature, b->kind, 0, (guint) threads, NULL, &gradient_macs, NULL);
  printf ("{\"parameters\": %" G_GSIZE_FORMAT ", \"images\": %" G_GINT64_FORMAT ", \"vectors\": %d, \"threads\": %d, ", n,
          kappa_curvature_get_n_images (b->curvature), n_vectors, threads);
  printf ("\"seconds_per_vector\": %.6f, \"processor_seconds_per_vector\": %.6f, ", product.wall * per,
          product.processor * per);
  printf ("\"gradient_seconds\": %.6f, \"gradient_processor_seconds\": %.6f, ", gradient.wall, gradient.processor);
  printf ("\"macs_per_vector\": %.0f, \"gradient_macs\": %.0f, ", (double) macs * per, (double) gradient_macs);
  printf ("\"gflops\": %.1f, \"peak_mebibytes\": %.1f, \"predicted_mebibytes\": %.1f, ",
          n_vectors > 0 ? 2e-9 * (double) macs / product.wall : 2e-9 * (double) gradient_macs / gradient.wall, peak,
          (double) bytes / 1048576.0);
  printf ("\"loss\": %.9g, \"gradient_norm\": %.9g, \"curvatures\": [", b->loss, sqrt (inner (b->gradient, b->gradient, n)));
  for (int v = 0; v < n_vectors; v++)
    printf ("%s%.9g", v > 0 ? ", " : "", inner (b->vectors[v], b->products[v], n));
  printf ("], \"product_norms\": [");
  for (int v = 0; v < n_vectors; v++)
    printf ("%s%.9g", v > 0 ? ", " : "", sqrt (inner (b->products[v], b->products[v], n)));
  printf ("], \"onednn\": \"%s\", \"isa\": \"%s\"}\n", kappa_dnnl_version (), kappa_cpu_isa ());
}

static gboolean
set_option (KappaInputs *inputs, const char *input, const char *option, const char *value, GError **error)
{
  return value == NULL || kappa_inputs_set_option (inputs, input, 0, option, value, error);
}

static gboolean
run (const char *path, GError **error)
{
  g_autoptr (KappaInputs) inputs = kappa_inputs_new ();
  g_autoptr (KappaBatchSource) batches = NULL;
  g_autoptr (KappaCurvature) curvature = NULL;
  Bench bench = { .kind = gauss_newton ? KAPPA_CURVATURE_GAUSS_NEWTON : KAPPA_CURVATURE_HESSIAN };
  Seconds product, gradient;
  double peak;
  gsize n;

  bench.context = (KappaContext){ .workers = kappa_workers_new ((guint) threads) };
  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, path);
  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, data);
  if (!set_option (inputs, "model", "set", settings, error) || !set_option (inputs, "data", "images", images, error)
      || !kappa_inputs_open (inputs, NULL, error))
    return FALSE;
  batches = kappa_inputs_make_batches (inputs, "data", "model", TRUE, &bench.context, error);
  if (batches == NULL)
    return FALSE;
  bench.curvature = curvature
      = kappa_curvature_new (kappa_inputs_get_model (inputs, "model", 0), batches,
                             wide ? KAPPA_PRECISION_FLOAT64 : KAPPA_PRECISION_FLOAT32, 0.0, error);
  if (curvature == NULL)
    return FALSE;
  n = kappa_curvature_get_n_parameters (curvature);
  prepare_vectors (&bench, n);
  if (!measure (&bench, &product, &gradient, &peak, error))
    return FALSE;
  print (&bench, n, product, gradient, peak);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || data == NULL || repeats < 1)
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "usage: bench-hvp MODEL --data DATA");
      return 2;
    }
  if (!run (argv[1], &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  return 0;
}
