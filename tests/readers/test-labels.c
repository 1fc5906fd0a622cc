#include "readers/labels.h"

#include "base/error.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *names; /* joined by "|"; NULL: an error */
} Case;

static const Case cases[] = {
  /* lines */
  { "cat\ndog\n", "cat|dog" },
  { "cat\r\ndog\r\n\r\n \n", "cat|dog" },
  { "\xef\xbb\xbf"
    "cat\ndog",
    "cat|dog" },
  { "  cat \n\tdog\t\n", "cat|dog" },
  { "cat\n\ndog\n", "cat||dog" },
  { "0 cat\n1 dog\n", "cat|dog" },
  { "0: cat\n1: dog\n", "cat|dog" },
  { "0,cat\n1,dog\n", "cat|dog" },
  { "0 cat\n2 dog\n", "0 cat|2 dog" },
  { "1 cat\n2 dog\n", "1 cat|2 dog" },
  { "0 cat\ndog\n", "0 cat|dog" },
  { "0\n1\n2\n", "0|1|2" },
  { "n01440764 tench\nn01443537 goldfish\n", "n01440764 tench|n01443537 goldfish" },
  { "great white shark, white shark\nhammerhead", "great white shark, white shark|hammerhead" },
  { "\xe7\x8c\xab\n\xe7\x8b\x97\n", "\xe7\x8c\xab|\xe7\x8b\x97" },
  { "ca\xfft\ndog", "ca\xef\xbf\xbdt|dog" },
  { "", NULL },
  { "\n\n", NULL },
  /* JSON lists */
  { "[\"cat\", \"dog\"]", "cat|dog" },
  { " [ \"cat\" ,\n\"dog\" ] \n", "cat|dog" },
  { "[\"a\\\"b\", \"\\u00e9\", \"\\ud83d\\ude00\"]", "a\"b|\xc3\xa9|\xf0\x9f\x98\x80" },
  { "['cat', 'dog']", "cat|dog" },
  { "[0, 1]", "0|1" },
  { "[\"cat\" \"dog\"]", NULL },
  { "[\"cat\", \"dog\"", NULL },
  { "[\"cat", NULL },
  { "[[\"cat\"]]", NULL },
  { "[\"cat\"] more", NULL },
  { "[]", NULL },
  /* dictionaries */
  { "{0: 'cat', 1: 'dog'}", "cat|dog" },
  { "{1: 'dog', 0: 'cat'}", "cat|dog" },
  { "{\"0\": \"cat\", \"1\": \"dog\"}", "cat|dog" },
  { "{'0': \"it's\", '1': 'dog',}", "it's|dog" },
  { "{0: 'cat', 2: 'dog'}", NULL },
  { "{0: 'cat', 0: 'dog'}", NULL },
  { "{\"cat\": 0, \"dog\": 1}", NULL },
  { "{0: 'cat'", NULL },
  { "{0 'cat'}", NULL },
  { "{-1: 'cat'}", NULL },
  { "{99999999999999999999: 'cat'}", NULL },
  { "{}", NULL },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) names = lucida_labels_parse (cases[i].text, strlen (cases[i].text), &error);
      g_autofree char *joined = names ? g_strjoinv ("|", names) : NULL;

      g_assert_true ((names == NULL) == (error != NULL));
      if (g_strcmp0 (joined, cases[i].names) != 0)
        g_error ("«%s» gave “%s”, not “%s”", cases[i].text, joined, cases[i].names);
    }
}

/* Cut anywhere, a list must not be read beyond its end. */
static void
test_cut_off (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize size = 0; size < strlen (cases[i].text); size++)
      {
        g_autofree char *copy = g_memdup2 (cases[i].text, MAX (size, 1));
        g_auto (GStrv) names = lucida_labels_parse (copy, size, NULL);

        g_assert_true (!names || names[0]);
      }
}

/* A network with @outputs scores. */
static LucidaNetwork *
network_with (gint64 outputs)
{
  LucidaNetwork *network = lucida_network_new ("test", "test");
  LucidaShape input = lucida_shape (2, (int64_t) 1, (int64_t) 4), output;
  int x = lucida_network_add_value (network, "x", NULL);
  int y = lucida_network_add_value (network, "y", NULL);

  output = lucida_shape (2, (int64_t) 1, (int64_t) outputs);
  lucida_network_add_node (network, "Relu", "relu", &x, 1, &y, 1);
  lucida_network_set_input (network, x, &input, LUCIDA_LAYOUT_NCHW);
  lucida_network_set_output (network, y, &output);
  g_assert_true (lucida_network_finish (network, NULL));
  return network;
}

static GStrv
some_names (guint n)
{
  GStrv names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = g_strdup_printf ("name %u", i);
  return names;
}

typedef struct
{
  gint64 outputs;
  guint names;
  const char *first; /* NULL: not used */
  gboolean warned;
} Fit;

static void
test_fit (void)
{
  static const Fit fits[] = {
    { 3, 3, "name 0", FALSE },
    { 3, 4, NULL, TRUE },
    { 3, 2, NULL, TRUE },
    { 1, 2, "name 0", FALSE },
    { 1, 1, "name 0", FALSE },
    { -1, 7, "name 0", FALSE },
    { 1000, 1001, "name 1", TRUE },
    { 1001, 1000, "background", TRUE },
    { 1000, 1000, "name 0", FALSE },
    { 1001, 1001, "name 0", FALSE },
    { 1000, 999, NULL, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fits); i++)
    {
      g_autoptr (LucidaNetwork) network = network_with (fits[i].outputs);
      g_auto (GStrv) names = some_names (fits[i].names);
      gboolean used = lucida_labels_apply (network, (const char *const *) names, "labels.txt");
      const char *const *warnings = lucida_network_get_warnings (network);
      const char *const *classes;
      int n;

      classes = lucida_network_get_classes (network, &n);
      g_assert_cmpint (used, ==, fits[i].first != NULL);
      g_assert_cmpstr (classes ? classes[0] : NULL, ==, fits[i].first);
      if (used && fits[i].outputs > 1)
        g_assert_cmpint (n, ==, fits[i].outputs);
      g_assert_cmpint (warnings[0] != NULL, ==, fits[i].warned);
      if (warnings[0])
        g_assert_nonnull (strstr (warnings[0], "labels.txt"));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/every-way-of-writing-them-down", test_table);
  g_test_add_func ("/labels/cut-off-anywhere-is-safe", test_cut_off);
  g_test_add_func ("/labels/fit-the-outputs-or-are-not-used", test_fit);
  return g_test_run ();
}
