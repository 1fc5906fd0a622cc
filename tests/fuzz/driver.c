#include "target.h"

#include <stdio.h>

/* Stands in for libFuzzer where there is none: gives the target every file in the folders named,
 * whole and cut off at every eighth. Speaks TAP. */

static gboolean
run_file (const char *path)
{
  g_autofree char *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, NULL))
    return FALSE;
  for (gsize i = 1; i <= 8; i++)
    {
      /* of its own, so that what is read beyond its end is noticed by tools that can */
      g_autofree uint8_t *part = g_memdup2 (data, size * i / 8);

      LLVMFuzzerTestOneInput (part, size * i / 8);
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  int n = 0;

  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GDir) folder = g_dir_open (argv[i], 0, NULL);
      const char *name;

      while (folder && (name = g_dir_read_name (folder)))
        {
          g_autofree char *path = g_build_filename (argv[i], name, NULL);

          n++;
          printf ("%s %d - %s\n", run_file (path) ? "ok" : "not ok", n, name);
          fflush (stdout);
        }
    }
  printf ("1..%d\n", n);
  return n == 0;
}
