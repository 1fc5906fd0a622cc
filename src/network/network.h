#pragma once

#include "network/node.h"
#include "network/preprocessing.h"

G_BEGIN_DECLS

/* What every reader makes and the engine runs: a graph of nodes (operators) and values (tensors),
 * weights, names, classes, preprocessing and training information. Reference-counted; immutable
 * after lucida_network_finish(). */
typedef struct _LucidaNetwork LucidaNetwork;

#define LUCIDA_FREE_SIZE (-1) /* a size that the file leaves open */

typedef enum
{
  LUCIDA_LAYOUT_NCHW,
  LUCIDA_LAYOUT_NHWC,
} LucidaLayout;

/* (transfer full) @format is shown to people: "ONNX", "Keras HDF5", … */
LucidaNetwork *lucida_network_new (const char *format, const char *name);
LucidaNetwork *lucida_network_ref (LucidaNetwork *self);
void lucida_network_unref (LucidaNetwork *self);

/* Building, for readers. */

/* Adds a value; its index is returned. @constant (nullable): a weight, referenced, not copied. */
int lucida_network_add_value (LucidaNetwork *self, const char *name, LucidaTensor *constant);
/* Adds a node that makes @outputs from @inputs (value indices). (transfer none) */
LucidaNode *lucida_network_add_node (LucidaNetwork *self, const char *op, const char *name,
                                     const int *inputs, int n_inputs, const int *outputs,
                                     int n_outputs);
/* The network's input: @shape with the batch first, sizes may be %LUCIDA_FREE_SIZE. */
void lucida_network_set_input (LucidaNetwork *self, int value, const LucidaShape *shape,
                               LucidaLayout layout);
/* The network's first output (its other outputs are ignored); @shape as the file states it,
 * %LUCIDA_FREE_SIZE where open; rank -1: not stated. */
void lucida_network_set_output (LucidaNetwork *self, int value, const LucidaShape *shape);
void lucida_network_set_classes (LucidaNetwork *self, const char *const *names); /* NULL: unknown */
/* What says the names, for people ("labels.txt"); NULL: nothing. */
void lucida_network_set_classes_source (LucidaNetwork *self, const char *source);
void lucida_network_set_preprocessing (LucidaNetwork *self, const LucidaPreprocessing *value);
/* What says the preprocessing, or what it is assumed from; NULL: nothing. */
void lucida_network_set_preprocessing_source (LucidaNetwork *self, const char *source);
void lucida_network_set_training (LucidaNetwork *self, const char *loss, const char *optimizer);
/* Something the user should know that does not prevent opening; one sentence. */
void lucida_network_add_warning (LucidaNetwork *self, const char *text);
/* Sorts the nodes topologically, drops those the output does not need, makes layer names unique.
 * Errors: %LUCIDA_ERROR_CORRUPT for a cycle, a value made twice or by nobody, a missing input or
 * output. */
gboolean lucida_network_finish (LucidaNetwork *self, GError **error);

/* Reading. Strings and arrays belong to the network. */

const char *lucida_network_get_format (const LucidaNetwork *self);
const char *lucida_network_get_name (const LucidaNetwork *self);
int lucida_network_get_n_nodes (const LucidaNetwork *self); /* in topological order */
const LucidaNode *lucida_network_get_node (const LucidaNetwork *self, int i);
int lucida_network_get_n_values (const LucidaNetwork *self);
const char *lucida_network_get_value_name (const LucidaNetwork *self, int value);
LucidaTensor *lucida_network_get_constant (const LucidaNetwork *self, int value); /* (nullable) */
int lucida_network_get_producer (const LucidaNetwork *self, int value); /* node index or -1 */
/* Nodes that read @value, ascending. (transfer none) */
const int *lucida_network_get_consumers (const LucidaNetwork *self, int value, int *n);
int lucida_network_find_value (const LucidaNetwork *self, const char *name); /* -1: none */
int lucida_network_get_input (const LucidaNetwork *self);
const LucidaShape *lucida_network_get_input_shape (const LucidaNetwork *self);
LucidaLayout lucida_network_get_input_layout (const LucidaNetwork *self);
int lucida_network_get_output (const LucidaNetwork *self);
const LucidaShape *lucida_network_get_output_shape (const LucidaNetwork *self);
const char *const *lucida_network_get_classes (const LucidaNetwork *self, int *n); /* (nullable) */
const char *lucida_network_get_classes_source (const LucidaNetwork *self);         /* (nullable) */
const LucidaPreprocessing *lucida_network_get_preprocessing (const LucidaNetwork *self);
const char *lucida_network_get_preprocessing_source (const LucidaNetwork *self); /* (nullable) */
const char *lucida_network_get_loss (const LucidaNetwork *self);                 /* (nullable) */
const char *lucida_network_get_optimizer (const LucidaNetwork *self);            /* (nullable) */
const char *const *lucida_network_get_warnings (const LucidaNetwork *self);

/* Whether the files in which weights still lie are what they were when they were opened.
 * Errors: %LUCIDA_ERROR_IO, beginning with the file's name. */
gboolean lucida_network_check_files (const LucidaNetwork *self, GError **error);

/* Channels, height and width of the network's input; %LUCIDA_FREE_SIZE where open. %FALSE if the
 * input is not a picture (rank other than 4, or sizes that no layout explains). */
gboolean lucida_network_get_input_size (const LucidaNetwork *self, int *channels, int *height,
                                        int *width);
/* The input's whole shape, batch 1, for a picture of @height × @width. */
LucidaShape lucida_network_get_shape_for (const LucidaNetwork *self, int height, int width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaNetwork, lucida_network_unref)

G_END_DECLS
