#include "core/analysis/curvature.h"

#include <math.h>
#include <string.h>

#include "core/analysis/objective.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "tests/core/analysis/fixture.h"

/* The bundled network over its first images, and vectors to multiply. */
typedef struct
{
  KappaInputs *inputs;
  KappaModel *model;
  KappaBatchSource *batches;
  KappaContext context;
  gsize n;
} Scene;

static void
scene_open (Scene *scene, const char *images, guint threads)
{
  g_autoptr (GError) error = NULL;

  scene->inputs = fixture_open_inputs (images);
  scene->context = (KappaContext) { .workers = kappa_workers_new (threads) };
  scene->model = kappa_inputs_get_model (scene->inputs, "model", 0);
  scene->batches
      = kappa_inputs_make_batches (scene->inputs, "data", "model", TRUE, &scene->context, &error);
  g_assert_no_error (error);
  scene->n = kappa_model_get_parameters_size (scene->model);
}

static void
scene_close (Scene *scene)
{
  g_object_unref (scene->batches);
  g_object_unref (scene->inputs);
  kappa_workers_unref (scene->context.workers);
}

static KappaCurvature *
make (Scene *scene, KappaPrecision precision, double l2)
{
  g_autoptr (GError) error = NULL;
  KappaCurvature *curvature
      = kappa_curvature_new (scene->model, scene->batches, precision, l2, &error);

  g_assert_no_error (error);
  return curvature;
}

static double *
draw (gsize n, guint64 seed)
{
  double *values = g_new (double, n);
  KappaStream stream = kappa_stream_init (seed, "test");

  kappa_stream_normals (&stream, 0, n, values);
  return values;
}

static double
dot (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static double *
multiply (Scene *scene, KappaCurvature *curvature, KappaCurvatureKind kind, const double *vector)
{
  double *product = g_new (double, scene->n);
  g_autoptr (GError) error = NULL;

  kappa_curvature_multiply (curvature, kind, NULL, 1, &vector, &product, &scene->context, &error);
  g_assert_no_error (error);
  return product;
}

static double
loss_at (Scene *scene,
         KappaObjective *objective,
         const double *weights,
         const double *along,
         double step)
{
  g_autofree double *point = g_new (double, scene->n);
  KappaEvaluation evaluation;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < scene->n; i++)
    point[i] = weights[i] + step * along[i];
  kappa_objective_evaluate (objective, point, NULL, &scene->context, &evaluation, &error);
  g_assert_no_error (error);
  return evaluation.loss;
}

/* Loss and gradient are those of the landscape's function, regulariser included. */
static void
test_gradient (void)
{
  const double l2 = 0.01, step = 1e-5;
  Scene scene;
  g_autoptr (GError) error = NULL;

  scene_open (&scene, "0:6", 2);
  {
    g_autoptr (KappaCurvature) curvature = make (&scene, KAPPA_PRECISION_FLOAT64, l2);
    g_autoptr (KappaObjective) objective
        = kappa_objective_new (scene.model, scene.batches, KAPPA_PRECISION_FLOAT64, l2, &error);
    const double *weights = kappa_model_get_parameters_wide (scene.model, &error);
    g_autofree double *gradient = g_new (double, scene.n), *along = draw (scene.n, 1);
    double loss, slope;

    for (gsize i = 0; i < scene.n; i++)
      along[i] *= 0.01 * fabs (weights[i]);
    kappa_curvature_differentiate (curvature, NULL, &scene.context, &loss, gradient, &error);
    g_assert_no_error (error);
    g_assert_cmpfloat_with_epsilon (loss, loss_at (&scene, objective, weights, along, 0.0), 1e-13);
    slope = (loss_at (&scene, objective, weights, along, step)
             - loss_at (&scene, objective, weights, along, -step))
            / (2.0 * step);
    g_assert_cmpfloat_with_epsilon (dot (gradient, along, scene.n), slope, 2e-5 * fabs (slope));
  }
  scene_close (&scene);
}

/* Along a single tensor of a piecewise linear network, the Hessian and the Gauss-Newton matrix are
 * one. */
static void
test_blocks (void)
{
  Scene scene;

  scene_open (&scene, "0:4", 2);
  {
    g_autoptr (KappaCurvature) curvature = make (&scene, KAPPA_PRECISION_FLOAT64, 0.0);
    const KappaParameter *parameter
        = kappa_model_find_parameter (scene.model, "layer2.0.conv1.weight");
    g_autofree double *vector = draw (scene.n, 2);
    double curvatures[2];

    for (gsize i = 0; i < scene.n; i++)
      if (i < parameter->offset || i >= parameter->offset + parameter->size)
        vector[i] = 0.0;
    for (KappaCurvatureKind kind = 0; kind < 2; kind++)
      {
        g_autofree double *product = multiply (&scene, curvature, kind, vector);

        curvatures[kind] = dot (vector, product, scene.n);
      }
    g_assert_cmpfloat (curvatures[0], >, 0.0);
    g_assert_cmpfloat_with_epsilon (curvatures[0], curvatures[1], 1e-10 * curvatures[0]);
  }
  scene_close (&scene);
}

/* Both matrices are symmetric, and the Hessian is the gradient's derivative. */
static void
test_hessian (void)
{
  const double step = 1e-7;
  Scene scene;
  g_autoptr (GError) error = NULL;

  scene_open (&scene, "0:4", 2);
  {
    g_autoptr (KappaCurvature) curvature = make (&scene, KAPPA_PRECISION_FLOAT64, 0.0);
    const double *weights = kappa_model_get_parameters_wide (scene.model, &error);
    g_autofree double *u = draw (scene.n, 3), *v = draw (scene.n, 4),
                      *point = g_new (double, scene.n);
    g_autofree double *ahead = g_new (double, scene.n), *behind = g_new (double, scene.n);
    double largest = 0.0, off = 0.0;

    for (KappaCurvatureKind kind = 0; kind < 2; kind++)
      {
        g_autofree double *of_u = multiply (&scene, curvature, kind, u),
                          *of_v = multiply (&scene, curvature, kind, v);
        double uv = dot (u, of_v, scene.n);

        g_assert_cmpfloat_with_epsilon (uv, dot (v, of_u, scene.n),
                                        1e-9 * (fabs (uv) + dot (u, of_u, scene.n)));
        if (kind == KAPPA_CURVATURE_GAUSS_NEWTON)
          {
            g_assert_cmpfloat (dot (u, of_u, scene.n), >=, 0.0);
            continue;
          }
        for (gsize i = 0; i < scene.n; i++)
          point[i] = weights[i] + step * u[i];
        kappa_curvature_differentiate (curvature, point, &scene.context, NULL, ahead, &error);
        for (gsize i = 0; i < scene.n; i++)
          point[i] = weights[i] - step * u[i];
        kappa_curvature_differentiate (curvature, point, &scene.context, NULL, behind, &error);
        for (gsize i = 0; i < scene.n; i++)
          {
            double difference = (ahead[i] - behind[i]) / (2.0 * step);

            largest = MAX (largest, fabs (of_u[i]));
            off = MAX (off, fabs (difference - of_u[i]));
          }
        g_assert_cmpfloat (off, <, 1e-4 * largest);
      }
  }
  scene_close (&scene);
}

/* Folds average to the whole; vectors that pass together get what they get alone; λ is added. */
static void
test_parts (void)
{
  Scene scene;
  g_autoptr (GError) error = NULL;

  scene_open (&scene, "0:12", 2);
  {
    g_autoptr (KappaCurvature) curvature = make (&scene, KAPPA_PRECISION_FLOAT32, 0.0);
    g_autoptr (KappaCurvature) regularised = make (&scene, KAPPA_PRECISION_FLOAT32, 0.5);
    g_autofree double *u = draw (scene.n, 5), *v = draw (scene.n, 6);
    g_autofree double *of_u = g_new (double, scene.n), *of_v = g_new (double, scene.n);
    g_autofree double *alone = multiply (&scene, curvature, KAPPA_CURVATURE_HESSIAN, v);
    g_autofree double *more = multiply (&scene, regularised, KAPPA_CURVATURE_HESSIAN, v);
    g_autofree double *first = NULL, *second = NULL;
    const double *vectors[] = { u, v };
    double *products[] = { of_u, of_v }, norm = sqrt (dot (alone, alone, scene.n));

    kappa_curvature_multiply (curvature, KAPPA_CURVATURE_HESSIAN, NULL, 2, vectors, products,
                              &scene.context, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (kappa_curvature_get_n_products (curvature), ==, 3);
    kappa_curvature_set_images (curvature, 0, 5);
    first = multiply (&scene, curvature, KAPPA_CURVATURE_HESSIAN, v);
    kappa_curvature_set_images (curvature, 5, 7);
    second = multiply (&scene, curvature, KAPPA_CURVATURE_HESSIAN, v);
    for (gsize i = 0; i < scene.n; i++)
      {
        g_assert_cmpfloat (of_v[i], ==, alone[i]);
        g_assert_cmpfloat_with_epsilon (more[i], alone[i] + 0.5 * v[i],
                                        1e-12 * (1.0 + fabs (more[i])));
        g_assert_cmpfloat_with_epsilon ((5.0 * first[i] + 7.0 * second[i]) / 12.0, alone[i],
                                        1e-5 * norm);
      }
  }
  scene_close (&scene);
}

static void
test_threads (void)
{
  static const guint counts[] = { 1, 2, 3, 7 };
  g_autofree double *reference = NULL;

  for (guint t = 0; t < G_N_ELEMENTS (counts); t++)
    {
      Scene scene;

      scene_open (&scene, "0:40", counts[t]);
      {
        g_autoptr (KappaCurvature) curvature = make (&scene, KAPPA_PRECISION_FLOAT32, 0.0);
        g_autofree double *v = draw (scene.n, 7);
        g_autofree double *product = multiply (&scene, curvature, KAPPA_CURVATURE_HESSIAN, v);

        if (reference == NULL)
          reference = g_steal_pointer (&product);
        else
          g_assert_cmpmem (product, scene.n * sizeof *product, reference,
                           scene.n * sizeof *product);
      }
      scene_close (&scene);
    }
}

/* Over the first images of CIFAR-10's test set, computed once in float64 by another program. */
static void
test_published (void)
{
  static const struct
  {
    const char *images;
    double loss, norm, off;
    KappaPrecision precision;
  } cases[] = { { "0:8", 0.001034812233, 0.140955792683, 1e-9, KAPPA_PRECISION_FLOAT64 },
                { "0:128", 0.221102178101, 4.17130010545, 1e-6, KAPPA_PRECISION_FLOAT32 } };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      Scene scene;

      scene_open (&scene, cases[c].images, 2);
      {
        g_autoptr (KappaCurvature) curvature = make (&scene, cases[c].precision, 0.0);
        g_autofree double *gradient = g_new (double, scene.n);
        double loss, square = 0.0;

        g_assert_true (
            kappa_curvature_differentiate (curvature, NULL, &scene.context, &loss, gradient, NULL));
        for (gsize i = 0; i < scene.n; i++)
          square += gradient[i] * gradient[i];
        g_assert_cmpfloat_with_epsilon (loss, cases[c].loss, cases[c].loss * cases[c].off);
        g_assert_cmpfloat_with_epsilon (sqrt (square), cases[c].norm, cases[c].norm * cases[c].off);
      }
      scene_close (&scene);
    }
}

static void
test_bfloat16 (void)
{
  Scene scene;
  g_autoptr (GError) error = NULL;

  scene_open (&scene, "0:2", 1);
  g_assert_null (
      kappa_curvature_new (scene.model, scene.batches, KAPPA_PRECISION_BFLOAT16, 0.0, &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_USAGE);
  scene_close (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/curvature/gradient", test_gradient);
  g_test_add_func ("/curvature/blocks", test_blocks);
  g_test_add_func ("/curvature/hessian", test_hessian);
  g_test_add_func ("/curvature/parts", test_parts);
  g_test_add_func ("/curvature/threads", test_threads);
  g_test_add_func ("/curvature/published", test_published);
  g_test_add_func ("/curvature/bfloat16", test_bfloat16);
  return g_test_run ();
}
