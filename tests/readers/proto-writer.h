#pragma once

#include "readers/reader.h"

G_BEGIN_DECLS

/* Writes protobuf messages, and of those ONNX's, byte by byte: the tests' own, so that the reader
 * is checked against the format and not against itself. */
typedef GByteArray Message;

Message *message_new (void);
void put_varint (Message *self, guint64 value);
void put_int (Message *self, guint field, gint64 value);
void put_fixed32 (Message *self, guint field, guint32 value);
void put_bytes (Message *self, guint field, const void *data, gsize size);
void put_string (Message *self, guint field, const char *text);
/* Consumes @inner. */
void put_message (Message *self, guint field, Message *inner);

/* A TensorProto; @data as raw_data (nullable: none). @dims ends with -1. */
Message *tensor_message (const char *name, int element, const gint64 *dims, const void *data,
                         gsize size);
/* A float32 one with values 1, 2, 3, … */
Message *float_tensor (const char *name, const gint64 *dims);
/* A ValueInfoProto; sizes of 0 and less are written as such. @dims ends with G_MININT64. */
Message *value_message (const char *name, const gint64 *dims);
/* A NodeProto; @inputs and @outputs are separated by commas. */
Message *node_message (const char *op, const char *name, const char *inputs, const char *outputs);
void add_int (Message *node, const char *name, gint64 value);
void add_float (Message *node, const char *name, float value);
void add_text (Message *node, const char *name, const char *value);
void add_ints (Message *node, const char *name, const gint64 *values, gsize n);
void add_floats (Message *node, const char *name, const float *values, gsize n);
void add_tensor (Message *node, const char *name, Message *tensor);

/* A model under construction: parts of the graph are put into @graph. */
typedef struct
{
  Message *graph; /* GraphProto: node 1, initializer 5, input 11, output 12, value_info 13 */
  Message *rest;  /* other fields of ModelProto */
  gint64 opset;   /* 0: none is written */
  gint64 ir;
} Model;

void model_init (Model *self);
/* The file's bytes; clears the model. */
GBytes *model_bytes (Model *self);
/* The smallest classifier: x 1×1×4×4, convolution w 2×1×1×1, Relu, GlobalAveragePool, Flatten. */
void model_init_small (Model *self);
void add_metadata (Model *self, const char *key, const char *value);

/* Reads @bytes, which must fail with @code and a sentence that holds @part; clears @bytes. */
void assert_refused (GBytes *bytes, int code, const char *part);
/* Reads the model, which must work. (transfer full) */
LucidaNetwork *assert_read (Model *self);

/* A folder of the test's own, removed with everything in it. */
char *folder_new (void);
void folder_remove (char *folder);
/* (transfer full) The path of the file written. */
char *write_file (const char *folder, const char *name, const void *data, gsize size);

G_END_DECLS
