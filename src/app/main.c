#include "config.h"

#include "app/application.h"
#include "explorer/model.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (LucidaApplication) application = NULL;
  g_autofree char *locale = lucida_locale_dup_path ();

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("CAM Lucida"));

  application = lucida_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
