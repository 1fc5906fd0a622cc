#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A zip archive that lies in memory, usually a mapped file: its central directory, checked, and the
 * bytes of its entries. Nothing is ever extracted to a file. Format: APPNOTE.TXT 6.3.10 (PKWARE).
 */
typedef struct _LucidaZip LucidaZip;

/* Reads the directory and checks every entry's local header. (transfer full) @bytes is referenced.
 * Errors: %LUCIDA_ERROR_CORRUPT (cut off; entries that overlap, of one name, outside the archive,
 * or whose two headers differ; absolute names and names with ".."), %LUCIDA_ERROR_UNSUPPORTED
 * (encrypted, split into several files), %LUCIDA_ERROR_TOO_LARGE; one sentence. */
LucidaZip *lucida_zip_open (GBytes *bytes, GError **error);
void lucida_zip_free (LucidaZip *self);

int lucida_zip_get_n_entries (const LucidaZip *self); /* in the directory's order */
/* The name as the archive has it, invalid UTF-8 replaced. */
const char *lucida_zip_get_name (const LucidaZip *self, int entry);
guint64 lucida_zip_get_size (const LucidaZip *self, int entry); /* bytes, unpacked */
gboolean lucida_zip_is_stored (const LucidaZip *self, int entry);
/* The entry of exactly this name; -1: none. */
int lucida_zip_find (const LucidaZip *self, const char *name);
/* The first entry whose name is @end or ends in "/" and @end; -1: none. */
int lucida_zip_find_end (const LucidaZip *self, const char *end);
/* Where a stored entry's bytes lie: a part of the archive's own, not a copy. (transfer full)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED for a compressed entry. */
GBytes *lucida_zip_map (const LucidaZip *self, int entry, GError **error);
/* The entry's bytes, at most @limit; not copied if it is stored, inflated and checked if it is
 * deflated. (transfer full) Errors: %LUCIDA_ERROR_TOO_LARGE, %LUCIDA_ERROR_CORRUPT (damaged, or of
 * another size than stated), %LUCIDA_ERROR_UNSUPPORTED (other compressions),
 * %LUCIDA_ERROR_NO_MEMORY. */
GBytes *lucida_zip_read (const LucidaZip *self, int entry, gsize limit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaZip, lucida_zip_free)

G_END_DECLS
