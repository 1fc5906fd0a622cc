#pragma once

#include "readers/keras/json.h"
#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* What Keras wrote about the objects of a SavedModel: the outermost model's description, and where
 * each layer stands. */

typedef struct
{
  LucidaKerasJson *root; /* (nullable) {class_name, config, training_config, …} */
  gboolean subclassed;   /* the outermost model is of the user's own class */
  GHashTable *paths;     /* "path of the model\nname of the layer" → the layer's path; owned */
  GHashTable *frozen;    /* paths of layers that are not trained; owned */
} LucidaSavedObjects;

/* From keras_metadata.pb (TensorFlow 2.5 and later). Errors: %LUCIDA_ERROR_CORRUPT. */
gboolean _lucida_saved_objects_read (LucidaSavedObjects *self, LucidaSpan metadata, GError **error);
/* From saved_model.pb, where TensorFlow 2.0 to 2.4 kept the same. */
gboolean _lucida_saved_objects_read_graph (LucidaSavedObjects *self, LucidaSpan saved_model,
                                           GError **error);
void _lucida_saved_objects_init (LucidaSavedObjects *self);
void _lucida_saved_objects_clear (LucidaSavedObjects *self);

G_END_DECLS
