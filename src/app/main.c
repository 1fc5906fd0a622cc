#include "config.h"

#include "app/application.h"
#include "app/style.h"
#include "explorer/model.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

static const char *
find_field (const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, key))
      return fields[i].value;
  return NULL;
}

/* Decoders do not look what came of a damaged picture, and complain about themselves; what matters
 * of it comes back as an error. They run on the worker's thread: the main thread is heard. */
static GLogWriterOutput
write_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer main_thread)
{
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");

  if (g_thread_self () != main_thread
      && (domain ? g_str_equal (domain, "GdkPixbuf") || g_str_equal (domain, "GLib-GObject")
                 : (level & G_LOG_LEVEL_WARNING) != 0))
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (LucidaApplication) application = NULL;
  g_autofree char *locale = lucida_locale_dup_path ();

  lucida_style_prepare ();
  signal (SIGXFSZ, SIG_IGN); /* a limit is an error like a full disk */
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_log_set_writer_func (write_message, g_thread_self (), NULL);
  g_set_application_name (_ ("CAM Lucida"));

  application = lucida_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
