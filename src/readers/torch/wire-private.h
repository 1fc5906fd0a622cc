#pragma once

#include "network/network.h"
#include "readers/torch/tree-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* From modules to a network: each kind of module takes what flows in and turns it into what flows
 * out, adding nodes on the way. */

/* What happened to height and width on the way from the input, or from where they were fixed. */
typedef struct _LucidaTorchExtent LucidaTorchExtent;

/* What a value is, as far as is known without the size of the picture. */
typedef struct
{
  int value;
  gboolean flat;                   /* N×F, otherwise N×C×H×W */
  int64_t channels;                /* C; of a flat value C before it was flattened; -1: not known */
  int64_t features;                /* F of a flat value; -1: depends on the picture's size */
  const LucidaTorchExtent *extent; /* of H and W; of a flat value: before it was flattened */
} LucidaTorchFlow;

typedef struct
{
  LucidaNetwork *network;
  GCancellable *cancellable; /* (nullable) */
  int input;                 /* value */
  int64_t channels;          /* of the input; -1: not known yet */
  GPtrArray *extents;        /* LucidaTorchExtent, all that were made */
  GArray *demands;           /* sizes that dense layers ask for */
  GHashTable *tensors;       /* LucidaTorchTensor → value + 1: shared weights */
  GHashTable *names;         /* names of values that are taken */
  int depth;
} LucidaTorchWire;

/* wire.c */

/* Makes the network of a tree of modules. (transfer full) @size: the preset's, 224 or 299.
 * Errors: %LUCIDA_ERROR_UNSUPPORTED for a module of unknown wiring, %LUCIDA_ERROR_CORRUPT where
 * shapes do not fit, … */
LucidaNetwork *_lucida_torch_wire_build (LucidaTorchModule *root, const char *format,
                                         const char *name, GCancellable *cancellable,
                                         GError **error);
/* Adds one node of one output that reads @flow and @others (values), and moves @flow on to it. The
 * name is @module's path, with @part behind it where it is not NULL. */
LucidaNode *_lucida_torch_wire_node (LucidaTorchWire *self, LucidaTorchModule *module,
                                     const char *part, const char *op, LucidaTorchFlow *flow,
                                     const int *others, int n_others);
/* The module's weights @name as a value of the network; %LUCIDA_NO_VALUE with @error set where they
 * are missing or not of @shape, of which sizes below 0 are free. */
int _lucida_torch_wire_weights (LucidaTorchWire *self, LucidaTorchModule *module, const char *name,
                                const LucidaShape *shape, GError **error);
/* A constant of the reader's own. (transfer none) @tensor; @name: of the value */
int _lucida_torch_wire_constant (LucidaTorchWire *self, LucidaTorchModule *module, const char *name,
                                 LucidaTensor *tensor);
/* Notes that a picture passes through a window: kernel, stride, padding before and behind,
 * dilation, each of height and width. */
typedef struct
{
  int64_t kernel[2];
  int64_t stride[2];
  int64_t padding[4]; /* top, left, bottom, right: ONNX's order */
  int64_t dilation[2];
  gboolean ceil_mode;
} LucidaTorchWindow;

void _lucida_torch_wire_window (LucidaTorchWire *self, LucidaTorchFlow *flow,
                                const LucidaTorchWindow *window);
/* From here on height and width are these; 0: as before. */
void _lucida_torch_wire_fix (LucidaTorchWire *self, LucidaTorchFlow *flow, int64_t height,
                             int64_t width);
/* Height and width become unknown. */
void _lucida_torch_wire_forget (LucidaTorchWire *self, LucidaTorchFlow *flow);
/* Flattens all but the batch. */
void _lucida_torch_wire_flatten (LucidaTorchWire *self, LucidaTorchModule *module, const char *part,
                                 LucidaTorchFlow *flow);
/* Notes that a dense layer needs @features from the flat @flow; checks it where it is known. */
gboolean _lucida_torch_wire_demand (LucidaTorchWire *self, const LucidaTorchModule *module,
                                    const LucidaTorchFlow *flow, int64_t features, GError **error);
/* Checks that @channels flow in; settles the input's where they are not known. */
gboolean _lucida_torch_wire_channels (LucidaTorchWire *self, const LucidaTorchModule *module,
                                      LucidaTorchFlow *flow, int64_t channels, GError **error);

/* modules.c */

/* Passes @flow through @module. */
gboolean _lucida_torch_wire_module (LucidaTorchWire *self, LucidaTorchModule *module,
                                    LucidaTorchFlow *flow, GError **error);
/* Passes @flow through the child @name, which must be there. */
gboolean _lucida_torch_wire_child (LucidaTorchWire *self, LucidaTorchModule *module,
                                   const char *name, LucidaTorchFlow *flow, GError **error);
/* As _lucida_torch_wire_child(); a child that is not there changes nothing. */
gboolean _lucida_torch_wire_optional (LucidaTorchWire *self, LucidaTorchModule *module,
                                      const char *name, LucidaTorchFlow *flow, GError **error);

typedef gboolean (*LucidaTorchWireFunc) (LucidaTorchWire *self, LucidaTorchModule *module,
                                         LucidaTorchFlow *flow, GError **error);

/* layers.c, activations.c, families.c: what wires the class @type, or NULL. */
LucidaTorchWireFunc _lucida_torch_find_layer (const char *type);
LucidaTorchWireFunc _lucida_torch_find_pointwise (const char *type);
LucidaTorchWireFunc _lucida_torch_find_family (const char *type);

G_END_DECLS
