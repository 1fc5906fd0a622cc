#pragma once

#include "base/parallel.h"
#include "base/tensor.h"
#include "network/node.h"

G_BEGIN_DECLS

/* One operator family's arithmetic. An operator is one LucidaOp in one file of this room and one
 * line in its meson.build; the engine finds it by the node's operator name. */

/* One input or output of a call. */
typedef struct
{
  LucidaElement element;
  LucidaShape shape;
  void *data; /* row-major elements; in infer() only for inputs known when the plan is made */
  float *grad; /* ∂score/∂value, of the same shape; backward() only; inputs: NULL if not wanted */
  gboolean constant; /* data is known when the plan is made */
} LucidaOpValue;

/* One call of an operator. Inputs that are left out are NULL; beyond @n_in there are none. */
typedef struct
{
  const LucidaNode *node;
  int n_in;
  LucidaOpValue **in; /* [n_in] (nullable entries) */
  int n_out;
  LucidaOpValue **out; /* [n_out] */
  LucidaPool *pool;    /* (nullable) for loops worth splitting */
  void *workspace;     /* as many bytes as workspace() asked for, aligned to 64, uninitialised */
} LucidaOpCall;

typedef enum
{
  LUCIDA_OP_DEFAULT = 0,
  /* The output depends on the shapes of the inputs alone (Shape, Size). */
  LUCIDA_OP_SHAPE_ONLY = 1 << 0,
  /* Each output element depends on the elements of the same place alone (broadcast included). */
  LUCIDA_OP_POINTWISE = 1 << 1,
  /* Takes constants of any alignment (mapped weights); otherwise they are aligned first. */
  LUCIDA_OP_MAPPED_WEIGHTS = 1 << 2,
  /* Output 0 holds the elements of input 0 in the same order under another shape. */
  LUCIDA_OP_RESHAPES = 1 << 3,
  /* A non-linear activation function of one input (Relu, Sigmoid, …). */
  LUCIDA_OP_ACTIVATION = 1 << 4,
  /* Normalises its input by statistics (BatchNormalization, LayerNormalization, …). */
  LUCIDA_OP_NORMALIZATION = 1 << 5,
} LucidaOpFlags;

typedef struct
{
  const char *name; /* "Conv" */
  LucidaOpFlags flags;
  /* Checks attributes and input shapes and sets element and shape of every output. Whatever
   * passes here must be safe to run. Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_UNSUPPORTED,
   * one sentence without the node's name (the engine puts it in front). */
  gboolean (*infer) (LucidaOpCall *call, GError **error);
  /* Fills out[i]->data, which is uninitialised. Errors only for what data alone can show. */
  gboolean (*forward) (LucidaOpCall *call, GError **error);
  /* Adds to in[i]->grad, where it is not NULL, what out[…]->grad sends back; in and out data are
   * those of the forward pass. (nullable): the operator stops gradients, they are zero. */
  void (*backward) (LucidaOpCall *call);
  /* Bytes of scratch that forward (or backward) needs. (nullable): none. */
  gsize (*workspace) (const LucidaOpCall *call, gboolean backward);
} LucidaOp;

/* The table that the build makes from the list in meson.build; ends with NULL. */
extern const LucidaOp *const lucida_ops[];

/* (transfer none) (nullable) */
const LucidaOp *lucida_op_find (const char *name);

/* Helpers shared by the operators (op.c). */

/* Input @i, or NULL where it is left out. */
LucidaOpValue *lucida_op_input (const LucidaOpCall *call, int i);
/* Checks the number of inputs: the first @required must be there, none beyond @most. */
gboolean lucida_op_check_inputs (const LucidaOpCall *call, int required, int most, GError **error);
/* Checks that input @i (if it is there) is float32 and has a rank in [@low, @high]. */
gboolean lucida_op_check_float (const LucidaOpCall *call, int i, int low, int high, GError **error);
/* Sets output @i. */
void lucida_op_set_output (LucidaOpCall *call, int i, LucidaElement element,
                           const LucidaShape *shape);
/* The list of ints that older operator sets keep in @attribute and newer ones in input @i, which
 * must be constant then. *@values is NULL and *@n 0 where neither is there. (transfer none)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED where the input is computed from the picture. */
gboolean lucida_op_ints (const LucidaOpCall *call, const char *attribute, int i,
                         const int64_t **values, int *n, GError **error);
/* The scalar that older operator sets keep in @attribute and newer ones in constant input @i. */
gboolean lucida_op_scalar (const LucidaOpCall *call, const char *attribute, int i, double fallback,
                           double *value, GError **error);
/* Turns an axis in [-rank, rank) into one in [0, rank). Errors: %LUCIDA_ERROR_CORRUPT. */
gboolean lucida_op_axis (int64_t axis, int rank, int *result, GError **error);
/* NumPy's broadcasting of two shapes. Errors: %LUCIDA_ERROR_CORRUPT. */
gboolean lucida_op_broadcast (const LucidaShape *a, const LucidaShape *b, LucidaShape *result,
                              GError **error);
/* For each dimension of @out the step in elements inside a value of shape @in that is broadcast to
 * it: 0 where it is repeated. @steps: [out->rank] */
void lucida_op_broadcast_steps (const LucidaShape *in, const LucidaShape *out, int64_t *steps);

G_END_DECLS
