/* Time of a network's forward pass over images, and how much of it the bare convolutions would take.
 *
 *   bench-forward MODEL [--images N] [--size PIXELS] [--threads N] [--repeats N] [--precision float32|bfloat16|float64]
 *
 * Images are random numbers: the time does not depend on them. Prints one JSON object.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/random.h"
#include "core/graph/profile.h"
#include "core/graph/program.h"
#include "core/models/model.h"
#include "core/ops/conv-kernels.h"

static gint n_images = 256, size = 0, threads = 1, repeats = 7, micro_batch = 0;
static char *precision = NULL;
static gboolean steps_wanted = FALSE;

static const GOptionEntry entries[] = {
  { "images", 'n', 0, G_OPTION_ARG_INT, &n_images, "Images in one pass", "N" },
  { "size", 's', 0, G_OPTION_ARG_INT, &size, "Pixels in a side", "PIXELS" },
  { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Workers", "N" },
  { "repeats", 'r', 0, G_OPTION_ARG_INT, &repeats, "Passes measured", "N" },
  { "micro-batch", 'm', 0, G_OPTION_ARG_INT, &micro_batch, "Images together, 0 for the planner's choice", "N" },
  { "precision", 'p', 0, G_OPTION_ARG_STRING, &precision, "float32, bfloat16 or float64", "P" },
  { "steps", 0, 0, G_OPTION_ARG_NONE, &steps_wanted, "Show every step", NULL },
  { NULL },
};

typedef struct
{
  KappaModel *model;
  guint channels, height, width;
  float *images;
} Bench;

static gboolean
build (KappaGraph *graph, gint64 batch, KappaOutputs *outputs, gpointer data, GError **error)
{
  Bench *bench = data;
  KappaShape shape = KAPPA_SHAPE (batch, bench->channels, bench->height, bench->width);
  KappaNode images
      = kappa_graph_input (graph, KAPPA_ROLE_SAMPLE, "images", kappa_graph_get_real (graph), &shape);

  kappa_outputs_add (outputs, "logits", KAPPA_OUTPUT_ROWS, kappa_model_build (bench->model, graph, images));
  return TRUE;
}

static gboolean
fetch (guint input, gint64 first, gint64 n, void *values, gpointer data, GError **error)
{
  Bench *bench = data;
  gsize image = (gsize) bench->channels * bench->height * bench->width;

  if (g_strcmp0 (precision, "float64") == 0)
    for (gsize i = 0; i < image * (gsize) n; i++)
      ((double *) values)[i] = bench->images[(gsize) first * image + i];
  else
    memcpy (values, bench->images + (gsize) first * image, image * (gsize) n * sizeof (float));
  return TRUE;
}

static int
by_value (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static double
time_passes (KappaProgram *program, const KappaFeed *feed, KappaWorkers *workers, double *least)
{
  g_autofree double *times = g_new (double, repeats);
  KappaEnvironment environment = { .workers = workers };

  kappa_program_run (program, feed, &environment, NULL);
  for (int r = 0; r < repeats; r++)
    {
      gint64 start = g_get_monotonic_time ();

      kappa_program_run (program, feed, &environment, NULL);
      times[r] = (double) (g_get_monotonic_time () - start) * 1e-6;
    }
  qsort (times, (gsize) repeats, sizeof *times, by_value);
  *least = times[0];
  return times[repeats / 2];
}

typedef struct
{
  KappaProgram *program;
  const KappaFeed *feed;
  GArray *steps;
} Profile;

static gboolean
profile_task (gsize task, guint worker, gpointer data, GError **error)
{
  Profile *p = data;

  p->steps = kappa_program_profile (p->program, p->feed, 15, error);
  return p->steps != NULL;
}

/* The share of the summed times of the bare convolutions in the time of all steps in place. */
static double
convolution_share (const GArray *steps, double *rate)
{
  double all = 0.0, bare = 0.0, macs = 0.0;

  for (guint i = 0; i < steps->len; i++)
    {
      const KappaStepTime *step = &g_array_index (steps, KappaStepTime, i);

      if (steps_wanted)
        fprintf (stderr, "%-14s %8.1f us in place %8.1f us alone %7.1f GFLOP/s\n", step->name, step->seconds * 1e6,
                 step->alone * 1e6, 2e-9 * (double) step->macs / step->seconds);
      all += step->seconds;
      if (strcmp (step->name, "conv") == 0)
        {
          bare += step->alone;
          macs += (double) step->macs;
        }
    }
  *rate = 2e-9 * macs / bare;
  return bare / all;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaWorkers) workers = NULL;
  g_autoptr (KappaProgram) program = NULL;
  KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32 };
  KappaStream stream = kappa_stream_init (1, "images");
  Bench bench = { 0 };
  Profile profile = { 0 };
  KappaFeed feed;
  double median, least, share, rate;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "usage: bench-forward MODEL");
      return 2;
    }
  bench.model = kappa_model_open (argv[1], NULL, NULL, &error);
  if (bench.model == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  bench.channels = kappa_model_get_channels (bench.model);
  kappa_model_get_input_size (bench.model, &bench.height, &bench.width);
  if (size > 0)
    bench.height = bench.width = (guint) size;
  bench.images = g_new (float, (gsize) n_images * bench.channels * bench.height * bench.width);
  for (gsize i = 0; i < (gsize) n_images * bench.channels * bench.height * bench.width; i++)
    bench.images[i] = (float) (4.0 * kappa_stream_uniform (&stream, i) - 2.0);
  if (g_strcmp0 (precision, "float64") == 0)
    options.real = options.compute = KAPPA_F64;
  else if (g_strcmp0 (precision, "bfloat16") == 0)
    options.compute = KAPPA_BF16;
  options.micro_batch = micro_batch;
  workers = kappa_workers_new ((guint) threads);
  program = kappa_program_new (&options, build, &bench, NULL, &error);
  if (program == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  feed = (KappaFeed){ .n_samples = n_images, .fetch = fetch, .data = &bench };
  feed.wide = options.real == KAPPA_F64;
  feed.parameters = feed.wide ? (const void *) kappa_model_get_parameters_wide (bench.model, NULL)
                              : kappa_model_get_parameters (bench.model, NULL);
  feed.buffers = feed.wide ? (const void *) kappa_model_get_buffers_wide (bench.model, NULL)
                           : kappa_model_get_buffers (bench.model, NULL);
  median = time_passes (program, &feed, workers, &least);
  profile = (Profile){ program, &feed, NULL };
  if (!kappa_workers_run (workers, 1, profile_task, &profile, NULL, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  share = convolution_share (profile.steps, &rate);
  printf ("{\"model\": \"%s\", \"images\": %d, \"size\": %u, \"threads\": %d, \"precision\": \"%s\", \"micro_batch\": %d,"
          " \"median_seconds\": %.6f, \"least_seconds\": %.6f, \"gflops\": %.1f, \"convolution_share\": %.3f,"
          " \"bare_convolution_gflops\": %.1f, \"onednn\": \"%s\", \"isa\": \"%s\"}\n",
          kappa_model_get_architecture (bench.model), n_images, bench.height, threads, precision != NULL ? precision : "float32",
          (int) kappa_program_get_micro_batch (program), median, least,
          2e-9 * (double) kappa_program_get_macs (program, n_images, 0) / median, share, rate, kappa_dnnl_version (),
          kappa_cpu_isa ());
  return 0;
}
