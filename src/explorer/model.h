#pragma once

#include "base/parallel.h"
#include "engine/engine.h"
#include "explorer/fingerprint.h"
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
/* The same, telling how far it is where that takes long. @progress (nullable) */
LucidaModel *lucida_model_open_with_progress (const char *path, LucidaPool *pool,
                                              GCancellable *cancellable,
                                              LucidaProgressFunc progress, gpointer data,
                                              GError **error);
/* The same model under other preprocessing; where the network leaves its size open, also at its
 * size. (transfer full) Errors: those of lucida_plan_new(), beginning with "PATH: ". */
LucidaModel *lucida_model_new_with_preprocessing (LucidaModel *base,
                                                  const LucidaPreprocessing *value,
                                                  LucidaPool *pool, GCancellable *cancellable,
                                                  GError **error);
/* The same model with other names for its classes; NULL: those that it was opened with. Nothing is
 * computed. (transfer full) Errors: %LUCIDA_ERROR_INVALID if there are not as many as classes. */
LucidaModel *lucida_model_new_with_class_names (LucidaModel *base, const char *const *names,
                                                GError **error);
/* Names of classes as people write them down: a JSON list, a dictionary, or one a line.
 * (transfer full) (array zero-terminated=1) Errors: %LUCIDA_ERROR_CORRUPT, _TOO_LARGE. */
char **lucida_class_names_parse (const char *text, GError **error);
/* Writes the preprocessing and the class names that came after opening into the description of the
 * model's file, from which the next opening takes them. Errors: %LUCIDA_ERROR_IO. */
gboolean lucida_model_remember (const LucidaModel *self, GError **error);
/* Removes that description: the next opening takes what the file itself says.
 * Errors: %LUCIDA_ERROR_IO. */
gboolean lucida_model_forget (const LucidaModel *self, GError **error);
LucidaModel *lucida_model_ref (LucidaModel *self);
void lucida_model_unref (LucidaModel *self);

const char *lucida_model_get_path (const LucidaModel *self);
/* The state of its file when it was opened. (nullable) */
const LucidaStamp *lucida_model_get_stamp (const LucidaModel *self);
/* Whether its file is no longer in that state. Looks at the file. */
gboolean lucida_model_is_stale (const LucidaModel *self);
/* lucida_checksum_find() of that state. From any thread; may read the whole file. (nullable) */
const char *lucida_model_get_checksum (LucidaModel *self, gboolean any_size,
                                       GCancellable *cancellable);
const char *lucida_model_get_title (const LucidaModel *self); /* base name without suffix, UTF-8 */
LucidaNetwork *lucida_model_get_network (const LucidaModel *self); /* (transfer none) */
LucidaPlan *lucida_model_get_plan (const LucidaModel *self);       /* (transfer none) */
/* The preprocessing in force; its size is always set. */
const LucidaPreprocessing *lucida_model_get_preprocessing (const LucidaModel *self);
/* What says it or what it is assumed from, for people ("net.onnx.camlucida.json"). (nullable) */
const char *lucida_model_get_preprocessing_source (const LucidaModel *self);
/* Channels of the network's input: 1, 3 or 4. -1 and %LUCIDA_ERROR_UNSUPPORTED if it takes no
 * picture. */
int lucida_model_get_input_channels (const LucidaModel *self, GError **error);
int lucida_model_get_n_classes (const LucidaModel *self);
const char *lucida_model_get_class_name (const LucidaModel *self, int index);
/* %FALSE: nobody says the names, and they are "Class 0", "Class 1", … */
gboolean lucida_model_has_class_names (const LucidaModel *self);
/* What says the names, for people ("labels.txt"). (nullable) */
const char *lucida_model_get_class_names_source (const LucidaModel *self);
/* Whether they were set after opening. */
gboolean lucida_model_has_own_class_names (const LucidaModel *self);
/* Whether the names are only a guess from the number of classes. */
gboolean lucida_model_get_class_names_assumed (const LucidaModel *self);
/* By exact name first, then by index. -1 and %LUCIDA_ERROR_NOT_FOUND (naming a few that exist) or
 * _INVALID (ambiguous). */
int lucida_model_find_class (const LucidaModel *self, const char *text, GError **error);
gboolean lucida_model_has_probabilities (const LucidaModel *self);
/* A bundled file, in the source's folder or as installed; @kind is "models", "pictures" or "" for
 * what lies in neither. (transfer full) */
char *lucida_data_dup_path (const char *kind, const char *name); /* "models", "pocket-vgg.onnx" */
/* The folder of the translations, in the build folder or as installed. (transfer full) */
char *lucida_locale_dup_path (void);
/* The folder of the compiled settings schema, likewise. (transfer full) */
char *lucida_schema_dup_path (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaModel, lucida_model_unref)

G_END_DECLS
