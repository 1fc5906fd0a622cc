#pragma once

#include "picture/picture.h"

G_BEGIN_DECLS

/* A picture whose pixels are still to be written. (transfer full)
 * Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaPicture *_lucida_picture_alloc (int width, int height, const char *name, GError **error);
/* lucida_picture_open(), with fewer pixels where the loader can: the shorter side has @cover
 * pixels, or what it has if that is less. 0: the picture's own size. */
LucidaPicture *_lucida_picture_open_covering (const char *path, gboolean allow_truncated, int cover,
                                              GCancellable *cancellable, GError **error);

G_END_DECLS
