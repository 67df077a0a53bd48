#include "tests/core/analysis/fixture.h"

#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/models/sample.h"

static double last_total;

void
fixture_add_model (KappaInputs *inputs)
{
  g_autofree char *directory = kappa_sample_dir ();
  g_autofree char *path = g_build_filename (directory, KAPPA_SAMPLE_MODEL, NULL);

  kappa_inputs_add (inputs, "model", KAPPA_INPUT_MODEL, path);
}

void
fixture_add_images (KappaInputs *inputs, const char *images)
{
  g_autofree char *directory = kappa_sample_dir ();
  g_autofree char *source = g_strconcat ("cifar10:", directory, "/", KAPPA_SAMPLE_IMAGES, NULL);

  kappa_inputs_add (inputs, "data", KAPPA_INPUT_DATASET, source);
  g_assert_true (kappa_inputs_set_option (inputs, "data", 0, "images", images, NULL));
}

KappaInputs *
fixture_open_inputs (const char *images)
{
  KappaInputs *inputs = kappa_inputs_new ();
  g_autoptr (GError) error = NULL;

  fixture_add_model (inputs);
  fixture_add_images (inputs, images);
  kappa_inputs_open (inputs, NULL, &error);
  g_assert_no_error (error);
  return inputs;
}

KappaModel *
fixture_open_model (void)
{
  g_autofree char *directory = kappa_sample_dir ();
  g_autofree char *path = g_build_filename (directory, KAPPA_SAMPLE_MODEL, NULL);
  const KappaModelOptions options = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

void
fixture_set (KappaAnalysis *analysis, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;

  kappa_analysis_set_text (analysis, name, text, &error);
  g_assert_no_error (error);
}

KappaResult *
fixture_run (KappaAnalysis *analysis, KappaInputs *inputs, KappaResult *result, guint threads)
{
  g_autoptr (KappaWorkers) workers = kappa_workers_new (threads);
  g_autoptr (KappaProgress) progress = kappa_progress_new ();
  KappaContext context = { .workers = workers, .progress = progress };
  g_autoptr (GError) error = NULL;

  if (result == NULL)
    result = kappa_result_new ();
  kappa_analysis_run (analysis, inputs, result, &context, &error);
  g_assert_no_error (error);
  last_total = kappa_progress_get_state (progress).total;
  g_assert_cmpfloat (kappa_progress_get_state (progress).done, ==, last_total);
  return result;
}

double
fixture_last_total (void)
{
  return last_total;
}

double
fixture_scalar (KappaResult *result, const char *name)
{
  g_autoptr (KappaScalar) scalar = kappa_result_dup_scalar (result, name);

  g_assert_nonnull (scalar);
  return scalar->value;
}

void
fixture_save_neighbour (KappaModel *model, const char *path, const char *name, double step)
{
  guint n = kappa_model_get_n_parameters (model), n_buffers = kappa_model_get_n_buffers (model);
  g_autofree KappaExportTensor *tensors = g_new0 (KappaExportTensor, n + n_buffers);
  g_autofree float *weights = g_memdup2 (kappa_model_get_parameters (model, NULL),
                                         kappa_model_get_parameters_size (model) * sizeof (float));
  g_autoptr (GError) error = NULL;
  KappaStream stream = kappa_stream_init (1, name);

  for (gsize i = 0; i < kappa_model_get_parameters_size (model); i++)
    weights[i] *= (float) (1.0 + step * kappa_stream_normal (&stream, i));
  for (guint i = 0; i < n + n_buffers; i++)
    {
      const KappaParameter *p
          = i < n ? kappa_model_get_parameter (model, i) : kappa_model_get_buffer (model, i - n);

      tensors[i] = (KappaExportTensor) { .name = p->name,
                                         .element = KAPPA_ELEMENT_F32,
                                         .rank = p->shape.rank };
      for (guint d = 0; d < p->shape.rank; d++)
        tensors[i].dims[d] = (gsize) p->shape.dims[d];
      tensors[i].data = (i < n ? weights : kappa_model_get_buffers (model, NULL)) + p->offset;
    }
  kappa_safetensors_save (path, tensors, n + n_buffers, NULL, NULL, &error);
  g_assert_no_error (error);
}
