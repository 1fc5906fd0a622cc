#pragma once

#include "base/error.h"
#include "readers/parse/hdf5-file.h"

#include <hdf5.h>

G_BEGIN_DECLS

struct _LucidaHdf5
{
  hid_t file;
  gsize image_size; /* bytes of a file that lies in memory; 0 for one on disk */
};

/* Sets @error to "“@what” @text", or to @text where @what is NULL. Always FALSE. */
gboolean _lucida_hdf5_fail (GError **error, LucidaError code, const char *text, const char *what);
/* A group's or data set's identifier, or -1. @error is set for links only, and may be NULL. */
hid_t _lucida_hdf5_open_object (LucidaHdf5 *self, const char *path, GError **error);
/* The texts of variable length, @n of them, to which @references point: the bytes of the file as
 * they stand there, @size each. Adds them to @texts. */
gboolean _lucida_hdf5_read_heap (LucidaHdf5 *self, const guint8 *references, gsize size, gsize n,
                                 GPtrArray *texts, GError **error);

typedef LucidaHdf5 *(*LucidaHdf5Open) (gconstpointer data, gsize size, GError **error);
/* Whether libhdf5 gets through the whole file, which is opened as @open_file (@data, @size) does,
 * without falling over it; TRUE where that cannot be tried out. */
gboolean _lucida_hdf5_survives (LucidaHdf5Open open_file, gconstpointer data, gsize size);
/* Leaves that out from now on: for tests of files that libhdf5 itself has just written. */
void _lucida_hdf5_skip_trials (void);

G_END_DECLS
