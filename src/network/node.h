#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* One operator of a network. Operators, attributes and their defaults are ONNX's of opset 17,
 * whatever the file's format was: readers translate older and other forms into these. */
typedef struct _LucidaNode LucidaNode;

#define LUCIDA_NO_VALUE (-1) /* an optional input that is left out */

const char *lucida_node_get_op (const LucidaNode *self);   /* "Conv" */
const char *lucida_node_get_name (const LucidaNode *self); /* the layer's name for people */
/* Indices of the network's values; inputs may be %LUCIDA_NO_VALUE. */
int lucida_node_get_n_inputs (const LucidaNode *self);
int lucida_node_get_input (const LucidaNode *self, int i); /* %LUCIDA_NO_VALUE beyond the last */
int lucida_node_get_n_outputs (const LucidaNode *self);
int lucida_node_get_output (const LucidaNode *self, int i);
/* Whether the layer's weights are trained (Keras: frozen layers are not). Default: %TRUE. */
gboolean lucida_node_get_trainable (const LucidaNode *self);
/* Whether the node is a part of a layer that another node stands for ("conv/relu" of "conv"): it
 * has no row in the layer table. Default: %FALSE. */
gboolean lucida_node_get_internal (const LucidaNode *self);

gboolean lucida_node_has (const LucidaNode *self, const char *attribute);
/* The attribute, or @fallback where it is missing or of another kind. */
int64_t lucida_node_get_int (const LucidaNode *self, const char *attribute, int64_t fallback);
double lucida_node_get_float (const LucidaNode *self, const char *attribute, double fallback);
const char *lucida_node_get_string (const LucidaNode *self, const char *attribute,
                                    const char *fallback);
/* (transfer none) (nullable); @n is set to 0 where the attribute is missing. An attribute that
 * holds one int is a list of one. */
const int64_t *lucida_node_get_ints (const LucidaNode *self, const char *attribute, int *n);
const float *lucida_node_get_floats (const LucidaNode *self, const char *attribute, int *n);
LucidaTensor *lucida_node_get_tensor (const LucidaNode *self, const char *attribute);

/* For readers, before lucida_network_finish(). Setting again replaces. */
void lucida_node_set_op (LucidaNode *self, const char *op);
void lucida_node_set_name (LucidaNode *self, const char *name);
void lucida_node_set_trainable (LucidaNode *self, gboolean trainable);
void lucida_node_set_internal (LucidaNode *self, gboolean internal);
void lucida_node_set_inputs (LucidaNode *self, const int *inputs, int n);
void lucida_node_set_int (LucidaNode *self, const char *attribute, int64_t value);
void lucida_node_set_float (LucidaNode *self, const char *attribute, double value);
void lucida_node_set_string (LucidaNode *self, const char *attribute, const char *value);
void lucida_node_set_ints (LucidaNode *self, const char *attribute, const int64_t *values, int n);
void lucida_node_set_floats (LucidaNode *self, const char *attribute, const float *values, int n);
void lucida_node_set_tensor (LucidaNode *self, const char *attribute, LucidaTensor *value);
void lucida_node_remove (LucidaNode *self, const char *attribute);

G_END_DECLS
