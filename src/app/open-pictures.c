#include "config.h"

#include "app/open-pictures.h"

char **
lucida_open_pictures_list (LucidaSession *session, gboolean from_shown)
{
  LucidaPictureList *list = lucida_session_get_pictures (session);
  const char *shown = lucida_session_get_picture_path (session);
  guint n = lucida_picture_list_get_length (list);
  guint at = shown && from_shown ? lucida_picture_list_find_path (list, shown) : 0;
  char **paths = g_new0 (char *, (gsize) n + 1);

  for (guint i = 0; i < n; i++)
    paths[i] = g_strdup (
        lucida_picture_item_get_path (lucida_picture_list_get (list, ((at < n ? at : 0) + i) % n)));
  return paths;
}
