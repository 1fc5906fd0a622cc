#pragma once

#include "base/parallel.h"
#include "engine/engine.h"
#include "network/network.h"
#include "picture/picture.h"

G_BEGIN_DECLS

/* An opened model: network, class names, preprocessing in force, and a plan for the usual size of
 * input. Immutable, reference-counted. */
typedef struct _LucidaModel LucidaModel;

/* Opens @path; "demo" is the bundled network unless a file of that name exists. (transfer full)
 * Errors: those of lucida_reader_open() and lucida_plan_new(), each beginning with "PATH: ". */
LucidaModel *lucida_model_open (const char *path, LucidaPool *pool, GCancellable *cancellable,
                                GError **error);
/* The same model under other preprocessing; where the network leaves its size open, also at its
 * size. (transfer full) Errors: those of lucida_plan_new(), beginning with "PATH: ". */
LucidaModel *lucida_model_new_with_preprocessing (LucidaModel *base,
                                                  const LucidaPreprocessing *value,
                                                  LucidaPool *pool, GCancellable *cancellable,
                                                  GError **error);
LucidaModel *lucida_model_ref (LucidaModel *self);
void lucida_model_unref (LucidaModel *self);

const char *lucida_model_get_path (const LucidaModel *self);
const char *lucida_model_get_title (const LucidaModel *self); /* base name without suffix, UTF-8 */
LucidaNetwork *lucida_model_get_network (const LucidaModel *self); /* (transfer none) */
LucidaPlan *lucida_model_get_plan (const LucidaModel *self);       /* (transfer none) */
/* The preprocessing in force; its size is always set. */
const LucidaPreprocessing *lucida_model_get_preprocessing (const LucidaModel *self);
int lucida_model_get_n_classes (const LucidaModel *self);
const char *lucida_model_get_class_name (const LucidaModel *self, int index);
/* By exact name first, then by index. -1 and %LUCIDA_ERROR_NOT_FOUND (naming a few that exist) or
 * _INVALID (ambiguous). */
int lucida_model_find_class (const LucidaModel *self, const char *text, GError **error);
gboolean lucida_model_has_probabilities (const LucidaModel *self);
/* The folder of the bundled models or pictures, in the build folder or as installed. */
char *lucida_data_dup_path (const char *kind, const char *name); /* "models", "pocket-vgg.onnx" */
/* The folder of the translations, in the build folder or as installed. (transfer full) */
char *lucida_locale_dup_path (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaModel, lucida_model_unref)

G_END_DECLS
