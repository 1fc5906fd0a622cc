#pragma once

#include "engine/engine.h"
#include "readers/onnx/onnx.h"
#include "readers/proto-writer.h"

G_BEGIN_DECLS

/* Models as exporters write them, from the file's bytes to scores and gradients. */

/* What became of a model. */
typedef struct
{
  LucidaNetwork *network;
  LucidaPlan *plan;
  LucidaActivations *activations;
  double mean; /* of the input */
} Outcome;

/* Element i of the input of @count values: always positive. */
float wild_input (int64_t i);
/* Reads the model, runs it on the input, which is @height × @width where the file leaves it open,
 * and checks that every gradient at the default layer adds up: Σ A · G is the score itself, since
 * nothing behind that layer adds a constant. */
Outcome wild_run (Model *model, int height, int width);
/* The same without the check of gradients' sum, for networks that do add constants. */
Outcome wild_run_with_constants (Model *model, int height, int width);
void wild_clear (Outcome *self);
/* Checks the @n logits; the outcome is cleared. */
void wild_expect (Outcome outcome, const double *logits, int n);
/* As wild_expect() for scores (k + 1) · mean, k = 0 … n - 1: what wild_head() makes of the input.
 */
void wild_expect_means (Outcome outcome, int n);
/* Reads a model that must be refused by the reader or the plan; gives the sentence. */
char *wild_refuse (Model *model, int code);

/* Adds "Op inputs output", inputs separated by commas, without a name. */
void wild_node (Model *model, const char *op, const char *inputs, const char *output);
/* Likewise; the attribute is added with add_…() before wild_put(). */
Message *wild_begin (const char *op, const char *inputs, const char *output);
void wild_put (Model *model, Message *node);
void wild_ints (Model *model, const char *name, const gint64 *values, gint64 n);
void wild_scalar (Model *model, const char *name, float value);
/* Weights 1, 2, 3, … called @name; dims end with -1. */
void wild_weights (Model *model, const char *name, const gint64 *dims);
/* Input "x" and output "y"; dims end with G_MININT64. */
void wild_ends (Model *model, const gint64 *x, const gint64 *y);
/* From @from, 1×1×H×W: a convolution with weights 1 … n, global pooling, Flatten to @to. */
void wild_head (Model *model, const char *from, const char *to, gint64 n);

G_END_DECLS
