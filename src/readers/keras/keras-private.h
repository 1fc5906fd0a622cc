#pragma once

#include "base/error.h"
#include "network/network.h"
#include "readers/keras/json.h"
#include "readers/reader.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* How a network that Keras describes becomes a LucidaNetwork. The description (JSON) and the
 * weights come from one of three containers; everything between is the same. */

/* A layer, or a model that is one in another. */
typedef struct _LucidaKerasLayer LucidaKerasLayer;
struct _LucidaKerasLayer
{
  const LucidaKerasLayer *parent; /* (nullable) the model around it; none around the outermost */
  const LucidaKerasJson *entry;   /* {class_name, config, …} */
  const LucidaKerasJson *config;
  const char *class_name;
  const char *name; /* in its model */
  char *full_name;  /* for people: "vgg16/block5_conv3" */
  int position;     /* in its model's list of layers */
  gboolean is_model;
  gboolean trainable; /* itself and everything around it */
};

/* Where the weights come from: one of the containers. */
typedef struct _LucidaKerasWeights LucidaKerasWeights;
struct _LucidaKerasWeights
{
  /* The weight @role ("kernel") of @layer, of whose weights it is number @index, as Keras orders
   * its axes. (transfer full) */
  LucidaTensor *(*load) (LucidaKerasWeights *self, const LucidaKerasLayer *layer, const char *role,
                         int index, GError **error);
  /* (nullable) Whether the container says that @layer is not trained. */
  gboolean (*is_frozen) (LucidaKerasWeights *self, const LucidaKerasLayer *layer);
};

/* A tensor of the network. @shape is Keras' (channels mostly last), %LUCIDA_FREE_SIZE where
 * unknown, batch first. */
typedef struct
{
  int value;
  LucidaShape shape;
  gboolean turned; /* the value itself has its last axis as axis 1: N×C×H×W for N×H×W×C */
} LucidaKerasTensor;

typedef struct
{
  LucidaNetwork *network;
  LucidaKerasWeights *weights;
  const LucidaReading *reading; /* (nullable) */
  guint64 done;                 /* bytes read so far */
  guint64 size;                 /* all bytes to read */
  int version;                  /* of Keras: 1, 2 or 3 */
  gboolean theano;              /* convolution kernels lie turned by 180° */
  GHashTable *loaded;           /* "full name\nrole" → value + 1: layers that are called twice */
  GHashTable *turned;           /* value → the value transposed, + 1; both directions */
  GHashTable *names;            /* of values */
} LucidaKerasBuild;

/* What a layer is called with: a tensor, or a constant of the description. */
typedef struct
{
  LucidaKerasTensor tensor;        /* value -1: none */
  const LucidaKerasJson *constant; /* (nullable) */
} LucidaKerasOperand;

/* One call of a layer. */
typedef struct
{
  LucidaKerasBuild *build;
  const LucidaKerasLayer *layer;
  const LucidaKerasTensor *inputs; /* [n_inputs] at least one */
  guint n_inputs;
  const LucidaKerasOperand *operands; /* [n_operands] positional arguments, lists flattened */
  guint n_operands;
  const LucidaKerasJson *arguments; /* (nullable) named arguments, a JSON object */
  /* Whether a named argument is a tensor, and which. */
  gboolean (*find_tensor) (gpointer data, const LucidaKerasJson *json, LucidaKerasTensor *tensor);
  gpointer find_data;
  LucidaKerasTensor output; /* what the call makes */
} LucidaKerasCall;

typedef gboolean (*LucidaKerasFunc) (LucidaKerasCall *call, GError **error);

/* emit.c */

/* Sets @error to a sentence that begins with the layer's name; returns %FALSE. */
gboolean _lucida_keras_fail (const LucidaKerasCall *call, LucidaError code, GError **error,
                             const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Adds a node named after the layer, and @suffix (nullable), with one output; returned is its
 * value, @node (out) (nullable) the node. */
int _lucida_keras_emit (const LucidaKerasCall *call, const char *op, const char *suffix,
                        const int *inputs, int n, LucidaNode **node);
/* The same with one input. */
int _lucida_keras_emit1 (const LucidaKerasCall *call, const char *op, const char *suffix, int input,
                         LucidaNode **node);
/* A constant of the architecture, which is no parameter. */
int _lucida_keras_ints (const LucidaKerasCall *call, const char *suffix, const int64_t *values,
                        int n);
int _lucida_keras_floats (const LucidaKerasCall *call, const char *suffix, const LucidaShape *shape,
                          const float *values);
int _lucida_keras_scalar (const LucidaKerasCall *call, const char *suffix, double value);
/* A list of @n times the same number. */
int _lucida_keras_filled (const LucidaKerasCall *call, const char *suffix, int64_t n, float value);
/* @tensor with its last axis as axis 1, and as Keras has it. */
LucidaKerasTensor _lucida_keras_turn (const LucidaKerasCall *call, LucidaKerasTensor tensor);
LucidaKerasTensor _lucida_keras_straighten (const LucidaKerasCall *call, LucidaKerasTensor tensor);
/* @tensor as N×C×…, whichever of Keras' two layouts the layer is configured for. */
LucidaKerasTensor _lucida_keras_channels_first (const LucidaKerasCall *call,
                                                LucidaKerasTensor tensor);
/* Which axis of the value is Keras' @axis (negative: from the end); -1: there is none. */
int _lucida_keras_axis (const LucidaKerasTensor *tensor, int axis);
gboolean _lucida_keras_is_channels_first (const LucidaKerasCall *call);
/* One or two numbers of the configuration: n or [n] or [n, m], for @n axes. Errors: negative ones,
 * and ones below @least. */
gboolean _lucida_keras_sizes (const LucidaKerasCall *call, const char *name, int n,
                              int64_t fallback, int64_t least, int64_t *sizes, GError **error);

/* weight.c */

/* How a weight's axes are turned on loading. */
typedef struct
{
  int rank;                   /* that it must have; -1: any */
  int order[LUCIDA_MAX_RANK]; /* [rank] axis i of the result is axis order[i] of the file's */
  gboolean flip;              /* the first two axes (one at rank 3) run backwards */
} LucidaKerasTurn;

/* The value of a weight, loaded once however often the layer is called; @turn is NULL for weights
 * that are taken as they lie. -1 on error. @shape (out) (nullable): as loaded. */
int _lucida_keras_weight (const LucidaKerasCall *call, const char *role, int index,
                          const LucidaKerasTurn *turn, LucidaShape *shape, GError **error);
/* A weight whose shape is changed to @shape after turning: @reshape is told the turned shape. */
typedef void (*LucidaKerasReshape) (LucidaShape *shape);
int _lucida_keras_weight_reshaped (const LucidaKerasCall *call, const char *role, int index,
                                   const LucidaKerasTurn *turn, LucidaKerasReshape reshape,
                                   LucidaShape *shape, GError **error);

/* activation.c */

/* @tensor after the function that @activation names (a string or an object). The function's node
 * is "layer/relu" where @inside, else "layer". */
gboolean _lucida_keras_activate (const LucidaKerasCall *call, const LucidaKerasJson *activation,
                                 gboolean inside, LucidaKerasTensor *tensor, GError **error);
gboolean _lucida_keras_activate_named (const LucidaKerasCall *call, const char *name,
                                       const LucidaKerasJson *parameters, gboolean inside,
                                       LucidaKerasTensor *tensor, GError **error);

/* layers.c */

/* What makes the nodes of a layer of this class. (nullable) */
LucidaKerasFunc _lucida_keras_find_layer (const char *class_name);

/* Families of layers: each table ends with a NULL name. */
typedef struct
{
  const char *class_name;
  LucidaKerasFunc func;
} LucidaKerasClass;

extern const LucidaKerasClass _lucida_keras_convolutions[];
extern const LucidaKerasClass _lucida_keras_dense_layers[];
extern const LucidaKerasClass _lucida_keras_normalizations[];
extern const LucidaKerasClass _lucida_keras_activations[];
extern const LucidaKerasClass _lucida_keras_shapes[];
extern const LucidaKerasClass _lucida_keras_merges[];
extern const LucidaKerasClass _lucida_keras_pictures[];
extern const LucidaKerasClass _lucida_keras_functions[];

/* shape.c, picture.c */

/* Reshapes to the sizes in @list from number @first on, of one sample; one may be -1. */
gboolean _lucida_keras_reshape (LucidaKerasCall *call, const LucidaKerasJson *list, guint first,
                                GError **error);
/* Joins the inputs along Keras' @axis. */
gboolean _lucida_keras_concatenate (LucidaKerasCall *call, int axis, GError **error);
/* A number, or a list of as many as there are channels, shaped to go with @tensor; brackets around
 * one element say nothing. -1 on error. */
int _lucida_keras_per_channel (const LucidaKerasCall *call, const LucidaKerasTensor *tensor,
                               const char *suffix, const LucidaKerasJson *json, GError **error);

/* function.c */

/* Whether the call has constants among its positional arguments. */
gboolean _lucida_keras_has_constants (const LucidaKerasCall *call);
/* The operator @op on two operands, tensors or constants, with NumPy's broadcasting. */
gboolean _lucida_keras_binary (LucidaKerasCall *call, const char *op, GError **error);

/* legacy.c */

/* Rewrites the layer or model @entry, as Keras 1 described it, in Keras 2's terms. */
void _lucida_keras_modernise (LucidaKerasJson *entry);

/* model.c */

/* The list of a model's layers; NULL for what is no model. */
const LucidaKerasJson *_lucida_keras_layers_of (const LucidaKerasJson *config);
/* Adds the references [name, call, output] that input_layers or output_layers hold to @found. */
void _lucida_keras_list_references (const LucidaKerasJson *json, GPtrArray *found);
/* Adds the nodes of the outermost model @entry, fed with @input. @output: the model's first. */
gboolean _lucida_keras_run (LucidaKerasBuild *build, const LucidaKerasJson *entry,
                            const LucidaKerasTensor *input, LucidaKerasTensor *output,
                            GError **error);

/* keras.c */

gboolean _lucida_keras_is_cancelled (const LucidaKerasBuild *build);

/* What a container holds. */
typedef struct
{
  const char *format;              /* for people */
  const char *name;                /* of the network */
  LucidaKerasJson *architecture;   /* {class_name, config}; rewritten on reading */
  const LucidaKerasJson *training; /* (nullable) training_config or compile_config */
  LucidaKerasWeights *weights;
  int version; /* of Keras: 1, 2 or 3 */
  gboolean theano;
  guint64 done; /* bytes whose reading has been reported before */
  guint64 size; /* bytes of the weights, about; 0: unknown */
} LucidaKerasSource;

/* From a description and its weights to a finished network. (transfer full) */
LucidaNetwork *_lucida_keras_read (const LucidaKerasSource *source, const LucidaReading *reading,
                                   GError **error);
/* A model's name from its file's. (transfer full) */
char *_lucida_keras_name_of (const char *path);
/* 1, 2 or 3 from "2.11.0". */
int _lucida_keras_version_of (const char *text, int fallback);

/* training.c */

/* Loss and optimizer as people read them, from training_config (Keras 2) or compile_config (3). */
void _lucida_keras_describe_training (LucidaNetwork *network, const LucidaKerasJson *training);
/* What the network expects of a picture, guessed from what it does with it first. */
void _lucida_keras_describe_preprocessing (LucidaNetwork *network);

G_END_DECLS
