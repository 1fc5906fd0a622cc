#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Notices that files come, go or change in some folders. On the main thread. */
typedef struct _LucidaFolderWatch LucidaFolderWatch;

/* @changed is called once for many events, some time after the last of them, but never long after
 * the first. Where nothing can be watched, nothing is noticed. (transfer full) */
LucidaFolderWatch *lucida_folder_watch_new (const char *const *folders, void (*changed) (gpointer),
                                            gpointer data);
void lucida_folder_watch_free (LucidaFolderWatch *self);

G_END_DECLS
