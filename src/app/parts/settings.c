#include "config.h"

#include "app/parts/settings.h"

#include "explorer/model.h"

GSettings *
lucida_settings_new (void)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autofree char *folder = lucida_schema_dup_path ();
  g_autoptr (GSettingsSchemaSource) source
      = g_settings_schema_source_new_from_directory (folder, installed, FALSE, NULL);
  g_autoptr (GSettingsSchema) schema = NULL;

  if (!source && installed)
    source = g_settings_schema_source_ref (installed);
  if (source)
    schema = g_settings_schema_source_lookup (source, LUCIDA_APP_ID, TRUE);
  return schema ? g_settings_new_full (schema, NULL, NULL) : NULL;
}
