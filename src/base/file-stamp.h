#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What tells one state of a file from another while the program runs. */
typedef struct
{
  gint64 seconds; /* of the last change */
  gint64 nanoseconds;
  gint64 size; /* bytes */
  guint64 inode;
} LucidaFileStamp;

/* %FALSE if there is no such file. */
gboolean lucida_file_stamp_read (const char *path, LucidaFileStamp *stamp);
gboolean lucida_file_stamp_equal (const LucidaFileStamp *a, const LucidaFileStamp *b);

G_END_DECLS
