#pragma once

#include "base/tensor.h"
#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* TensorFlow's tensor bundle: an index and one or more shards of data. Format:
 * github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto */
typedef struct _LucidaBundle LucidaBundle;

/* From the bytes of variables.index. (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, _UNSUPPORTED.
 */
LucidaBundle *lucida_bundle_new (LucidaSpan index, GError **error);
void lucida_bundle_free (LucidaBundle *self);

int lucida_bundle_get_n_shards (const LucidaBundle *self);
/* The bytes of shard @i, usually mapped; referenced. */
void lucida_bundle_set_shard (LucidaBundle *self, int i, GBytes *bytes);
gboolean lucida_bundle_has (const LucidaBundle *self, const char *key);
/* The tensor @key as float32, its checksum checked; float32 data is not copied. (transfer full)
 * Errors: %LUCIDA_ERROR_CORRUPT, _UNSUPPORTED, _TOO_LARGE, _NO_MEMORY. */
LucidaTensor *lucida_bundle_read (const LucidaBundle *self, const char *key, GError **error);
/* The one text in the string tensor @key; not copied. (transfer full) Errors: as above. */
GBytes *lucida_bundle_read_text (const LucidaBundle *self, const char *key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaBundle, lucida_bundle_free)

G_END_DECLS
