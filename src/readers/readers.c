#include "readers/reader.h"

#include "base/error.h"
#include "base/mapping.h"
#include "readers/file.h"
#include "readers/labels.h"
#include "readers/sidecar.h"

#include <string.h>

#define HEAD_SIZE 4096 /* bytes by which a file is recognised */
#define PROGRESS_STEPS 1000
#define MAX_LABELS_SIZE ((gsize) 64 << 20) /* bytes of labels.txt */

/* A kind of file that is no model here: its first bytes and what is said about it. */
typedef struct
{
  const char *magic;
  gsize size;   /* bytes of magic */
  gsize offset; /* where they stand */
  LucidaError code;
  const char *text;
} Signature;

#define A_PICTURE "this is a picture, not a network: open it as the picture"

static const Signature signatures[] = {
  { "version https://git-lfs.github.com/spec/", 39, 0, LUCIDA_ERROR_UNRECOGNISED,
    "this is a Git LFS pointer and not the network itself: fetch that with “git lfs pull”" },
  { "\x89PNG\r\n\x1a\n", 8, 0, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "\xff\xd8\xff", 3, 0, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "GIF8", 4, 0, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "WEBP", 4, 8, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "II*\0", 4, 0, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "MM\0*", 4, 0, LUCIDA_ERROR_UNRECOGNISED, A_PICTURE },
  { "TFL3", 4, 4, LUCIDA_ERROR_UNSUPPORTED,
    "TensorFlow Lite files are not read: open the network that it was made from, as ONNX" },
};

GCancellable *
lucida_reading_get_cancellable (const LucidaReading *self)
{
  return self ? self->cancellable : NULL;
}

void
lucida_reading_report (const LucidaReading *self, guint64 done, guint64 total)
{
  if (self && self->progress && total > 0)
    self->progress ((guint) ((double) MIN (done, total) / (double) total * PROGRESS_STEPS),
                    PROGRESS_STEPS, self->data);
}

static gboolean
holds (const guint8 *head, gsize size, const char *text)
{
  gsize length = strlen (text);

  for (gsize i = 0; i + length <= size; i++)
    if (memcmp (head + i, text, length) == 0)
      return TRUE;
  return FALSE;
}

static const Signature *
find_signature (const guint8 *head, gsize size)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      const Signature *s = &signatures[i];

      if (size >= s->offset + s->size && memcmp (head + s->offset, s->magic, s->size) == 0)
        return s;
    }
  return NULL;
}

/* BM, the file's size, four bytes of zero. */
static gboolean
is_bitmap (const guint8 *head, gsize size)
{
  return size > 14 && memcmp (head, "BM", 2) == 0 && memcmp (head + 6, "\0\0\0\0", 4) == 0;
}

static gboolean
is_text (const guint8 *head, gsize size)
{
  const char *end;

  for (gsize i = 0; i < size; i++)
    if (head[i] < 0x20 && !strchr ("\n\r\t\f\x1b", head[i]))
      return FALSE;
  /* The last character may be cut off. */
  return g_utf8_validate ((const char *) head, (gssize) size, &end)
         || (size == HEAD_SIZE && (gsize) (end - (const char *) head) + 4 > size);
}

/* One sentence about a file that no reader knows. */
static void
describe_stranger (const guint8 *head, gsize size, GError **error)
{
  const Signature *signature = find_signature (head, size);
  LucidaError code = LUCIDA_ERROR_UNSUPPORTED;
  const char *text;

  if (signature)
    {
      code = signature->code;
      text = signature->text;
    }
  else if (size >= 4 && memcmp (head, "PK\3\4", 4) == 0)
    text = "this is a zip archive: unpack it and open the network inside";
  else
    {
      code = LUCIDA_ERROR_UNRECOGNISED;
      if (is_bitmap (head, size))
        text = A_PICTURE;
      else if (is_text (head, size))
        text = holds (head, size, "<html") || holds (head, size, "<!DOCTYPE")
                   ? "this is a web page, not a network: the download gave something else"
                   : "this is a text file, not a network";
      else
        text = "this is no network that can be read: the file is damaged, or of a kind that is "
               "not known";
    }
  g_set_error_literal (error, LUCIDA_ERROR, (int) code, text);
}

static const LucidaReader *
find_reader (const char *path, const guint8 *head, gsize size)
{
  for (int i = 0; lucida_readers[i]; i++)
    if (lucida_readers[i]->recognise (path, head, size))
      return lucida_readers[i];
  return NULL;
}

/* (nullable): NULL with @error set */
static const LucidaReader *
recognise_folder (const char *path, GError **error)
{
  static const guint8 none[1] = { 0 };
  const LucidaReader *reader = find_reader (path, none, 0);

  if (!reader)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED,
                         "this is a folder and no network: open the network's file in it");
  return reader;
}

static const LucidaReader *
recognise_file (const char *path, GError **error)
{
  guint8 head[HEAD_SIZE + 1] = { 0 };
  const LucidaReader *reader;
  gsize size;

  if (!lucida_file_head (path, head, HEAD_SIZE, &size, error))
    return NULL;
  if (size == 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED, "the file is empty");
      return NULL;
    }
  reader = find_reader (path, head, size);
  if (!reader)
    describe_stranger (head, size, error);
  return reader;
}

/* Names from labels.txt or classes.txt in @folder. */
static void
apply_labels_of (LucidaNetwork *network, const char *folder)
{
  static const char *const files[] = { "labels.txt", "classes.txt" };
  int n;

  for (gsize i = 0; i < G_N_ELEMENTS (files) && !lucida_network_get_classes (network, &n); i++)
    {
      g_autofree char *file = g_build_filename (folder, files[i], NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) problem = NULL;
      g_auto (GStrv) names = NULL;
      gsize size = 0;

      text = lucida_file_read (file, MAX_LABELS_SIZE, &size, &problem);
      if (text)
        names = lucida_labels_parse (text, size, &problem);
      if (names)
        lucida_labels_apply (network, (const char *const *) names, files[i]);
      else if (!g_error_matches (problem, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND))
        {
          g_autofree char *warning
              = g_strdup_printf ("The names in %s are not used: %s.", files[i], problem->message);
          lucida_network_add_warning (network, warning);
        }
    }
}

/* Names that lie in the model, where it is a folder, or beside it, where nothing else gives any. */
static void
apply_labels (LucidaNetwork *network, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    apply_labels_of (network, path);
  apply_labels_of (network, folder);
}

static const LucidaReader *
recognise (const char *path, GError **error)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) ? recognise_folder (path, error)
                                                : recognise_file (path, error);
}

char *
lucida_reader_resolve (const char *path)
{
  const LucidaReader *reader = recognise (path, NULL);

  return reader && reader->resolve ? reader->resolve (path) : g_strdup (path);
}

/* What is damaged is not mended here, wherever it is. */
static void
add_way_out (GError **problem)
{
  g_autoptr (GError) plain = NULL;

  if (!g_error_matches (*problem, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT))
    return;
  plain = g_steal_pointer (problem);
  g_set_error (problem, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "%s; copy or export it once more",
               plain->message);
}

LucidaNetwork *
lucida_reader_open (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *name = NULL;
  g_autofree char *model = NULL;
  GError *problem = NULL;
  int losses = lucida_mapping_get_losses ();
  const LucidaReader *reader = recognise (path, &problem);

  if (reader)
    network = reader->read (path, reading, &problem);
  add_way_out (&problem);
  /* what came of pages that were no longer there says nothing about the file */
  if (lucida_mapping_get_losses () != losses)
    {
      g_clear_pointer (&network, lucida_network_unref);
      g_clear_error (&problem);
      g_set_error_literal (&problem, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                           "the file has changed while it was read: open it again");
    }
  model = network && reader->resolve ? reader->resolve (path) : g_strdup (path);
  if (network && lucida_sidecar_apply (network, model, &problem))
    {
      apply_labels (network, model);
      return g_steal_pointer (&network);
    }
  name = g_filename_display_name (path);
  g_propagate_prefixed_error (error, problem, "%s: ", name);
  return NULL;
}
