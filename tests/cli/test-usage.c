#include "run.h"

#include "base/atomic-file.h"
#include "base/npy.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  const char *line;
  const char *says;
} Case;

static void
test_wrong_usage (Place *place, gconstpointer data)
{
  static const Case cases[] = {
    { "nonsense", "nonsense" },
    { "info", "MODEL" },
    { "info demo demo", "MODEL" },
    { "info demo --nonsense", "--nonsense" },
    { "info demo --json=1", "--json" },
    { "info demo --top 3", "--top" },
    { "classify", "MODEL" },
    { "classify demo", "IMAGE" },
    { "classify demo cat.jpg --top", "--top" },
    { "classify demo cat.jpg --top 0", "--top" },
    { "classify demo cat.jpg --top -1", "--top" },
    { "classify demo cat.jpg --top=two", "two" },
    { "classify demo cat.jpg --top=", "--top" },
    { "classify demo cat.jpg --tensor x.npy", "--tensor" },
    { "classify demo cat.jpg -x", "-x" },
    { "explain", "MODEL" },
    { "explain demo", "IMAGE" },
    { "explain demo cat.jpg dog.jpg", "IMAGE" },
    { "explain demo cat.jpg --tensor x.npy", "--tensor" },
    { "explain demo cat.jpg --method vanillacam", "gradcam, layercam" },
    { "explain demo cat.jpg --opacity 1.5", "1.5" },
    { "explain demo cat.jpg --opacity nan", "nan" },
    { "explain demo cat.jpg --opacity 0,5", "0,5" },
    { "explain demo cat.jpg --opacity=-0.1", "--opacity" },
    { "explain demo cat.jpg --opacity 0.5 --opacity 0.6", "--opacity" },
    { "explain demo cat.jpg --class cat --class dog", "--class" },
    { "explain demo cat.jpg --colormap pink", "turbo" },
    { "explain demo cat.jpg --blend mixed", "tinted" },
    { "explain demo cat.jpg --output map.xyz", "map.xyz" },
    { "explain demo cat.jpg --output map", "map" },
    { "explain demo cat.jpg --output map.npy", "map.npy" },
    { "explain demo cat.jpg --heatmap map.png", "map.png" },
    { "explain demo cat.jpg --activation a.csv", "a.csv" },
    { "explain demo cat.jpg --gradient a.txt", "a.txt" },
    { "explain demo cat.jpg --layer block4_conv2 --layer block5_conv2 --activation a.npy",
      "--activation" },
    { "explain demo cat.jpg --layer block4_conv2 --layer block5_conv2 --gradient a.npy",
      "--gradient" },
    { "explain demo cat.jpg --activation a.npy --gradient ./a.npy", "a.npy" },
    { "sheet demo cat.jpg", "--output" },
    { "sheet demo --output s.png", "IMAGE" },
    { "sheet demo cat.jpg --output s.csv", "s.csv" },
    { "sheet demo cat.jpg --output s.png --method x", "gradcam" },
    { "bench", "MODEL" },
    { "bench demo --size 96", "--size" },
    { "bench demo --threads 0", "--threads" },
    { "bench demo --repeat 0", "--repeat" },
    { "bench demo --repeat 99999999999", "--repeat" },
  };
  static const char *const nothing[] = { NULL };
  g_autoptr (Run) bare = run_words (nothing);

  run_check_failure (bare, 2, "--help");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    run_expect_failure (cases[i].line, 2, cases[i].says);
}

static void
test_help (Place *place, gconstpointer data)
{
  static const Case cases[] = {
    { "--help", "classify" },
    { "-h", "bench" },
    { "help", "sheet" },
    { "help explain", "--against" },
    { "--version", "camlucida-cli" },
    { "explain --help", "--heatmap" },
    { "info --help", "--json" },
    { "classify demo --help", "--top" },
    { "sheet --help", "--method" },
    { "bench -h", "--repeat" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Run) run = run_good (cases[i].line);

      g_assert_nonnull (strstr (run->out, cases[i].says));
    }
}

/* Inputs are whole after a call that would have overwritten them. */
static void
test_inputs_are_never_overwritten (Place *place, gconstpointer data)
{
  gsize size, size_after;
  g_autofree char *before = read_file ("cat.jpg", &size);
  g_autofree char *after = NULL;

  g_assert_cmpint (symlink ("cat.jpg", "link.jpg"), ==, 0);
  run_expect_failure ("explain demo cat.jpg --output cat.jpg", 2, "cat.jpg");
  run_expect_failure ("explain demo cat.jpg --output ./cat.jpg", 2, "cat.jpg");
  run_expect_failure ("explain demo link.jpg --output cat.jpg", 2, "cat.jpg");
  run_expect_failure ("explain demo link.jpg --output link.jpg", 2, "link.jpg");
  run_expect_failure ("sheet demo dog.jpg cat.jpg --output cat.jpg", 2, "cat.jpg");
  run_expect_failure ("sheet demo . --output cat.jpg", 2, "cat.jpg");
  after = read_file ("cat.jpg", &size_after);
  g_assert_cmpmem (before, size, after, size_after);
}

/* Two inputs in one file are wrong usage; other shapes and kinds cannot be done. */
static void
test_tensors (Place *place, gconstpointer data)
{
  static const struct
  {
    LucidaShape shape;
    int code;
    const char *says;
  } cases[] = {
    { { 4, { 2, 3, 16, 16 } }, 2, "t.npy" },
    { { 4, { 1, 3, 16, 16 } }, 1, "1×3×160×160" },
    { { 3, { 4, 160, 160 } }, 1, "1×4×160×160" },
    { { 2, { 3, 160 } }, 1, "t.npy" },
  };
  g_autofree float *zeros = g_new0 (float, 4 * 160 * 160);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = lucida_npy_format (zeros, &cases[i].shape);

      g_assert_true (lucida_atomic_file_write ("t.npy", g_bytes_get_data (bytes, NULL),
                                               g_bytes_get_size (bytes), NULL));
      run_expect_failure ("explain demo --tensor t.npy", cases[i].code, cases[i].says);
      run_expect_failure ("classify demo --tensor t.npy", cases[i].code, cases[i].says);
    }
  run_expect_failure ("classify demo --tensor cat.jpg", 1, "cat.jpg");
  run_expect_failure ("classify demo --tensor none.npy", 1, "none.npy");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/cli/wrong-usage-is-exit-2-and-one-line", test_wrong_usage },
    { "/cli/help-is-printed", test_help },
    { "/cli/inputs-are-never-overwritten", test_inputs_are_never_overwritten },
    { "/cli/tensors-that-do-not-fit", test_tensors },
  };

  g_test_init (&argc, &argv, NULL);
  run_set_program (argv[1]);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test, place_tear_down);
  return g_test_run ();
}
