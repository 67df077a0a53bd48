#include "ui/kappa-settings.h"

#include "ui/kappa-settings-config.h"

#define SCHEMA "org.kappa.Kappa"

/**
 * kappa_settings_new:
 *
 * The schema is taken from where programs are installed, or for a development build from the build
 * directory.
 *
 * Returns: (transfer full): the program's settings
 */
GSettings *
kappa_settings_new (void)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsSchemaSource) built = NULL;
  g_autoptr (GError) error = NULL;

  if (installed != NULL)
    schema = g_settings_schema_source_lookup (installed, SCHEMA, TRUE);
  if (schema == NULL)
    built = g_settings_schema_source_new_from_directory (KAPPA_SETTINGS_BUILD_DIR, installed, TRUE,
                                                         &error);
  if (built != NULL)
    schema = g_settings_schema_source_lookup (built, SCHEMA, FALSE);
  if (schema == NULL)
    g_error ("The settings schema %s is not installed%s%s", SCHEMA, error != NULL ? ": " : "",
             error != NULL ? error->message : "");
  return g_settings_new_full (schema, NULL, NULL);
}
