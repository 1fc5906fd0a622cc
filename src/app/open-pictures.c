#include "app/open-pictures.h"

#include "explorer/picture-list.h"

#include <string.h>

#define PRIORITY 6 /* before what exports them */

typedef struct
{
  char *shown;
  LucidaOpenPicturesFound found;
  gpointer data;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_free (self->shown);
  g_free (self);
}

static gpointer
run (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  Search *self = data;
  g_autofree char *folder = g_path_get_dirname (self->shown);
  char **paths = lucida_picture_list_folder (folder, error);
  g_autoptr (GPtrArray) with_shown = NULL;

  /* a picture may be shown that its folder does not list, a hidden one for instance */
  if (!paths || g_strv_contains ((const char *const *) paths, self->shown))
    return paths;
  with_shown = g_ptr_array_new ();
  g_ptr_array_add (with_shown, g_strdup (self->shown));
  for (int i = 0; paths[i]; i++)
    g_ptr_array_add (with_shown, paths[i]);
  g_ptr_array_add (with_shown, NULL);
  g_free (paths);
  return g_ptr_array_free (g_steal_pointer (&with_shown), FALSE);
}

static void
done_cb (gpointer result, const GError *error, gpointer data)
{
  Search *self = data;
  g_auto (GStrv) paths = result;

  self->found ((const char *const *) paths, error, self->data);
}

void
lucida_open_pictures_find (LucidaSession *session, const char *kind, LucidaOpenPicturesFound found,
                           gpointer data)
{
  const char *shown = lucida_session_get_picture_path (session);
  LucidaWorker *worker = lucida_session_get_worker (session);
  Search *self;

  if (!shown || !worker)
    return;
  self = g_new0 (Search, 1);
  self->shown = g_strdup (shown);
  self->found = found;
  self->data = data;
  lucida_worker_push (worker, kind, PRIORITY, run, self, search_free, (GDestroyNotify) g_strfreev,
                      NULL, done_cb);
}

void
lucida_open_pictures_stop (LucidaSession *session, const char *kind)
{
  LucidaWorker *worker = lucida_session_get_worker (session);

  if (worker)
    lucida_worker_cancel (worker, kind);
}
