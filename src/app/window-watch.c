#include "config.h"

#include "app/window-private.h"

#include "app/error-bar.h"
#include "app/file-watch.h"

#include <glib/gi18n.h>

/* What is shown was read from files that may change or vanish meanwhile: that is said, and what was
 * read stays until somebody wants the file again. */

static void
tell (LucidaWindow *self, LucidaFileWatch *watch, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *sentence
      = g_strdup_printf (lucida_file_watch_exists (watch)
                             ? _ ("%s: the file has changed since it was opened")
                             : _ ("%s: the file is no longer there; what was read of it is shown"),
                         shown);

  lucida_error_bar_show (self->changed_bar, LUCIDA_BAR_NOTE, sentence);
  lucida_error_bar_set_button (
      self->changed_bar, lucida_file_watch_exists (watch) ? _ ("Reload") : NULL, "win.reload");
}

static void
picture_file_changed_cb (LucidaWindow *self)
{
  const char *path = lucida_session_get_picture_path (self->session);

  if (self->closed || !path)
    return;
  self->picture_stale = TRUE;
  tell (self, self->picture_watch, path);
}

static void
model_file_changed_cb (LucidaWindow *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);

  if (self->closed || !model)
    return;
  self->model_stale = TRUE;
  tell (self, self->model_watch, lucida_model_get_path (model));
}

static void
hide_if_fresh (LucidaWindow *self)
{
  if (!self->picture_stale && !self->model_stale)
    lucida_error_bar_hide (self->changed_bar);
}

static void
picture_changed_cb (LucidaWindow *self)
{
  self->picture_stale = FALSE;
  lucida_file_watch_set_path (self->picture_watch, lucida_session_get_picture_path (self->session));
  hide_if_fresh (self);
  /* while it was read nobody watched it */
  if (lucida_session_is_picture_stale (self->session))
    picture_file_changed_cb (self);
}

static void
model_changed_cb (LucidaWindow *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);

  /* the same network was not read again */
  if (!model || self->watched_network == lucida_model_get_network (model))
    return;
  g_clear_pointer (&self->watched_network, lucida_network_unref);
  self->watched_network = lucida_network_ref (lucida_model_get_network (model));
  self->model_stale = FALSE;
  lucida_file_watch_set_path (self->model_watch, lucida_model_get_path (model));
  hide_if_fresh (self);
  if (lucida_model_is_stale (model))
    model_file_changed_cb (self);
}

void
_lucida_window_reload (LucidaWindow *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const char *picture = lucida_session_get_picture_path (self->session);

  lucida_error_bar_hide (self->changed_bar);
  if (self->model_stale && model)
    lucida_session_open_model (self->session, lucida_model_get_path (model));
  if (self->picture_stale && picture)
    lucida_session_open_picture (self->session, picture);
}

void
_lucida_window_add_watches (LucidaWindow *self)
{
  self->picture_watch = lucida_file_watch_new ();
  self->model_watch = lucida_file_watch_new ();
  g_signal_connect_swapped (self->picture_watch, "changed", G_CALLBACK (picture_file_changed_cb),
                            self);
  g_signal_connect_swapped (self->model_watch, "changed", G_CALLBACK (model_file_changed_cb), self);
  g_signal_connect_swapped (self->session, "picture-changed", G_CALLBACK (picture_changed_cb),
                            self);
  g_signal_connect_swapped (self->session, "model-changed", G_CALLBACK (model_changed_cb), self);
}

void
_lucida_window_drop_watches (LucidaWindow *self)
{
  g_clear_object (&self->picture_watch);
  g_clear_object (&self->model_watch);
  g_clear_pointer (&self->watched_network, lucida_network_unref);
}
