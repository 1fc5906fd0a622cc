#pragma once

#include "picture/picture.h"

G_BEGIN_DECLS

/* A picture whose pixels are still to be written. (transfer full)
 * Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaPicture *_lucida_picture_alloc (int width, int height, const char *name, GError **error);

G_END_DECLS
