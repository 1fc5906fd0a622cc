#pragma once

#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* The sorted string table of LevelDB, in which TensorFlow keeps the index of its weights. Format:
 * github.com/google/leveldb/blob/main/doc/table_format.md */

/* Called for each entry in ascending order of keys, which may hold any bytes; @key and @value are
 * valid during the call. */
typedef gboolean (*LucidaSortedTableFunc) (LucidaSpan key, LucidaSpan value, gpointer data,
                                           GError **error);

/* Reads every entry of @table and checks every checksum. Errors: %LUCIDA_ERROR_CORRUPT,
 * _UNSUPPORTED (compressed blocks), and those of @func. */
gboolean lucida_sorted_table_read (LucidaSpan table, LucidaSortedTableFunc func, gpointer data,
                                   GError **error);

G_END_DECLS
