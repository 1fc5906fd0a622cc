#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* An HDF5 file, opened for reading by libhdf5. Only groups, attributes and data sets that lie in
 * the file itself are seen: soft and external links, data in other files and virtual data sets are
 * refused, filters are never loaded from outside. Paths are relative to the root: "a/b"; "" is the
 * root. Errors: one sentence without the file's name. */
typedef struct _LucidaHdf5 LucidaHdf5;

/* (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, _IO. */
LucidaHdf5 *lucida_hdf5_open (const char *path, GError **error);
/* A whole file that lies in memory; it is copied. (transfer full) */
LucidaHdf5 *lucida_hdf5_open_image (const guint8 *data, gsize size, GError **error);
void lucida_hdf5_close (LucidaHdf5 *self);

guint64 lucida_hdf5_get_size (LucidaHdf5 *self); /* bytes; 0: unknown */

gboolean lucida_hdf5_has (LucidaHdf5 *self, const char *path);
/* Names in a group, in alphabetical order; NULL where there is no such group. (transfer full) */
char **lucida_hdf5_list (LucidaHdf5 *self, const char *path);
/* Every group and data set whose path has at most @depth parts. (transfer full)
 * Errors: %LUCIDA_ERROR_TOO_LARGE. */
char **lucida_hdf5_find (LucidaHdf5 *self, int depth, GError **error);

gboolean lucida_hdf5_has_attribute (LucidaHdf5 *self, const char *path, const char *name);
/* A text, however it is stored. NULL without @error where there is no such attribute.
 * (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, _TOO_LARGE. */
char *lucida_hdf5_get_text (LucidaHdf5 *self, const char *path, const char *name, GError **error);
/* A list of texts, which may be split over several attributes (name0, name1, …). An empty list
 * where there is no such attribute. (transfer full) Errors: as above. */
char **lucida_hdf5_get_texts (LucidaHdf5 *self, const char *path, const char *name, GError **error);

/* A data set's numbers as float32, whatever they are stored as. (transfer full)
 * Errors: %LUCIDA_ERROR_CORRUPT, _UNSUPPORTED, _TOO_LARGE, _NO_MEMORY. */
LucidaTensor *lucida_hdf5_read (LucidaHdf5 *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaHdf5, lucida_hdf5_close)

G_END_DECLS
