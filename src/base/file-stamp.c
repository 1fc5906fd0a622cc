#include "base/file-stamp.h"

#include <glib/gstdio.h>

gboolean
lucida_file_stamp_read (const char *path, LucidaFileStamp *stamp)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return FALSE;
  *stamp = (LucidaFileStamp){ (gint64) status.st_mtim.tv_sec, (gint64) status.st_mtim.tv_nsec,
                              (gint64) status.st_size, (guint64) status.st_ino };
  return TRUE;
}

gboolean
lucida_file_stamp_equal (const LucidaFileStamp *a, const LucidaFileStamp *b)
{
  return a->seconds == b->seconds && a->nanoseconds == b->nanoseconds && a->size == b->size
         && a->inode == b->inode;
}
