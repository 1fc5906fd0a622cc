#pragma once

#include "explorer/explanation.h"

G_BEGIN_DECLS

/* What a picture says about where it comes from: the text chunks of a PNG. Software (with its
 * version), Title, Description, Model, Class, Against, Layer, Method; "Model SHA-256" of
 * lucida_checksum_find(), or "Model Size" (bytes) and "Model Modified" (UTC) where it is not
 * known. */
typedef struct _LucidaProvenance LucidaProvenance;

/* @model (nullable), @explanation (nullable): what is shown. @any_size: the checksum also of a
 * large model that has none yet. May read the model's file: not for the main thread of a window.
 * (transfer full) */
LucidaProvenance *lucida_provenance_new (LucidaModel *model, const LucidaExplanation *explanation,
                                         gboolean any_size, GCancellable *cancellable);
void lucida_provenance_free (LucidaProvenance *self);
/* @key: up to 79 characters of ASCII. */
void lucida_provenance_add (LucidaProvenance *self, const char *key, const char *value);
/* NULL-terminated. (transfer none) */
const char *const *lucida_provenance_get_keys (const LucidaProvenance *self);
const char *const *lucida_provenance_get_values (const LucidaProvenance *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaProvenance, lucida_provenance_free)

G_END_DECLS
