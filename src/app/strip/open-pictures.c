#include "config.h"

#include "app/strip/open-pictures.h"

char **
lucida_open_pictures_list (LucidaSession *session)
{
  LucidaPictureList *list = lucida_session_get_pictures (session);
  guint n = lucida_picture_list_get_length (list);
  char **paths = g_new0 (char *, (gsize) n + 1);

  for (guint i = 0; i < n; i++)
    paths[i] = g_strdup (lucida_picture_item_get_path (lucida_picture_list_get (list, i)));
  return paths;
}
