#pragma once

#include "base/progress.h"
#include "network/network.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What whoever waits for a reader wants of it: to stop it, and to know how far it is. */
typedef struct
{
  GCancellable *cancellable;   /* (nullable) */
  LucidaProgressFunc progress; /* (nullable) only called where reading takes long */
  gpointer data;
} LucidaReading;

/* (nullable), as @self may be */
GCancellable *lucida_reading_get_cancellable (const LucidaReading *self);
/* Tells that @done of @total bytes are read. @self (nullable) */
void lucida_reading_report (const LucidaReading *self, guint64 done, guint64 total);

/* One format of model files. A reader never executes anything from a file. */
typedef struct
{
  const char *name; /* "onnx" */
  /* Whether the file (or folder) is of this format, by content, not by suffix. @head are its first
   * bytes (at most 4096; none for a folder), zero-terminated beyond @size. */
  gboolean (*recognise) (const char *path, const guint8 *head, gsize size);
  /* (nullable) The path of the whole model of which @path is a part. (transfer full) */
  char *(*resolve) (const char *path);
  /* Reads it whole. @reading (nullable). (transfer full) @error: one sentence without the file's
   * name. */
  LucidaNetwork *(*read) (const char *path, const LucidaReading *reading, GError **error);
} LucidaReader;

/* Opens a model: recognises the format, reads it, applies the sidecar beside it. @reading
 * (nullable). (transfer full)
 * Every error message begins with "FILE: ". Codes: %LUCIDA_ERROR_UNRECOGNISED, _UNSUPPORTED,
 * _CORRUPT, _TOO_LARGE, _NO_MEMORY, _NOT_FOUND, _IO, _CANCELLED. */
LucidaNetwork *lucida_reader_open (const char *path, const LucidaReading *reading, GError **error);

/* The path under which the model that @path belongs to is known, beside which its sidecar lies:
 * that of the folder for a file inside a SavedModel, otherwise @path itself. (transfer full) */
char *lucida_reader_resolve (const char *path);

/* The table that the build makes from the list of readers; ends with %NULL. */
extern const LucidaReader *const lucida_readers[];

G_END_DECLS
