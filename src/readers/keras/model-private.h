#pragma once

#include "readers/keras/keras-private.h"

G_BEGIN_DECLS

/* Models as trees of layers, and what their layers are called with. */

#define LUCIDA_KERAS_MAX_CALLS 50000 /* of layers; models that are used twice count twice */

typedef struct _LucidaKerasModel LucidaKerasModel;

typedef struct
{
  LucidaKerasLayer layer;
  LucidaKerasModel *model; /* (nullable) */
  GPtrArray *outputs;      /* of each call: GArray of LucidaKerasTensor, NULL until it is made */
  guint calls;             /* of a layer in a functional model */
  int offset;              /* what references to this layer's calls begin with */
} LucidaKerasMember;

struct _LucidaKerasModel
{
  const LucidaKerasLayer *layer;
  GPtrArray *members;  /* LucidaKerasMember */
  GHashTable *by_name; /* name → member */
  gboolean sequential;
  const LucidaKerasJson *inputs;  /* (nullable) references to the model's inputs */
  const LucidaKerasJson *outputs; /* (nullable) */
};

typedef struct
{
  LucidaKerasBuild *build;
  int layers;
  int calls;
} LucidaKerasWalk;

typedef enum
{
  LUCIDA_KERAS_READY,
  LUCIDA_KERAS_WAITING, /* for a layer that is not called yet */
  LUCIDA_KERAS_BROKEN,  /* for one that is not there */
} LucidaKerasState;

/* The tree below the model @layer. (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, _TOO_LARGE. */
LucidaKerasModel *_lucida_keras_model_new (LucidaKerasWalk *walk, const LucidaKerasLayer *layer,
                                           GError **error);
void _lucida_keras_model_free (LucidaKerasModel *self);
/* Sets @error to a sentence that begins with the model's name; returns %FALSE. */
gboolean _lucida_keras_model_fail (const LucidaKerasLayer *layer, LucidaError code, GError **error,
                                   const char *text);
/* Frees what a member's call made. (nullable) */
void _lucida_keras_outputs_free (gpointer outputs);
/* Whether @json is [name, call, output, …]. */
gboolean _lucida_keras_is_reference (const LucidaKerasJson *json);
/* The reference inside one of Keras 3's tensors. (nullable) */
const LucidaKerasJson *_lucida_keras_history_of (const LucidaKerasJson *json);
/* The tensor that a reference means; %FALSE while it is not made. @data: the model. */
gboolean _lucida_keras_find_tensor (gpointer data, const LucidaKerasJson *json,
                                    LucidaKerasTensor *tensor);
/* What call @i of @member is called with: @operands (of LucidaKerasOperand), and the named
 * @arguments (out) (nullable). */
LucidaKerasState _lucida_keras_read_call (LucidaKerasModel *self, LucidaKerasMember *member,
                                          guint i, GArray *operands,
                                          const LucidaKerasJson **arguments);

G_END_DECLS
