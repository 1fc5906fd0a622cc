#pragma once

#include "explorer/session.h"

G_BEGIN_DECLS

/* The paths of the open pictures, in their order; @from_shown: beginning with the one that is
 * shown, and after the last one with the first. (transfer full) (array zero-terminated=1) */
char **lucida_open_pictures_list (LucidaSession *session, gboolean from_shown);

G_END_DECLS
