#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes zip archives byte by byte, so that a test can make one that is wrong in one way. */

#define ZIP_MAX_PARTS 8

typedef struct
{
  const char *name;
  const char *data;
  gsize size;
  gboolean deflated;
} ZipPart;

#define ZIP_TEXT(text) text, sizeof text - 1

typedef struct
{
  GByteArray *bytes;
  gsize local[ZIP_MAX_PARTS];       /* offsets of the local headers */
  gsize data[ZIP_MAX_PARTS];        /* of the bytes */
  gsize central[ZIP_MAX_PARTS + 1]; /* of the directory's records */
  gsize end;                        /* of the end record */
} ZipArchive;

ZipArchive zip_archive_make (const ZipPart *parts, guint n);
/* Appends @value as @size bytes, little-endian. */
void zip_put (GByteArray *bytes, guint64 value, guint size);
void zip_set (ZipArchive *archive, gsize offset, guint64 value, guint size);

G_END_DECLS
