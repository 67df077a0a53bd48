#include "tests/core/models/model-checks.h"

#include <glib/gstdio.h>

#include "core/base/error.h"
#include "core/formats/tensor-file.h"

KappaModel *
model_open_or_fail (const char *path, const char *preset, const char *settings)
{
  const KappaModelOptions options = { preset, settings };
  g_autoptr (GError) error = NULL;
  KappaModel *model = kappa_model_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

void
model_assert_refused (const char *path,
                      const char *preset,
                      const char *settings,
                      int code,
                      const char *text)
{
  const KappaModelOptions options = { preset, settings };
  g_autoptr (GError) error = NULL;
  g_autoptr (KappaModel) model = kappa_model_open (path, &options, NULL, &error);

  g_assert_null (model);
  g_assert_error (error, KAPPA_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_test_message ("“%s” is not in “%s”", text, error->message);
  g_assert_nonnull (strstr (error->message, text));
}

/* What the reader gives for a tensor stands where the model says. */
void
model_check_values (KappaModel *model)
{
  g_autoptr (GError) error = NULL;
  const float *floats = kappa_model_get_parameters (model, &error);
  const double *wide = kappa_model_get_parameters_wide (model, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < kappa_model_get_n_parameters (model); i++)
    {
      const KappaParameter *parameter = kappa_model_get_parameter (model, i);
      g_autofree double *values = g_new (double, parameter->size);
      const char *name = parameter->file_name;
      guint index = 0;

      while (
          strcmp (kappa_tensor_file_get_info (kappa_model_get_file (model), index)->original_name,
                  name)
          != 0)
        index++;
      g_assert_true (
          kappa_tensor_file_read_doubles (kappa_model_get_file (model), index, values, NULL));
      g_assert_cmpmem (values, parameter->size * sizeof *values, wide + parameter->offset,
                       parameter->size * sizeof *values);
      for (gsize j = 0; j < parameter->size; j++)
        g_assert_cmpfloat (floats[parameter->offset + j], ==, (float) values[j]);
    }
}

void
model_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}
