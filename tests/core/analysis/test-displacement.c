/* Directions: what is drawn, what is normalised, what stays. */

#include <math.h>
#include <string.h>

#include "core/analysis/displacement.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "tests/core/analysis/fixture.h"

static double
length (const double *values, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i] * values[i];
  return sqrt (sum);
}

static KappaDisplacement *
draw (KappaModel *model, guint64 seed, const KappaDirectionRules *rules)
{
  g_autoptr (GError) error = NULL;
  KappaDisplacement *drawn = kappa_displacement_new_random (model, "x", seed, rules, &error);

  g_assert_no_error (error);
  return drawn;
}

static void
test_filter_norm (void)
{
  const KappaDirectionRules rules
      = { KAPPA_NORM_FILTER, KAPPA_IGNORE_BIASBN, KAPPA_PROFILE_KAPPA, FALSE };
  g_autoptr (KappaModel) model = fixture_open_model ();
  g_autoptr (KappaDisplacement) d = draw (model, 3, &rules);
  const double *w = kappa_model_get_parameters_wide (model, NULL);

  g_assert_null (d->buffers);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, i);

      for (gsize f = 0; f < p->n_filters; f++)
        {
          gsize at = p->offset + f * p->filter_size;
          double own = length (d->parameters + at, p->filter_size);

          g_assert_cmpfloat_with_epsilon (
              own, p->shape.rank > 1 ? length (w + at, p->filter_size) : 0.0, 1e-12);
        }
    }
}

/* The numbers come from the stream of the tensor's name, whatever comes before it. */
static void
test_streams (void)
{
  const KappaDirectionRules rules
      = { KAPPA_NORM_NONE, KAPPA_IGNORE_NONE, KAPPA_PROFILE_KAPPA, FALSE };
  g_autoptr (KappaModel) model = fixture_open_model ();
  g_autoptr (KappaDisplacement) d = draw (model, 5, &rules);

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, i);
      g_autofree char *name = g_strconcat ("direction/x/", p->name, NULL);
      KappaStream stream = kappa_stream_init (5, name);

      g_assert_cmpfloat (d->parameters[p->offset], ==, kappa_stream_normal (&stream, 0));
      g_assert_cmpfloat (d->parameters[p->offset + p->size - 1], ==,
                         kappa_stream_normal (&stream, p->size - 1));
    }
}

static void
test_layer_norm (void)
{
  const KappaDirectionRules rules
      = { KAPPA_NORM_LAYER, KAPPA_IGNORE_NONE, KAPPA_PROFILE_KAPPA, TRUE };
  g_autoptr (KappaModel) model = fixture_open_model ();
  g_autoptr (KappaDisplacement) d = draw (model, 3, &rules);
  const double *w = kappa_model_get_parameters_wide (model, NULL),
               *s = kappa_model_get_buffers_wide (model, NULL);

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, i);

      g_assert_cmpfloat_with_epsilon (length (d->parameters + p->offset, p->size),
                                      length (w + p->offset, p->size), 1e-12);
    }
  for (guint i = 0; i < kappa_model_get_n_buffers (model); i++)
    {
      const KappaParameter *p = kappa_model_get_buffer (model, i);
      double own = length (s + p->offset, p->size);

      g_assert_cmpfloat_with_epsilon (length (d->buffers + p->offset, p->size), own,
                                      1e-12 * fmax (1.0, own));
    }
}

/* The reference tool does not draw tensors of rank 0 and 1: they move along themselves. */
static void
test_reference_profile (void)
{
  const KappaDirectionRules rules
      = { KAPPA_NORM_NONE, KAPPA_IGNORE_NONE, KAPPA_PROFILE_LI2018, FALSE };
  g_autoptr (KappaModel) model = fixture_open_model ();
  g_autoptr (KappaDisplacement) d = draw (model, 3, &rules);
  const double *w = kappa_model_get_parameters_wide (model, NULL);

  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *p = kappa_model_get_parameter (model, i);

      g_assert_cmpint (memcmp (d->parameters + p->offset, w + p->offset, p->size * sizeof *w) == 0,
                       ==, p->shape.rank <= 1);
    }
}

static void
test_file_round_trip (void)
{
  g_autoptr (KappaModel) model = fixture_open_model ();

  for (gboolean buffers = FALSE; buffers <= TRUE; buffers++)
    {
      const KappaDirectionRules rules
          = { KAPPA_NORM_FILTER, KAPPA_IGNORE_NONE, KAPPA_PROFILE_KAPPA, buffers };
      g_autoptr (KappaDisplacement) d = draw (model, 3, &rules);
      g_autoptr (KappaDirection) file = kappa_displacement_to_file (d, model);
      g_autoptr (GError) error = NULL;
      g_autoptr (KappaDisplacement) back
          = kappa_displacement_new_from_file (model, file, "x.h5", &error);

      g_assert_no_error (error);
      g_assert_cmpmem (back->parameters, back->n_parameters * sizeof (double), d->parameters,
                       d->n_parameters * sizeof (double));
      g_assert_cmpmem (back->buffers, back->n_buffers * sizeof (double), d->buffers,
                       d->n_buffers * sizeof (double));
      file->tensors[0].dims[0]--;
      g_assert_null (kappa_displacement_new_from_file (model, file, "x.h5", &error));
      g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA);
      g_assert_nonnull (strstr (error->message, "x.h5"));
      g_assert_nonnull (strstr (error->message, kappa_model_get_parameter (model, 0)->name));
    }
}

static void
test_too_few_tensors (void)
{
  g_autoptr (KappaModel) model = fixture_open_model ();
  g_autoptr (KappaDirection) file = kappa_direction_new (3);
  g_autoptr (GError) error = NULL;

  g_assert_null (kappa_displacement_new_from_file (model, file, "x.h5", &error));
  g_assert_error (error, KAPPA_ERROR, KAPPA_ERROR_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/displacement/filter-norm", test_filter_norm);
  g_test_add_func ("/displacement/streams", test_streams);
  g_test_add_func ("/displacement/layer-norm", test_layer_norm);
  g_test_add_func ("/displacement/reference-profile", test_reference_profile);
  g_test_add_func ("/displacement/file-round-trip", test_file_round_trip);
  g_test_add_func ("/displacement/too-few-tensors", test_too_few_tensors);
  return g_test_run ();
}
