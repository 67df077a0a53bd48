/* Time of a network's forward pass over images, and how much of it the bare convolutions would take.
 *
 *   bench-forward MODEL [--images N] [--size PIXELS] [--threads N] [--repeats N] [--precision float32|bfloat16|float64]
 *                 [--input FILE] [--output FILE]
 *
 * Images are random numbers: the time does not depend on them; or those of a file of float32, over and over. The logits
 * can be written, as float64. Prints one JSON object; times are wall-clock, and processor time of all threads, which a
 * busy machine disturbs less.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/blas.h"
#include "core/base/cpu.h"
#include "core/base/random.h"
#include "core/graph/profile.h"
#include "core/graph/program.h"
#include "core/models/model.h"
#include "core/ops/conv-kernels.h"

static gint n_images = 256, size = 0, threads = 1, repeats = 7, micro_batch = 0;
static char *precision = NULL, *input = NULL, *output = NULL;
static gboolean steps_wanted = FALSE;

static const GOptionEntry entries[] = {
  { "images", 'n', 0, G_OPTION_ARG_INT, &n_images, "Images in one pass", "N" },
  { "size", 's', 0, G_OPTION_ARG_INT, &size, "Pixels in a side", "PIXELS" },
  { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Workers", "N" },
  { "repeats", 'r', 0, G_OPTION_ARG_INT, &repeats, "Passes measured", "N" },
  { "micro-batch", 'm', 0, G_OPTION_ARG_INT, &micro_batch, "Images together, 0 for the planner's choice", "N" },
  { "precision", 'p', 0, G_OPTION_ARG_STRING, &precision, "float32, bfloat16 or float64", "P" },
  { "input", 'i', 0, G_OPTION_ARG_FILENAME, &input, "Images, float32, one after the other", "FILE" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where to write the logits", "FILE" },
  { "steps", 0, 0, G_OPTION_ARG_NONE, &steps_wanted, "Show every step", NULL },
  { NULL },
};

static const guint profile_repeats = 7;

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
fetch (guint index, gint64 first, gint64 n, void *values, gpointer data, GError **error)
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
processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + 1e-6 * (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

typedef struct
{
  double median, least, processor;
} Times;

static gboolean
time_passes (KappaProgram *program, const KappaFeed *feed, KappaWorkers *workers, Times *result, GError **error)
{
  g_autofree double *times = g_new (double, repeats), *processor = g_new (double, repeats);
  KappaEnvironment environment = { .workers = workers };

  if (!kappa_program_run (program, feed, &environment, error))
    return FALSE;
  for (int r = 0; r < repeats; r++)
    {
      gint64 start = g_get_monotonic_time ();

      processor[r] = processor_seconds ();
      if (!kappa_program_run (program, feed, &environment, error))
        return FALSE;
      processor[r] = processor_seconds () - processor[r];
      times[r] = (double) (g_get_monotonic_time () - start) * 1e-6;
    }
  qsort (times, (gsize) repeats, sizeof *times, by_value);
  qsort (processor, (gsize) repeats, sizeof *processor, by_value);
  *result = (Times){ times[repeats / 2], times[0], processor[repeats / 2] };
  return TRUE;
}

/* Images of a file, from its beginning again where it ends; or random numbers. */
static gboolean
load_images (Bench *bench, GError **error)
{
  const gsize image = (gsize) bench->channels * bench->height * bench->width, total = image * (gsize) n_images;
  const KappaStream stream = kappa_stream_init (1, "images");
  g_autofree char *bytes = NULL;
  gsize length = 0;

  bench->images = g_new (float, total);
  for (gsize i = 0; input == NULL && i < total; i++)
    bench->images[i] = (float) (4.0 * kappa_stream_uniform (&stream, i) - 2.0);
  if (input == NULL)
    return TRUE;
  if (!g_file_get_contents (input, &bytes, &length, error))
    return FALSE;
  if (length == 0 || length % (image * sizeof (float)) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: its %" G_GSIZE_FORMAT " bytes are no whole images", input,
                   length);
      return FALSE;
    }
  for (gsize at = 0; at < total * sizeof (float); at += length)
    memcpy ((char *) bench->images + at, bytes, MIN (length, total * sizeof (float) - at));
  return TRUE;
}

static gboolean
save_logits (KappaProgram *program, GError **error)
{
  gsize n;
  const double *logits = kappa_program_get_output (program, "logits", &n);

  return output == NULL || g_file_set_contents (output, (const char *) logits, (gssize) (n * sizeof *logits), error);
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

  p->steps = kappa_program_profile (p->program, p->feed, profile_repeats, error);
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

static KappaProgram *
make_program (Bench *bench, GError **error)
{
  KappaProgramOptions options = { .real = KAPPA_F32, .compute = KAPPA_F32, .micro_batch = micro_batch };

  if (g_strcmp0 (precision, "float64") == 0)
    options.real = options.compute = KAPPA_F64;
  else if (g_strcmp0 (precision, "bfloat16") == 0)
    options.compute = KAPPA_BF16;
  return kappa_program_new (&options, build, bench, NULL, error);
}

static KappaFeed
make_feed (Bench *bench)
{
  KappaFeed feed = { .n_samples = n_images, .fetch = fetch, .data = bench };

  feed.wide = g_strcmp0 (precision, "float64") == 0;
  feed.parameters = feed.wide ? (const void *) kappa_model_get_parameters_wide (bench->model, NULL)
                              : kappa_model_get_parameters (bench->model, NULL);
  feed.buffers = feed.wide ? (const void *) kappa_model_get_buffers_wide (bench->model, NULL)
                           : kappa_model_get_buffers (bench->model, NULL);
  return feed;
}

static void
print (const Bench *bench, KappaProgram *program, const Times *times, const GArray *steps)
{
  double rate, share = convolution_share (steps, &rate);

  printf ("{\"model\": \"%s\", \"images\": %d, \"size\": %u, \"threads\": %d, \"precision\": \"%s\", \"micro_batch\": %d,"
          " \"median_seconds\": %.6f, \"least_seconds\": %.6f, \"processor_seconds\": %.6f, \"gflops\": %.1f,"
          " \"convolution_share\": %.3f, \"bare_convolution_gflops\": %.1f, \"onednn\": \"%s\", \"openblas\": \"%s\", \"isa\": \"%s\"}\n",
          kappa_model_get_architecture (bench->model), n_images, bench->height, threads, precision != NULL ? precision : "float32",
          (int) kappa_program_get_micro_batch (program), times->median, times->least, times->processor,
          2e-9 * (double) kappa_program_get_macs (program, n_images, 0) / times->median, share, rate, kappa_dnnl_version (),
          kappa_blas_kernels (), kappa_cpu_isa ());
}

static gboolean
run (const char *path, GError **error)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new ((guint) threads);
  g_autoptr (KappaProgram) program = NULL;
  Bench bench = { .model = kappa_model_open (path, NULL, NULL, error) };
  Profile profile = { 0 };
  KappaFeed feed;
  Times times;

  if (bench.model == NULL)
    return FALSE;
  bench.channels = kappa_model_get_channels (bench.model);
  kappa_model_get_input_size (bench.model, &bench.height, &bench.width);
  if (size > 0)
    bench.height = bench.width = (guint) size;
  if (!load_images (&bench, error))
    return FALSE;
  program = make_program (&bench, error);
  if (program == NULL)
    return FALSE;
  feed = make_feed (&bench);
  if (!time_passes (program, &feed, workers, &times, error) || !save_logits (program, error))
    return FALSE;
  profile = (Profile){ program, &feed, NULL };
  if (!kappa_workers_run (workers, 1, profile_task, &profile, NULL, error))
    return FALSE;
  print (&bench, program, &times, profile.steps);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || n_images < 1 || repeats < 1)
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "usage: bench-forward MODEL");
      return 2;
    }
  if (!run (argv[1], &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  return 0;
}
