#include "config.h"

#include "cli/commands.h"
#include "cli/report.h"
#include "explorer/model.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const CliCommand *const commands[]
    = { &cli_info, &cli_classify, &cli_explain, &cli_sheet, &cli_bench };

/* What libraries have to say is not for people; whatever matters comes back as an error. */
static GLogWriterOutput
drop_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  return G_LOG_WRITER_HANDLED;
}

static void
drop_text (const char *text)
{
}

static void
print_help (FILE *stream)
{
  fprintf (stream, "%s camlucida-cli %s\n\n%s\n\n", _ ("Usage:"), _ ("COMMAND …"),
           _ ("Shows where a convolutional network looked."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream, "  %-10s %s\n", commands[i]->name, _ (commands[i]->summary));
  fprintf (stream, "\n%s\n",
           _ ("“camlucida-cli COMMAND --help” tells more. MODEL “demo” is the bundled network."));
}

static const CliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

static int
run_command (const CliCommand *command, int argc, char **argv)
{
  g_autoptr (CliOptions) options = cli_options_new ();
  g_autofree char *error = NULL;

  if (!cli_options_parse (options, command, argc, argv, &error))
    return cli_report_usage (command->name, "%s", error);
  if (options->help)
    {
      g_autofree char *help = cli_command_format_help (command);

      fputs (help, stdout);
      return CLI_DONE;
    }
  return command->run (options);
}

static int
run (int argc, char **argv)
{
  const char *word = argc > 1 ? argv[1] : NULL;
  const CliCommand *command;

  if (!word)
    return cli_report_usage (NULL, "%s", _ ("a command is missing"));
  if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0 || strcmp (word, "help") == 0)
    {
      command = argc > 2 ? find_command (argv[2]) : NULL;
      if (command)
        {
          g_autofree char *help = cli_command_format_help (command);

          fputs (help, stdout);
        }
      else
        print_help (stdout);
      return CLI_DONE;
    }
  if (strcmp (word, "--version") == 0)
    {
      printf ("camlucida-cli %s\n", LUCIDA_VERSION);
      return CLI_DONE;
    }
  command = find_command (word);
  if (!command)
    return cli_report_usage (NULL, _ ("there is no command “%s”"), word);
  return run_command (command, argc - 2, argv + 2);
}

int
main (int argc, char **argv)
{
  g_autofree char *locale = lucida_locale_dup_path ();
  int code;

  g_log_set_writer_func (drop_message, NULL, NULL);
  g_set_printerr_handler (drop_text);
  signal (SIGXFSZ, SIG_IGN);               /* a limit is an error like a full disk */
  g_setenv ("GIO_USE_VFS", "local", TRUE); /* no message bus is looked for */
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  code = run (argc, argv);
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      cli_report_error (_ ("standard output: cannot be written; is the disk full?"));
      code = CLI_FAILED;
    }
  return code;
}
