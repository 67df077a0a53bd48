/* Eigenvectors: what is found is tried, kept, and handed on as directions of landscapes. */

#include <math.h>
#include <string.h>

#include "core/analysis/displacement.h"
#include "core/analysis/spectrum-private.h"
#include "core/base/error.h"

#define VERIFIED ".verified"

static char *
vector_name (guint index)
{
  return g_strdup_printf (".eigenvector-%u", index);
}

/* Kept as exact as the basis was; what is kept is what is tried. */
static void
keep_vector (KappaSpectrumRun *run, guint index, double *vector)
{
  g_autofree char *name = vector_name (index);
  g_autofree float *narrow = g_new (float, run->n);

  if (run->wide)
    {
      kappa_state_set_bytes (run->result, name, vector, run->n * sizeof *vector);
      return;
    }
  for (gsize i = 0; i < run->n; i++)
    vector[i] = narrow[i] = (float)vector[i];
  kappa_state_set_bytes (run->result, name, narrow, run->n * sizeof *narrow);
}

/**
 * kappa_spectrum_get_vector:
 * @index: place in the array of eigenvalues
 * @n: trained numbers of the network
 * @vector: (out caller-allocates) (array length=n): the eigenvector, of length 1, in flat order
 *
 * Returns: %FALSE if the result has none of that index and size
 */
gboolean
kappa_spectrum_get_vector (KappaResult *result, guint index, gsize n, double *vector)
{
  g_autofree char *name = vector_name (index);
  g_autofree float *narrow = NULL;

  if (kappa_state_get_bytes (result, name, vector, n * sizeof *vector))
    return TRUE;
  narrow = g_new (float, n);
  if (!kappa_state_get_bytes (result, name, narrow, n * sizeof *narrow))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    vector[i] = narrow[i];
  return TRUE;
}

static KappaDirection *
make_direction (KappaResult *result, KappaModel *model, guint index, GError **error)
{
  const gsize n = kappa_model_get_parameters_size (model);
  g_autofree double *vector = g_new (double, n);
  const KappaDisplacement displacement = { .n_parameters = n, .parameters = vector };

  if (kappa_spectrum_get_vector (result, index, n, vector))
    return kappa_displacement_to_file (&displacement, model);
  g_set_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA,
               "the result has no eigenvector number %u of a network with %" G_GSIZE_FORMAT
               " parameters. Compute the spectrum again with more values",
               index, n);
  return NULL;
}

/**
 * kappa_spectrum_save_directions:
 * @x: place in the array of eigenvalues of the vector that becomes the first axis
 * @y: of the second axis; -1 for none
 *
 * Writes eigenvectors to a direction file that a landscape takes. They have length 1.
 *
 * Returns: %FALSE with %KAPPA_ERROR_DATA if there is no such vector, or the system's error
 */
gboolean
kappa_spectrum_save_directions (KappaResult *result,
                                KappaModel *model,
                                guint x,
                                int y,
                                const char *path,
                                GError **error)
{
  g_autoptr (KappaDirection) first = make_direction (result, model, x, error);
  g_autoptr (KappaDirection) second = NULL;

  if (first == NULL)
    return FALSE;
  if (y >= 0)
    {
      second = make_direction (result, model, (guint)y, error);
      if (second == NULL)
        return FALSE;
    }
  return kappa_directions_write (first, second, NULL, path, error);
}

/**
 * kappa_spectrum_is_verified:
 *
 * Returns: whether all values were found and tried
 */
gboolean
kappa_spectrum_is_verified (KappaSpectrumRun *run)
{
  return kappa_result_count_present (run->result, VERIFIED) == run->top + run->bottom;
}

static double
dot (KappaSpectrumRun *run, const double *a, const double *b)
{
  double sum = 0.0;

  /* Single-threaded: it is done once for each value. */
  for (gsize i = 0; i < run->n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* ‖Hv − λv‖ with λ = vᵀHv, for v of any length. */
static void
set_value (KappaSpectrumRun *run, guint index, const double *vector, const double *product)
{
  const double square = dot (run, vector, vector), verified = 1.0;
  double value = dot (run, vector, product) / square, residual = 0.0;

  for (gsize i = 0; i < run->n; i++)
    residual += (product[i] - value * vector[i]) * (product[i] - value * vector[i]);
  residual = sqrt (residual / square);
  kappa_result_set_values (run->result, "eigenvalues", index, 1, &value);
  kappa_result_set_values (run->result, "residuals", index, 1, &residual);
  kappa_result_set_values (run->result, VERIFIED, index, 1, &verified);
}

/* The products with the matrix of all images, as the mean of those of the folds: what each fold
 * says about each value is had for nothing. */
static gboolean
multiply_by_fold (KappaSpectrumRun *run,
                  guint first,
                  guint n_vectors,
                  double *const *vectors,
                  double *const *products,
                  double *const *room,
                  GError **error)
{
  KappaLockstep lockstep = kappa_spectrum_run_lockstep (run, NULL, NULL);
  const guint n_folds = kappa_folds_get_n (run->folds);

  lockstep.curvature = run->judge;
  for (guint v = 0; v < n_vectors; v++)
    memset (products[v], 0, run->n * sizeof *products[v]);
  for (guint f = 0; f < n_folds; f++)
    {
      const KappaFold fold = kappa_folds_get (run->folds, f);
      const double share = (double)fold.count / (double)run->n_images;
      gboolean done;

      for (guint v = 0; v < n_vectors; v++)
        memcpy (room[v], vectors[v], run->n * sizeof *room[v]);
      kappa_curvature_choose_images (run->judge, fold.images, fold.count);
      done = kappa_lockstep_multiply (&lockstep, n_vectors, room, error);
      kappa_curvature_set_images (run->judge, 0, run->n_images);
      if (!done)
        return FALSE;
      for (guint v = 0; v < n_vectors; v++)
        {
          const double value = dot (run, vectors[v], room[v]) / dot (run, vectors[v], vectors[v]);

          kappa_result_set_values (run->result, "eigenvalues_by_fold",
                                   f * (run->top + run->bottom) + first + v, 1, &value);
          for (gsize i = 0; i < run->n; i++)
            products[v][i] += share * room[v][i];
        }
    }
  return TRUE;
}

static gboolean
verify_some (KappaSpectrumRun *run,
             KappaLanczos *lanczos,
             guint first,
             guint n_vectors,
             double **room,
             GError **error)
{
  for (guint v = 0; v < n_vectors; v++)
    {
      if (!kappa_lanczos_get_vector (lanczos, first + v, room[v], run->context, error))
        return FALSE;
      keep_vector (run, first + v, room[v]);
    }
  if (!multiply_by_fold (run, first, n_vectors, room, room + n_vectors, room + 2 * n_vectors,
                         error))
    return FALSE;
  for (guint v = 0; v < n_vectors; v++)
    set_value (run, first + v, room[v], room[n_vectors + v]);
  return TRUE;
}

/* When it gave up early there are fewer values than were asked for. */
static guint
count_found (KappaLanczos *lanczos)
{
  double value, residual;
  guint n = 0;

  while (n < kappa_lanczos_get_n_values (lanczos)
         && kappa_lanczos_get_value (lanczos, n, &value, &residual))
    n++;
  return n;
}

/**
 * kappa_spectrum_verify:
 * @lanczos: done
 *
 * Multiplies the vectors that were found once more: value and residual are then what they are, not
 * what the recurrence says. Vectors are kept for landscapes along them.
 */
gboolean
kappa_spectrum_verify (KappaSpectrumRun *run, KappaLanczos *lanczos, GError **error)
{
  const guint n = count_found (lanczos), width = MIN (n, kappa_lockstep_get_width (run->n));
  double **room = g_new0 (double *, 3 * (gsize)width + 1);
  gboolean done = TRUE;
  guint first = 0;

  for (guint v = 0; v < 3 * width; v++)
    room[v] = g_new (double, run->n);
  for (; done && first < n; first += width)
    if (!kappa_result_is_present (run->result, VERIFIED, MIN (first + width, n) - 1))
      done = verify_some (run, lanczos, first, MIN (width, n - first), room, error);
  for (guint i = n; done && i < kappa_lanczos_get_n_values (lanczos); i++)
    kappa_result_set_values (run->result, VERIFIED, i, 1, &(double) { 0.0 });
  kappa_spectrum_free_starts (room, 3 * width);
  return done;
}
