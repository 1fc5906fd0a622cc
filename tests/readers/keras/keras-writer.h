#pragma once

#include "readers/reader.h"

G_BEGIN_DECLS

/* Writes HDF5 files as Keras does, with libhdf5 itself. */
typedef struct _KerasFile KerasFile;

/* An empty file; nothing is written but what is asked for. */
KerasFile *keras_file_new (const char *path);
/* An attribute of the root: a text of variable length. */
void keras_file_text (KerasFile *self, const char *name, const char *text);
/* An attribute of fixed length, at @path ("" the root). */
void keras_file_fixed_text (KerasFile *self, const char *path, const char *name, const char *text);
/* An attribute that is a list of texts, separated by commas, at @path. */
void keras_file_texts (KerasFile *self, const char *path, const char *name, const char *list);
/* A group, with those above it. */
void keras_file_group (KerasFile *self, const char *path);
/* A data set of float32 at @path, its groups made; @dims ends with 0. */
void keras_file_array (KerasFile *self, const char *path, const float *values, const int *dims);
/* A weight of the layer's group in model_weights: @name as "conv/kernel:0", noted in weight_names.
 */
void keras_file_weight (KerasFile *self, const char *layer, const char *name, const float *values,
                        const int *dims);
/* Writes the lists of names and closes the file. */
void keras_file_end (KerasFile *self);

/* {"class_name": "Sequential", …} around @layers, a comma-separated list of layers with an
 * InputLayer of @shape ("8, 8, 3") before it. (transfer full) */
char *keras_sequential (const char *shape, const char *layers);
/* {"class_name": @class_name, "config": {"name": @name, @config}}. (transfer full) */
char *keras_layer (const char *class_name, const char *name, const char *config);

/* Numbers between -1 and 1, the same ones for each @seed. (transfer full) */
float *random_floats (guint32 seed, int n);
/* Runs @network on one @input [n], whatever its layout; the scores. (transfer full) */
float *run_network (LucidaNetwork *network, const float *input, int height, int width, int *n);
/* Opens the file and runs it. */
float *run_file (const char *path, const float *input, int height, int width, int *n);
/* Opens the file, which must fail with @code and a sentence that holds @part. */
void assert_file_refused (const char *path, int code, const char *part);
/* max |a - b| / max(1, max |b|) is below 1e-5; prints it otherwise. */
void assert_close (const char *what, const float *a, const float *b, int n);

G_END_DECLS
