#pragma once

#include "explorer/session.h"

G_BEGIN_DECLS

/* On the main context; @pictures: paths, NULL-terminated, in the order of the folder, with the one
 * that is shown; or @error. */
typedef void (*LucidaOpenPicturesFound) (const char *const *pictures, const GError *error,
                                         gpointer data);

/* Looks for the pictures that are open; @kind: of its job, whose newer call takes the place of an
 * older one. Not called once the session is closed or lucida_open_pictures_stop() was called. */
void lucida_open_pictures_find (LucidaSession *session, const char *kind,
                                LucidaOpenPicturesFound found, gpointer data);
void lucida_open_pictures_stop (LucidaSession *session, const char *kind);

G_END_DECLS
