#pragma once

#include "explorer/session.h"

G_BEGIN_DECLS

/* The paths of the open pictures, in their order. (transfer full) (array zero-terminated=1) */
char **lucida_open_pictures_list (LucidaSession *session);

G_END_DECLS
