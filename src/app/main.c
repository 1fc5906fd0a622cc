#include "config.h"

#include "app/application.h"
#include "app/paths.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

int
main (int argc, char **argv)
{
  g_autoptr (LucidaApplication) application = NULL;

  signal (SIGXFSZ, SIG_IGN); /* a limit is an error like a full disk */
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, lucida_paths_get_locale_dir ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("CAM Lucida"));

  application = lucida_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
