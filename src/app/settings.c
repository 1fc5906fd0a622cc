#include "config.h"

#include "app/settings.h"

#include "app/paths.h"

GSettings *
lucida_settings_new (void)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) source = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;

  if (lucida_paths_run_from_build ())
    source = g_settings_schema_source_new_from_directory (LUCIDA_BUILD_DIR "/data", installed,
                                                          FALSE, NULL);
  if (!source && installed)
    source = g_settings_schema_source_ref (installed);
  if (source)
    schema = g_settings_schema_source_lookup (source, LUCIDA_APP_ID, TRUE);
  return schema ? g_settings_new_full (schema, NULL, NULL) : NULL;
}
