#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* Small networks with random weights, built node by node. Functions return the value they make. */
typedef struct
{
  LucidaNetwork *network;
  GRand *rand;
  int count; /* of nodes, for names */
} Build;

/* A network with an input of 1×channels×height×width (or 1×height×width×channels). */
Build build_begin (LucidaLayout layout, int channels, int height, int width, guint32 seed);
int build_input (const Build *self);
int build_weights (Build *self, int rank, const int64_t *dim, double scale);
int build_ints (Build *self, const int64_t *values, int n); /* a constant of rank 1 */
int build_scalar (Build *self, float value);
/* A node of @n inputs and one output; @name NULL: "op_number". */
int build_node (Build *self, const char *op, const char *name, const int *inputs, int n);
int build_unary (Build *self, const char *op, int x);
int build_binary (Build *self, const char *op, int a, int b);
int build_conv (Build *self, const char *name, int x, int cin, int cout, int k, int stride,
                int groups);
int build_dense (Build *self, int x, int in, int out);
/* The node that build_node() made last, for attributes. */
LucidaNode *build_last (const Build *self);
/* Global average pooling, Flatten and a dense layer. */
int build_head (Build *self, int x, int channels, int classes);
/* Ends the network at @output. (transfer full) */
LucidaNetwork *build_end (Build *self, int output);

G_END_DECLS
