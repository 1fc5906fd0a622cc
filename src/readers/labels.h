#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* Names of classes as people write them down. */

/* Parses a JSON list; a JSON or Python dictionary with the keys 0 … n-1; or one name a line, in
 * which a number before every name is dropped if each is its line's index. (transfer full)
 * (array zero-terminated=1) Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_TOO_LARGE. */
char **lucida_labels_parse (const char *text, gsize size, GError **error);
/* How many scores a finished network gives, from its output's shape or its last weights; 0: the
 * file does not say. */
gint64 lucida_labels_count_outputs (const LucidaNetwork *network);
/* Makes @names the network's classes if there are as many as scores; 1001 for 1000 and the reverse
 * are shifted by one. Adds a warning where they are shifted or not used; @source names where they
 * come from ("labels.txt"). Returns whether they are used. */
gboolean lucida_labels_apply (LucidaNetwork *network, const char *const *names, const char *source);
/* The same for a network that is known to tell @outputs classes apart. */
gboolean lucida_labels_apply_to (LucidaNetwork *network, gint64 outputs, const char *const *names,
                                 const char *source);

G_END_DECLS
