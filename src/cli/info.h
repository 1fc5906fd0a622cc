#pragma once

#include "explorer/model.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define CLI_BYTES_PER_PARAMETER 4
#define CLI_MEGABYTE (1024.0 * 1024.0)

/* What the network's scores come as: the file's own output shape where it states one. */
LucidaShape cli_info_get_output_shape (const LucidaModel *model);
/* Adds the object that `info --json` prints. */
void cli_info_add_json (JsonBuilder *builder, const LucidaModel *model);

G_END_DECLS
