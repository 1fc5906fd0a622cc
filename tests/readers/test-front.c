#include "readers/reader.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_error (const char *path, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *prefix = g_strconcat (name, ": ", NULL);

  g_assert_null (lucida_reader_open (path, NULL, &error));
  if (!g_error_matches (error, LUCIDA_ERROR, code) || !strstr (error->message, part))
    g_error ("“%s” (%d) does not say “%s” (%d)", error->message, error->code, part, code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  /* the file is named once */
  g_assert_null (strstr (error->message + strlen (prefix), prefix));
}

typedef struct
{
  const char *name;
  const char *bytes;
  gsize size;
  int code;
  const char *part;
} Stranger;

#define BYTES(text) text, sizeof text - 1

static void
test_strangers (void)
{
  static const Stranger cases[] = {
    { "empty.onnx", BYTES (""), LUCIDA_ERROR_UNRECOGNISED, "the file is empty" },
    { "lfs.onnx",
      BYTES ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
      LUCIDA_ERROR_UNRECOGNISED, "git lfs pull" },
    { "keras.h5", BYTES ("\x89HDF\r\n\x1a\n\0\0\0\0"), LUCIDA_ERROR_CORRUPT, "HDF5 file" },
    { "model.keras", BYTES ("PK\3\4\x14\0\0\0metadata.json{}"), LUCIDA_ERROR_CORRUPT, "cut off" },
    { "model.pth", BYTES ("PK\3\4\0\0\0\0archive/data.pklFB"), LUCIDA_ERROR_CORRUPT, "cut off" },
    { "some.zip", BYTES ("PK\3\4\0\0\0\0readme.md"), LUCIDA_ERROR_UNSUPPORTED, "zip archive" },
    { "old.pth", BYTES ("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."),
      LUCIDA_ERROR_CORRUPT, "cut off" },
    { "model.safetensors", BYTES ("\x08\0\0\0\0\0\0\0{\"a\":1} "), LUCIDA_ERROR_CORRUPT, "header" },
    { "model.tflite", BYTES ("\x1c\0\0\0TFL3\0\0\0\0"), LUCIDA_ERROR_UNSUPPORTED,
      "TensorFlow Lite" },
    { "saved_model.pb", BYTES ("\x08\x01\x12\x02\x0a\x00"), LUCIDA_ERROR_UNSUPPORTED,
      "SavedModel" },
    { "photo.onnx", BYTES ("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), LUCIDA_ERROR_UNRECOGNISED,
      "a picture" },
    { "photo.jpg", BYTES ("\xff\xd8\xff\xe0\0\x10JFIF"), LUCIDA_ERROR_UNRECOGNISED, "a picture" },
    { "photo.gif", BYTES ("GIF89a\x01\0\x01\0"), LUCIDA_ERROR_UNRECOGNISED, "a picture" },
    { "photo.webp", BYTES ("RIFF\x10\0\0\0WEBPVP8 "), LUCIDA_ERROR_UNRECOGNISED, "a picture" },
    { "photo.tif", BYTES ("II*\0\x08\0\0\0\0\0"), LUCIDA_ERROR_UNRECOGNISED, "a picture" },
    { "photo.bmp", BYTES ("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), LUCIDA_ERROR_UNRECOGNISED,
      "a picture" },
    { "notes.onnx", BYTES ("This is no network.\n"), LUCIDA_ERROR_UNRECOGNISED, "a text file" },
    { "colon.onnx", BYTES (": a text that begins like a graph, \xc3\xa9 \n"),
      LUCIDA_ERROR_UNRECOGNISED, "a text file" },
    { "page.onnx", BYTES ("<!DOCTYPE html>\n<html><body>404</body></html>\n"),
      LUCIDA_ERROR_UNRECOGNISED, "a web page" },
    { "noise.onnx", BYTES ("\x13\x37\xde\xad\xbe\xef\0\1\2\3"), LUCIDA_ERROR_UNRECOGNISED,
      "no network" },
    { "zero.onnx", BYTES ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), LUCIDA_ERROR_UNRECOGNISED,
      "no network" },
    { "cut.onnx", BYTES ("\x08\x08\x3a\xff\x10\x0a\x05"), LUCIDA_ERROR_CORRUPT, "cut off" },
    { "head.onnx", BYTES ("\x08"), LUCIDA_ERROR_UNRECOGNISED, "no network" },
  };
  char *folder = folder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (folder, cases[i].name, cases[i].bytes, cases[i].size);

      assert_error (path, cases[i].code, cases[i].part);
      if (cases[i].code == LUCIDA_ERROR_CORRUPT)
        assert_error (path, cases[i].code, "; copy or export it once more");
    }
  folder_remove (folder);
}

static void
test_places (void)
{
  char *folder = folder_new ();
  g_autofree char *missing = g_build_filename (folder, "missing.onnx", NULL);
  g_autofree char *below = g_build_filename (folder, "file", "below.onnx", NULL);
  g_autofree char *saved = g_build_filename (folder, "saved", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo.onnx", NULL);
  g_autofree char *locked = write_file (folder, "locked.onnx", "\x08", 1);

  g_free (write_file (folder, "file", "x", 1));
  g_assert_cmpint (g_mkdir (saved, 0700), ==, 0);
  g_free (write_file (saved, "saved_model.pb", "\x08\x01", 2));
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_error (missing, LUCIDA_ERROR_NOT_FOUND, "no such file");
  assert_error (below, LUCIDA_ERROR_NOT_FOUND, "no such file");
  assert_error (folder, LUCIDA_ERROR_UNRECOGNISED, "a folder");
  assert_error (saved, LUCIDA_ERROR_UNSUPPORTED, "SavedModel");
  assert_error (fifo, LUCIDA_ERROR_UNRECOGNISED, "a pipe or a device");
  assert_error ("/dev/null", LUCIDA_ERROR_UNRECOGNISED, "a pipe or a device");
  assert_error ("", LUCIDA_ERROR_NOT_FOUND, "no such file");
  g_assert_cmpint (g_chmod (locked, 0), ==, 0);
  if (access (locked, R_OK) != 0)
    assert_error (locked, LUCIDA_ERROR_IO, "permission");
  folder_remove (folder);
}

/* (transfer full) The path of the small network in @folder. */
static char *
write_small (const char *folder, const char *name)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;
  Model model;

  model_init_small (&model);
  bytes = model_bytes (&model);
  data = g_bytes_get_data (bytes, &size);
  return write_file (folder, name, data, size);
}

static LucidaNetwork *
open_whole (const char *path)
{
  g_autoptr (GError) error = NULL;
  LucidaNetwork *network = lucida_reader_open (path, NULL, &error);

  g_assert_no_error (error);
  return network;
}

/* Content decides, not the suffix; the name is the file's. */
static void
test_suffix (void)
{
  static const char *const names[] = { "net.onnx", "net.bin", "net", "a:b %100 #1.onnx" };
  static const char *const shown[] = { "net", "net.bin", "net", "a:b %100 #1" };
  char *folder = folder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = write_small (folder, names[i]);
      g_autoptr (LucidaNetwork) network = open_whole (path);

      g_assert_cmpstr (lucida_network_get_name (network), ==, shown[i]);
    }
  folder_remove (folder);
}

static void
test_sidecar (void)
{
  static const char text[]
      = "{\"preprocessing\": {\"channels\": \"L\", \"size\": [4, 4], \"scale\": 2}, "
        "\"classes\": [\" cat \", \"dog\"]}";
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autoptr (LucidaNetwork) network = NULL;
  const LucidaPreprocessing *p;
  const char *const *classes;
  int n;

  g_free (write_file (folder, "net.onnx.camlucida.json", text, strlen (text)));
  g_free (write_file (folder, "labels.txt", "one\ntwo\n", 8));
  network = open_whole (path);
  p = lucida_network_get_preprocessing (network);
  classes = lucida_network_get_classes (network, &n);
  g_assert_cmpint (p->height, ==, 4);
  g_assert_cmpint (p->channels, ==, LUCIDA_CHANNELS_L);
  g_assert_cmpfloat (p->scale, ==, 2);
  g_assert_false (p->assumed);
  g_assert_cmpstr (classes[0], ==, "cat");
  folder_remove (folder);
}

/* The sidecar of another file is not taken: the whole name counts. */
static void
test_sidecar_of_another (void)
{
  static const char text[] = "{\"classes\": [\"cat\", \"dog\"]}";
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autoptr (LucidaNetwork) network = NULL;
  int n;

  g_free (write_file (folder, "net.camlucida.json", text, strlen (text)));
  network = open_whole (path);
  g_assert_null (lucida_network_get_classes (network, &n));
  folder_remove (folder);
}

static void
test_broken_sidecar (void)
{
  static const char *const texts[] = { "",
                                       "{",
                                       "[]",
                                       "{} {}",
                                       "{\"classes\": [\"a\", \"b\"]} {\"a\": {}}",
                                       "2 {\"a\": 1}",
                                       "null",
                                       "{\"classes\": {}}",
                                       "{\"classes\": [1, 2]}",
                                       "{\"classes\": []}",
                                       "{\"preprocessing\": []}",
                                       "{\"preprocessing\": {\"resize\": \"no\"}}",
                                       "{\"preprocessing\": {\"mean\": [1, 2, 3]}}",
                                       "\xff\xfe" };
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autofree char *deep = g_strnfill (100000, '[');

  for (gsize i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : deep;

      g_free (write_file (folder, "net.onnx.camlucida.json", text, strlen (text)));
      assert_error (path, LUCIDA_ERROR_CORRUPT, "“net.onnx.camlucida.json”");
    }
  folder_remove (folder);
}

static void
test_labels (void)
{
  static const char *const files[] = { "labels.txt", "classes.txt" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      char *folder = folder_new ();
      g_autofree char *path = write_small (folder, "net.onnx");
      g_autoptr (LucidaNetwork) network = NULL;
      const char *const *classes;
      int n;

      g_free (write_file (folder, files[i], "0 cat\r\n1 dog\r\n", 14));
      network = open_whole (path);
      classes = lucida_network_get_classes (network, &n);
      g_assert_cmpint (n, ==, 2);
      g_assert_cmpstr (classes[1], ==, "dog");
      folder_remove (folder);
    }
}

static void
test_labels_that_do_not_fit (void)
{
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autoptr (LucidaNetwork) network = NULL;
  int n;

  g_free (write_file (folder, "labels.txt", "a\nb\nc\n", 6));
  network = open_whole (path);
  g_assert_null (lucida_network_get_classes (network, &n));
  g_assert_nonnull (strstr (lucida_network_get_warnings (network)[0], "labels.txt"));
  folder_remove (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front/files-of-other-kinds-are-named", test_strangers);
  g_test_add_func ("/front/places-without-a-file", test_places);
  g_test_add_func ("/front/content-decides-not-the-suffix", test_suffix);
  g_test_add_func ("/front/the-sidecar-has-the-last-word", test_sidecar);
  g_test_add_func ("/front/another-file's-sidecar-is-not-taken", test_sidecar_of_another);
  g_test_add_func ("/front/a-broken-sidecar-is-named", test_broken_sidecar);
  g_test_add_func ("/front/labels-beside-the-model", test_labels);
  g_test_add_func ("/front/labels-that-do-not-fit-are-said", test_labels_that_do_not_fit);
  return g_test_run ();
}
