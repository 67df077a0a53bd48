/* Eigenvalues of the diagonal blocks of the Hessian: by tensor, layer and block. */

#include <math.h>

#include "core/analysis/spectrum-lockstep.h"
#include "core/analysis/symmetric.h"
#include "tests/core/analysis/fixture.h"
#include "tests/core/analysis/small-vit.h"

#define IMAGES  "0:4"
#define AT_ONCE 64

/* Small enough for a dense Hessian: some 1,500 parameters. */
static const SmallVit vit = { 8, 2, 12, 4, "erf" };

typedef struct
{
  KappaInputs *inputs;
  KappaModel *model;
  KappaContext context;
  KappaBatchSource *batches;
  KappaCurvature *curvature;
  gsize n;
} Scene;

static void
scene_open (Scene *scene)
{
  scene->inputs = small_vit_open_inputs (&vit, IMAGES);
  scene->model = kappa_inputs_get_model (scene->inputs, "model", 0);
  scene->context = (KappaContext) { .workers = kappa_workers_new (2) };
  scene->batches
      = kappa_inputs_make_batches (scene->inputs, "data", "model", TRUE, &scene->context, NULL);
  scene->curvature
      = kappa_curvature_new (scene->model, scene->batches, KAPPA_PRECISION_FLOAT64, 0.0, NULL);
  scene->n = kappa_model_get_parameters_size (scene->model);
}

static void
scene_close (Scene *scene)
{
  kappa_curvature_free (scene->curvature);
  g_object_unref (scene->batches);
  kappa_workers_unref (scene->context.workers);
  g_object_unref (scene->inputs);
}

/* Row by row. */
static double *
get_matrix (Scene *scene)
{
  double *matrix = g_new0 (double, scene->n * scene->n);
  double *rows[AT_ONCE];

  for (gsize first = 0; first < scene->n; first += AT_ONCE)
    {
      const guint count = (guint)MIN (AT_ONCE, scene->n - first);

      for (guint v = 0; v < count; v++)
        {
          rows[v] = matrix + (first + v) * scene->n;
          rows[v][first + v] = 1.0;
        }
      g_assert_true (kappa_curvature_multiply (scene->curvature, KAPPA_CURVATURE_HESSIAN, NULL,
                                               count, (const double *const *)rows, rows,
                                               &scene->context, NULL));
    }
  return matrix;
}

/* The smallest and the largest eigenvalue of the block that belongs to a part. */
static void
solve (Scene *scene, const double *matrix, const KappaPart *part, double ends[2])
{
  const gsize size = part->size;
  g_autofree double *block = g_new (double, size *size), *row = g_new (double, size),
                    *values = g_new (double, size), *vectors = g_new (double, size *size);
  gsize at = 0;

  for (guint t = 0; t < part->tensors->len; t++)
    {
      const KappaParameter *parameter
          = kappa_model_get_parameter (scene->model, g_array_index (part->tensors, guint, t));

      for (gsize i = 0; i < parameter->size; i++, at++)
        kappa_part_gather (part, scene->model, matrix + (parameter->offset + i) * scene->n,
                           block + at * size);
    }
  g_assert_cmpuint (at, ==, size);
  kappa_symmetric_eigen ((guint)size, block, size, values, vectors);
  ends[0] = values[0];
  ends[1] = values[size - 1];
}

static KappaResult *
run (KappaInputs *inputs, const char *per)
{
  static const char *const settings[][2]
      = { { "top", "1" },   { "bottom", "1" },          { "tolerance", "1e-7" }, { "probes", "0" },
          { "folds", "0" }, { "precision", "float64" }, { "products", "4000" } };
  g_autoptr (KappaAnalysis) analysis = kappa_analysis_new_by_name ("spectrum", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    fixture_set (analysis, settings[i][0], settings[i][1]);
  fixture_set (analysis, "per", per);
  return fixture_run (analysis, inputs, NULL, 2);
}

/* Every part has the eigenvalues of its block of the dense matrix. */
static void
test_dense (void)
{
  static const struct
  {
    KappaPer per;
    const char *name, *table;
  } kinds[] = { { KAPPA_PER_TENSOR, "tensor", "lambda_by_tensor" },
                { KAPPA_PER_LAYER, "layer", "lambda_by_layer" },
                { KAPPA_PER_BLOCK, "block", "lambda_by_block" } };
  Scene scene;
  g_autofree double *matrix = NULL;

  scene_open (&scene);
  matrix = get_matrix (&scene);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GPtrArray) parts = kappa_parts_new (scene.model, kinds[k].per);
      g_autoptr (KappaResult) result = run (scene.inputs, kinds[k].name);
      g_autoptr (KappaTable) table = kappa_result_dup_table (result, kinds[k].table);
      double worst = 0.0;

      g_assert_cmpuint (table->n_rows, ==, parts->len);
      for (guint i = 0; i < parts->len; i++)
        {
          const KappaPart *part = parts->pdata[i];
          double ends[2], size;

          solve (&scene, matrix, part, ends);
          size = fmax (fabs (ends[0]), fabs (ends[1]));
          g_assert_cmpstr (table->texts[0][i], ==, part->name);
          g_assert_cmpfloat (table->numbers[1][i], ==, (double)part->size);
          worst = fmax (worst, fmax (fabs (table->numbers[2][i] - ends[1]),
                                     fabs (table->numbers[4][i] - ends[0]))
                                   / size);
          g_assert_cmpfloat_with_epsilon (table->numbers[2][i], ends[1], 1e-6 * size);
          g_assert_cmpfloat_with_epsilon (table->numbers[4][i], ends[0], 1e-6 * size);
        }
      g_test_message ("%u parts by %s, off by %.2g at most", parts->len, kinds[k].name, worst);
    }
  scene_close (&scene);
}

/* A transformer's blocks, what comes before and what behind them. */
static void
test_names (void)
{
  Scene scene;
  g_autoptr (GPtrArray) parts = NULL;

  scene_open (&scene);
  parts = kappa_parts_new (scene.model, KAPPA_PER_BLOCK);
  g_assert_cmpuint (parts->len, ==, 4);
  g_assert_cmpstr (((KappaPart *)parts->pdata[0])->name, ==, "stem");
  g_assert_cmpstr (((KappaPart *)parts->pdata[3])->name, ==, "head");
  g_assert_cmpuint (((KappaPart *)parts->pdata[1])->size, ==, ((KappaPart *)parts->pdata[2])->size);
  scene_close (&scene);
}

static void
count_cb (gpointer passes)
{
  ++*(guint *)passes;
}

/* All parts advance together: their vectors share the passes through the network. */
static void
test_shared (void)
{
  Scene scene;
  guint passes = 0, products = 0;

  scene_open (&scene);
  {
    g_autoptr (GPtrArray) parts = kappa_parts_new (scene.model, KAPPA_PER_BLOCK);
    g_autofree KappaLockstepTask *tasks = g_new0 (KappaLockstepTask, parts->len);
    g_autoptr (KappaResult) result = kappa_result_new ();
    const KappaLockstep lockstep = { .model = scene.model,
                                     .curvature = scene.curvature,
                                     .kind = KAPPA_CURVATURE_HESSIAN,
                                     .context = &scene.context,
                                     .stepped = count_cb,
                                     .data = &passes };

    for (guint t = 0; t < parts->len; t++)
      {
        const KappaPart *part = parts->pdata[t];
        const KappaLanczosOptions options = { .n = part->size,
                                              .top = 1,
                                              .block = 1,
                                              .capacity = 40,
                                              .max_products = 20,
                                              .tolerance = 1e-12,
                                              .wide = TRUE };

        tasks[t].part = part;
        tasks[t].lanczos = kappa_lanczos_new (&options);
        tasks[t].journal
            = (KappaLanczosJournal) { .result = result, .name = g_strdup_printf (".part-%u", t) };
      }
    g_assert_true (kappa_lockstep_run (&lockstep, tasks, parts->len, NULL));
    products = (guint)kappa_curvature_get_n_products (scene.curvature);
    for (guint t = 0; t < parts->len; t++)
      {
        kappa_lanczos_free (tasks[t].lanczos);
        g_free ((char *)tasks[t].journal.name);
      }
    g_assert_cmpuint (products, ==, 20 * parts->len);
    g_assert_cmpuint (passes, ==, 20);
  }
  scene_close (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spectrum-parts/dense", test_dense);
  g_test_add_func ("/spectrum-parts/names", test_names);
  g_test_add_func ("/spectrum-parts/shared", test_shared);
  return g_test_run ();
}
